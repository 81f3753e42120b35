"""What every route needs, in one place."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from fangwei.api.live import Hub
from fangwei.api.problems import PersonUnknown
from fangwei.api.search import PointIndex
from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import EARLIEST, LATEST
from fangwei.core.health import Health
from fangwei.core.ids import new_id
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.identity.caller import Caller
from fangwei.identity.errors import NotYourZone, ZoneUnknown
from fangwei.identity.gate import Gate
from fangwei.identity.roles import VERBS
from fangwei.incidents.apart import Workers
from fangwei.plant.site import Site

Time = Annotated[int, Query(ge=EARLIEST, le=LATEST, description="UTC nanoseconds")]
AlarmName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,160}$")]
ItemId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""Ids end up in messages on the bus; what could be a pattern there is refused here."""


WHOLE_SITE = Text("全厂", "the whole site")


class Command(BaseModel):
    """What every command carries: an id by which a repeated click is known again. Who gives it is the caller."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")] = Field(default_factory=new_id)


@dataclass
class Context:
    """The door's own collaborators."""

    site: Site
    bus: Bus
    hub: Hub
    health: Health
    index: PointIndex
    gate: Gate
    settings: Settings
    workers: Workers = field(default_factory=Workers)
    """Hands for photos and reports."""

    @property
    def data(self) -> Path:
        """Where photos lie."""
        return self.settings.data

    def person(self, id: str) -> str:
        """The person's id back.

        Raises:
            PersonUnknown: nobody of that id has an account that may be used.
        """
        person = self.gate.people.get(id)
        if person is None or not person.active:
            raise PersonUnknown(person=id)
        return id

    def zones_given(self, zones: list[str] | None) -> frozenset[str] | None:
        """Zones of a body, all known; None: the whole site.

        Raises:
            ZoneUnknown: the site has no such zone.
        """
        for zone in zones or ():
            if zone not in self.site.zones:
                raise ZoneUnknown(zone=zone)
        return None if zones is None else frozenset(zones)

    def may(self, caller: Caller, verb: str, zones: Collection[str]) -> None:
        """Let a caller through who answers for one of `zones` (known ones; none: the whole site's business).

        Raises:
            NotYourZone: the verb is theirs, but elsewhere.
        """
        if not caller.may(verb, zones):
            names = [self.site.zones[z].name.text if z in self.site.zones else Text(z, z) for z in sorted(zones)[:5]]
            told = Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))
            raise NotYourZone(zones=told, what=VERBS[verb].text)

    def may_everywhere(self, caller: Caller, verb: str, zones: Collection[str]) -> None:
        """Let a caller through who answers for every one of `zones`; none: the whole site, which only those may who
        answer for all of it.

        Raises:
            NotYourZone: the verb is theirs, but not for all of it.
        """
        if not zones and caller.zones is not None:
            raise NotYourZone(zones=WHOLE_SITE, what=VERBS[verb].text)
        for zone in sorted(zones):
            self.may(caller, verb, (zone,))

    async def ask(self, subject: str, question: Any, timeout: float = 5.0) -> Response:
        """The room's JSON answer, passed on as it is."""
        return as_json(await self.bus.ask(f"{subjects.ASK}.{subject}", question, timeout))

    async def do(self, subject: str, command: Command, caller: Caller, timeout: float = 5.0, **more: Any) -> Response:
        """A command passed on in the caller's name; the answer is the room's own."""
        body = command.model_dump(exclude_none=True) | more | {"by": caller.id}
        self.health.count(f"command.{subject}")
        return as_json(await self.bus.ask(f"{subjects.DO}.{subject}", body, timeout))


def as_json(content: Any) -> Response:
    """Bytes as they are, anything else by msgspec."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return Response(body, media_type="application/json")
