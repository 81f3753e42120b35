"""Tables of the alarms: what happened, how each alarm stands, and which commands were done."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fangwei.db.base import Base


class JournalRow(Base):
    """One transition; `body` is the AlarmEvent as JSON. Shelvings are its rows with change `shelved`."""

    __tablename__ = "alarms_journal"

    id: Mapped[str] = mapped_column(String(300), primary_key=True)
    alarm: Mapped[str] = mapped_column(String(130), index=True)
    change: Mapped[str] = mapped_column(String(32))
    decided_time: Mapped[int] = mapped_column(index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class CurrentRow(Base):
    """How an alarm that is not simply normal stands; `life` by `engine.stored_life`."""

    __tablename__ = "alarms_current"

    alarm: Mapped[str] = mapped_column(String(130), primary_key=True)
    changed: Mapped[int]
    life: Mapped[bytes] = mapped_column(LargeBinary)


class CommandRow(Base):
    """A command that was done, and its answer: the same id is answered again and not done again."""

    __tablename__ = "alarms_commands"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    time: Mapped[int] = mapped_column(index=True)
    answer: Mapped[bytes] = mapped_column(LargeBinary)


class StandingRow(Base):
    """A limit that somebody proposed to change: its revision counts everything that happened to it."""

    __tablename__ = "alarms_limits"

    alarm: Mapped[str] = mapped_column(String(130), primary_key=True)
    revision: Mapped[int]


class VersionRow(Base):
    """A setting that was in force; `body` is a `record.Version` as JSON. The highest version holds now."""

    __tablename__ = "alarms_limit_versions"

    alarm: Mapped[str] = mapped_column(String(130), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    time: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class ProposalRow(Base):
    """What somebody proposed and a second person decides; `body` is a `proposal.Proposal` as JSON."""

    __tablename__ = "alarms_proposals"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    alarm: Mapped[str] = mapped_column(String(130), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    time: Mapped[int] = mapped_column(index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
