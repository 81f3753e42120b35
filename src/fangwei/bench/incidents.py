"""`fangwei bench incidents`: the easy and the hard scenario through the whole corridor, as one JSON object.

A generated site of 5,000 points, the real platform (`fangwei up`), readings by MQTT as any device would send them, a
webhook receiver on loopback as any receiver would listen. First notice = arrival at the webhook less the source time
of the first leak reading. `pure` plays many seeds straight into the correlator instead, in accelerated time.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import yaml

from fangwei.bench.incidents_pure import EASY, GONE, HARD, Result, plays
from fangwei.bench.platform_run import free_ports
from fangwei.bench.scenarios import CLEAR, LIMIT, Scenario, generate
from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.bus.server import secret
from fangwei.core.events import Incident
from fangwei.core.health import Health, HealthReport
from fangwei.core.settings import Settings
from fangwei.host.processes import PROCESSES

READY_WITHIN_S = 120.0
QUIET_AFTER_S = 5.0
"""The last revisions get this long to arrive after the last reading."""
SPOKEN_S = 3.0
TOPIC = "bench/{point}"
NEEDED = frozenset({"alarms", "incidents", "connect"}) & frozenset(PROCESSES)


async def run(seed: int = 1, pure: bool = False, seeds: int = 20) -> dict[str, Any]:
    """Both scenarios; `pure` gives the distribution over `seeds` seeds beginning at `seed`.

    Raises:
        RuntimeError: the platform did not come up.
    """
    if pure:
        return {name: spread(plays(shape, range(seed, seed + seeds))) for name, shape in _SHAPES.items()}
    # In real time the scenario has to end: chatter is known after half a minute, the leak lasts as stated.
    return {
        name: await _through_everything(generate(replace(shape, leak_at=30.0, after=40.0), seed))
        for name, shape in _SHAPES.items()
    }


_SHAPES = {"easy": EASY, "hard": HARD}


def spread(results: list[Result]) -> dict[str, Any]:
    """What share of runs reached each figure, and the worst ones."""
    runs = len(results)
    return {
        "runs": runs,
        "reached_all": sum(r.reached for r in results) / runs,
        "one_incident": sum(r.incidents_for_leak == 1 for r in results) / runs,
        "leak_alarms_38_or_more": sum(r.leak_alarms_in_it >= 38 for r in results) / runs,
        "foreign_2_or_fewer": sum(r.foreign_in_it <= 2 for r in results) / runs,
        "worst_incidents_for_leak": max(r.incidents_for_leak for r in results),
        "worst_leak_alarms_in_it": min(r.leak_alarms_in_it for r in results),
        "worst_foreign_in_it": max(r.foreign_in_it for r in results),
        "median_notices": statistics.median(r.notices for r in results),
        "worst_notices": max(r.notices for r in results),
        "worst_decide_ms": max(r.worst_decide_ms for r in results),
    }


@dataclass
class Receiver:
    """A webhook receiver: the latest picture of each incident, and when each was first and last heard of."""

    last: dict[str, Incident] = field(default_factory=dict)
    first_heard: dict[str, int] = field(default_factory=dict)
    alarm_heard: dict[str, int] = field(default_factory=dict)
    posts: int = 0

    async def on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """HTTP/1.1 as far as a webhook needs it."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = next((int(x[15:]) for x in head.split("\r\n") if x.startswith("content-length:")), 0)
                self.on_post(await reader.readexactly(length))
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def on_post(self, body: bytes) -> None:
        """One message of the platform."""
        now = time.time_ns()
        incident = msgspec.json.decode(body, type=_Posted).incident
        self.posts += 1
        held = self.last.get(incident.id)
        if held is None or held.revision <= incident.revision:
            self.last[incident.id] = incident
        self.first_heard.setdefault(incident.id, now)
        for member in incident.members:
            self.alarm_heard.setdefault(member.alarm, now)


class _Posted(msgspec.Struct):
    incident: Incident


async def _through_everything(scenario: Scenario) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="fangwei-bench-") as folder:
        web, nats, mqtt, hook = free_ports(4)
        receiver = Receiver()
        server = await asyncio.start_server(receiver.on_connection, "127.0.0.1", hook, limit=2**24)
        write_site(Path(folder) / "site", scenario, f"http://127.0.0.1:{hook}/fangwei")
        settings = Settings(
            data=Path(folder) / "data", site=Path(folder) / "site", web_port=web, nats_port=nats, mqtt_port=mqtt
        )
        environment = {**os.environ, **settings.environment()}
        environment.pop("FANGWEI_NATS_TOKEN", None)
        with (Path(folder) / "up.log").open("wb") as log:
            platform = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "fangwei.cli", "up", env=environment, stdout=log, stderr=log
            )
        try:
            await _ready(settings, platform, Path(folder) / "up.log")
            sent = await asyncio.to_thread(_send, scenario, mqtt)
            await asyncio.sleep(QUIET_AFTER_S)
            return _figures(scenario, receiver, sent)
        finally:
            if platform.returncode is None:
                platform.terminate()
            await platform.wait()
            server.close()


