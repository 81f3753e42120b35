"""MQTT devices through the real broker: what they may, what they send, what becomes of it."""

import asyncio
import contextlib
import json
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import paho.mqtt.client as paho
import pytest
from tests.conftest import until

from fangwei.bench.mqtt_load import Load, run
from fangwei.bus.client import Bus
from fangwei.connect.base import Installation, check_source
from fangwei.connect.door import Door
from fangwei.connect.mqtt import Mqtt
from fangwei.core.events import SourceState
from fangwei.core.health import Health
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.plant.schema import Kind, Source
from fangwei.plant.site import SitePoint

MOSQUITTO_PUB = shutil.which("mosquitto_pub")


@dataclass
class Line:
    """A running source and what it sent on."""

    source: Mqtt
    door: Door
    health: Health
    keys: dict[int, str]
    batches: list[Readings] = field(default_factory=list)

    @property
    def got(self) -> list[tuple[str, float, int, int]]:
        """(point, value, source time, quality) in order."""
        whole = Readings.concat(self.batches)
        names = [self.keys[k] for k in whole.point.tolist()]
        return list(zip(names, whole.value.tolist(), whole.source_time.tolist(), whole.quality.tolist(), strict=True))


@contextlib.asynccontextmanager
async def line(settings: Settings, bus: Bus, points: dict[str, object], **options: object) -> AsyncIterator[Line]:
    """A source whose points (id -> address) are read with the options given."""
    source = Source.model_validate(
        {"id": "m1", "protocol": "mqtt", "options": {"topic": "plant/{point}/value"} | options,
         "points": [{"point": point, "address": address} for point, address in points.items()]}
    )  # fmt: skip
    site = {
        p: SitePoint.make(p, Kind.PROCESS, "z", (0, 0, 0), "1", states={0: Text("关", "off"), 1: Text("开", "on")})
        for p in points
    }
    health = Health("connect")
    door = Door(source, list(site.values()), bus, health)
    mqtt = Mqtt(source, site, door, health, Installation(settings, bus))
    running = Line(mqtt, door, health, {p.key: p.id for p in site.values()})

    async def on_batch(batch: Readings) -> None:
        running.batches.append(batch)

    await bus.hear_readings(on_batch, "m1")
    await bus.flush()
    tasks = [asyncio.create_task(door.run()), asyncio.create_task(mqtt.run())]
    await until(lambda: mqtt.state is SourceState.UP)
    try:
        yield running
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Device:
    """A paho client, as any device could be."""

    def __init__(self, settings: Settings) -> None:
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=f"dev-{time.time_ns()}")
        self.heard: list[tuple[str, bytes]] = []
        self.granted: list[int] = []
        self.lost = 0
        self.client.on_message = lambda c, u, m: self.heard.append((m.topic, m.payload))
        self.client.on_subscribe = lambda c, u, mid, codes, props: self.granted.extend(code.value for code in codes)
        self.client.on_disconnect = lambda *_: setattr(self, "lost", self.lost + 1)
        self.client.connect(settings.host, settings.mqtt_port)
        self.client.loop_start()

    async def publish(self, topic: str, payload: bytes | str, qos: int = 0) -> None:
        sent = self.client.publish(topic, payload, qos)
        await until(sent.is_published)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
async def device(settings, broker, bus) -> AsyncIterator[Device]:
    one = Device(settings)
    await until(one.client.is_connected)
    yield one
    one.close()


T = 1_764_000_000_000


async def test_qos_0_and_1_both_arrive_once_each_in_order(settings, bus, device):
    async with line(settings, bus, {"T1": ""}) as running:
        for number in range(100):
            await device.publish("plant/T1/value", json.dumps({"value": number, "time": T + number}), qos=number % 2)
        await until(lambda: len(running.got) >= 100)
        assert running.got == [("T1", float(n), (T + n) * 1_000_000, 0) for n in range(100)]


