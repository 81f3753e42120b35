"""The one door through which a source's readings enter the platform.

Whatever a device says ends here as a reading with its doubts, or as a counted, named error. The door stamps
the receive time, learns the source's clock, and gathers readings into batches: the first one waits at most 5
ms.
"""

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fangwei.connect.clock_offset import ClockOffset
from fangwei.core import clock
from fangwei.core.health import Health
from fangwei.core.quality import Quality
from fangwei.core.reading import Ints, Readings
from fangwei.plant.schema import Source
from fangwei.plant.site import SitePoint

BATCH_ROWS = 1_000
BATCH_WAIT_S = 0.005
SURE_BATCHES_PER_S = 200
"""Confirming a batch costs a subscription and a task; at more batches than this it would delay them all."""
UNSURE_MOST = 2_000
"""Batches waiting for confirmation before new ones go without: the stream's disk is full or its leader is
away."""
WAITING_ROWS_MOST = 500_000
"""Readings held per source while the broker is away: 17 MB; then the oldest go, for alarms live on the
newest."""
UNKNOWN_NAMES_MOST = 100

NO_TIME = -(2**63)
"""In `take_many`: the source gave no time for this row."""

_SUBSTITUTED = int(Quality.SUBSTITUTED)
_BAD_CLOCK = int(Quality.SUBSTITUTED | Quality.CLOCK_UNTRUSTED)
_CLOCK_UNTRUSTED = int(Quality.CLOCK_UNTRUSTED)
_NOT_A_NUMBER = int(Quality.NOT_A_NUMBER)
_MOST_QUALITY = 0x7FFF


class Outlet(Protocol):
    """The part of `bus.Bus` that the door uses."""

    @property
    def connected(self) -> bool:
        """Whether the broker is reachable now."""

    @property
    def unsure(self) -> int:
        """How many messages wait for their confirmation."""

    async def publish_readings(self, source: str, readings: Readings, sure_id: str | None = None) -> None:
        """Send a batch."""


class _Entry:
    """How one point's values are read."""

    __slots__ = ("offset", "plain", "point", "scale", "states")

    def __init__(self, point: SitePoint, scale: float, offset: float) -> None:
        self.point = point
        self.scale = scale
        self.offset = offset
        self.plain = scale == 1.0 and offset == 0.0
        self.states: dict[str, float] = {}
        for number, name in point.states.items():
            for text in (str(number), name.zh, name.en):
                self.states[text.strip().casefold()] = float(number)


