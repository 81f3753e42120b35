"""A change of the rota as a sentence. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from fangwei.core.texts import Text
from fangwei.duty import texts
from fangwei.duty.changes import (
    DAYS,
    Absence,
    AddShift,
    Body,
    Change,
    ChangeShift,
    EndShift,
    Holiday,
    ShiftSpec,
    Swap,
)
from fangwei.duty.plan import Plan


def words(body: Body, plan: Plan, names: Mapping[str, Text], changes: Sequence[Change]) -> Text:
    """What the change says, people by name."""

    def name(person: str) -> Text:
        return names.get(person, Text(person, person))

    if isinstance(body, AddShift):
        return texts.SAID_ADD.format(shift=_shift(body.shift, names), when=_span(body.first, body.last))
    if isinstance(body, ChangeShift):
        return texts.SAID_CHANGE.format(
            old=_keyed(body.key, body.first, plan, names),
            shift=_shift(body.shift, names),
            when=_span(body.first, body.last),
        )
    if isinstance(body, EndShift):
        return texts.SAID_END.format(old=_keyed(body.key, body.first, plan, names), when=_span(body.first, body.last))
    if isinstance(body, Swap):
        if body.other_day is None:
            return texts.SAID_COVER.format(taker=name(body.taker), giver=name(body.giver), day=f"{body.day:%m-%d}")
        return texts.SAID_SWAP.format(
            taker=name(body.taker),
            giver=name(body.giver),
            day=f"{body.day:%m-%d}",
            other=f"{body.other_day:%m-%d}",
        )
    if isinstance(body, Absence):
        deputy = texts.SAID_NO_DEPUTY if body.deputy is None else texts.SAID_DEPUTY.format(deputy=name(body.deputy))
        return texts.SAID_ABSENCE.format(
            person=name(body.person),
            start=f"{body.start:%m-%d %H:%M}",
            end=f"{body.end:%m-%d %H:%M}",
            deputy=deputy,
        )
    if isinstance(body, Holiday):
        how = (
            texts.SAID_AS_DAY.format(day=texts.WEEKDAYS[DAYS.index(body.as_day)])
            if body.as_day
            else texts.SAID_OWN_SHIFTS.format(number=len(body.shifts))
        )
        return texts.SAID_HOLIDAY.format(name=body.name, day=f"{body.day:%m-%d}", how=how)
    target = next((change for change in changes if change.id == body.change), None)
    inner = words(target.body, plan, names, changes) if target else Text(body.change, body.change)
    return texts.SAID_UNDO.format(change=inner)


def _shift(shift: ShiftSpec, names: Mapping[str, Text]) -> Text:
    person = names.get(shift.person, Text(shift.person, shift.person))
    return texts.SAID_SHIFT.format(person=person, start=shift.start, end=shift.end, step=texts.step_name(shift.step))


def _keyed(key: str, day: date, plan: Plan, names: Mapping[str, Text]) -> Text:
    spec = plan.spec(key, day)
    if spec is not None:
        return _shift(spec, names)
    turn = plan.turn(key, day)
    return names.get(turn.planned, Text(turn.planned, turn.planned)) if turn else Text(key, key)


def _span(first: date, last: date | None) -> Text:
    if last is None:
        return texts.SAID_FROM.format(first=first.isoformat())
    if first == last:
        return Text(first.isoformat(), first.isoformat())
    return texts.SAID_FROM_TO.format(first=first.isoformat(), last=last.isoformat())
