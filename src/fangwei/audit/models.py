"""Tables of the record. Columns beside `body` are copies to ask by; verification compares them with it."""

from sqlalchemy import BigInteger, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from fangwei.db.base import Base

NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite keeps a table in the order of an INTEGER key, without an index beside it."""


class EntryRow(Base):
    """One entry. `sequence` counts from 1 without holes; `hash` chains it to the one before (entry.py)."""

    __tablename__ = "audit_entries"

    sequence: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    key: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    time: Mapped[int] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    zone: Mapped[str | None] = mapped_column(String(64), index=True)
    body: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    words: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))


class HeadRow(Base):
    """The one row that says where the chain ends; who writes holds it, so that two writers stand in line."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    sequence: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class SealRow(Base):
    """The head at a time, signed. `number` counts from 1 without holes."""

    __tablename__ = "audit_seals"

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(index=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    time: Mapped[int]
    key: Mapped[str] = mapped_column(String(16))
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))


class KeyRow(Base):
    """A public key that seals, Ed25519, 32 bytes; `id` is the start of its SHA-256 in hex."""

    __tablename__ = "audit_keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    public: Mapped[bytes] = mapped_column(LargeBinary(32))
    since: Mapped[int]
