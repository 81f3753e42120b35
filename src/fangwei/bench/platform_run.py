"""A platform started for a measurement: free ports, a folder of its own, and what its processes cost."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import psutil

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.bus.server import secret
from fangwei.core.health import Health, HealthReport
from fangwei.core.settings import Settings
from fangwei.host.folder import Running, read_running
from fangwei.host.processes import PROCESSES

READY_WITHIN_S = 90.0


def free_ports(count: int) -> list[int]:
    """Loopback ports that are free now."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@asynccontextmanager
async def platform_on(site: Path, folder: Path, *options: str) -> AsyncIterator[tuple[Settings, dict[str, str]]]:
    """`fangwei up OPTIONS` on `site` with its data under `folder`; yields its settings and environment while it runs.

    The settings hold the bus's password once `ready` has returned them. No caller is slowed down: measuring asks often.
    """
    web, nats, mqtt, opcua, modbus, iec104, rest = free_ports(7)
    settings = Settings(data=folder / "data", site=site, web_port=web, nats_port=nats, mqtt_port=mqtt, rate_per_s=0)
    environment = {**os.environ, **settings.environment()}
    environment.pop("FANGWEI_NATS_TOKEN", None)
    for name, port in {"OPCUA": opcua, "MODBUS": modbus, "IEC104": iec104, "REST": rest}.items():
        environment[f"FANGWEI_SIM_{name}_PORT"] = str(port)
    environment["FANGWEI_SIM_SQL_URL"] = f"sqlite:///{folder}/mes.db"
    with (folder / "up.log").open("wb") as log:
        platform = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "fangwei.cli", "up", *options, env=environment, stdout=log, stderr=log
        )
    try:
        yield settings, environment
    finally:
        if platform.returncode is None:
            platform.terminate()
        await platform.wait()


async def ready(settings: Settings) -> tuple[Settings, Running]:
    """Wait until every process is there; the settings with the bus's password, and the processes.

    Raises:
        TimeoutError: they did not come up.
    """
    async with asyncio.timeout(READY_WITHIN_S):
        while True:
            with contextlib.suppress(Exception):
                running = read_running(settings.data)
                if set(PROCESSES) | {"nats"} <= set(running.processes):
                    return msgspec.structs.replace(settings, nats_token=secret(settings.data, "nats")), running
            await asyncio.sleep(0.1)


@asynccontextmanager
async def listening(settings: Settings) -> AsyncIterator[tuple[Bus, dict[str, HealthReport]]]:
    """A client on the bus and the latest health report of each process."""
    reports: dict[str, HealthReport] = {}

    async def on_report(report: HealthReport) -> None:
        reports[report.process] = report

    bus = await Bus.connect(settings, Health("bench"))
    try:
        await bus.hear_events(f"{subjects.HEALTH}.>", HealthReport, on_report)
        yield bus, reports
    finally:
        await bus.close()


async def until_running(reports: dict[str, HealthReport]) -> None:
    """Wait until every process says that it runs.

    Raises:
        TimeoutError: one did not.
    """
    async with asyncio.timeout(READY_WITHIN_S):
        while not all(reports.get(n) and reports[n].state == "running" for n in PROCESSES):
            await asyncio.sleep(0.1)


def cpu_seconds(processes: dict[str, int]) -> dict[str, float]:
    """Processor time of each process so far, s."""
    result = {}
    for name, pid in processes.items():
        times = psutil.Process(pid).cpu_times()
        result[name] = times.user + times.system
    return result


def resident_mb(processes: dict[str, int]) -> dict[str, float]:
    """Resident memory of each process, MB; what they share is counted in each."""
    return {name: psutil.Process(pid).memory_info().rss / 1e6 for name, pid in _alive(processes).items()}


def proportional_mb(processes: dict[str, int]) -> dict[str, float]:
    """Memory of each process, MB, what is shared divided among the sharers: the sum is what the machine gives."""
    return {name: psutil.Process(pid).memory_full_info().pss / 1e6 for name, pid in _alive(processes).items()}


def _alive(processes: dict[str, int]) -> dict[str, int]:
    return {name: pid for name, pid in processes.items() if psutil.pid_exists(pid)}
