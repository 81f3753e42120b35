"""Runs of flows: permits, inspections and whatever else was drawn; started, done step by step, stopped."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import Command, Context, ItemId, as_json
from fangwei.api.conventions import Listing, page, tagged
from fangwei.bus import subjects
from fangwei.core.clock import EARLIEST, LATEST
from fangwei.flows.commands import Offer, Shown
from fangwei.flows.engine_errors import RunUnknown
from fangwei.identity.caller import Caller

FlowId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,63}$")]
RunId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
TaskName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./-]{1,200}$")]
"""An element of the flow, with the sub-flow's before it: `gas`, `work.start`, `entry/apply`."""
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Metres = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]
Answers = Annotated[dict[str, Any], Field(max_length=500)]


class StartRun(Command):
    """Start a run of a published flow; the command's id becomes the run's. `answers`: of its first form."""

    flow: FlowId
    version: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    zones: Annotated[list[ItemId], Field(min_length=1, max_length=50)]
    place: tuple[Metres, Metres, Metres] | None = None
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    answers: Answers | None = None


class Here(BaseModel):
    """The code that hangs at the zone, and when it was scanned (UTC ns)."""

    model_config = ConfigDict(extra="forbid")

    zone: ItemId
    time: Annotated[int, Field(ge=EARLIEST, le=LATEST)]


class DoTask(Command):
    """Do an open step."""

    task: TaskName
    answers: Answers = Field(default_factory=dict)


class SignTask(DoTask):
    """Sign; `presence` where the flow asks for it."""

    presence: Here | None = None


class Reason(Command):
    """Why."""

    why: Why


