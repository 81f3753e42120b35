"""Opening the transaction store: SQLite on one machine, PostgreSQL when grown; a room does not know which."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from fangwei.core.settings import Settings


class Database:
    """An engine and its sessions. `async with database.session() as session, session.begin(): ...`"""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.session: async_sessionmaker[AsyncSession] = async_sessionmaker(engine, expire_on_commit=False)

    async def close(self) -> None:
        """Release the connections."""
        await self.engine.dispose()


def open_database(settings: Settings) -> Database:
    """Open the store of the settings; the tables are there already (`db.migrate`)."""
    url = settings.database_url
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        # SQLite begins a transaction at the first write by default, which lets two processes read the same row and
        # then both write it; IMMEDIATE takes the write lock at once and the second waits (busy_timeout).
        event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return Database(engine)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
