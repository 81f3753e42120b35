"""What a person does with an incident: take it, hand it over or back, say something, settle it, close it. Pure."""

from collections.abc import Callable

import msgspec

from fangwei.core.events import IncidentStatus
from fangwei.incidents.desk import Desk
from fangwei.incidents.membership import Case
from fangwei.incidents.texts import (
    LINES,
    AlreadySettled,
    IncidentOver,
    IncidentTaken,
    IncidentUnknown,
    NothingSaid,
    NotTheOwner,
    ReasonNeeded,
    StillActive,
)

LONGEST_TEXT = 2000


class Order(msgspec.Struct, kw_only=True):
    """A command `fw.do.incidents.<verb>`; `id` is the sender's, for idempotence."""

    id: str = ""
    by: str
    incident: str
    text: str | None = None
    to: str | None = None
    """`hand`: to whom; None takes the offer back."""
    instead_of: str | None = None
    """`take`: who has it, as the sender saw it; so that nobody takes it from somebody they did not mean."""


def take(desk: Desk, order: Order, now: int) -> None:
    """I have it. Taking what one has already changes nothing.

    Somebody else's incident is taken by whom it was offered to, or by naming that person in `instead_of`.

    Raises:
        IncidentTaken: somebody else has it.
    """
    case, by = _case(desk, order.incident), order.by
    if case.owner == by:
        return
    before = case.owner
    if before is not None and by != case.offered_to and before != order.instead_of:
        raise IncidentTaken(incident=order.incident, owner=desk.person(before))
    case.owner, case.owned_at = by, now
    case.offered_to = case.offered_at = None
    if case.status is IncidentStatus.OPEN:
        case.status = IncidentStatus.OWNED
    key = "taken" if before is None else "taken_from"
    other = desk.person(before or "")
    desk.say(case, "taken", LINES[key].format(by=desk.person(by), other=other), now, by=by)
    _also_say(desk, case, order, now)


def release(desk: Desk, order: Order, now: int) -> None:
    """Hand it back; it waits for somebody again.

    Raises:
        NotTheOwner: `by` does not have it.
    """
    case = _own(desk, order)
    case.owner = case.owned_at = case.offered_to = case.offered_at = None
    if case.status is IncidentStatus.OWNED:
        case.status = IncidentStatus.OPEN
    desk.say(case, "released", LINES["released"].format(by=desk.person(order.by)), now, by=order.by)
    _also_say(desk, case, order, now)


def hand(desk: Desk, order: Order, now: int) -> None:
    """Ask another person to take it. It stays where it is until that person says "I have it": an incident is never
    with somebody who does not know of it.

    Raises:
        NotTheOwner: `by` does not have it.
    """
    case = _own(desk, order)
    if order.to == case.offered_to or order.to == order.by:
        return
    before = case.offered_to
    case.offered_to, case.offered_at = order.to, now if order.to else None
    key, other = ("offered", order.to) if order.to else ("offer_withdrawn", before)
    text = LINES[key].format(by=desk.person(order.by), other=desk.person(other or ""))
    desk.say(case, key, text, now, by=order.by)
    _also_say(desk, case, order, now)


def note(desk: Desk, order: Order, now: int) -> None:
    """A line in a person's own words.

    Raises:
        NothingSaid: no words, or more than 2000 characters.
    """
    case = _case(desk, order.incident)
    if order.text is None or not order.text.strip() or len(order.text) > LONGEST_TEXT:
        raise NothingSaid()
    _also_say(desk, case, order, now)


def settle(desk: Desk, order: Order, now: int) -> None:
    """Who has it says that it is under control, though alarms may still hold; a new alarm opens it again.

    Raises:
        NotTheOwner: `by` does not have it.
        AlreadySettled: it waits to be closed already.
        ReasonNeeded: no words, or more than 2000 characters.
    """
    case = _own(desk, order)
    if case.status is IncidentStatus.SETTLED:
        raise AlreadySettled(incident=order.incident)
    words = (order.text or "").strip()
    if not words or len(words) > LONGEST_TEXT:
        raise ReasonNeeded()
    case.status, case.settled_at, case.growing = IncidentStatus.SETTLED, now, False
    text = LINES["said_settled"].format(by=desk.person(order.by), text=words)
    desk.say(case, "said_settled", text, now, by=order.by, words=words)


def close(desk: Desk, order: Order, now: int) -> None:
    """A person says it is over.

    Raises:
        StillActive: alarms of it hold and no reason was given.
    """
    case = _case(desk, order.incident)
    words = (order.text or "").strip()[:LONGEST_TEXT]
    active = sum(1 for m in case.members.values() if m.face.active and not m.aside)
    if active and not words:
        raise StillActive(incident=order.incident, count=active)
    text = LINES["closed"].format(by=desk.person(order.by), text=words or "-")
    desk.say(case, "closed", text, now, by=order.by, words=words or None)
    case.offered_to = case.offered_at = None
    desk.end(case, IncidentStatus.CLOSED, now)


COMMANDS: dict[str, Callable[[Desk, Order, int], None]] = {
    "take": take,
    "release": release,
    "hand": hand,
    "note": note,
    "settle": settle,
    "close": close,
}


def _case(desk: Desk, incident: str) -> Case:
    case = desk.cases.get(incident)
    if case is None:
        raise (IncidentOver if incident in desk.ids_used else IncidentUnknown)(incident=incident)
    return case


def _own(desk: Desk, order: Order) -> Case:
    case = _case(desk, order.incident)
    if case.owner != order.by:
        raise NotTheOwner(incident=order.incident, by=desk.person(order.by))
    return case


def _also_say(desk: Desk, case: Case, order: Order, now: int) -> None:
    words = (order.text or "").strip()[:LONGEST_TEXT]
    if words:
        text = LINES["note"].format(by=desk.person(order.by), text=words)
        desk.say(case, "note", text, now, by=order.by, words=words)
