"""The work room: answers for hidden hazards. A command is answered when it is stored, not before."""

import asyncio

import msgspec

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.plant.site import Site
from fangwei.work import hazards
from fangwei.work.errors import ZoneUnknown
from fangwei.work.figures import Figures
from fangwei.work.hazards import FROM, FoundHazard, HazardLine, Report, Step
from fangwei.work.store import Filter, Listed, Store


class AskShow(msgspec.Struct):
    """Question `fw.ask.work.show`."""

    hazard: str


class AskFigures(msgspec.Struct):
    """Question `fw.ask.work.figures`; UTC ns."""

    start: int
    end: int
    zones: list[str] | None = None


class Shown(msgspec.Struct):
    """One hazard with every step."""

    hazard: FoundHazard
    history: list[HazardLine]


class Room:
    """The running room."""

    def __init__(self, site: Site, bus: Bus, store: Store, health: Health) -> None:
        self._site = site
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
        await stop.wait()

    async def report(self, order: Report) -> FoundHazard:
        """A hazard somebody found."""
        if order.zone not in self._site.zones:
            raise ZoneUnknown(zone=order.zone)
        if order.point is not None and order.point not in self._site.points:
            raise ZoneUnknown(zone=order.point)
        hazard = await self._store.report(order.id, order.by, lambda: hazards.report(order, now_ns()))
        self._health.count("work.report")
        return hazard

    async def _offer(self, action: str) -> None:
        async def on_order(order: Step) -> FoundHazard:
            return await self.step(action, order)

        await self._bus.answer(f"{subjects.DO}.work.{action}", Step, on_order)

    async def step(self, action: str, order: Step) -> FoundHazard:
        """One step on a hazard."""
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
        return await self._store.figures(asked.start, asked.end, asked.zones, now_ns())


async def serve(settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Run the room until `stop`; the tables are there already (`db.migrate`)."""
    database = open_database(settings)
    try:
        await Room(site, bus, Store(database), health).serve(stop)
    finally:
        await database.close()
