"""The history in this process: chDB (ClickHouse as a library) on a folder of its own.

One connection appends, a second one asks: chDB releases the GIL in both, and a long question does not hold up an
insert. Memory is bounded on purpose; the machine belongs to the alarms first.
"""

import fcntl
import os
import re
import shutil
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
from chdb.session import Session

from fangwei.core.clock import MINUTE, SECOND, to_datetime
from fangwei.core.reading import Readings
from fangwei.historian.errors import HistoryStopped, QuestionTooLarge, StoreFailed, StoreInUse
from fangwei.historian.sql import statement
from fangwei.historian.store import LAG_UNIT, SOONEST
from fangwei.historian.summaries import MOST_HOURS, next_stretch, with_rows

FREE_FLOOR = 200 * 1024**2
"""Bytes of disk left to the broker and the transactions, which alarms and duty live on."""
OPEN_FLOOR = 8 * 1024**2
"""Bytes of disk without which the store is not even opened: it writes a little then, and half of that is a wreck."""
QUESTION_S = 20.0
QUESTION_BYTES = 400 * 1024**2
LATEST_OVERLAP = 10 * MINUTE
"""Readings this much older than the kept latest are looked at on a start: late ones may have come since."""
OFF_TIME = date(1970, 1, 1)
"""The partition of readings far off their receipt (sql/readings.sql)."""

_CONFIG = """<clickhouse>
<background_pool_size>2</background_pool_size>
<background_merges_mutations_concurrency_ratio>1</background_merges_mutations_concurrency_ratio>
<background_schedule_pool_size>2</background_schedule_pool_size>
<background_common_pool_size>2</background_common_pool_size>
<background_fetches_pool_size>1</background_fetches_pool_size>
<background_move_pool_size>1</background_move_pool_size>
<max_thread_pool_size>64</max_thread_pool_size>
<max_thread_pool_free_size>0</max_thread_pool_free_size>
<mark_cache_size>16777216</mark_cache_size>
<uncompressed_cache_size>0</uncompressed_cache_size>
<index_mark_cache_size>1048576</index_mark_cache_size>
<mmap_cache_size>16</mmap_cache_size>
<max_server_memory_usage>1600000000</max_server_memory_usage>
<merge_tree>
  <max_bytes_to_merge_at_max_space_in_pool>21474836480</max_bytes_to_merge_at_max_space_in_pool>
  <merge_max_block_size>8192</merge_max_block_size>
  <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
  <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
  <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  <old_parts_lifetime>30</old_parts_lifetime>
</merge_tree>
</clickhouse>
"""
# Two merges at a time: one for the small parts of this second, one for a large part, so that the small never pile up
# behind the large. Old parts go after 30 s instead of 8 minutes: at 500,000 readings/s they would be gigabytes.

_APPEND = (
    "INSERT INTO history.readings SELECT point, time, haste, value, quality FROM Python(table_) "
    "SETTINGS max_threads = 1, max_insert_threads = 1, max_block_size = 2000000, min_insert_block_size_rows = 2000000, "
    "min_insert_block_size_bytes = 0, max_partitions_per_insert_block = 0"
)
_WRITE_LATEST = (
    "INSERT INTO history.latest SELECT point, time, haste, value, quality, written FROM Python(table_) "
    "SETTINGS max_threads = 1, max_insert_threads = 1"
)
_WRITE_SUMMARY = (
    "INSERT INTO history.{table} SELECT point, piece, least, most, total, last, count, quality, rows "
    "FROM Python(table_) SETTINGS max_threads = 1, max_insert_threads = 1, max_partitions_per_insert_block = 0"
)
_ASK = (
    f" SETTINGS max_threads = 1, max_execution_time = {QUESTION_S}, max_memory_usage = {QUESTION_BYTES}, "
    "do_not_merge_across_partitions_select_final = 1, timeout_before_checking_execution_speed = 0, "
    "output_format_arrow_compression_method = 'none'"
)
_TOO_LARGE = {"158", "159", "160", "241", "307", "396"}
"""ClickHouse: TOO_MANY_ROWS, TIMEOUT_EXCEEDED, TOO_SLOW, MEMORY_LIMIT_EXCEEDED, TOO_MANY_BYTES, ..._ROWS_OR_BYTES."""
_NO_ROOM = re.compile(r"No space left|NOT_ENOUGH_SPACE|Code: 243\b|ENOSPC|Disk quota exceeded")


