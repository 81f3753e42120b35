"""The connect process: every enabled source of the site, each on its own, until told to stop."""

import asyncio
from typing import Any

from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.bus.field import FieldStream
from fangwei.connect.base import Installation
from fangwei.connect.runner import SourceRunner, end
from fangwei.core.events import SourceHealth
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.plant.site import Site

FIELD_WAIT_S = 2.0
"""A stream that cannot be made (a full disk) must not hold up what is live."""
FIELD_AGAIN_S = 5.0


async def serve(settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Read the site's sources and answer `fw.ask.connect.sources` until `stop` is set."""
    field = bus.open_field()
    installation = Installation(settings, bus, field)
    runners = [SourceRunner(source, site, installation, health) for source in site.sources.values() if source.enabled]
    keeping = asyncio.create_task(_keep_field(field, runners, health))
    await asyncio.wait({keeping}, timeout=FIELD_WAIT_S)

    async def sources(_: dict[str, Any] | None) -> list[SourceHealth]:
        return [runner.health() for runner in runners]

    await bus.answer(f"{subjects.ASK}.connect.sources", dict[str, Any] | None, sources)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(runner.run(), name=runner.source.id) for runner in runners]
    health.gauge("connect.sources", len(runners))
    health.state = "running"
    await stop.wait()
    await end([keeping, *tasks])
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    for runner, outcome in zip(runners, ended, strict=True):
        if isinstance(outcome, Exception):
            health.error("connect.not_ended", f"{runner.source.id}: {type(outcome).__name__}: {outcome}")
    await bus.settle(2.0)


async def _keep_field(field: FieldStream, runners: list[SourceRunner], health: Health) -> None:
    """Let the broker keep what these sources' devices publish; tries again until it does."""
    patterns = [subject for runner in runners if runner.connector for subject in runner.connector.field_subjects]
    while True:
        try:
            await field.ensure(patterns)
            return
        except (NatsError, JetStreamError, OSError, TimeoutError) as error:
            health.error("connect.field_not_kept", f"what devices publish is not kept for a restart: {error}")
            await asyncio.sleep(FIELD_AGAIN_S)
