"""Databases read step by step: nothing lost, nothing doubled, nothing written."""

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.conftest import until
from tests.connect.kit import Running, a_source
from tests.peers.postgres import postgres

from fangwei.connect.base import check_source
from fangwei.connect.sql_cursor import Position
from fangwei.core.events import SourceState
from fangwei.core.quality import Quality

T = 1_764_000_000


class Mes:
    """A table of measurements in SQLite, as an MES has."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "mes.db"
        self.url = f"sqlite:///{self.path}"
        self.run("create table results (id integer, tag text, val, at integer)")

    def run(self, statement: str, *rows: tuple[object, ...]) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as connection, connection:
            connection.executemany(statement, rows) if rows else connection.execute(statement)

    def add(self, *rows: tuple[object, ...]) -> None:
        self.run("insert into results values (?, ?, ?, ?)", *rows)

    def source(self, **options: object):
        return a_source(
            "sql",
            {
                "url": self.url, "query": "select * from results", "cursor": "id", "every_s": 0.2,
                "point_column": "tag", "value_column": "val", "time_column": "at", "time_format": "s",
            } | options,
            {"T1": "", "T2": {"key": "tag-2"}},
        )  # fmt: skip


def saved(folder: Path) -> object:
    return Position.load(folder / "data" / "connect" / "s.position").value


@pytest.mark.parametrize("driver", ["sqlite", "sqlite+aiosqlite"])
async def test_rows_are_read_once_and_new_ones_follow(tmp_path, driver):
    mes = Mes(tmp_path)
    mes.add((1, "T1", 1.5, T), (2, "tag-2", 2, T + 1), (3, "other", 9, T))
    async with Running(mes.source(url=mes.url.replace("sqlite", driver)), tmp_path) as r:
        await until(lambda: r.outlet.values("T2"))
        mes.add((4, "T1", 3.5, T + 2))
        await until(lambda: len(r.outlet.values("T1")) == 2)
        assert r.outlet.values("T1") == [1.5, 3.5]
        assert r.outlet.of("T1")[0][0] == T * 10**9
        assert r.door.unknown_names == {"other": 1}


async def test_a_restart_neither_loses_nor_doubles_even_among_rows_of_one_cursor_value(tmp_path):
    mes = Mes(tmp_path)
    mes.add((1, "T1", 1, T), (2, "T1", 2, T), (2, "T1", 3, T + 1))
    async with Running(mes.source(), tmp_path) as first:
        await until(lambda: first.outlet.values("T1") == [1, 2, 3])
        await until(lambda: saved(tmp_path) == 2)
    mes.add((2, "T1", 4, T + 2), (3, "T1", 5, T + 3))
    async with Running(mes.source(), tmp_path) as second:
        await until(lambda: len(second.outlet.values("T1")) == 2)
        assert second.outlet.values("T1") == [4, 5]


async def test_the_position_waits_for_the_bus(tmp_path):
    mes = Mes(tmp_path)
    mes.add((1, "T1", 1, T))
    async with Running(mes.source(), tmp_path) as r:
        r.outlet.connected = False
        await until(lambda: r.door.readings == 1)
        assert saved(tmp_path) is None
        r.outlet.connected = True
        await until(lambda: saved(tmp_path) == 1)


async def test_values_that_are_none_text_or_wrong_are_named(tmp_path):
    mes = Mes(tmp_path)
    mes.add(
        (1, "T1", None, T),
        (2, "T1", "much", T),
        (3, "T1", 5, None),
        (4, "T1", 6, "soon"),
        (None, "T1", 8, T),
        (5, "T1", 7, T),
    )
    async with Running(mes.source(), tmp_path) as r:
        await until(lambda: r.outlet.values("T1")[-1:] == [7.0])
        rows = r.outlet.of("T1")
        assert rows[0][3] == Quality.NOT_A_NUMBER
        assert [q for _, _, v, q in rows if v == 5.0] == [Quality.SUBSTITUTED]
        assert [q for _, _, v, q in rows if v == 6.0] == [Quality.SUBSTITUTED | Quality.CLOCK_UNTRUSTED]
        assert {"connect.value_wrong_type", "connect.sql.time_unreadable", "connect.sql.cursor_null"} <= set(r.errors())


async def test_a_changed_schema_is_a_sentence_and_reading_goes_on_when_it_is_back(tmp_path):
    mes = Mes(tmp_path)
    mes.add((1, "T1", 1, T))
    async with Running(mes.source(), tmp_path) as r:
        await until(lambda: r.outlet.values("T1"))
        mes.run("alter table results rename column val to value2")
        await until(lambda: r.runner.health().state is SourceState.DOWN)
        assert "val" in r.runner.health().detail
        mes.run("alter table results rename column value2 to val")
        mes.add((2, "T1", 2, T))
        await until(lambda: r.outlet.values("T1") == [1, 2])


async def test_a_damaged_position_stops_the_source_rather_than_double_everything(tmp_path):
    mes = Mes(tmp_path)
    mes.add((1, "T1", 1, T))
    path = tmp_path / "data" / "connect" / "s.position"
    path.parent.mkdir(parents=True)
    path.write_text("{half")
    async with Running(mes.source(), tmp_path) as r:
        await until(lambda: "damaged" in r.runner.health().detail)
        assert r.outlet.values("T1") == []


async def test_a_missing_password_or_driver_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.delenv("NO_SUCH_PASSWORD", raising=False)
    mes = Mes(tmp_path)
    for url, word in (("postgresql://u:${NO_SUCH_PASSWORD}@127.0.0.1/x", "NO_SUCH_PASSWORD"), ("nosuch://x", "nosuch")):
        async with Running(mes.source(url=url), tmp_path) as r:
            await until(lambda r=r: r.runner.health().state is SourceState.DOWN)
            assert word in r.runner.health().detail


@pytest.mark.parametrize(
    "query",
    [
        "delete from results",
        "select 1; drop table results",
        "select * from r where id > :cursor",
        "select * from r limit 9",
        "with x as (delete from r returning *) select * from x",
    ],
)
def test_a_query_that_writes_is_refused(tmp_path, query):
    options = {"url": "sqlite://", "query": query, "cursor": "id"}
    (fault,) = check_source(a_source("sql", options, {}))
    assert "SELECT" in fault.message.en


async def test_nothing_can_be_written_even_by_a_function_of_the_query(tmp_path):
    mes = Mes(tmp_path)
    mes.add((1, "T1", 1, T))
    before = mes.path.read_bytes()
    async with Running(mes.source(), tmp_path) as r:
        await until(lambda: r.outlet.values("T1"))
    assert mes.path.read_bytes() == before


@pytest.mark.parametrize(
    "value",
    [
        5,
        1.25,
        "x'y",
        Decimal("1.50"),
        datetime(2025, 1, 2, 3, 4, 5, 6),
        datetime(2025, 1, 2, tzinfo=UTC),
        datetime(2025, 1, 2).date(),
    ],
)
def test_a_position_of_any_kind_is_the_same_after_a_restart(tmp_path, value):
    position = Position()
    assert position.fresh(value, (value, 1))
    position.save(tmp_path / "p")
    again = Position.load(tmp_path / "p")
    assert again.value == value
    assert type(again.value) is type(value)
    assert not again.fresh(value, (value, 1))
    assert again.fresh(value, (value, 2))


@pytest.mark.peer
async def test_postgresql_with_times_of_its_own_type(tmp_path):
    async with postgres() as url:
        import sqlalchemy as sa

        engine = sa.create_engine(url)

        def execute(text: str) -> bool:
            try:
                with engine.begin() as connection:
                    connection.execute(sa.text(text))
            except sa.exc.OperationalError:
                return False
            return True

        create = "create table results (at timestamptz, tag text, val numeric)"
        await until(lambda: execute(create))
        moment = datetime(2025, 11, 25, 0, 0, 0, 123456, tzinfo=UTC)
        for n in range(3):
            execute(f"insert into results values ('{moment + timedelta(seconds=n)}', 'T1', {n}.5)")
        options = {"url": url, "cursor": "at", "time_format": "iso"}
        async with Running(Mes(tmp_path).source(**options), tmp_path) as r:
            await until(lambda: r.outlet.values("T1") == [0.5, 1.5, 2.5])
            await until(lambda: saved(tmp_path) == moment + timedelta(seconds=2))
        execute(f"insert into results values ('{moment + timedelta(seconds=2)}', 'T1', 9)")
        async with Running(Mes.source.__get__(type("M", (), {"url": url})())(**options), tmp_path) as r:
            await until(lambda: r.outlet.values("T1") == [9.0])
        engine.dispose()
