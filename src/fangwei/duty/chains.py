"""Escalation chains as data: who is told after how long, by zone, hazard and priority. Pure.

Without a fitting chain the duty file's own holds: the steps of the rota every `escalate_after`, everyone after
`everyone_after`. Of several that fit, the one that names more of zone, hazard and priority holds, then the one that
reaches everyone sooner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fangwei.core.clock import seconds
from fangwei.core.events import Hazard, Incident
from fangwei.core.texts import Text
from fangwei.duty import errors, texts
from fangwei.duty.rota import Rota, Step
from fangwei.plant.schema import Person

MOST_STEPS = 9
MOST_CHAINS = 200
SHORTEST_WAIT_S = 5.0
"""Sooner nobody can have read what he was told."""
LONGEST_S = 24 * 3600.0
LONGEST_PRIORITY_ONE_S = 3600.0
"""A priority 1 incident that nobody has taken for an hour must have reached everyone."""
SHORTEST_REPEAT_S = 30.0


class Who(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One party of a step: the people on duty at a step of the rota; those on duty of a role (everybody of the role
    when none is on duty); a person; everyone."""

    kind: Literal["step", "role", "person", "everyone"]
    id: str = ""
    step: Annotated[int, Meta(ge=0, le=9)] = 0


class ChainStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`wait_s` counts from the step before; 0 for the first."""

    wait_s: Annotated[float, Meta(ge=0, le=LONGEST_S)]
    who: Annotated[tuple[Who, ...], Meta(min_length=1, max_length=20)]


class ChainBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A chain as people write it. Empty zones, hazards or priorities: all of them. The last step is everyone; with
    `repeat_s` everyone is told again until somebody takes it."""

    name: Text
    zones: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    priorities: tuple[Annotated[int, Meta(ge=1, le=4)], ...] = ()
    steps: Annotated[tuple[ChainStep, ...], Meta(min_length=1, max_length=MOST_STEPS + 1)]
    repeat_s: Annotated[float, Meta(ge=SHORTEST_REPEAT_S, le=LONGEST_S)] | None = None


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A kept chain: who made this revision, when (UTC ns)."""

    id: str
    revision: int
    time: int
    by: str
    body: ChainBody


@dataclass(frozen=True)
class Pace:
    """How one incident escalates: waits in ns. `steps` None: the rota's own steps."""

    chain: str
    waits: tuple[int, ...]
    """Before step 1, 2, ... that is not everyone; the last one repeats for the rota's own."""
    everyone_after: int
    repeat: int | None
    steps: tuple[ChainStep, ...] | None = None

    def wait_after(self, step: int) -> int | None:
        """ns from step `step` to the next one before everyone; None: only everyone is left."""
        if self.steps is None:
            return self.waits[0]
        return self.waits[step] if 0 <= step < len(self.waits) else None


def pace_of(rota: Rota, chains: Iterable[Chain], zones: Sequence[str], hazard: Hazard, priority: int) -> Pace:
    """The chain that holds for an incident."""
    fitting = [chain for chain in chains if _fits(chain.body, zones, hazard, priority)]
    if not fitting:
        duty = rota.duty
        repeat = None if duty.repeat_after is None else seconds(duty.repeat_after)
        return Pace("", (seconds(duty.escalate_after),), seconds(duty.everyone_after), repeat)
    best = min(fitting, key=lambda chain: (-_named(chain.body), _total(chain.body), chain.id))
    return pace(best.id, best.body)


def pace(id: str, body: ChainBody) -> Pace:
    """A chain as waits."""
    repeat = None if body.repeat_s is None else seconds(body.repeat_s)
    waits = tuple(seconds(step.wait_s) for step in body.steps[1:-1])
    return Pace(id, waits, seconds(_total(body)), repeat, body.steps[:-1])


def pace_for(rota: Rota, chains: Iterable[Chain], incident: Incident) -> Pace:
    """The chain that holds for an incident as it stands."""
    return pace_of(rota, chains, incident.zones, incident.hazard, incident.priority)


