"""What a safety engineer draws: a flow is a list of step cards. Pure data; `compile.py` makes one BPMN file of it.

A card owns a fixed, proven piece of BPMN 2.0. The key of a card is the place of its answers in the flow's data: what
the form `apply` asked as `guardian` is `apply.guardian` in every condition. All durations are seconds.
"""

from enum import StrEnum
from typing import Any

import msgspec

from fangwei.core.texts import Text

DIALECT = "urn:fangwei:flow:1"
"""XML namespace of what our BPMN says beyond the standard."""


class Noun(StrEnum):
    """What one run of the flow is to the people at the plant."""

    PERMIT = "permit"
    INSPECTION = "inspection"
    HAZARD = "hazard"
    ENTRY = "entry"
    ALARM_RESPONSE = "alarm_response"
    EMERGENCY = "emergency"
    HANDOVER = "handover"
    DRILL = "drill"
    OTHER = "other"


class Who(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who may do a step. Exactly one of the three is set."""

    post: str | None = None
    """A post of the site (`unit_head`, `safety_department`): the site says who holds it, the flow does not."""
    role: str | None = None
    """Anybody of a role (identity/roles.py) who answers for the zone."""
    field: str | None = None
    """The person that an earlier step chose: `apply.guardian`."""


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """A clause of a rule pack. The edition is not named here: it is pinned when a run starts."""

    standard: str
    """`GB 30871`"""
    number: str
    """`5.3.2`"""


class Quantity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is measured. Limits stand here only where no clause gives them."""

    key: str
    name: Text
    unit: str
    """As the instrument shows it (core/units.py); clauses are compared in their own unit."""
    substance: str | None = None
    """Of which the LEL or OEL is taken: an id of substances, or a field that names one (`=apply.medium`)."""
    low: float | None = None
    high: float | None = None
    clause: Clause | None = None


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="card"):
    """What all cards have."""

    key: str
    """ASCII: a small letter, then small letters, digits, `_`; at most 40. Unique in the flow."""
    name: Text
    help: Text | None = None
    """What the person at this step should know."""
    clauses: tuple[Clause, ...] = ()
    """What this step is there for; shown when one hovers, and judged when the step is done."""


class Form(Card, frozen=True, kw_only=True, omit_defaults=True, tag="form"):
    """Fill a form."""

    who: Who
    form: dict[str, Any]
    """A form-js schema."""


class Energy(msgspec.Struct, frozen=True, kw_only=True):
    """One energy to be cut off."""

    key: str
    name: Text


class Isolate(Card, frozen=True, kw_only=True, omit_defaults=True, tag="isolate"):
    """Isolate and confirm: one person cuts each energy off, another confirms each."""

    who: Who
    confirm: Who
    energies: tuple[Energy, ...]


class Measure(Card, frozen=True, kw_only=True, omit_defaults=True, tag="measure"):
    """Measure. Out of limits, or unknown: refused, and measured again."""

    who: Who
    quantities: tuple[Quantity, ...]
    fresh: float | None = None
    """The oldest sample at the start of the work; None: the clause says it."""
    tries: int = 0
    """Refused so often, the flow ends as refused; 0: as often as wanted."""


class Mode(StrEnum):
    """How several approvers decide."""

    ALL = "all"
    ANY = "any"
    IN_ORDER = "in_order"


class Approver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One signature."""

    key: str
    name: Text
    who: Who
    on_site: bool = False
    """Signs only where the work is."""
    when: str | None = None
    """A FEEL condition under which this signature is needed at all (by level); None: always."""


class Approve(Card, frozen=True, kw_only=True, omit_defaults=True, tag="approve"):
    """Approve, with a second proof of who signs. A refusal with its reason goes back to `back_to`, or ends the flow."""

    mode: Mode
    by: tuple[Approver, ...]
    back_to: str | None = None
    """Key of an earlier card of the same list."""
    within: float | None = None
    """Not signed within this: the approver and their lead are told (alarm `approval overdue`)."""


class Stop(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stops work that runs."""

    signal: str
    """`gas_alarm`, `evacuation`, `guardian_away`, or a signal that a rule gives."""
    within: float | None = None
    """Only when it happens within so many metres; None: in the zones of the work."""


class Work(Card, frozen=True, kw_only=True, omit_defaults=True, tag="work"):
    """Work with repeated check. A stop pauses it; a paused work resumes after a fresh, good measurement only."""

    who: Who
    guardian: Who | None = None
    quantities: tuple[Quantity, ...] = ()
    every: float | None = None
    """Between two checks, at most."""
    longest: float | None = None
    """Validity from the start; past it the work is overtime: paused, and a new ticket is needed."""
    stops: tuple[Stop, ...] = ()


class Branch(Card, frozen=True, kw_only=True, omit_defaults=True, tag="branch"):
    """Branch by a plain condition. A condition that cannot be told (null) refuses: the flow waits for a person."""

    when: str
    """FEEL: `apply.level = "special"`"""
    then: tuple["AnyCard", ...] = ()
    otherwise: tuple["AnyCard", ...] = ()


class Action(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something the plant does: a durable order (`fw.orders.<kind>`), never a wish."""

    kind: str
    """`broadcast`, `door`, `fan`, `valve`, `light`"""
    target: str
    """What it is done to: a zone, or an asset of the site."""
    value: str


class Notify(Card, frozen=True, kw_only=True, omit_defaults=True, tag="notify"):
    """Notify or act."""

    to: tuple[Who, ...] = ()
    text: Text | None = None
    """`{apply.place}` is filled from the flow's data."""
    priority: int = 3
    actions: tuple[Action, ...] = ()


class Wait(Card, frozen=True, kw_only=True, omit_defaults=True, tag="wait"):
    """Wait for an event, or for a time."""

    signal: str | None = None
    duration: float | None = None
    within: float | None = None
    """Not come within this: the branch of the card after it sees `<key>.timed_out`; None: waits for ever."""


class SubFlow(Card, frozen=True, kw_only=True, omit_defaults=True, tag="sub_flow"):
    """Another published flow, run inside this one; its data under this card's key."""

    flow: str
    takes: dict[str, str] = {}
    """Its field -> FEEL over ours."""


class Close(Card, frozen=True, kw_only=True, omit_defaults=True, tag="close"):
    """Accept and close: each line is confirmed by a person."""

    who: Who
    lines: tuple[Text, ...] = ()


class Expert(Card, frozen=True, kw_only=True, omit_defaults=True, tag="expert"):
    """BPMN that the cards cannot show. It stays to the byte what it was, and is drawn as one block."""

    xml: str


AnyCard = Form | Isolate | Measure | Approve | Work | Branch | Notify | Wait | SubFlow | Close | Expert


class Flow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A flow as it is drawn."""

    id: str
    name: Text
    noun: Noun
    work: str | None = None
    """The kind of special work (rulepacks): `confined_space`, `hot_work`, `blind`, `height`, `lifting`, `temp_power`,
    `earth`, `road`."""
    about: Text | None = None
    standard: str | None = None
    """The standard whose pack a run is judged by; None: what applies to the site (`applies_to`)."""
    cards: tuple[AnyCard, ...] = ()
