"""What the room is asked and answers; light, for the door's process too. Times are UTC ns."""

from typing import Literal

import msgspec

from fangwei.core.lists import Paging
from fangwei.core.texts import Text
from fangwei.reactions.rule import Rule, RuleBody
from fangwei.reactions.seen import Input

FiringState = Literal["acting", "done", "late"]
CommandState = Literal["stored", "sent", "done", "failed", "expired"]


class RuleCommand(msgspec.Struct, kw_only=True):
    """One thing that a firing orders, and what became of it.

    `stored`: kept, on its way; `sent`: said, nobody has answered yet (`detail` says so); `done` and `failed` as the
    receiver answered; `expired`: too old when it could have been sent.
    """

    id: str
    firing: str
    number: int
    kind: str
    """`broadcast`, `door`, `fan`, `valve`, `light`, `tell`, `flow`, `signal`."""
    zones: list[str]
    what: Text
    """What it is, for people."""
    state: CommandState = "stored"
    detail: Text | None = None
    time: int = 0
    """When it reached its state."""


class Firing(msgspec.Struct, kw_only=True):
    """A rule fired: by which inputs, and what it ordered. Also said live on `fw.reactions.<rule>`."""

    id: str
    rule: str
    name: Text
    revision: int
    cause: str
    decided: int
    zone: str
    late: bool
    inputs: list[Input]
    because: list[str]
    commands: list[RuleCommand] = []


class Standing(msgspec.Struct, kw_only=True):
    """A rule with how it stands."""

    rule: Rule
    state: Literal["draft", "arming", "armed", "changed", "stopped"]
    """`changed`: an older revision runs than was saved last."""
    expression: str
    """The rule as one line of logic."""
    warnings: list[Text] = []
    blind: list[int] = []
    """Rows that cannot be judged now."""
    held: int = 0
    """Causes that cooldown or storm guard held back since the process started."""
    held_why: str = ""
    lates: int = 0
    fired_hour: int = 0
    last_fired: int | None = None


class AskRules(Paging, frozen=True):
    """`fw.ask.reactions.list`: by name unless sorted."""


class Rules(msgspec.Struct):
    """A page of rules."""

    total: int
    offset: int
    items: list[Standing]


class AskRule(msgspec.Struct):
    """`fw.ask.reactions.show`."""

    rule: str


class AskCheck(msgspec.Struct):
    """`fw.ask.reactions.check`: what a body would be refused or warned for; changes nothing."""

    body: RuleBody
    rule: str | None = None


class Checked(msgspec.Struct):
    """Why it would be refused, what to know, and the rule as one line."""

    problems: list[Text]
    warnings: list[Text]
    expression: str


class AskFirings(Paging, frozen=True, kw_only=True):
    """`fw.ask.reactions.firings`: newest first unless sorted by `decided`."""

    rule: str | None = None


class Firings(msgspec.Struct):
    """A page of firings."""

    total: int
    offset: int
    items: list[Firing]


class SaveRule(msgspec.Struct):
    """`fw.do.reactions.save`; `rule` None makes a new one, else `revision` is the one it was made from."""

    id: str
    by: str
    body: RuleBody
    rule: str | None = None
    revision: int = 0


class OnRule(msgspec.Struct):
    """`fw.do.reactions.arm|disarm`: arm `revision`; the first person proposes, another confirms."""

    id: str
    by: str
    rule: str
    revision: int = 0


class TryRule(msgspec.Struct):
    """`fw.do.reactions.dry_run`: run what was saved last against the last `days` of history."""

    id: str
    by: str
    rule: str
    days: float = 30.0


class AskTry(msgspec.Struct):
    """`fw.ask.reactions.dry_run`."""

    id: str


class WouldFire(msgspec.Struct, kw_only=True):
    """When it would have fired, and by what."""

    time: int
    zone: str
    inputs: list[Input]


class TryResult(msgspec.Struct, kw_only=True):
    """A dry-run, running or done. `part` goes from 0 to 1; `doing` is what is read now."""

    id: str
    rule: str
    revision: int
    state: Literal["running", "done", "failed"]
    part: float = 0.0
    doing: Text | None = None
    start: int
    end: int
    have_from: int | None = None
    """From when history covers what the rule asks for; None: there is none."""
    fires: list[WouldFire] = []
    total: int = 0
    held: int = 0
    """How often cooldown or storm guard would have held it back."""
    notes: list[Text] = []
    why: Text | None = None
