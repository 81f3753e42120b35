"""Where a plan leaves a step of a zone without anybody, and who is told then. Pure.

A step is expected where duty.yaml, the calendar or a shift added until further notice provides it at all; a gap is the
time in which it has nobody. A gap never means silence: the next step is told first, at the end everyone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from fangwei.core.clock import to_datetime
from fangwei.core.texts import Text
from fangwei.duty import texts
from fangwei.duty.plan import Plan, Slot
from fangwei.duty.rota import answers

Expected = frozenset[tuple[str, int]]
"""(zone, step)"""
MOST_NAMED = 3
"""Zones named in a sentence before it says how many there are."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A step of these zones has nobody from `start` to `end` (UTC ns); `then` is the step told instead (None: everyone
    at once)."""

    zones: tuple[str, ...]
    step: int
    start: int
    end: int
    then: int | None


def expected(plan: Plan, zones: Iterable[str]) -> Expected:
    """The steps that the plan means to cover, by zone."""
    meant = [(frozenset(spec.zones), spec.step) for spec in plan.base.values()]
    meant += [(turn.zones, turn.step) for turn in plan.turns]
    meant += [(frozenset(a.shift.zones), a.shift.step) for a, _ in plan.added.values() if a.last is None]
    distinct = set(meant)
    return frozenset((zone, step) for zone in zones for places, step in distinct if answers(places, zone))


def gaps(plan: Plan, wanted: Expected, start: int, end: int) -> list[Gap]:
    """Every stretch in [start, end) in which an expected step has nobody, earliest first."""
    slots = [slot for slot in plan.between(start, end) if slot.person is not None]
    found: list[Gap] = []
    by_zone: dict[str, list[Slot]] = {}
    for zone, step in sorted(wanted):
        own = by_zone.get(zone)
        if own is None:
            own = by_zone[zone] = [slot for slot in slots if answers(slot.zones, zone)]
        at = start
        for slot in sorted((s for s in own if s.step == step), key=lambda s: s.start):
            if slot.start > at:
                found += _told_instead(own, Gap((zone,), step, at, min(slot.start, end), None))
            at = max(at, slot.end)
            if at >= end:
                break
        if at < end:
            found += _told_instead(own, Gap((zone,), step, at, end, None))
    return together(found)


def new_gaps(before: Iterable[Gap], after: Iterable[Gap]) -> list[Gap]:
    """What of the gaps `after` was no gap `before`."""
    known: dict[tuple[str, int], list[Gap]] = {}
    for gap in before:
        for zone in gap.zones:
            known.setdefault((zone, gap.step), []).append(gap)
    fresh: list[Gap] = []
    for gap in after:
        for zone in gap.zones:
            at = gap.start
            for old in sorted(known.get((zone, gap.step), []), key=lambda one: one.start):
                if old.end <= at or old.start >= gap.end:
                    continue
                if old.start > at:
                    fresh.append(replace(gap, zones=(zone,), start=at, end=old.start))
                at = old.end
            if at < gap.end:
                fresh.append(replace(gap, zones=(zone,), start=at))
    return together(fresh)


def together(found: Iterable[Gap]) -> list[Gap]:
    """Stretches that meet become one, zones with the same gap one line."""
    merged: dict[tuple[str, int], list[Gap]] = {}
    for gap in sorted(found, key=lambda one: one.start):
        row = merged.setdefault((gap.zones[0], gap.step), [])
        if row and row[-1].end == gap.start and row[-1].then == gap.then:
            row[-1] = replace(row[-1], end=gap.end)
        else:
            row.append(gap)
    grouped: dict[tuple[int, int, int, int | None], list[str]] = {}
    for row in merged.values():
        for gap in row:
            grouped.setdefault((gap.start, gap.step, gap.end, gap.then), []).extend(gap.zones)
    return [
        Gap(tuple(zones), step, start, end, then)
        for (start, step, end, then), zones in sorted(grouped.items(), key=lambda item: item[0][:3])
    ]


def words(gap: Gap, zone_names: dict[str, Text], timezone: str) -> Text:
    """The gap as a sentence."""
    first, last = to_datetime(gap.start, timezone), to_datetime(gap.end, timezone)
    until = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%m-%d %H:%M}"
    return texts.GAP.format(
        zones=named(gap.zones, zone_names),
        time=f"{first:%m-%d %H:%M} – {until}",
        step=texts.step_name(gap.step),
        then=texts.GAP_EVERYONE if gap.then is None else texts.GAP_THEN.format(step=texts.step_name(gap.then)),
    )


def named(zones: tuple[str, ...], zone_names: dict[str, Text]) -> Text:
    """A few zones by name, more by name and number, all of them as the whole site."""
    if len(zones) >= len(zone_names) > 1 or not zones:
        return texts.WHOLE_SITE
    names = [zone_names.get(zone, Text(zone, zone)) for zone in zones[:MOST_NAMED]]
    said = Text(texts.LIST_MARK.zh.join(n.zh for n in names), texts.LIST_MARK.en.join(n.en for n in names))
    return said if len(zones) <= MOST_NAMED else texts.AND_MORE.format(zones=said, number=len(zones))


def _told_instead(own: list[Slot], gap: Gap) -> list[Gap]:
    """The gap cut where the step that is told instead changes."""
    others = [s for s in own if s.step != gap.step and s.start < gap.end and s.end > gap.start]
    cuts = sorted({gap.start, gap.end, *(t for s in others for t in (s.start, s.end) if gap.start < t < gap.end)})
    parts = []
    for start, end in pairwise(cuts):
        there = {s.step for s in others if s.start <= start and s.end >= end}
        # Higher steps follow; with none of them left it waits for everyone, unless nobody at all is there.
        parts.append(replace(gap, start=start, end=end, then=min((s for s in there if s > gap.step), default=None)))
    return parts
