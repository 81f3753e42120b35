"""The door with a canned plant behind it, to develop pages by.

`python -m tests.api.canned_door` plays a growing incident until interrupted; `--quiet` leaves it out.
"""

import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path

from tests.api.canned_flows import canned_flows
from tests.api.canned_plant import CannedPlant
from tests.api.canned_reactions import canned_reactions
from tests.api.canned_site import canned_site

from fangwei.api.service import serve
from fangwei.bus.client import Bus
from fangwei.bus.server import binary, write_config
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate
from fangwei.identity.links import first_links
from fangwei.plant.people import listed


async def main() -> None:
    """The door on $FANGWEI_WEB_PORT with this plant behind it."""
    data = Path(os.environ.get("FANGWEI_DATA", Path(tempfile.gettempdir()) / "fangwei-canned"))
    port = int(os.environ.get("FANGWEI_NATS_PORT", "14222"))
    settings = Settings.from_environment(data=data, nats_token="canned", nats_port=port, mqtt_port=port + 1)
    settings.data.mkdir(parents=True, exist_ok=True)
    null = asyncio.subprocess.DEVNULL
    broker = await asyncio.create_subprocess_exec(binary(), "-c", str(write_config(settings)), stdout=null, stderr=null)
    stop = asyncio.Event()
    for sig in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sig, stop.set)
    site = canned_site()
    health = Health("app")
    bus, other = await Bus.connect(settings, health), await Bus.connect(settings, Health("canned"))
    await other.ensure_streams()
    await asyncio.to_thread(migrate, settings)
    for person, token in await first_links(settings, listed(site), one_per_role=True):
        print(f"{person.role:<20} {settings.page_url}/sign-in#{token}", flush=True)
    plant = CannedPlant(site, other)
    await plant.answer()
    tasks = [asyncio.create_task(plant.beat(stop)), asyncio.create_task(bus.report_health())]
    if "--quiet" not in sys.argv:
        tasks.append(asyncio.create_task(plant.story()))
    try:
        async with canned_flows(settings, site, other), canned_reactions(settings, site, other):
            await serve(settings, site, bus, health, stop)
    finally:
        for task in tasks:
            task.cancel()
        await bus.close()
        await other.close()
        broker.terminate()
        await broker.wait()


if __name__ == "__main__":
    asyncio.run(main())
