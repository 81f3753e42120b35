"""The MES: a SQLite database that gets a row per figure. Table and columns come from the source's query."""

import asyncio
import contextlib
import datetime
import re
import sqlite3
from pathlib import Path

from fangwei.sim.devices.base import Device
from fangwei.sim.instruments import Sample
from fangwei.sim.site import Source

NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
TABLE = re.compile(r"\bfrom\s+([A-Za-z_][A-Za-z0-9_]*)", re.IGNORECASE)
KEEP_ROWS = 50_000
"""A MES archives; here the oldest rows go."""


class SqlDevice(Device):
    """One database file.

    Raises:
        ValueError: the source's url is no SQLite file, or its query and columns do not name a table plainly.
    """

    def __init__(self, source: Source) -> None:
        super().__init__([source])
        url = str(source.options["url"])
        path = re.sub(r"^sqlite(\+\w+)?:///", "", url)
        if path == url or not path:
            raise ValueError(f"{source.id}: the plant plays SQLite databases only, not {url}")
        self.path = Path(path)
        table = TABLE.search(str(source.options["query"]))
        keys = [str(source.options.get(k) or d) for k, d in _COLUMNS]
        if table is None or not all(NAME.match(k) for k in keys):
            raise ValueError(f"{source.id}: the query names no plain table and columns")
        self.table = table[1]
        self.cursor, self.point, self.value, self.time = keys
        self._names = {i.point: str(_name(i.address) or i.point) for i in source.items}

    async def serve(self) -> None:
        """Write rows until cancelled."""
        await asyncio.to_thread(self._create)
        while True:
            heard = await self.inbox.take()
            if heard:
                await asyncio.to_thread(self._insert, heard)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=5.0)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        return connection

    def _create(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(self._open()) as db, db:
            own = "" if self.cursor == self.time else f"{self.cursor} integer primary key autoincrement, "
            # Names were checked against NAME; SQL has no placeholders for them.
            db.execute(
                f"create table if not exists {self.table} ({own}{self.point} text, {self.value} real, {self.time} text)"
            )

    def _insert(self, samples: list[Sample]) -> None:
        rows = [
            (
                self._names[s.point],
                None if s.value is None or s.value != s.value else item.raw(s.value),
                iso(s.time_ns),
            )
            for s in samples
            for item in self.items[s.point]
        ]
        with contextlib.closing(self._open()) as db, db:
            db.executemany(
                f"insert into {self.table} ({self.point}, {self.value}, {self.time}) values (?, ?, ?)",  # noqa: S608
                rows,
            )
            if self.cursor != self.time:
                db.execute(
                    f"delete from {self.table} where {self.cursor} <= "  # noqa: S608
                    f"(select max({self.cursor}) from {self.table}) - {KEEP_ROWS}"
                )


_COLUMNS = (("cursor", "id"), ("point_column", "tag"), ("value_column", "value"), ("time_column", "time"))


def iso(time_ns: int) -> str:
    """UTC, microseconds, with its offset."""
    return datetime.datetime.fromtimestamp(time_ns / 1e9, datetime.UTC).isoformat(timespec="microseconds")


def _name(address: object) -> object:
    return next(iter(address.values()), None) if isinstance(address, dict) else address
