"""One run of a flow: what is kept of it, and what a step of it causes. Pure data."""

from enum import IntEnum
from typing import Any

import msgspec

from fangwei.core.texts import Text


class Status(IntEnum):
    """Of a ticket: AQ 3064.2-2025 table A.1."""

    UNISSUED = 0
    ISSUED = 1
    WORKING = 2
    ACCEPTED = 3
    VOID = 4
    WITHDRAWN = 5
    PAUSED = 6


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Stopped from outside: nothing goes on until a person lets it. `signal`: what stopped it."""

    signal: str
    why: str
    by: str
    time: int


class Run(msgspec.Struct, kw_only=True):
    """A run as it stands.

    Invariants: `data` holds the answers below their cards' keys (docs/flows.md), nothing else writes to it; `due` is
    the earliest timer, None when nothing is due by time or the run is held; `ended` is set once.
    """

    id: str
    flow: str
    version: int
    hash: str
    packs: list[str]
    """Ids of the rule packs it was started under; they stay."""
    revision: int
    noun: str
    work: str | None
    title: str
    zones: list[str]
    place: tuple[float, float, float] | None
    """East, north, up on the site (m)."""
    status: int
    status_since: int
    applicant: str
    started: int
    ended: int | None = None
    outcome: str | None = None
    due: int | None = None
    hold: Hold | None = None
    tries: dict[str, int] = {}
    """Place of answers -> how often in a row they did not pass."""
    data: dict[str, Any] = {}


class OpenTask(msgspec.Struct, frozen=True, kw_only=True):
    """A step that waits for a person."""

    task: str
    """Its place in the run: the element's id, with the sub-flow's before it (`entry/apply`)."""
    key: str
    """Place of the answers in the data."""
    card: str
    kind: str
    name: Text
    doers: tuple[str, ...]
    """`person:<id>` and `role:<role>`."""
    who: Text
    """The same in words."""
    opened: int
    due: int | None = None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules said to one step."""

    key: str
    moment: str
    passed: bool
    findings: tuple[dict[str, Any], ...]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Something the plant shall do."""

    kind: str
    target: str
    value: str
    card: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Something people shall know."""

    doers: tuple[str, ...]
    text: Text
    priority: int
    card: str
    code: str | None = None


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """An open step that ended without being done (its host was interrupted): on the record, never counted as done."""

    task: str
    name: Text


class Cause(msgspec.Struct, kw_only=True):
    """What one command caused."""

    judged: list[Judged] = []
    orders: list[Order] = []
    told: list[Told] = []
    dropped: list[Dropped] = []
    fired: list[str] = []
    """Timers that fired, by element."""
    done: list[str] = []
    """Elements passed, in their order."""

    def after(self, before: "Cause") -> "Cause":
        """Both, what came before first."""
        names = self.__struct_fields__
        return Cause(**{name: [*getattr(before, name), *getattr(self, name)] for name in names})
