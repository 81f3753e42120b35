"""An import is on the record before its first reading and after its last, also when it fails."""

from pathlib import Path

import pytest
from tests.audit.reading import recorded
from tests.conftest import migrate_in_thread
from tests.connect.kit import a_site, a_source

from fangwei.bus.client import Bus
from fangwei.connect.recorded import ImportUnrecorded, import_recorded
from fangwei.connect.table_reader import TableMapping, TableUnreadable
from fangwei.core.settings import Settings
from fangwei.db.session import open_database

TEXT = "time,T1\n2025-11-25 00:00:00,3\n2025-11-25 00:00:01,x\n"


async def told(settings: Settings) -> list[dict]:
    database = open_database(settings)
    try:
        return await recorded(database)
    finally:
        await database.close()


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "night.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


async def run(path: Path, bus: Bus, settings: Settings):
    site = a_site(a_source("mqtt", {"topic": "a"}, {"T1": ""}))
    return await import_recorded(path, site, TableMapping(), bus, settings)


async def test_begun_and_ended_with_what_became_of_it(tmp_path, bus: Bus, settings: Settings) -> None:
    migrate_in_thread(settings)
    await run(write(tmp_path, TEXT), bus, settings)
    begun, ended = await told(settings)
    assert (begun["action"], begun["by"], begun["after"]["name"]) == ("connect.import", "console", "night.csv")
    assert begun["subject"] == ended["subject"] and len(begun["after"]["blake2b"]) == 24
    assert (ended["action"], ended["after"]["readings"], ended["after"]["unusable"]) == ("connect.imported", 1, 1)


async def test_one_that_fails_says_so(tmp_path, bus: Bus, settings: Settings) -> None:
    migrate_in_thread(settings)
    with pytest.raises(TableUnreadable):
        await run(write(tmp_path, b"\x00\x01\x02"), bus, settings)
    begun, ended = await told(settings)
    assert begun["action"] == "connect.import" and ended["evidence"]["error"]


async def test_without_a_record_nothing_is_imported(tmp_path, bus: Bus, settings: Settings) -> None:
    with pytest.raises(ImportUnrecorded):
        await run(write(tmp_path, TEXT), bus, settings)
    assert (await bus._js.stream_info("READINGS")).state.messages == 0
