"""Alarms: what stands, what happened, and what an operator may do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from fangwei.alarms.schemas import JournalPage
from fangwei.api.callers import needs
from fangwei.api.context import AlarmName, Command, Context, ItemId, Time, as_json
from fangwei.api.conventions import Listing, page
from fangwei.api.csv_file import csv_file, journal_rows
from fangwei.bus import subjects
from fangwei.core.events import AlarmState, AlarmStatus
from fangwei.core.lists import Paging
from fangwei.identity.caller import Caller
from fangwei.plant.site import Site

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]
Zones = Annotated[list[ItemId] | None, Query(alias="zone", max_length=500)]
Operators = Annotated[float, Query(gt=0, le=1000, allow_inf_nan=False, description="Positions that share the alarms")]
Language = Literal["zh", "en"]
MOST_JOURNAL = 10_000


@dataclass(frozen=True, slots=True)
class Transitions:
    """Which transitions are meant; the query parameters that the journal and its file share."""

    start: Time
    end: Time
    alarm: Annotated[AlarmName | None, Query()] = None
    zone: Zones = None

    def question(self, part: Paging) -> dict[str, Any]:
        """As `fw.ask.alarms.journal` takes it."""
        which = {"start": self.start, "end": self.end, "alarm": self.alarm, "zones": self.zone}
        return msgspec.structs.asdict(part) | which


@dataclass(frozen=True, slots=True)
class Span:
    """What figures are counted over; the query parameters of both forms of them."""

    start: Time
    end: Time
    zone: Zones = None
    operators: Operators = 1.0

    def question(self) -> dict[str, Any]:
        """As `fw.ask.alarms.kpi` and `kpi_report` take it."""
        return {"start": self.start, "end": self.end, "zones": self.zone, "operators": self.operators}


class OnProposal(Command):
    """A command on one proposal."""

    proposal: ItemId


class Review(Command):
    """A second person's decision."""

    proposal: ItemId
    approve: bool
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class Acknowledge(Command):
    """ "I have seen it", for many at once."""

    alarms: Annotated[list[AlarmName], Field(min_length=1, max_length=500)]


class OnAlarm(Command):
    """A command on one alarm."""

    alarm: AlarmName
    reason: Reason | None = None


class Shelve(Command):
    """Out of sight for a time, with a reason; it comes back by itself."""

    alarm: AlarmName
    seconds: Annotated[float, Field(gt=0, le=7 * 86_400)]
    reason: Reason


class TakeOut(Command):
    """Out of service for maintenance, once a second person approves: with a reason and for how long it is meant."""

    alarm: AlarmName
    reason: Reason
    seconds: Annotated[float, Field(gt=0, le=90 * 86_400, allow_inf_nan=False)] | None = None


SORTS: dict[str, Callable[[AlarmStatus], Any]] = {
    "alarm": lambda a: a.alarm,
    "point": lambda a: a.point,
    "zone": lambda a: a.zone,
    "priority": lambda a: a.priority,
    "state": lambda a: str(a.state),
    "since": lambda a: a.since,
    "changed": lambda a: a.changed,
    "value": lambda a: a.value,
}


def _words(a: AlarmStatus) -> str:
    return f"{a.alarm} {a.zone} {a.message.zh} {a.message.en} {a.by or ''}"


def zones_of_alarms(site: Site) -> dict[str, str]:
    """The zone of every alarm that the site defines. Pure."""
    zones = {f"{p.id}.{limit.id}": p.zone for p in site.points.values() for limit in p.limits}
    return zones | {r.id: site.points[r.point].zone for r in site.rules.values() if r.point in site.points}


