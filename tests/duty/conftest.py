"""A small site with people, incidents as they would come, and a receiver on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.conftest import until as until  # tests of this room take it from here

from fangwei.core.clock import SECOND, now_ns
from fangwei.core.events import Hazard, Incident, IncidentEvent, IncidentMember, IncidentStatus
from fangwei.core.texts import Text
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
