"""What duty knows of one incident, and what a decision asks to be done."""

from dataclasses import dataclass

import msgspec

from fangwei.core.events import Incident, IncidentStatus, Notice

WEBSOCKET = "websocket"
OVER = frozenset({IncidentStatus.CLOSED, IncidentStatus.DISSOLVED})


class Watch(msgspec.Struct, kw_only=True):
    """What duty knows of one incident.

    Invariants: `due` and `everyone_due` (UTC ns) are None unless the incident is open and unanswered; `notices` holds
    every notice sent, by id; `step` is the highest step told.
    """

    incident: Incident
    step: int = -1
    since: int = 0
    """Since when nobody has answered."""
    due: int | None = None
    everyone_due: int | None = None
    chain: str = ""
    """The chain by which it escalates; empty: the duty file's own."""
    notices: dict[str, Notice] = {}
    failed: list[str] = []
    """Ids of notices whose channel failed and whose substitute was already chosen."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Send this notice by its channel; `first` is False for an update in place."""

    notice: Notice
    first: bool


@dataclass(frozen=True, slots=True)
class Unmanned:
    """Nobody answers for this zone now; everyone was named instead (to be counted as an error)."""

    zone: str


@dataclass(frozen=True, slots=True)
class NobodyAnswered:
    """Everyone was told and the incident is still nobody's."""

    incident: str


Effect = Tell | Unmanned | NobodyAnswered


def notice_id(incident: str, step: int, person: str, channel: str) -> str:
    """The one name of a notice, the same again after a restart."""
    return f"{incident}.{step}.{person}.{channel}"
