"""The same record on PostgreSQL: one chain for writers side by side, sealed, checked, listed, exported."""

import asyncio
import io
from pathlib import Path

import msgspec
import pytest
from tests.peers.postgres import postgres

from fangwei.audit.entry import Entry
from fangwei.audit.erase import erase_words
from fangwei.audit.export import write_lines
from fangwei.audit.export_source import ExportSource
from fangwei.audit.listing import AskRecord, Wanted, listed
from fangwei.audit.record import record
from fangwei.audit.seal import open_signer
from fangwei.audit.sealer import introduce, seal_head
from fangwei.audit.source import StoreSource, open_reading
from fangwei.audit.verify import verify
from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate
from fangwei.db.session import Database, open_database

from .conftest import entry


async def write(database: Database, first: int, batches: int) -> None:
    for n in range(first, first + 7 * batches, 7):
        async with database.session() as session, session.begin():
            await record(session, [entry(i) for i in range(n, n + 7)])


@pytest.mark.peer
async def test_the_record_on_postgresql(settings: Settings, tmp_path: Path) -> None:
    async with postgres() as url:
        grown = msgspec.structs.replace(settings, db_url=url)
        await asyncio.to_thread(migrate, grown)
        database = open_database(grown)
        signer = open_signer(tmp_path)
        await introduce(database, signer, 1)
        assert not await introduce(database, signer, 2)
        await asyncio.gather(*(write(database, first, 15) for first in range(0, 4000, 1000)))
        # The same again, from two sides at once: nothing is doubled and no number left out.
        await asyncio.gather(*(write(database, 0, 15) for _ in range(2)))
        odd = Entry(id="odd", time=9, by="a\0b" * 40, action="x.y", subject="s/\0", words="w\0w", after={"n": "\0"})
        async with database.session() as session, session.begin():
            await record(session, [odd])
        for now in (10, 20, 30, 40):
            await seal_head(database, signer, now)
        engine = open_reading(url)
        found = await asyncio.to_thread(verify, StoreSource(engine), {signer.id: signer.public})
        assert found.intact, found.faults
        assert (found.entries, found.seals, found.proved_time) == (1 + 4 * 15 * 7 + 1, 2, 40)
        page = await asyncio.to_thread(listed, engine, AskRecord(q="GAS-02004 42.5", limit=5))
        assert (page.total, page.items[0].sealed) == (1, True)
        assert (await asyncio.to_thread(listed, engine, AskRecord(subject="alarm"))).total == 420
        out = io.BytesIO()
        await asyncio.to_thread(write_lines, engine, Wanted(subject="s"), out, 1)
        await erase_words(database, found.last, "admin", "asked for", 50)
        again = await asyncio.to_thread(verify, StoreSource(engine))
        assert again.intact and again.erased == 1 and again.unsealed == 1
        (tmp_path / "e.jsonl").write_bytes(out.getvalue())
        assert (await asyncio.to_thread(verify, ExportSource(tmp_path / "e.jsonl"))).proved_sequence == found.last
        await database.close()
