"""Following the chain: entry by entry, seal by seal. Pure; `source.Source` says where they come from.

The checker goes on behind a fault by taking the stored hash for true, so that one changed entry is one fault.
"""

from collections.abc import Mapping

import msgspec

from fangwei.audit.entry import GENESIS, key_of, link, words_hash
from fangwei.audit.faults import Fault, Kind
from fangwei.audit.record import columns_of
from fangwei.audit.seal import Seal

ERASE = "audit.erase"
MOST_FAULTS = 100
"""Named; more are counted."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as it stands in a store or an export. `body` is None where an export left the content out."""

    sequence: int
    hash: bytes | None
    """None where an export left it out; the chain gives it."""
    digest: bytes
    body: bytes | None = None
    words: str | None = None
    salt: bytes | None = None
    key: bytes | None = None
    columns: dict[str, object] | None = None
    """Of a store: the copies to ask by."""


class Told(msgspec.Struct):
    """What verification reads out of a body."""

    id: str
    time: int
    by: str
    action: str
    subject: str
    zone: str | None = None
    words: str | None = None


class Checker:
    """Follows a chain that stands at `hash` after `sequence` entries.

    Invariants: `sequence`, `hash` are where it stands; `sealed` is the last seal that is genuine and fits, `proved` the
    last such seal before the chain broke for the first time; `changed` is the first entry that does not fit, and the
    hash before it. Seals are given before the entry they seal is followed. `whole` says that every entry is there: then
    words that are gone must have an entry that says who erased them.

    Example:
        checker = Checker({key_id(public): public})
        for seal in seals: checker.expect(seal)
        for one in links: checker.follow(one)
    """

    def __init__(
        self, trusted: Mapping[str, bytes], sequence: int = 0, hash: bytes = GENESIS, whole: bool = True
    ) -> None:
        self.trusted = dict(trusted)
        self.whole = whole
        self.first = sequence + 1
        self.sequence, self.hash = sequence, hash
        self.faults: list[Fault] = []
        self.fault_count = 0
        self.seals = 0
        self.sealed: Seal | None = None
        self.proved: Seal | None = None
        self.broken = False
        self.changed: tuple[int, bytes] | None = None
        self.last_time = 0
        self.unsealed_since: int | None = None
        """Time of the first entry behind `sealed`."""
        self.number = 0
        """Of the last seal."""
        self._astray = False
        """Broken since the last seal that fits."""
        self._expected: dict[int, list[Seal]] = {}
        self._without_words: set[int] = set()
        self._erased: set[int] = set()

    @property
    def erased(self) -> int:
        """How many entries have no words any more, in a whole chain with an entry that says so."""
        return len(self._without_words & self._erased if self.whole else self._without_words)

    def follow(self, one: Link) -> None:
        """The next entry."""
        if one.sequence != self.sequence + 1:
            self._miss(one)
        else:
            expected = link(self.hash, one.sequence, one.digest)
            if one.hash is not None and expected != one.hash:
                self.changed = self.changed or (one.sequence, self.hash)
                self._break(Kind.CHANGED, one.sequence, one.sequence)
            self.sequence, self.hash = one.sequence, one.hash or expected
        if one.body is not None:
            self._read(one)
        for seal in self._expected.pop(self.sequence, ()):
            self._compare(seal)

    def expect(self, seal: Seal) -> None:
        """A seal, in the order of their numbers, before the chain reaches it."""
        if seal.number != self.number:  # the last one is renewed in place while nothing happens
            self.seals += 1
            if self.whole and seal.number != self.number + 1:
                self._fault(Kind.SEAL_MISSING, seal.sequence, seal.sequence, seal=self.number + 1)
            self.number = seal.number
        public = self.trusted.get(seal.key)
        if public is None:
            self._fault(Kind.SEAL_FOREIGN, seal.sequence, seal.sequence, seal=seal.number, key=seal.key)
        elif not seal.genuine(public):
            self._fault(Kind.SEAL_FORGED, seal.sequence, seal.sequence, seal=seal.number)
        elif seal.sequence == self.sequence:
            self._compare(seal)
        elif seal.sequence > self.sequence:
            self._expected.setdefault(seal.sequence, []).append(seal)

    def end(self, sequence: int, hash: bytes | None) -> list[Fault]:
        """Faults that show only where the chain ends, and all before; `sequence`, `hash` are what its head says (None:
        it says no hash).

        Changes nothing: more may follow later.
        """
        found = list(self.faults)
        sealed = max(self._expected, default=0)
        if sequence > self.sequence or sealed > self.sequence:
            found.append(Fault(Kind.CUT, self.sequence + 1, max(sequence, sealed)))
        elif sequence < self.sequence:
            found.append(Fault(Kind.BEYOND, sequence + 1, self.sequence))
        elif hash is not None and hash != self.hash:
            found.append(Fault(Kind.HEAD, sequence, sequence))
        if not self.seals and self.sequence >= self.first:
            found.append(Fault(Kind.UNSEALED, self.first, self.sequence))
        gone = sorted(self._without_words - self._erased) if self.whole else []
        found += [Fault(Kind.WORDS_GONE, n, n) for n in gone[:MOST_FAULTS]]
        return sorted(found, key=lambda fault: fault.first)

    # --- inside -----------------------------------------------------------------------------------------------

    def _miss(self, one: Link) -> None:
        if one.sequence > self.sequence:
            self._break(Kind.MISSING, self.sequence + 1, one.sequence - 1)
        else:
            self._break(Kind.CHANGED, one.sequence, one.sequence)
        for passed in [n for n in self._expected if n < one.sequence]:
            del self._expected[passed]
        self.sequence = one.sequence
        self.hash = one.hash if one.hash is not None else link(self.hash, one.sequence, one.digest)

    def _read(self, one: Link) -> None:
        try:
            told = msgspec.json.decode(one.body or b"", type=Told)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            # Bytes that are chained were written by us; others are a fault already.
            if not self.faults or self.faults[-1].first != one.sequence:
                self._fault(Kind.CHANGED, one.sequence, one.sequence)
            return
        if self.unsealed_since is None:
            self.unsealed_since = told.time
        self.last_time = told.time
        if one.columns is not None and (
            one.columns != columns_of(told.time, told.by, told.action, told.subject, told.zone)
            or one.key != key_of(told.id)
        ):
            self._fault(Kind.COPY, one.sequence, one.sequence)
        if told.action == ERASE and told.subject.startswith("entry/"):
            number = told.subject.removeprefix("entry/")
            if number.isdigit():
                self._erased.add(int(number))
        self._read_words(one, told)

    def _read_words(self, one: Link, told: Told) -> None:
        if told.words is None:
            if one.words is not None or one.salt is not None:
                self._fault(Kind.WORDS, one.sequence, one.sequence)
        elif one.words is None or one.salt is None:
            self._without_words.add(one.sequence)
        elif words_hash(one.words, one.salt) != told.words:
            self._fault(Kind.WORDS, one.sequence, one.sequence)

    def _compare(self, seal: Seal) -> None:
        if seal.hash != self.hash:
            # Once per stretch, and not where the place is known more exactly already.
            if not self._astray:
                first = self.sealed.sequence + 1 if self.sealed else self.first
                self._break(Kind.REWRITTEN, min(first, seal.sequence), seal.sequence, seal=seal.number)
            return
        self._astray = False
        self.sealed = seal
        self.unsealed_since = None
        if not self.broken:
            self.proved = seal

    def _break(self, kind: Kind, first: int, last: int, seal: int | None = None) -> None:
        self.broken = True
        self._astray = True
        self._fault(kind, first, last, seal)

    def _fault(self, kind: Kind, first: int, last: int, seal: int | None = None, key: str = "") -> None:
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(kind, first, last, seal, key))
