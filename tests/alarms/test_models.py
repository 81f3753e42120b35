"""The migration makes the tables that the models mean."""

from sqlalchemy import create_engine, inspect

from fangwei.alarms.models import CommandRow, CurrentRow, JournalRow, ProposalRow, StandingRow, VersionRow
from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate


def test_the_migrated_tables_are_those_of_the_models(settings: Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate(settings)
    engine = create_engine(settings.database_url.replace("+aiosqlite", ""))
    found = inspect(engine)
    for model in (JournalRow, CurrentRow, CommandRow, StandingRow, VersionRow, ProposalRow):
        table = model.__table__
        assert {c["name"] for c in found.get_columns(table.name)} == {c.name for c in table.columns}
        assert {i["name"] for i in found.get_indexes(table.name)} == {i.name for i in table.indexes}
    engine.dispose()
