"""The alarms service in a process of its own, to be killed by a test. Arguments: data folder, port of the broker."""

import asyncio
import sys
from pathlib import Path

from tests.alarms.alarm_plant import gas, limit, site

from fangwei.alarms.service import serve
from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.core.settings import Settings


def child_site():  # type: ignore[no-untyped-def]
    return site(*(gas(f"G{i}", limit(), limit("slow", at=30.0, on_delay=1.0)) for i in range(40)))


async def main() -> None:
    settings = Settings(data=Path(sys.argv[1]), nats_port=int(sys.argv[2]), nats_token="token-of-this-test")
    health = Health("alarms")
    bus = await Bus.connect(settings, health)
    reporting = asyncio.create_task(bus.report_health(0.05))
    await serve(settings, child_site(), bus, health, asyncio.Event())
    reporting.cancel()


if __name__ == "__main__":
    asyncio.run(main())
