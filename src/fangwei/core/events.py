"""What rooms tell each other. JSON on the bus (msgspec), never changed in meaning, only added to.

Every event carries an id by which a receiver knows it again: delivery is at least once, effects are once.
"""

from enum import StrEnum
from typing import Any

import msgspec

from fangwei.core.texts import Text


class Hazard(StrEnum):
    """The kind of harm an alarm points to; alarms of one hazard and place are likely of one cause."""

    RELEASE = "release"
    """Gas, vapour or liquid where it should not be, oxygen displaced, ventilation failing."""
    FIRE = "fire"
    THERMAL = "thermal"
    """Heat before fire: hot spots, cell temperature."""
    PROCESS = "process"
    MECHANICAL = "mechanical"
    ELECTRICAL = "electrical"
    PEOPLE = "people"
    """Access, positions, behaviour."""
    DATA = "data"
    """The instrument or its connection, not the plant."""


class AlarmState(StrEnum):
    """ISA-18.2 / IEC 62682 states of one alarm."""

    NORMAL = "normal"
    UNACKED = "unack_active"
    ACKED = "ack_active"
    RETURNED_UNACKED = "return_unack"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


class AlarmChange(StrEnum):
    """What happened to the alarm in this event."""

    RAISED = "raised"
    RETURNED = "returned"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    SUPPRESSED = "suppressed"
    UNSUPPRESSED = "unsuppressed"
    TAKEN_OUT = "taken_out_of_service"
    PUT_BACK = "put_back_in_service"


class AlarmEvent(msgspec.Struct, kw_only=True):
    """One transition of one alarm. Subject `fw.alarms.<zone>`.

    Invariants: `occurrence` names one activation (from raised to the next raised) and is a function of alarm and
    source time of the raising reading, so that an alarm decided again after a restart is the same occurrence;
    `id` = f"{occurrence}/{change}/{...}" is the same again for the same transition. Priority 1 is the highest.
    `active` is the condition itself, whatever the operator state (a shelved alarm can be active).
    """

    id: str
    occurrence: str
    alarm: str
    """`<point>.<limit>`, e.g. `EF-GAS-01.hi_hi`, or the id of a rule."""
    point: str
    """The point to look at; a rule over several points names its first and lists all in `points`."""
    points: list[str] = []
    zone: str
    east: float
    north: float
    up: float
    kind: str
    """The point's kind (`plant.schema.Kind`)."""
    hazard: Hazard
    priority: int
    change: AlarmChange
    state: AlarmState
    active: bool
    value: float | None
    """None when the reading is not a number."""
    limit: float | None
    unit: str
    quality: int
    source_time: int
    receive_time: int
    decided_time: int
    message: Text
    by: str | None = None
    reason: str | None = None
    """In the words of whoever gave it."""
    why: Text | None = None
    """Of a suppression by design: the site's own words, in both languages."""
    until: int | None = None
    """End of a shelving."""
    before: AlarmState | None = None
    """How the alarm stood before; None where that is not known."""


class AlarmStatus(msgspec.Struct, kw_only=True):
    """One alarm as it stands now: the answer of `fw.ask.alarms.list`; `since` is the source time of the raising
    reading, `changed` the decided time of the last transition."""

    alarm: str
    occurrence: str
    point: str
    zone: str
    east: float
    north: float
    up: float
    kind: str
    hazard: Hazard
    priority: int
    state: AlarmState
    active: bool
    value: float | None
    limit: float | None
    unit: str
    quality: int
    since: int
    changed: int
    message: Text
    shelvable: bool = True
    by: str | None = None
    reason: str | None = None
    """In the words of whoever gave it."""
    why: Text | None = None
    """Of a suppression by design: the site's own words, in both languages."""
    until: int | None = None


