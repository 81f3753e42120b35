"""What the room keeps: rules with their revisions, firings, commands, and answers to people's commands."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fangwei.db.base import Base


class RuleRow(Base):
    """One rule as it stands."""

    __tablename__ = "reactions_rules"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int]
    updated: Mapped[int]
    rule: Mapped[bytes] = mapped_column(LargeBinary)


class RevisionRow(Base):
    """One saved revision; added, never changed."""

    __tablename__ = "reactions_revisions"

    rule: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    time: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class FiringRow(Base):
    """One firing; its id is made of rule and cause, so that the store itself refuses a second for one cause."""

    __tablename__ = "reactions_firings"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    rule: Mapped[str] = mapped_column(String(64), index=True)
    decided: Mapped[int] = mapped_column(index=True)
    late: Mapped[bool]
    firing: Mapped[bytes] = mapped_column(LargeBinary)


class CommandRow(Base):
    """One command of a firing, with what is said for it."""

    __tablename__ = "reactions_commands"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    firing: Mapped[str] = mapped_column(String(32), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), index=True)
    valid_until: Mapped[int]
    command: Mapped[bytes] = mapped_column(LargeBinary)
    posted: Mapped[bytes] = mapped_column(LargeBinary)


class AnswerRow(Base):
    """The answer to a person's command, given again when it comes again."""

    __tablename__ = "reactions_answers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(64))
    time: Mapped[int] = mapped_column(index=True)
    answer: Mapped[bytes] = mapped_column(LargeBinary)
