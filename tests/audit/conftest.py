"""A migrated store of its own for each test, and entries to write into it."""

from collections.abc import AsyncIterator

import pytest

from fangwei.audit.record import Entry
from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate
from fangwei.db.session import Database, open_database


@pytest.fixture
def migrated(settings: Settings) -> Settings:
    """Settings whose store has its tables."""
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate(settings)
    return settings


@pytest.fixture
async def database(migrated: Settings) -> AsyncIterator[Database]:
    """The migrated store, open."""
    opened = open_database(migrated)
    yield opened
    await opened.close()


def entry(number: int, **changes: object) -> Entry:
    """An alarm that was raised, as the alarms room writes it."""
    values: dict[str, object] = {
        "id": f"alarms/EF-GAS-{number:05d}.hi_hi@{number}/raised",
        "time": 1_790_000_000_000_000_000 + number,
        "by": "system",
        "action": "alarms.raised",
        "subject": f"alarm/EF-GAS-{number:05d}.hi_hi",
        "zone": "EF",
        "place": (12.5, 8.25, 1.5),
        "before": {"state": "normal"},
        "after": {"state": "unack_active", "active": True},
        "evidence": {
            "readings": [{"point": f"EF-GAS-{number:05d}", "source_time": number, "value": 42.5, "quality": 0}],
            "limit": 40.0,
            "unit": "%LEL",
            "rule": f"EF-GAS-{number:05d}.hi_hi",
        },
    }
    return Entry(**(values | changes))  # type: ignore[arg-type]
