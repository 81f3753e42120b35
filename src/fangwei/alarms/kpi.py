"""The alarm-management figures of ISA-18.2 / IEC 62682 / EEMUA 191, from the journal. Pure.

Annunciated means: raised while neither shelved, suppressed nor out of service. Targets as in
safety-rules.md, section 7.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from fangwei.core.clock import DAY, HOUR, MINUTE, SECOND
from fangwei.core.events import AlarmChange, AlarmEvent, AlarmState
from fangwei.core.texts import Text

PERIOD = 10 * MINUTE
FLOOD_STARTS = 10
"""More alarms than this in a period begin a flood."""
FLOOD_ENDS = 5
"""Fewer than this end it."""
BUSY_HOUR = 30
CHATTER_TRANSITIONS = 3
CHATTER_WITHIN = 60 * SECOND
STALE_AFTER = DAY
OVER_10 = Text("超过 10 个的 10 分钟段", "10-min periods with more than 10")
OVER_30 = Text("超过 30 个的小时", "Hours with more than 30")
HIDDEN = frozenset({AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE})


class Transition(msgspec.Struct, kw_only=True):
    """What of an AlarmEvent the figures need: a month of events is read without the rest."""

    id: str
    alarm: str
    zone: str
    change: AlarmChange
    state: AlarmState
    priority: int
    decided_time: int
    by: str | None = None
    reason: str | None = None


Told = AlarmEvent | Transition


class KpiRow(msgspec.Struct, kw_only=True):
    """One line of the table. `good` is None where the standard gives no yes or no; `aim` is what is wanted and `most`
    what is still bearable, in the row's unit."""

    key: str
    name: Text
    value: float
    unit: Text
    target: Text
    good: bool | None
    detail: str = ""
    aim: float | None = None
    most: float | None = None


def annunciated(events: Iterable[Told], start: int, end: int) -> list[Told]:
    """Raised in [start, end) and shown to people, oldest first; each once whatever came twice."""
    once = {
        e.id: e
        for e in events
        if e.change is AlarmChange.RAISED and e.state not in HIDDEN and start <= e.decided_time < end
    }
    return sorted(once.values(), key=lambda e: e.decided_time)


