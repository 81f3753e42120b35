"""`fangwei bench pipeline`: the whole corridor under load, as one JSON object.

A real platform (`fangwei up`: broker, connect, alarms, historian, incidents, app) on a generated site in a temporary
folder; the load comes from a process of its own; this process listens, as a room would, to `fw.alarms.>` and, as a
page would, to the websocket. Latencies are from the source time of the raising reading to the arrival here.
"""

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import websockets

from fangwei.bench.bench_site import TOPIC, write_site
from fangwei.bench.platform_run import cpu_seconds, listening, platform_on, ready, resident_mb, until_running
from fangwei.bench.visitor import cookie_of
from fangwei.bus import subjects
from fangwei.core.events import AlarmChange, AlarmEvent
from fangwei.core.health import HealthReport
from fangwei.core.settings import Settings
from fangwei.host.folder import Running

STORED_WITHIN_S = 60.0
"""The historian may lag behind by its insert interval; it gets this long to show that nothing is missing."""


@dataclass
class Heard:
    """What arrived here: (alarm's point, source time) -> ms, and the same of notices by incident."""

    alarms: dict[tuple[str, int], float] = field(default_factory=dict)
    started: dict[str, int] = field(default_factory=dict)
    notices: dict[str, float] = field(default_factory=dict)
    reports: dict[str, HealthReport] = field(default_factory=dict)


async def run(mode: str, rate: float, seconds: float, points: int) -> dict[str, Any]:
    """Play the load and return the figures.

    Raises:
        RuntimeError: the platform did not come up, or the load process failed.
    """
    with tempfile.TemporaryDirectory(prefix="fangwei-bench-") as folder:
        site = Path(folder) / "site"
        edges = write_site(site, points)
        async with platform_on(site, Path(folder)) as (settings, environment):
            return await _measure(settings, mode, rate, seconds, points, edges, environment)


async def _measure(
    settings: Settings,
    mode: str,
    rate: float,
    seconds: float,
    points: int,
    edges: list[str],
    environment: dict[str, str],
) -> dict[str, Any]:
    settings, running = await ready(settings)
    heard = Heard()
    async with listening(settings) as (bus, heard.reports):

        async def on_alarm(event: AlarmEvent) -> None:
            if event.change is AlarmChange.RAISED:
                heard.alarms.setdefault((event.point, event.source_time), (time.time_ns() - event.source_time) / 1e6)

        await bus.hear_events(f"{subjects.ALARMS}.>", AlarmEvent, on_alarm)
        await until_running(heard.reports)
        return await _play(
            settings, running, heard, _load_command(settings, mode, rate, seconds, points, edges), mode, environment
        )


async def _play(
    settings: Settings, running: Running, heard: Heard, command: list[str], mode: str, environment: dict[str, str]
) -> dict[str, Any]:
    page = asyncio.create_task(_listen(settings, heard))
    await asyncio.sleep(1.0)
    stored_before = _stored(heard)
    before = cpu_seconds(running.processes)
    peak = 0.0
    load = await asyncio.create_subprocess_exec(
        *command,
        env={**environment, **settings.environment()},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output = asyncio.create_task(load.communicate())
    while not output.done():
        peak = max(peak, sum(resident_mb(running.processes).values()))
        await asyncio.wait({output}, timeout=1.0)
    printed, _ = output.result()
    if load.returncode != 0:
        raise RuntimeError(f"the load process failed with {load.returncode}")
    sent = json.loads(printed)
    stored = await _all_stored(heard, stored_before, int(sent["sent"]))
    after = cpu_seconds(running.processes)
    page.cancel()
    ours = sum(after[n] - before[n] for n in after if n != "nats")
    wanted = [(p, t) for p, t in sent["edges"]]
    alarm_ms = [heard.alarms[(p, t)] for p, t in wanted if (p, t) in heard.alarms]
    notice_ms = list(heard.notices.values())
    return {
        "mode": mode,
        "rate": round(sent["sent"] / sent["seconds"]),
        "seconds": round(sent["seconds"], 2),
        "sent": sent["sent"],
        "stored": stored,
        "alarms_expected": len(wanted),
        "alarms_heard": len(alarm_ms),
        "notices_heard": len(notice_ms),
        **_quantiles("alarm", alarm_ms),
        **_quantiles("notice", notice_ms),
        "cpu_us_per_reading": round(ours * 1e6 / sent["sent"], 3),
        "cpu_us_by_process": {n: round((after[n] - before[n]) * 1e6 / sent["sent"], 3) for n in after},
        "broker_cpu_us_per_reading": round((after["nats"] - before["nats"]) * 1e6 / sent["sent"], 3),
        "peak_rss_mb": round(peak),
    }


def _load_command(
    settings: Settings, mode: str, rate: float, seconds: float, points: int, edges: list[str]
) -> list[str]:
    common = ["--rate", str(rate), "--seconds", str(seconds), "--points", str(points)]
    if mode == "batched":
        chosen = [word for point in edges for word in ("--edge", point)]
        return [sys.executable, "-m", "fangwei.bench.batch_load", *common, *chosen]
    mqtt = [
        "--port",
        str(settings.mqtt_port),
        "--topic",
        TOPIC,
        "--edges",
        str(len(edges)),
        "--edge-value",
        "60",
    ]
    return [sys.executable, "-m", "fangwei.bench.mqtt_load", *common, *mqtt]


async def _listen(settings: Settings, heard: Heard) -> None:
    url = f"ws://127.0.0.1:{settings.web_port}/api/live"
    cookie = {"cookie": await cookie_of(settings)}
    async with websockets.connect(url, max_size=None, additional_headers=cookie) as page:
        async for raw in page:
            arrived = time.time_ns()
            message = msgspec.json.decode(raw)
            if message["type"] == "incident":
                incident = message["incident"]
                heard.started.setdefault(incident["id"], incident["started"])
            elif message["type"] == "notice":
                incident = message["notice"]["incident"]
                if incident in heard.started:
                    heard.notices.setdefault(incident, (arrived - heard.started[incident]) / 1e6)


def _stored(heard: Heard) -> int:
    report = heard.reports.get("historian")
    return report.counts.get("history.stored", 0) if report else 0


async def _all_stored(heard: Heard, before: int, sent: int) -> int:
    deadline = time.monotonic() + STORED_WITHIN_S
    stored = 0
    while time.monotonic() < deadline:
        stored = _stored(heard) - before
        if stored >= sent:
            break
        await asyncio.sleep(0.2)
    return stored


def _quantiles(name: str, values: list[float]) -> dict[str, float | None]:
    if not values:
        return {f"{name}_p50_ms": None, f"{name}_p99_ms": None}
    return {
        f"{name}_p50_ms": round(float(np.percentile(values, 50)), 2),
        f"{name}_p99_ms": round(float(np.percentile(values, 99)), 2),
    }
