"""A sealed chain in a SQLite file, and hands that tamper with it as one who has the file could."""

import asyncio
import sqlite3
from pathlib import Path

from fangwei.audit.entry import GENESIS, digest_of, link
from fangwei.audit.record import record
from fangwei.audit.seal import Signer, open_signer
from fangwei.audit.sealer import introduce, seal_head
from fangwei.audit.source import StoreSource, open_reading
from fangwei.audit.verify import Report, verify
from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate
from fangwei.db.session import open_database

from .conftest import entry

LENGTH = 40
SEALED = (0, 12, 25, 25, 37)
"""Entries 38 to 40 are not sealed; the head of 25 is sealed twice."""
START = 1_790_000_000_000_000_000


def make_chain(data: Path) -> Signer:
    """The entry of the key, then others up to LENGTH, sealed after SEALED; some with words."""
    data.mkdir(parents=True)
    settings = Settings(data=data)
    migrate(settings)
    signer = open_signer(data)

    async def write() -> None:
        database = open_database(settings)
        written = 0
        for stop in (*SEALED, LENGTH):
            if written == 0 and stop > 0:
                await introduce(database, signer, START)
                written = 1
            async with database.session() as session, session.begin():
                numbers = range(written + 1, stop + 1)
                await record(session, [entry(n, words=f"备注 {n}" if n % 5 == 0 else None) for n in numbers])
            written = max(written, stop)
            if stop != LENGTH:
                await seal_head(database, signer, START + 1000 * stop + 1)
        await database.close()

    asyncio.run(write())
    return signer


def check(data: Path, trusted: dict[str, bytes] | None = None) -> Report:
    return verify(StoreSource(open_reading(Settings(data=data).database_url)), trusted)


class Hands:
    """Changes to the file behind the platform's back."""

    def __init__(self, data: Path) -> None:
        self.db = sqlite3.connect(data / "fangwei.db")
        self.db.execute("pragma synchronous = off")
        self.db.text_factory = lambda raw: raw.decode(errors="surrogateescape")

    def done(self) -> None:
        self.db.commit()
        self.db.close()

    def rows(self) -> list[tuple]:
        return self.db.execute("select * from audit_entries order by sequence").fetchall()

    def put(self, rows: list[tuple]) -> None:
        """Replace all entries."""
        self.db.execute("delete from audit_entries")
        self.db.executemany(f"insert into audit_entries values ({','.join('?' * 11)})", rows)

    def head(self, sequence: int, hash: bytes) -> None:
        self.db.execute("update audit_head set sequence = ?, hash = ?", (sequence, hash))

    def rechain(self, rows: list[tuple]) -> list[tuple]:
        """Numbers and hashes as if nothing had happened; anybody can compute them."""
        before, done = GENESIS, []
        for sequence, row in enumerate(rows, 1):
            before = link(before, sequence, digest_of(row[7].encode(errors="surrogateescape")))
            done.append((sequence, *row[1:8], before, *row[9:]))
        self.put(done)
        self.head(len(done), before)
        return done
