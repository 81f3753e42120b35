"""The life of one alarm by ISA-18.2 / IEC 62682, as a pure decision: (state, event, now) -> (state, changes).

What the plant does (raise, return) and what people and logic do to its annunciation are kept apart: a
shelved alarm still knows whether it is active, and every activation is told as RAISED whatever the operator
state.

Return rules (safety-rules.md, section 7): a shelving whose time is up returns the alarm UNACKED, one ended
by a person returns it ACKED; an alarm that is active when its suppression or its time out of service ends is
UNACKED again.
"""

import msgspec

from fangwei.alarms.errors import (
    AlreadyOutOfService,
    LogicMayNotShelve,
    NotAnnunciated,
    NothingToAcknowledge,
    NothingToReset,
    NotOutOfService,
    NotShelvable,
    NotShelved,
    ReasonMissing,
    SecondPersonMissing,
    ShelvingTooLong,
)
from fangwei.core.clock import HOUR
from fangwei.core.events import AlarmChange, AlarmState, Hazard

LONGEST_SHELVING = 12 * HOUR
"""One shift: the next one decides anew."""
LONGEST_PROTECTED_SHELVING = HOUR
"""Gas, fire and evacuation: long enough to change a sensor head."""
PROTECTED = frozenset({Hazard.RELEASE, Hazard.FIRE, Hazard.PEOPLE})
"""Never shelved by logic. PEOPLE holds the evacuation alarms."""


RESET = "reset"
"""Reason of the RETURNED by which a person lets go of a latched alarm."""


