"""A site file with a mistake says file, line, what is wrong and what is allowed; a good one is joined and merged."""

# ruff: noqa: E501  # a table of mistakes is read by its rows

import time

import pytest
from tests.plant.conftest import Spoiler

from fangwei.core.events import Hazard
from fangwei.plant.schema import Kind

P = "points/points.yaml"


def test_good_site_is_joined_and_defaults_are_merged(site: Spoiler) -> None:
    loaded = site.load()
    one, two = loaded.points["G-01"], loaded.points["G-02"]
    assert one.unit == "%LEL" and one.gas is not None and one.gas.lel == 4.2
    assert {limit.id: limit.at for limit in two.limits} == {"hi": 20, "hi_hi": 50}
    assert {limit.id: limit.at for limit in one.limits} == {"hi": 25, "hi_hi": 50}
    assert loaded.adjoining == {"filling": {"store"}, "store": {"filling"}}
    assert one.hazard is Hazard.RELEASE
    assert loaded.duty.shifts[0].start == "20:00", "20:00 is a time and not 1200"


def test_every_source_gets_its_health_points(site: Spoiler) -> None:
    loaded = site.load()
    state = loaded.points["dcs-state"]
    assert state.kind is Kind.SOURCE and state.hazard is Hazard.DATA and state.zone == "filling"
    assert [(limit.id, limit.type, limit.at, limit.priority) for limit in state.limits] == [("down", "low", 0.5, 2)]
    assert loaded.points["dcs-lag"].unit == "s"


def test_all_problems_are_told_at_once_in_the_order_of_the_files(site: Spoiler) -> None:
    site.change(P, "place: [1, 1, 0.5]", "place: [1, 1]")
    site.change("rules.yaml", "hazard: release", "hazard: releese")
    site.change("duty.yaml", "person: ann", "person: an")
    assert [(p.file, p.line) for p in site.problems()] == [("duty.yaml", 5), (P, 12), ("rules.yaml", 2)]


