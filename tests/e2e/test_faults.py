"""Faults of the running platform: any one process killed in the middle of a leak, a second start, a clean end."""

import json
import subprocess
import time

import msgspec
import pytest
from tests.conftest import until
from tests.e2e.platform import Platform

from fangwei.core.events import NoticeState

ALARM = 60.0
CALM = 5.0


class Device:
    """An MQTT client that publishes as the README says."""

    def __init__(self, port: int) -> None:
        from paho.mqtt import client
        from paho.mqtt.enums import CallbackAPIVersion

        self.client = client.Client(CallbackAPIVersion.VERSION2)
        self.client.reconnect_delay_set(0.1, 0.5)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def send(self, point: str, value: float) -> None:
        """One reading with its own time; QoS 1, so that the client sends it again after a broken connection."""
        self.client.publish(f"bench/{point}", json.dumps({"v": value, "t": time.time_ns()}), qos=1)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


async def a_leak_over(platform: Platform, victim: str) -> None:
    """Alarms before, while and after `victim` is killed; all of them must be raised, once, and told, once."""
    device = Device(platform.settings.mqtt_port)
    points = [f"P{n:05d}" for n in range(6)]  # six far zones: six incidents
    try:
        for point in points:
            device.send(point, CALM)
        for point in points[:2]:
            device.send(point, ALARM)
        await until(
            lambda: len({e.incident.id for e in platform.incidents}) == 2, seconds=15, what="two incidents are told"
        )
        await platform.kill(victim)
        for point in points[2:4]:
            device.send(point, ALARM)
        await platform.until_healthy()
        for point in points[4:]:
            device.send(point, ALARM)
        alarms = {f"{p}.{limit}" for p in points for limit in ("hi", "hi_hi")}
        await until(lambda: alarms <= {e.alarm for e in platform.raised}, seconds=40, what="every alarm is raised")
        await until(lambda: len({n.incident for n in platform.notices}) == 6, seconds=40, what="every incident is told")
    finally:
        device.close()
    occurrences = {(e.alarm, e.occurrence) for e in platform.raised}
    assert len(occurrences) == len(alarms), "an alarm was raised as two"
    opened = {e.incident.id for e in platform.incidents if e.incident.merged_into is None}
    assert len(opened) == 6
    told = {(n.incident, n.person, n.channel, n.step): n.id for n in platform.notices if n.state is NoticeState.SENT}
    assert len({n.id for n in platform.notices}) == len(told), "somebody was told the same thing twice"


@pytest.mark.parametrize("victim", ["alarms", "incidents", "historian", "connect", "app", "nats"])
async def test_no_alarm_is_lost_or_announced_twice_when_a_process_is_killed(bench_platform: Platform, victim: str):
    await a_leak_over(bench_platform, victim)


async def test_a_second_start_on_the_same_folder_is_refused_with_a_sentence(bench_platform: Platform):
    code, output = await bench_platform.command("up")
    assert code == 2
    assert "in use by another platform" in output and "正被另一个平台进程" in output


async def test_the_platform_ends_cleanly_and_leaves_no_process_behind(bench_platform: Platform):
    pids = list(bench_platform.running.processes.values())
    assert await bench_platform.stop() == 0
    alive = [pid for pid in pids if subprocess.run(["kill", "-0", str(pid)], capture_output=True).returncode == 0]
    assert not alive
    code, output = await bench_platform.command("status")
    assert code == 2 and "fangwei up" in output


async def test_every_bad_input_is_counted_named_and_shown_by_status(bench_platform: Platform):
    device = Device(bench_platform.settings.mqtt_port)
    bad = {
        "P00001": b'{"v": 1.0, "t": ',
        "P00002": b'{"v": "warm", "t": 1}',
        "P00003": b"\xff\xfe\x00",
        "P00004": b"x" * 10_000_000,
        "NOT-A-POINT": b'{"v": 1.0, "t": 1}',
        "P00005": b'{"v": NaN, "t": 1}',
        "P00006": json.dumps({"v": 1.0, "t": 99}).encode(),
    }
    for point, payload in bad.items():
        device.client.publish(f"bench/{point}", payload, qos=1)
    device.send("P00000", CALM)
    device.send("P00000", ALARM)
    await until(lambda: any(e.point == "P00000" for e in bench_platform.raised), seconds=15, what="the stream goes on")
    device.close()
    seen: dict[str, int] = {}
    deadline = time.monotonic() + 15
    while len(seen) < 5 and time.monotonic() < deadline:
        _, output = await bench_platform.command("status", "--json")
        seen = {n: e["count"] for n, e in msgspec.json.decode(output)["processes"]["connect"]["errors"].items()}
    assert len(seen) >= 5, seen
