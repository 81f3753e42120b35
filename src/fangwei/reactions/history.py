"""History as a dry-run hears it: alarms from their journal, incidents and signals from the stream, readings from the
historian. A month of readings is not read whole: buckets tell where a value can have been beyond its limit, and only
there every reading is asked for."""

import heapq
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import DAY, seconds
from fangwei.core.events import AlarmEvent, IncidentEvent
from fangwei.core.lists import MOST
from fangwei.core.orders import PlantSignal
from fangwei.core.quality import NOT_FRESH, UNTRUSTED_VALUE
from fangwei.core.texts import Text
from fangwei.historian.questions import AskDownsample, AskRange, Historian, Series
from fangwei.plant.site import Site
from fangwei.reactions import texts
from fangwei.reactions.rule import AlarmRow, EventRow, IncidentRow, RuleBody, ValueRow
from fangwei.reactions.seen import Seen, of_alarm, of_incident, of_signal

BUCKETS = 4000
MOST_READINGS = 2_000_000
SHORT_BY = DAY // 2
"""History that begins so much later than asked for is told to be short."""

Progress = Callable[[float, Text], None]


class Reading(NamedTuple):
    """One reading, or (`silent`) that there were none from here on."""

    point: str
    value: float | None
    ok: bool
    quality: int
    silent: bool = False


class _Journal(msgspec.Struct):
    total: int
    items: list[AlarmEvent]


