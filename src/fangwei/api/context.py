"""What every route needs, in one place."""

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
from fangwei.incidents.apart import Workers
from fangwei.plant.site import Site

Time = Annotated[int, Query(ge=EARLIEST, le=LATEST, description="UTC nanoseconds")]
AlarmName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,160}$")]
ItemId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""Ids end up in messages on the bus; what could be a pattern there is refused here."""


class Command(BaseModel):
    """What every command carries: an id by which a repeated click is known again, and who gave it."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")] = Field(default_factory=new_id)
    by: ItemId


@dataclass
class Context:
    """The door's own collaborators."""

    site: Site
    bus: Bus
    hub: Hub
    health: Health
    index: PointIndex
    people: frozenset[str] = field(default_factory=frozenset)
    data: Path = Path("data")
    """Where photos lie."""
    workers: Workers = field(default_factory=Workers)
    """Hands for photos and reports."""

    def person(self, id: str) -> str:
        """The person's id back.

        Raises:
            PersonUnknown: nobody of that id is in the duty file.
        """
        if id not in self.people:
            raise PersonUnknown(person=id)
        return id

    async def ask(self, subject: str, question: Any, timeout: float = 5.0) -> Response:
        """The room's JSON answer, passed on as it is."""
        return as_json(await self.bus.ask(f"{subjects.ASK}.{subject}", question, timeout))

    async def do(self, subject: str, command: Command, timeout: float = 5.0, **more: Any) -> Response:
        """A command passed on; the answer is the room's own."""
        self.person(command.by)
        body = command.model_dump(exclude_none=True) | more
        self.health.count(f"command.{subject}")
        return as_json(await self.bus.ask(f"{subjects.DO}.{subject}", body, timeout))


def as_json(content: Any) -> Response:
    """Bytes as they are, anything else by msgspec."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return Response(body, media_type="application/json")
