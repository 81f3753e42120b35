"""A small site with people, incidents as they would come, and a receiver on loopback."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.conftest import until

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import SECOND, now_ns
from fangwei.core.events import Hazard, Incident, IncidentEvent, IncidentMember, IncidentStatus, Notice
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.db.migrate import migrate
from fangwei.duty import service
from fangwei.plant.schema import Duty, SiteHead, Zone
from fangwei.plant.site import Site

NOON = 1_795_500_000 * SECOND  # some working day of 2026


def person(id: str, *channels: str) -> dict[str, Any]:
    return {"id": id, "name": {"zh": f"{id}同志", "en": id.title()}, "role": "crew", "channels": list(channels)}


def site_of(duty: dict[str, Any]) -> Site:
    head = {
        "id": "s",
        "name": {"zh": "厂", "en": "Plant"},
        "georeference": {"longitude": 119.5, "latitude": 26.6},
        "storeys": [{"id": "g", "name": {"zh": "一", "en": "g"}, "floor": 0, "ceiling": 9}],
    }
    zones = {
        id: Zone.model_validate(
            {
                "id": id,
                "name": {"zh": f"{id}区", "en": id},
                "storey": "g",
                "polygon": [[i, 0], [i + 1, 0], [i + 1, 1]],
                "floor": 0,
                "ceiling": 5,
            }
        )
        for i, id in enumerate(("filling", "store", "formation"))
    }
    return Site(head=SiteHead.model_validate(head), zones=zones, points={}, duty=Duty.model_validate(duty))


def incident(id: str = "i1", revision: int = 1, status: IncidentStatus = IncidentStatus.OPEN, **more: Any) -> Incident:
    member = IncidentMember(
        alarm="EF-GAS-01.hi",
        occurrence="o",
        point="EF-GAS-01",
        zone="filling",
        east=1.0,
        north=2.0,
        up=0.5,
        kind="combustible_gas",
        priority=2,
        active=True,
        value=31.5,
        unit="%LEL",
        since=NOON,
        certainty=1.0,
    )
    fields: dict[str, Any] = {
        "id": id,
        "revision": revision,
        "status": status,
        "title": Text("注液漏气", "Leak at filling"),
        "hazard": Hazard.RELEASE,
        "priority": 2,
        "zones": ["filling"],
        "started": NOON,
        "updated": NOON,
        "announced": NOON,
        "first_out": member,
        "members": [member],
    }
    return Incident(**(fields | more))


def event(change: str = "opened", **more: Any) -> IncidentEvent:
    picture = incident(**more)
    return IncidentEvent(id=f"{picture.id}/{picture.revision}", change=change, incident=picture, entries=[])


@dataclass
class Receiver:
    """A webhook receiver; `answers` is the status of each next request, 200 when empty."""

    port: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    connections: int = 0
    times: list[int] = field(default_factory=list)
    """When each body was complete, UTC ns."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = head.split("\r\n")[1:-2]
                headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                self.times.append(now_ns())
                self.headers.append(headers)
                self.got.append(json.loads(body))
                status = self.answers.pop(0) if self.answers else 200
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client, or the test, has ended
        finally:
            writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


class Running:
    """A duty room in this process, its health, and what it said."""

    def __init__(self, settings: Settings, duty: dict[str, Any]) -> None:
        self.settings = settings
        self.site = site_of(duty)
        self.health = Health("duty")
        self.stop = asyncio.Event()

    async def __aenter__(self) -> "Running":
        self.bus = await Bus.connect(self.settings, self.health)
        self.task = asyncio.get_running_loop().create_task(
            service.serve(self.settings, self.site, self.bus, self.health, self.stop)
        )
        await until(lambda: self.health.state == "running" or self.task.done(), "the room runs")
        if self.task.done():
            self.task.result()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        await self.task
        await self.bus.close()

    async def kill(self) -> None:
        """End as a kill does: nothing is put in order."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task
        await self.bus._nc.close()


@pytest.fixture
def stored(settings: Settings) -> Settings:
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate(settings)
    return settings


@pytest.fixture
async def said(bus: Bus) -> AsyncIterator[list[Notice]]:
    """Every notice on the bus."""
    heard: list[Notice] = []

    async def on_notice(notice: Notice) -> None:
        heard.append(notice)

    await bus.hear_events(f"{subjects.NOTICES}.>", Notice, on_notice)
    await bus.flush()
    yield heard


async def emit(bus: Bus, what: IncidentEvent) -> None:
    await bus.emit(f"{subjects.INCIDENTS}.{what.incident.id}", what, sure_id=what.id)
