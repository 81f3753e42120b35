"""Wrong passwords counted per account and per address, in memory; the store keeps the same over a restart."""

import hashlib

from fangwei.identity.lockout import FORGOTTEN_AFTER, FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS, left

MOST = 20_000
"""Keys held; an attacker who tries ever new names must not fill the memory. The oldest are forgotten first."""

Counts = dict[bytes, tuple[int, int]]
"""(wrong, time of the last) by key."""


class Wrong:
    """The counts. Names are kept as hashes: whoever reads the table learns no name that was tried."""

    def __init__(self) -> None:
        self._counts: Counts = {}

    def load(self, counts: Counts) -> None:
        """What was kept before the restart."""
        self._counts = dict(sorted(counts.items(), key=lambda item: item[1][1]))

    def left(self, person: str, address: str, now: int) -> int:
        """Nanoseconds to wait before the next try; 0: none."""
        waits = [left(*self._counts.get(_key("address", address), (0, 0)), FREE_FOR_ADDRESS, now)]
        if person:
            waits.append(left(*self._counts.get(_key("account", person), (0, 0)), FREE_FOR_ACCOUNT, now))
        return max(waits)

    def of(self, person: str) -> int:
        """Wrong passwords for an account so far."""
        return self._counts.get(_key("account", person), (0, 0))[0]

    def add(self, person: str, address: str, now: int) -> Counts:
        """Count one more; returns what changed, to be kept."""
        changed = {}
        for key in self._keys(person, address):
            wrong, last = self._counts.pop(key, (0, 0))
            changed[key] = (1 if now - last > FORGOTTEN_AFTER else wrong + 1, now)
        self._counts.update(changed)
        while len(self._counts) > MOST:
            del self._counts[next(iter(self._counts))]
        return changed

    def forgive(self, person: str, address: str) -> Counts:
        """The last one was right: the account starts anew, the address has one less."""
        changed: Counts = {}
        for key in self._keys(person, address):
            wrong, last = self._counts.pop(key, (0, 0))
            fewer = 0 if key == _key("account", person) else max(0, wrong - 1)
            changed[key] = (fewer, last)
            if fewer:
                self._counts[key] = (fewer, last)
        return changed

    def _keys(self, person: str, address: str) -> list[bytes]:
        return [_key("address", address), *([_key("account", person)] if person else [])]


def _key(kind: str, name: str) -> bytes:
    return hashlib.sha256(f"{kind}:{name}".encode(errors="surrogatepass")).digest()
