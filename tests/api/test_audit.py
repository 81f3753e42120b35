"""The record through the door: a real audit room and store behind it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.api.canned_plant import CannedPlant
from tests.api.canned_site import canned_site
from tests.audit.conftest import entry
from tests.conftest import until

from fangwei.audit.export_source import ExportSource
from fangwei.audit.record import record
from fangwei.audit.service import Room
from fangwei.audit.verify import verify
from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate
from fangwei.db.session import open_database

BASE = 1_790_000_000_000_000_000


@pytest.fixture
async def plant(bus: Bus) -> CannedPlant:
    """The canned rooms but this one."""
    canned = CannedPlant(canned_site(), bus)
    canned.audit = None
    await canned.answer()
    await bus.flush()
    return canned


@pytest.fixture
async def audited(settings: Settings, bus: Bus) -> AsyncIterator[Room]:
    """An audit room with 30 entries."""
    settings.data.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(migrate, settings)
    database = open_database(settings)
    async with database.session() as session, session.begin():
        await record(session, [entry(n, words="看到 <b>" if n == 7 else None) for n in range(1, 31)])
    room = Room(settings, "Asia/Shanghai", bus, database, Health("app"))
    stop = asyncio.Event()
    task = asyncio.create_task(room.serve(stop))
    await until(lambda: room.watch.result is not None)
    yield room
    stop.set()
    await task
    await database.close()


async def test_entries_are_paged_newest_first_and_filtered(audited, door):
    auditor = await door.client_of("auditor")
    page = (await auditor.get("/api/audit?limit=2&offset=1")).json()
    assert page["total"] > 31 and page["offset"] == 1 and len(page["items"]) == 2
    assert page["items"][0]["sequence"] == page["items"][1]["sequence"] + 1
    found = (await auditor.get(f"/api/audit?start={BASE + 5}&end={BASE + 9}&action=alarms&sort=time&zone=EF")).json()
    assert [item["time"] - BASE for item in found["items"]] == [5, 6, 7, 8]
    assert found["items"][2]["words"] == "看到 <b>"
    one = (await auditor.get("/api/audit", params={"subject": "alarm/EF-GAS-00007.hi_hi", "q": "看到 42.5"})).json()
    assert one["total"] == 1


async def test_how_the_chain_stands_is_told_with_the_time_of_check_and_seal(audited, door):
    auditor = await door.client_of("auditor")
    told = (await auditor.get("/api/audit/verify")).json()
    assert told["state"] == "intact" and told["faults"] == []
    assert told["entries"] >= told["sealed_sequence"] == told["proved_sequence"] >= 31
    assert told["checked"] > BASE and told["sealed_time"] > BASE


async def test_an_export_is_a_file_that_proves_itself_and_names_who_took_it(audited, door, tmp_path: Path):
    auditor = await door.client_of("auditor")
    answer = await auditor.get("/api/audit/export", params={"zone": "EF"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith('attachment; filename="records-')
    file = tmp_path / "export.jsonl"
    file.write_bytes(answer.content)
    found = verify(ExportSource(file))
    assert found.intact and json.loads(answer.text.splitlines()[-1])["shown"] == 30
    table = await auditor.get("/api/audit/export", params={"format": "csv", "zone": "EF"})
    assert table.headers["content-type"].startswith("text/csv") and len(table.text.splitlines()) == 31
    last = (await auditor.get("/api/audit?action=audit.export&limit=1")).json()["items"][0]
    assert last["after"]["format"] == "csv"
    assert last["by"] == (await auditor.get("/api/me")).json()["id"]


async def test_the_record_is_not_for_everybody(audited, door):
    for role, allowed in (("crew", False), ("contractor", False), ("safety_engineer", True)):
        client = await door.client_of(role)
        for path in ("", "/verify", "/export"):
            answer = await client.get(f"/api/audit{path}")
            assert (answer.status_code == 200) is allowed, (role, path, answer.text)
    assert (await (await door.anonymous()).get("/api/audit")).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "start=soon",
        "start=5",
        "action=%27",
        "subject=x/../..%00",
        "person=%20",
        "sort=by",
        "limit=0",
        "limit=501",
        "zone=a/b",
    ],
)
async def test_wrong_questions_are_refused_with_a_sentence(audited, door, query):
    answer = await (await door.client_of("auditor")).get(f"/api/audit?{query}")
    assert answer.status_code == 422, query
    assert answer.json()["text"]["zh"]


async def test_without_the_room_the_door_says_who_does_not_answer(door):
    answer = await (await door.client_of("auditor")).get("/api/audit")
    assert answer.status_code == 503 and answer.json()["code"] == "bus.nobody_answers"
