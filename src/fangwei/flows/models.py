"""What the flows room keeps: files once by their hash, versions, runs, open steps, their history, the outbox."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fangwei.db.base import Base


class DefinitionRow(Base):
    """A published file, once, by the SHA-256 of its bytes."""

    __tablename__ = "flows_definitions"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    xml: Mapped[bytes] = mapped_column(LargeBinary)


class VersionRow(Base):
    """A version of a flow; never changed."""

    __tablename__ = "flows_versions"

    flow: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), index=True)
    command: Mapped[str] = mapped_column(String(64), unique=True)
    time: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    head: Mapped[bytes] = mapped_column(LargeBinary)
    """`definitions.Version` as JSON."""
    cards: Mapped[bytes] = mapped_column(LargeBinary)
    """The flow as it was drawn, as JSON."""


class RunRow(Base):
    """A run: columns to ask by, its state (state.py) and the whole of it (run.py)."""

    __tablename__ = "flows_runs"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    flow: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    noun: Mapped[str] = mapped_column(String(24), index=True)
    work: Mapped[str | None] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(64), index=True)
    """The first of its zones."""
    status: Mapped[int] = mapped_column(index=True)
    applicant: Mapped[str] = mapped_column(String(64), index=True)
    started: Mapped[int] = mapped_column(index=True)
    updated: Mapped[int]
    ended: Mapped[int | None] = mapped_column(index=True)
    due: Mapped[int | None] = mapped_column(index=True)
    held: Mapped[bool]
    state: Mapped[bytes] = mapped_column(LargeBinary)
    whole: Mapped[bytes] = mapped_column(LargeBinary)


class RunZoneRow(Base):
    """A zone that a run concerns."""

    __tablename__ = "flows_run_zones"

    zone: Mapped[str] = mapped_column(String(64), primary_key=True)
    run: Mapped[str] = mapped_column(String(64), primary_key=True)


class TaskRow(Base):
    """A step that waits for a person."""

    __tablename__ = "flows_tasks"

    run: Mapped[str] = mapped_column(String(64), primary_key=True)
    task: Mapped[str] = mapped_column(String(200), primary_key=True)
    zone: Mapped[str] = mapped_column(String(64))
    opened: Mapped[int]
    due: Mapped[int | None]
    line: Mapped[bytes] = mapped_column(LargeBinary)
    """`run.OpenTask` as JSON."""


class DoerRow(Base):
    """Who may do an open step: `person:<id>` or `role:<role>`."""

    __tablename__ = "flows_doers"

    doer: Mapped[str] = mapped_column(String(80), primary_key=True)
    run: Mapped[str] = mapped_column(String(64), primary_key=True)
    task: Mapped[str] = mapped_column(String(200), primary_key=True)


class StepRow(Base):
    """A command that was done; its id is the key, so that the store itself refuses a second time."""

    __tablename__ = "flows_steps"

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    run: Mapped[str] = mapped_column(String(64), index=True)
    revision: Mapped[int]
    """The revision that it made."""
    time: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(24))
    line: Mapped[bytes] = mapped_column(LargeBinary)
    """`commands.Line` as JSON: the history of the run."""
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    """What the command was answered."""


class FindingRow(Base):
    """An alarm of AQ 3064.2 table A.4 (or of the site) that a judge raised."""

    __tablename__ = "flows_findings"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    run: Mapped[str] = mapped_column(String(64), index=True)
    zone: Mapped[str] = mapped_column(String(64))
    code: Mapped[str | None] = mapped_column(String(16))
    refuse: Mapped[bool]
    time: Mapped[int] = mapped_column(index=True)
    ended: Mapped[int | None]
    """When the same step passed, or the run ended."""
    key: Mapped[str] = mapped_column(String(200))
    line: Mapped[bytes] = mapped_column(LargeBinary)
    """`commands.Found` as JSON."""


class OutRow(Base):
    """What is to be said on the bus, stored with what caused it and removed when the stream has it."""

    __tablename__ = "flows_outbox"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
