"""`make migration m="why"`: write a migration from what the models say and the newest schema does not."""

import sys
import tempfile
from importlib import import_module
from pathlib import Path

from alembic import command

from fangwei.core.settings import Settings
from fangwei.db.migrate import alembic_config, migrate

ROOMS_WITH_TABLES = ("alarms", "duty", "incidents")


def main(why: str) -> None:
    """Compare an empty, migrated store with the models of every room and write the difference down."""
    for room in ROOMS_WITH_TABLES:
        import_module(f"fangwei.{room}.models")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        migrate(settings)
        command.revision(alembic_config(settings.database_url), message=why, autogenerate=True)


if __name__ == "__main__":
    main(sys.argv[1])
