"""The door on a real port before a real broker and canned rooms."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from tests.api.canned_plant import CannedPlant, canned_site
from tests.conftest import until

from fangwei.api.service import serve
from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.core.settings import Settings


@dataclass
class Door:
    """The running door and what stands behind it."""

    plant: CannedPlant
    client: httpx.AsyncClient
    health: Health
    port: int

    @property
    def live(self) -> str:
        return f"ws://127.0.0.1:{self.port}/api/live"


@pytest.fixture
async def plant(bus: Bus) -> CannedPlant:
    canned = CannedPlant(canned_site(), bus)
    await canned.answer()
    await bus.flush()
    return canned


async def _open(settings: Settings, bus: Bus, canned: CannedPlant) -> AsyncIterator[Door]:
    health = Health("app")
    own = await Bus.connect(settings, health)
    stop = asyncio.Event()
    task = asyncio.create_task(serve(settings, canned.site, own, health, stop))
    await until(lambda: health.state == "running" or task.done())
    if task.done():
        task.result()
    base = f"http://127.0.0.1:{settings.web_port}"
    async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
        yield Door(canned, client, health, settings.web_port)
    stop.set()
    await asyncio.wait_for(task, 10)
    await own.close()


@pytest.fixture
async def door(settings: Settings, bus: Bus, plant: CannedPlant) -> AsyncIterator[Door]:
    """The door before rooms that answer."""
    async for opened in _open(settings, bus, plant):
        yield opened


@pytest.fixture
async def lonely_door(settings: Settings, bus: Bus) -> AsyncIterator[Door]:
    """The door before a bus on which nobody answers."""
    async for opened in _open(settings, bus, CannedPlant(canned_site(), bus)):
        yield opened
