"""What a person does with an incident: take it, hand it back, say something, close it. Pure."""

from fangwei.core.events import IncidentStatus
from fangwei.incidents.desk import Desk
from fangwei.incidents.membership import Case
from fangwei.incidents.texts import (
    LINES,
    IncidentOver,
    IncidentTaken,
    IncidentUnknown,
    NothingSaid,
    NotTheOwner,
    StillActive,
)

LONGEST_TEXT = 2000


def take(desk: Desk, incident: str, by: str, text: str | None, now: int) -> None:
    """I have it. Taking what one has already changes nothing.

    Raises:
        IncidentTaken: somebody else has it.
    """
    case = _case(desk, incident)
    if case.owner == by:
        return
    if case.owner is not None:
        raise IncidentTaken(incident=incident, owner=case.owner)
    case.owner, case.owned_at = by, now
    if case.status is IncidentStatus.OPEN:
        case.status = IncidentStatus.OWNED
    desk.say(case, "taken", LINES["taken"].format(by=by), now, by=by)
    _also_say(desk, case, by, text, now)


def release(desk: Desk, incident: str, by: str, text: str | None, now: int) -> None:
    """Hand it back; it waits for somebody again.

    Raises:
        NotTheOwner: `by` does not have it.
    """
    case = _case(desk, incident)
    if case.owner != by:
        raise NotTheOwner(incident=incident, by=by)
    case.owner = case.owned_at = None
    if case.status is IncidentStatus.OWNED:
        case.status = IncidentStatus.OPEN
    desk.say(case, "released", LINES["released"].format(by=by), now, by=by)
    _also_say(desk, case, by, text, now)


def note(desk: Desk, incident: str, by: str, text: str | None, now: int) -> None:
    """A line in a person's own words.

    Raises:
        NothingSaid: no words, or more than 2000 characters.
    """
    case = _case(desk, incident)
    if text is None or not text.strip() or len(text) > LONGEST_TEXT:
        raise NothingSaid()
    _also_say(desk, case, by, text, now)


def close(desk: Desk, incident: str, by: str, text: str | None, now: int) -> None:
    """A person says it is over.

    Raises:
        StillActive: alarms of it hold and no reason was given.
    """
    case = _case(desk, incident)
    active = sum(1 for m in case.members.values() if m.face.active and not m.aside)
    if active and not (text and text.strip()):
        raise StillActive(incident=incident, count=active)
    said = (text or "").strip()[:LONGEST_TEXT] or None
    desk.say(case, "closed", LINES["closed"].format(by=by, text=said or "-"), now, by=by, words=said)
    desk.end(case, IncidentStatus.CLOSED, now)


COMMANDS = {"take": take, "release": release, "note": note, "close": close}


def _case(desk: Desk, incident: str) -> Case:
    case = desk.cases.get(incident)
    if case is None:
        raise (IncidentOver if incident in desk.ids_used else IncidentUnknown)(incident=incident)
    return case


def _also_say(desk: Desk, case: Case, by: str, text: str | None, now: int) -> None:
    if text and text.strip():
        said = text.strip()[:LONGEST_TEXT]
        desk.say(case, "note", LINES["note"].format(by=by, text=said), now, by=by, words=said)