async def _ready(settings: Settings, platform: asyncio.subprocess.Process, log: Path) -> None:
    running: set[str] = set()

    async def on_report(report: HealthReport) -> None:
        if report.state == "running":
            running.add(report.process)

    token = settings.data / "secrets"
    deadline = time.monotonic() + READY_WITHIN_S
    while not token.exists() or not any(token.iterdir()):
        _still_starting(platform, deadline, log)
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)
    settings = msgspec.structs.replace(settings, nats_token=secret(settings.data, "nats"))
    bus = await Bus.connect(settings, Health("bench"))
    await bus.hear_events(f"{subjects.HEALTH}.>", HealthReport, on_report)
    while not running >= NEEDED:
        _still_starting(platform, deadline, log)
        await asyncio.sleep(0.1)
    await bus.close()


def _still_starting(platform: asyncio.subprocess.Process, deadline: float, log: Path) -> None:
    if platform.returncode is not None or time.monotonic() > deadline:
        raise RuntimeError(f"the platform did not come up: {log.read_text(errors='replace')[-2000:]}")


def _send(scenario: Scenario, port: int) -> dict[str, int]:
    """Play the scenario in real time over MQTT; returns the source time of each alarm's first raising reading."""
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    raised: dict[str, int] = {}
    try:
        # Every instrument of a plant speaks; one that never did has a data alarm of its own.
        for point in scenario.site.points:
            client.publish(TOPIC.format(point=point), b'{"v":%f,"t":%d}' % (CLEAR, time.time_ns()), qos=0)
        time.sleep(SPOKEN_S)
        begin = time.monotonic()
        for turn in sorted((t for t in scenario.turns if t.time >= 0), key=lambda t: t.time):
            wait = begin + turn.time - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            now = time.time_ns()
            if turn.active:
                raised.setdefault(turn.alarm, now)
            client.publish(TOPIC.format(point=turn.alarm), b'{"v":%f,"t":%d}' % (turn.value, now), qos=0)
        time.sleep(max(0.0, begin + scenario.ends - time.monotonic()))
    finally:
        client.loop_stop()
        client.disconnect()
    return raised


def _figures(scenario: Scenario, receiver: Receiver, sent: dict[str, int]) -> dict[str, Any]:
    def truth(alarm: str) -> str:
        point, _, limit = alarm.rpartition(".")
        return scenario.cause.get(point, "other") if limit == "hi" else "data"

    live = [i for i in receiver.last.values() if i.status not in GONE]
    with_leak = {i.id: sum(truth(m.alarm) == "leak" for m in i.members) for i in live}
    with_leak = {name: count for name, count in with_leak.items() if count}
    first_sent = min(sent[p] for p, cause in scenario.cause.items() if cause == "leak" and p in sent)
    heard = [t for alarm, t in receiver.alarm_heard.items() if truth(alarm) == "leak"]
    main = receiver.last[max(with_leak, key=lambda k: with_leak[k])] if with_leak else None
    foreign = Counter(truth(m.alarm) for m in main.members if truth(m.alarm) != "leak") if main else Counter()
    return {
        "incidents_for_leak": len(with_leak),
        "leak_alarms_in_it": with_leak[main.id] if main else 0,
        "foreign_in_it": sum(foreign.values()),
        "first_notice_ms": round((min(heard) - first_sent) / 1e6, 1) if heard else None,
        "notices": len(receiver.first_heard),
        "updates": receiver.posts,
        "foreign_by_cause": dict(foreign),
    }


def write_site(folder: Path, scenario: Scenario, webhook: str) -> None:
    """The scenario's site as a folder, fed by MQTT, with one webhook that hears everything."""
    site = scenario.site
    folder.mkdir(parents=True, exist_ok=True)
    points = []
    for point in site.points.values():
        priority = scenario.limits.get(point.id, point.limits[0].priority)
        points.append(
            {
                "id": point.id,
                "kind": str(point.kind),
                "unit": point.unit,
                "zone": point.zone,
                "place": list(point.place),
                "range": [-1000.0, 1000.0],
                "limits": [{"id": "hi", "type": "high", "at": LIMIT, "deadband": 0.5, "priority": priority}],
                **({"gas": {"substance": "DMC", "lel": 4.2}} if str(point.kind) == "combustible_gas" else {}),
            }
        )
    source = {
        "id": "bench",
        "protocol": "mqtt",
        "options": {"topic": TOPIC, "value": "v", "time": "t", "time_format": "ns"},
        "points": [{"point": p["id"], "address": p["id"]} for p in points],
    }
    lead = {"id": "lead", "name": {"zh": "班长", "en": "Shift lead"}, "role": "shift_supervisor"}
    channel = {"id": "hook", "type": "webhook", "url": webhook, "all_incidents": True}
    for name, content in {
        "site": {"site": site.head.model_dump()},
        "zones": {"zones": [z.model_dump(mode="json") for z in site.zones.values()]},
        "points": {"points": points},
        "sources": {"sources": [source]},
        "duty": {"duty": {"people": [lead], "shifts": [{"person": "lead"}], "channels": [channel]}},
    }.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
