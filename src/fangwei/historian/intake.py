"""From the stream into the store: read, screen, group, append, remember how far.

The stream on the bus is the buffer: what cannot be stored is not asked for, so memory stays bounded while the disk is
full, and the rest follows by itself once there is room.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fangwei.bus import codec
from fangwei.bus.stored import Stored, StoredReadings
from fangwei.core.errors import FangweiError
from fangwei.core.health import Health
from fangwei.core.reading import Readings, Shorts
from fangwei.historian import position
from fangwei.historian.errors import HistoryStopped
from fangwei.historian.position import Position
from fangwei.historian.store import Store
from fangwei.quality.screen import Screen

FETCH = 500
"""Messages asked for at once; half a million readings when each holds a thousand."""
GROUP_BYTES = 36 * 1_000_000
"""About a million readings per insert at most: more saves little and costs memory."""
GROUP_S = 1.0
"""The longest a reading waits to be stored: each insert costs a part and an fsync, whatever it holds."""
WAIT_S = 0.25
RETRY_S = 2.0
STOPPED = "history_stopped"
"""The process's state while there is no room; the alarms raise `platform.historian` by it."""

Seen = Callable[[NDArray[np.int32], Readings, Shorts], None]


@dataclass(frozen=True, slots=True)
class Group:
    """Screened readings in the order of the store, and in their own: rows, readings, flags."""

    to_store: Readings
    rows: NDArray[np.int32]
    readings: Readings
    flags: Shorts


class Intake:
    """Runs until told to stop. `seen` is called in the event loop with each group before it is stored."""

    def __init__(
        self, store: Store, stream: StoredReadings, screen: Screen, path: Path, health: Health, seen: Seen
    ) -> None:
        self._store = store
        self._stream = stream
        self._screen = screen
        self._path = path
        self._health = health
        self._seen = seen
        self._rank = _ranks(screen)
        self._offsets: dict[str, tuple[list[str], float]] = {}
        self._lost = 0
        self.stopped = False
        self.caught_up = asyncio.Event()

    def clock_offset(self, source: str, points: list[str], offset_s: float) -> None:
        """A source's clock as connect estimates it; used from the next group on."""
        self._offsets[source] = (points, offset_s)

    async def run(self, stop: asyncio.Event) -> None:
        """Store what the stream holds and what comes, until `stop`; what was read by then is stored."""
        loop = asyncio.get_running_loop()
        held: list[Stored] = []
        since = loop.time()
        while not stop.is_set():
            if not held:
                since = loop.time()
            messages = await self._stream.next(FETCH, WAIT_S)
            held += messages
            self._count_lost()
            size = sum(len(m.payload) for m in held)
            if held and (size >= GROUP_BYTES or loop.time() - since >= GROUP_S):
                await self._keep(held, stop)
                held = []
            elif not held:
                self.caught_up.set()
        if held and not self.stopped:
            await self._keep(held, stop)
        await self._stream.close()

    async def _keep(self, messages: list[Stored], stop: asyncio.Event) -> None:
        group = await asyncio.to_thread(self._screened, messages)
        self._seen(group.rows, group.readings, group.flags)
        while True:
            try:
                await asyncio.to_thread(self._store.append, group.to_store)
                reached = Position(self._stream.born, messages[-1].sequence)
                await asyncio.to_thread(position.write, self._path, reached)
                break
            except (FangweiError, OSError) as error:
                self._stop_for(error)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RETRY_S)
                if stop.is_set():
                    return
        if self.stopped:
            self.stopped = False
            self._health.state = "running"
        self._health.count("history.stored", len(group.to_store))
        self._health.gauge("history.position", float(messages[-1].sequence))

    def _stop_for(self, error: Exception) -> None:
        self.stopped = True
        self._health.state = STOPPED
        name = "history.no_room" if isinstance(error, HistoryStopped | OSError) else "history.store_failed"
        self._health.error(name, str(error))

    def _screened(self, messages: list[Stored]) -> Group:
        batches = []
        for message in messages:
            try:
                batches.append(codec.decode(message.payload))
            except codec.NotReadings as error:
                self._health.error("history.not_readings", f"{message.subject}: {error}")
        readings = Readings.concat(batches)
        for points, offset_s in list(self._offsets.values()):
            self._screen.set_clock_offset(points, offset_s)
        before = self._screen.unknown_readings
        flags, rows = self._screen.examine(readings)
        if self._screen.unknown_readings > before:
            # Kept all the same: the site's files may learn of the point tomorrow.
            strangers = self._screen.unknown_readings - before
            self._health.error("history.point_unknown", f"key {readings.point[rows < 0][0]}", strangers)
        # Sorted by point here, a radix sort, the store finds its order kept and does not sort by the whole key.
        order = np.argsort(self._rank[rows], kind="stable")
        flagged = Readings(readings.point, readings.source_time, readings.receive_time, readings.value, flags)
        return Group(flagged.take(order), rows, readings, flags)

    def _count_lost(self) -> None:
        if self._stream.lost > self._lost:
            lost = self._stream.lost - self._lost
            self._lost = self._stream.lost
            self._health.error("history.lost", "the stream had dropped them before they were stored", lost)


def _ranks(screen: Screen) -> NDArray[np.int16] | NDArray[np.int32]:
    # rank[row] by key; the extra last place serves row -1, unknown points. int16 is what numpy sorts by radix.
    keys = np.array([p.key for p in screen.points], np.int64)
    rank = np.empty(len(keys) + 1, np.int32)
    rank[np.argsort(keys)] = np.arange(len(keys))
    rank[-1] = len(keys)
    return rank.astype(np.int16) if len(rank) < 2**15 else rank
