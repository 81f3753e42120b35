"""Machines: a token each, with the verbs it may use, an end, and a way to take it back. Pure."""

from collections.abc import Iterable

import msgspec

from fangwei.core.texts import Text
from fangwei.identity.caller import Caller
from fangwei.identity.errors import ScopeRefused
from fangwei.identity.roles import VERBS

PREFIX = "fwt_"
"""By which a token that leaked into a file is recognised as one."""
LONGEST_DAYS = 730
"""A token that nobody renews for two years is one that nobody remembers."""


class Machine(msgspec.Struct, kw_only=True):
    """A token as it is kept. Times in UTC ns."""

    id: str
    hash: bytes
    name: str
    scopes: frozenset[str]
    zones: frozenset[str] | None
    made_by: str
    created: int
    expires: int
    used: int | None = None
    revoked: int | None = None

    def works(self, now: int) -> bool:
        """Whether it lets anything in at UTC ns `now`."""
        return self.revoked is None and now < self.expires

    def caller(self) -> Caller:
        """The machine as a caller: its scopes, never a proof."""
        return Caller(
            id=self.id,
            name=Text(self.name, self.name),
            role="machine",
            zones=self.zones,
            machine=True,
            scopes=self.scopes,
        )


def may_have(verb: str) -> bool:
    """Whether a machine may have a verb: any but those about accounts, which are for people."""
    return verb in VERBS and not verb.startswith("identity.")


def checked_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """Scopes as they are kept.

    Raises:
        ScopeRefused: names the one that it may not have.
    """
    found = frozenset(scopes)
    for scope in sorted(found):
        if not may_have(scope):
            raise ScopeRefused(scope=scope[:64])
    return found
