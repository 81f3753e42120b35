"""Challenges of ceremonies that are under way: made by us, used once, by whoever they were made for.

They live in memory: whoever is in the middle of one when the process restarts starts again.
"""

import base64
import secrets
from collections import OrderedDict
from typing import Any, NamedTuple

from fangwei.core.clock import MINUTE

LASTS = 5 * MINUTE
MOST = 10_000
"""An attacker who begins and never ends must not fill the memory; the oldest go first."""


class Challenge(NamedTuple):
    """What was asked, and what else must be remembered until the answer."""

    value: bytes
    owner: str
    expires: int
    more: Any = None


class Challenges:
    """Challenges by their own text, which the browser brings back."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Challenge] = OrderedDict()

    def make(self, owner: str, now: int, more: Any = None) -> tuple[str, bytes]:
        """A fresh challenge for `owner` (a session, or a browser's cookie before signing in): 32 random bytes and their
        text in base64url."""
        value = secrets.token_bytes(32)
        name = base64.urlsafe_b64encode(value).rstrip(b"=").decode()
        self._held[name] = Challenge(value, owner, now + LASTS, more)
        while len(self._held) > MOST:
            self._held.popitem(last=False)
        return name, value

    def take(self, name: str, owner: str, now: int) -> Challenge | None:
        """The challenge of that name, used up by this; None when it is unknown, too old or somebody else's."""
        found = self._held.pop(name, None)
        if found is None or found.owner != owner or found.expires < now:
            return None
        return found
