"""Recordings: a table of measured values over time (CSV or Parquet), read whole, columns named by points."""

import csv
import datetime
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class RecordingUnusable(Exception):
    """The file cannot be replayed; the message says why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Times and columns of one file.

    Invariants: `seconds` does not decrease and begins at 0; each column is as long as `seconds`; NaN where the file
    holds nothing readable.
    """

    start: datetime.datetime
    seconds: Floats
    columns: dict[str, Floats]


def read_recording(
    path: Path, time_column: str | None = None, time_format: str | None = None, separator: str | None = None
) -> Recording:
    """Read a recording.

    The time column is by default the first one; `time_format` is a strptime pattern, or `s`, `ms`, `us`, `ns` for
    numbers since 1970, or nothing for ISO 8601. Rows are put in order of time; rows without a readable time are left
    out.

    Raises:
        RecordingUnusable: no such file, not readable, no such column, no row with a time.
    """
    if not path.is_file():
        raise RecordingUnusable(f"没有文件 {path} / there is no file {path}")
    if separator is not None and len(separator) != 1:
        raise RecordingUnusable(f"--separator {separator!r}: 应为一个字符 / must be one character")
    try:
        table = _parquet(path) if path.suffix.lower() in (".parquet", ".pq") else _csv(path, separator)
    except (OSError, csv.Error) as why:
        raise RecordingUnusable(f"{path.name}: 无法读取 / cannot be read: {why}") from None
    names = list(table)
    key = time_column or names[0]
    if key not in table:
        raise RecordingUnusable(f"{path.name}: 没有时间列 {key!r} / no time column {key!r}: {', '.join(names)}")
    times = np.array([_time(cell, time_format) for cell in table.pop(key)])
    good = np.isfinite(times)
    if not good.any():
        raise RecordingUnusable(f"{path.name}: 列 {key!r} 读不出时间 / column {key!r} holds no readable time")
    order = np.argsort(times[good], kind="stable")
    seconds = times[good][order]
    columns = {name: np.array([_number(c) for c in cells])[good][order] for name, cells in table.items()}
    start = datetime.datetime.fromtimestamp(float(seconds[0]), datetime.UTC)
    return Recording(start, seconds - seconds[0], columns)


def _csv(path: Path, separator: str | None) -> dict[str, list[object]]:
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    head = text.partition("\n")[0]
    mark = separator or max(";,\t|", key=head.count)
    rows = list(csv.reader(text.splitlines(), delimiter=mark))
    if len(rows) < 2:
        raise RecordingUnusable(f"{path.name}: 没有数据行 / holds no rows")
    names = [n.strip() for n in rows[0]]
    return {n: [r[k] if k < len(r) else None for r in rows[1:] if r] for k, n in enumerate(names)}


def _parquet(path: Path) -> dict[str, list[object]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as why:
        raise RecordingUnusable(f"{path.name}: 不是可读的 Parquet 文件 / no readable Parquet file: {why}") from None
    return {name: table.column(name).to_pylist() for name in table.column_names}


def _number(cell: object) -> float:
    try:
        return float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan


def _time(cell: object, form: str | None) -> float:
    """Seconds since 1970; a time without a zone counts as UTC, so that a replay is the same on every machine."""
    try:
        if isinstance(cell, datetime.datetime):
            moment = cell
        elif form in ("s", "ms", "us", "ns"):
            return float(cell) / {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[form]  # type: ignore[arg-type]
        elif form:
            moment = datetime.datetime.strptime(str(cell), form)
        else:
            moment = datetime.datetime.fromisoformat(str(cell).strip())
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()
