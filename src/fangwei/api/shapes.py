"""The shapes of what the door itself answers (describe.py, routes/site.py, routes/system.py), for its description."""

from typing import Any, NotRequired, TypedDict

from fangwei.alarms.setting import Why
from fangwei.core.events import AlarmStatus, Hazard, Incident, Notice, SourceHealth, TimelineEntry
from fangwei.core.health import ErrorCount
from fangwei.core.texts import Text
from fangwei.duty.chain_desk import DefaultPace
from fangwei.duty.chains import Chain
from fangwei.duty.contact_shapes import ToldContact
from fangwei.incidents.photos import Photo
from fangwei.plant.schema import Kind

Latest = tuple[int, float | None, int]
"""Source time (ms since 1970), value (null: no number), quality flags."""
Pair = tuple[float, float]


class FileLimit(TypedDict):
    """What the site's file says of a limit that people set otherwise; delays in seconds."""

    at: float
    deadband: float
    on_delay: float
    off_delay: float
    priority: int
    rationalisation: Why | None


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
    version: NotRequired[int]
    """Of the limit in force; 0: never changed."""
    overridden: NotRequired[bool]
    file_changed: NotRequired[bool]
    """The site's file says otherwise than when people set this."""
    file: NotRequired[FileLimit | None]


class DefinitionRow(Definition):
    """A limit or rule in a list, with the name and zone of its point."""

    name: Text
    zone: str


class DefinitionsPage(TypedDict):
    """A page of alarms that the site defines; `limits_known` false: perhaps only the files' values."""

    total: int
    offset: int
    items: list[DefinitionRow]
    limits_known: bool


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
    changed: int
    """How many of them people set otherwise than the site's files."""
    sources: list[str]
    calibration_due: str | None
    """Last day on which the calibration holds."""


class PointsPage(TypedDict):
    """A page of points."""

    total: int
    offset: int
    items: list[PointRow]


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
    limits_known: bool
    """False: the alarms room does not answer, and these are perhaps only the files' limits."""
    calibration_due: str | None
    rules: list[Definition]
    sources: list[str]
    latest: Latest | None


class AlarmsPage(TypedDict):
    """A page of alarms as they stand."""

    total: int
    offset: int
    items: list[AlarmStatus]


class IncidentsPage(TypedDict):
    """A page of incidents."""

    total: int
    offset: int
    items: list[Incident]


class PhotosPage(TypedDict):
    """A page of an incident's photos."""

    total: int
    offset: int
    items: list[Photo]


class SourcesPage(TypedDict):
    """A page of field connections."""

    total: int
    offset: int
    items: list[SourceHealth]


class ContactsPage(TypedDict):
    """A page of the ways to reach a person."""

    total: int
    offset: int
    items: list[ToldContact]


class ChainsPage(TypedDict):
    """A page of escalation chains; `default` holds where none fits."""

    total: int
    offset: int
    items: list[Chain]
    default: DefaultPace


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


class PeoplePage(TypedDict):
    """A page of people."""

    total: int
    offset: int
    items: list[PersonShown]


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
