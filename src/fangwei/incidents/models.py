"""What the incidents room keeps. `state` columns hold the correlator's own structs, so that a restart is exact."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fangwei.db.base import Base


class IncidentRow(Base):
    """One incident: columns to ask by, the picture for others, the case for ourselves."""

    __tablename__ = "incidents_incident"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    priority: Mapped[int]
    hazard: Mapped[str] = mapped_column(String(16))
    started: Mapped[int] = mapped_column(index=True)
    updated: Mapped[int]
    revision: Mapped[int]
    owner: Mapped[str | None] = mapped_column(String(64))
    merged_into: Mapped[str | None] = mapped_column(String(64))
    picture: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[bytes] = mapped_column(LargeBinary)


class MemberRow(Base):
    """One alarm in an incident as it stands or ended."""

    __tablename__ = "incidents_member"

    incident: Mapped[str] = mapped_column(String(64), primary_key=True)
    alarm: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)
    occurrence: Mapped[str] = mapped_column(String(300))
    point: Mapped[str] = mapped_column(String(64), index=True)
    zone: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    priority: Mapped[int]
    since: Mapped[int]
    certainty: Mapped[float]


class TimelineRow(Base):
    """One line of a timeline."""

    __tablename__ = "incidents_timeline"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    incident: Mapped[str] = mapped_column(String(64), index=True)
    time: Mapped[int]
    recorded: Mapped[int]
    kind: Mapped[str] = mapped_column(String(24))
    alarm: Mapped[str | None] = mapped_column(String(200))
    by: Mapped[str | None] = mapped_column(String(64))
    line: Mapped[bytes] = mapped_column(LargeBinary)


class AlarmRow(Base):
    """The remembered past of one alarm."""

    __tablename__ = "incidents_alarm"

    alarm: Mapped[str] = mapped_column(String(200), primary_key=True)
    waiting: Mapped[bool]
    state: Mapped[bytes] = mapped_column(LargeBinary)


class DecidedRow(Base):
    """An alarm event or command that was decided; heard again it changes nothing."""

    __tablename__ = "incidents_decided"

    id: Mapped[str] = mapped_column(String(400), primary_key=True)
    time: Mapped[int] = mapped_column(index=True)
    answer: Mapped[str | None] = mapped_column(String(64))
    """The incident a command was about."""


class PhotoRow(Base):
    """One photo of an incident. The picture lies in the data folder under its hash; the row stays when it is erased."""

    __tablename__ = "incidents_photo"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    incident: Mapped[str] = mapped_column(String(64), index=True)
    hash: Mapped[str] = mapped_column(String(64), index=True)
    """SHA-256 of the picture as it is kept, in hex."""
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    time: Mapped[int]
    text: Mapped[str] = mapped_column(String(500))
    taken: Mapped[int | None]
    """When the camera says it was taken; None where it does not say or was not asked."""
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    erased: Mapped[int | None]
    erased_by: Mapped[str | None] = mapped_column(String(64))
    erased_why: Mapped[str | None] = mapped_column(String(500))