class Character(msgspec.Struct, frozen=True, kw_only=True):
    """What about an alarm bears on its life."""

    alarm: str
    hazard: Hazard
    latch: bool = False
    shelvable: bool = True


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm as it stands.

    Invariants: `occurrence` is empty until the first activation; `latched` only while not active;
    `suppressed_by` holds the ids of all suppressions that are true now.
    """

    active: bool = False
    acked: bool = True
    latched: bool = False
    occurrence: str = ""
    since: int = 0
    """Source time of the raising reading."""
    shelved_until: int | None = None
    suppressed_by: tuple[str, ...] = ()
    out_of_service: bool = False
    out_until: int | None = None
    """Until when it is meant to be out of service; only said, nothing happens then by itself."""
    by: str | None = None
    reason: str | None = None

    @property
    def state(self) -> AlarmState:
        """What the alarm list shows. A latched alarm shows ACKED (or RETURNED_UNACKED) with `active`
        false."""
        if self.out_of_service:
            return AlarmState.OUT_OF_SERVICE
        if self.suppressed_by:
            return AlarmState.SUPPRESSED
        if self.shelved_until is not None:
            return AlarmState.SHELVED
        if self.active:
            return AlarmState.ACKED if self.acked else AlarmState.UNACKED
        if not self.acked:
            return AlarmState.RETURNED_UNACKED
        return AlarmState.ACKED if self.latched else AlarmState.NORMAL

    @property
    def hidden(self) -> bool:
        """Not annunciated."""
        return self.out_of_service or bool(self.suppressed_by) or self.shelved_until is not None


class Raise(msgspec.Struct, frozen=True):
    """The condition holds (after its on-delay); `occurrence` and `since` name the activation."""

    occurrence: str
    since: int


class Return(msgspec.Struct, frozen=True):
    """The condition is gone (after its off-delay)."""


class Acknowledge(msgspec.Struct, frozen=True):
    """Somebody has seen it."""

    by: str


class Shelve(msgspec.Struct, frozen=True):
    """Out of sight until a time, by a person with a reason; `automatic` where logic asks."""

    by: str
    reason: str
    until: int
    automatic: bool = False


class Unshelve(msgspec.Struct, frozen=True):
    """A person ends the shelving."""

    by: str


class TimePasses(msgspec.Struct, frozen=True):
    """Ends a shelving whose time is up."""


class Suppress(msgspec.Struct, frozen=True):
    """A suppression by design became true."""

    id: str
    reason: str


class Unsuppress(msgspec.Struct, frozen=True):
    """A suppression by design is no longer true."""

    id: str


class TakeOut(msgspec.Struct, frozen=True):
    """Out of service for maintenance."""

    by: str
    approved_by: str
    reason: str
    until: int | None = None


class PutBack(msgspec.Struct, frozen=True):
    """Back in service."""

    by: str


class Reset(msgspec.Struct, frozen=True):
    """Let go of a latched alarm."""

    by: str


Event = (
    Raise | Return | Acknowledge | Shelve | Unshelve | TimePasses | Suppress | Unsuppress | TakeOut | PutBack | Reset
)


class Change(msgspec.Struct, frozen=True):
    """One transition to tell and keep."""

    change: AlarmChange
    by: str | None = None
    reason: str | None = None
    until: int | None = None


def decide(character: Character, life: Life, event: Event, now: int) -> tuple[Life, tuple[Change, ...]]:
    """The next life and what is to be told; no change where the event says nothing new.

    Raises:
        FangweiError: a command that the rules refuse (errors.py); the life is as before.
    """
    match event:
        case Raise():
            if life.active:
                return life, ()
            raised = msgspec.structs.replace(
                life, active=True, acked=False, latched=False, occurrence=event.occurrence, since=event.since
            )
            return raised, (Change(AlarmChange.RAISED),)
        case Return():
            if not life.active:
                return life, ()
            returned = msgspec.structs.replace(life, active=False, latched=character.latch)
            return returned, (Change(AlarmChange.RETURNED),)
        case TimePasses():
            if life.shelved_until is None or now < life.shelved_until:
                return life, ()
            back = msgspec.structs.replace(
                life, shelved_until=None, acked=life.acked and not life.active, by=None, reason=None
            )
            return back, (Change(AlarmChange.UNSHELVED, until=life.shelved_until),)
        case Suppress():
            if event.id in life.suppressed_by:
                return life, ()
            first = not life.suppressed_by
            hidden = msgspec.structs.replace(life, suppressed_by=(*life.suppressed_by, event.id))
            return hidden, (Change(AlarmChange.SUPPRESSED, by=event.id, reason=event.reason),) if first else ()
        case Unsuppress():
            if event.id not in life.suppressed_by:
                return life, ()
            left = tuple(s for s in life.suppressed_by if s != event.id)
            if left:
                return msgspec.structs.replace(life, suppressed_by=left), ()
            shown = msgspec.structs.replace(life, suppressed_by=(), acked=not life.active)
            return shown, (Change(AlarmChange.UNSUPPRESSED, by=event.id),)
        case _:
            return _command(character, life, event, now)


def _command(
    character: Character,
    life: Life,
    event: Acknowledge | Shelve | Unshelve | TakeOut | PutBack | Reset,
    now: int,
) -> tuple[Life, tuple[Change, ...]]:
    alarm = character.alarm
    match event:
        case Acknowledge():
            if life.hidden:
                raise NotAnnunciated(alarm=alarm)
            if life.acked:
                raise NothingToAcknowledge(alarm=alarm)
            seen = msgspec.structs.replace(life, acked=True, by=event.by)
            return seen, (Change(AlarmChange.ACKNOWLEDGED, by=event.by),)
        case Shelve():
            return _shelve(character, life, event, now)
        case Unshelve():
            if life.shelved_until is None:
                raise NotShelved(alarm=alarm)
            back = msgspec.structs.replace(life, shelved_until=None, acked=True, by=event.by, reason=None)
            return back, (Change(AlarmChange.UNSHELVED, by=event.by),)
        case TakeOut():
            if life.out_of_service:
                raise AlreadyOutOfService(alarm=alarm)
            if not event.reason.strip():
                raise ReasonMissing(alarm=alarm)
            if not event.approved_by.strip() or event.approved_by.strip() == event.by.strip():
                raise SecondPersonMissing(alarm=alarm)
            reason = f"{event.reason} ({event.approved_by})"
            out = msgspec.structs.replace(life, out_of_service=True, out_until=event.until, by=event.by, reason=reason)
            return out, (Change(AlarmChange.TAKEN_OUT, by=event.by, reason=reason, until=event.until),)
        case PutBack():
            if not life.out_of_service:
                raise NotOutOfService(alarm=alarm)
            back = msgspec.structs.replace(
                life, out_of_service=False, out_until=None, acked=not life.active, by=event.by, reason=None
            )
            return back, (Change(AlarmChange.PUT_BACK, by=event.by),)
        case Reset():
            if not (life.latched and life.acked) or life.hidden:
                raise NothingToReset(alarm=alarm)
            free = msgspec.structs.replace(life, latched=False, by=event.by)
            return free, (Change(AlarmChange.RETURNED, by=event.by, reason=RESET),)


def _shelve(character: Character, life: Life, event: Shelve, now: int) -> tuple[Life, tuple[Change, ...]]:
    alarm = character.alarm
    protected = character.hazard in PROTECTED
    if not character.shelvable:
        raise NotShelvable(alarm=alarm)
    if event.automatic and protected:
        raise LogicMayNotShelve(alarm=alarm)
    if life.out_of_service or life.suppressed_by:
        raise NotAnnunciated(alarm=alarm)
    if not event.reason.strip():
        raise ReasonMissing(alarm=alarm)
    longest = LONGEST_PROTECTED_SHELVING if protected else LONGEST_SHELVING
    if not 0 < event.until - now <= longest:
        raise ShelvingTooLong(alarm=alarm, hours=longest / HOUR)
    away = msgspec.structs.replace(life, shelved_until=event.until, by=event.by, reason=event.reason)
    return away, (Change(AlarmChange.SHELVED, by=event.by, reason=event.reason, until=event.until),)
