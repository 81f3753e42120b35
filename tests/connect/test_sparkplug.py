"""A Sparkplug node encoded by the makers' own library, through the real broker's MQTT bridge."""

import asyncio
import base64
import json
import os
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from tests.conftest import until
from tests.connect.kit import a_site, a_source

from fangwei.bus.client import Bus
from fangwei.connect.base import Installation
from fangwei.connect.runner import SourceRunner
from fangwei.connect.sparkplug_payload import decode
from fangwei.core.events import SourceState
from fangwei.core.health import Health
from fangwei.core.ids import point_key
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings

T = 1_764_000_000_000


def metric(name: str | None, alias: int, type: str, value: object, **more: object) -> dict[str, object]:
    return {"alias": alias, "type": type, "value": value, "timestamp": T} | ({"name": name} if name else {}) | more


PAYLOADS = [
    {"timestamp": T, "seq": 0, "metrics": [metric("bdSeq", 0, "Int64", 3), metric("temp", 1, "Float", 20.5)]},
    {"timestamp": T, "seq": 1, "metrics": [metric("gas", 2, "Int32", -7), metric("pump", 3, "Boolean", True)]},
    {"timestamp": T + 1, "seq": 2, "metrics": [metric(None, 2, "Int32", -8, timestamp=T + 1)]},
    {"timestamp": T + 2, "seq": 9, "metrics": [metric(None, 3, "Boolean", False, timestamp=T + 2)]},
    {"timestamp": T + 3, "metrics": [metric("bdSeq", 0, "Int64", 3)]},
]
PEERS = Path(__file__).resolve().parents[1] / "peers"
TOPICS = ["NBIRTH/n1", "DBIRTH/n1/d1", "DDATA/n1/d1", "DDATA/n1/d1", "NDEATH/n1"]


@pytest.mark.peer
async def test_births_data_a_gap_and_a_death_of_a_foreign_node(settings, bus: Bus, npm_peers):
    node, modules = npm_peers
    encoder = await asyncio.create_subprocess_exec(
        node, str(PEERS / "sparkplug_encode.mjs"),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=os.environ | {"PEERS": str(modules)},
    )  # fmt: skip
    out, _ = await encoder.communicate(json.dumps(PAYLOADS).encode())
    payloads = [base64.b64decode(text) for text in json.loads(out)]

    source = a_source(
        "sparkplug", {"group": "g", "node": "n1"},
        {"T1": {"metric": "temp"}, "G1": {"device": "d1", "metric": "gas"}, "P1": {"device": "d1", "metric": "pump"}},
    )  # fmt: skip
    health = Health("connect")
    runner = SourceRunner(source, a_site(source), Installation(settings, bus), health)
    batches: list[Readings] = []

    async def on_batch(batch: Readings) -> None:
        batches.append(batch)

    def of(point: str) -> list[tuple[float, int, int]]:
        whole = Readings.concat(batches)
        rows = whole.point == point_key(point)
        columns = (whole.value, whole.source_time, whole.quality)
        return list(zip(*(column[rows].tolist() for column in columns), strict=True))

    await bus.hear_readings(on_batch, "s")
    await bus.flush()
    commands: list[bytes] = []
    device = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="n1")
    device.on_message = lambda c, u, m: commands.append(m.payload)
    subscribed = asyncio.Event()
    loop = asyncio.get_running_loop()
    device.on_subscribe = lambda *_: loop.call_soon_threadsafe(subscribed.set)
    device.connect(settings.host, settings.mqtt_port)
    device.loop_start()
    device.subscribe("spBv1.0/g/NCMD/n1")
    await asyncio.wait_for(subscribed.wait(), 10)
    task = asyncio.create_task(runner.run())
    try:
        await until(lambda: commands, what="a rebirth request at the start")
        (command,) = decode(commands[0]).metrics
        assert command.name == "Node Control/Rebirth"
        for topic, payload in zip(TOPICS[:3], payloads[:3], strict=True):
            device.publish("spBv1.0/g/" + topic, payload)
        await until(lambda: len(of("G1")) == 2)
        assert runner.health().state is SourceState.UP
        assert of("T1") == [(20.5, T * 1_000_000, 0)]
        assert of("G1") == [(-7.0, T * 1_000_000, 0), (-8.0, (T + 1) * 1_000_000, 0)]
        assert of("P1") == [(1.0, T * 1_000_000, 0)]
        device.publish("spBv1.0/g/" + TOPICS[3], payloads[3])
        await until(lambda: len(of("P1")) == 2)
        assert health.error_count("connect.sparkplug.sequence_gap") == 1
        device.publish("spBv1.0/g/DDATA/n1/d1", b"\xff\xff\xff")
        await until(lambda: health.error_count("connect.sparkplug.not_sparkplug") == 1)
        device.publish("spBv1.0/g/" + TOPICS[4], payloads[4])
        await until(lambda: all(of(point)[-1][2] & Quality.BAD for point in ("T1", "G1", "P1")))
        assert runner.health().state is SourceState.DEGRADED
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        device.disconnect()
        device.loop_stop()
