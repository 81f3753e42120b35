"""`make migration room=alarms m="why"`: write a migration of one room from what its models say and the newest schema
does not. Each room keeps a line of migrations of its own, so that rooms change without waiting for each other."""

import sys
import tempfile
from importlib import import_module
from pathlib import Path

from alembic import command

from fangwei.core.settings import Settings
from fangwei.db.migrate import alembic_config, migrate

ROOMS_WITH_TABLES = ("alarms", "audit", "duty", "flows", "identity", "incidents", "work")


def main(room: str, why: str) -> None:
    """Compare an empty, migrated store with the models of every room and write the difference onto the room's line."""
    for owner in ROOMS_WITH_TABLES:
        import_module(f"fangwei.{owner}.models")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        migrate(settings)
        command.revision(alembic_config(settings.database_url), message=why, autogenerate=True, head=f"{room}@head")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
