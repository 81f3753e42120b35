"""A small good site as text, to be spoilt one line at a time."""

# ruff: noqa: E501  # a site file has its lines as people write them

from pathlib import Path

import pytest

from fangwei.plant.load import load_site
from fangwei.plant.problems import Problem, SiteInvalid
from fangwei.plant.site import Site

GOOD = {
    "site.yaml": """\
site:
  id: s
  name: {zh: 厂, en: Plant}
  georeference: {longitude: 119.5, latitude: 26.6}
  storeys:
    - {id: g, name: {zh: 一层, en: Ground}, floor: 0, ceiling: 9}
""",
    "zones.yaml": """\
zones:
  - {id: filling, name: {zh: 注液, en: Filling}, storey: g, polygon: [[0, 0], [10, 0], [10, 10], [0, 10]], floor: 0, ceiling: 5, adjoins: [store]}
  - {id: store, name: {zh: 库, en: Store}, storey: g, polygon: [[10, 0], [20, 0], [20, 10], [10, 10]], floor: 0, ceiling: 5}
""",
    "points/points.yaml": """\
point_types:
  - id: gas
    kind: combustible_gas
    unit: "%LEL"
    gas: {substance: DMC, lel: 4.2}
    range: [0, 100]
    normal: [0, 4]
    limits:
      - {id: hi, type: high, at: 25, deadband: 3, priority: 2}
      - {id: hi_hi, type: high, at: 50, deadband: 5, priority: 1}
points:
  - {id: G-01, type: gas, zone: filling, place: [1, 1, 0.5]}
  - {id: G-02, type: gas, zone: store, place: [10, 5, 0.5], limits: [{id: hi, type: high, at: 20, deadband: 2}]}
  - {id: F-01, kind: ventilation_flow, unit: m3/h, zone: filling, place: [2, 2, 4], limits: [{id: lo, type: low, at: 500}]}
""",
    "rules.yaml": """\
rules:
  - {id: R-01, name: {zh: 规则, en: Rule}, zone: filling, point: G-01, inputs: {gas: G-01, flow: F-01}, when: "gas > 10 and flow < 600", hazard: release}
suppressions:
  - {id: S-01, inputs: {flow: F-01}, when: flow == 0, alarms: [G-02.hi], reason: {zh: 停机, en: stopped}}
""",
    "sources.yaml": """\
sources:
  - id: dcs
    protocol: opcua
    options: {endpoint: "opc.tcp://127.0.0.1:4840"}
    points:
      - {point: G-01, address: {node: "ns=2;s=G-01"}}
      - {point: G-02, address: {node: "ns=2;s=G-02"}}
""",
    "duty.yaml": """\
duty:
  people:
    - {id: ann, name: {zh: 安, en: Ann}, role: crew}
  shifts:
    - {person: ann, zones: [filling], start: "20:00", end: "08:00"}
""",
    "posts.yaml": """\
posts:
  - {id: guardian, name: {zh: 监护人, en: Guardian}, persons: [ann]}
""",
}


class Spoiler:
    """Writes the good site with changes and loads it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in GOOD.items():
            self.write(name, text)

    def write(self, name: str, text: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def change(self, name: str, old: str, new: str) -> "Spoiler":
        text = (self.folder / name).read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new, 1))
        return self

    def load(self, **environ: str) -> Site:
        return load_site(self.folder, environ)

    def problems(self, **environ: str) -> list[Problem]:
        with pytest.raises(SiteInvalid) as invalid:
            self.load(**environ)
        return invalid.value.problems

    def only(self, **environ: str) -> str:
        """The one problem, in English with its place."""
        found = self.problems(**environ)
        assert len(found) == 1, [p.format("en") for p in found]
        assert found[0].what.zh and found[0].what.zh != found[0].what.en
        return found[0].format("en")


@pytest.fixture
def site(tmp_path: Path) -> Spoiler:
    return Spoiler(tmp_path / "site")
