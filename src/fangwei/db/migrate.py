"""Bringing the store's tables to this version; run once by the supervisor before any room starts."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from fangwei.core.settings import Settings


def migrate(settings: Settings) -> None:
    """Upgrade the store of the settings to the newest schema; does nothing when it is there already."""
    command.upgrade(alembic_config(settings.database_url), "heads")


def alembic_config(url: str) -> Config:
    """Alembic's configuration for a store."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
