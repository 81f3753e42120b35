"""What people change in the rota, as data: each change is a row that is never altered; undoing one is a row too.

Days and clock times are the site's. A shift is named by its key (`plan.key_of`), a turn by shift and the day on which
it begins.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from fangwei.core.texts import Text

Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", examples=["08:00"])]
WallTime = Annotated[datetime, Meta(tz=False, examples=["2026-09-21T08:00"])]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Annotated[str, Meta(pattern="^(mon|tue|wed|thu|fri|sat|sun)$")]


class ShiftSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is on duty from when to when; the same fields as a shift of duty.yaml."""

    person: str
    zones: tuple[str, ...] = ()
    """Empty: the whole site."""
    days: tuple[Weekday, ...] = ()
    """Empty: every day."""
    start: Clock = "00:00"
    end: Clock = "24:00"
    """An end before the start runs over midnight."""
    step: Annotated[int, Meta(ge=0, le=9)] = 0


class AddShift(msgspec.Struct, frozen=True, tag="add", forbid_unknown_fields=True):
    """A further shift, from `first` to `last` (None: until further notice)."""

    shift: ShiftSpec
    first: date
    last: date | None = None


class ChangeShift(msgspec.Struct, frozen=True, tag="change", forbid_unknown_fields=True):
    """From `first` to `last` the shift is another one; it keeps its key."""

    key: str
    shift: ShiftSpec
    first: date
    last: date | None = None


class EndShift(msgspec.Struct, frozen=True, tag="end", forbid_unknown_fields=True):
    """From `first` to `last` (None: for good) the shift does not hold; one day drops one turn."""

    key: str
    first: date
    last: date | None = None


class Swap(msgspec.Struct, frozen=True, tag="swap", forbid_unknown_fields=True):
    """`taker` takes the turn of `giver`; where a second turn is named, `giver` takes that one in return."""

    key: str
    day: date
    giver: str
    taker: str
    other_key: str | None = None
    other_day: date | None = None


class Absence(msgspec.Struct, frozen=True, tag="absence", forbid_unknown_fields=True):
    """A person is away from `start` to `end`; the deputy, if there is one, takes every turn in between."""

    person: str
    start: WallTime
    end: WallTime
    deputy: str | None = None


class Holiday(msgspec.Struct, frozen=True, tag="holiday", forbid_unknown_fields=True):
    """On this day other shifts hold: those of another weekday (`as_day`), or only the ones listed here.

    A shift added for this one day holds in any case. Shifts of `shifts` ignore their `days`.
    """

    day: date
    name: Text
    as_day: Weekday | None = None
    shifts: tuple[ShiftSpec, ...] = ()


class Undo(msgspec.Struct, frozen=True, tag="undo", forbid_unknown_fields=True):
    """The change named no longer holds. An undo may itself be undone."""

    change: str


Body = AddShift | ChangeShift | EndShift | Swap | Absence | Holiday | Undo


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded change: number (1 is the first), who, when (UTC ns), why, what."""

    id: str
    number: int
    time: int
    by: str
    why: str
    body: Body


def effective(changes: Iterable[Change]) -> list[Change]:
    """The changes that hold, oldest first, without the undos themselves. Pure.

    A change does not hold when a later undo that itself holds names it.
    """
    undone: set[str] = set()
    held: list[Change] = []
    for change in sorted(changes, key=lambda one: one.number, reverse=True):
        if change.id in undone:
            continue
        if isinstance(change.body, Undo):
            undone.add(change.body.change)
        else:
            held.append(change)
    return held[::-1]


def undone_by(changes: Sequence[Change]) -> dict[str, str]:
    """Change -> the undo that holds against it."""
    dead: dict[str, str] = {}
    for change in sorted(changes, key=lambda one: one.number, reverse=True):
        if change.id not in dead and isinstance(change.body, Undo):
            dead.setdefault(change.body.change, change.id)
    return dead
