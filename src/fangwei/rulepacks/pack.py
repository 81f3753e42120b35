"""The shape of a rule pack: one edition of one standard as dated, clause-cited rows. Pure data.

A pack is a YAML file in `packs/`. The words in it are our own: a standard's sentences are never copied. Every row says
how sure it is; a row that nobody has compared with the text is `unverified` until a person confirms it (confirm.py).
"""

from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from fangwei.core.texts import Text


class Certainty(StrEnum):
    """How sure a row is."""

    READ = "R"
    """Read in a full text or page scan."""
    SECONDARY = "R2"
    """Read in a secondary public source."""
    UNVERIFIED = "unverified"
    """From memory: somebody with the text has to confirm it."""
    CONFIRMED = "confirmed"
    """Confirmed by a person of this site against the text; never written in a file."""
    SITE = "site"
    """No clause: our own or the site's choice, said so."""


class Moment(StrEnum):
    """When rules are asked."""

    APPLY = "apply"
    MEASURE = "measure"
    SIGN = "sign"
    START = "start"
    DURING = "during"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    DAILY = "daily"


class Action(StrEnum):
    """What follows when a rule is broken."""

    REFUSE = "refuse"
    PAUSE = "pause"
    RAISE_LEVEL = "raise_level"
    NEW_TICKET = "new_ticket"
    ALARM = "alarm"
    NOTIFY = "notify"


STOPS = frozenset({Action.REFUSE, Action.PAUSE, Action.RAISE_LEVEL, Action.NEW_TICKET})
"""Actions after which the step asked for may not happen, or the work may not go on."""

WORKS = ("hot_work", "confined_space", "blind", "height", "lifting", "temp_power", "earth", "road")
"""The eight special works, by the ids that flows, codes and forms use."""

ENTERPRISES: dict[str, Text] = {
    "hazchem_production": Text("危险化学品生产", "hazardous-chemical production"),
    "hazchem_trade_storage": Text("危险化学品经营（带储存）", "hazardous-chemical trade with storage"),
    "chemical": Text("化工", "chemical industry"),
    "pharma": Text("医药", "pharmaceutical industry"),
    "hazchem_use": Text("使用危险化学品从事生产", "production that uses hazardous chemicals"),
    "battery": Text("电池制造", "battery manufacture"),
    "steel": Text("冶金（钢铁）", "steel works"),
    "nonferrous": Text("有色金属", "non-ferrous metals"),
    "other": Text("其他", "other"),
}
"""Kinds of enterprise (`site.yaml`, `enterprise:`) that scopes of packs name."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One row: what must hold, when, and what follows if it does not.

    Either `parameter` with exactly one limit and its unit, or `must`, a FEEL condition. `when` lists FEEL conditions
    that must all hold for the row to concern the case: one that is false puts the row aside, one that cannot be told
    refuses. With `each` the row is asked for every item of that list.
    """

    id: str
    moments: dict[Moment, Action]
    text: Text
    """What a person reads when it is broken; `{value}` and `{limit}` are filled in, each with its unit."""
    works: tuple[str, ...] = ()
    """Empty: every kind of work."""
    levels: tuple[str, ...] = ()
    each: str | None = None
    when: tuple[str, ...] = ()
    parameter: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    unit: str | None = None
    must: str | None = None
    alarm: str | None = None
    certainty: Certainty | None = None
    """None: that of its clause."""

    @property
    def limit(self) -> float | None:
        """The number of the row's one limit, in `unit`."""
        return next((x for x in (self.at_least, self.at_most, self.above, self.below) if x is not None), None)


class Measure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A fixed safety measure of a ticket: somebody says whether it concerns the job, and confirms it."""

    key: str
    text: Text
    works: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    certainty: Certainty | None = None


class Clause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A clause, what it asks in our words, and its rows."""

    number: str
    title: Text
    asks: Text
    certainty: Certainty
    source: str = ""
    """Where it was read, when that is not the standard itself."""
    rules: tuple[Rule, ...] = ()
    measures: tuple[Measure, ...] = ()


