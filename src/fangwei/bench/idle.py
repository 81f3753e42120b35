"""`fangwei bench idle`: what the example plant costs when nothing happens.

`fangwei up --sim` on the example site in a temporary folder. When every source is up and the first minute's work is
done, processor time and memory of each process are taken over some seconds. The plant (`sim`) stands for the field: it
is measured too, and left out of `platform_*`.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from fangwei.bench.platform_run import (
    cpu_seconds,
    listening,
    platform_on,
    proportional_mb,
    ready,
    resident_mb,
    until_running,
)
from fangwei.bus import subjects
from fangwei.core.events import SourceHealth, SourceState
from fangwei.core.settings import Settings
from fangwei.plant.load import load_site

SOURCES_WITHIN_S = 60.0
SETTLED_AFTER_S = 20.0
"""First connections, compiled statements and the first history insert belong to the start, not to idling."""


async def run(seconds: float, site: Path | None = None) -> dict[str, Any]:
    """The figures: `cpu_percent` of one core, `pss_mb` and `rss_mb`, in all and by process.

    Raises:
        TimeoutError: a process or a source did not come up.
    """
    site = site or Settings.from_environment().site
    wanted = set(load_site(site).sources)
    with tempfile.TemporaryDirectory(prefix="fangwei-bench-") as name:
        async with platform_on(site, Path(name), "--sim") as (settings, _):
            settings, running = await ready(settings)
            up: set[str] = set()

            async def on_source(health: SourceHealth) -> None:
                (up.add if health.state is SourceState.UP else up.discard)(health.source)

            async with listening(settings) as (bus, reports):
                await bus.hear_events(f"{subjects.SOURCES}.>", SourceHealth, on_source)
                await until_running(reports)
                async with asyncio.timeout(SOURCES_WITHIN_S):
                    while not wanted <= up:
                        await asyncio.sleep(0.2)
                _, running = await ready(settings)
            # Our own listening must not be measured: it ends before the clock starts.
            processes = {**running.processes, "supervisor": running.pid}
            await asyncio.sleep(SETTLED_AFTER_S)
            before = cpu_seconds(processes)
            await asyncio.sleep(seconds)
            after = cpu_seconds(processes)
            share = {n: 100 * (after[n] - before[n]) / seconds for n in processes}
            return figures(share, proportional_mb(processes), resident_mb(processes), seconds, len(wanted))


def figures(
    share: dict[str, float], pss: dict[str, float], rss: dict[str, float], seconds: float, sources: int
) -> dict[str, Any]:
    """The figures as printed, from the share of one core (%) and memory (MB) of each process."""
    platform = [name for name in share if name != "sim"]
    return {
        "seconds": seconds,
        "sources_up": sources,
        "cpu_percent": round(sum(share.values()), 1),
        "platform_cpu_percent": round(sum(share[n] for n in platform), 1),
        "pss_mb": round(sum(pss.values())),
        "rss_mb": round(sum(rss.values())),
        "platform_pss_mb": round(sum(pss[n] for n in platform if n in pss)),
        "cpu_percent_by_process": {n: round(v, 1) for n, v in sorted(share.items())},
        "pss_mb_by_process": {n: round(v) for n, v in sorted(pss.items())},
        "rss_mb_by_process": {n: round(v) for n, v in sorted(rss.items())},
    }
