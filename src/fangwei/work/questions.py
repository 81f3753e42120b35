"""What the room is asked and answers; light, for the door's process too."""

from pathlib import Path

import msgspec

from fangwei.core.lists import Paging
from fangwei.work.hazards import FoundHazard, HazardLevel, HazardLine, HazardStatus

SORTED_BY = ("reported", "updated", "deadline", "level", "zone", "status")
PHOTOS = Path("photos", "work")
"""Of its own: what lies here and is in no step is removed."""


class Filter(Paging, frozen=True, kw_only=True):
    """`fw.ask.work.list`: all conditions hold together; None asks nothing. The newest first unless sorted."""

    status: list[HazardStatus] | None = None
    zone: str | None = None
    point: str | None = None
    level: HazardLevel | None = None
    assignee: str | None = None
    reporter: str | None = None
    overdue: bool = False
    zones: list[str] | None = None
    """The zones that who asks may see; None: all."""
    own: str | None = None
    """Whose own ones, reported or given to them, are seen wherever they are."""


class Listed(msgspec.Struct):
    """A page of the list."""

    total: int
    offset: int
    items: list[FoundHazard]


class AskShow(msgspec.Struct):
    """Question `fw.ask.work.show`."""

    hazard: str


class AskFigures(msgspec.Struct):
    """Question `fw.ask.work.figures`; UTC ns."""

    start: int
    end: int
    zones: list[str] | None = None
    own: str | None = None


class Shown(msgspec.Struct):
    """One hazard with every step."""

    hazard: FoundHazard
    history: list[HazardLine]
