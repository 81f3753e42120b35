"""The rota as people read it: a row for each step and group of zones, days as columns, gaps as gaps. Pure."""

from datetime import date, timedelta

import msgspec

from fangwei.core.texts import Text
from fangwei.duty.gaps import Gap, expected, gaps, words
from fangwei.duty.plan import ONE_DAY, Plan, Slot
from fangwei.duty.rota import answers


class Day(msgspec.Struct):
    """One day of the view, UTC ns; a day of 23 or 25 hours is as long as it is."""

    date: date
    start: int
    end: int
    holiday: Text | None = None
    change: str | None = None


class Cell(msgspec.Struct):
    """One turn (or part of one) in a row."""

    key: str
    day: date
    person: str | None
    planned: str
    start: int
    end: int
    cause: str | None
    whole_site: bool


class Span(msgspec.Struct):
    """A stretch without anybody, UTC ns."""

    start: int
    end: int
    text: Text


class Row(msgspec.Struct):
    """One step of zones that have the same shifts; `zones` empty: the whole site."""

    step: int
    zones: list[str]
    cells: list[Cell]
    gaps: list[Span]


class Week(msgspec.Struct, kw_only=True):
    """The answer of `fw.ask.duty.week`. `revision` is what a change must name."""

    first: date
    days: list[Day]
    rows: list[Row]
    gaps: list[Text]
    revision: int
    timezone: str


def week(plan: Plan, zone_names: dict[str, Text], first: date, days: int, revision: int) -> Week:
    """The view of `days` days from `first`."""
    dates = [first + timedelta(days=n) for n in range(days)]
    columns = []
    for one in dates:
        holiday, change = plan.holidays.get(one, (None, None))
        bounds = plan.instant(one, "00:00"), plan.instant(one + ONE_DAY, "00:00")
        columns.append(Day(one, *bounds, holiday=holiday.name if holiday else None, change=change))
    start, end = columns[0].start, columns[-1].end
    slots = plan.between(start, end)
    wanted = expected(plan, zone_names)
    holes = gaps(plan, wanted, start, end)
    rows = [
        _row(step, zones, list(zone_names), slots, holes, zone_names, plan.timezone)
        for step, zones in _groups(slots, wanted, list(zone_names))
    ]
    told = [words(hole, zone_names, plan.timezone) for hole in holes]
    return Week(first=first, days=columns, rows=rows, gaps=told, revision=revision, timezone=plan.timezone)


def _groups(slots: list[Slot], wanted: frozenset[tuple[str, int]], zones: list[str]) -> list[tuple[int, list[str]]]:
    """Zones that at a step have the same turns, step by step."""
    steps = sorted({step for _, step in wanted} | {slot.step for slot in slots})
    groups: list[tuple[int, list[str]]] = []
    for step in steps:
        alike: dict[tuple[bool, frozenset[frozenset[str]]], list[str]] = {}
        at_step = {slot.zones for slot in slots if slot.step == step}
        for zone in zones:
            own = frozenset(places for places in at_step if answers(places, zone))
            if own or (zone, step) in wanted:
                alike.setdefault(((zone, step) in wanted, own), []).append(zone)
        groups += [(step, group) for group in alike.values()]
    return groups


def _row(
    step: int,
    group: list[str],
    zones: list[str],
    slots: list[Slot],
    holes: list[Gap],
    zone_names: dict[str, Text],
    timezone: str,
) -> Row:
    cells = [
        Cell(s.key, s.day, s.person, s.planned, s.start, s.end, s.cause, not s.zones)
        for s in slots
        if s.step == step and answers(s.zones, group[0])
    ]
    spans = [
        Span(hole.start, hole.end, words(hole, zone_names, timezone))
        for hole in holes
        if hole.step == step and group[0] in hole.zones
    ]
    return Row(step, [] if len(group) == len(zones) else group, sorted(cells, key=lambda c: c.start), spans)
