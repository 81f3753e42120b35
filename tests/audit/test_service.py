"""The audit room on a real bus: seals each minute, tells how the chain stands, answers, exports, and blocks nobody."""

import asyncio
import sqlite3
import time
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from tests.conftest import until

from fangwei.audit import service, watch
from fangwei.audit.entry import Entry
from fangwei.audit.export_source import ExportSource
from fangwei.audit.listing import RecordPage
from fangwei.audit.record import record
from fangwei.audit.seal import KEY_FILE, Signer, open_signer
from fangwei.audit.sealer import introduce, seal_head
from fangwei.audit.service import RecordExported, Room, Standing
from fangwei.audit.source import open_reading
from fangwei.audit.verify import verify
from fangwei.bus.client import Bus, Refused
from fangwei.cli import main
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.session import Database

from .chain import Hands, check
from .conftest import entry


class Running:
    """The room in this process."""

    def __init__(self, settings: Settings, bus: Bus, database: Database) -> None:
        self.health = Health("app")
        self.stop = asyncio.Event()
        self.room = Room(settings, "Asia/Shanghai", bus, database, self.health)

    async def __aenter__(self) -> "Running":
        self.task = asyncio.ensure_future(self.room.serve(self.stop))
        await until(lambda: self.health.state == "running" or self.task.done())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        await self.task


@pytest.fixture
async def room(migrated: Settings, bus: Bus, database: Database):
    async with Running(migrated, bus, database) as running:
        yield running


async def standing(bus: Bus, run: bool = False) -> Standing:
    return msgspec.json.decode(await bus.ask("fw.ask.audit.verify", {"run": run}), type=Standing)


async def listed(bus: Bus, **asked: object) -> RecordPage:
    return msgspec.json.decode(await bus.ask("fw.ask.audit.list", asked), type=RecordPage)


async def write(database: Database, *entries: Entry) -> None:
    async with database.session() as session, session.begin():
        await record(session, entries)


async def test_at_the_first_start_a_key_is_made_recorded_and_the_chain_sealed(
    room: Running, migrated: Settings, bus: Bus
) -> None:
    assert (migrated.data / KEY_FILE).stat().st_mode & 0o777 == 0o600
    page = await listed(bus)
    assert [(i.action, i.by, i.sealed) for i in page.items] == [("audit.use_key", "system", True)]
    await until(lambda: room.room.watch.result is not None)
    told = await standing(bus)
    assert (told.state, told.entries, told.sealed_sequence, told.proved_sequence) == ("intact", 1, 1, 1)
    assert len(bytes.fromhex(told.public)) == 32
    assert room.health.report(0).gauges["audit.seal_age_s"] < 30


async def test_the_head_is_sealed_again_as_time_passes_and_at_the_stop(
    migrated: Settings, bus: Bus, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "SEAL_EVERY", 100_000_000)
    monkeypatch.setattr(service, "RETRY", 100_000_000)
    monkeypatch.setattr(service, "BEAT_S", 0.05)
    async with Running(migrated, bus, database) as running:
        await write(database, entry(1))
        await until(lambda: running.health.report(0).gauges.get("audit.entries") == 2)
        seals = count_seals(migrated)
        first = (await standing(bus)).sealed_time
        while (await standing(bus)).sealed_time == first:
            await asyncio.sleep(0.01)
        assert count_seals(migrated) <= seals + 1, "a quiet head is renewed in place"
        await write(database, entry(2))
    found = check(migrated.data)
    assert found.intact and found.unsealed == 0 and found.proved_sequence == 3


def count_seals(settings: Settings) -> int:
    with sqlite3.connect(settings.data / "fangwei.db") as db:
        return db.execute("select count(*) from audit_seals").fetchone()[0]


async def test_tampering_while_the_platform_runs_is_an_error_and_named(
    room: Running, migrated: Settings, bus: Bus, database: Database
) -> None:
    await write(database, *(entry(n) for n in range(1, 6)))
    await room.room.watch.look()
    hands = Hands(migrated.data)
    hands.db.execute("update audit_entries set body = replace(body, '42.5', '12.5') where sequence = 3")
    hands.done()
    await standing(bus, run=True)
    await until(lambda: room.health.error_count("audit.chain_broken") == 1)
    told = await standing(bus)
    assert told.state == "broken"
    assert [(f.kind, f.first) for f in told.faults] == [("changed", 3)]
    assert told.faults[0].text.zh == "第 3 条被改动"


