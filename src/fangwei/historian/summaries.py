"""Summaries by minute and hour beside the readings, so that a month is drawn as fast as an hour.

They are never trusted by age: `history.touched` counts what was written to each hour of each point (a view, within the
insert itself), an hour's summary keeps the count it was made at, and an answer takes the summary only where the two
agree. A late or repeated reading, a crash between two writes, a summary never made: that hour is read from the
readings themselves until it is summed again. So an answer is the same with and without summaries.
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fangwei.core.clock import DAY, HOUR, MILLISECOND, MINUTE, SECOND
from fangwei.historian.store import Store

GRACE = 5 * MINUTE
"""An hour is summed this long after its end: what is late by less does not make it be summed twice."""
PASS_ROWS = 2_000_000
"""Rows read in one go, a few tenths of a second: questions wait no longer than that."""
MOST_HOURS = 50_000
"""Hours of points looked at in one go."""

_NICE = (
    *(n * MILLISECOND for n in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(n * SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)),
    *(n * DAY for n in (1, 2, 7)),
)
WEEK = 7 * DAY


@dataclass(frozen=True)
class Frame:
    """Buckets on the clock: `start` and `end` are multiples of `width` (UTC ns)."""

    start: int
    end: int
    width: int


def nice_width(width: int) -> int:
    """The next width at which a clock would put its marks; from a week on, whole weeks.

    >>> nice_width(54 * MINUTE) == HOUR, nice_width(8 * DAY) == 14 * DAY
    (True, True)
    """
    place = bisect_left(_NICE, width)
    return _NICE[place] if place < len(_NICE) else -(-width // WEEK) * WEEK


def frame(start: int, end: int, buckets: int) -> Frame:
    """start..end widened to at most `buckets` + 1 buckets on the clock, so that the next question shares them."""
    width = nice_width(-(-(end - start) // buckets))
    return Frame(start // width * width, -(-end // width) * width, width)


def step_of(start: int, end: int, width: int) -> int | None:
    """The coarsest summary (s) whose pieces these buckets are made of; None where only the readings will do.

    >>> step_of(0, 10 * HOUR, 2 * HOUR), step_of(0, 10 * HOUR, 90 * SECOND)
    (3600, None)
    """
    for step in (HOUR, MINUTE):
        if start % step == 0 and end % step == 0 and width % step == 0:
            return step // SECOND
    return None


def downsample(store: Store, points: list[int], start: int, end: int, width: int) -> pa.Table:
    """The rows of sql/downsample.sql, from summaries where they serve. Raises as `Store`."""
    step = step_of(start, end, width)
    if step is None:
        return store.ask("downsample", points=points, start=start, end=end, width=width)
    first, last = start // SECOND, end // SECOND
    stale = [int(h) for h in store.ask("stale_hours", points=points, start=first, end=last).column("hour").to_pylist()]
    return store.ask(
        "downsample_summed",
        summary="hours" if step == HOUR // SECOND else "minutes",
        points=points,
        start=first,
        end=last,
        width=width // SECOND,
        step=step,
        stale=stale,
        **{
            "from": max(first, stale[0]) if stale else first,
            "to": min(last, stale[-1] + HOUR // SECOND) if stale else first,
        },
    )


@dataclass(frozen=True)
class Stretch:
    """Hours to be summed together: these points from `start` to `end` (UTC s), and what `touched` says of each."""

    points: list[int]
    start: int
    end: int
    rows: dict[tuple[int, int], int]


def next_stretch(unsummed: pa.Table, most_rows: int = PASS_ROWS) -> Stretch | None:
    """The oldest hours that are to be summed, as many as `most_rows` readings allow, at least one. Pure.

    Within one stretch every hour has the same points, so that nothing is read that is not asked for.
    """
    if not unsummed.num_rows:
        return None
    hours = unsummed.column("hour").to_numpy()
    points = unsummed.column("point").to_numpy()
    rows = unsummed.column("rows").to_numpy()
    taken: dict[tuple[int, int], int] = {}
    chosen: list[int] = []
    total = 0
    end = int(hours[0])
    for hour in np.unique(hours):
        here = np.flatnonzero(hours == hour)
        own = points[here].tolist()
        if not chosen:
            fits = max(1, int(np.searchsorted(np.cumsum(rows[here]), most_rows, side="right")))
            here, own = here[:fits], own[:fits]
            chosen = own
        elif hour != end or own != chosen or total + int(rows[here].sum()) > most_rows:
            break
        total += int(rows[here].sum())
        taken |= {(p, int(hour)): n for p, n in zip(own, rows[here].tolist(), strict=True)}
        end = int(hour) + HOUR // SECOND
        if len(chosen) < int((hours == hour).sum()):
            break
    return Stretch(chosen, int(hours[0]), end, taken)


def with_rows(summed: pa.Table, rows: dict[tuple[int, int], int]) -> pa.Table:
    """Summed pieces with the count of their hour beside them: what makes an hour's summary whole. Pure."""
    points = summed.column("point").to_pylist()
    hour = HOUR // SECOND
    times = summed.column("piece").cast(pa.int64()).to_pylist()
    counts = [rows.get((p, t // hour * hour), 0) for p, t in zip(points, times, strict=True)]
    return summed.append_column("rows", pa.array(counts, pa.uint64()))
