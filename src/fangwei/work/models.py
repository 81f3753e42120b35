"""What the work room keeps: hazards to ask by column, and every step ever made on them."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fangwei.db.base import Base


class HazardRow(Base):
    """One hidden hazard: columns to filter and sort by, the whole of it for others."""

    __tablename__ = "work_hazards"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    level: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(24))
    zone: Mapped[str] = mapped_column(String(64), index=True)
    point: Mapped[str | None] = mapped_column(String(64), index=True)
    words: Mapped[str] = mapped_column(String(2000))
    reporter: Mapped[str] = mapped_column(String(64), index=True)
    assignee: Mapped[str | None] = mapped_column(String(64), index=True)
    fixed_by: Mapped[str | None] = mapped_column(String(64))
    seen: Mapped[int]
    reported: Mapped[int] = mapped_column(index=True)
    updated: Mapped[int]
    deadline: Mapped[int | None] = mapped_column(index=True)
    closed: Mapped[int | None] = mapped_column(index=True)
    revision: Mapped[int]
    whole: Mapped[bytes] = mapped_column(LargeBinary)


class StepRow(Base):
    """One step; its id is the command's, so that the store itself refuses a second time."""

    __tablename__ = "work_steps"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    hazard: Mapped[str] = mapped_column(String(64), index=True)
    number: Mapped[int]
    """The revision that it made."""
    time: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(16))
    has_photos: Mapped[bool] = mapped_column(index=True)
    line: Mapped[bytes] = mapped_column(LargeBinary)
