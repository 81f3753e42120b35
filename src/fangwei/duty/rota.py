"""Who is on duty for a zone at a time. Pure: the plan and the time come in, people come out.

Invariants: as long as the duty file names anybody, `on_duty` never answers with nobody; a zone nobody answers for
falls to those of the whole site, and when none of them is there, to everyone whose role works on incidents.
Shifts follow the site's wall clock,
so that on a day of 23 or 25 hours the same people hand over at the same wall time, without gap or overlap.
"""

from dataclasses import dataclass, field

from fangwei.duty.changes import Change
from fangwei.duty.plan import Plan, Turn
from fangwei.identity.roles import verbs_of
from fangwei.plant.schema import Duty, Person

EVERYONE = 10
"""The step at which everyone is told: one more than the highest a shift may have. Told again: one more each time."""


@dataclass(frozen=True, slots=True)
class Step:
    """The people told together; lower steps first."""

    step: int
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Rota:
    """The duty file, the calendar and what people changed, as something that can be asked."""

    duty: Duty
    timezone: str
    turns: tuple[Turn, ...] = ()
    changes: tuple[Change, ...] = ()
    people: dict[str, Person] = field(init=False)
    plan: Plan = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", {person.id: person for person in self.duty.people})
        object.__setattr__(self, "plan", Plan(self.duty, self.timezone, self.turns, self.changes))

    @property
    def everyone(self) -> Step:
        """All people of the duty file whose role works on incidents: nobody else could take one, and who need not be
        woken learns to overlook notices. Where there is nobody of such a role, all people."""
        working = tuple(p for p in self.duty.people if "incidents.take" in verbs_of(p.role))
        return Step(EVERYONE, working or tuple(self.duty.people))

    def on_duty(self, zone: str | None, at: int) -> tuple[list[Step], bool]:
        """The steps of duty for a zone (None: the whole site) at UTC ns `at`, lowest first, and whether that is as
        planned: False when nobody answers for the zone and everyone is named instead.
        """
        found: dict[int, list[tuple[bool, Person]]] = {}
        for slot in self.plan.between(at, at + 1):
            if slot.person is not None and answers(slot.zones, zone):
                found.setdefault(slot.step, []).append((not slot.zones, self.people[slot.person]))
        if not found:
            return [Step(0, self.everyone.people)] if self.people else [], False
        steps = []
        for step in sorted(found):
            # those of the zone before those of the whole site, nobody twice
            ordered = sorted(found[step], key=lambda pair: pair[0])
            steps.append(Step(step, tuple({person.id: person for _, person in ordered}.values())))
        return steps, True


def answers(zones: frozenset[str], zone: str | None) -> bool:
    """Whether duty for `zones` (empty: the whole site) covers a zone."""
    return not zones or (zone is not None and zone in zones)