def steps_of(rota: Rota, held: Pace, zone: str | None, at: int) -> tuple[list[Step], bool]:
    """The steps before everyone that have people at UTC ns `at`, and whether the rota is as planned; where none has,
    everyone at once."""
    own, planned = rota.on_duty(zone, at)
    if held.steps is None:
        return own, planned
    found = []
    for number, step in enumerate(held.steps):
        people = {p.id: p for who in step.who for p in people_of(rota, who, own, planned)}
        if people:
            found.append(Step(number, tuple(people.values())))
    if not found:
        return ([Step(0, rota.everyone.people)] if rota.people else []), planned
    return found, planned


def check(body: ChainBody, rota: Rota, zones: Iterable[str], others: Iterable[Chain]) -> None:
    """Refuse a chain under which somebody may never be told.

    Raises:
        ChainRefused: with the reason.
    """
    last = body.steps[-1]
    if all(who.kind != "everyone" for who in last.who):
        raise errors.ChainRefused(why=texts.CHAIN_NO_EVERYONE)
    for number, step in enumerate(body.steps):
        if number < len(body.steps) - 1 and any(who.kind == "everyone" for who in step.who):
            raise errors.ChainRefused(why=texts.CHAIN_EVERYONE_EARLY.format(step=number + 1))
        if number == 0 and step.wait_s != 0:
            raise errors.ChainRefused(why=texts.CHAIN_FIRST_WAITS)
        if number > 0 and step.wait_s < SHORTEST_WAIT_S:
            raise errors.ChainRefused(why=texts.CHAIN_WAIT_SHORT.format(step=number + 1, least=f"{SHORTEST_WAIT_S:g}"))
        for who in step.who:
            _check_who(who, rota)
    total = _total(body)
    if (not body.priorities or 1 in body.priorities) and total > LONGEST_PRIORITY_ONE_S:
        raise errors.ChainRefused(why=texts.CHAIN_SLOW.format(total=f"{total:g}", most=f"{LONGEST_PRIORITY_ONE_S:g}"))
    if total > LONGEST_S:
        raise errors.ChainRefused(why=texts.CHAIN_SLOW.format(total=f"{total:g}", most=f"{LONGEST_S:g}"))
    known = set(zones)
    for zone in body.zones:
        if zone not in known:
            raise errors.ZoneUnknown(zone=zone[:64])
    if not body.name.zh.strip() or not body.name.en.strip() or max(len(body.name.zh), len(body.name.en)) > 80:
        raise errors.ChainRefused(why=texts.NAME_LENGTH.format(most=80))
    for other in others:
        if _scope(other.body) == _scope(body):
            raise errors.ChainRefused(why=texts.CHAIN_TWICE.format(name=other.body.name))


def _check_who(who: Who, rota: Rota) -> None:
    if who.kind == "person" and who.id not in rota.people:
        raise errors.PersonUnknown(person=who.id[:64])
    if who.kind == "role" and all(person.role != who.id for person in rota.duty.people):
        raise errors.ChainRefused(why=texts.ROLE_EMPTY.format(role=who.id[:64]))


def people_of(rota: Rota, who: Who, own: list[Step], planned: bool) -> tuple[Person, ...]:
    """Whom a party of a step means at a time; `own` and `planned` as `Rota.on_duty` says."""
    if who.kind == "person":
        return (rota.people[who.id],) if who.id in rota.people else ()
    if who.kind == "everyone":
        return rota.everyone.people
    if who.kind == "step":
        return next((step.people for step in own if step.step == who.step), ())
    there = tuple(p for step in own for p in step.people if p.role == who.id) if planned else ()
    return there or tuple(p for p in rota.duty.people if p.role == who.id)


def _fits(body: ChainBody, zones: Sequence[str], hazard: Hazard, priority: int) -> bool:
    return (
        (not body.zones or any(zone in body.zones for zone in zones))
        and (not body.hazards or hazard in body.hazards)
        and (not body.priorities or priority in body.priorities)
    )


def _named(body: ChainBody) -> int:
    return bool(body.zones) + bool(body.hazards) + bool(body.priorities)


def _scope(body: ChainBody) -> tuple[frozenset[str], frozenset[Hazard], frozenset[int]]:
    return frozenset(body.zones), frozenset(body.hazards), frozenset(body.priorities)


def _total(body: ChainBody) -> float:
    return sum(step.wait_s for step in body.steps)
