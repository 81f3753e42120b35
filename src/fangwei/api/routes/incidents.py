"""Incidents: the list, one with its timeline and who was told, and "I have it"."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import StringConstraints
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import Command, Context, ItemId, as_json
from fangwei.api.conventions import Listing
from fangwei.bus import subjects
from fangwei.core.errors import FangweiError
from fangwei.core.events import IncidentStatus
from fangwei.identity.caller import Caller

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class OnIncident(Command):
    """Take, release or close; words are kept in the timeline."""

    text: Words | None = None


class Take(OnIncident):
    """I have it; `instead_of` names who has it now, to take it from that person."""

    instead_of: ItemId | None = None


class Hand(OnIncident):
    """Ask another person to take it; without one the offer is taken back."""

    to: ItemId | None = None


class Note(Command):
    """Something a person saw or did."""

    text: Words


def router(context: Context) -> APIRouter:
    """GET /incidents, /incidents/{id}; POST /incidents/{id}/take|release|hand|note|settle|close."""
    routes = APIRouter(prefix="/incidents", tags=["incidents"])

    def theirs(caller: Caller, verb: str, incident: str) -> None:
        # Whoever answers for one of its zones may act on the whole: it is one event. The room knows closed ones.
        known = context.hub.picture.incidents.get(incident)
        context.may(caller, verb, known.zones if known is not None else ())

    @routes.get("")
    async def listed(
        want: Listing,
        caller: Annotated[Caller, needs("incidents.read")],
        status: Annotated[list[IncidentStatus] | None, Query()] = None,
        zone: Annotated[ItemId | None, Query(description="Those that reached this zone")] = None,
    ) -> Response:
        """Incidents, those not over when no status is named; the most urgent first, then the newest, unless sorted by
        `priority`, `started`, `updated`, `status`, `hazard` or `owner`."""
        question = msgspec.structs.asdict(want) | {"statuses": status, "zone": zone}
        return await context.ask("incidents.list", question, timeout=15.0)

    @routes.get("/{incident}")
    async def show(incident: ItemId, caller: Annotated[Caller, needs("incidents.read")]) -> Response:
        """{incident, timeline, notices}; notices are null while duty does not answer: not known who was told."""

        async def notices() -> msgspec.Raw | None:
            try:
                return msgspec.Raw(await context.bus.ask(f"{subjects.ASK}.duty.notices", {"incident": incident}, 3.0))
            except FangweiError as error:
                context.health.error("api.notices_unknown", str(error))
                return None

        asked = context.bus.ask(f"{subjects.ASK}.incidents.show", {"incident": incident}, 5.0)
        shown, told = await asyncio.gather(asked, notices())
        answer = msgspec.json.decode(shown, type=dict[str, msgspec.Raw])
        return as_json({**answer, "notices": told})

    @routes.post("/{incident}/take")
    async def take(incident: ItemId, command: Take, caller: Annotated[Caller, needs("incidents.take")]) -> Response:
        """I have it: stops escalation."""
        theirs(caller, "incidents.take", incident)
        return await context.do("incidents.take", command, caller, incident=incident)

    @routes.post("/{incident}/release")
    async def release(
        incident: ItemId, command: OnIncident, caller: Annotated[Caller, needs("incidents.release")]
    ) -> Response:
        """Give it back; escalation goes on."""
        theirs(caller, "incidents.release", incident)
        return await context.do("incidents.release", command, caller, incident=incident)

    @routes.post("/{incident}/hand")
    async def hand(incident: ItemId, command: Hand, caller: Annotated[Caller, needs("incidents.hand")]) -> Response:
        """Ask another person to take it; it stays with its owner until that person takes it."""
        if command.to is not None:
            context.person(command.to)
        theirs(caller, "incidents.hand", incident)
        return await context.do("incidents.hand", command, caller, incident=incident)

    @routes.post("/{incident}/note")
    async def note(incident: ItemId, command: Note, caller: Annotated[Caller, needs("incidents.note")]) -> Response:
        """Add a line to the timeline."""
        theirs(caller, "incidents.note", incident)
        return await context.do("incidents.note", command, caller, incident=incident)

    @routes.post("/{incident}/settle")
    async def settle(incident: ItemId, command: Note, caller: Annotated[Caller, needs("incidents.settle")]) -> Response:
        """Who has it says that it is under control; it waits to be closed, and a new alarm opens it again."""
        theirs(caller, "incidents.settle", incident)
        return await context.do("incidents.settle", command, caller, incident=incident)

    @routes.post("/{incident}/close")
    async def close(
        incident: ItemId, command: OnIncident, caller: Annotated[Caller, needs("incidents.close")]
    ) -> Response:
        """A person says it is over."""
        theirs(caller, "incidents.close", incident)
        return await context.do("incidents.close", command, caller, incident=incident)

    return routes
