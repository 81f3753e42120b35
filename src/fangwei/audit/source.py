"""Where a chain is read from for checking, and the one that matters: the store, read-only, in portions.

A portion is a transaction of its own: a check of a year holds no writer up and no old page alive. Synchronous; rooms
call it in a thread.
"""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from sqlalchemy import Engine, Table, create_engine, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from fangwei.audit.check import Link
from fangwei.audit.entry import GENESIS, digest_of
from fangwei.audit.errors import NoRecord
from fangwei.audit.models import EntryRow, HeadRow, KeyRow, SealRow
from fangwei.audit.seal import Seal

PORTION = 2000

_entries: Table = EntryRow.__table__  # type: ignore[assignment]  # declared as FromClause
_head: Table = HeadRow.__table__  # type: ignore[assignment]
_seals: Table = SealRow.__table__  # type: ignore[assignment]
_keys: Table = KeyRow.__table__  # type: ignore[assignment]


class Source(Protocol):
    """A chain to be checked: it stands at `start`, and is said to stand at `end()` after what `links` gives."""

    start: tuple[int, bytes]
    whole: bool
    """Whether it begins at the first entry and leaves none out."""

    def keys(self) -> dict[str, bytes]:
        """The public keys that stand beside it, by their id."""

    def end(self) -> tuple[int, bytes | None]:
        """Sequence and hash where it is said to end; None where nothing but the chain says the hash."""

    def last(self) -> int:
        """The highest sequence there is."""

    def links(self, after: int) -> Iterator[Link]:
        """The entries behind `after`, in their order."""

    def seals(self, after: int) -> Iterator[Seal]:
        """The seals from sequence `after` on, in the order of sequence and number."""


def open_reading(url: str) -> Engine:
    """The store of a database URL for reading alone; SQLite files are opened read-only.

    Raises:
        NoRecord: there is no such file.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    path = Path(parsed.database or "")
    if not path.is_file():
        raise NoRecord(where=path, why="no such file")
    # On a disk that cannot be written SQLite can make no lock file; without a journal beside it the file stands still.
    still = not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()
    target = f"file:{quote(str(path.absolute()))}?mode=ro" + ("&immutable=1" if still else "")

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(target, uri=True, timeout=10.0, check_same_thread=False)
        # Whoever changed a byte may have left something that is no UTF-8; it must be told, not stumbled over.
        connection.text_factory = lambda raw: raw.decode(errors="surrogateescape")
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _bytes(value: object) -> bytes:
    """What stands in a column that should hold bytes or text: SQLite keeps whatever somebody puts there."""
    if isinstance(value, bytes):
        return value
    return b"" if value is None else str(value).encode(errors="surrogateescape")


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


class StoreSource:
    """The chain in a store, as it stands at the moment of making this.

    Raises:
        NoRecord: the store has no record or cannot be read.
    """

    start = (0, GENESIS)
    whole = True

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # One statement, so that head, last entry and last seal are of one moment.
        moment = select(
            select(_head.c.sequence).where(_head.c.id == 1).scalar_subquery(),
            select(_head.c.hash).where(_head.c.id == 1).scalar_subquery(),
            select(func.coalesce(func.max(_entries.c.sequence), 0)).scalar_subquery(),
            select(func.coalesce(func.max(_seals.c.number), 0)).scalar_subquery(),
        )
        try:
            with engine.connect() as connection:
                sequence, hash, self._last, self._last_seal = connection.execute(moment).one()
                self._keys = {row.id: row.public for row in connection.execute(select(_keys))}
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise NoRecord(where=engine.url, why=str(getattr(error, "orig", error))[:200]) from error
        self._end = (_number(sequence), _bytes(hash) or GENESIS)

    def keys(self) -> dict[str, bytes]:
        """See Source."""
        return dict(self._keys)

    def end(self) -> tuple[int, bytes | None]:
        """See Source."""
        return self._end

    def last(self) -> int:
        """See Source."""
        return int(self._last)

    def links(self, after: int) -> Iterator[Link]:
        """See Source."""
        statement = select(_entries).where(_entries.c.sequence <= self._last).order_by(_entries.c.sequence)
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(statement.where(_entries.c.sequence > after).limit(PORTION)).all()
            for row in rows:
                body = _bytes(row.body)
                yield Link(
                    sequence=row.sequence,
                    hash=_bytes(row.hash),
                    digest=digest_of(body),
                    body=body,
                    words=None if row.words is None else _bytes(row.words).decode(errors="surrogateescape"),
                    salt=None if row.salt is None else _bytes(row.salt),
                    key=row.key,
                    columns={
                        "time": row.time,
                        "by": row.by,
                        "action": row.action,
                        "subject": row.subject,
                        "zone": row.zone,
                    },
                )
            if len(rows) < PORTION:
                return
            after = rows[-1].sequence

    def seals(self, after: int) -> Iterator[Seal]:
        """See Source."""
        order = (_seals.c.sequence, _seals.c.number)
        statement = (
            select(_seals).where(_seals.c.number <= self._last_seal, _seals.c.sequence >= after).order_by(*order)
        )
        offset = 0
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(statement.limit(PORTION).offset(offset)).all()
            for row in rows:
                yield Seal(
                    number=row.number,
                    sequence=_number(row.sequence),
                    hash=_bytes(row.hash),
                    time=_number(row.time),
                    key=_bytes(row.key).decode(errors="replace"),
                    signature=_bytes(row.signature),
                )
            if len(rows) < PORTION:
                return
            offset += PORTION
