"""What the duty room keeps: who was told what and what is due next, what people changed, and hand-over notes."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fangwei.db.base import Base


class NoticeRow(Base):
    """One notice: (incident, step, person, channel)."""

    __tablename__ = "duty_notices"

    id: Mapped[str] = mapped_column(String(300), primary_key=True)
    incident: Mapped[str] = mapped_column(String(64), index=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    channel: Mapped[str] = mapped_column(String(64))
    step: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    sent: Mapped[int] = mapped_column(index=True)
    arrived: Mapped[int | None]
    read: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(300))
    notice: Mapped[bytes] = mapped_column(LargeBinary)


class EscalationRow(Base):
    """Where the telling of one incident stands."""

    __tablename__ = "duty_escalations"

    incident: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int]
    status: Mapped[str] = mapped_column(String(16), index=True)
    step: Mapped[int]
    due: Mapped[int | None] = mapped_column(index=True)
    updated: Mapped[int] = mapped_column(index=True)
    watch: Mapped[bytes] = mapped_column(LargeBinary)
    """The `Watch` without its notices, which have rows of their own."""


class DeliveryRow(Base):
    """How far a channel that gets every incident came with one of them."""

    __tablename__ = "duty_deliveries"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    incident: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int]
    time: Mapped[int] = mapped_column(index=True)


class RotaChangeRow(Base):
    """One change of the rota; rows are added and never altered."""

    __tablename__ = "duty_rota_changes"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 is the first; also the rota's revision after it."""
    id: Mapped[str] = mapped_column(String(64), unique=True)
    time: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(String(500))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class ChainRow(Base):
    """One revision of an escalation chain; `body` is None where it was taken away."""

    __tablename__ = "duty_chains"

    chain: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    time: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class ContactRow(Base):
    """A person's own channel."""

    __tablename__ = "duty_contacts"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    made: Mapped[int]
    removed: Mapped[int | None]
    contact: Mapped[bytes] = mapped_column(LargeBinary)
    """Without the address."""
    address: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Encrypted (`duty/sealed.py`); None once the contact is removed."""


class HandoverRow(Base):
    """A hand-over note between shifts."""

    __tablename__ = "duty_handovers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    time: Mapped[int] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(64))
    to: Mapped[str] = mapped_column(String(64))
    confirmed: Mapped[int | None]
    note: Mapped[bytes] = mapped_column(LargeBinary)


class CommandRow(Base):
    """The answer to a command, so that the same command again gets it again."""

    __tablename__ = "duty_commands"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    time: Mapped[int] = mapped_column(index=True)
    answer: Mapped[bytes] = mapped_column(LargeBinary)
