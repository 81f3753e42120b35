"""The connect process: every enabled source of the site, each on its own, until told to stop."""

import asyncio
from typing import Any

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.connect.base import Installation
from fangwei.connect.runner import SourceRunner
from fangwei.core.events import SourceHealth
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.plant.site import Site


async def serve(settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Read the site's sources and answer `fw.ask.connect.sources` until `stop` is set."""
    installation = Installation(settings, bus)
    runners = [SourceRunner(source, site, installation, health) for source in site.sources.values() if source.enabled]

    async def sources(_: dict[str, Any] | None) -> list[SourceHealth]:
        return [runner.health() for runner in runners]

    await bus.answer(f"{subjects.ASK}.connect.sources", dict[str, Any] | None, sources)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(runner.run(), name=runner.source.id) for runner in runners]
    health.gauge("connect.sources", len(runners))
    health.state = "running"
    await stop.wait()
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    for runner, outcome in zip(runners, ended, strict=True):
        if isinstance(outcome, Exception):
            health.error("connect.not_ended", f"{runner.source.id}: {type(outcome).__name__}: {outcome}")
    await bus.settle(2.0)
