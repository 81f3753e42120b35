"""One source kept alive: its connector run again and again, its door, its health told each second."""

import asyncio
import contextlib
import random
import time
from collections.abc import Collection

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.connect import texts
from fangwei.connect.backoff import Backoff
from fangwei.connect.base import Connector, Installation, connector_class
from fangwei.connect.door import Door
from fangwei.core import clock
from fangwei.core.errors import FangweiError
from fangwei.core.events import SourceHealth, SourceState
from fangwei.core.health import Health
from fangwei.plant.schema import Source
from fangwei.plant.site import Site

TELL_EVERY_S = 1.0
CONNECTED = (SourceState.UP, SourceState.DEGRADED)


class SourceRunner:
    """Everything about one source of the site. A fault in it ends here.

    A source that cannot even be made (unknown protocol, wrong options) stays DOWN with the sentence that says
    why; its health is told like any other's, so that nobody takes its silence for calm.
    """

    def __init__(self, source: Source, site: Site, installation: Installation, health: Health) -> None:
        self.source = source
        self._bus: Bus = installation.bus
        self._health = health
        own = [site.points[p] for p in (f"{source.id}-state", f"{source.id}-lag") if p in site.points]
        fed = {p.point: site.points[p.point] for p in source.points if p.point in site.points}
        self._own = {p.id: p.key for p in own}
        self.door = Door(source, [*fed.values(), *own], installation.bus, health)
        self.connector: Connector | None = None
        self._refusal = ""
        self._since = clock.now_ns()
        try:
            self.connector = connector_class(source)(source, fed, self.door, health, installation)
        except FangweiError as error:
            self._refuse(error.code, error.message.en)
        except Exception as error:
            self._refuse("connect.not_made", f"Source {source.id}: {type(error).__name__}: {error}")

    async def run(self) -> None:
        """Read the source until cancelled; never raises anything else."""
        sender = asyncio.create_task(self.door.run(), name=f"{self.source.id} door")
        teller = asyncio.create_task(self._tell_health(), name=f"{self.source.id} health")
        try:
            if self.connector is None:
                await asyncio.Event().wait()
            else:
                await self._keep_connected(self.connector)
        finally:
            if self.connector is not None:
                self.connector.down(texts.STOPPED.en)
            self._tell_own()
            for task in (teller, sender):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _keep_connected(self, connector: Connector) -> None:
        backoff = Backoff(random.uniform)
        told = ""
        while True:
            ups = connector.times_up
            connector.connecting()
            started = time.monotonic()
            try:
                await connector.run()
                code, detail = "connect.connector_ended", "the connector ended without a reason"
            except FangweiError as error:
                code, detail = error.code, error.message.en
            except Exception as error:
                code = f"connect.{self.source.protocol}.{type(error).__name__}"
                detail = f"{type(error).__name__}: {error}"
            stood = connector.times_up > ups
            if stood or detail != told:
                # Not yet reachable, tried again and again for the same reason, is a state and no storm of errors.
                told = detail
                self._count(connector, code, detail)
            connector.down(detail)
            if stood:
                self._tell_own()
            held = time.monotonic() - started if stood else 0.0
            await asyncio.sleep(backoff.next_wait(held))

    def _count(self, connector: Connector, code: str, detail: str) -> None:
        connector.door.count_errors()
        self._health.error(code, detail if self.source.id in detail else f"{self.source.id}: {detail}")

    def _refuse(self, code: str, detail: str) -> None:
        self._refusal = detail
        self.door.count_errors()
        self._health.error(code, detail)

    # --- health ---------------------------------------------------------------------------------------------

    def health(self) -> SourceHealth:
        """The source as it is now."""
        connector, door = self.connector, self.door
        return SourceHealth(
            source=self.source.id,
            protocol=self.source.protocol,
            state=connector.state if connector else SourceState.DOWN,
            since=connector.since if connector else self._since,
            time=clock.now_ns(),
            readings=door.readings,
            errors=door.errors,
            last_reading=door.last_reading,
            lag_s=None if door.lag_ns is None else door.lag_ns / clock.SECOND,
            clock_offset_s=None if door.clock.offset_ns is None else door.clock.offset_ns / clock.SECOND,
            detail=self._detail(),
        )

    def _detail(self) -> str:
        parts = [self.connector.detail if self.connector else self._refusal]
        if self.door.unknown_names:
            worst = sorted(self.door.unknown_names.items(), key=lambda item: -item[1])[:5]
            parts.append("names without a point: " + ", ".join(f"{name} ({count})" for name, count in worst))
        return "; ".join(part for part in parts if part)

    def _tell_own(self) -> None:
        state = self.connector.state if self.connector else SourceState.DOWN
        for point, key in self._own.items():
            if point.endswith("-state"):
                self.door.take_own(key, 1.0 if state in CONNECTED else 0.0)
            elif self.door.lag_ns is not None:
                self.door.take_own(key, self.door.lag_ns / clock.SECOND)

    async def _tell_health(self) -> None:
        while True:
            try:
                self._tell_own()
                if self._bus.connected:
                    await self._bus.emit(f"{subjects.SOURCES}.{self.source.id}", self.health())
            except Exception as error:
                self._health.error("connect.health_not_told", f"{self.source.id}: {type(error).__name__}: {error}")
            await asyncio.sleep(TELL_EVERY_S)


async def end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended.

    Once is not always enough: on Python 3.11 a cancellation that meets an answer inside `asyncio.wait_for` is
    swallowed (cpython issue 86296), and the libraries of the protocols wait that way.
    """
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=2.0)
