"""The latest reading of every point, in memory. Pure: the time is passed in.

The newest source time wins; a FUTURE reading never does. A newest that lies in the future of a later arrival was learnt
while a clock was wrong and gives way. STALE comes and goes here with the passing of time.
"""

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

from fangwei.core.clock import SECOND, seconds
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings, Shorts
from fangwei.plant.site import SitePoint

CLOCK_TOLERANCE = 2 * SECOND
"""As `quality.screen.FUTURE_TOLERANCE_S`: what is further ahead than this was stamped by a wrong clock."""

_FUTURE = int(Quality.FUTURE)
_STALE = int(Quality.STALE)
_NOBODY = np.iinfo(np.int64).max


class Latest:
    """Latest values of `points`, a row each, in their order.

    Invariants: `known[row]` is false until the point's first reading; quality holds STALE as of the last `age` call.
    """

    def __init__(self, points: Sequence[SitePoint]) -> None:
        n = len(points)
        self.points = list(points)
        self.row_of_id = {p.id: row for row, p in enumerate(points)}
        self.row_of_key = {p.key: row for row, p in enumerate(points)}
        self.key = np.array([p.key for p in points], np.int64)
        self.source_time = np.zeros(n, np.int64)
        self.receive_time = np.zeros(n, np.int64)
        self.value = np.full(n, np.nan)
        self.quality = np.zeros(n, np.int16)
        self.known = np.zeros(n, np.bool_)
        self.changed = np.zeros(n, np.bool_)
        self._unwritten = np.zeros(n, np.bool_)
        self._stale_after = np.array(
            [_NOBODY if p.stale_after is None else seconds(p.stale_after) for p in points], np.int64
        )
        self.take(np.empty(0, np.int32), Readings.concat([]), np.empty(0, np.int16))

    def take(self, rows: NDArray[np.int32], readings: Readings, flags: Shorts) -> None:
        """Hold readings, shape (n,), against what is known. `rows` < 0 (unknown points) are passed over."""
        _take(
            rows, readings.source_time, readings.receive_time, readings.value, flags,
            self.source_time, self.receive_time, self.value, self.quality, self.known, self.changed, self._unwritten,
        )  # fmt: skip

    def restore(self, readings: Readings) -> None:
        """Begin with what the store knows; points that the site no longer has are passed over."""
        rows = np.array([self.row_of_key.get(int(key), -1) for key in readings.point], np.int32)
        self.take(rows, readings, readings.quality)
        self._unwritten[:] = False

    def age(self, now: int) -> None:
        """Set and clear STALE: no reading received for longer than the point promises."""
        stale = self.known & (now - self.receive_time > self._stale_after)
        turned = self.known & (stale != ((self.quality & _STALE) != 0))
        self.quality[turned] ^= np.int16(_STALE)
        self.changed |= turned

    def changes(self) -> Readings:
        """What changed since the last call."""
        rows = np.flatnonzero(self.changed)
        self.changed[rows] = False
        return self.at(rows)

    def unwritten(self) -> Readings:
        """What changed since the last call of this, without STALE: for the store."""
        rows = np.flatnonzero(self._unwritten)
        self._unwritten[rows] = False
        found = self.at(rows)
        found.quality[:] &= ~np.int16(_STALE)
        return found

    def at(self, rows: NDArray[np.intp]) -> Readings:
        """The given rows as readings."""
        return Readings(
            self.key[rows], self.source_time[rows], self.receive_time[rows], self.value[rows], self.quality[rows]
        )


@numba.njit(cache=True)
def _take(  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    rows, source_time, receive_time, value, flags, newest, received, shown, quality, known, changed, unwritten
):
    for i in range(len(rows)):
        row = rows[i]
        if row < 0 or flags[i] & _FUTURE:
            continue
        t = source_time[i]
        if known[row]:
            wrong_clock = newest[row] > receive_time[i] and newest[row] - receive_time[i] > CLOCK_TOLERANCE
            if t < newest[row] and not wrong_clock:
                continue
            same = value[i] == shown[row] or (np.isnan(value[i]) and np.isnan(shown[row]))
            if t == newest[row] and same:
                continue
        newest[row] = t
        received[row] = receive_time[i]
        shown[row] = value[i]
        quality[row] = flags[i]
        known[row] = True
        changed[row] = True
        unwritten[row] = True
