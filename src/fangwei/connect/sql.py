"""Tables of other systems (MES, LIMS, historians of other makers) by any SQLAlchemy URL, read step by step.

The configured query is wrapped, never changed: `SELECT * FROM (query) WHERE cursor >= :position ORDER BY cursor`. The
position is written only after the readings were sent. Reading is done in a transaction that is always rolled back;
where the database knows read-only transactions, it is one.
"""

import asyncio
import contextlib
import os
import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import Field, field_validator
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from fangwei.connect.base import Connector, Shape
from fangwei.connect.errors import SecretMissing
from fangwei.connect.source_time import TimeFormat, TimeUnreadable, read_time
from fangwei.connect.sql_cursor import Position
from fangwei.core.quality import Quality

ROWS_AT_ONCE = 5_000
NAN = float("nan")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_WRITES = re.compile(
    r"\b(insert|update|delete|merge|drop|alter|create|truncate|grant|revoke|call|exec|execute|into|attach|pragma|copy)\b",
    re.I,
)
_PARAMETER = re.compile(r"(?<![:\w\\]):\w+")
_LIMITED = re.compile(r"\b(limit\s+\S+(\s+offset\s+\S+)?|fetch\s+(first|next)\s[^)]*)$", re.I)
_TEXT = re.compile(r"'(?:[^']|'')*'")


class SqlOptions(Shape):
    """Options of an SQL source. `${NAME}` in the URL is taken from the environment: no password in a file."""

    url: str
    query: str
    cursor: str
    """Column that only grows (an id, a time of insertion), by which reading goes on where it stopped."""
    every_s: Annotated[float, Field(ge=0.2, le=86_400)] = 10.0
    point_column: str = "point"
    value_column: str = "value"
    time_column: str | None = "time"
    time_format: TimeFormat = "iso"
    """Of times that are numbers or texts; a column of a time type needs none."""
    timezone: str | None = None
    """Of times that name no offset."""
    start: str | int | float | None = None
    """Where to begin on the very first run; otherwise with the oldest row."""
    timeout_s: Annotated[float, Field(ge=1, le=600)] = 30.0

    @field_validator("query")
    @classmethod
    def _one_select(cls, query: str) -> str:
        query = query.strip().rstrip(";").strip()
        bare = _TEXT.sub("''", query)
        if not re.match(r"(select|with)\b", bare, re.I) or ";" in bare or _WRITES.search(bare):
            raise ValueError("one SELECT, which reads and does nothing else")
        if found := _PARAMETER.search(bare):
            raise ValueError(f"a SELECT without parameters such as {found[0]}: the cursor's condition is added to it")
        if _LIMITED.search(bare):
            raise ValueError("a SELECT without LIMIT at its end: rows beyond it would never be read")
        return query

    @field_validator("cursor", "point_column", "value_column", "time_column")
    @classmethod
    def _column(cls, name: str | None) -> str | None:
        if name is not None and not re.fullmatch(r"\w{1,128}", name):
            raise ValueError("a column name of letters, digits and _")
        return name

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, timezone: str | None) -> str | None:
        if timezone is not None:
            ZoneInfo(timezone)
        return timezone


class SqlAddress(Shape):
    """The value in the point column that means this point; without one, the point's own id."""

    key: str | None = None


