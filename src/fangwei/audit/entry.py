"""One entry of the record, and the bytes by which it is chained. Pure; the format is told in docs/audit.md.

    digest(n) = SHA-256(body(n))
    hash(n)   = SHA-256(hash(n-1) || n as 8 bytes, big-endian || digest(n)),  hash(0) = 32 zero bytes

The digest stands between body and hash so that an export may leave an entry's content out and still be checked.
"""

import hashlib
import secrets
from typing import Any

import msgspec

from fangwei.core.ids import new_id

GENESIS = bytes(32)
"""The hash before the first entry."""
SYSTEM = "system"
"""Who acts when no person does."""


class Entry(msgspec.Struct, kw_only=True):
    """What is recorded of one change.

    Invariants: `id` names the change itself, the same again when it is decided again after a restart
    (`<room>/<event id>`): it is recorded once. People stand here by id, never by name. What a person wrote in words of
    their own (a note, a reason) goes into `words`: the chain holds its hash alone, so that it can be erased.

    Example:
        Entry(time=now, by="li-wei", action="incidents.take", subject="incident/I-1", zone="EF",
              before={"owner": None}, after={"owner": "li-wei"})
    """

    id: str = msgspec.field(default_factory=new_id)
    time: int
    """UTC ns, when it was decided."""
    by: str
    """A person's id, or `system`."""
    action: str
    """`<room>.<verb>`."""
    subject: str
    """What it was done to: `alarm/<name>`, `incident/<id>`, ..."""
    zone: str | None = None
    place: tuple[float, float, float] | None = None
    """East, north, up on the site (m), where known."""
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    evidence: dict[str, Any] | None = None
    """On what it was decided: readings (point, source time, value, limit), rule, model version, clause."""
    words: str | None = None


class Words(msgspec.Struct, frozen=True):
    """A person's words beside the chain. The salt makes their hash say nothing once both are erased."""

    text: str
    salt: bytes

    @classmethod
    def of(cls, text: str) -> "Words":
        """Words with a salt of their own; NUL, which PostgreSQL does not store, is replaced."""
        return cls(text.replace("\0", "\ufffd"), secrets.token_bytes(16))

    @property
    def hash(self) -> str:
        """SHA-256 over salt and text, in hex: what the chained body holds."""
        return words_hash(self.text, self.salt)


def words_hash(text: str, salt: bytes) -> str:
    """SHA-256(salt || text in UTF-8), in hex."""
    return hashlib.sha256(salt + text.encode(errors="surrogatepass")).hexdigest()


def body_of(entry: Entry, words: Words | None) -> bytes:
    """The entry as JSON in UTF-8: keys sorted, no spaces, what is None at the top left out, `words` as their hash."""
    told = {name: value for name in Entry.__struct_fields__ if (value := getattr(entry, name)) is not None}
    if words is not None:
        told["words"] = words.hash
    return msgspec.json.encode(told, order="sorted")


def digest_of(body: bytes) -> bytes:
    """SHA-256 of a body."""
    return hashlib.sha256(body).digest()


def link(before: bytes, sequence: int, digest: bytes) -> bytes:
    """The hash of the entry at `sequence`, after the hash before it."""
    return hashlib.sha256(before + sequence.to_bytes(8, "big") + digest).digest()


def key_of(id: str) -> bytes:
    """16 bytes by which an entry's id is known again; ids are long and of any length."""
    return hashlib.sha256(id.encode(errors="surrogatepass")).digest()[:16]
