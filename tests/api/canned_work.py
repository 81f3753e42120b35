"""The work room's answers from memory, by its own rules, for trying the door and the pages without a store."""

from collections.abc import Callable
from typing import Any

from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.lists import cut
from fangwei.plant.site import Site
from fangwei.work.errors import HazardUnknown, ZoneUnknown
from fangwei.work.figures import Closed, Figures, closing
from fangwei.work.hazards import (
    FROM,
    OVER,
    FoundHazard,
    HazardLevel,
    HazardLine,
    HazardStatus,
    Report,
    Step,
    report,
    step,
)
from fangwei.work.questions import SORTED_BY, AskFigures, AskShow, Filter, Listed, Shown


class CannedWork:
    """Hazards of this run only."""

    def __init__(self, site: Site, bus: Bus) -> None:
        self.site = site
        self.bus = bus
        self.hazards: dict[str, FoundHazard] = {}
        self.lines: list[HazardLine] = []

    async def answer(self) -> None:
        """Offer every question and command of the room."""
        await self.bus.answer("fw.ask.work.list", Filter, self.listed)
        await self.bus.answer("fw.ask.work.show", AskShow, self.show)
        await self.bus.answer("fw.ask.work.figures", AskFigures, self.figures)
        await self.bus.answer("fw.do.work.report", Report, self.report)
        for action in FROM:
            await self.bus.answer(f"fw.do.work.{action}", Step, self._stepper(action))

    def _stepper(self, action: str) -> Callable[[Step], Any]:
        async def on_step(order: Step) -> FoundHazard:
            hazard = self._find(order.hazard)
            if all(line.id != order.id for line in self.lines):
                hazard, line = step(hazard, action, order, now_ns())
                self.hazards[hazard.id] = hazard
                self.lines.append(line)
            return hazard

        return on_step

    def _find(self, id: str) -> FoundHazard:
        if id not in self.hazards:
            raise HazardUnknown(hazard=id)
        return self.hazards[id]

    async def report(self, order: Report) -> FoundHazard:
        if order.zone not in self.site.zones:
            raise ZoneUnknown(zone=order.zone)
        if order.id not in self.hazards:
            self.hazards[order.id], line = report(order, now_ns())
            self.lines.append(line)
        return self.hazards[order.id]

    async def listed(self, asked: Filter) -> Listed:
        now = now_ns()
        found = [
            h
            for h in self.hazards.values()
            if (asked.zones is None or h.zone in asked.zones or asked.own in (h.reporter, h.assignee))
            and (asked.status is None or h.status in asked.status)
            and asked.zone in (None, h.zone)
            and asked.point in (None, h.point)
            and asked.assignee in (None, h.assignee)
            and asked.reporter in (None, h.reporter)
            and asked.level in (None, h.level)
            and not (asked.overdue and (h.status in OVER or h.deadline is None or h.deadline > now))
        ]
        found.sort(key=lambda h: -h.reported)
        sorts = {name: lambda h, name=name: getattr(h, name) for name in SORTED_BY}
        total, part = cut(found, asked, sorts, lambda h: h.words)
        return Listed(total, asked.offset, part)

    async def show(self, asked: AskShow) -> Shown:
        return Shown(self._find(asked.hazard), [line for line in self.lines if line.hazard == asked.hazard])

    async def figures(self, asked: AskFigures) -> Figures:
        open_now = [h for h in self.hazards.values() if h.status not in OVER]
        done = [h for h in self.hazards.values() if h.status is HazardStatus.VERIFIED]
        rows = [Closed(h.seen, h.closed or h.updated, h.deadline, h.level) for h in done]
        return Figures(
            open=len(open_now),
            overdue=sum(1 for h in open_now if h.deadline is not None and h.deadline < now_ns()),
            waiting_check=sum(1 for h in open_now if h.status is HazardStatus.FIXED),
            reported=len(self.hazards),
            closing=closing(rows),
            by_level={str(level): closing(r for r in rows if r.level is level) for level in HazardLevel},
        )
