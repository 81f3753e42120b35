"""CSV and XLSX files of measurements, read row by row: each row gives readings or the reason why it gives none.

Long form: a row is one reading (time, point, value). Wide form: a row is a time, and each column a point.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile
from zoneinfo import ZoneInfo

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import Field, field_validator

from fangwei.connect.base import Shape
from fangwei.connect.source_time import TimeFormat, TimeUnreadable, read_time
from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.plant.site import SitePoint

csv.field_size_limit(1024 * 1024)

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")
_COMMA = re.compile(r"[+-]?\d+(,\d*)?([eE][+-]?\d+)?")
_NO_VALUE = frozenset({"", "null", "none", "-", "--", "n/a", "na", "#n/a"})
_NOT_A_NUMBER = frozenset({"nan", "inf", "+inf", "-inf", "infinity", "-infinity", "#div/0!", "#num!"})


class TableUnreadable(FangweiError):
    """A file that cannot be imported at all."""

    code = "connect.table_unreadable"
    text = Text("无法导入 {path}：{why}", "{path} cannot be imported: {why}")


class TableMapping(Shape):
    """Which columns hold what. Columns are named by their heading; names compare without case and outer spaces."""

    time: str = "time"
    point: str | None = None
    """Long form: the column that names the point. None: wide form."""
    value: str = "value"
    columns: dict[str, str] = Field(default_factory=dict)
    """Wide form: column -> point id. Empty: every column whose heading is a point id or is in `names`."""
    names: dict[str, str] = Field(default_factory=dict)
    """Names in the file -> point ids, where they differ."""
    time_format: TimeFormat = "iso"
    timezone: str | None = None
    """Of times that name no offset; None: the site's."""
    separator: Literal["auto", ",", ";", "\t", "|"] = "auto"
    decimal: Literal[".", ","] = "."
    encoding: Literal["auto", "utf-8", "gb18030", "utf-16", "latin-1"] = "auto"
    sheet: str | None = None
    """Of an XLSX file; None: the first."""

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, timezone: str | None) -> str | None:
        if timezone is not None:
            ZoneInfo(timezone)
        return timezone


@dataclass(frozen=True, slots=True)
class Cell:
    """One reading of the file: time in UTC ns; NaN stands for a value that is not a number."""

    key: int
    time: int
    value: float