MISTAKES: list[tuple[str, str, str, str]] = [
    # file, good, bad, what must be said
    ("site.yaml", "storeys:", "storys:", "site.yaml:5: Unknown key storys (did you mean: storeys)"),
    ("site.yaml", "latitude: 26.6", "latitude: 126.6", "latitude: 126.6 cannot be used (at most 90"),
    ("site.yaml", "  id: s\n", "  id: s\n  timezone: Asia/Shangai\n", "site.yaml:3: There is no time zone Asia/Shangai (did you mean: Asia/Shanghai"),
    ("zones.yaml", "zones:", "zone:", "zones.yaml:1: Unknown key zone (did you mean: zones"),
    ("zones.yaml", "adjoins: [store]", "adjoins: [stor]", "zones.yaml:2: There is no zone stor (did you mean: store)"),
    ("zones.yaml", "[10, 10], [0, 10]", "[0, 10], [10, 10]", "zones.yaml:2: The polygon of zone filling is not simple"),
    ("zones.yaml", "polygon: [[10, 0]", "polygon: [[9, 0]", "zones.yaml:3: The zones store and filling (zones.yaml:2) overlap"),
    ("zones.yaml", "storey: g", "storey: k", "zones.yaml:2: There is no storey k (allowed: g)"),
    ("zones.yaml", "ceiling: 5", "ceiling: 15", "zones.yaml:2: Zone filling (0.0 to 15.0 m) reaches out of storey g"),
    (P, "type: gas,", "type: gass,", "points/points.yaml:12: There is no point type gass (did you mean: gas)"),
    (P, "zone: filling,", "zone: fillin,", "points/points.yaml:12: There is no zone fillin (did you mean: filling)"),
    (P, "place: [1, 1, 0.5]", "place: [11, 1, 0.5]", "is not in zone filling, it is 1.00 m off (that place is in store)"),
    (P, "place: [1, 1, 0.5]", "place: [1, 1, 6]", "at a height of 6.0 m is not within 0.0 to 5.0 m of zone filling"),
    (P, "id: G-02,", "id: G-01,", "points/points.yaml:13: The point G-01 exists twice, the other is in points/points.yaml:12"),
    (P, "gas: {substance: DMC, lel: 4.2}", "gas: {substance: DMC}", "does not say gas.lel"),
    (P, "unit: m3/h", "unit: m3h", "points/points.yaml:14: Unknown unit m3h (did you mean: m3/h"),
    (P, "kind: ventilation_flow", "kind: source", "points/points.yaml:14: kind: source is made by the platform"),
    (P, "at: 500", "at: .inf", "points/points.yaml:14: .inf cannot be used here"),
    (P, "at: 20, deadband: 2", "at: 60, deadband: 2", "points/points.yaml:13: G-02: hi = 60.0 must be below hi_hi = 50.0"),
    (P, "at: 20, deadband: 2", "at: 6, deadband: 2", "would not clear"),
    (P, "at: 500}", "at: 500, priority: 5}", "points/points.yaml:14: limits.0.priority: 5 cannot be used (at most 4)"),
    (P, "{id: lo, type: low, at: 500}", "{id: data, type: low, at: 500}", "`data` is the name of the platform's data alarm"),
    (P, "type: low, at: 500", "type: deviation, at: 500, of: G-01", "m3/h cannot be compared with %LEL of G-01"),
    (P, "type: low, at: 500", "type: deviation, at: 500, of: F-01", "circle: F-01 -> F-01"),
    (P, "id: F-01", "id: dcs-state", "has the name of the health point of the source dcs"),
    ("rules.yaml", "flow: F-01}, when: \"gas", "flow: F-1}, when: \"gas", "rules.yaml:2: There is no point F-1 (did you mean: F-01"),
    ("rules.yaml", "gas > 10 and", "gas > and", "rules.yaml:2: R-01: the expression is wrong"),
    ("rules.yaml", "gas > 10 and", "gaz > 10 and", "R-01: the expression uses gaz, which is not among the inputs (did you mean: gas"),
    ("rules.yaml", "gas > 10 and flow < 600", "gas + flow", "R-01: the expression does not give true or false"),
    ("rules.yaml", "hazard: release", "vote: [1, high, 3], hazard: release", "needs either `when` or `vote`"),
    ("rules.yaml", "when: \"gas > 10 and flow < 600\"", "vote: [3, high, 25]", "cannot have 3 votes of 2 inputs"),
    ("rules.yaml", "alarms: [G-02.hi]", "alarms: [G-02.high]", "rules.yaml:4: There is no alarm G-02.high (did you mean: G-02.hi"),
    ("rules.yaml", "alarms: [G-02.hi]", "alarms: [F-01.lo]", "Suppressions run in a circle: F-01 -> F-01"),
    ("sources.yaml", "point: G-02", "point: G-01", "sources.yaml:7: The point G-01 is fed twice, the other is in sources.yaml:6"),
    ("sources.yaml", "point: G-02", "point: G-03", "sources.yaml:7: There is no point G-03"),
    ("sources.yaml", "protocol: opcua", "protocl: opcua", "protocol"),
    ("duty.yaml", "zones: [filling]", "zones: [fill]", "duty.yaml:5: There is no zone fill"),
    ("duty.yaml", "end: \"08:00\"", "end: \"20:00\"", "for the whole day write 00:00 to 24:00"),
    ("duty.yaml", "end: \"08:00\"", "end: \"24:30\"", "A shift cannot end at 24:30"),
    ("duty.yaml", "duty:\n", "duty:\n  everyone_after: 10\n", "must not be less than escalate_after"),
    ("duty.yaml", "duty:\n", "duty:\n  calendar: ../secret.ics\n", "must lie in the site folder"),
    ("duty.yaml", "duty:\n", "duty:\n  channels: [{id: c, type: webhook}]\n", "needs `url`"),
    ("posts.yaml", "persons: [ann]", "persons: [an]", "posts.yaml:2: There is no person an (did you mean: ann"),
    ("posts.yaml", "persons: [ann]", "role: crews", "posts.yaml:2: There is no role crews (did you mean: crew"),
    ("posts.yaml", "persons: [ann]", "role: crew, persons: [ann]", "not both and not neither"),
    ("posts.yaml", ", persons: [ann]", "", "not both and not neither"),
    ("posts.yaml", "id: guardian", "id: Guardian", "posts.yaml:2: id: Guardian cannot be used"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "good", "bad", "said"), MISTAKES, ids=[m[3][:60] for m in MISTAKES])
def test_mistake_is_named(site: Spoiler, file: str, good: str, bad: str, said: str) -> None:
    site.change(file, good, bad)
    lines = [p.format("en") for p in site.problems()]
    assert any(said in line for line in lines), lines
    assert len(lines) <= 3, "one mistake is not many problems"


def test_posts_of_the_site_stand_over_those_of_the_house(site: Spoiler) -> None:
    posts = site.load().posts
    assert posts["guardian"].persons == ["ann"]
    assert posts["safety_department"].role == "safety_engineer"


def test_missing_key_is_said_at_its_item(site: Spoiler) -> None:
    site.change(P, "zone: filling, place: [1, 1, 0.5]", "zone: filling")
    assert site.only() == "points/points.yaml:12: place is missing"


def test_key_written_twice_tells_both_lines(site: Spoiler) -> None:
    site.change("site.yaml", "  id: s\n", "  id: s\n  id: t\n")
    assert site.only() == "site.yaml:3: The key id is written twice, before in line 2"