class History:
    """What happened between two times, as far as a rule asks for it."""

    def __init__(self, site: Site, bus: Bus, start: int, end: int, progress: Progress) -> None:
        self._site, self._bus, self._start, self._end = site, bus, start, end
        self._progress = progress
        self._historian = Historian(bus)
        self._items: list[list[tuple[int, Seen | Reading]]] = []
        self._readings = 0
        self.have_from: int | None = None
        self.notes: list[Text] = []

    async def read(self, body: RuleBody) -> None:
        """Read what the rule's rows ask for."""
        values = {row.point: row for row in body.when if isinstance(row, ValueRow)}
        kinds = {type(row) for row in body.when}
        await self._cover(list(values))
        if AlarmRow in kinds:
            await self._alarms()
        if IncidentRow in kinds:
            self._progress(0.4, texts.ASK_INCIDENTS)
            await self._incidents()
        if EventRow in kinds:
            self._progress(0.5, texts.ASK_SIGNALS)
            await self._signals()
            self.notes.append(texts.SIGNALS_SHORT)
        for number, point in enumerate(values):
            rows = [row for row in body.when if isinstance(row, ValueRow) and row.point == point]
            self._progress(0.6 + 0.35 * number / len(values), texts.ASK_VALUES)
            await self._values(point, rows)

    def ordered(self) -> Iterator[tuple[int, Seen | Reading]]:
        """Everything read, oldest first."""
        yield from heapq.merge(*self._items, key=lambda pair: pair[0])

    # --- how far back -------------------------------------------------------------------------------------------

    async def _cover(self, points: list[str]) -> None:
        # Every source says each second that it is there: its first word is the platform's.
        standing = [f"{source}-state" for source in self._site.sources if f"{source}-state" in self._site.points]
        firsts: list[int | None] = []
        asked = points or standing[:3]
        if asked:
            question = AskDownsample(asked, self._start, self._end, 720, aligned=True)
            found = (await self._historian.downsample(question)).series
            firsts = [_first(found.get(point)) for point in asked]
        known = [first for first in firsts if first is not None]
        if not known or (points and len(known) < len(firsts)):
            self.notes.append(texts.HISTORY_NONE)
            return
        self.have_from = max(max(known) if points else min(known), self._start)
        if self.have_from - self._start > SHORT_BY:
            have, whole = (self._end - self.have_from) / DAY, (self._end - self._start) / DAY
            self.notes.append(texts.HISTORY_SHORT.format(have=f"{have:.1f}", asked=f"{whole:.0f}"))

    # --- events -------------------------------------------------------------------------------------------------

    async def _alarms(self) -> None:
        found: list[tuple[int, Seen | None]] = []
        total: int | None = None
        while total is None or len(found) < total:
            self._progress(0.4 * len(found) / max(1, total or 1), texts.ASK_ALARMS)
            question = {"start": self._start, "end": self._end, "sort": "time", "limit": MOST, "offset": len(found)}
            answer = await self._bus.ask(f"{subjects.ASK}.alarms.journal", question, timeout=30.0)
            page = msgspec.json.decode(answer, type=_Journal)
            if not page.items:
                break
            total = page.total
            found += [(event.decided_time, of_alarm(event)) for event in page.items]
        self._items.append([(time, seen) for time, seen in found if seen is not None])

    async def _incidents(self) -> None:
        found: list[tuple[int, Seen | Reading]] = []

        async def take(event: IncidentEvent) -> None:
            seen = of_incident(event)
            if seen is not None and seen.time <= self._end:
                found.append((seen.time, seen))

        await self._bus.stored_events(f"{subjects.INCIDENTS}.>", IncidentEvent, take, self._start)
        self._items.append(sorted(found, key=lambda pair: pair[0]))

    async def _signals(self) -> None:
        found: list[tuple[int, Seen | Reading]] = []

        def zone_of(point: str) -> str:
            return self._site.points[point].zone if point in self._site.points else ""

        async def take(signal: PlantSignal) -> None:
            if self._start <= signal.time <= self._end:
                found.append((signal.time, of_signal(signal, zone_of)))

        await self._bus.stored_events(f"{subjects.SIGNALS}.>", PlantSignal, take, self._start)
        self._items.append(sorted(found, key=lambda pair: pair[0]))

    # --- readings -----------------------------------------------------------------------------------------------

    async def _values(self, point: str, rows: list[ValueRow]) -> None:
        question = AskDownsample([point], self._start, self._end, BUCKETS, aligned=True)
        answer = await self._historian.downsample(question)
        series = answer.series.get(point)
        if series is None or not series.time:
            return
        found: list[tuple[int, Seen | Reading]] = []
        promise = self._site.points[point].stale_after
        wanted = [_may_be_beyond(series, i, rows) for i in range(len(series.time))]
        empty = 0
        for i, time in enumerate(series.time):
            begun = self.have_from is not None and time >= self.have_from
            if series.count[i] == 0 and begun:
                empty += 1
                if promise is not None and i and series.count[i - 1]:
                    found.append((time + seconds(promise), Reading(point, None, False, 0, silent=True)))
            # the bucket after one that matters shows when it came back
            if wanted[i] or (i and wanted[i - 1]):
                stop = series.time[i + 1] if i + 1 < len(series.time) else self._end
                found += await self._raw(point, time, min(stop, self._end))
            elif series.count[i] and i and not series.count[i - 1] and series.mean[i] is not None:
                found.append((time, Reading(point, series.mean[i], True, 0)))
        counted = sum(1 for time in series.time if self.have_from is not None and time >= self.have_from)
        if promise is not None and counted and empty / counted > 0.01:
            self.notes.append(texts.GAPS.format(points=point, share=round(100 * empty / counted)))
        self._items.append(sorted(found, key=lambda pair: pair[0]))

    async def _raw(self, point: str, start: int, end: int) -> list[tuple[int, Seen | Reading]]:
        if self._readings >= MOST_READINGS:
            return []
        table = await self._historian.range(AskRange(point, start, end))
        self._readings += table.num_rows
        columns = zip(
            table["source_time"].to_pylist(), table["value"].to_pylist(), table["quality"].to_pylist(), strict=True
        )
        found: list[tuple[int, Seen | Reading]] = []
        for time, value, quality in columns:
            if quality & int(NOT_FRESH):
                continue
            number = value if value is not None and value == value else None
            ok = number is not None and not quality & int(UNTRUSTED_VALUE)
            found.append((time, Reading(point, number, ok, quality)))
        return found


def _first(series: Series | None) -> int | None:
    if series is None:
        return None
    return next((time for time, count in zip(series.time, series.count, strict=True) if count), None)


def _may_be_beyond(series: Series, i: int, rows: list[ValueRow]) -> bool:
    if not series.count[i]:
        return False
    low, high = series.min[i], series.max[i]
    if low is None or high is None or (series.quality[i] or 0) & int(UNTRUSTED_VALUE):
        return True
    for row in rows:
        if (
            (row.side == "above" and high > row.at)
            or (row.side == "below" and low < row.at)
            or (row.side == "equals" and low <= row.at <= high)
        ):
            return True
    return False
