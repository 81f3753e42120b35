"""A store with the tables of every room that is loaded."""

from collections.abc import AsyncIterator

import pytest

from fangwei.core.settings import Settings
from fangwei.db.base import Base
from fangwei.db.session import Database, open_database


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    settings.data.mkdir(parents=True, exist_ok=True)
    opened = open_database(settings)
    async with opened.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield opened
    await opened.close()
