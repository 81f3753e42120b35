"""An export is on the record when its file is there, and not otherwise."""

import pytest
from tests.audit.reading import recorded
from tests.conftest import migrate_in_thread

from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.historian.errors import ExportUnrecorded
from fangwei.historian.questions import Export
from fangwei.historian.recorded import recorder

COMMAND = Export(id="e-1", by="li-wei", points=["T-1", "T-2"], start=1, end=2)


@pytest.fixture
def migrated(settings: Settings) -> Settings:
    settings.data.mkdir(parents=True)
    migrate_in_thread(settings)
    return settings


async def test_the_entry_says_who_took_what_and_comes_once(migrated: Settings) -> None:
    fresh, path = migrated.data / "x.new", migrated.data / "x.parquet"
    fresh.touch()
    keep = recorder(migrated)
    await keep(COMMAND, 7, lambda: fresh.replace(path))
    await keep(COMMAND, 7, lambda: None)
    database = open_database(migrated)
    (entry,) = await recorded(database)
    await database.close()
    assert path.exists()
    assert (entry["by"], entry["action"], entry["subject"]) == ("li-wei", "historian.export", "export/e-1")
    assert entry["after"] == {"rows": 7} and entry["evidence"]["points"] == ["T-1", "T-2"]


async def test_a_file_that_cannot_be_put_leaves_no_entry(migrated: Settings) -> None:
    def put() -> None:
        raise OSError("no room")

    with pytest.raises(ExportUnrecorded):
        await recorder(migrated)(COMMAND, 7, put)
    database = open_database(migrated)
    assert await recorded(database) == []
    await database.close()


async def test_without_a_record_there_is_no_file(settings: Settings) -> None:
    settings.data.mkdir(parents=True)  # no tables
    fresh, path = settings.data / "x.new", settings.data / "x.parquet"
    fresh.touch()
    with pytest.raises(ExportUnrecorded) as refused:
        await recorder(settings)(COMMAND, 7, lambda: fresh.replace(path))
    assert not path.exists()
    assert "audit_head" in refused.value.message.en
