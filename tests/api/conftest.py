"""The door on a real port before a real broker and canned rooms."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

import httpx
import pytest
from tests.api.canned_flows import canned_flows
from tests.api.canned_plant import CannedPlant
from tests.api.canned_reactions import canned_reactions
from tests.api.canned_site import canned_site
from tests.conftest import until
from tests.sign_in import signed_in
from websockets.asyncio.client import connect

from fangwei.api import service
from fangwei.api.service import serve
from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate
from fangwei.identity.gate import Gate


@dataclass
class Door:
    """The running door and what stands behind it."""

    plant: CannedPlant
    client: httpx.AsyncClient
    """Of the first person of the duty file, a shift supervisor."""
    health: Health
    settings: Settings
    clients: contextlib.AsyncExitStack
    gates: list[Gate]

    @property
    def port(self) -> int:
        return self.settings.web_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def live(self) -> str:
        return f"ws://127.0.0.1:{self.port}/api/live"

    def gate(self) -> Gate:
        """The door's own gate, to let time pass in it."""
        return self.gates[0]

    async def anonymous(self) -> httpx.AsyncClient:
        """A client that nobody is signed in with."""
        return await self.clients.enter_async_context(httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=30))

    async def client_of(self, role: str) -> httpx.AsyncClient:
        """A client of the first person of that role, who is in already."""
        client = await signed_in(self.settings, role)
        self.clients.push_async_callback(client.aclose)
        return client

    def connect(self, client: httpx.AsyncClient | None = None, **options):
        """A live connection of whoever is signed in with the client."""
        cookie = "; ".join(f"{c.name}={c.value}" for c in (client or self.client).cookies.jar)
        return connect(self.live, additional_headers={"cookie": cookie}, **options)


@pytest.fixture
async def plant(bus: Bus) -> CannedPlant:
    canned = CannedPlant(canned_site(), bus)
    await canned.answer()
    await bus.flush()
    return canned


async def _open(settings: Settings, bus: Bus, canned: CannedPlant, sign_in: bool = True) -> AsyncIterator[Door]:
    health = Health("app")
    own = await Bus.connect(settings, health)
    stop = asyncio.Event()
    await asyncio.to_thread(migrate, settings)
    gates: list[Gate] = []

    def gate(*given: Any) -> Gate:
        gates.append(Gate(*given))
        return gates[0]

    with mock.patch.object(service, "Gate", gate):
        task = asyncio.create_task(serve(settings, canned.site, own, health, stop))
        await until(lambda: health.state == "running" or task.done())
    if task.done():
        task.result()
    async with contextlib.AsyncExitStack() as clients:
        client = await signed_in(settings, "shift_supervisor") if sign_in else httpx.AsyncClient()
        clients.push_async_callback(client.aclose)
        yield Door(canned, client, health, settings, clients, gates)
    stop.set()
    await asyncio.wait_for(task, 10)
    await own.close()


@pytest.fixture
async def door(settings: Settings, bus: Bus, plant: CannedPlant) -> AsyncIterator[Door]:
    """The door before rooms that answer."""
    await asyncio.to_thread(migrate, settings)
    async with canned_flows(settings, plant.site, bus), canned_reactions(settings, plant.site, bus):
        async for opened in _open(settings, bus, plant):
            yield opened


@pytest.fixture
async def lonely_door(settings: Settings, bus: Bus) -> AsyncIterator[Door]:
    """The door before a bus on which nobody answers."""
    async for opened in _open(settings, bus, CannedPlant(canned_site(), bus)):
        yield opened
