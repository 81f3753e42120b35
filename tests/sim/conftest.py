"""A small plant of three rooms with one instrument of most kinds, on free ports."""

from pathlib import Path

import pytest
from tests.conftest import free_port

from fangwei.sim.plant import Plant
from fangwei.sim.site import Site, read_site

ZONES = """
zones:
  - {id: filling, name: {zh: 注液, en: Filling}, use: filling, storey: g, polygon: [[0,0],[20,0],[20,12],[0,12]],
     floor: 0, ceiling: 5, adjoins: [store]}
  - {id: store, name: {zh: 库, en: Store}, use: store, storey: g, polygon: [[20,0],[30,0],[30,12],[20,12]],
     floor: 0, ceiling: 5, adjoins: [formation]}
  - {id: formation, name: {zh: 化成, en: Formation}, use: formation, storey: g,
     polygon: [[30,0],[50,0],[50,12],[30,12]], floor: 0, ceiling: 6}
"""

POINTS = """
point_types:
  - {id: gas, kind: combustible_gas, unit: "%LEL", gas: {substance: DMC, lel: 4.2}, range: [0, 100], normal: [0, 4],
     stale_after: 20, limits: [{id: hi, type: high, at: 25, deadband: 3}]}
points:
  - {id: GAS-1, type: gas, zone: filling, place: [5, 5, 0.5]}
  - {id: GAS-2, type: gas, zone: filling, place: [15, 5, 0.5]}
  - {id: GAS-3, type: gas, zone: store, place: [22, 6, 0.5]}
  - {id: HF-1, kind: toxic_gas, unit: mg/m3, gas: {substance: HF}, range: [0, 16], normal: [0, 0.3], zone: filling,
     place: [6, 6, 1], limits: [{id: hi, type: high, at: 2}]}
  - {id: O2-1, kind: oxygen, unit: "%vol", range: [0, 30], normal: [20.6, 21.1], zone: filling, place: [6, 5, 1]}
  - {id: PRS-1, kind: pressure, unit: MPa, range: [0, 1], normal: [0.18, 0.24], zone: filling, place: [6, 5, 1],
     limits: [{id: lo, type: low, at: 0.12}]}
  - {id: FLO-1, kind: ventilation_flow, unit: m3/h, range: [0, 20000], normal: [5600, 6400], zone: filling,
     place: [5, 8, 4], limits: [{id: lo, type: low, at: 4200}]}
  - {id: SMK-1, kind: smoke, unit: state, range: [0, 2], normal: [0, 0], zone: formation, place: [40, 6, 5],
     states: {0: {zh: 正常, en: normal}, 1: {zh: 火警, en: fire}}, limits: [{id: fire, type: equals, at: 1}]}
  - {id: FLM-1, kind: flame, unit: state, range: [0, 2], normal: [0, 0], zone: formation, place: [45, 6, 5],
     states: {0: {zh: 正常, en: normal}, 1: {zh: 火警, en: fire}}, limits: [{id: fire, type: equals, at: 1}]}
  - {id: CEL-1, kind: temperature, unit: degC, range: [-20, 200], normal: [26, 36], max_rate: 30, zone: formation,
     place: [40, 5, 1], limits: [{id: hi, type: high, at: 45}]}
  - {id: HOT-1, kind: hot_spot, unit: degC, range: [-20, 550], normal: [24, 40], zone: formation, place: [42, 6, 4]}
  - {id: DOR-1, kind: access, unit: state, range: [0, 3], normal: [0, 1], zone: filling, place: [20, 6, 1],
     states: {0: {zh: 关, en: closed}, 1: {zh: 开, en: open}, 3: {zh: 超时, en: held}}}
  - {id: PPL-1, kind: people_position, unit: persons, range: [0, 200], zone: filling, place: [10, 6, 1]}
  - {id: WND-1, kind: weather, unit: m/s, range: [0, 75], normal: [0.5, 6], zone: store, place: [25, 6, 4]}
  - {id: RTE-1, kind: process, unit: pieces, range: [0, 5000], normal: [900, 1250], zone: filling, place: [9, 6, 1]}
"""

SOURCES = """
sources:
  - id: ua
    protocol: opcua
    options: {endpoint: "opc.tcp://127.0.0.1:OPCUA/plant", security: sign_encrypt, user: op, password: secret}
    points:
      - {point: GAS-1, address: {node: "ns=2;s=GAS-1"}}
      - {point: GAS-2, address: {node: "ns=2;s=GAS-2"}}
      - {point: GAS-3, address: {node: "ns=2;s=GAS-3"}}
  - id: mb
    protocol: modbus
    options: {host: 127.0.0.1, port: MODBUS, unit: 3, word_order: little}
    points:
      - {point: PRS-1, address: {table: holding, register: 10, type: float32}}
      - {point: FLO-1, address: {table: input, register: 4, type: uint16}, scale: 0.5, offset: 100}
      - {point: DOR-1, address: {table: coil, register: 17, type: bit}}
  - id: rtu
    protocol: iec104
    options: {host: 127.0.0.1, port: IEC104, common_address: 7}
    points:
      - {point: CEL-1, address: {ioa: 101}}
      - {point: HOT-1, address: {ioa: 102}}
      - {point: SMK-1, address: {ioa: 301, type: M_SP_TB_1}}
  - id: field
    protocol: mqtt
    options: {topic: "plant/{point}", value: v, time: t, time_format: ms}
    points: [{point: HF-1}, {point: O2-1}, {point: PPL-1}]
  - id: node
    protocol: sparkplug
    options: {group: g, node: n}
    points: [{point: FLM-1, address: {device: d1, metric: flame}}]
  - id: mes
    protocol: sql
    options: {url: "sqlite:///SQL", query: "select id, tag, value, at from rows where id > :cursor", cursor: id,
      point_column: tag, value_column: value, time_column: at}
    points: [{point: RTE-1, address: rate}]
  - id: weather
    protocol: rest
    options: {url: "http://127.0.0.1:REST/weather", time: current.time, time_format: iso}
    points: [{point: WND-1, address: {path: current.wind_speed}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small plant as a site folder."""
    site = tmp_path / "site"
    site.mkdir()
    sources = SOURCES.replace("SQL", str(tmp_path / "mes.db"))
    for name in ("OPCUA", "MODBUS", "IEC104", "REST"):
        sources = sources.replace(f":{name}", f":{free_port()}").replace(f"port: {name}", f"port: {free_port()}")
    (site / "zones.yaml").write_text(ZONES)
    (site / "points.yaml").write_text(POINTS)
    (site / "sources.yaml").write_text(sources)
    return site


@pytest.fixture
def site(folder: Path) -> Site:
    """The small plant, read."""
    return read_site(folder)


@pytest.fixture
def plant(site: Site) -> Plant:
    """The small plant, not yet running."""
    return Plant(site, seed=7)


def live(plant: Plant, seconds: float, dt: float = 0.2) -> dict[str, list[tuple[float, float | None]]]:
    """Let a plant live; (time, value) of every report by point."""
    seen: dict[str, list[tuple[float, float | None]]] = {}
    start = plant.world.time
    for _ in range(round(seconds / dt)):
        for sample in plant.step(dt, round(plant.world.time * 1e9)):
            seen.setdefault(sample.point, []).append((plant.world.time - start, sample.value))
    return seen