def router(context: Context) -> APIRouter:
    """GET /alarms, /alarms/journal, /alarms/kpi; POST /alarms/<command>."""
    routes = APIRouter(prefix="/alarms", tags=["alarms"])
    zones = zones_of_alarms(context.site)

    def theirs(caller: Caller, verb: str, alarms: list[str]) -> None:
        # Each alarm on its own: to be allowed one of them is not to be allowed all. The room knows those we do not.
        for zone in {zones[alarm] for alarm in alarms if alarm in zones}:
            context.may(caller, verb, (zone,))

    @routes.get("")
    async def listed(
        want: Listing,
        caller: Annotated[Caller, needs("alarms.read")],
        zone: Annotated[ItemId | None, Query()] = None,
        state: Annotated[list[AlarmState] | None, Query()] = None,
    ) -> Response:
        """Alarms that are not normal (or in the states asked for), the most urgent first, then the newest."""
        answer = await context.bus.ask(f"{subjects.ASK}.alarms.list", {"zone": zone, "states": state})
        alarms = msgspec.json.decode(answer, type=list[AlarmStatus])
        return as_json(page(alarms, want, SORTS, _words))

    @routes.get("/journal")
    async def journal(
        want: Listing, caller: Annotated[Caller, needs("alarms.read")], what: Annotated[Transitions, Depends()]
    ) -> Response:
        """Transitions in a time range, newest first unless `sort=time`; `q`: words of alarm, message, person or
        reason."""
        return await context.ask("alarms.journal", what.question(want), timeout=15.0)

    @routes.get("/journal.csv")
    async def journal_csv(
        caller: Annotated[Caller, needs("alarms.read")],
        what: Annotated[Transitions, Depends()],
        language: Language = "zh",
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        """The same as CSV, at most 10,000 rows (the header X-Truncated says when there are more)."""
        question = what.question(Paging(limit=MOST_JOURNAL, q=q))
        answer = await context.bus.ask(f"{subjects.ASK}.alarms.journal", question, 30.0)
        found = msgspec.json.decode(answer, type=JournalPage)
        more = found.total > len(found.items)
        return csv_file("alarm-journal.csv", journal_rows(found.items, context.site, language), more)

    @routes.get("/kpi")
    async def kpi(
        caller: Annotated[Caller, needs("alarms.read")],
        span: Annotated[Span, Depends()],
    ) -> Response:
        """ISA-18.2 / EEMUA 191 figures of a time range."""
        return await context.ask("alarms.kpi", span.question(), timeout=30.0)

    @routes.get("/kpi/report")
    async def kpi_report(
        caller: Annotated[Caller, needs("alarms.read")],
        span: Annotated[Span, Depends()],
    ) -> Response:
        """The figures with what stands behind them: counts over time, floods, the most frequent, the standing."""
        return await context.ask("alarms.kpi_report", span.question(), timeout=30.0)

    @routes.post("/acknowledge")
    async def acknowledge(command: Acknowledge, caller: Annotated[Caller, needs("alarms.acknowledge")]) -> Response:
        """Acknowledge alarms; the answer says which were done and which refused, and why."""
        theirs(caller, "alarms.acknowledge", command.alarms)
        return await context.do("alarms.acknowledge", command, caller)

    @routes.post("/shelve")
    async def shelve(command: Shelve, caller: Annotated[Caller, needs("alarms.shelve")]) -> Response:
        """Shelve one alarm for a time."""
        theirs(caller, "alarms.shelve", [command.alarm])
        return await context.do("alarms.shelve", command, caller)

    @routes.post("/unshelve")
    async def unshelve(command: OnAlarm, caller: Annotated[Caller, needs("alarms.unshelve")]) -> Response:
        """Bring a shelved alarm back."""
        theirs(caller, "alarms.unshelve", [command.alarm])
        return await context.do("alarms.unshelve", command, caller)

    @routes.post("/take_out")
    async def take_out(command: TakeOut, caller: Annotated[Caller, needs("alarms.take_out")]) -> Response:
        """Ask to take an alarm out of service; it stays in service until a second person approves (review_take_out)."""
        theirs(caller, "alarms.take_out", [command.alarm])
        return await context.do("alarms.propose_take_out", command, caller)

    @routes.post("/review_take_out")
    async def review_take_out(
        command: Review, caller: Annotated[Caller, needs("alarms.review_take_out", proof=True)]
    ) -> Response:
        """Approve or reject what another person asked for; approved, the alarm is out of service when this returns."""
        return await context.do("alarms.review", command, caller, kind="take_out")

    @routes.post("/withdraw_take_out")
    async def withdraw_take_out(command: OnProposal, caller: Annotated[Caller, needs("alarms.take_out")]) -> Response:
        """Take one's own request back."""
        return await context.do("alarms.withdraw", command, caller, kind="take_out")

    @routes.post("/put_back")
    async def put_back(command: OnAlarm, caller: Annotated[Caller, needs("alarms.put_back")]) -> Response:
        """Put an alarm back in service."""
        theirs(caller, "alarms.put_back", [command.alarm])
        return await context.do("alarms.put_back", command, caller)

    @routes.post("/reset")
    async def reset(command: OnAlarm, caller: Annotated[Caller, needs("alarms.reset")]) -> Response:
        """Reset a latched alarm."""
        theirs(caller, "alarms.reset", [command.alarm])
        return await context.do("alarms.reset", command, caller)

    return routes
