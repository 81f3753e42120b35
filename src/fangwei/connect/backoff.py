"""How long to wait before the next attempt: exponential, with full jitter.

Full jitter (a uniform draw up to the bound) keeps a hundred connections that a restarted server lost together
from coming back together.
"""

from collections.abc import Callable

FIRST_S = 0.2
LONGEST_S = 30.0
STEADY_S = 5.0
"""A connection that held this long was a success; one that breaks sooner is the same trouble going on."""


class Backoff:
    """The waits of one source. `draw(low, high)` is a uniform random draw."""

    def __init__(self, draw: Callable[[float, float], float]) -> None:
        self._draw = draw
        self._failures = 0

    def next_wait(self, held_s: float) -> float:
        """Seconds to wait after an attempt whose connection stood for `held_s` seconds (0: it never
        stood)."""
        if held_s >= STEADY_S:
            self._failures = 0
        bound = min(LONGEST_S, FIRST_S * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return max(FIRST_S / 2, self._draw(0.0, bound))
