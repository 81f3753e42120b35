"""How long hazards take to close. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from fangwei.core.clock import HOUR
from fangwei.work.hazards import HazardLevel


class Closing(msgspec.Struct):
    """From sight to verified, over a time range; hours. None where nothing closed."""

    count: int
    median_h: float | None
    ninety_h: float | None
    """Nine of ten closed within this."""
    longest_h: float | None
    late: int
    """Closed after their deadline."""


class Figures(msgspec.Struct):
    """The page's head: what waits, what is late, how long closing takes."""

    open: int
    overdue: int
    waiting_check: int
    reported: int
    """New in the time range."""
    closing: Closing
    by_level: dict[str, Closing]


class Closed(msgspec.Struct):
    """One hazard that was verified."""

    seen: int
    closed: int
    deadline: int | None
    level: HazardLevel


def closing(rows: Iterable[Closed]) -> Closing:
    """Figures of verified hazards."""
    found = list(rows)
    hours = sorted((r.closed - r.seen) / HOUR for r in found)
    late = sum(1 for r in found if r.deadline is not None and r.closed > r.deadline)
    return Closing(
        count=len(hours),
        median_h=quantile(hours, 0.5),
        ninety_h=quantile(hours, 0.9),
        longest_h=hours[-1] if hours else None,
        late=late,
    )


def quantile(ordered: Sequence[float], part: float) -> float | None:
    """Linear between neighbours (Hyndman and Fan type 7); None of nothing.

    >>> quantile([1.0, 2.0, 4.0], 0.5), quantile([], 0.5)
    (2.0, None)
    """
    if not ordered:
        return None
    at = (len(ordered) - 1) * part
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
