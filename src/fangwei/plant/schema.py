"""The shape of a site folder. Every YAML file of a site is a mapping of the keys below; lists are joined over files.

    site.yaml       `site:`      identity, time zone, georeference, storeys
    zones.yaml      `zones:`     polygons in the site frame
    points/*.yaml   `point_types:` shared defaults, `points:` the points
    rules.yaml      `rules:`     alarms over several points, suppressions
    sources.yaml    `sources:`   field connections
    duty.yaml       `duty:`      people, rota, channels, escalation
    posts.yaml      `posts:`     who holds which post

Text may hold `${NAME:-default}`, replaced from the environment. Lengths in metres, durations in seconds.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fangwei.core.events import Hazard
from fangwei.core.texts import Text

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""Ids become bus subjects, alarm names (`<point>.<limit>`) and file names: no dots, spaces or slashes."""


class Shape(BaseModel):
    """Base: unknown keys are errors, values are frozen."""

    # A limit of .nan or .inf would never be passed; it is a typo, not a limit.
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False)


class Name(Shape):
    """A name in both languages."""

    zh: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    en: Annotated[str, StringConstraints(min_length=1, max_length=200)]

    @property
    def text(self) -> Text:
        """The name as the shared text type."""
        return Text(self.zh, self.en)


class Kind(StrEnum):
    """What a point measures."""

    COMBUSTIBLE_GAS = "combustible_gas"
    TOXIC_GAS = "toxic_gas"
    OXYGEN = "oxygen"
    TEMPERATURE = "temperature"
    HOT_SPOT = "hot_spot"
    SMOKE = "smoke"
    FLAME = "flame"
    PRESSURE = "pressure"
    LEVEL = "level"
    VENTILATION_FLOW = "ventilation_flow"
    VIBRATION = "vibration"
    ELECTRICAL = "electrical"
    VIDEO_EVENT = "video_event"
    ACCESS = "access"
    PEOPLE_POSITION = "people_position"
    WEATHER = "weather"
    PROCESS = "process"
    SOURCE = "source"
    """Health of a field connection; made by the platform, not written in site files."""


HAZARD_OF: dict[Kind, Hazard] = {
    Kind.COMBUSTIBLE_GAS: Hazard.RELEASE,
    Kind.TOXIC_GAS: Hazard.RELEASE,
    Kind.OXYGEN: Hazard.RELEASE,
    Kind.VENTILATION_FLOW: Hazard.RELEASE,
    Kind.TEMPERATURE: Hazard.THERMAL,
    Kind.HOT_SPOT: Hazard.THERMAL,
    Kind.SMOKE: Hazard.FIRE,
    Kind.FLAME: Hazard.FIRE,
    Kind.PRESSURE: Hazard.PROCESS,
    Kind.LEVEL: Hazard.PROCESS,
    Kind.PROCESS: Hazard.PROCESS,
    Kind.VIBRATION: Hazard.MECHANICAL,
    Kind.ELECTRICAL: Hazard.ELECTRICAL,
    Kind.VIDEO_EVENT: Hazard.PEOPLE,
    Kind.ACCESS: Hazard.PEOPLE,
    Kind.PEOPLE_POSITION: Hazard.PEOPLE,
    Kind.WEATHER: Hazard.PROCESS,
    Kind.SOURCE: Hazard.DATA,
}
"""Default hazard per kind; a point or limit may say otherwise (a video event of smoke is `fire`)."""


class Georeference(Shape):
    """Where the site frame lies on the earth: its origin, and how its north is turned."""

    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    height: float = 0.0
    """Ellipsoidal height of up = 0, m."""
    rotation: Annotated[float, Field(ge=-180, le=180)] = 0.0
    """Clockwise angle from true north to the frame's north, degrees."""
    frame: Literal["CGCS2000", "WGS84"] = "CGCS2000"


class Storey(Shape):
    """A floor of the site."""

    id: Id
    name: Name
    floor: float
    ceiling: float


Enterprise = Literal[
    "hazchem_production", "hazchem_trade_storage", "chemical", "pharma", "hazchem_use", "battery", "steel",
    "nonferrous", "other",
]  # fmt: skip
"""Kinds of enterprise that scopes of regulation name (rulepacks/pack.py gives them in words)."""


