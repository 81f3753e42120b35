"""The work room: answers for hidden hazards. A command is answered when it is stored, not before."""

import asyncio
import contextlib

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.incidents.photo_files import PhotoFiles
from fangwei.plant.site import Site
from fangwei.work import hazards
from fangwei.work.errors import PhotoUnknown, ZoneUnknown
from fangwei.work.figures import Figures
from fangwei.work.hazards import FROM, FoundHazard, Report, Step
from fangwei.work.questions import PHOTOS, AskFigures, AskShow, Filter, Listed, Shown
from fangwei.work.store import Store

HOUSEKEEPING_S = 3600.0


class Room:
    """The running room."""

    def __init__(self, site: Site, bus: Bus, store: Store, files: PhotoFiles, health: Health) -> None:
        self._site = site
        self._files = files
        self._bus = bus
        self._store = store
        self._health = health

    async def serve(self, stop: asyncio.Event) -> None:
        """Answer until `stop`."""
        await self._bus.answer(f"{subjects.ASK}.work.list", Filter, self.listed)
        await self._bus.answer(f"{subjects.ASK}.work.show", AskShow, self.show)
        await self._bus.answer(f"{subjects.ASK}.work.figures", AskFigures, self.figures)
        await self._bus.answer(f"{subjects.DO}.work.report", Report, self.report)
        for action in FROM:
            await self._offer(action)
        self._health.state = "running"
        while not stop.is_set():
            await self.keep_house()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), HOUSEKEEPING_S)

    async def keep_house(self) -> None:
        """Remove pictures that came and were never named in a step; the phone still has them and sends them again."""
        try:
            named = await self._store.photos()
            gone = await asyncio.to_thread(self._files.remove_orphans, named)
            self._health.count("work.orphan_photos_removed", gone)
        except Exception as error:
            self._health.error("work.photos_not_kept_in_order", f"{type(error).__name__}: {error}")

    async def _there(self, photos: list[str]) -> None:
        def missing() -> str | None:
            return next((p for p in photos if not self._files.path(p).exists()), None)

        gone = await asyncio.to_thread(missing)
        if gone is not None:
            raise PhotoUnknown(photo=gone)

    async def report(self, order: Report) -> FoundHazard:
        """A hazard somebody found."""
        if order.zone not in self._site.zones:
            raise ZoneUnknown(zone=order.zone)
        if order.point is not None and order.point not in self._site.points:
            raise ZoneUnknown(zone=order.point)
        await self._there(order.photos)
        hazard = await self._store.report(order.id, order.by, lambda: hazards.report(order, now_ns()))
        self._health.count("work.report")
        return hazard

    async def _offer(self, action: str) -> None:
        async def on_order(order: Step) -> FoundHazard:
            return await self.step(action, order)

        await self._bus.answer(f"{subjects.DO}.work.{action}", Step, on_order)

    async def step(self, action: str, order: Step) -> FoundHazard:
        """One step on a hazard."""
        await self._there(order.photos)
        after = await self._store.step(
            order.id, order.by, order.hazard, lambda before: hazards.step(before, action, order, now_ns())
        )
        self._health.count(f"work.{action}")
        return after

    async def listed(self, asked: Filter) -> Listed:
        """A page of the list."""
        return await self._store.listed(asked, now_ns())

    async def show(self, asked: AskShow) -> Shown:
        """One with its history."""
        return Shown(*await self._store.show(asked.hazard))

    async def figures(self, asked: AskFigures) -> Figures:
        """Times to close, what is open and what is late."""
        return await self._store.figures(asked.start, asked.end, asked.zones, now_ns(), asked.own)


async def serve(settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Run the room until `stop`; the tables are there already (`db.migrate`)."""
    database = open_database(settings)
    try:
        files = PhotoFiles(settings.data / PHOTOS)
        await Room(site, bus, Store(database), files, health).serve(stop)
    finally:
        await database.close()
