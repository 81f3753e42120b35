"""Who is on duty for a zone at a time. Pure: shifts and the time come in, people come out.

Invariants: as long as the duty file names anybody, `on_duty` never answers with nobody; a zone nobody answers for
falls to those of the whole site, and when none of them is there, to everyone. Shifts follow the site's wall clock,
so that on a day of 23 or 25 hours the same people hand over at the same wall time, without gap or overlap.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fangwei.core.clock import from_datetime, to_datetime
from fangwei.plant.schema import Duty, Person, Shift

EVERYONE = 10
"""The step at which everyone is told: one more than the highest a shift may have."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Turn:
    """One stretch of duty from a calendar: UTC ns, the end not included. `zones` empty: the whole site."""

    person: str
    start: int
    end: int
    zones: frozenset[str] = frozenset()
    step: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """The people told together; lower steps first."""

    step: int
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Rota:
    """The duty file as something that can be asked."""

    duty: Duty
    timezone: str
    turns: tuple[Turn, ...] = ()
    people: dict[str, Person] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", {person.id: person for person in self.duty.people})

    @property
    def everyone(self) -> Step:
        """All people of the duty file."""
        return Step(EVERYONE, tuple(self.duty.people))

    def on_duty(self, zone: str | None, at: int) -> tuple[list[Step], bool]:
        """The steps of duty for a zone (None: the whole site) at UTC ns `at`, lowest first, and whether that is as
        planned: False when nobody answers for the zone and everyone is named instead.
        """
        local = to_datetime(at, self.timezone)
        found: dict[int, list[tuple[bool, Person]]] = {}

        def add(person: str, step: int, whole_site: bool) -> None:
            if person in self.people:
                found.setdefault(step, []).append((whole_site, self.people[person]))

        for shift in self.duty.shifts:
            if _answers(shift.zones, zone) and self._works(shift, at, local.date()):
                add(shift.person, shift.step, not shift.zones)
        for turn in self.turns:
            if turn.start <= at < turn.end and _answers(turn.zones, zone):
                add(turn.person, turn.step, not turn.zones)
        if not found:
            return [Step(0, self.everyone.people)] if self.people else [], False
        steps = []
        for step in sorted(found):
            # those of the zone before those of the whole site, nobody twice
            ordered = sorted(found[step], key=lambda pair: pair[0])
            steps.append(Step(step, tuple({person.id: person for _, person in ordered}.values())))
        return steps, True

    def _works(self, shift: Shift, at: int, today: date) -> bool:
        # A shift that runs over midnight began yesterday, and belongs to yesterday's weekday.
        for day in (today - timedelta(days=1), today):
            if shift.days and _DAYS[day.weekday()] not in shift.days:
                continue
            start, end = self._bounds(shift, day)
            if start <= at < end:
                return True
        return False

    def _bounds(self, shift: Shift, day: date) -> tuple[int, int]:
        ends_next_day = shift.end == "24:00" or shift.end <= shift.start
        end_day = day + timedelta(days=1) if ends_next_day else day
        return self._instant(day, shift.start), self._instant(end_day, shift.end)

    def _instant(self, day: date, clock: str) -> int:
        hours, minutes = (int(part) for part in clock.split(":"))
        # 24:00 is 00:00 of the day that `_bounds` has already moved on to. Two shifts that meet name the same wall
        # time, and the same wall time gives the same instant, also in the hour a clock change skips or repeats.
        wall = datetime.combine(day, time(hours % 24, minutes), tzinfo=ZoneInfo(self.timezone))
        return from_datetime(wall)


def _answers(zones: list[str] | frozenset[str], zone: str | None) -> bool:
    return not zones or (zone is not None and zone in zones)