class SiteHead(Shape):
    """Identity and reference of the site."""

    id: Id
    name: Name
    timezone: str = "Asia/Shanghai"
    enterprise: Enterprise = "other"
    """What kind of enterprise it is; which regulation binds it hangs on this."""
    georeference: Georeference
    storeys: list[Storey]


class Zone(Shape):
    """An area somebody answers for."""

    id: Id
    name: Name
    storey: Id
    polygon: Annotated[list[tuple[float, float]], Field(min_length=3)]
    """Corners (east, north) in the site frame, any direction, not closed."""
    floor: float
    ceiling: float
    adjoins: list[Id] = []
    """Zones that air, fire or people pass to directly (doors, openings, ducts); read both ways."""
    use: str = ""
    """What is done there, e.g. `filling`, `store`, `outdoor`."""


class Rationalisation(Shape):
    """Why this alarm exists (ISA-18.2 clause 8): without a cause, a consequence and an action it is no alarm."""

    cause: Name
    consequence: Name
    action: Name
    time_to_respond: Annotated[float, Field(gt=0)]
    """Seconds that remain between alarm and consequence."""


class Limit(Shape):
    """An alarm on one point. Its name is `<point>.<id>`."""

    id: Id
    type: Literal["high", "low", "rate", "deviation", "equals"]
    """`high`/`low`: value beyond `at` (hi, hi_hi, lo, lo_lo are ids by custom); `rate`: |change| per second over
    `window` beyond `at`; `deviation`: |value - value of point `of`| beyond `at`; `equals`: a discrete state."""
    at: float
    of: Id | None = None
    window: Annotated[float, Field(gt=0)] = 10.0
    deadband: Annotated[float, Field(ge=0)] = 0.0
    on_delay: Annotated[float, Field(ge=0, le=86400)] = 0.0
    off_delay: Annotated[float, Field(ge=0, le=86400)] = 0.0
    priority: Annotated[int, Field(ge=1, le=4)] = 3
    hazard: Hazard | None = None
    latch: bool = False
    """Stays until acknowledged even when the condition is gone and it was acknowledged before (reset needed)."""
    shelvable: bool = True
    message: Name | None = None
    rationalisation: Rationalisation | None = None


class Gas(Shape):
    """What a gas detector is set for."""

    substance: str
    lel: Annotated[float, Field(gt=0, le=100)] | None = None
    """Lower explosive limit, %vol. Required for combustible_gas."""
    oel: Annotated[float, Field(gt=0)] | None = None
    """Occupational exposure limit in the point's unit."""


class Calibration(Shape):
    """When it was calibrated and for how long that holds."""

    last: date
    every_days: Annotated[int, Field(gt=0)]


class PointBase(Shape):
    """What a point and a point type share; a point's own keys win over its type's."""

    name: Name | None = None
    kind: Kind | None = None
    unit: str | None = None
    gas: Gas | None = None
    range: tuple[float, float] | None = None
    """What the instrument can show; beyond it the reading is a fault."""
    normal: tuple[float, float] | None = None
    max_rate: Annotated[float, Field(gt=0)] | None = None
    """Fastest physically possible change, units per second."""
    stale_after: Annotated[float, Field(gt=0)] | None = None
    """Seconds without a reading after which the point is stale. None: reported on change only."""
    frozen_after: Annotated[float, Field(gt=0)] | None = None
    """Seconds of exactly equal values after which the point is frozen."""
    calibration: Calibration | None = None
    states: dict[int, Name] | None = None
    """Names of a discrete point's values; connectors also read these names as values."""
    hazard: Hazard | None = None
    limits: list[Limit] | None = None
    """Joined with the type's by id; a point's own win."""


class PointType(PointBase):
    """Defaults for many points."""

    id: Id


class Point(PointBase):
    """One measured thing at one place."""

    id: Id
    type: Id | None = None
    zone: Id
    place: tuple[float, float, float]
    """East, north, up in the site frame, m."""