class Door:
    """Entry of one source. `take` and `take_many` are plain calls from the event loop's thread; they never
    raise.

    Invariants: a reading whose source gave no time has the receive time and SUBSTITUTED; one whose time is
    absurd (outside `clock.EARLIEST`..`LATEST`) has SUBSTITUTED | CLOCK_UNTRUSTED; NaN and infinities become
    NaN with NOT_A_NUMBER; scale and offset are applied to numbers, not to state names. Only the source's own
    points pass.

    While the broker is away up to `WAITING_ROWS_MOST` readings wait; then the oldest are dropped, counted in
    `connect.dropped` with the time they reach to.
    """

    def __init__(
        self,
        source: Source,
        points: Iterable[SitePoint],
        outlet: Outlet,
        health: Health,
        now: Callable[[], int] = clock.now_ns,
    ) -> None:
        self.source = source.id
        self.clock = ClockOffset(clock.seconds(min(source.late_after / 2, 2.0)))
        self.unknown_names: dict[str, int] = {}
        """Names the source sent that no point has -> how often; at most `UNKNOWN_NAMES_MOST` names."""
        self.readings = 0
        self.errors = 0
        self.last_reading: int | None = None
        """Receive time of the latest reading."""
        self.lag_ns: int | None = None
        """Receive time less source time of the latest reading that had a time of its own."""
        self._outlet = outlet
        self._health = health
        self._now = now
        scaling = {p.point: (p.scale, p.offset) for p in source.points}
        self._entries = {p.key: _Entry(p, *scaling.get(p.id, (1.0, 0.0))) for p in points}
        keys = sorted(self._entries)
        self._keys = np.array(keys, np.int64)
        self._scales = np.array([self._entries[k].scale for k in keys], np.float64)
        self._offsets = np.array([self._entries[k].offset for k in keys], np.float64)
        self._plain = all(e.plain for e in self._entries.values())
        self._key: list[int] = []
        self._source_time: list[int] = []
        self._receive_time: list[int] = []
        self._value: list[float] = []
        self._quality: list[int] = []
        self._waiting: deque[Readings] = deque()
        self._waiting_rows = 0
        self._received: int | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._filled = asyncio.Event()
        self._id = f"{source.id}/{os.urandom(6).hex()}"
        self._queued = 0
        self._gone = 0
        """Batches since the beginning: put in the queue; given to the bus or dropped."""
        self._sent = 0
        self._second = 0
        self._sent_in_second = 0

    # --- in -------------------------------------------------------------------------------------------------

    def take(self, point: int, value: Any, source_time: int | None = None, quality: int = 0) -> None:
        """One reading: point key, number / bool / state name, source time in UTC ns (None: none given),
        doubts."""
        entry = self._entries.get(point)
        if entry is None:
            self.unknown(str(point))
            return
        now = self._received or self._now()
        number: float
        if value.__class__ is float:
            number = value
        elif isinstance(value, str):
            state = entry.states.get(value.strip().casefold())
            if state is None:
                self._wrong(entry, value)
                return
            self._append(point, state, source_time, now, quality)
            return
        else:
            try:
                if not isinstance(value, (int, float, np.number, np.bool_)):
                    raise TypeError
                number = float(value)
            except (OverflowError, ValueError, TypeError):
                self._wrong(entry, value)
                return
        if not entry.plain:
            number = number * entry.scale + entry.offset
        if number - number != 0.0:  # NaN and both infinities, in one comparison
            number = float("nan")
            quality |= _NOT_A_NUMBER
        self._append(point, number, source_time, now, quality)

    def take_many(
        self,
        points: ArrayLike,
        values: ArrayLike,
        source_times: ArrayLike | None = None,
        quality: ArrayLike | int = 0,
    ) -> None:
        """Many readings at once: point keys int64 (n,), numbers or bools (n,), source times int64 ns (n,)
        where `NO_TIME` (or None for all) means none given, and doubts, one for all or int16 (n,)."""
        now = self._received or self._now()
        try:
            point = np.asarray(points, np.int64)
            value = np.asarray(values).astype(np.float64)
            n = len(point)
            times = np.full(n, NO_TIME, np.int64) if source_times is None else np.asarray(source_times, np.int64)
            doubts = np.broadcast_to(np.asarray(quality).astype(np.int16), (n,)).copy()
            if not point.shape == value.shape == times.shape == (n,):
                raise ValueError(f"shapes {point.shape}, {value.shape}, {times.shape}")
        except (ValueError, TypeError, OverflowError) as error:
            self.errors += 1
            self._health.error("connect.batch_malformed", f"{self.source}: {error}")
            return
        if n == 0:
            return
        slots = np.searchsorted(self._keys, point)
        slots[slots == len(self._keys)] = 0
        known = self._keys[slots] == point if len(self._keys) else np.zeros(n, np.bool_)
        if not known.all():
            for key in point[~known].tolist():
                self.unknown(str(key))
            point, value, times, doubts, slots = (a[known] for a in (point, value, times, doubts, slots))
        if not self._plain:
            value = value * self._scales[slots] + self._offsets[slots]
        broken = ~np.isfinite(value)
        if broken.any():
            value = np.where(broken, np.nan, value)
            doubts[broken] |= _NOT_A_NUMBER
        absent = times == NO_TIME
        absurd = ~absent & ((times < clock.EARLIEST) | (times > clock.LATEST))
        if absurd.any():
            self._absurd(int(times[absurd][-1]), int(absurd.sum()))
            doubts[absurd] |= _BAD_CLOCK
        doubts[absent] |= _SUBSTITUTED
        times = np.where(absent | absurd, now, times)
        # What came before must leave before.
        self._gather()
        self._admit(Readings(point, times, np.full(len(point), now, np.int64), value, doubts))

    @contextlib.contextmanager
    def received_before(self) -> Iterator[Callable[[int], None]]:
        """Take readings that the platform's broker received earlier, while nobody was here to take them: the function
        given sets when (UTC ns), which becomes their receive time. No clock is learnt from them. Not across an await.
        """
        self._gather()

        def at(time: int) -> None:
            self._received = time

        at(self._now())
        try:
            yield at
        finally:
            self._gather()
            self._received = None

    async def all_sent(self) -> None:
        """Wait until everything taken so far was given to the bus."""
        self._gather()
        due = self._queued
        while self._gone < due:
            await asyncio.sleep(0.005)

    def unknown(self, name: str) -> None:
        """Count a reading whose name no point of this source has."""
        self.errors += 1
        name = name[:120]
        if name in self.unknown_names or len(self.unknown_names) < UNKNOWN_NAMES_MOST:
            self.unknown_names[name] = self.unknown_names.get(name, 0) + 1
        self._health.error("connect.point_unknown", f"{self.source}: {name!r}")

    def count_errors(self, by: int = 1) -> None:
        """Add to the source's errors; the named count is the caller's."""
        self.errors += by

    def take_own(self, point: int, value: float) -> None:
        """A reading that the platform makes about the source itself (its state, its lag); not counted as the
        source's."""
        if point not in self._entries:
            return
        now = self._now()
        self._push(point, value, now, now, 0 if value == value else _NOT_A_NUMBER)

    @property
    def waiting(self) -> int:
        """Readings taken and not yet sent."""
        return self._waiting_rows + len(self._key)

    # --- out ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Send what was gathered, in order, until cancelled; waits while the broker is away."""
        try:
            while True:
                await self._filled.wait()
                self._filled.clear()
                while self._waiting:
                    if not self._outlet.connected:
                        await asyncio.sleep(0.05)
                        continue
                    await self._send_one()
        finally:
            self._gather()
            with contextlib.suppress(Exception):
                while self._waiting and self._outlet.connected:
                    await self._send_one()

    def flush(self) -> None:
        """Close the batch being gathered."""
        self._gather()

    async def _send_one(self) -> None:
        batch = self._waiting.popleft()
        second = self._now() // clock.SECOND
        if second != self._second:
            self._second, self._sent_in_second = second, 0
        self._sent_in_second += 1
        self._sent += 1
        sure = self._sent_in_second <= SURE_BATCHES_PER_S and self._outlet.unsure < UNSURE_MOST
        try:
            await self._outlet.publish_readings(self.source, batch, f"{self._id}/{self._sent}" if sure else None)
        except Exception as error:
            self._waiting.appendleft(batch)
            self._health.error("connect.not_published", f"{self.source}: {type(error).__name__}: {error}")
            await asyncio.sleep(0.1)
            return
        self._waiting_rows -= len(batch)
        self._gone += 1
        self._health.count("connect.readings", len(batch))
        self._health.count("connect.batches")

    # --- inside ---------------------------------------------------------------------------------------------

    def _append(self, point: int, number: float, source_time: int | None, now: int, quality: int) -> None:
        if source_time is None:
            source_time = now
            quality |= _SUBSTITUTED
        elif not (source_time.__class__ is int and clock.EARLIEST <= source_time <= clock.LATEST):
            try:
                source_time = int(source_time)  # a numpy integer
            except (TypeError, ValueError, OverflowError):
                source_time = 0
            if not clock.EARLIEST <= source_time <= clock.LATEST:
                self._absurd(source_time, 1)
                source_time = now
                quality |= _BAD_CLOCK
        self._push(point, number, source_time, now, quality & _MOST_QUALITY)
        self.readings += 1
        self.last_reading = max(now, self.last_reading or 0)

    def _push(self, point: int, number: float, source_time: int, now: int, quality: int) -> None:
        self._key.append(point)
        self._source_time.append(source_time)
        self._receive_time.append(now)
        self._value.append(number)
        self._quality.append(quality)
        if len(self._key) == 1:
            self._timer = asyncio.get_running_loop().call_later(BATCH_WAIT_S, self._gather)
        elif len(self._key) >= BATCH_ROWS:
            self._gather()

    def _gather(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._key:
            return
        batch = Readings.of(self._key, self._source_time, self._receive_time, self._value, self._quality)
        self._key, self._source_time, self._receive_time, self._value, self._quality = [], [], [], [], []
        self._learn_and_queue(batch)

    def _admit(self, batch: Readings) -> None:
        if len(batch) == 0:
            return
        self.readings += len(batch)
        self.last_reading = max(int(batch.receive_time[-1]), self.last_reading or 0)
        for start in range(0, len(batch), 10 * BATCH_ROWS):
            self._learn_and_queue(batch.take(np.arange(start, min(start + 10 * BATCH_ROWS, len(batch)))))

    def _learn_and_queue(self, batch: Readings) -> None:
        own_time = (batch.quality & _SUBSTITUTED) == 0
        own_time &= batch.receive_time != batch.source_time  # the platform's own readings about the source
        delays: Ints = (batch.receive_time - batch.source_time)[own_time]
        if len(delays) and self._received is None:
            now = int(batch.receive_time[-1])
            self.lag_ns = int(delays[-1])
            if self.clock.observe(now, _low_quartile(delays)):
                self.errors += 1
                self._health.error(
                    "connect.clock_jumped",
                    f"{self.source}: its clock is now {-_low_quartile(delays) / 1e9:+.3f} s from ours",
                )
            if self.clock.untrusted(now):
                batch.quality[own_time] |= _CLOCK_UNTRUSTED
        self._waiting.append(batch)
        self._queued += 1
        self._waiting_rows += len(batch)
        self._filled.set()
        while self._waiting_rows > WAITING_ROWS_MOST and len(self._waiting) > 1:
            lost = self._waiting.popleft()
            self._waiting_rows -= len(lost)
            self._gone += 1
            self._health.error(
                "connect.dropped",
                f"{self.source}: the bus is away and its waiting room full; readings up to "
                f"{clock.iso(int(lost.receive_time[-1]))} are lost",
                len(lost),
            )

    def _wrong(self, entry: _Entry, value: object) -> None:
        self.errors += 1
        kind = type(value).__name__
        shown = repr(value)[:80] if isinstance(value, (str, int, bytes, type(None))) else kind
        self._health.error("connect.value_wrong_type", f"{self.source}: point {entry.point.id} got {kind} {shown}")

    def _absurd(self, time: int, by: int) -> None:
        self.errors += by
        self._health.error(
            "connect.time_absurd", f"{self.source}: source time {_shown(time)} is outside 2000..2100", by
        )


def _shown(time: int) -> str:
    # The date tells what is wrong: 1970 is seconds sent where milliseconds are configured.
    try:
        return f"{datetime.fromtimestamp(time / 1e9, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return f"{str(time)[:30]} ns"


def _low_quartile(delays: NDArray[np.int64]) -> int:
    quarter = len(delays) // 4
    return int(np.partition(delays, quarter)[quarter])
