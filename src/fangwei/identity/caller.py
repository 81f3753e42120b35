"""Whoever asks or commands: a person with a session, or a machine with a token."""

from collections.abc import Collection

import msgspec

from fangwei.core.clock import MINUTE
from fangwei.core.texts import Text
from fangwei.identity.roles import GUESTS, verbs_of

PROOF_LASTS = 5 * MINUTE
"""A second proof counts this long: enough to read what one signs, too short to leave a desk with it."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody known.

    Invariant: `scopes` is None for a person, whose verbs are those of the role; a machine may its scopes and nothing
    else, whatever its role is called.

    Example:
        Caller(id="li-wei", name=Text("李伟", "Li Wei"), role="crew", zones=frozenset({"filling"}))
    """

    id: str
    name: Text
    role: str
    zones: frozenset[str] | None = None
    """Zones this person answers for; None: the whole site."""
    machine: bool = False
    proved: int = 0
    """UTC ns of the last proof by password or passkey; 0: none in this session."""
    way_missing: bool = False
    """Came by a one-time link and has set neither password nor passkey since: may only look."""
    scopes: frozenset[str] | None = None
    session: bytes = b""
    """Hash of the session's token; empty for a machine."""

    @property
    def verbs(self) -> frozenset[str]:
        """Everything this caller may do somewhere."""
        return verbs_of(self.role) if self.scopes is None else self.scopes

    def may(self, verb: str, zones: Collection[str] = ()) -> bool:
        """Whether this caller may do `verb` there: in one of `zones`; everywhere they may, when none is named.

        >>> wet = Caller(id="li-wei", name=Text("李伟", "Li Wei"), role="crew", zones=frozenset({"filling"}))
        >>> wet.may("alarms.acknowledge", ["filling"]), wet.may("alarms.acknowledge", ["coating"])
        (True, False)
        """
        if verb not in self.verbs:
            return False
        return not zones or self.zones is None or not self.zones.isdisjoint(zones)

    def sees(self) -> frozenset[str] | None:
        """Zones of which this caller sees what is no alarm and no incident; None: the whole site. A guest, and a
        machine, sees those it answers for."""
        return self.zones if self.role in GUESTS or self.machine else None

    def has_proved(self, now: int) -> bool:
        """Whether the last proof is fresh at UTC ns `now`."""
        return 0 <= now - self.proved <= PROOF_LASTS
