"""What the historian needs of a store: append, ask, keep house. chDB in-process, or a ClickHouse server later."""

from typing import Protocol

import pyarrow as pa

from fangwei.core.reading import Readings

LAG_UNIT = 100_000
"""Nanoseconds per step of the kept receive time."""
SOONEST = 1 << 47
"""`haste` of a reading received at its source time (sql/readings.sql)."""


class Store(Protocol):
    """Blocking calls, made in threads. One thread appends; others ask at the same time.

    Raises (all methods): QuestionTooLarge, HistoryStopped, StoreFailed.
    """

    def append(self, readings: Readings) -> None:
        """Keep readings; when it returns they survive a crash. Repeating it changes nothing."""

    def write_latest(self, readings: Readings, written: int) -> None:
        """Keep the latest reading of points for the next start."""

    def read_latest(self) -> Readings:
        """The latest kept reading of every point, those stored after `write_latest` included."""

    def ask(self, name: str, **values: int | str | list[int]) -> pa.Table:
        """Run `sql/<name>.sql` with bound parameters; a text is the name of a table."""

    def sum_up(self, since: int, before: int) -> int:
        """Sum up some hours (`summaries.py`) that began after `since` and ended by `before` (UTC ns), oldest first;
        how many hours of points were summed, 0 when nothing is left to do."""

    def drop_weeks_before(self, time: int) -> list[str]:
        """Drop whole weeks that ended before `time`; returns their Mondays."""

    def free_bytes(self) -> int:
        """Room left where the history lies."""

    def close(self) -> None:
        """Leave everything in order."""
