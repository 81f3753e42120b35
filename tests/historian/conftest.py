"""A store in an empty folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate
from fangwei.historian.chdb_store import ChdbStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChdbStore]:
    opened = ChdbStore(tmp_path / "history")
    yield opened
    opened.close()


@pytest.fixture
def tables(settings: Settings) -> None:
    """The record's tables: an export is on the record."""
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate(settings)
