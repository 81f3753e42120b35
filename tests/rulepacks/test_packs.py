"""Shipped packs keep their own cases; a pack that fails one, or has a fault, is not loaded."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from fangwei.feel.interpreter import Feel
from fangwei.rulepacks.facts import facts_of
from fangwei.rulepacks.judge import judge
from fangwei.rulepacks.library import SHIPPED, PackInvalid, load
from fangwei.rulepacks.pack import Moment, Pack
from fangwei.rulepacks.scope import applies_to


@pytest.fixture(scope="module")
def feel() -> Iterator[Feel]:
    feel = Feel()
    yield feel
    feel.close()


@pytest.fixture(scope="module")
def packs(feel: Feel) -> list[Pack]:
    return load(feel)


def test_every_shipped_pack_has_cases_and_keeps_them(packs: list[Pack]) -> None:
    assert {pack.id for pack in packs} >= {"GB 30871-2022", "GB 46768-2025"}
    assert all(pack.vectors for pack in packs)


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("at_least: 19.5", "at_least: 19.3", "10-low"),
        ("parameter: times.log_gap", "parameter: times.lag_gap", "times.lag_gap"),
        ("at_most: 15, unit: min", "at_most: 15, unit: kg", "kg"),
        ("must: monitored = true", "must: monitored = ", "monitored ="),
        ("must: monitored = true", "must: watched = true", "watched"),
        ("in_force: ", "in_farce: ", "in_farce"),
    ],
)
def test_a_pack_with_a_fault_is_not_loaded_and_the_sentence_says_where(
    feel: Feel, tmp_path: Path, right: str, wrong: str, sentence: str
) -> None:
    text = (SHIPPED / "gb46768_2025.yaml").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "own.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(PackInvalid) as refused:
        load(feel, [tmp_path])
    first = refused.value.problems[0].format("en")
    assert first.startswith("own.yaml:") and any(sentence in p.format("en") for p in refused.value.problems), first


def test_one_edition_cannot_come_twice(feel: Feel, tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        shutil.copy(SHIPPED / "gb46768_2025.yaml", tmp_path / name)
    with pytest.raises(PackInvalid, match="GB 46768-2025"):
        load(feel, [tmp_path])


@pytest.mark.parametrize(
    ("enterprise", "day", "found"),
    [
        ("battery", date(2026, 5, 1), ["GB 46768-2025"]),
        ("battery", date(2026, 4, 30), []),
        ("chemical", date(2026, 5, 1), ["GB 30871-2022"]),
        ("chemical", date(2022, 9, 30), []),
    ],
)
def test_enterprise_and_day_choose_the_pack(packs: list[Pack], enterprise: str, day: date, found: list[str]) -> None:
    assert [pack.id for pack in applies_to(packs, enterprise, "confined_space", day)] == found


def test_what_nobody_measured_refuses_and_is_named(packs: list[Pack], feel: Feel) -> None:
    facts = facts_of({"now": 1_800_000_000_000_000_000, "work": {"kind": "confined_space"}})
    for pack in packs:
        found = judge([pack], Moment.START, facts, feel)
        assert any(f.refuse and "analysis.exists" in f.missing for f in found), pack.id


def test_a_unit_that_does_not_fit_is_never_compared(packs: list[Pack], feel: Feel) -> None:
    now = 1_800_000_000_000_000_000
    oxygen = {"quantity": "oxygen", "value": 20.9, "unit": "%LEL", "time": now}
    work = {"kind": "confined_space", "oxygen_rich": False}
    facts = facts_of({"now": now, "work": work, "samples": [oxygen]})
    for pack in packs:
        found = [f for f in judge([pack], Moment.MEASURE, facts, feel) if f.rule.startswith("oxygen_low")]
        assert found and found[0].refuse, pack.id