def per_period(times: Sequence[int], start: int, end: int, period: int) -> list[int]:
    """How many fall in each whole or begun period of [start, end)."""
    counts = [0] * max(1, -(-(end - start) // period))
    for t in times:
        counts[(t - start) // period] += 1
    return counts


def flood_periods(counts: Sequence[int]) -> int:
    """Ten-minute periods spent in flood: from one with more than 10 until one with fewer than 5.

    >>> flood_periods([0, 11, 6, 4, 6])
    2
    """
    flooded, within = 0, False
    for count in counts:
        within = count > FLOOD_STARTS or (within and count >= FLOOD_ENDS)
        flooded += within
    return flooded


def floods(counts: Sequence[int], start: int) -> list[tuple[int, int, int]]:
    """Each flood as (begin, end, alarms), from ten-minute counts beginning at `start` (UTC ns).

    >>> floods([0, 11, 6, 4], 0) == [(PERIOD, 3 * PERIOD, 17)]
    True
    """
    found: list[tuple[int, int, int]] = []
    for i, count in enumerate(counts):
        running = bool(found) and found[-1][1] == start + i * PERIOD
        if running and count >= FLOOD_ENDS:
            begin, _, alarms = found[-1]
            found[-1] = (begin, start + (i + 1) * PERIOD, alarms + count)
        elif count > FLOOD_STARTS:
            found.append((start + i * PERIOD, start + (i + 1) * PERIOD, count))
    return found


def chattering(events: Iterable[Told], start: int, end: int) -> list[str]:
    """Alarms with at least 3 transitions (raised or returned) within 60 s."""
    times: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
    for e in events:
        if e.change in (AlarmChange.RAISED, AlarmChange.RETURNED) and start <= e.decided_time < end:
            times[e.alarm].add((e.decided_time, e.id))
    found = []
    for alarm, marks in times.items():
        ordered = sorted(t for t, _ in marks)
        if any(b - a <= CHATTER_WITHIN for a, b in zip(ordered, ordered[CHATTER_TRANSITIONS - 1 :], strict=False)):
            found.append(alarm)
    return sorted(found)


def standing(events: Iterable[Told], end: int) -> list[str]:
    """Alarms that were active for more than 24 h without a break at `end`."""
    return sorted(standing_since(events, end))


def standing_since(events: Iterable[Told], end: int) -> dict[str, int]:
    """The same, with when each was raised."""
    since: dict[str, int] = {}
    for e in sorted(events, key=lambda e: e.decided_time):
        if e.decided_time >= end:
            break
        if e.change is AlarmChange.RAISED:
            since.setdefault(e.alarm, e.decided_time)
        elif e.change is AlarmChange.RETURNED:
            since.pop(e.alarm, None)
    return {alarm: t for alarm, t in since.items() if end - t > STALE_AFTER}


def kpi_table(events: Sequence[Told], start: int, end: int, operators: float = 1.0) -> list[KpiRow]:
    """The table for [start, end) UTC ns, from journal events (those before `start` tell which stand too
    long). `operators`: by how many positions the means are shared."""
    if end <= start:
        raise ValueError("the end lies after the start")
    if operators <= 0:
        raise ValueError("at least some part of an operator")
    shown = annunciated(events, start, end)
    times = [e.decided_time for e in shown]
    total = len(shown)
    ten = per_period(times, start, end, PERIOD)
    hours = per_period(times, start, end, HOUR)
    flooded = flood_periods(ten)
    by_alarm = Counter(e.alarm for e in shown)
    top = by_alarm.most_common(10)
    top_share = _percent(sum(n for _, n in top), total)
    chatter = chattering(events, start, end)
    old = standing(events, end)
    priorities = Counter(e.priority for e in shown)
    split = [_percent(priorities[p], total) for p in (1, 2, 3, 4)]
    unsanctioned = [e for e in events if start <= e.decided_time < end and _unsanctioned(e)]
    periods = (end - start) / PERIOD
    percent, count = Text("%", "%"), Text("个", "alarms")
    mean = total / periods / operators
    return [
        _row("total", Text("发出的报警", "Annunciated alarms"), total, count, Text("—", "-"), None),
        _row(
            "mean_10min",
            Text("每 10 分钟平均", "Mean per 10 min"),
            mean,
            count,
            Text("≤1，最多 2", "≤1, at most 2"),
            mean <= 2,
            aim=1,
            most=2,
        ),
        _row(
            "mean_hour",
            Text("每小时平均", "Mean per hour"),
            mean * 6,
            count,
            Text("≤6，最多 12", "≤6, at most 12"),
            mean * 6 <= 12,
            aim=6,
            most=12,
        ),
        _row(
            "mean_day",
            Text("每天平均", "Mean per day"),
            mean * 144,
            count,
            Text("≤150，最多 300", "≤150, at most 300"),
            mean * 144 <= 300,
            aim=150,
            most=300,
        ),
        _row(
            "peak_10min",
            Text("10 分钟峰值", "Peak in 10 min"),
            max(ten),
            count,
            Text("≤10", "≤10"),
            max(ten) <= 10,
            most=10,
        ),
        _share("over_10", OVER_10, sum(c > FLOOD_STARTS for c in ten), len(ten)),
        _share("over_30", OVER_30, sum(c > BUSY_HOUR for c in hours), len(hours)),
        _share("flood", Text("报警泛滥时间", "Time in flood"), flooded, len(ten)),
        _row(
            "top_ten",
            Text("最频繁 10 个所占比例", "Share of the ten most frequent"),
            top_share,
            percent,
            Text("<5%", "<5 %"),
            top_share < 5 if total else True,
            ", ".join(f"{a} {n}" for a, n in top),
            aim=1,
            most=5,
        ),
        _row(
            "chattering",
            Text("抖动报警", "Chattering alarms"),
            len(chatter),
            count,
            Text("0", "0"),
            not chatter,
            ", ".join(chatter),
            most=0,
        ),
        _row(
            "stale",
            Text("持续超过 24 小时", "Standing more than 24 h"),
            len(old),
            count,
            Text("<5", "<5"),
            len(old) < 5,
            ", ".join(old),
            most=4,
        ),
        _row(
            "priorities",
            Text("优先级 1/2/3/4 比例", "Priorities 1/2/3/4"),
            split[0],
            percent,
            Text("<1/5/15/80", "<1/5/15/80"),
            None,
            "/".join(f"{s:.1f}" for s in split),
        ),
        _row(
            "unsanctioned",
            Text("未经授权的抑制", "Suppression without a person or a reason"),
            len(unsanctioned),
            count,
            Text("0", "0"),
            not unsanctioned,
            ", ".join(sorted({e.alarm for e in unsanctioned})),
            most=0,
        ),
    ]


def render(rows: Iterable[KpiRow], language: str = "zh") -> str:
    """The table as text, one line per figure."""
    lines = []
    for r in rows:
        name, unit, target = (getattr(t, language) for t in (r.name, r.unit, r.target))
        mark = "" if r.good is None else "✓" if r.good else "✗"
        goal = "目标" if language == "zh" else "target"
        wide = sum(2 if ord(c) > 0x2E7F else 1 for c in name)
        lines.append(f"{name}{' ' * (44 - wide)}{r.value:>10.2f} {unit:<7}{goal} {target:<18} {mark}")
        if r.detail:
            lines.append(f"    {r.detail}")
    return "\n".join(lines)


def _unsanctioned(event: Told) -> bool:
    hides = event.change in (AlarmChange.SHELVED, AlarmChange.TAKEN_OUT, AlarmChange.SUPPRESSED)
    return hides and not (event.by and event.reason)


def _percent(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0


def _share(key: str, name: Text, part: int, whole: int) -> KpiRow:
    value = _percent(part, whole)
    return _row(key, name, value, Text("%", "%"), Text("<1%", "<1 %"), value < 1, most=1)


def _row(
    key: str,
    name: Text,
    value: float,
    unit: Text,
    target: Text,
    good: bool | None,
    detail: str = "",
    aim: float | None = None,
    most: float | None = None,
) -> KpiRow:
    return KpiRow(
        key=key, name=name, value=value, unit=unit, target=target, good=good, detail=detail, aim=aim, most=most
    )
