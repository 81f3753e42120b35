"""`fangwei status`: how every process and every source is, and which errors were counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.bus.server import secret
from fangwei.core.clock import SECOND, now_ns
from fangwei.core.events import SourceHealth, SourceState
from fangwei.core.health import Health, HealthReport
from fangwei.core.settings import Settings
from fangwei.host.folder import Running, read_running
from fangwei.host.processes import PROCESSES

LISTEN_S = 2.2
"""Everybody reports each second; two reports' time tells who is silent."""


class Status(msgspec.Struct, kw_only=True):
    """The health of everything, as `fangwei status --json` prints it."""

    healthy: bool
    running: Running
    processes: dict[str, HealthReport]
    missing: list[str]
    sources: dict[str, SourceHealth]


@asynccontextmanager
async def visit(settings: Settings) -> AsyncIterator[Bus]:
    """A bus client to the platform that runs on the settings' data folder.

    Raises:
        NotRunning: none runs there.
    """
    running = read_running(settings.data)
    token = settings.nats_token or secret(settings.data, "nats")
    bus = await Bus.connect(
        msgspec.structs.replace(settings, nats_port=running.nats_port, nats_token=token), Health("visitor")
    )
    try:
        yield bus
    finally:
        await bus.close()


async def read_status(settings: Settings) -> Status:
    """Listen for two seconds and say what was heard.

    Raises:
        NotRunning: no platform runs on the data folder.
    """
    running = read_running(settings.data)
    processes: dict[str, HealthReport] = {}
    sources: dict[str, SourceHealth] = {}

    async def on_report(report: HealthReport) -> None:
        processes[report.process] = report

    async def on_source(health: SourceHealth) -> None:
        sources[health.source] = health

    async with visit(settings) as bus:
        await bus.hear_events(f"{subjects.HEALTH}.>", HealthReport, on_report)
        await bus.hear_events(f"{subjects.SOURCES}.>", SourceHealth, on_source)
        await asyncio.sleep(LISTEN_S)
    missing = [name for name in PROCESSES if name not in processes]
    healthy = (
        not missing
        and all(report.state == "running" for report in processes.values())
        and all(source.state is SourceState.UP for source in sources.values())
    )
    return Status(healthy=healthy, running=running, processes=processes, missing=missing, sources=sources)


def render(status: Status) -> str:
    """The status as a person reads it."""
    lines = ["进程 processes"]
    restarts = status.processes["supervisor"].gauges if "supervisor" in status.processes else {}
    for name, report in sorted(status.processes.items()):
        up = (now_ns() - report.started) // SECOND
        again = int(restarts.get(f"restarts.{name}", 0))
        lines.append(f"  {name:<12} {report.state:<18} pid {report.pid:<8} {up:>7} s   restarts {again}")
    lines.extend(f"  {name:<12} 没有回应 silent" for name in status.missing)
    lines.append("数据源 sources")
    for name, source in sorted(status.sources.items()):
        age = "-" if source.last_reading is None else f"{(now_ns() - source.last_reading) / SECOND:.1f} s"
        offset = "-" if source.clock_offset_s is None else f"{source.clock_offset_s:+.3f} s"
        lines.append(
            f"  {name:<18} {source.protocol:<10} {source.state.value:<11} readings {source.readings:<10} "
            f"errors {source.errors:<6} last {age:<9} clock {offset:<10} {source.detail}"
        )
    errors = [(n, e, c) for n, r in sorted(status.processes.items()) for e, c in sorted(r.errors.items())]
    lines.append("计数的错误 counted errors" if errors else "没有计数的错误 no counted errors")
    lines.extend(f"  {name:<12} {error:<32} {c.count:>8}   {c.last}" for name, error, c in errors)
    lines.append("一切正常 all is well" if status.healthy else "有问题 something is wrong")
    return "\n".join(lines)
