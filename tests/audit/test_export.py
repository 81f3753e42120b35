"""An export is checked by itself, by us and by the page's own 30 lines; whatever is changed in it shows."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.audit.chain import LENGTH, START, Hands, make_chain

from fangwei.audit.entry import Entry
from fangwei.audit.errors import ExportUnreadable
from fangwei.audit.export import write_csv, write_lines
from fangwei.audit.export_source import ExportSource
from fangwei.audit.listing import Wanted
from fangwei.audit.record import record
from fangwei.audit.seal import Signer, open_signer
from fangwei.audit.source import open_reading
from fangwei.audit.verify import verify
from fangwei.core.settings import Settings
from fangwei.db.session import open_database

PAGE = Path(__file__).resolve().parents[2] / "docs" / "audit.md"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "data"
    make_chain(folder)
    return folder


@pytest.fixture(scope="module")
def outsider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's code block, as somebody would copy it."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 32
    path = tmp_path_factory.mktemp("outsider") / "check.py"
    path.write_text(code)
    return path


def export(data: Path, wanted: Wanted) -> bytes:
    out = io.BytesIO()
    write_lines(open_reading(Settings(data=data).database_url), wanted, out, START)
    return out.getvalue()


def run(outsider: Path, file: Path, *keys: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(outsider), str(file), *keys], capture_output=True, text=True, timeout=60, check=False
    )


WANTED = {
    "all": Wanted(),
    "a few in the middle": Wanted(start=START + 14, end=START + 20),
    "a subject": Wanted(subject="alarm/EF-GAS-00030.hi_hi"),
    "behind the last seal": Wanted(start=START + 39),
    "nothing": Wanted(person="nobody"),
}


@pytest.mark.parametrize("name", WANTED)
def test_a_true_export_is_found_intact_by_us_and_by_an_outsider(
    data: Path, outsider: Path, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "export.jsonl"
    file.write_bytes(export(data, WANTED[name]))
    public = open_signer(data).public.hex()
    said = run(outsider, file, public)
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("intact: ")
    found = verify(ExportSource(file))
    if name == "behind the last seal":
        assert "None" in said.stdout and [f.kind for f in found.faults] == ["unsealed"]
        return
    assert found.intact, found.faults
    if name == "all":
        assert found.proved_sequence == 37 and f"intact: {LENGTH} entries" in said.stdout


def test_an_export_tells_nothing_of_what_was_not_asked_for(data: Path) -> None:
    text = export(data, WANTED["a few in the middle"]).decode()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["sequence"] for line in lines if line["kind"] == "entry"] == [14, 15, 16, 17, 18, 19]
    assert "EF-GAS-00013" not in text and "EF-GAS-00020" not in text
    assert lines[0]["after"]["sequence"] == 13
    assert [line["sequence"] for line in lines if line["kind"] == "seal"] == [25]
    assert lines[-1] == {"kind": "end", "sequence": 25, "shown": 6}


def test_a_key_kept_elsewhere_refuses_an_export_sealed_by_another(data: Path, outsider: Path, tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    file.write_bytes(export(data, Wanted()))
    other: Signer = open_signer(tmp_path)
    said = run(outsider, file, other.public.hex())
    assert said.returncode != 0 and "KeyError" in said.stderr
    assert {f.kind for f in verify(ExportSource(file), {other.id: other.public}).faults} == {"seal_foreign"}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("content", lambda t: t.replace("42.5", "12.5", 1)),
        ("hash", lambda t: re.sub(r'("kind":"entry".*?"hash":")[0-9a-f]{64}', r"\g<1>" + "0" * 64, t, count=1)),
        ("words", lambda t: t.replace("备注 15", "备注 16", 1)),
        ("line taken out", lambda t: "".join(t.splitlines(True)[:9] + t.splitlines(True)[10:])),
        ("lines swapped", lambda t: "".join([*(s := t.splitlines(True))[:9], s[10], s[9], *s[11:]])),
        ("line twice", lambda t: "".join([*(s := t.splitlines(True))[:10], s[9], *s[10:]])),
        ("end cut off", lambda t: "".join(t.splitlines(True)[:-1])),
        ("tail cut off", lambda t: "".join((s := t.splitlines(True))[:-6] + s[-1:])),
        ("signature", lambda t: re.sub(r'"signature":"..', '"signature":"00', t)),
        ("seal time", lambda t: re.sub(r'"time":1790000000000012001', '"time":1790000000000012002', t)),
        ("beginning", lambda t: t.replace('"hash":"' + "0" * 64, '"hash":"' + "1" * 64, 1)),
    ],
)
def test_an_export_that_was_tampered_with_is_refused_by_both(
    data: Path, outsider: Path, tmp_path: Path, name: str, change
) -> None:
    true = export(data, Wanted()).decode()
    false = change(true)
    assert false != true, name
    file = tmp_path / "export.jsonl"
    file.write_text(false)
    assert run(outsider, file).returncode != 0
    assert not verify(ExportSource(file)).intact


@hypothesis_settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choice=st.data())
def test_any_letter_changed_in_entries_and_seals_is_found(data: Path, tmp_path: Path, choice: st.DataObject) -> None:
    lines = export(data, Wanted()).decode().splitlines()
    place = choice.draw(st.integers(1, len(lines) - 1))
    line = lines[place]
    at = choice.draw(st.integers(0, len(line) - 1))
    letter = choice.draw(
        st.characters(codec="utf-8", exclude_characters=line[at] + "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
    )
    lines[place] = line[:at] + letter + line[at + 1 :]
    file = tmp_path / "export.jsonl"
    file.write_text("\n".join(lines) + "\n")
    try:
        same = json.loads(lines[place].lower()) == json.loads(line.lower())  # upper-case hex reads the same
    except ValueError:
        same = False
    try:
        found = verify(ExportSource(file))
    except ExportUnreadable:
        return
    # Words whose name was changed are words left out, which is told.
    assert not found.intact or same or found.erased


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff\xfe", b"[]\n", b'{"kind":"end","sequence":1,"shown":0}\n', b"1" * 100]
)
def test_a_file_that_is_no_export_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "export.jsonl"
    file.write_bytes(content)
    with pytest.raises(ExportUnreadable) as refused:
        verify(ExportSource(file))
    assert str(file) in refused.value.message.zh


async def test_the_table_is_for_reading_and_no_cell_of_it_is_a_formula(migrated: Settings) -> None:
    database = open_database(migrated)
    async with database.session() as session, session.begin():
        hostile = Entry(
            time=START,
            by="li-wei",
            action="incidents.note",
            subject="incident/I-1",
            zone="EF",
            place=(1.0, 2.0, 3.0),
            after={"名": "值"},
            words='=cmd|"/c calc"!A1\n第二行',
        )
        await record(session, [hostile])
    await database.close()
    out = io.BytesIO()
    write_csv(open_reading(migrated.database_url), Wanted(), out, "Asia/Shanghai")
    text = out.getvalue().decode("utf-8-sig")
    (row,) = list(csv.DictReader(io.StringIO(text, newline="")))
    assert row["words"] == '\'=cmd|"/c calc"!A1\n第二行'
    assert row["time"] == "2026-09-21T22:13:20.000+08:00"
    assert (row["east"], row["after"], row["by"]) == ("1.0", '{"名":"值"}', "li-wei")


def test_a_tampered_store_is_exported_as_it_stands_and_its_export_is_refused(data: Path, tmp_path: Path) -> None:
    import shutil

    copied = tmp_path / "data"
    shutil.copytree(data, copied)
    hands = Hands(copied)
    hands.db.execute("update audit_entries set body = replace(body, '42.5', '12.5') where sequence = 15")
    hands.done()
    file = tmp_path / "export.jsonl"
    file.write_bytes(export(copied, Wanted()))
    assert [(f.kind, f.first) for f in verify(ExportSource(file)).faults] == [("changed", 15)]
