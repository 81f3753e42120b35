"""What the duty room keeps: who was told what, when, by which channel; and what is due next."""

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
