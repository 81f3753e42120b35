"""The room of real-time rules itself behind the canned door: it needs a store and a bus, and no plant."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.conftest import until

from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.plant.site import Site
from fangwei.reactions.service import Room
from fangwei.reactions.store import Store


@contextlib.asynccontextmanager
async def canned_reactions(settings: Settings, site: Site, bus: Bus) -> AsyncIterator[Room]:
    """The room with the example rules that fit the site; the store is migrated already."""
    database, stop, health = open_database(settings), asyncio.Event(), Health("reactions")
    room = Room(site, bus, Store(database), health)
    work = asyncio.create_task(room.serve(stop))
    try:
        await until(lambda: health.state == "running" or work.done(), "the room of real-time rules")
        yield room
    finally:
        stop.set()
        await asyncio.wait_for(work, 10)
        await database.close()
