"""Files of measurements: long and wide, with the separators, commas, zones and encodings that are met."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from tests.connect.kit import a_point, a_site, a_source

from fangwei.bus.client import Bus
from fangwei.connect.table import import_table
from fangwei.connect.table_mapping import MappingInvalid, read_mapping
from fangwei.connect.table_reader import BadCell, Cell, TableMapping, TableUnreadable, UnknownName, read_table
from fangwei.core.ids import point_key
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings

POINTS = {"T1": a_point("T1"), "T2": a_point("T2", {0: "关", 1: "开"})}
SHANGHAI = ZoneInfo("Asia/Shanghai")
T = 1_764_000_000_000_000_000  # 2025-11-25 00:00 in Shanghai


def outcomes(path: Path, **mapping: object) -> list[object]:
    return [outcome for _, outcome in read_table(path, POINTS, TableMapping.model_validate(mapping), SHANGHAI)]


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "file.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_the_long_form_with_offsets_and_names_of_the_files_own(tmp_path):
    path = write(tmp_path, "时间,位号,值\n2025-11-25T00:00:00+08:00,一号温度,20.5\n2025-11-25 00:00:01,t2,开\n")
    found = outcomes(path, time="时间", point="位号", value="值", names={"一号温度": "T1"})
    assert found == [Cell(point_key("T1"), T, 20.5), Cell(point_key("T2"), T + 10**9, 1.0)]


def test_the_wide_form_leaves_empty_cells_out_and_names_unknown_columns(tmp_path):
    path = write(tmp_path, "time;T1;T2;X9\n2025-11-25 00:00:00;1;;5\n2025-11-25 00:00:01;;2;5\n\n")
    assert outcomes(path) == [UnknownName("X9"), Cell(point_key("T1"), T, 1.0), Cell(point_key("T2"), T + 10**9, 2.0)]


def test_gb18030_is_found_without_being_told(tmp_path):
    path = write(tmp_path, "时间,数值列\n2025-11-25 00:00:00,3\n", "gb18030")
    assert outcomes(path, time="时间", columns={"数值列": "T1"}) == [Cell(point_key("T1"), T, 3.0)]


def test_a_byte_order_mark_is_no_part_of_the_heading(tmp_path):
    path = write(tmp_path, "\ufefftime,T1\n2025-11-25 00:00:00,3\n")
    assert outcomes(path) == [Cell(point_key("T1"), T, 3.0)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("12,5", 12.5), ("1.234,5", 1234.5), ("-3", -3.0), ("1.234", None), ("1.5", None), ("1,2,3", None)],
)
def test_decimal_commas_are_read_and_what_could_mean_two_numbers_is_refused(tmp_path, text, value):
    path = write(tmp_path, f"time;T1\n2025-11-25 00:00:00;{text}\n")
    (found,) = outcomes(path, decimal=",")
    assert found.value == value if value is not None else isinstance(found, BadCell)


def test_bad_rows_are_listed_with_line_and_reason_and_the_rest_is_read(tmp_path):
    path = write(
        tmp_path,
        "time,point,value\nnever,T1,1\n2025-11-25 00:00:00,T1,much\n,T1,1\n2025-11-25 00:00:00,T1,7\n2025-11-25,T1\n",
    )
    found = outcomes(path, point="point")
    assert [(b.line) for b in found if isinstance(b, BadCell)] == [2, 3, 4, 6]
    assert "much" in found[1].reason.zh
    assert [c.value for c in found if isinstance(c, Cell)] == [7.0]


def test_excel_times_and_numbers_are_taken_as_they_are(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "一月"
    for row in (
        ["time", "T1", "T2"],
        [datetime(2025, 11, 25), 20.5, "开"],
        [datetime(2025, 11, 25, 0, 0, 1), None, "#N/A"],
    ):
        book.active.append(row)
    path = tmp_path / "file.xlsx"
    book.save(path)
    assert outcomes(path, sheet="一月") == [Cell(point_key("T1"), T, 20.5), Cell(point_key("T2"), T, 1.0)]
    with pytest.raises(TableUnreadable, match="一月"):
        outcomes(path, sheet="二月")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.csv", b"x,y\n1,2\n"), ("a.xlsx", b"not a zip"), ("a.csv", b"time,Q\n1,2\n"),
     ("a.csv", b"\x00\x01\x02")],
)  # fmt: skip
def test_a_file_that_cannot_be_imported_is_refused_with_a_sentence(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TableUnreadable) as refused:
        outcomes(path)
    assert name in refused.value.message.zh


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(TableUnreadable):
        outcomes(tmp_path / "none.csv")


async def test_an_import_is_history_confirmed_and_the_same_file_is_stored_once(tmp_path, bus: Bus):
    site = a_site(a_source("mqtt", {"topic": "a"}, {"T1": "", "T2": ""}))
    rows = "".join(f"{1_764_000_000 + n},{n},{'nan' if n == 5 else n}\n" for n in range(12_000))
    path = write(tmp_path, "time,T1,T2\n" + rows + "soon,1,1\n99,1,1\n")
    mapping = TableMapping(time_format="s")
    report = await import_table(path, site, mapping, bus)
    assert (report.readings, report.not_numbers, report.bad_count) == (24_000, 1, 3)
    assert report.bad[0].line == 12_002
    assert (report.first, report.last) == (T, T + 11_999 * 10**9)
    await import_table(path, site, mapping, bus)
    stored: list[Readings] = []

    async def on_stored(sequence: int, batch: Readings) -> None:
        stored.append(batch)

    await bus.stored_readings(on_stored)
    whole = Readings.concat(stored)
    assert len(whole) == 24_000
    assert (whole.quality & int(Quality.LATE)).all()
    assert report.sentence("Asia/Shanghai").zh.startswith("file.csv")


def test_a_mapping_comes_from_a_file_with_options_on_top(tmp_path):
    path = tmp_path / "mapping.yaml"
    path.write_text("time: 时间\npoint: 位号\nnames: {一号温度: T1}\n", encoding="utf-8")
    mapping = read_mapping(path, {"value": "值", "time": "t"})
    assert (mapping.time, mapping.point, mapping.value, mapping.names) == ("t", "位号", "值", {"一号温度": "T1"})
    assert read_mapping(None, {}) == TableMapping()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("- a\n", "`key: value`"),
        ("time: [", "mapping.yaml"),
        ("tme: t\n", "time, point, value"),
        ("timezone: Mars/X\n", "Mars/X"),
        ("decimal: x\n", "decimal"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_a_sentence(tmp_path, content, expected):
    path = tmp_path / "mapping.yaml"
    path.write_text(content)
    with pytest.raises(MappingInvalid, match=expected):
        read_mapping(path, {})


async def test_the_report_names_lines_and_strangers_and_progress_is_told(tmp_path, bus: Bus):
    path = write(tmp_path, "time,T1,X9\n2025-11-25 00:00:00,1,2\nsoon,1,2\n")
    told: list[int] = []
    report = await import_table(path, a_site(a_source("x", {}, {"T1": ""})), TableMapping(), bus, told.append)
    assert told == [1]
    lines = [line.en for line in report.lines("Asia/Shanghai")]
    assert lines[0].startswith("file.csv: 1 readings imported (2025-11-25T00:00:00.000+08:00")
    assert lines[1].startswith("  line 3: the time cannot be read")
    assert lines[2] == "  unknown point 'X9': 1 times"
