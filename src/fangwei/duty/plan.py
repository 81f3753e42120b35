"""The rota day by day: the shifts of duty.yaml and the calendar, with what people changed laid over them. Pure.

Invariants: shifts that meet at a wall time meet at the same instant, also where the clock is changed; the order in
which absences and swaps were recorded does not matter (who is away is away), of two changes of one thing the later
holds; laying over never invents a person that the duty file does not know.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from fangwei.core.clock import from_datetime, to_datetime
from fangwei.duty.changes import (
    DAYS,
    Absence,
    AddShift,
    Change,
    ChangeShift,
    EndShift,
    Holiday,
    ShiftSpec,
    Swap,
    effective,
)
from fangwei.plant.schema import Duty

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """One stretch of duty from a calendar: UTC ns, the end not included. `zones` empty: the whole site."""

    person: str
    start: int
    end: int
    zones: frozenset[str] = frozenset()
    step: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """One turn, or the part of one that one person has. `person` is None when nobody has it (away, no deputy)."""

    key: str
    day: date
    """The day on which the turn begins."""
    person: str | None
    planned: str
    """Whose turn it is by the shift itself."""
    zones: frozenset[str]
    step: int
    start: int
    end: int
    cause: str | None = None
    """The last change that made it what it is; None: as in duty.yaml."""


@dataclass(frozen=True, slots=True)
class _Away:
    person: str
    start: int
    end: int
    deputy: str | None
    cause: str


@dataclass
class Plan:
    """Asked for the turns of a time. Days are worked out once and remembered."""

    duty: Duty
    timezone: str
    turns: tuple[Turn, ...] = ()
    changes: tuple[Change, ...] = ()
    people: frozenset[str] = field(init=False)
    base: dict[str, ShiftSpec] = field(init=False)
    """The shifts of duty.yaml by key."""
    added: dict[str, tuple[AddShift, str]] = field(init=False)
    holidays: dict[date, tuple[Holiday, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.people = frozenset(person.id for person in self.duty.people)
        self.base = _base(self.duty)
        self.added, self.holidays = {}, {}
        self._changed: dict[str, list[tuple[ChangeShift, str]]] = {}
        self._ended: dict[str, list[EndShift]] = {}
        self._swapped: dict[tuple[str, date], tuple[str, str]] = {}
        self._away: list[_Away] = []
        self._days: dict[date, tuple[Slot, ...]] = {}
        self._zone = ZoneInfo(self.timezone)
        for change in effective(self.changes):
            self._lay(change)
        self._calendar = tuple(slot for turn in self.turns for slot in self._of_turn(turn))

    def between(self, start: int, end: int) -> list[Slot]:
        """Every turn that touches [start, end) (UTC ns), in the order of the duty file."""
        day = to_datetime(start, self.timezone).date() - ONE_DAY
        last = to_datetime(max(start, end - 1), self.timezone).date()
        found: list[Slot] = []
        while day <= last:
            found += (slot for slot in self.starting(day) if slot.start < end and slot.end > start)
            day += ONE_DAY
        return found + [slot for slot in self._calendar if slot.start < end and slot.end > start]

    def starting(self, day: date) -> tuple[Slot, ...]:
        """The turns of shifts that begin on a day."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) > 400:
                self._days.clear()
            known = self._days[day] = tuple(self._made(day))
        return known

    def turn(self, key: str, day: date) -> Slot | None:
        """The (first part of the) turn of a shift or calendar event that begins on a day."""
        return next((s for s in (*self.starting(day), *self._calendar) if s.key == key and s.day == day), None)

    def knows(self, key: str) -> bool:
        """Whether there is a shift of this key, now or added by a change that holds."""
        return key in self.base or key in self.added

    def spec(self, key: str, day: date) -> ShiftSpec | None:
        """The shift as it stands on a day."""
        found = self.base.get(key)
        if key in self.added:
            found = self.added[key][0].shift
        for change, _ in self._changed.get(key, ()):
            if _within(day, change.first, change.last):
                found = change.shift
        return found

    def instant(self, day: date, clock: str) -> int:
        """A wall time of the site as UTC ns; 24:00 is 00:00 of the next day."""
        if clock == "24:00":
            day, clock = day + ONE_DAY, "00:00"
        hours, minutes = (int(part) for part in clock.split(":"))
        # The same wall time gives the same instant, also in the hour a clock change skips or repeats.
        return from_datetime(datetime.combine(day, time(hours, minutes), tzinfo=self._zone))

    # --- laying over ------------------------------------------------------------------------------------------

    def _lay(self, change: Change) -> None:
        body, id = change.body, change.id
        if isinstance(body, AddShift):
            self.added[id] = (body, id)
        elif isinstance(body, ChangeShift):
            self._changed.setdefault(body.key, []).append((body, id))
        elif isinstance(body, EndShift):
            self._ended.setdefault(body.key, []).append(body)
        elif isinstance(body, Swap):
            self._swapped[body.key, body.day] = (body.taker, id)
            if body.other_key is not None and body.other_day is not None:
                self._swapped[body.other_key, body.other_day] = (body.giver, id)
        elif isinstance(body, Holiday):
            self.holidays[body.day] = (body, id)
        elif isinstance(body, Absence):
            start, end = (from_datetime(moment.replace(tzinfo=self._zone)) for moment in (body.start, body.end))
            self._away.append(_Away(body.person, start, end, body.deputy, id))

    def _made(self, day: date) -> list[Slot]:
        holiday, name = self.holidays.get(day, (None, None))
        weekday = (holiday.as_day if holiday else None) or DAYS[day.weekday()]
        only = holiday is not None and holiday.as_day is None
        made: list[Slot] = []
        for key in (*self.base, *self.added):
            cause = None
            if key in self.added:
                added, cause = self.added[key]
                if not _within(day, added.first, added.last):
                    continue
                one_day = added.first == added.last
            else:
                one_day = False
            spec = self.spec(key, day)
            if spec is None or any(_within(day, end.first, end.last) for end in self._ended.get(key, ())):
                continue
            if (only and not one_day) or (spec.days and not one_day and weekday not in spec.days):
                continue
            changed = [id for body, id in self._changed.get(key, ()) if _within(day, body.first, body.last)]
            made += self._slots(key, day, spec, changed[-1] if changed else cause)
        if holiday is not None and only:
            for number, spec in enumerate(holiday.shifts):
                made += self._slots(f"{name}.{number}", day, spec, name)
        return made

    def _slots(self, key: str, day: date, spec: ShiftSpec, cause: str | None) -> list[Slot]:
        over_midnight = spec.end != "24:00" and spec.end <= spec.start
        start = self.instant(day, spec.start)
        end = self.instant(day + ONE_DAY if over_midnight else day, spec.end)
        if end <= start:
            return []  # a shift that lies within the hour the clock skips
        return self._held(Slot(key, day, spec.person, spec.person, frozenset(spec.zones), spec.step, start, end, cause))

    def _of_turn(self, turn: Turn) -> list[Slot]:
        day = to_datetime(turn.start, self.timezone).date()
        key = turn_key(turn)
        if any(_within(day, end.first, end.last) for end in self._ended.get(key, ())):
            return []
        return self._held(Slot(key, day, turn.person, turn.person, turn.zones, turn.step, turn.start, turn.end))

    def _held(self, slot: Slot) -> list[Slot]:
        swapped = self._swapped.get((slot.key, slot.day))
        if swapped is not None:
            slot = replace(slot, person=swapped[0], cause=swapped[1])
        parts = _without_the_absent(slot, self._away, frozenset())
        return [part if part.person in self.people else replace(part, person=None) for part in parts]


