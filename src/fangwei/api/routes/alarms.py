"""Alarms: what stands, what happened, and what an operator may do about it."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from fangwei.api.context import AlarmName, Command, Context, ItemId, Time
from fangwei.core.events import AlarmState

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


def router(context: Context) -> APIRouter:
    """GET /alarms, /alarms/journal, /alarms/kpi; POST /alarms/<command>."""
    routes = APIRouter(prefix="/alarms", tags=["alarms"])

    @routes.get("")
    async def listed(
        zone: Annotated[ItemId | None, Query()] = None,
        state: Annotated[list[AlarmState] | None, Query()] = None,
    ) -> Response:
        """Alarms that are not normal (or in the states asked for)."""
        return await context.ask("alarms.list", {"zone": zone, "states": state})

    @routes.get("/journal")
    async def journal(
        start: Time,
        end: Time,
        alarm: Annotated[AlarmName | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 500,
    ) -> Response:
        """Transitions in a time range, newest first as the room sends them."""
        return await context.ask("alarms.journal", {"start": start, "end": end, "alarm": alarm, "limit": limit})

    @routes.get("/kpi")
    async def kpi(start: Time, end: Time) -> Response:
        """ISA-18.2 / EEMUA 191 figures of a time range."""
        return await context.ask("alarms.kpi", {"start": start, "end": end}, timeout=20.0)

    @routes.post("/acknowledge")
    async def acknowledge(command: Acknowledge) -> Response:
        """Acknowledge alarms; the answer says which were done and which refused, and why."""
        return await context.do("alarms.acknowledge", command)

    @routes.post("/shelve")
    async def shelve(command: Shelve) -> Response:
        """Shelve one alarm for a time."""
        return await context.do("alarms.shelve", command)

    @routes.post("/unshelve")
    async def unshelve(command: OnAlarm) -> Response:
        """Bring a shelved alarm back."""
        return await context.do("alarms.unshelve", command)

    @routes.post("/take_out")
    async def take_out(command: TakeOut) -> Response:
        """Take an alarm out of service."""
        context.person(command.approved_by)
        return await context.do("alarms.take_out", command)

    @routes.post("/put_back")
    async def put_back(command: OnAlarm) -> Response:
        """Put an alarm back in service."""
        return await context.do("alarms.put_back", command)

    @routes.post("/reset")
    async def reset(command: OnAlarm) -> Response:
        """Reset a latched alarm."""
        return await context.do("alarms.reset", command)

    return routes
