"""Packs from their files. A pack with a fault is not loaded, and the sentence names file and line."""

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.feel.interpreter import Feel
from fangwei.plant.problems import Findings, Problem
from fangwei.plant.yaml_file import YamlFile, read_yaml
from fangwei.rulepacks import texts
from fangwei.rulepacks.pack import Pack
from fangwei.rulepacks.pack_check import check_pack
from fangwei.rulepacks.vectors import failures

SHIPPED: Final = Path(__file__).with_name("packs")
MAX_BYTES: Final = 2 * 1024**2
"""The largest shipped pack has 60 kB."""
MAX_VALUES: Final = 200_000
MAX_ROWS: Final = 5_000
"""The largest standard in the house has two hundred."""
_PATH = re.compile(r"`\$(.*?)`")
_STEP = re.compile(r"\[(\d+)\]|\.([^.\[]+)|\[\.\.\.\]")


class PackInvalid(FangweiError):
    """Rule packs that cannot be used; `problems` holds everything found."""

    code = "rulepacks.pack_invalid"
    text = Text("规则包有 {count} 处问题，第一处：{first}", "The rule packs have {count} problems, the first: {first}")
    http_status = 422

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(count=len(problems), first=Text(problems[0].format("zh"), problems[0].format("en")))


class Read:
    """One file: its pack, and where each place of it stands."""

    def __init__(self, name: str, pack: Pack, file: YamlFile) -> None:
        self.name = name
        self.pack = pack
        self.file = file


def load(feel: Feel, folders: Iterable[Path] = (SHIPPED,), *, vectors: bool = True) -> list[Pack]:
    """Every pack of the folders, checked; the oldest edition first.

    `vectors`: also run each pack's own cases (the platform does; who only lists need not).

    Raises:
        PackInvalid: with every problem found.
    """
    findings = Findings()
    read = [found for path in _files(folders) if (found := read_pack(path, feel, findings)) is not None]
    _check_editions(read, findings)
    if vectors and not findings.problems:
        for one in read:
            for index, why in failures(one.pack, [other.pack for other in read], feel):
                vector = one.pack.vectors[index]
                what = texts.VECTOR_FAILED.format(vector=vector.id, why=why)
                findings.add(one.name, one.file.line("vectors", index), what)
    if findings.problems:
        raise PackInvalid(findings.sorted())
    return sorted((one.pack for one in read), key=lambda pack: (pack.standard, pack.in_force))


def read_pack(path: Path, feel: Feel, findings: Findings) -> Read | None:
    """One file; None when it is no pack. Everything wrong goes to `findings`."""
    name, before = path.name, len(findings.problems)
    size = path.stat().st_size
    if size > MAX_BYTES:
        findings.add(name, 0, texts.TOO_BIG.format(size=size // 1024, limit=MAX_BYTES // 1024))
        return None
    file = read_yaml(path, name, {}, findings, MAX_VALUES)
    if file.data is None or len(findings.problems) > before:
        return None
    clauses = file.data.get("clauses")
    rows = sum(len(c.get("rules") or ()) for c in clauses if isinstance(c, dict)) if isinstance(clauses, list) else 0
    rows += len(clauses) if isinstance(clauses, list) else 0
    if rows > MAX_ROWS:
        findings.add(name, file.key_line("clauses"), texts.TOO_MANY_ROWS.format(count=rows, limit=MAX_ROWS))
        return None
    try:
        pack = msgspec.convert(file.data, Pack)
    except msgspec.ValidationError as error:
        why = str(error).split(" - at ")[0]
        findings.add(name, file.line(*_steps(str(error))), texts.NOT_A_PACK.format(why=why))
        return None
    check_pack(pack, name, file, feel, findings)
    return Read(name, pack, file)


def _files(folders: Iterable[Path]) -> list[Path]:
    return sorted(path for folder in folders if folder.is_dir() for path in folder.glob("*.yaml"))


def _steps(message: str) -> list[str | int]:
    found = _PATH.search(message)
    steps = _STEP.findall(found.group(1)) if found else []
    return [int(index) if index else key for index, key in steps if index or key]


def _check_editions(read: list[Read], findings: Findings) -> None:
    """One edition of a standard a day: each ends when the next begins, or on its own earlier day."""
    by_standard: dict[str, list[Read]] = {}
    for one in read:
        by_standard.setdefault(one.pack.standard, []).append(one)
    for editions in by_standard.values():
        editions.sort(key=lambda one: one.pack.in_force)
        for earlier, later in pairwise(editions):
            line = later.file.line("in_force")
            if earlier.pack.edition == later.pack.edition:
                what = texts.TWICE.format(what=texts.NOUNS["edition"], id=later.pack.id)
                findings.add(later.name, later.file.line("edition"), what)
            elif earlier.pack.in_force == later.pack.in_force:
                findings.add(later.name, line, texts.OVERLAP.format(other=earlier.pack.id))
            elif earlier.pack.until is not None and earlier.pack.until > later.pack.in_force:
                findings.add(earlier.name, earlier.file.line("until"), texts.OVERLAP.format(other=later.pack.id))
