"""What the judge says: which clause is broken, by what, and what follows."""

from typing import Any

import msgspec

from fangwei.core.texts import Text
from fangwei.rulepacks.pack import Action, Certainty


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One broken rule, or one that cannot be told."""

    standard: str
    edition: str
    clause: str
    rule: str
    """Id of the row, unique in its pack."""
    refuse: bool
    """The step asked for may not happen; during work: it may not go on."""
    action: Action
    alarm: str | None
    """A code of AQ 3064.2 table A.4, or a site code (`S..`)."""
    certainty: Certainty
    text: Text
    facts: dict[str, Any]
    """The inputs it was judged by, path -> value; None where unknown."""
    missing: tuple[str, ...] = ()
    """Paths of facts that were unknown; not empty: refused because nobody can tell."""


def passed(findings: list[Finding]) -> bool:
    """Whether the step may happen."""
    return not any(finding.refuse for finding in findings)