class Rule(Shape):
    """An alarm over several points: a zen expression, or k out of n."""

    id: Id
    name: Name
    zone: Id
    point: Id
    """The point the alarm stands at."""
    inputs: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")], Id]
    """Names used in `when` -> points. Each value is `a`; `a_age` (s) and `a_ok` (trusted) exist beside it."""
    when: str | None = None
    """A zen expression that is true in alarm, e.g. `gas > 10 and flow < 2000`."""
    vote: tuple[int, Literal["high", "low"], float] | None = None
    """k of the inputs beyond a value: (2, "high", 25.0). An untrusted input votes for the alarm."""
    on_delay: Annotated[float, Field(ge=0, le=86400)] = 0.0
    off_delay: Annotated[float, Field(ge=0, le=86400)] = 0.0
    priority: Annotated[int, Field(ge=1, le=4)] = 2
    hazard: Hazard
    latch: bool = False
    shelvable: bool = True
    message: Name | None = None
    rationalisation: Rationalisation | None = None


class Suppression(Shape):
    """Suppressed by design (ISA-18.2 11.8): while the expression is true these alarms are not annunciated."""

    id: Id
    inputs: dict[str, Id]
    when: str
    alarms: list[str]
    reason: Name


class SourcePoint(Shape):
    """Which item of a source feeds which point."""

    point: Id
    address: dict[str, Any] | str = ""
    """Read by the connector (node id; register and type; topic field; ...); empty where the source's pattern
    names the point."""
    scale: float = 1.0
    offset: float = 0.0


class Source(Shape):
    """A field connection. `options` are checked by the protocol's own connector."""

    id: Id
    protocol: Id
    options: dict[str, Any] = {}
    points: list[SourcePoint] = []
    late_after: Annotated[float, Field(gt=0)] = 5.0
    """A reading older than this on arrival (after clock correction) is history, not news."""
    enabled: bool = True


class Channel(Shape):
    """A way to reach people. `url` for webhook and alertmanager; `urls` for apprise."""

    id: Id
    type: Literal["webhook", "alertmanager", "apprise"]
    url: str | None = None
    urls: list[str] = []
    max_priority: Annotated[int, Field(ge=1, le=4)] = 4
    """Only incidents of this priority or more urgent (a lower number) are sent."""
    all_incidents: bool = False
    """Sent every incident change regardless of who is on duty (a machine, not a person, listens)."""


class Person(Shape):
    """Somebody who can be told."""

    id: Id
    name: Name
    role: str
    """What this person may do: one of `identity.roles.ROLES`."""
    channels: list[Id] = []
    """Besides the websocket, which everyone has."""
    language: Literal["zh", "en"] = "zh"


class Shift(Shape):
    """Who is on duty from when to when, by local time of the site."""

    person: Id
    zones: list[Id] = []
    """Empty: the whole site."""
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = []
    """Empty: every day."""
    start: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "00:00"
    end: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-4]):[0-5]\d$")] = "24:00"
    """An end before the start runs over midnight."""
    step: Annotated[int, Field(ge=0, le=9)] = 0
    """Escalation step: 0 is told first."""


class Duty(Shape):
    """Who is told, and what happens when nobody answers."""

    people: list[Person] = []
    channels: list[Channel] = []
    shifts: list[Shift] = []
    calendar: str | None = None
    """An iCalendar file in the site folder; its events add shifts (SUMMARY = person id, LOCATION = zone ids by
    commas, X-FANGWEI-STEP = escalation step)."""
    escalate_after: Annotated[float, Field(gt=0)] = 120.0
    """Seconds of silence after which the next step is told."""
    everyone_after: Annotated[float, Field(gt=0)] = 600.0
    """Seconds of silence after which everyone is told."""
    repeat_after: Annotated[float, Field(ge=30)] | None = None
    """Seconds after which everyone is told again, until somebody takes it; absent: once."""


class Post(Shape):
    """A post (岗位) that flows name: everybody of a role, or certain persons. Exactly one of the two is given."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    name: Name
    role: str | None = None
    persons: list[Id] = []


class SiteFile(Shape):
    """The keys any file of a site may hold."""

    site: SiteHead | None = None
    zones: list[Zone] = []
    point_types: list[PointType] = []
    points: list[Point] = []
    rules: list[Rule] = []
    suppressions: list[Suppression] = []
    sources: list[Source] = []
    posts: list[Post] = []
    duty: Duty | None = None
