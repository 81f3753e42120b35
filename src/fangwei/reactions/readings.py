"""The readings that rules watch, screened as everybody screens them, and who of them fell silent. No I/O."""

from collections.abc import Iterable, Iterator

import numpy as np

from fangwei.core.clock import SECOND, seconds
from fangwei.core.quality import NOT_FRESH, UNTRUSTED_VALUE
from fangwei.core.reading import Readings
from fangwei.plant.site import Site

FIRST_WORD_S = 30.0
"""A watched point has so long after the start to say its first word; then its silence is a doubt."""
_UNTRUSTED, _STALE_NEWS = int(UNTRUSTED_VALUE), int(NOT_FRESH)


class Watched:
    """The points that armed rules read."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._screen: object = None
        self._keys = np.empty(0, np.int64)
        self._names: dict[int, str] = {}
        self._received: dict[str, int] = {}
        """Tick of the last fresh reading."""
        self._silent: set[str] = set()

    def watch(self, points: Iterable[str], tick: int) -> None:
        """Watch these and no others."""
        wanted = sorted(p for p in points if p in self._site.points)
        self._names = {self._site.points[p].key: p for p in wanted}
        self._keys = np.array(sorted(self._names), np.int64)
        self._received = {p: self._received.get(p, tick) for p in wanted}
        self._silent &= set(wanted)
        if wanted and self._screen is None:
            # numba and its kernels: a room whose rules watch no values goes without
            from fangwei.quality.screen import Screen

            self._screen = Screen.of_site(self._site)

    def __bool__(self) -> bool:
        return bool(self._names)

    def clock_offset(self, points: Iterable[str], offset_s: float) -> None:
        """How far a source's clock is ahead of ours."""
        if self._screen is not None:
            self._screen.set_clock_offset(points, offset_s)  # type: ignore[attr-defined]

    def take(self, batch: Readings, tick: int) -> Iterator[tuple[str, float | None, bool, int, int]]:
        """Fresh readings of watched points: (point, value, whether it proves anything, quality, source time)."""
        rows = np.isin(batch.point, self._keys)
        if not rows.any():
            return
        mine = batch.take(rows)
        flags = self._screen.apply(mine)  # type: ignore[attr-defined]
        for i in range(len(mine)):
            quality = int(flags[i])
            if quality & _STALE_NEWS:
                continue
            point = self._names[int(mine.point[i])]
            self._received[point] = tick
            self._silent.discard(point)
            value = float(mine.value[i])
            number = value if np.isfinite(value) else None
            ok = number is not None and not quality & _UNTRUSTED
            yield point, number, ok, quality, int(mine.source_time[i])

    def fell_silent(self, tick: int, started: int) -> list[str]:
        """Points that are silent for longer than they promise, once each."""
        found = []
        for point, received in self._received.items():
            promise = self._site.points[point].stale_after
            never = received <= started
            if promise is None and not never:
                continue  # said on change only: silence says nothing
            longest = max(seconds(promise or 0), seconds(FIRST_WORD_S) if never else 0)
            if point not in self._silent and tick - received > max(longest, SECOND):
                self._silent.add(point)
                found.append(point)
        return found
