"""A source kept alive: back-off, isolation of faults, health told, on a real bus."""

import asyncio
import random

import msgspec
import pytest
from tests.conftest import until

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.connect import base
from fangwei.connect.backoff import FIRST_S, LONGEST_S, STEADY_S, Backoff
from fangwei.connect.base import Connector, Shape, check_source
from fangwei.connect.service import serve
from fangwei.core.events import SourceHealth, SourceState
from fangwei.core.health import Health
from fangwei.core.ids import point_key
from fangwei.core.reading import Readings
from fangwei.core.settings import Settings
from fangwei.plant.schema import Source

from .kit import a_site, a_source


def test_waits_grow_to_half_a_minute_and_no_further() -> None:
    longest = Backoff(lambda low, high: high)
    waits = [longest.next_wait(0.0) for _ in range(100)]
    assert waits[:4] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S, 8 * FIRST_S]
    assert max(waits) == waits[-1] == LONGEST_S


def test_waits_are_spread_over_the_whole_range() -> None:
    waits = []
    for seed in range(500):
        backoff = Backoff(random.Random(seed).uniform)
        for _ in range(20):
            last = backoff.next_wait(0.0)
        waits.append(last)
    assert min(waits) < LONGEST_S / 10
    assert max(waits) > LONGEST_S * 0.9


def test_a_connection_that_held_begins_anew_and_one_that_fell_at_once_does_not() -> None:
    backoff = Backoff(lambda low, high: high)
    for _ in range(5):
        backoff.next_wait(0.0)
    assert backoff.next_wait(STEADY_S - 0.1) > FIRST_S
    assert backoff.next_wait(STEADY_S) == FIRST_S


class ScriptAddress(Shape):
    name: str = ""


class ScriptOptions(Shape):
    way: str = "reads"


class Script(Connector):
    """Does what its option says."""

    Options = ScriptOptions
    Address = ScriptAddress

    async def run(self) -> None:
        match self.options.way:
            case "reads":
                self.up()
                while True:
                    for item in self.items:
                        self.door.take(item.key, 7.0)
                    await asyncio.sleep(0.02)
            case "dies":
                self.up()
                raise RuntimeError("a defect in the connector")
            case "ends":
                return


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(base.PROTOCOLS, "script", f"{__name__}:Script")


def named(id: str, protocol: str = "script", **options: object) -> Source:
    return a_source(protocol, options, {f"{id}-P": {"name": "x"}}).model_copy(update={"id": id})


async def test_one_sources_fault_touches_no_other_and_each_ones_health_is_told(
    scripted: None, settings: Settings, bus: Bus
) -> None:
    site = a_site(
        named("good"),
        named("dies", way="dies"),
        named("ends", way="ends"),
        named("odd", way="reads", colour="red"),
        named("strange", protocol="carrier-pigeon"),
        named("off").model_copy(update={"enabled": False}),
    )
    told: dict[str, SourceHealth] = {}
    values: dict[int, list[float]] = {}

    async def on_health(health: SourceHealth) -> None:
        told[health.source] = health

    async def on_readings(readings: Readings) -> None:
        for key, value in zip(readings.point.tolist(), readings.value.tolist(), strict=True):
            values.setdefault(key, []).append(value)

    await bus.hear_events(f"{subjects.SOURCES}.>", SourceHealth, on_health)
    await bus.hear_readings(on_readings)
    await bus.flush()
    health, stop = Health("connect"), asyncio.Event()
    task = asyncio.create_task(serve(settings, site, bus, health, stop))
    await until(lambda: len(told) == 5 and len(values.get(point_key("good-P"), [])) > 20)
    await until(lambda: values.get(point_key("good-state"), [])[-1:] == [1.0])
    assert health.state == "running"
    assert told["good"].state is SourceState.UP
    assert told["good"].readings > 0
    assert told["dies"].state is SourceState.DOWN
    assert "a defect in the connector" in told["dies"].detail
    assert "colour" in told["odd"].detail and "way" in told["odd"].detail
    assert "carrier-pigeon" in told["strange"].detail and "modbus" in told["strange"].detail
    for silent in ("dies", "ends", "odd", "strange"):
        assert values[point_key(f"{silent}-state")][-1] == 0.0
    answer = msgspec.json.decode(await bus.ask(f"{subjects.ASK}.connect.sources", {}), type=list[SourceHealth])
    assert {s.source for s in answer} == {"good", "dies", "ends", "odd", "strange"}
    assert health.error_count("connect.protocol_unknown") == 1
    assert health.error_count("connect.options_invalid") == 1
    stop.set()
    await asyncio.wait_for(task, 10)


async def test_readings_of_the_last_moment_are_sent_before_the_end(
    scripted: None, settings: Settings, bus: Bus
) -> None:
    heard: list[float] = []

    async def on_readings(readings: Readings) -> None:
        heard.extend(readings.value[readings.point == point_key("good-state")].tolist())

    await bus.hear_readings(on_readings)
    await bus.flush()
    stop = asyncio.Event()
    task = asyncio.create_task(serve(settings, a_site(named("good")), bus, Health("connect"), stop))
    await until(lambda: heard)
    stop.set()
    await asyncio.wait_for(task, 10)
    await until(lambda: heard[-1] == 0.0)


def test_everything_wrong_with_a_source_is_found_without_connecting(scripted: None) -> None:
    source = a_source("script", {"colour": 1}, {"P": {"name": "x"}, "Q": {"nom": "y"}})
    assert [f.code for f in check_source(source)] == ["connect.options_invalid", "connect.address_invalid"]
