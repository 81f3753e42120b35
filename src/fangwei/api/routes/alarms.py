"""Alarms: what stands, what happened, and what an operator may do about it."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import AlarmName, Command, Context, ItemId, Time
from fangwei.core.events import AlarmState
from fangwei.identity.caller import Caller
from fangwei.plant.site import Site

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]


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
    """Out of service for maintenance: with a reason and somebody's approval."""

    alarm: AlarmName
    reason: Reason
    approved_by: ItemId


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
        caller: Annotated[Caller, needs("alarms.read")],
        zone: Annotated[ItemId | None, Query()] = None,
        state: Annotated[list[AlarmState] | None, Query()] = None,
    ) -> Response:
        """Alarms that are not normal (or in the states asked for)."""
        return await context.ask("alarms.list", {"zone": zone, "states": state})

    @routes.get("/journal")
    async def journal(
        caller: Annotated[Caller, needs("alarms.read")],
        start: Time,
        end: Time,
        alarm: Annotated[AlarmName | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 500,
    ) -> Response:
        """Transitions in a time range, newest first as the room sends them."""
        return await context.ask("alarms.journal", {"start": start, "end": end, "alarm": alarm, "limit": limit})

    @routes.get("/kpi")
    async def kpi(caller: Annotated[Caller, needs("alarms.read")], start: Time, end: Time) -> Response:
        """ISA-18.2 / EEMUA 191 figures of a time range."""
        return await context.ask("alarms.kpi", {"start": start, "end": end}, timeout=20.0)

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
        """Take an alarm out of service."""
        context.person(command.approved_by)
        theirs(caller, "alarms.take_out", [command.alarm])
        return await context.do("alarms.take_out", command, caller)

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