class GoOn(Command):
    """Let it go on."""

    why: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class MoveRun(Reason):
    """Go on by another version."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]


class OffersPage(msgspec.Struct):
    """A page of flows that can be started."""

    total: int
    offset: int
    items: list[Offer]


def router(context: Context) -> APIRouter:
    """Everything under /runs, and /tasks/mine."""
    routes = APIRouter(tags=["runs"])

    async def do(name: str, command: Command, caller: Caller, **more: Any) -> Response:
        zones = None if caller.zones is None else sorted(caller.zones)
        return await context.do(f"flows.{name}", command, caller, role=caller.role, zones=zones, **more)

    @routes.get("/runs")
    async def listed(
        caller: Annotated[Caller, needs("flows.read")],
        want: Listing,
        flow: FlowId | None = None,
        noun: ItemId | None = None,
        work: ItemId | None = None,
        status: Annotated[list[Annotated[int, Field(ge=0, le=6)]] | None, Query()] = None,
        zone: ItemId | None = None,
        applicant: ItemId | None = None,
        open: bool | None = None,
    ) -> Response:
        """Runs, the newest first unless sorted; `status` is that of AQ 3064.2 table A.1, `open` those not ended."""
        seen = caller.sees()
        question = {
            "flow": flow,
            "noun": noun,
            "work": work,
            "status": status,
            "zone": zone,
            "applicant": applicant,
            "open": open,
            "zones": None if seen is None else sorted(seen),
            "own": caller.id,
        }
        return await context.ask("flows.runs", question | msgspec.to_builtins(want))

    @routes.get("/runs/offers")
    async def offers(want: Listing, caller: Annotated[Caller, needs("flows.apply")]) -> Response:
        """Published flows that can be started, each with its first form; sorted by `name` or `noun`."""
        question = {"person": caller.id, "role": caller.role}
        answer = await context.bus.ask(f"{subjects.ASK}.flows.offers", question)
        found = msgspec.json.decode(answer, type=list[Offer])
        by: dict[str, Any] = {"name": lambda o: o.name.zh, "noun": lambda o: o.noun}
        return as_json(page(found, want, by, lambda o: f"{o.flow} {o.name.zh} {o.name.en}"))

    @routes.get("/runs/alarms")
    async def alarms(
        caller: Annotated[Caller, needs("flows.read")], want: Listing, run: RunId | None = None, open: bool = False
    ) -> Response:
        """Alarms of AQ 3064.2 table A.4 about runs, the newest first; with `run` its refusals, too."""
        seen = caller.sees()
        question = {"run": run, "open": open, "zones": None if seen is None else sorted(seen)}
        return await context.ask("flows.findings", question | msgspec.to_builtins(want))

    @routes.post("/runs")
    async def start(command: StartRun, caller: Annotated[Caller, needs("flows.apply")]) -> Response:
        """Start a run, with the answers of its first form where they are at hand."""
        body = command.model_copy(update={"zones": None})
        return await do("start", body, caller, run_zones=command.zones)

    @routes.get("/runs/{run}")
    async def show(run: RunId, caller: Annotated[Caller, needs("flows.read")]) -> Response:
        """{run, data, history, findings}; the ETag is its revision."""
        answer = await context.bus.ask(f"{subjects.ASK}.flows.run", {"run": run})
        found = msgspec.json.decode(answer, type=Shown).run
        seen = caller.sees()
        if seen is not None and seen.isdisjoint(found.zones) and found.applicant != caller.id:
            raise RunUnknown(run=run)
        return tagged(answer, found.revision)

    @routes.post("/runs/{run}/submit")
    async def submit(run: RunId, command: DoTask, caller: Annotated[Caller, needs("flows.do")]) -> Response:
        """Do an open step: a form, a measurement, a start, a re-test."""
        return await do("submit", command, caller, run=run)

    @routes.post("/runs/{run}/sign")
    async def sign(
        run: RunId, command: SignTask, caller: Annotated[Caller, needs("flows.sign", proof=True)]
    ) -> Response:
        """Approve or refuse, with a second proof; where the flow asks for it on site."""
        return await do("submit", command, caller, run=run, proved=caller.proved)

    @routes.post("/runs/{run}/pause")
    async def pause(run: RunId, command: Reason, caller: Annotated[Caller, needs("flows.do")]) -> Response:
        """Stop it: whoever sees a danger may."""
        return await do("pause", command, caller, run=run)

    @routes.post("/runs/{run}/resume")
    async def resume(run: RunId, command: GoOn, caller: Annotated[Caller, needs("flows.control")]) -> Response:
        """Let a run go on that was stopped from outside; paused work resumes by its own step."""
        return await do("resume", command, caller, run=run)

    @routes.post("/runs/{run}/withdraw")
    async def withdraw(run: RunId, command: Reason, caller: Annotated[Caller, needs("flows.apply")]) -> Response:
        """The applicant takes it back."""
        return await do("withdraw", command, caller, run=run)

    @routes.post("/runs/{run}/cancel")
    async def cancel(run: RunId, command: Reason, caller: Annotated[Caller, needs("flows.control")]) -> Response:
        """Void it, with the reason."""
        return await do("cancel", command, caller, run=run)

    @routes.get("/runs/{run}/moves/{version}")
    async def would_move(
        run: RunId,
        version: Annotated[int, Path(ge=1, le=1_000_000)],
        caller: Annotated[Caller, needs("flows.publish")],
    ) -> Response:
        """What moving the run to that version would change; nothing is done."""
        return await context.ask("flows.move", {"run": run, "version": version})

    @routes.post("/runs/{run}/move")
    async def move(run: RunId, command: MoveRun, caller: Annotated[Caller, needs("flows.publish")]) -> Response:
        """Go on by another version; refused where its place is not there."""
        return await do("move", command, caller, run=run)

    @routes.get("/tasks/mine")
    async def mine(caller: Annotated[Caller, needs("flows.read")], want: Listing) -> Response:
        """Open steps that the caller may do, those with a time first."""
        question = {
            "person": caller.id,
            "role": caller.role,
            "zones": None if caller.zones is None else sorted(caller.zones),
        }
        return as_json(await context.bus.ask(f"{subjects.ASK}.flows.tasks", question | msgspec.to_builtins(want)))

    return routes
