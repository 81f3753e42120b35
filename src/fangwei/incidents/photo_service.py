"""The photos' questions and commands on the bus, and the hourly look for pictures that belong to nothing."""

import asyncio
import contextlib

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.incidents.photos import AddPhoto, AskPhoto, AskPhotos, ErasePhoto, Photos

HOUSEKEEPING_S = 3600.0


async def offer_photos(photos: Photos, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Answer from now on; keeps house until `stop`."""
    await bus.answer(f"{subjects.ASK}.incidents.photos", AskPhotos, photos.listed)
    await bus.answer(f"{subjects.ASK}.incidents.photo", AskPhoto, photos.one)
    await bus.answer(f"{subjects.DO}.incidents.add_photo", AddPhoto, photos.add)
    await bus.answer(f"{subjects.DO}.incidents.erase_photo", ErasePhoto, photos.erase)

    async def keep_house() -> None:
        while not stop.is_set():
            try:
                health.count("incidents.orphan_photos_removed", await photos.keep_house())
            except Exception as error:
                health.error("incidents.photos_not_kept_in_order", f"{type(error).__name__}: {error}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), HOUSEKEEPING_S)

    _running.add(task := asyncio.create_task(keep_house()))
    task.add_done_callback(_running.discard)


_running: set[asyncio.Task[None]] = set()
"""The loop itself holds tasks by a weak hand only."""
