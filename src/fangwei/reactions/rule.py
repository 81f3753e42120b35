"""What people write: when (rows), there (zones), then (actions). Plain data; what may stand in it is in `check.py`."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fangwei.core.events import Hazard
from fangwei.core.texts import Text
from fangwei.duty.chains import Who

MOST_ROWS = 12
MOST_ACTIONS = 12
LONGEST_S = 86_400.0

Priority = Annotated[int, Meta(ge=1, le=4)]
Seconds = Annotated[float, Meta(ge=0, le=LONGEST_S)]
SignalName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_*-]+){0,5}$", max_length=100)]
"""Dotted words; a last word `*` stands for all that begin so."""


class AlarmRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="row", tag="alarm"):
    """An alarm is raised. Empty kinds, hazards, points: any."""

    kinds: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    points: tuple[str, ...] = ()
    priority: Priority = 4
    """This or more urgent (1 is the most urgent)."""


class IncidentRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="row", tag="incident"):
    """An incident is open and of this urgency; also one that becomes so later."""

    hazards: tuple[Hazard, ...] = ()
    priority: Priority = 4


class ValueRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="row", tag="value"):
    """A point's value is beyond `at`, in the point's own unit, for `for_s` seconds."""

    point: str
    side: Literal["above", "below", "equals"]
    at: float
    for_s: Seconds = 0.0


class EventRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="row", tag="event"):
    """A forecast, finding or signal of that name; with `at` only where its figure is at least so much."""

    name: SignalName
    at: float | None = None


Row = AlarmRow | IncidentRow | ValueRow | EventRow


class There(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it must happen: in one of the zones, or within `within_m` metres of one. No zones: anywhere."""

    zones: tuple[str, ...] = ()
    within_m: Annotated[float, Meta(ge=0, le=5000)] = 0.0


class Broadcast(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="broadcast"):
    """Say it by loudspeaker. No zones: where it happened."""

    text: Text
    zones: tuple[str, ...] = ()


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="order"):
    """Doors, fans, valves, lights. No target: all of the kind in the zones; no zones: where it happened."""

    kind: Literal["door", "fan", "valve", "light"]
    state: str
    zones: tuple[str, ...] = ()
    target: Annotated[str, Meta(max_length=64)] = ""


class TellWho(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="tell"):
    """Tell people by duty's ways: those on duty at a step, of a role, one person, everyone; who holds a post."""

    who: Annotated[tuple[Who, ...], Meta(max_length=20)]
    text: Text
    priority: Priority = 2
    posts: Annotated[tuple[str, ...], Meta(max_length=20)] = ()


class StartFlow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="flow"):
    """Start a published flow. In values `{zone}`, `{point}`, `{value}`, `{cause}` are filled in."""

    flow: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$")]
    fields: dict[Annotated[str, Meta(max_length=64)], Annotated[str, Meta(max_length=500)]] = {}


class RaiseSignal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="signal"):
    """Make it known by name, for other rules and rooms."""

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_-]+){0,5}$", max_length=100)]


Action = Broadcast | Move | TellWho | StartFlow | RaiseSignal


class RuleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule as people write it.

    Invariants (`check.problems`): zones, points and people exist; with `join` "all" every row must have come true
    within `window_s` of each other. `blind`: what happens when an input is missing, stale or not trusted: `fire` as
    if it had come true, or `hold` (the row waits, and the rule says that it is blind). Never as if all were well.
    """

    name: Text
    when: Annotated[tuple[Row, ...], Meta(min_length=1, max_length=MOST_ROWS)]
    join: Literal["all", "any"] = "any"
    window_s: Annotated[float, Meta(ge=1, le=3600)] = 60.0
    there: There = There()
    then: Annotated[tuple[Action, ...], Meta(min_length=1, max_length=MOST_ACTIONS)]
    cooldown_s: Seconds = 300.0
    """After firing for a zone it rests so long for that zone."""
    per_hour: Annotated[int, Meta(ge=1, le=1000)] = 12
    """Storm guard: at most so many firings in any hour."""
    blind: Literal["fire", "hold"] = "hold"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as it is kept. `body` is what was saved last (`revision`); `armed` is what runs, of revision
    `armed_revision`: changing an armed rule leaves the armed version running until the new one is armed."""

    id: str
    revision: int
    body: RuleBody
    by: str
    updated: int
    armed_revision: int | None = None
    armed: RuleBody | None = None
    armed_at: int | None = None
    armed_by: tuple[str, ...] = ()
    """The two who armed what runs."""
    first_by: str | None = None
    """Who proposed to arm `revision`; waits for another person."""
    first_at: int | None = None
    tried_revision: int | None = None
    """Which revision was run against history."""
    stopped: Text | None = None
    """Why the platform stopped it."""
    example: bool = False