def test_second_site_head_tells_where_the_first_is(site: Spoiler) -> None:
    site.write("again.yaml", site.folder.joinpath("site.yaml").read_text(encoding="utf-8"))
    assert "it is also in again.yaml:2" in site.only()


def test_broken_zone_brings_no_problem_at_each_of_its_points(site: Spoiler) -> None:
    site.change("zones.yaml", "id: filling, name", "id: filling, nam")
    assert {p.file for p in site.problems()} == {"zones.yaml"}


def test_deviations_in_a_circle_and_suppressions_in_a_circle_are_found(site: Spoiler) -> None:
    deviation = "limits: [{{id: dev, type: deviation, at: 5, of: {of}}}]"
    site.change(P, "place: [1, 1, 0.5]}", "place: [1, 1, 0.5], " + deviation.format(of="G-02") + "}")
    site.change(P, "limits: [{id: hi, type: high, at: 20, deadband: 2}]", deviation.format(of="G-01"))
    assert "circle: G-01 -> G-02 -> G-01" in site.only()


def test_suppressions_that_silence_each_others_inputs_are_refused(site: Spoiler) -> None:
    more = "  - {id: S-02, inputs: {gas: G-02}, when: gas < 1, alarms: [F-01.lo], reason: {zh: 因, en: why}}\n"
    site.write("more.yaml", "suppressions:\n" + more)
    assert "circle: G-02 -> F-01 -> G-02; an alarm would silence itself" in site.only()


def test_variable_is_replaced_inside_a_value_and_never_changes_the_structure(site: Spoiler) -> None:
    site.change(
        "sources.yaml", 'options: {endpoint: "opc.tcp://127.0.0.1:4840"}', "options:\n      port: ${PORT:-4840}"
    )
    assert site.load().sources["dcs"].options == {"port": 4840}
    assert site.load(PORT="5000").sources["dcs"].options == {"port": 5000}
    evil = site.load(PORT="1\n      host: evil").sources["dcs"].options
    assert set(evil) == {"port"}


def test_variable_without_value_or_default_is_named(site: Spoiler) -> None:
    site.change("sources.yaml", "opc.tcp://127.0.0.1:4840", "${NOT_SET}")
    assert site.only().startswith("sources.yaml:4: The environment variable NOT_SET is not set")


HOSTILE = {
    "laughs": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{c}: &{c} [{', '.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)),
    "recursion": "points: &p\n  - *p\n",
    "deep": "points: " + "[" * 60 + "]" * 60 + "\n",
    "very deep": "points: " + "[" * 200_000 + "\n",
    "python tag": "points: !!python/object/apply:os.system [ls]\n",
    "tabs": "points:\n\t- x\n",
    "half": 'points: [{id: "x\n',
    "list": "- a\n- b\n",
    "two documents": "points: []\n---\npoints: []\n",
    "binary": b"\x00\x01\x02",
    "gbk": "site: 电解液".encode("gbk"),
    "digits": "points: [{id: x, zone: filling, place: [" + "9" * 100_000 + ", 1, 1]}]\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_quickly_and_by_name(site: Spoiler, name: str) -> None:
    site.write("hostile.yaml", HOSTILE[name])
    start = time.perf_counter()
    problems = site.problems()
    assert time.perf_counter() - start < 3
    assert {p.file for p in problems} == {"hostile.yaml"}
    assert all(len(p.format("zh")) < 400 for p in problems)


def test_huge_file_is_refused_before_it_is_read(site: Spoiler) -> None:
    with (site.folder / "huge.yaml").open("wb") as file:
        file.truncate(21 * 1024**2)
    assert site.only() == "huge.yaml: The file has 21 MB, more than 20 MB; split it"


def test_folder_that_is_missing_or_empty_is_said(site: Spoiler, tmp_path) -> None:  # type: ignore[no-untyped-def]
    empty = Spoiler.__new__(Spoiler)
    empty.folder = tmp_path / "nothing"
    assert "no such folder" in empty.only()
    empty.folder.mkdir()
    assert "no .yaml file" in empty.only()


def test_five_thousand_points_load_within_seconds_and_time_grows_with_their_number(site: Spoiler) -> None:
    def seconds(count: int) -> float:
        lines = [f"  - {{id: B-{i}, type: gas, zone: filling, place: [{i % 10}, 3, 1]}}\n" for i in range(count)]
        site.write("points/big.yaml", "points:\n" + "".join(lines))
        start = time.perf_counter()
        assert len(site.load().points) == count + 5
        return time.perf_counter() - start

    seconds(100)
    small, big = min(seconds(1250), seconds(1250)), seconds(10_000)
    assert big < 10
    assert big < small * 8 * 4, "eight times the points may not take 64 times as long"
