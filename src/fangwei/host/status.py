"""`fangwei status`: how every process and every source is, and which errors were counted."""

import asyncio
import unicodedata
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
from fangwei.core.texts import Text
from fangwei.host import texts
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
    worries: list[Text] = []
    """Why not everything is well, a sentence each; empty where it is."""
    growing: dict[str, int] = {}
    """Counted errors that became more while we listened, `<process>/<error>` or `source/<source>`, and by how many."""


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
    reports: list[HealthReport] = []
    sources: list[SourceHealth] = []

    async def on_report(report: HealthReport) -> None:
        reports.append(report)

    async def on_source(health: SourceHealth) -> None:
        sources.append(health)

    async with visit(settings) as bus:
        await bus.hear_events(f"{subjects.HEALTH}.>", HealthReport, on_report)
        await bus.hear_events(f"{subjects.SOURCES}.>", SourceHealth, on_source)
        await asyncio.sleep(LISTEN_S)
    return judge(running, reports, sources)


def judge(running: Running, reports: list[HealthReport], sources: list[SourceHealth]) -> Status:
    """What the reports of two seconds say, oldest first. Pure.

    Well is only what is known to be: every process speaks and runs, every source is up and counts no new errors, and
    every message that must not be lost was confirmed at least once meanwhile.
    """
    first: dict[str, HealthReport] = {}
    last: dict[str, HealthReport] = {}
    unsure: dict[str, float] = {}
    for report in reports:
        first.setdefault(report.process, report)
        last[report.process] = report
        waiting = report.gauges.get("bus.unsure", 0.0)
        unsure[report.process] = min(unsure.get(report.process, waiting), waiting)
    earlier: dict[str, SourceHealth] = {}
    known: dict[str, SourceHealth] = {}
    for source in sources:
        earlier.setdefault(source.source, source)
        known[source.source] = source

    growing = {
        f"{name}/{error}": more
        for name, report in last.items()
        for error, counted in report.errors.items()
        if (more := counted.count - (first[name].errors[error].count if error in first[name].errors else 0)) > 0
    }
    growing |= {
        f"source/{name}": more for name, source in known.items() if (more := source.errors - earlier[name].errors) > 0
    }
    missing = [name for name in PROCESSES if name not in last]
    worries = [texts.SILENT.format(process=name) for name in missing]
    worries += [
        texts.NOT_RUNNING.format(process=name, state=report.state)
        for name, report in sorted(last.items())
        if report.state != "running"
    ]
    worries += [
        texts.SOURCE_NOT_UP.format(source=name, state=source.state.value, detail=source.detail)
        for name, source in sorted(known.items())
        if source.state is not SourceState.UP
    ]
    worries += [
        texts.SOURCE_ERRORS.format(source=name, more=growing[f"source/{name}"])
        for name, source in sorted(known.items())
        if f"source/{name}" in growing and source.state is SourceState.UP
    ]
    worries += [
        texts.UNCONFIRMED.format(process=name, count=int(least)) for name, least in sorted(unsure.items()) if least > 0
    ]
    worries += [
        texts.NOT_ANSWERED.format(process=key.split("/")[0], part=key.rsplit(".", 1)[-1])
        for key in sorted(growing)
        if "/api.unconfirmed." in key
    ]
    return Status(
        healthy=not worries,
        running=running,
        processes=last,
        missing=missing,
        sources=known,
        worries=worries,
        growing=growing,
    )


def render(status: Status, width: int = 120) -> str:
    """The status as a person reads it; what does not fit into `width` columns is cut with an ellipsis."""
    now = now_ns()
    lines = ["进程 processes"]
    restarts = status.processes["supervisor"].gauges if "supervisor" in status.processes else {}
    for name, report in sorted(status.processes.items()):
        up = (now - report.started) // SECOND
        again = int(restarts.get(f"restarts.{name}", 0))
        lines.append(f"  {name:<12} {report.state:<18} pid {report.pid:<8} {up:>7} s   restarts {again}")
    lines.extend(f"  {name:<12} 没有回应 silent" for name in status.missing)
    lines.extend(_figures(status))
    lines.append("数据源 sources")
    for name, source in sorted(status.sources.items()):
        age = "-" if source.last_reading is None else f"{(now - source.last_reading) / SECOND:.1f} s"
        offset = "-" if source.clock_offset_s is None else f"{source.clock_offset_s:+.3f} s"
        errors = f"{source.errors}{_more(status, f'source/{name}')}"
        lines.append(
            f"  {name:<18} {source.protocol:<10} {source.state.value:<11} readings {source.readings:<10} "
            f"errors {errors:<9} last {age:<9} clock {offset}"
        )
        if source.detail:
            lines.append(f"  {'':<18} {source.detail}")
    errors_ = [(n, e, c) for n, r in sorted(status.processes.items()) for e, c in sorted(r.errors.items())]
    lines.append("计数的错误 counted errors" if errors_ else "没有计数的错误 no counted errors")
    for name, error, counted in errors_:
        times = f"{counted.count}{_more(status, f'{name}/{error}')}"
        lines.append(f"  {name:<12} {error:<32} {times:>12}   {counted.last}")
    lines.extend(f"! {worry.zh} | {worry.en}" for worry in status.worries)
    last = texts.WRONG if status.worries else texts.COUNTING if status.growing else texts.WELL
    lines.append(f"{last.zh} {last.en}")
    return "\n".join(fit(line, width) for line in lines)


def fit(line: str, width: int) -> str:
    """At most `width` columns of one line (a Chinese character takes two), line breaks made visible.

    >>> fit("数据源 down", 8)
    '数据源 …'
    """
    line = line.replace("\r", "").replace("\n", " ⏎ ")
    columns = [2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line]
    if sum(columns) <= width:
        return line
    kept = used = 0
    for wide in columns:
        if used + wide > width - 1:
            break
        kept, used = kept + 1, used + wide
    return line[:kept] + "…"


def _more(status: Status, key: str) -> str:
    return f" (+{status.growing[key]})" if key in status.growing else ""


def _figures(status: Status) -> list[str]:
    told = [
        text.format(value=status.processes[process].gauges[gauge])
        for process, gauge, text in texts.FIGURES
        if process in status.processes and gauge in status.processes[process].gauges
    ]
    return ["读数 figures", *(f"  {each.zh} | {each.en}" for each in told)] if told else []
