"""What a report is made of: everything of one incident at one moment, so that making it needs nothing else."""

import msgspec

from fangwei.core.events import Incident, Notice, TimelineEntry
from fangwei.core.texts import Text


class Outline(msgspec.Struct):
    """A zone on the map; site metres."""

    id: str
    name: Text
    storey: str
    polygon: list[tuple[float, float]]


class Level(msgspec.Struct):
    """A limit that is drawn."""

    at: float
    priority: int


class Curve(msgspec.Struct):
    """One point over the incident's time; None where nothing was read. Times UTC ns."""

    point: str
    name: Text
    unit: str
    time: list[int]
    least: list[float | None]
    most: list[float | None]
    mean: list[float | None]
    levels: list[Level]
    alarms: list[tuple[int, int]]
    """(time, priority) of its alarms in the incident."""
    gap: int = 0
    """A silence longer than this (ns) breaks the line."""


class Picture(msgspec.Struct, kw_only=True):
    """A photo with its bytes (None: erased, or the file is gone)."""

    by: str
    time: int
    text: str
    jpeg: bytes | None
    width: int
    height: int
    taken: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    erased: int | None = None
    erased_by: str | None = None
    erased_why: str | None = None


class Duty(msgspec.Struct):
    """What an alarm's rationalisation says."""

    action: Text
    consequence: Text
    within_s: float
    message: Text


class Matter(msgspec.Struct, kw_only=True):
    """One report. `people`: names by id; `notices` and `curves` are None where their room did not answer."""

    language: str
    site: Text
    timezone: str
    exported_by: str
    exported_at: int
    incident: Incident
    timeline: list[TimelineEntry]
    notices: list[Notice] | None
    curves: list[Curve] | None
    photos: list[Picture]
    zones: list[Outline]
    storeys: dict[str, Text]
    people: dict[str, Text]
    points: dict[str, Text]
    duties: list[Duty]
