"""Sends what was stored to be said, after the transaction that stored it: at least once, with ids."""

import asyncio
import contextlib
from typing import Final

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.flows.store import Store

AT_ONCE: Final = 200
AGAIN_S: Final = 2.0
"""After a failure, and as a look for what another process left."""


class Outbox:
    """The loop."""

    def __init__(self, store: Store, bus: Bus, health: Health, written: asyncio.Event) -> None:
        self._store = store
        self._bus = bus
        self._health = health
        self._written = written

    async def serve(self) -> None:
        """Send until cancelled."""
        while True:
            self._written.clear()
            try:
                while await self.send():
                    pass
            except Exception as error:
                self._health.error(f"flows.outbox.{type(error).__name__}", str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._written.wait(), AGAIN_S)

    async def send(self) -> int:
        """One portion; how many were sent."""
        rows = await self._store.outgoing(AT_ONCE)
        if not rows or not self._bus.connected:
            return 0
        for _, id, subject, payload in rows:
            # how a run stands is news for whoever looks now; orders and words must not be lost
            sure = None if subject.startswith(f"{subjects.FLOWS}.") else id
            await self._bus.say(subject, payload, sure)
        if await self._bus.settle(5.0):
            self._health.error("flows.outbox.unsure", f"{self._bus.unsure} messages")
            return 0
        await self._bus.flush()
        await self._store.said([row[0] for row in rows])
        self._health.count("flows.said", len(rows))
        return len(rows)
