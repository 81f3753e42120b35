"""The room on a real broker and store."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from tests.api.canned_site import canned_site

from fangwei.audit import models as audit_models
from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate
from fangwei.work.service import serve

assert audit_models


class Room:
    """The running room and a way to speak to it."""

    def __init__(self, settings: Settings, bus: Bus) -> None:
        self.settings = settings
        self.bus = bus
        self.health = Health("incidents")

    async def start(self) -> None:
        self.stop = asyncio.Event()
        self.health.state = "starting"
        # A line of its own, as a process has: what the room offered ends with it.
        self.own = await Bus.connect(self.settings, self.health)
        self.task = asyncio.ensure_future(serve(self.settings, canned_site(), self.own, self.health, self.stop))
        async with asyncio.timeout(20):
            while self.health.state != "running":
                if self.task.done():
                    self.task.result()
                await asyncio.sleep(0.01)

    async def end(self) -> None:
        self.stop.set()
        await self.task
        await self.own.close()

    async def do(self, action: str, **order: Any) -> dict[str, Any]:
        return msgspec.json.decode(await self.bus.ask(f"fw.do.work.{action}", order))  # type: ignore[no-any-return]

    async def ask(self, question: str, **asked: Any) -> dict[str, Any]:
        return msgspec.json.decode(await self.bus.ask(f"fw.ask.work.{question}", asked))  # type: ignore[no-any-return]

    async def found(self, id: str, **more: Any) -> dict[str, Any]:
        order = {"id": id, "by": "li", "zone": "filling", "words": "阀门滴漏", "kind": "leak"}
        return await self.do("report", **(order | more))


@pytest.fixture
async def room(settings: Settings, bus: Bus) -> AsyncIterator[Room]:
    settings.data.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(migrate, settings)
    running = Room(settings, bus)
    await running.start()
    yield running
    await running.end()
