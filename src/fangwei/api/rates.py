"""How often one caller may ask: a token bucket for each, in memory. Pure: the time is passed in.

Generous: a person with a dozen pages open stays far below it; a program that runs wild is slowed before others feel it.
Acknowledging alarms and taking incidents draw on no bucket and are never refused: whoever's broken script or stuck key
has used up the allowance must still be able to say "I have it", and doing so twice does nothing.
"""

from dataclasses import dataclass

from fangwei.core.clock import SECOND
from fangwei.core.errors import FangweiError
from fangwei.core.settings import Settings
from fangwei.core.texts import Text

NEVER_REFUSED = frozenset({"alarms.acknowledge", "incidents.take"})
MOST_CALLERS = 10_000
"""Beyond it those that have been quiet are forgotten: a full bucket is as good as none."""


class TooOften(FangweiError):
    """One caller asks more often than anybody needs."""

    code = "api.too_often"
    text = Text(
        "请求过于频繁，请 {seconds} 秒后再试；确认报警与接手事件不受限制",
        "Too many requests: try again in {seconds} s. Acknowledging alarms and taking incidents is never limited",
    )
    http_status = 429


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second for good, and `burst` at once after a pause. `per_s` 0: no limit."""

    per_s: int
    burst: int


class Rates:
    """The buckets of all callers.

    Invariant: a bucket holds at most `burst` requests, and in any stretch of t seconds a caller is let through at most
    `burst + t * per_s` times.
    """

    def __init__(self, people: Rate, machines: Rate) -> None:
        self._people, self._machines = people, machines
        self._buckets: dict[tuple[str, bool], tuple[int, int]] = {}
        """What is left, a request being `SECOND` of it (whole numbers lose nothing), and when that was."""

    @classmethod
    def of(cls, settings: Settings) -> "Rates":
        """As the settings say."""
        people = Rate(settings.rate_per_s, settings.rate_burst)
        return cls(people, Rate(settings.machine_rate_per_s, settings.machine_rate_burst))

    def wait(self, caller: str, machine: bool, now: int) -> int:
        """Take one request out of the caller's bucket at `now` (ns of a clock that never goes back): 0, or how many ns
        until there is one, and nothing is taken."""
        rate = self._machines if machine else self._people
        if not rate.per_s:
            return 0
        key = (caller, machine)
        most = max(1, rate.burst) * SECOND
        left, at = self._buckets.get(key, (most, now))
        left = min(most, left + (now - at) * rate.per_s)
        if left < SECOND:
            self._buckets[key] = (left, now)
            return -(-(SECOND - left) // rate.per_s)
        if len(self._buckets) >= MOST_CALLERS and key not in self._buckets:
            self._forget(now)
        self._buckets[key] = (left - SECOND, now)
        return 0

    def _forget(self, now: int) -> None:
        for key, (left, at) in list(self._buckets.items()):
            rate = self._machines if key[1] else self._people
            if left + (now - at) * rate.per_s >= rate.burst * SECOND:
                del self._buckets[key]
        if len(self._buckets) >= MOST_CALLERS:
            # That many busy callers at once are no plant; the longest known go, and begin with a full bucket.
            for key in list(self._buckets)[: MOST_CALLERS // 2]:
                del self._buckets[key]
