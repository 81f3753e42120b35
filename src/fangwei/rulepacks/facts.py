"""What rules ask about: the facts of one piece of work at one moment. None means unknown, and unknown refuses.

Times are UTC nanoseconds. Every other number is in the unit that stands beside it (`unit_of`), but for a sample, which
carries the unit that its instrument showed. Conditions in packs name facts by path (`work.level`), lists by their name.
"""

from typing import Annotated, Any

import msgspec

Flag = bool | None
Word = str | None
Time = Annotated[int | None, msgspec.Meta(extra={"time": True})]
Metres = Annotated[float | None, msgspec.Meta(extra={"unit": "m"})]
Millimetres = Annotated[float | None, msgspec.Meta(extra={"unit": "mm"})]
Tonnes = Annotated[float | None, msgspec.Meta(extra={"unit": "t"})]
Kilovolts = Annotated[float | None, msgspec.Meta(extra={"unit": "kV"})]
Volts = Annotated[float | None, msgspec.Meta(extra={"unit": "V"})]
Percent = Annotated[float | None, msgspec.Meta(extra={"unit": "%"})]
Celsius = Annotated[float | None, msgspec.Meta(extra={"unit": "degC"})]
Degrees = Annotated[float | None, msgspec.Meta(extra={"unit": "deg"})]
Oxygen = Annotated[float | None, msgspec.Meta(extra={"unit": "%vol"})]
Number = Annotated[float | None, msgspec.Meta(extra={"unit": "1"})]
Count = Annotated[int | None, msgspec.Meta(extra={"unit": "count"})]


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base: an unknown key is an error, a missing one is unknown."""


class SiteFacts(Part, frozen=True):
    """Where the work is."""

    enterprise: Word = None
    timezone: str = "Asia/Shanghai"
    explosive_place: Flag = None
    """A place with fire or explosion danger (火灾爆炸危险场所)."""


class WorkFacts(Part, frozen=True):
    """The work itself."""

    kind: Word = None
    """One of `pack.WORKS`."""
    level: Word = None
    """As applied for or as raised; hot: special, I, II; height: I..IV; lifting: 1, 2, 3."""
    raised: bool = False
    """Managed one level up (升级管理). Nobody said so: it is not."""
    outdoor: Flag = None
    in_vessel: Flag = None
    """In a tank, vessel, pit or other confined space."""
    oxygen_rich: Flag = None
    """In surroundings rich in oxygen, where a higher content is allowed."""
    oxygen_equipment: Flag = None
    """On equipment that holds oxygen."""
    substances: tuple[str, ...] | None = None
    """Combustible substances that may be present (substances.py); the lowest LEL counts."""
    changed: Flag = None
    """Content, extent or place differ from the ticket."""
    surroundings_changed: Flag = None
    """Process, conditions, method or surroundings differ from what was analysed."""
    abnormal: Flag = None
    """Something is not as it should be; an alarm stands in the zone."""


class HotFacts(Part, frozen=True):
    """Hot work: what its level hangs on."""

    running_plant: Flag = None
    unpurged: Flag = None
    in_major_dike: Flag = None
    """Inside the dike of a tank group that is a flammable major hazard."""
    pipe_rack: Flag = None
    unit_cleared: Flag = None
    """The whole unit stopped, cleaned, purged, analysed, isolated, and approved as such."""
    welder_distance: Metres = None
    continuous_monitoring: Flag = None


class BlindFacts(Part, frozen=True):
    """Blinds."""

    actions: tuple[str, ...] | None = None
    """`insert`, `remove`"""
    plates: Count = None
    others_on_pipe: Count = None
    """Other blinds handled on the same pipe at the same time."""


class HeightFacts(Part, frozen=True):
    """Work at height: the height and what makes it worse."""

    height: Metres = None
    mean_temperature: Celsius = None
    cold_water: Flag = None
    slippery: Flag = None
    """Ice, snow, oil or water on the ground."""
    poor_light: Flag = None
    near_live: Flag = None
    """Nearer to a live part than the table allows (height.py gives the distances)."""
    foothold: Millimetres = None
    toxic_or_low_oxygen: Flag = None
    rescue: Flag = None
    slope: Degrees = None
    opening: Flag = None
    """At an opening, pit, well or pool."""
    burn_or_toxic_area: Flag = None
    """In flammable, toxic or burn areas, or near rotating machines."""
    no_platform: Flag = None
    inside_vessel: Flag = None
    vent_nearby: Flag = None
    unusual_temperature: Flag = None
    snow: Flag = None
    rain: Flag = None
    night_lamp_only: Flag = None
    live_work: Flag = None
    suspended: Flag = None


class LiftingFacts(Part, frozen=True):
    """Lifting."""

    mass: Tonnes = None
    cranes: Count = None
    highest_share: Percent = None
    """Largest share of its rating that any of several cranes carries."""
    odd: Flag = None
    """Odd shape, weak, long, precious, or hard conditions."""


class PowerFacts(Part, frozen=True):
    """Temporary power."""

    running_plant: Flag = None
    """In a running plant or tank farm with fire or explosion danger."""


class EarthFacts(Part, frozen=True):
    """Earth work."""

    depth: Metres = None
    near_hazard_lines: Flag = None
    """Near buried flammable or toxic lines, or wells."""


class DayFacts(Part, frozen=True):
    """What kind of time it is."""

    holiday: Flag = None
    rest_day: Flag = None
    night: Flag = None
    special: Flag = None


class WeatherFacts(Part, frozen=True):
    """Weather outdoors."""

    wind_force: Number = None
    """Beaufort; 5 begins at 8.0 m/s."""
    dense_fog: Flag = None
    heavy_snow: Flag = None
    rainstorm: Flag = None


class TimeFacts(Part, frozen=True):
    """When things happened or shall happen."""

    booked: Time = None
    urgent: Flag = None
    """Booked as urgent, for the same day."""
    planned_start: Time = None
    planned_end: Time = None
    started: Time = None
    paused: Time = None
    """Since when it rests; None with `resting: false`: it does not."""
    resting: Flag = None
    logged: Time = None
    """The last value written down during the work."""
    signature_due: Time = None
    """By when the next signature is due."""


class Sample(Part, frozen=True):
    """One measured value."""

    quantity: Word = None
    """`combustible`, `toxic`, `oxygen`"""
    value: float | None = None
    unit: Word = None
    substance: Word = None
    oel: float | None = None
    """Its exposure limit in the unit of the value, where the platform knows no better."""
    time: Time = None
    place: Word = None
    by: Word = None


class Worker(Part, frozen=True):
    """Somebody who takes part."""

    id: Word = None
    duty: Word = None
    """`operator`, `guardian`, `commander`, `analyst`, `electrician`, `leader`"""
    certificate: Word = None
    """`valid`, `none`, `expired`, `mismatch`, `not_needed`"""
    contraindication: Flag = None
    briefed: Flag = None


class GuardianFacts(Part, frozen=True):
    """The guardian (监护人)."""

    present: Flag = None
    trained: Flag = None
    other_duties: Flag = None


class ApproverFacts(Part, frozen=True):
    """Who signs now."""

    approves: Flag = None
    """The signature is the approval of Table B.1, not one before it."""
    on_site: Flag = None
    authorised: Flag = None
    """Holds this step's authority, by post or by delegation."""
    post: Word = None


