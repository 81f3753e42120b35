"""Whether a change of the rota makes sense, before it is kept. Pure; refusals are sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fangwei.duty import errors
from fangwei.duty.changes import (
    Absence,
    AddShift,
    Body,
    Change,
    ChangeShift,
    EndShift,
    Holiday,
    ShiftSpec,
    Swap,
    Undo,
    undone_by,
)
from fangwei.duty.plan import ONE_DAY, Plan

FIRST_DAY, LAST_DAY = date(2000, 1, 2), date(2099, 12, 30)
"""Other years are slips of the keyboard, and the clock cannot express them."""
LONGEST_LOOK = timedelta(days=62)
"""How far a change is looked at for gaps: two months cover every pattern of weeks."""
SHORTEST_LOOK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Known:
    """What a change may refer to."""

    people: frozenset[str]
    zones: frozenset[str]


def check(body: Body, plan: Plan, changes: Sequence[Change], known: Known) -> None:
    """Refuse a change that refers to what does not exist, or changes nothing.

    Raises:
        FangweiError: one of `duty.errors`.
    """
    if isinstance(body, AddShift):
        _shift(body.shift, known)
        _days(body.first, body.last)
    elif isinstance(body, ChangeShift):
        if not plan.knows(body.key):
            raise errors.ShiftUnknown(key=body.key[:64])
        _shift(body.shift, known)
        _days(body.first, body.last)
    elif isinstance(body, EndShift):
        _days(body.first, body.last)
        if not plan.knows(body.key) and plan.turn(body.key, body.first) is None:
            raise errors.ShiftUnknown(key=body.key[:64])
    elif isinstance(body, Swap):
        _swap(body, plan, known)
    elif isinstance(body, Absence):
        _person(body.person, known)
        _days(body.start.date(), body.end.date())
        if body.end <= body.start:
            raise errors.TimesReversed()
        if body.deputy is not None:
            _person(body.deputy, known)
            if body.deputy == body.person:
                raise errors.SamePerson()
    elif isinstance(body, Holiday):
        _days(body.day, None)
        if body.as_day is not None and body.shifts:
            raise errors.HolidayTwoWays()
        for shift in body.shifts:
            _shift(shift, known)
    else:
        _undo(body, changes)


def touched(body: Body, plan: Plan, changes: Sequence[Change]) -> list[tuple[int, int]]:
    """The stretches (UTC ns) in which a change may make a difference, for the look at gaps."""
    if isinstance(body, Undo):
        undone = next(change for change in changes if change.id == body.change)
        # An undo names an earlier change, so this ends.
        return touched(undone.body, plan, [change for change in changes if change.number < undone.number])
    if isinstance(body, Swap):
        # Each turn by itself: they may lie a year apart.
        days = [body.day, *([body.other_day] if body.other_day else [])]
        return [_stretch(day, day, plan) for day in days]
    if isinstance(body, AddShift | ChangeShift | EndShift):
        return [_stretch(body.first, body.last or body.first + SHORTEST_LOOK, plan)]
    if isinstance(body, Absence):
        return [_stretch(body.start.date(), body.end.date(), plan)]
    return [_stretch(body.day, body.day, plan)]


def _stretch(first: date, last: date, plan: Plan) -> tuple[int, int]:
    # A turn that begins on the last day may run over midnight.
    last = min(last, first + LONGEST_LOOK) + ONE_DAY + ONE_DAY
    return plan.instant(first, "00:00"), plan.instant(last, "00:00")


def _swap(body: Swap, plan: Plan, known: Known) -> None:
    _person(body.giver, known)
    _person(body.taker, known)
    if body.giver == body.taker:
        raise errors.SamePerson()
    if (body.other_key is None) != (body.other_day is None):
        raise errors.SwapHalfNamed()
    _held(body.key, body.day, body.giver, plan)
    if body.other_key is not None and body.other_day is not None:
        if (body.other_key, body.other_day) == (body.key, body.day):
            raise errors.SamePerson()
        _held(body.other_key, body.other_day, body.taker, plan)


def _held(key: str, day: date, person: str, plan: Plan) -> None:
    """Refuse a turn that this person does not have."""
    _days(day, None)
    turn = plan.turn(key, day)
    if turn is None:
        raise errors.TurnUnknown(key=key[:64], day=day.isoformat())
    if person not in (turn.person, turn.planned):
        raise errors.TurnNotTheirs(person=person, day=day.isoformat())


def _undo(body: Undo, changes: Sequence[Change]) -> None:
    if all(change.id != body.change for change in changes):
        raise errors.ChangeUnknown(change=body.change[:64])
    if body.change in undone_by(changes):
        raise errors.AlreadyUndone()


def _shift(shift: ShiftSpec, known: Known) -> None:
    _person(shift.person, known)
    for zone in shift.zones:
        if zone not in known.zones:
            raise errors.ZoneUnknown(zone=zone[:64])
    if shift.start == shift.end or shift.start == "24:00":
        raise errors.ShiftEmpty()


def _person(person: str, known: Known) -> None:
    if person not in known.people:
        raise errors.PersonUnknown(person=person[:64])


def _days(first: date, last: date | None) -> None:
    if not FIRST_DAY <= first <= LAST_DAY or (last is not None and not FIRST_DAY <= last <= LAST_DAY):
        raise errors.DayImpossible()
    if last is not None and last < first:
        raise errors.TimesReversed()