@pytest.mark.peer
async def test_mosquitto_pub_is_a_device_like_any_other(settings, bus, broker):
    if MOSQUITTO_PUB is None:
        pytest.skip("mosquitto_pub is missing: apt-get install mosquitto-clients")
    async with line(settings, bus, {"T1": ""}) as running:
        for qos in ("0", "1", "2"):
            publisher = await asyncio.create_subprocess_exec(
                MOSQUITTO_PUB, "-h", settings.host, "-p", str(settings.mqtt_port), "-q", qos,
                "-t", "plant/T1/value", "-m", json.dumps({"value": float(qos), "time": T + int(qos)}),
            )  # fmt: skip
            assert await publisher.wait() == 0
        await until(lambda: len(running.got) >= 3)
        assert [value for _, value, _, _ in running.got] == [0.0, 1.0, 2.0]


async def test_each_kind_of_bad_message_is_a_named_count_and_the_stream_goes_on(settings, bus, device):
    async with line(settings, bus, {"T1": "", "T2": ""}) as running:
        bad = [
            (b'{"value": 1', "connect.mqtt.not_json"),
            (b'{"value": "\xff"}', "connect.mqtt.not_utf8"),
            (b"[" * 9000, "connect.mqtt.too_deep"),
            (b'{"value": {"x": 1}}', "connect.value_wrong_type"),
            (b'{"value": "much"}', "connect.value_wrong_type"),
            (b'{"v": 1}', "connect.mqtt.value_missing"),
            (b"", "connect.mqtt.empty"),
            (b'{"value": 5, "time": 17}', "connect.time_absurd"),
            (b'{"value": 5, "time": "x"}', "connect.mqtt.time_unreadable"),
            (b'{"value": NaN, "time": 1764000000000}', "connect.mqtt.not_a_number"),
        ]
        for payload, _ in bad:
            await device.publish("plant/T1/value", payload, qos=1)
        await device.publish("plant/T2/value", '{"value": 7, "time": 1764000000000}', qos=1)
        await until(lambda: any(point == "T2" for point, *_ in running.got))
        for _, name in bad:
            assert running.health.error_count(name) >= 1, name
        kept = [(value, quality) for point, value, _, quality in running.got if point == "T1"]
        doubtful = int(Quality.SUBSTITUTED | Quality.CLOCK_UNTRUSTED)
        assert kept[:2] == [(5.0, doubtful), (5.0, doubtful)]
        assert kept[2][1] & Quality.NOT_A_NUMBER
        assert running.source.state is SourceState.UP


async def test_a_ten_megabyte_message_is_refused_and_the_device_stays_connected(settings, bus, device):
    async with line(settings, bus, {"T1": ""}) as running:
        await device.publish("plant/T1/value", b"[" + b"1," * 5_000_000 + b"1]")
        await device.publish("plant/T1/value", '{"value": 1}')
        await until(lambda: len(running.got) == 1)
        assert running.health.error_count("connect.mqtt.too_large") == 1
        assert device.lost == 0
        assert device.client.is_connected()


async def test_unknown_points_are_counted_and_their_names_bounded(settings, bus, device):
    async with line(settings, bus, {"T1": ""}) as running:
        for number in range(300):
            await device.publish(f"plant/X{number}/value", "1")
        await device.publish("plant/T1/value", "1")
        await until(lambda: len(running.got) == 1)
        assert running.health.error_count("connect.point_unknown") == 300
        assert len(running.door.unknown_names) == 100
        assert "plant/X0/value" in running.door.unknown_names


async def test_a_redelivered_message_is_one_reading(settings, bus, device):
    async with line(settings, bus, {"T1": ""}) as running:
        for value in (1, 1, 2, 2, 1):
            await device.publish("plant/T1/value", json.dumps({"value": value, "time": T + value}), qos=1)
        await device.publish("plant/T1/value", json.dumps({"value": 9, "time": T + 9}))
        await until(lambda: running.got[-1:] == [("T1", 9.0, (T + 9) * 1_000_000, 0)])
        assert [value for _, value, _, _ in running.got] == [1.0, 2.0, 1.0, 9.0]