class Level(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A condition that makes a work at least this level; the highest that holds is the level of the work."""

    work: str
    level: str
    rank: int
    """Higher is more dangerous; the scale is the work's own."""
    clause: str
    when: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    """If there are some, at least one of them must hold too."""
    certainty: Certainty = Certainty.READ


class CountsAs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Work that some clauses treat as another kind: a deep dig beside a gas line as a confined space."""

    work: str
    counts_as: str
    clause: str
    clauses: tuple[str, ...]
    """The clauses that then hold for it too."""
    when: tuple[str, ...]
    certainty: Certainty = Certainty.READ


class Validity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How long a ticket holds from its start, and how long a break may be before a new analysis."""

    longest: float
    unit: str
    clause: str | None = None
    """None: no clause states one; the site sets it."""
    levels: tuple[str, ...] = ()
    certainty: Certainty = Certainty.READ


class Signature(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A signature of a ticket, in order. Which post gives it is for the site to say; which step it is, is not."""

    key: str
    name: Text
    posts: tuple[str, ...]
    levels: tuple[str, ...] = ()
    approves: bool = False
    """The approval of Table B.1; given on site."""
    clause: str = "A"
    certainty: Certainty = Certainty.READ


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A field that a ticket holds."""

    key: str
    name: Text
    fact: str | None = None
    """The fact it fills (facts.py); None: only written down."""
    unit: str | None = None


class Permit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one kind of permit is by this pack."""

    work: str
    name: Text
    clause: str
    level_names: dict[str, Text] = {}
    codes: dict[str, str] = {}
    """Level (or `any`) -> code of AQ 3064.2 table A.2."""
    validity: tuple[Validity, ...] = ()
    signatures: tuple[Signature, ...] = ()
    fields: tuple[Field, ...] = ()
    keepers: dict[str, tuple[str, ...]] = {}
    """Level (or `any`) -> who holds the first, second and third copy."""
    fixed_measures: int | None = None
    """How many measures the official form lists."""


class Code(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A code of a code table (alarm, ticket state, kind of work)."""

    code: str
    text: Text
    site: bool = False
    """Defined here, because the standard asks for it and gives no code."""
    clause: str = ""
    certainty: Certainty = Certainty.READ


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A field of an export profile."""

    name: str
    type: str
    """`string`, `datetime`, `number`, `text`"""
    needed: str = "no"
    """`yes`, `no`, or the FEEL condition under which it is."""
    codes: str | None = None
    """The code table its values come from."""
    certainty: Certainty = Certainty.READ


class Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Numbers by name (threshold quantities, correction factors, colour bands)."""

    id: str
    clause: str
    name: Text
    rows: tuple[dict[str, Any], ...]
    unit: str | None = None
    certainty: Certainty = Certainty.READ


class Vector(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A case with the answer it must get. A pack that gives another cannot be loaded."""

    id: str
    name: Text
    expect: dict[str, Any]
    """`refuse`, `alarms`, `actions`, `clauses`, `level`, `approver`, `s`, `r`: what is named must be exactly so."""
    moment: Moment | None = None
    base: str | None = None
    """A named set of facts that the case starts from."""
    facts: dict[str, Any] = {}
    also: tuple[str, ...] = ()
    """Other standards judged together with this pack."""


class Applies(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Whom a pack binds."""

    enterprises: tuple[str, ...]
    """Kinds of enterprise; empty: all."""
    works: tuple[str, ...] = ()
    """Kinds of work; empty: all, and what is no work."""
    clause: str = ""
    certainty: Certainty = Certainty.READ
    supplements: bool = False
    """Stands beside another pack for the same work instead of taking its place."""


class Pack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One edition of one standard."""

    standard: str
    edition: str
    name: Text
    in_force: date
    applies: Applies
    about: Text
    until: date | None = None
    """The first day it no longer holds; None: in force until replaced."""
    issued: date | None = None
    mandatory: bool = True
    certainty: Certainty = Certainty.READ
    """Of the dates and the scope."""
    clauses: tuple[Clause, ...] = ()
    permits: tuple[Permit, ...] = ()
    levels: tuple[Level, ...] = ()
    counts_as: tuple[CountsAs, ...] = ()
    codes: dict[str, tuple[Code, ...]] = {}
    profiles: dict[str, tuple[Column, ...]] = {}
    tables: tuple[Table, ...] = ()
    bases: dict[str, dict[str, Any]] = {}
    vectors: tuple[Vector, ...] = ()

    @property
    def id(self) -> str:
        """`GB 30871-2022`"""
        return f"{self.standard}-{self.edition}"

    def clause(self, number: str) -> Clause | None:
        """The clause of that number."""
        return next((c for c in self.clauses if c.number == number), None)

    def permit(self, work: str) -> Permit | None:
        """What the permit for this work is, where the pack says it."""
        return next((p for p in self.permits if p.work == work), None)

    def holds_on(self, day: date) -> bool:
        """Whether the edition is in force on that day."""
        return self.in_force <= day and (self.until is None or day < self.until)