class IncidentStatus(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    """Announced, nobody has it yet."""
    OWNED = "owned"
    """A person said "I have it"."""
    SETTLED = "settled"
    """Every alarm in it has returned; waits for a person to close."""
    CLOSED = "closed"
    DISSOLVED = "dissolved"
    """It proved to be noise, or was merged into another (`merged_into`)."""


class TimelineEntry(msgspec.Struct, kw_only=True):
    """One line of an incident's timeline."""

    id: str
    time: int
    """When it happened (source time for readings), UTC ns."""
    recorded: int
    kind: str
    """`opened`, `joined`, `left`, `merged`, `split`, `grew`, `returned`, `notice`, `taken`, `note`, `closed`, ..."""
    text: Text
    zone: str | None = None
    point: str | None = None
    alarm: str | None = None
    value: float | None = None
    unit: str = ""
    certainty: float | None = None
    """How sure (0..1) that this belongs to the incident's cause; None where it does not apply."""
    by: str | None = None
    words: str | None = None
    """What a person wrote, as it was written; `text` has it in a sentence."""
    photo: str | None = None
    """The photo that was added or erased."""


class IncidentMember(msgspec.Struct, kw_only=True):
    """One alarm as part of an incident."""

    alarm: str
    occurrence: str
    point: str
    zone: str
    east: float
    north: float
    up: float
    kind: str
    priority: int
    active: bool
    value: float | None
    unit: str
    since: int
    """Source time of the raising reading."""
    certainty: float


class Incident(msgspec.Struct, kw_only=True):
    """An incident as it stands now: the whole picture, so that a receiver needs only the last one."""

    id: str
    revision: int
    status: IncidentStatus
    title: Text
    hazard: Hazard
    priority: int
    zones: list[str]
    """Zones reached, in the order in which it reached them."""
    started: int
    """Source time of the first-out alarm."""
    updated: int
    announced: int
    first_out: IncidentMember
    members: list[IncidentMember]
    owner: str | None = None
    owned_at: int | None = None
    offered_to: str | None = None
    """Whom the incident is to be handed to; it stays with `owner` until that person says "I have it"."""
    offered_at: int | None = None
    merged_into: str | None = None
    growing: bool = False
    exercise: bool = False


class IncidentEvent(msgspec.Struct, kw_only=True):
    """An incident changed. Subject `fw.incidents.<id>`; `id` = f"{incident.id}/{incident.revision}".

    Lines about notices (`change` is `notice`) come with the revision that is out already and an id of their own: they
    are news for a timeline, and nothing that anybody must be told of."""

    id: str
    change: str
    """The kind of the timeline entry that caused it."""
    incident: Incident
    entries: list[TimelineEntry]
    """The new lines only."""


class NoticeState(StrEnum):
    """How far one notice to one person by one channel came."""

    SENT = "sent"
    ARRIVED = "arrived"
    READ = "read"
    FAILED = "failed"


class Notice(msgspec.Struct, kw_only=True):
    """Somebody is told something. Subject `fw.notices.<person>`; updated in place by `id`."""

    id: str
    incident: str
    revision: int
    person: str
    person_name: Text
    channel: str
    """`websocket`, or the name of a channel of the site's duty file."""
    step: int
    """0 for the first person on duty, then one more per escalation."""
    state: NoticeState
    text: Text
    sent: int
    arrived: int | None = None
    read: int | None = None
    error: str | None = None
    taken: int | None = None
    """The newest revision that the receiver of a channel beside the page has taken; None: none yet."""


class FlowTask(msgspec.Struct, kw_only=True):
    """A step of a run that waits for a person; `doers` are `person:<id>` and `role:<role>`."""

    task: str
    name: Text
    kind: str
    doers: list[str]
    due: int | None = None


class FlowEvent(msgspec.Struct, kw_only=True):
    """A run of a flow changed: the whole of how it stands. Subject `fw.flows.<run>`; `id` = f"{run}/{revision}/run"."""

    id: str
    run: str
    flow: str
    name: Text
    noun: str
    work: str | None
    title: str
    zones: list[str]
    place: tuple[float, float, float] | None
    status: int
    """Of AQ 3064.2 table A.1."""
    revision: int
    time: int
    change: str
    """The command that did it: `start`, `submit`, `tick`, `signal`, `pause`, ..."""
    by: str
    ended: int | None
    outcome: str | None
    held: str | None
    """Why nothing goes on until somebody lets it."""
    due: int | None
    tasks: list[FlowTask]
    alarms: list[str]
    """Codes of AQ 3064.2 table A.4 (or the site's own) that this change raised."""


class PlantOrder(msgspec.Struct, kw_only=True):
    """Something the plant shall do, decided by a flow or a real-time rule. Subject `fw.orders.<kind>`; may come twice,
    its id tells.

    Whoever carries it out judges by `time` whether it is still worth doing, and never does it after `valid_until`: a
    door that opens long after the alarm is a new danger."""

    id: str
    run: str = ""
    """The flow's run; empty where no flow decided."""
    kind: str
    """`broadcast`, `door`, `fan`, `valve`, `light`, ..."""
    target: str
    """One device; empty: every device of the kind in the zones."""
    value: str
    zones: list[str]
    by: str
    time: int
    text: Text | None = None
    """What a broadcast says."""
    valid_until: int | None = None
    because: str = ""
    """`reaction/<firing>`: the firing that it is part of."""


class Told(msgspec.Struct, kw_only=True):
    """Persons, and everybody of roles, shall know this. Subject `fw.told.<run>`; may come twice, its id tells."""

    id: str
    run: str
    persons: list[str]
    roles: list[str]
    zones: list[str]
    text: Text
    priority: int
    """1 is the highest."""
    code: str | None
    """An alarm of AQ 3064.2 table A.4 or of the site (`S..`); None: a plain message."""
    time: int


class SourceState(StrEnum):
    """How a field connection is."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"
    DEGRADED = "degraded"
    """Connected, but items are refused or errors are counted."""


class SourceHealth(msgspec.Struct, kw_only=True):
    """One source's health, every second on `fw.sources.<source>`; also readings of the points
    `<source>-state` (1 up, 0 not) and `<source>-lag` (s)."""

    source: str
    protocol: str
    state: SourceState
    since: int
    time: int
    readings: int
    errors: int
    last_reading: int | None
    lag_s: float | None
    """Receive time less source time of the latest reading."""
    clock_offset_s: float | None
    """Estimated source clock less our clock; None while unknown."""
    detail: str = ""


class Problem(msgspec.Struct):
    """An error as an answer on the bus."""

    code: str
    message: Text
    status: int = 400
    """The HTTP status it means to who asked by HTTP."""
    current: Any = None
    """What stands now, where that is why the command was refused."""