async def test_wildcards_leading_slashes_states_and_fields(settings, bus, device):
    points = {
        "T1": {"topic": "/bldg/1/gas", "field": "d.ch4"},
        "T2": {"topic": "/bldg/1/gas", "field": "d.h2"},
        "P3": "/bldg/2/pump",
    }
    async with line(settings, bus, points, topic="/bldg/+/#", time="ts", time_format="s") as running:
        await device.publish("/bldg/1/gas", '{"ts": 1764000000.5, "d": {"ch4": 1, "h2": 2}}')
        await device.publish("/bldg/2/pump", "ON")
        await device.publish("/bldg/2/pump", '{"value": "关", "ts": 1764000001}')
        await until(lambda: len(running.got) == 4)
        assert [(p, v) for p, v, _, _ in running.got] == [("T1", 1.0), ("T2", 2.0), ("P3", 1.0), ("P3", 0.0)]
        assert running.got[0][2] == 1_764_000_000_500_000_000


async def test_order_of_one_point_holds_when_plain_and_odd_messages_alternate(settings, bus, device):
    async with line(settings, bus, {"T1": "", "T2": ""}) as running:
        for number in range(200):
            odd = number % 3 == 0
            payload = {"value": str(number) if odd else number, "time": T + number}
            device.client.publish(f"plant/T{1 + number % 2}/value", json.dumps(payload))
        await until(lambda: len(running.got) == 200)
        for point in ("T1", "T2"):
            times = [t for p, _, t, _ in running.got if p == point]
            assert times == sorted(times)


async def test_a_flood_is_read_whole(settings, bus, broker):
    points = [f"P{number:03d}" for number in range(500)]
    async with line(settings, bus, dict.fromkeys(points, ""), value="v", time="t", time_format="ns") as running:
        load = Load(points=points, rate=20_000, seconds=1.0, edge_points=points[:3], edge_every_s=0.2, edge_for_s=0.2)
        sent = await asyncio.to_thread(run, settings.host, settings.mqtt_port, load)
        await until(lambda: sum(map(len, running.batches)) >= sent.messages)
        got = running.got
        assert len(got) == sent.messages == 20_000
        assert {(p, t) for p, v, t, _ in got if v == load.edge_value} >= set(sent.edges)
        assert len(sent.edges) >= 3


async def test_a_device_can_neither_say_nor_hear_what_is_the_platforms_own(settings, bus, device):
    heard: list[bytes] = []

    async def on_message(subject: str, payload: bytes) -> None:
        heard.append(payload)

    await bus.hear("fw.>", on_message)
    await bus.flush()
    for topic in ("fw/alarms/z", "#", "+/alarms/#", "$SYS/#", "$JS/#"):
        device.client.subscribe(topic, qos=1)
    await until(lambda: len(device.granted) == 5)
    await device.publish("fw/readings/m1", b"forged", qos=1)
    await device.publish("fw/do/alarms/shelve", b"{}", qos=0)
    await bus.publish("fw.alarms.z", b"secret")
    await bus.publish("plant.T1.value", b"public")
    await device.publish("plant/T2/value", b"mine", qos=1)
    await bus.flush()
    await until(lambda: b"secret" in heard)
    assert heard == [b"secret"]
    assert not any(payload == b"secret" for _, payload in device.heard)
    assert not any(topic.startswith(("fw/", "$JS", "$SYS")) for topic, _ in device.heard)


async def test_a_device_hears_its_own_topics_at_qos_1(settings, bus, device):
    device.client.subscribe("cmd/dev1/#", qos=1)
    await until(lambda: device.granted == [1])
    await bus.publish("cmd.dev1.go", b"1")
    await until(lambda: device.heard == [("cmd/dev1/go", b"1")])


@pytest.mark.parametrize(
    "options",
    [
        {"topic": "plant/v1.0/{point}"}, {"topic": "plant/{point}/{point}"}, {"topic": "plant/#/x"},
        {"topic": "fw/{point}"},
        {"topic": "#"}, {"topic": "plant/x{point}"}, {"topic": "plant/{point}", "time_format": "minutes"},
        {"topic": "plant/{point}", "valeu": "v"}, {"topic": "plant/{point}", "timezone": "Mars"}, {},
    ],
)  # fmt: skip
def test_wrong_options_are_refused_with_a_sentence(options):
    (fault,) = check_source(Source(id="m", protocol="mqtt", options=options))
    assert fault.message.zh
    assert "m" in fault.message.en