@dataclass(frozen=True, slots=True)
class BadCell:
    """A row or cell that gives no reading. `line` counts from 1 with the heading."""

    line: int
    reason: Text


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name in the file that no point has."""

    name: str


Outcome = Cell | BadCell | UnknownName


def read_table(
    path: Path, points: Mapping[str, SitePoint], mapping: TableMapping, zone: ZoneInfo
) -> Iterator[tuple[int, Outcome]]:
    """(line, outcome) for everything in the file, in its order; a row without any gives nothing.

    Raises:
        TableUnreadable: not a readable file, no heading, or a column of the mapping is missing.
    """
    rows = _xlsx(path, mapping) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path, mapping)
    if mapping.timezone is not None:
        zone = ZoneInfo(mapping.timezone)
    try:
        _, heading = next(rows)
    except StopIteration:
        raise TableUnreadable(path=path, why=Text("文件是空的", "the file is empty")) from None
    layout = _Layout(path, [_name(cell) for cell in heading], points, mapping)
    for unknown in layout.unknown:
        yield 1, UnknownName(unknown)
    for line, row in rows:
        if not any(_name(cell) for cell in row):
            continue
        for outcome in layout.row(line, row, zone):
            yield line, outcome


class _Layout:
    """Where in a row things are."""

    def __init__(self, path: Path, heading: list[str], points: Mapping[str, SitePoint], mapping: TableMapping) -> None:
        self._points = {name.casefold(): point for name, point in points.items()}
        self._points |= {
            name.strip().casefold(): points[point] for name, point in mapping.names.items() if point in points
        }
        self._mapping = mapping
        folded = [name.casefold() for name in heading]

        def column(name: str) -> int:
            try:
                return folded.index(name.strip().casefold())
            except ValueError:
                found = ", ".join(heading[:30])
                why = Text(f"没有列 {name!r}；文件里有：{found}", f"there is no column {name!r}; there are: {found}")
                raise TableUnreadable(path=path, why=why) from None

        self._time = column(mapping.time)
        self.unknown: list[str] = []
        self._wide: list[tuple[int, str, SitePoint]] = []
        self._long: tuple[int, int] | None = None
        if mapping.point is not None:
            self._long = column(mapping.point), column(mapping.value)
            return
        wanted = {column(name): point for name, point in mapping.columns.items()} or {
            index: name for index, name in enumerate(heading) if index != self._time and name
        }
        for index, name in wanted.items():
            point = self._points.get(name.casefold())
            if point is None:
                self.unknown.append(name)
            else:
                self._wide.append((index, heading[index], point))
        if not self._wide:
            why = Text("没有一列是测点", "no column is a point of the site")
            raise TableUnreadable(path=path, why=why)

    def row(self, line: int, row: Sequence[Any], zone: ZoneInfo) -> Iterator[Outcome]:
        """What one row says."""
        raw = row[self._time] if self._time < len(row) else None
        try:
            if raw is None or raw == "":
                raise TimeUnreadable("there is no time")
            if not isinstance(raw, (str, datetime, int, float)) or isinstance(raw, bool):
                raise TimeUnreadable(f"{raw!r} is no time")
            time = read_time(raw, self._mapping.time_format, zone)
        except TimeUnreadable as error:
            yield BadCell(line, Text(f"时间不可读：{error}", f"the time cannot be read: {error}"))
            return
        if self._long is None:
            for index, heading, point in self._wide:
                yield from self._cell(line, row[index] if index < len(row) else None, heading, point, time, wide=True)
            return
        name_at, value_at = self._long
        name = _name(row[name_at]) if name_at < len(row) else ""
        found = self._points.get(name.casefold())
        if not name:
            yield BadCell(line, Text("没有测点名", "there is no point name"))
        elif found is None:
            yield UnknownName(name[:120])
        else:
            yield from self._cell(line, row[value_at] if value_at < len(row) else None, name, found, time, wide=False)

    def _cell(self, line: int, raw: Any, name: str, point: SitePoint, time: int, *, wide: bool) -> Iterator[Outcome]:
        text = _name(raw)
        if raw is None or text.casefold() in _NO_VALUE:
            if not wide:
                yield BadCell(line, Text("没有数值", "there is no value"))
            return  # an empty cell of a wide table is no reading
        value = _number(raw, text, self._mapping.decimal)
        if value is None:
            folded = text.casefold()
            for number, state in point.states.items():
                if folded in (state.zh.casefold(), state.en.casefold()):
                    value = float(number)
        if value is None:
            shown = text[:40]
            yield BadCell(line, Text(f"{name}：{shown!r} 不是数值", f"{name}: {shown!r} is not a number"))
        else:
            yield Cell(point.key, time, value)


def _number(raw: Any, text: str, decimal: str) -> float | None:
    if isinstance(raw, (int, float)):
        return float(raw)
    text = text.replace("\u00a0", "").replace(" ", "")
    if text.casefold() in _NOT_A_NUMBER:
        return float("nan")
    if decimal == ".":
        return float(text) if _PLAIN.fullmatch(text) else None
    # 1.234 could be 1234 or a foreign 1.234: with decimal commas only 1.234,5 says which
    if _GROUPED.fullmatch(text):
        text = text.replace(".", "")
    return float(text.replace(",", ".")) if _COMMA.fullmatch(text) else None


def _name(cell: Any) -> str:
    return "" if cell is None else str(cell).strip().lstrip("\ufeff")


def _csv(path: Path, mapping: TableMapping) -> Iterator[tuple[int, Sequence[Any]]]:
    encoding = _encoding(path) if mapping.encoding == "auto" else mapping.encoding
    try:
        with path.open(encoding=encoding, newline="") as file:
            separator = mapping.separator
            if separator == "auto":
                heading = file.readline()
                separator = max((";", "\t", "|", ","), key=heading.count)
                file.seek(0)
            reader = csv.reader(file, delimiter=separator)
            for row in reader:
                yield reader.line_num, row
    except (OSError, csv.Error, UnicodeError) as error:
        raise TableUnreadable(path=path, why=str(error)) from error


def _encoding(path: Path) -> str:
    """UTF-8 where it is valid UTF-8 to its end, else GB 18030: what Excel writes on a Chinese Windows."""
    try:
        start = path.open("rb").read(2)
        if start in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        with path.open(encoding="utf-8") as file:
            while file.read(1 << 20):
                pass
        return "utf-8-sig"
    except UnicodeDecodeError:
        return "gb18030"
    except OSError as error:
        raise TableUnreadable(path=path, why=str(error)) from error


def _xlsx(path: Path, mapping: TableMapping) -> Iterator[tuple[int, Sequence[Any]]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise TableUnreadable(path=path, why=str(error)) from error
    try:
        if mapping.sheet is not None and mapping.sheet not in book.sheetnames:
            names = ", ".join(book.sheetnames)
            why = Text(
                f"没有工作表 {mapping.sheet}；有：{names}", f"there is no sheet {mapping.sheet}; there are: {names}"
            )
            raise TableUnreadable(path=path, why=why)
        sheet = book[mapping.sheet or book.sheetnames[0]]
        yield from enumerate(sheet.iter_rows(values_only=True), 1)
    finally:
        book.close()
