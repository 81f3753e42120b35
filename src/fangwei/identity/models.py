"""Tables of accounts, sessions and what is needed to sign in. Tokens and links stand here as hashes only."""

from typing import Any

from sqlalchemy import JSON, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fangwei.db.base import Base


class PersonRow(Base):
    """An account. Never deleted, since the record names people by id: `state` says whether it may be used."""

    __tablename__ = "identity_people"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(32), index=True)
    zones: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    """List of zone ids; NULL: the whole site."""
    language: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    edited: Mapped[bool]
    """Role or zones were set in the program: the site's file no longer changes them."""
    password: Mapped[str | None] = mapped_column(String(200))
    external: Mapped[str | None] = mapped_column(String(200), unique=True)
    """Name at the plant's own sign-in (OpenID Connect), where it differs from the id."""
    created: Mapped[int]
    changed: Mapped[int]
    revision: Mapped[int]


class SessionRow(Base):
    """Somebody signed in on one device."""

    __tablename__ = "identity_sessions"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    method: Mapped[str] = mapped_column(String(16))
    created: Mapped[int]
    seen: Mapped[int]
    expires: Mapped[int] = mapped_column(index=True)
    proved: Mapped[int]
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))


class LinkRow(Base):
    """A one-time sign-in link."""

    __tablename__ = "identity_links"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    made_by: Mapped[str] = mapped_column(String(64))
    created: Mapped[int]
    expires: Mapped[int] = mapped_column(index=True)
    used: Mapped[int | None]


class PasskeyRow(Base):
    """A WebAuthn credential of a person."""

    __tablename__ = "identity_passkeys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    credential: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(2048))
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    created: Mapped[int]
    used: Mapped[int | None]


class TokenRow(Base):
    """A machine's token."""

    __tablename__ = "identity_tokens"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[Any] = mapped_column(JSON)
    zones: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    made_by: Mapped[str] = mapped_column(String(64))
    created: Mapped[int]
    expires: Mapped[int]
    used: Mapped[int | None]
    revoked: Mapped[int | None]


class AttemptRow(Base):
    """Wrong passwords for one account or from one address; `key` is a hash, also of names that do not exist."""

    __tablename__ = "identity_attempts"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    wrong: Mapped[int]
    last: Mapped[int] = mapped_column(index=True)
