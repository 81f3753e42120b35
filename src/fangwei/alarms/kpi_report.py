"""The figures of `kpi` with what stands behind them, for a page: counts over time, floods, the worst alarms. Pure."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from fangwei.alarms.kpi import (
    PERIOD,
    KpiRow,
    Told,
    annunciated,
    chattering,
    floods,
    kpi_table,
    per_period,
    standing_since,
)
from fangwei.core.clock import DAY, HOUR
from fangwei.core.texts import Text

ENOUGH = 30 * DAY
"""The standards' targets are for at least so long; over a shorter time a figure is an impression."""
MOST_BARS = 1100
"""Seven days of ten-minute periods; longer ranges are drawn by hours or days."""
MOST_LISTED = 50
TARGET_SPLIT = {1: 1.0, 2: 5.0, 3: 15.0, 4: 80.0}
"""Percent of alarms by priority (safety-rules.md, section 7)."""
PARTLY = Text(
    "记录始于所选时间之后：只覆盖 {days:.1f} 天",
    "The record begins after the start of this range: it covers {days:.1f} days",
)
SHORT = Text(
    "目标值按至少 30 天计算；这里只有 {days:.1f} 天，只能作参考",
    "The targets are meant for 30 days or more; these are {days:.1f} days, so take the figures as an impression",
)
NOTHING = Text(
    "这段时间没有任何记录，不能说明报警少", "Nothing is recorded for this time; that does not mean few alarms"
)


class Counts(msgspec.Struct):
    """Annunciated alarms per period from `start` on; `limit`: the most that is bearable in one."""

    start: int
    period: int
    counts: list[int]
    limit: float


class Flood(msgspec.Struct):
    """One flood."""

    start: int
    end: int
    alarms: int


class Frequent(msgspec.Struct):
    """One of the most frequent alarms."""

    alarm: str
    count: int
    share: float
    """Percent."""


class LongStanding(msgspec.Struct):
    """An alarm that stands for more than a day."""

    alarm: str
    since: int


class Share(msgspec.Struct):
    """Alarms of one priority; shares in percent."""

    priority: int
    count: int
    share: float
    target: float


class KpiReport(msgspec.Struct, kw_only=True):
    """Answer to `fw.ask.alarms.kpi_report`."""

    start: int
    end: int
    operators: float
    days: float
    """Of the range, as far as the record covers it."""
    enough: bool
    remarks: list[Text]
    rows: list[KpiRow]
    counts: Counts
    floods: list[Flood]
    top: list[Frequent]
    chattering: list[str]
    standing: list[LongStanding]
    priorities: list[Share]


def report(events: Sequence[Told], start: int, end: int, operators: float, first: int | None) -> KpiReport:
    """The report for [start, end) UTC ns; `first`: when the record begins, None where there is none.

    Raises:
        ValueError: the end lies before the start, or nobody is there to answer.
    """
    rows = kpi_table(events, start, end, operators)
    shown = annunciated(events, start, end)
    times = [e.decided_time for e in shown]
    total = len(shown)
    covered = max(0, end - max(start, first)) if first is not None else 0
    days = covered / DAY
    remarks = []
    if covered == 0:
        remarks.append(NOTHING)
    elif first is not None and first > start + DAY:
        remarks.append(PARTLY.format(days=days))
    if 0 < covered < ENOUGH:
        remarks.append(SHORT.format(days=days))
    by_alarm = Counter(e.alarm for e in shown)
    by_priority = Counter(e.priority for e in shown)
    period = PERIOD if (end - start) / PERIOD <= MOST_BARS else HOUR if (end - start) / HOUR <= MOST_BARS else DAY
    limits = {PERIOD: 10.0, HOUR: 30.0, DAY: 300.0}
    found = [Flood(*flood) for flood in floods(per_period(times, start, end, PERIOD), start)]
    return KpiReport(
        start=start,
        end=end,
        operators=operators,
        days=days,
        enough=covered >= ENOUGH,
        remarks=remarks,
        rows=rows,
        counts=Counts(start, period, per_period(times, start, end, period), limits[period]),
        floods=sorted(found, key=lambda f: -f.alarms)[:MOST_LISTED],
        top=[Frequent(alarm, n, 100 * n / total) for alarm, n in by_alarm.most_common(10)],
        chattering=chattering(events, start, end)[:MOST_LISTED],
        standing=[LongStanding(a, t) for a, t in sorted(standing_since(events, end).items(), key=lambda i: i[1])],
        priorities=[
            Share(p, by_priority[p], 100 * by_priority[p] / total if total else 0.0, TARGET_SPLIT[p])
            for p in (1, 2, 3, 4)
        ],
    )