def key_of(shift: ShiftSpec) -> str:
    """A shift of duty.yaml has no name there: its key is made of what it says, so it survives a new order of lines."""
    return "s" + blake2b(_said(shift), digest_size=6).hexdigest()


def turn_key(turn: Turn) -> str:
    """The key of one calendar event."""
    said = repr((turn.person, turn.start, sorted(turn.zones), turn.step))
    return "c" + blake2b(said.encode(), digest_size=6).hexdigest()


def _said(shift: ShiftSpec) -> bytes:
    days = tuple(day for day in DAYS if day in shift.days)
    said = (shift.person, tuple(sorted(shift.zones)), days, shift.start, shift.end, shift.step)
    return repr(said).encode()


def _base(duty: Duty) -> dict[str, ShiftSpec]:
    found: dict[str, ShiftSpec] = {}
    for shift in duty.shifts:
        spec = ShiftSpec(shift.person, tuple(shift.zones), tuple(shift.days), shift.start, shift.end, shift.step)
        key = key_of(spec)
        while key in found:  # the same line twice
            key += "x"
        found[key] = spec
    return found


def _within(day: date, first: date, last: date | None) -> bool:
    return first <= day and (last is None or day <= last)


def _without_the_absent(slot: Slot, away: list[_Away], gone: frozenset[str]) -> list[Slot]:
    """The turn cut where its person is away; the deputy's part is cut again where the deputy is away."""
    for absence in away:
        start, end = max(slot.start, absence.start), min(slot.end, absence.end)
        if absence.person != slot.person or start >= end:
            continue
        seen = gone | {absence.person}
        deputy = absence.deputy if absence.deputy not in seen else None
        parts: list[Slot] = []
        if slot.start < start:
            parts += _without_the_absent(replace(slot, end=start), away, gone)
        inner = replace(slot, person=deputy, start=start, end=end, cause=absence.cause)
        parts += _without_the_absent(inner, away, seen)
        if end < slot.end:
            parts += _without_the_absent(replace(slot, start=end), away, gone)
        return parts
    return [slot]