class PaperFacts(Part, frozen=True):
    """What has been written and done."""

    ticket: Flag = None
    risk_analysis: Flag = None
    briefing: Flag = None
    isolation: Flag = None
    plan: Flag = None
    altered: Flag = None
    accepted: Flag = None


class Linked(Part, frozen=True):
    """Another special work of the same job."""

    kind: Word = None
    issued: Flag = None
    linked: Flag = None


class Near(Part, frozen=True):
    """Something else that goes on nearby."""

    kind: Word = None
    """`hot_work`, `gas_vent`, `liquid_discharge`, `solvent`, `painting`, `dust_sweeping`, `leak_source`, `rail`,
    `dike_draining`, `cylinder`, `hazard`, ..."""
    distance: Metres = None
    ready: Flag = None
    """Isolated (a leak source), or gone (a train)."""


class Detector(Part, frozen=True):
    """A fixed detector's set points."""

    kind: Word = None
    """`combustible_point`, `combustible_line`, `toxic`, `oxygen`"""
    level1: float | None = None
    level2: float | None = None
    unit: Word = None
    oel: float | None = None


class HazardFacts(Part, frozen=True):
    """A hazard (隐患) in its loop."""

    state: Word = None
    level: Word = None
    to: Word = None
    """The state it is to go to."""
    fixer: Word = None
    checker: Word = None
    overdue: Flag = None
    plan: Flag = None
    interim: Flag = None
    inherent: Number = None
    residual: Number = None


class RiskFacts(Part, frozen=True):
    """The numbers of a risk score."""

    likelihood: Number = None
    exposure: Number = None
    consequence: Number = None
    severity: Number = None


class Stock(Part, frozen=True):
    """A hazardous substance of a unit, by its design maximum."""

    substance: Word = None
    klass: Word = None
    """Class of table 2 or 4 where the substance is not named (`W5.1`)."""
    amount: Tonnes = None


class MajorFacts(Part, frozen=True):
    """A unit that may be a major hazard."""

    stocks: tuple[Stock, ...] | None = None
    residents: Annotated[int | None, msgspec.Meta(extra={"unit": "persons"})] = None


class CapFacts(Part, frozen=True):
    """A CAP message."""

    sent: Word = None
    status: Word = None
    identifier: Word = None
    sender: Word = None


class Facts(Part, frozen=True):
    """Everything a rule may ask about at one moment."""

    now: int
    site: SiteFacts = SiteFacts()
    work: WorkFacts = WorkFacts()
    hot: HotFacts = HotFacts()
    blind: BlindFacts = BlindFacts()
    height: HeightFacts = HeightFacts()
    lifting: LiftingFacts = LiftingFacts()
    power: PowerFacts = PowerFacts()
    earth: EarthFacts = EarthFacts()
    day: DayFacts = DayFacts()
    weather: WeatherFacts = WeatherFacts()
    times: TimeFacts = TimeFacts()
    samples: tuple[Sample, ...] | None = None
    monitored: Flag = None
    """A portable instrument measures continuously."""
    people: tuple[Worker, ...] | None = None
    guardian: GuardianFacts = GuardianFacts()
    approver: ApproverFacts = ApproverFacts()
    papers: PaperFacts = PaperFacts()
    measures: dict[str, str] | None = None
    """Key of a pack's measure -> `confirmed` or `not_relevant`; absent or another word: not confirmed."""
    linked: tuple[Linked, ...] | None = None
    near: tuple[Near, ...] | None = None
    detector: Detector = Detector()
    hazard: HazardFacts = HazardFacts()
    risk: RiskFacts = RiskFacts()
    major: MajorFacts = MajorFacts()
    cap: CapFacts = CapFacts()


def facts_of(data: dict[str, Any]) -> Facts:
    """Facts from plain data (JSON, YAML).

    Raises:
        msgspec.ValidationError: an unknown fact or a value of the wrong type.
    """
    return msgspec.convert(data, Facts)
