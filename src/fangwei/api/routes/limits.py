"""Limits that two people change on the running plant: one proposes, another decides."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from fangwei.alarms.overrides import LimitState
from fangwei.alarms.proposal import ProposalKind, ProposalState
from fangwei.api.callers import needs
from fangwei.api.context import AlarmName, Command, Context
from fangwei.api.conventions import IfMatch, Listing, revision_of, tagged
from fangwei.api.routes.alarms import OnProposal, Reason, Review, zones_of_alarms
from fangwei.bus import subjects
from fangwei.identity.caller import Caller

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Delay = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Number = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]


class Shape(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid")


class BothLanguages(Shape):
    """A sentence in both languages of the house."""

    zh: Words
    en: Words


class NewWhy(Shape):
    """Rationalisation: why the alarm exists."""

    cause: BothLanguages
    consequence: BothLanguages
    action: BothLanguages
    time_to_respond: Annotated[float, Field(gt=0, le=86_400 * 30, allow_inf_nan=False)]


class NewSetting(Shape):
    """What people may change about a limit; all of it, so that nothing is changed by being left out."""

    at: Number
    deadband: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
    on_delay: Delay
    off_delay: Delay
    priority: Annotated[int, Field(ge=1, le=4)]
    why: NewWhy | None = None


class ProposeSetting(Command):
    """Another setting, or (`after` null) back to the site's file."""

    after: NewSetting | None
    reason: Reason


class CheckSetting(Shape):
    """A setting to be judged without proposing it."""

    after: NewSetting | None


def router(context: Context) -> APIRouter:
    """GET /alarms/limits/{alarm}, /alarms/proposals; POST .../check, .../propose, /alarms/review_limit, ..."""
    routes = APIRouter(prefix="/alarms", tags=["alarms"])
    zones = zones_of_alarms(context.site)

    @routes.get("/limits/{alarm}")
    async def limit(alarm: AlarmName, caller: Annotated[Caller, needs("alarms.read")]) -> Response:
        """A limit in force and in the file, its versions and proposals; the ETag is what a proposal must name."""
        answer = await context.bus.ask(f"{subjects.ASK}.alarms.limit", {"alarm": alarm})
        return tagged(answer, msgspec.json.decode(answer, type=LimitState).revision)

    @routes.post("/limits/{alarm}/check")
    async def check_limit(
        alarm: AlarmName, asked: CheckSetting, caller: Annotated[Caller, needs("alarms.read")]
    ) -> Response:
        """Why a setting would be refused, and what it would weaken; changes nothing."""
        return await context.ask("alarms.check_limit", {"alarm": alarm} | asked.model_dump())

    @routes.post("/limits/{alarm}/propose")
    async def propose_limit(
        alarm: AlarmName,
        command: ProposeSetting,
        caller: Annotated[Caller, needs("alarms.propose_limit")],
        if_match: IfMatch = None,
    ) -> Response:
        """Propose a setting; 412 with the limit as it is now where somebody else proposed or changed meanwhile."""
        if alarm in zones:
            context.may(caller, "alarms.propose_limit", (zones[alarm],))
        return await context.do("alarms.propose_limit", command, caller, alarm=alarm, revision=revision_of(if_match))

    @routes.get("/proposals")
    async def proposals(
        want: Listing,
        caller: Annotated[Caller, needs("alarms.read")],
        kind: ProposalKind | None = None,
        state: ProposalState | None = None,
        alarm: Annotated[AlarmName | None, Query()] = None,
    ) -> Response:
        """What waits for a second person, or was decided; newest first unless sorted by `time`, `alarm`, `kind` or
        `state`."""
        which = {"kind": kind, "state": state, "alarm": alarm}
        return await context.ask("alarms.proposals", msgspec.structs.asdict(want) | which)

    @routes.post("/review_limit")
    async def review_limit(
        command: Review, caller: Annotated[Caller, needs("alarms.review_limit", proof=True)]
    ) -> Response:
        """Approve or reject another person's proposal; what is approved is in force when this returns."""
        return await context.do("alarms.review", command, caller, kind="limit")

    @routes.post("/withdraw_limit")
    async def withdraw_limit(command: OnProposal, caller: Annotated[Caller, needs("alarms.propose_limit")]) -> Response:
        """Take one's own proposal back."""
        return await context.do("alarms.withdraw", command, caller, kind="limit")

    return routes