class ChdbStore:
    """`Store` on the folder `folder`.

    Raises:
        StoreInUse: another process has the folder open.
        HistoryStopped: the disk is so full that it cannot be opened now.
    """

    def __init__(self, folder: Path, free_floor: int = FREE_FLOOR) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._free_floor = free_floor
        free = self.free_bytes()
        if free < min(OPEN_FLOOR, free_floor):
            raise HistoryStopped(free_mb=free / 2**20, floor_mb=free_floor / 2**20)
        self._lock = _own(folder)
        config = folder / "chdb.xml"
        config.write_text(_CONFIG)
        try:
            self._writer = _open(f"{folder / 'store'}?config-file={config.absolute()}")
            self._asker = _open(f"{folder / 'store'}?config-file={config.absolute()}")
        except RuntimeError as error:
            os.close(self._lock)
            raise StoreFailed(detail=str(error)[:300]) from error
        # A chDB session takes one statement at a time; two threads that ask wait for each other here.
        self._asking = threading.Lock()
        self._writing = threading.Lock()
        self._run(self._writer, "CREATE DATABASE IF NOT EXISTS history")
        for name in ("readings", "latest", "minutes", "hours"):
            self._run(self._writer, statement(name))
        counted = self._run(self._writer, "EXISTS TABLE history.touched_view").column(0)[0].as_py()
        self._run(self._writer, statement("touched"))
        if not counted:
            # A history from before there were summaries; torn off in between, the view is missing and it begins anew.
            self._run(self._writer, "TRUNCATE TABLE history.touched")
            self._run(self._writer, statement("touched_fill"))
            self._run(self._writer, statement("touched_view"))

    def append(self, readings: Readings) -> None:
        """See `Store.append`."""
        if not len(readings):
            return
        free = self.free_bytes()
        if free < self._free_floor:
            raise HistoryStopped(free_mb=free / 2**20, floor_mb=self._free_floor / 2**20)
        self._insert(_APPEND, _columns(readings))

    def write_latest(self, readings: Readings, written: int) -> None:
        """See `Store.write_latest`."""
        if not len(readings) or self.free_bytes() < self._free_floor:
            return
        stamps = np.full(len(readings), written, np.int64)
        table = _columns(readings).append_column("written", pa.array(stamps.view("datetime64[ns]")))
        self._insert(_WRITE_LATEST, table)

    def read_latest(self) -> Readings:
        """See `Store.read_latest`; later rows of the answer are newer."""
        kept = _readings(self.ask("latest_stored"))
        since = int(kept.source_time.max()) - LATEST_OVERLAP if len(kept) else -(2**62)
        return Readings.concat([kept, _readings(self.ask("latest_since", since=since))])

    def ask(self, name: str, **values: int | str | list[int]) -> pa.Table:
        """See `Store.ask`."""
        with self._asking:
            return self._run(self._asker, statement(name) + _ASK, values)

    def sum_up(self, since: int, before: int) -> int:
        """See `Store.sum_up`."""
        # Between two inserts: what `touched` says then is in the readings too, and the summary holds all of it.
        with self._writing:
            table = self.ask("unsummed", since=since // SECOND, before=before // SECOND, limit=MOST_HOURS)
        stretch = next_stretch(table)
        if stretch is None or self.free_bytes() < self._free_floor:
            return 0
        for name, step in (("minutes", 60), ("hours", 3600)):
            summed = self.ask(
                "sum_up", points=stretch.points, start=stretch.start * SECOND, end=stretch.end * SECOND, step=step
            )
            self._insert(_WRITE_SUMMARY.format(table=name), with_rows(summed, stretch.rows))
        return len(stretch.rows)

    def drop_weeks_before(self, time: int) -> list[str]:
        """See `Store.drop_weeks_before`."""
        limit = to_datetime(time).date()
        dropped = []
        tables = ("readings", "touched", "minutes", "hours")
        for value in self.ask("weeks").column("partition").to_pylist():
            monday = date.fromisoformat(_text(value).strip("'"))
            if monday != OFF_TIME and monday + timedelta(days=7) <= limit:
                with self._writing:
                    for table in tables:
                        self._run(self._writer, f"ALTER TABLE history.{table} DROP PARTITION '{monday.isoformat()}'")
                dropped.append(monday.isoformat())
        return dropped

    def merge(self) -> None:
        """Merge every partition to one part; for measurements, the store does it by itself in time."""
        self._run(self._writer, "OPTIMIZE TABLE history.readings FINAL")

    def free_bytes(self) -> int:
        """See `Store.free_bytes`."""
        return shutil.disk_usage(self._folder).free

    def close(self) -> None:
        """See `Store.close`."""
        with self._asking:
            self._asker.close()
        self._writer.close()
        os.close(self._lock)

    def _insert(self, sql: str, table_: pa.Table) -> None:
        # chDB finds `table_` by its name in the frame of the call, so the call stands here; and one at a time, or two
        # threads' tables of that name are taken for each other.
        try:
            with self._writing:
                self._writer.query(sql)
        except Exception as error:
            raise self._named(error) from error

    def _run(self, session: Any, sql: str, values: dict[str, Any] | None = None) -> pa.Table:
        try:
            # Copied: chDB's own "ArrowTable" looks into memory that the next question may be given.
            answer = session.query(sql, "Arrow", params=values).bytes()
            return pa.ipc.open_file(answer).read_all() if answer else pa.table({})
        except Exception as error:
            raise self._named(error) from error

    def _named(self, error: Exception) -> HistoryStopped | QuestionTooLarge | StoreFailed:
        detail = str(error)
        code = re.search(r"Code: (\d+)", detail)
        if _NO_ROOM.search(detail):
            return HistoryStopped(free_mb=self.free_bytes() / 2**20, floor_mb=self._free_floor / 2**20)
        if code and code[1] in _TOO_LARGE:
            return QuestionTooLarge(seconds=QUESTION_S)
        return StoreFailed(detail=detail[:300])


def _open(address: str) -> Any:
    # chDB carries no types; Any keeps that fact in one place.
    session: Any = Session
    return session(address)


def _own(folder: Path) -> int:
    # chDB's own refusal comes late and reads like a crash; the lock falls with the process, however it ends.
    handle = os.open(folder / "owner", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        pid = os.read(handle, 20).decode(errors="replace").strip()
        os.close(handle)
        raise StoreInUse(folder=folder, owner=f" {pid}" if pid else "") from error
    os.ftruncate(handle, 0)
    os.write(handle, str(os.getpid()).encode())
    return handle


def _columns(readings: Readings) -> pa.Table:
    # Whole steps before the difference: absurd stamps must not overflow it.
    lag = readings.receive_time // LAG_UNIT - readings.source_time // LAG_UNIT
    haste = np.clip(SOONEST - lag, 0, 2 * SOONEST).astype(np.uint64)
    time = np.ascontiguousarray(readings.source_time).view("datetime64[ns]")
    return pa.table(
        {
            "point": pa.array(readings.point),
            "time": pa.array(time),
            "haste": pa.array(haste),
            "value": pa.array(readings.value, from_pandas=False),
            "quality": pa.array(readings.quality),
        }
    )


def _readings(table: pa.Table) -> Readings:
    return Readings.of(
        *(table.column(name).to_numpy() for name in ("point", "source_time", "receive_time", "value", "quality"))
    )


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