async def test_a_key_that_cannot_be_read_is_an_error_and_the_record_still_answers(
    migrated: Settings, bus: Bus, database: Database
) -> None:
    (migrated.data / "secrets").mkdir()
    (migrated.data / KEY_FILE).write_text("junk")
    await write(database, entry(1))
    async with Running(migrated, bus, database) as running:
        assert running.health.error_count("audit.not_sealed") == 1
        assert (await listed(bus)).total == 1
        await until(lambda: running.room.watch.result is not None)
        assert (await standing(bus)).state == "broken"  # nothing proves it
    assert (migrated.data / KEY_FILE).read_text() == "junk", "a key is never thrown away"


async def test_a_locked_store_at_the_stop_is_counted_and_does_not_hang(
    migrated: Settings, bus: Bus, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LAST_SEAL_S", 0.2)
    async with Running(migrated, bus, database) as running:
        lock = sqlite3.connect(migrated.data / "fangwei.db", isolation_level=None)
        lock.execute("begin immediate")
    lock.close()
    assert running.health.error_count("audit.not_sealed") == 1


async def test_the_list_is_filtered_paged_and_sorted(room: Running, bus: Bus, database: Database) -> None:
    await write(
        database,
        *(entry(n) for n in range(100, 110)),
        entry(1, id="a", by="li-wei", action="alarms.shelve", zone="DR", words="换探头 100%"),
        entry(2, id="b", by="li-wei", action="incidents.take", subject="incident/I-1"),
    )
    base = 1_790_000_000_000_000_000
    assert (await listed(bus, person="li-wei")).total == 2
    assert (await listed(bus, zone="DR")).total == 1
    assert (await listed(bus, action="alarms")).total == 11
    assert (await listed(bus, action="alarms.shelve")).total == 1
    assert (await listed(bus, action="alarm")).total == 0
    assert (await listed(bus, subject="incident")).total == 1
    assert (await listed(bus, subject="incident/I-1")).total == 1
    assert (await listed(bus, subject="incident/I-")).total == 0
    assert (await listed(bus, start=base + 103, end=base + 105)).total == 2
    assert (await listed(bus, q="换探头 li-wei")).total == 1
    assert (await listed(bus, q="100%")).total == 1
    assert (await listed(bus, q="100_")).total == 0
    assert (await listed(bus, q="ef-gas-00104")).total == 1
    assert (await listed(bus, q="'; drop table")).total == 0
    oldest = await listed(bus, action="alarms.raised", sort="time", offset=2, limit=3)
    assert (oldest.total, oldest.offset) == (10, 2)
    assert [i.time - base for i in oldest.items] == [102, 103, 104]
    shelved = (await listed(bus, action="alarms.shelve")).items[0]
    assert shelved.words == "换探头 100%" and not shelved.sealed and shelved.place == [12.5, 8.25, 1.5]


async def test_an_export_proves_itself_and_is_itself_on_the_record(room: Running, bus: Bus, database: Database) -> None:
    await write(database, *(entry(n) for n in range(1, 30)))
    asked = {"id": "export-0001", "by": "auditor-1", "format": "jsonl", "zone": "EF"}
    told = msgspec.json.decode(await bus.ask("fw.do.audit.export", asked), type=RecordExported)
    found = verify(ExportSource(Path(told.path)))
    assert found.intact and found.unsealed == 0 and told.shown == 29
    last = (await listed(bus, action="audit.export")).items[0]
    assert (last.by, last.after["shown"], last.evidence) == ("auditor-1", 29, {"filter": {"zone": "EF"}})
    table = msgspec.json.decode(
        await bus.ask("fw.do.audit.export", asked | {"id": "../../x", "format": "csv"}), type=RecordExported
    )
    assert Path(table.path).parent == Path(told.path).parent
    with pytest.raises(Refused):
        await bus.ask("fw.do.audit.export", asked | {"format": "../../etc/passwd"})


async def test_too_much_for_one_download_is_refused_with_a_sentence(
    room: Running, bus: Bus, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_EXPORTED", 3)
    await write(database, *(entry(n) for n in range(1, 6)))
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.do.audit.export", {"id": "export-0002", "by": "a"})
    assert refused.value.problem.code == "audit.export_too_large"


async def test_a_long_check_leaves_the_process_free(
    room: Running, bus: Bus, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for batch in range(20):
        await write(database, *(entry(n) for n in range(batch * 500, batch * 500 + 500)))
    monkeypatch.setattr(watch, "PAUSE_S", 0.1)
    await standing(bus, run=True)
    late, looks = 0.0, 0
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        late = max(late, time.perf_counter() - before)
        looks += 1
        if looks % 20 == 0 and (await standing(bus)).last == 10_001:
            break
    assert looks > 20, "the check was over before anybody could have been blocked"
    assert late < 1.0  # some milliseconds where the machine has nothing else to do


async def test_words_are_erased_and_the_chain_still_holds(
    room: Running, migrated: Settings, database: Database
) -> None:
    await write(database, entry(1, words="张伟的膝盖受伤"))
    command = ["audit", "erase", "2", "--data", str(migrated.data), "--by", "admin", "--ground", "请求 2026-3"]
    done = await asyncio.to_thread(CliRunner().invoke, main, command)
    assert done.exit_code == 0, done.output
    again = await asyncio.to_thread(CliRunner().invoke, main, command)
    assert again.exit_code == 2
    found = check(migrated.data)
    assert found.intact and found.erased == 1
    with sqlite3.connect(migrated.data / "fangwei.db") as db:
        assert db.execute("select words, salt from audit_entries where sequence = 2").fetchone() == (None, None)


async def test_the_command_line_says_what_it_found(
    room: Running, migrated: Settings, database: Database, tmp_path: Path
) -> None:
    await write(database, entry(1), entry(2))
    await room.room.seal()
    data = ["--data", str(migrated.data), "--language", "en"]
    run = CliRunner().invoke
    verified = await asyncio.to_thread(run, main, ["audit", "verify", *data])
    assert verified.exit_code == 0 and "Intact: entries 1 to 3" in verified.output
    key = ["--public-key", str(migrated.data / "audit" / "public_key.pem")]
    proved = await asyncio.to_thread(run, main, ["audit", "verify", *data, *key])
    assert proved.exit_code == 0 and "--public-key" not in proved.output
    file = tmp_path / "out.jsonl"
    exported = await asyncio.to_thread(
        run, main, ["audit", "export", str(file), *data, "--subject", "alarm", "--start", "2026-09-21T00:00"]
    )
    assert exported.exit_code == 0 and "2 entries" in exported.output
    checked = await asyncio.to_thread(run, main, ["audit", "verify", *data, *key, "--export", str(file)])
    assert checked.exit_code == 0, checked.output
    table = await asyncio.to_thread(run, main, ["audit", "export", str(tmp_path / "out.csv"), *data])
    assert table.exit_code == 0 and (tmp_path / "out.csv").read_text("utf-8-sig").startswith("sequence,time,by")
    wrong = await asyncio.to_thread(run, main, ["audit", "export", str(file), *data, "--start", "yesterday"])
    assert wrong.exit_code == 2 and "is not a time" in wrong.output
    hands = Hands(migrated.data)
    hands.db.execute("delete from audit_entries where sequence = 2")
    hands.done()
    broken = await asyncio.to_thread(run, main, ["audit", "verify", *data])
    assert broken.exit_code == 1 and "Entries 2 to 2 are missing" in broken.output
    nothing = await asyncio.to_thread(run, main, ["audit", "verify", "--data", str(tmp_path / "nowhere")])
    assert nothing.exit_code == 2 and "nowhere" in nothing.output


async def test_a_broken_chain_is_not_followed_whole_every_minute(migrated: Settings, database: Database) -> None:
    now = 1_000_000 * watch.MINUTE
    standing_watch = watch.Watch(lambda: open_reading(migrated.database_url), lambda: now)
    await write(database, entry(1))
    first = await standing_watch.look()
    assert not first.intact  # nothing seals it
    now += watch.MINUTE
    assert await standing_watch.look() is first
    assert await standing_watch.look(whole=True) is not first
    now += watch.BROKEN_EVERY + 1
    await seal_head(database, await introduced(migrated, database), now)
    assert (await standing_watch.look()).intact


async def introduced(settings: Settings, database: Database) -> Signer:
    signer = open_signer(settings.data)
    await introduce(database, signer, 1)
    return signer
