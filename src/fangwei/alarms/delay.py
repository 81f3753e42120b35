"""On-delay and off-delay of a condition judged outside the kernel (rules, votes, the platform's own health).

The same rules as in the kernel of `limits.py`: by source time while readings come, by the wall clock when
none come; a condition that cannot be judged holds what it has.
"""

from enum import IntEnum

import msgspec

from fangwei.core.clock import MILLISECOND

SILENCE = 100 * MILLISECOND
"""Past the end of a delay before the wall clock decides, so that a reading just arriving decides first."""


class Phase(IntEnum):
    """Where a condition stands between quiet and alarm."""

    IDLE = 0
    RISING = 1
    ACTIVE = 2
    FALLING = 3


class Delay(msgspec.Struct):
    """One condition. `since`: source time of the reading that began RISING or, later, raised it."""

    on_delay: int
    off_delay: int
    phase: int = Phase.IDLE
    since: int = 0
    began_source: int = 0
    began_received: int = 0

    @property
    def active(self) -> bool:
        """Raised and not yet returned."""
        return self.phase in (Phase.ACTIVE, Phase.FALLING)

    def judge(self, holds: bool | None, source_time: int, received: int) -> int:
        """The condition at a reading; None: cannot be judged. Returns 1 raised, -1 returned, 0 neither."""
        if holds is None:
            if self.phase == Phase.FALLING:
                self.phase = Phase.ACTIVE
            return 0
        if self.phase == Phase.IDLE and holds:
            self.since = source_time
            self._begin(Phase.RISING, source_time, received)
        elif self.phase == Phase.RISING and not holds:
            self.phase = Phase.IDLE
        elif self.phase == Phase.ACTIVE and not holds:
            self._begin(Phase.FALLING, source_time, received)
        elif self.phase == Phase.FALLING and holds:
            self.phase = Phase.ACTIVE
        return self._ripe(source_time - self.began_source, 0)

    def tick(self, now: int) -> int:
        """Time passes without a reading. Returns as `judge`."""
        return self._ripe(now - self.began_received, SILENCE)

    def _begin(self, phase: Phase, source_time: int, received: int) -> None:
        self.phase = phase
        self.began_source = source_time
        self.began_received = received

    def _ripe(self, waited: int, grace: int) -> int:
        if self.phase == Phase.RISING and waited >= self.on_delay + (grace if self.on_delay else 0):
            self.phase = Phase.ACTIVE
            return 1
        if self.phase == Phase.FALLING and waited >= self.off_delay + (grace if self.off_delay else 0):
            self.phase = Phase.IDLE
            return -1
        return 0
