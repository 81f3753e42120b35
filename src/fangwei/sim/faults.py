"""How instruments fail: each fault turns a true reading into what the field would see."""

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """Kinds of failure."""

    FROZEN = "frozen"
    DEAD = "dead"
    DRIFT = "drift"
    SPIKE = "spike"
    NAN = "nan"
    CHATTER = "chatter"


DRIFT_PER_SECOND = 0.004
"""Share of the span per second: over a limit within a minute or two, slow enough to look like the process."""

SPIKE_EVERY = 7.0
"""Seconds between the single wild values of a loose contact."""


@dataclass(slots=True)
class Fault:
    """One failed instrument."""

    mode: Mode
    began: float
    held: float
    """The value at the moment of failure."""
    low: float
    high: float
    """Ends of the span; for chatter the two values between which it toggles."""
    period: float = 4.0

    def shows(self, true: float, time: float) -> float | None:
        """What comes out instead of `true` at `time` (world seconds); None: nothing at all."""
        running = time - self.began
        match self.mode:
            case Mode.FROZEN:
                return self.held
            case Mode.DEAD:
                return None
            case Mode.DRIFT:
                return min(self.high, true + running * DRIFT_PER_SECOND * (self.high - self.low))
            case Mode.SPIKE:
                wild = running % SPIKE_EVERY < 0.5
                return self.low + 0.95 * (self.high - self.low) if wild else true
            case Mode.NAN:
                return float("nan")
            case Mode.CHATTER:
                return self.high if running % self.period < self.period / 2.0 else self.low