class Sql(Connector):
    """One query, read every `every_s` seconds."""

    Options = SqlOptions
    Address = SqlAddress
    options: SqlOptions

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._keys = {item.address.key or item.point.id: item.key for item in self.items}
        self._path = self.installation.settings.data / "connect" / f"{self.source.id}.position"
        self._zone = ZoneInfo(self.options.timezone) if self.options.timezone else None

    async def run(self) -> None:
        """Read, wait, read again; ends with the database's own words when it cannot."""
        try:
            position = Position.load(self._path)
        except ValueError as error:
            # Going on from the start would double everything: a person must decide.
            raise self.lost(f"the file with the reading position is damaged; repair or remove it: {error}") from error
        if position.value is None and self.options.start is not None:
            position.value = self.options.start
        engine = self._engine()
        try:
            while True:
                try:
                    columns, rows = await self._rows(engine, position.value)
                except SQLAlchemyError as error:
                    raise self.lost(_sentence(error)) from error
                missing = self._missing(columns)
                if missing:
                    raise self.lost(f"the query gives no column {', '.join(missing)}; it gives {', '.join(columns)}")
                taken = self._take(columns, rows, position)
                self.up()
                if taken:
                    await self._sent()
                    await asyncio.to_thread(position.save, self._path)
                if len(rows) < ROWS_AT_ONCE:
                    await asyncio.sleep(self.options.every_s)
        finally:
            if isinstance(engine, AsyncEngine):
                await engine.dispose()
            else:
                await asyncio.to_thread(engine.dispose)

    def _engine(self) -> sa.Engine | AsyncEngine:
        def from_environment(found: re.Match[str]) -> str:
            value = os.environ.get(found[1])
            if value is None:
                raise SecretMissing(source=self.source.id, name=found[1])
            return value

        try:
            url = sa.engine.make_url(_VARIABLE.sub(from_environment, self.options.url))
            if url.get_dialect().is_async:
                return create_async_engine(url, poolclass=sa.pool.NullPool)
            return sa.create_engine(url, poolclass=sa.pool.NullPool)
        except (NoSuchModuleError, ModuleNotFoundError, SQLAlchemyError) as error:
            raise self.lost(f"the driver for {self.options.url.split('://')[0]} cannot be used: {error}") from error

    async def _sent(self) -> None:
        """Wait until the bus has what was taken: a crash before that must read it again."""
        self.door.flush()
        while self.door.waiting:
            await asyncio.sleep(0.02)

    async def _rows(self, engine: sa.Engine | AsyncEngine, position: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
        """One step: the columns and the next rows by the cursor."""
        if isinstance(engine, AsyncEngine):
            async with engine.connect() as connection:
                return await connection.run_sync(self._read, position)

        def in_thread() -> tuple[list[str], list[tuple[Any, ...]]]:
            with engine.connect() as connection:
                return self._read(connection, position)

        return await asyncio.to_thread(in_thread)

    def _read(self, connection: sa.Connection, position: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
        cursor: sa.ColumnClause[Any] = sa.column(self.options.cursor)
        inner = sa.text(self.options.query).columns(cursor).subquery("source")
        statement = sa.select(sa.text("*")).select_from(inner).order_by(cursor).limit(ROWS_AT_ONCE)
        if position is not None:
            statement = statement.where(cursor >= sa.literal(position))
        dialect = connection.dialect.name
        if dialect in ("postgresql", "mysql", "mariadb"):
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
        elif dialect == "sqlite":
            connection.execute(sa.text("PRAGMA query_only = ON"))
        if dialect == "postgresql":
            connection.execute(sa.text(f"SET LOCAL statement_timeout = {int(self.options.timeout_s * 1000)}"))
        result = connection.execute(statement)
        rows = [tuple(row) for row in result]
        columns = list(result.keys())
        connection.rollback()
        return columns, rows

    def _missing(self, columns: list[str]) -> list[str]:
        wanted = (self.options.cursor, self.options.point_column, self.options.value_column, self.options.time_column)
        return [column for column in wanted if column is not None and column not in columns]

    def _take(self, columns: list[str], rows: list[tuple[Any, ...]], position: Position) -> int:
        cursor, point, value = (
            columns.index(c) for c in (self.options.cursor, self.options.point_column, self.options.value_column)
        )
        time = columns.index(self.options.time_column) if self.options.time_column else None
        taken = 0
        for row in rows:
            if row[cursor] is None:
                self.error("sql.cursor_null", f"a row without {self.options.cursor} was left out")
                continue
            if not position.fresh(row[cursor], row):
                continue
            taken += 1
            key = self._keys.get(str(row[point]).strip())
            if key is None:
                self.door.unknown(str(row[point]))
                continue
            self._take_row(key, row[value], None if time is None else row[time])
        if len(rows) == ROWS_AT_ONCE and taken == 0:
            raise self.lost(
                f"{ROWS_AT_ONCE} rows share one value of {self.options.cursor}, which does not order them: "
                "choose another cursor"
            )
        return taken

    def _take_row(self, key: int, value: Any, raw_time: Any) -> None:
        moment: int | None = None
        doubts = 0
        if raw_time is not None:
            try:
                moment = read_time(raw_time, self.options.time_format, self._zone)
            except TimeUnreadable as error:
                self.error("sql.time_unreadable", str(error))
                doubts = int(Quality.CLOCK_UNTRUSTED)
        if value is None:
            value = NAN
        elif not isinstance(value, (int, float, str)):
            with contextlib.suppress(TypeError, ValueError):
                value = float(value)  # Decimal
        self.door.take(key, value, moment, doubts)


def _sentence(error: SQLAlchemyError) -> str:
    # The driver's own words, without the statement and its parameters.
    words = str(error.orig) if isinstance(error, DBAPIError) and error.orig is not None else str(error)
    return " ".join(words.split())[:300]
