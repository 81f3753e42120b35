"""How far a source's clock is from ours, learnt from what it sends.

A reading's delay (receive time less source time) is the way it took, plus how far the source's clock is
behind ours. The way is milliseconds; the clock may be hours off (a wrong time zone is the most usual). Three
things look like a clock and are not: history sent after a network cut (its delay shrinks as it catches up),
the old time of a value that has not changed since before we connected (one burst), and one device with a
wrong clock among many. So: the low quartile of each batch, the lowest of each second, the median over a
window, believed only while the window is calm.
"""

from collections import deque
from statistics import median

from fangwei.core.clock import SECOND

WINDOW_S = 30
ENOUGH = 5
"""Seconds with readings before anything is believed: rides out the burst of old values at connecting."""
CALM = 1 * SECOND
"""The seconds of a window agree within this, or the estimate is not renewed."""
JUMP = 1 * SECOND
"""A change of the estimate beyond this is a jump of the clock: crystals drift microseconds per second."""
DISTRUST_S = 30
"""After a jump the clock is distrusted this long: whoever sets it may set it again."""


class ClockOffset:
    """Estimate of one source's clock. Time is passed in.

    `offset_ns` is source clock less ours (positive: the source is ahead), None while unknown.
    """

    def __init__(self, tolerance_ns: int) -> None:
        self.tolerance_ns = tolerance_ns
        self.offset_ns: int | None = None
        self.jumps = 0
        self._delays: deque[tuple[int, int]] = deque(maxlen=WINDOW_S)
        self._distrusted_until = 0

    def observe(self, now: int, delay: int) -> bool:
        """Learn from the low-quartile delay (ns) of a batch received at `now` (ns); True when the clock
        jumped."""
        second = now // SECOND
        if self._delays and self._delays[-1][0] == second:
            self._delays[-1] = (second, min(delay, self._delays[-1][1]))
        else:
            self._delays.append((second, delay))
        while self._delays[0][0] < second - WINDOW_S:
            self._delays.popleft()
        recent = [d for _, d in list(self._delays)[-ENOUGH:]]
        if len(recent) < ENOUGH or max(recent) - min(recent) > CALM:
            return False
        fresh = -round(median(recent))
        if self.offset_ns is None or abs(fresh - self.offset_ns) <= JUMP:
            self.offset_ns = -round(self._calm_median())
            return False
        self.offset_ns = fresh
        self.jumps += 1
        self._distrusted_until = now + DISTRUST_S * SECOND
        # Seconds from before the jump speak of another clock.
        while len(self._delays) > ENOUGH:
            self._delays.popleft()
        return True

    def untrusted(self, now: int) -> bool:
        """Whether the source's times must carry CLOCK_UNTRUSTED: known to be off, or just jumped."""
        if self.offset_ns is None:
            return False
        return abs(self.offset_ns) > self.tolerance_ns or now < self._distrusted_until

    def _calm_median(self) -> float:
        """Median over the part of the window that agrees with its latest seconds."""
        latest = self._delays[-1][1]
        return median(d for _, d in self._delays if abs(d - latest) <= CALM)
