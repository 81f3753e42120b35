"""A store in an empty folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fangwei.historian.chdb_store import ChdbStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChdbStore]:
    opened = ChdbStore(tmp_path / "history")
    yield opened
    opened.close()
