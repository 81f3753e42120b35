"""The shapes of what the door itself answers (describe.py, routes/site.py, routes/system.py), for its description."""

from typing import Any, NotRequired, TypedDict

from fangwei.core.events import Hazard, Incident, Notice, TimelineEntry
from fangwei.core.health import ErrorCount
from fangwei.core.texts import Text
from fangwei.plant.schema import Kind

Latest = tuple[int, float | None, int]
"""Source time (ms since 1970), value (null: no number), quality flags."""
Pair = tuple[float, float]


class Why(TypedDict):
    """Why an alarm exists, and what to do; `time_to_respond` in seconds."""

    cause: Text
    consequence: Text
    action: Text
    time_to_respond: float


class Definition(TypedDict):
    """A limit of a point, or a rule over several points."""

    alarm: str
    point: str
    id: str
    type: str
    at: float | None
    of: NotRequired[str | None]
    window: NotRequired[float | None]
    deadband: NotRequired[float]
    on_delay: NotRequired[float]
    off_delay: NotRequired[float]
    when: NotRequired[str | None]
    vote: NotRequired[list[Any] | None]
    points: NotRequired[list[str]]
    priority: int
    hazard: Hazard | None
    latch: bool
    shelvable: bool
    message: Text | None
    unit: str
    rationalisation: Why | None


class Glyph(TypedDict):
    """A point as the plan draws it: `place` is east, north, up in metres."""

    id: str
    name: Text
    kind: Kind
    zone: str
    place: tuple[float, float, float]
    unit: str
    states: dict[str, Text]
    stale_after: float | None


class PointRow(Glyph):
    """A point in a list, with its latest value and the number of its limits."""

    latest: Latest | None
    normal: Pair | None
    limits: int


class PointsPage(TypedDict):
    """A page of points."""

    total: int
    offset: int
    points: list[PointRow]


class GasOfPoint(TypedDict):
    """What the detector is for; `lel` in %vol."""

    substance: str
    lel: float | None
    oel: float | None


class CalibrationOfPoint(TypedDict):
    """When it was last calibrated (a date), and how often it must be."""

    last: str
    every_days: float


class PointShown(Glyph):
    """Everything about a point."""

    hazard: Hazard | None
    gas: GasOfPoint | None
    range: Pair | None
    normal: Pair | None
    max_rate: float | None
    frozen_after: float | None
    calibration: CalibrationOfPoint | None
    limits: list[Definition]
    rules: list[Definition]
    sources: list[str]
    latest: Latest | None


class StoreyShown(TypedDict):
    """A floor; heights in metres."""

    id: str
    name: Text
    floor: float
    ceiling: float


class ZoneShown(TypedDict):
    """A zone: corners (east, north) in metres."""

    id: str
    name: Text
    storey: str
    polygon: list[Pair]
    floor: float
    ceiling: float
    adjoins: list[str]
    use: str


class PersonShown(TypedDict):
    """Somebody of the duty file, or with an account; `active` says whether it may be used."""

    id: str
    name: Text
    role: str
    language: str
    active: NotRequired[bool]


class SourceShown(TypedDict):
    """A field connection."""

    id: str
    protocol: str
    enabled: bool


class ChannelShown(TypedDict):
    """A way to tell people."""

    id: str
    type: str


class SiteShown(TypedDict):
    """The site without its points."""

    id: str
    name: Text
    timezone: str
    georeference: dict[str, Any]
    storeys: list[StoreyShown]
    zones: list[ZoneShown]
    people: list[PersonShown]
    sources: list[SourceShown]
    channels: list[ChannelShown]
    points: int


class IncidentShown(TypedDict):
    """An incident, its lines, and who was told (null: not known now)."""

    incident: Incident
    timeline: list[TimelineEntry]
    notices: list[Notice] | None


class ProcessShown(TypedDict):
    """One process; `missing` after 3 s of silence, `time` null where it never spoke. More than its state is told to
    who may see it."""

    process: str
    state: str
    time: NotRequired[int | None]
    pid: NotRequired[int]
    started: NotRequired[int]
    counts: NotRequired[dict[str, int]]
    gauges: NotRequired[dict[str, float]]
    errors: NotRequired[dict[str, ErrorCount]]


class HealthShown(TypedDict):
    """The platform; `confirmed`: when each part of the live picture was last compared (null: not known to be right)."""

    time: int
    bus: bool
    healthy: bool
    processes: list[ProcessShown]
    confirmed: dict[str, int | None]


class PhotoTaken(TypedDict):
    """A photo that came before the report that names it: its id is the SHA-256 of what is kept."""

    id: str
    width: int
    height: int
