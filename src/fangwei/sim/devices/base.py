"""What every device shares: an inbox that never blocks the plant, a life that survives cuts."""

import asyncio
import contextlib
import logging
import time
from abc import ABC, abstractmethod
from collections import deque

from fangwei.sim.instruments import Sample
from fangwei.sim.site import Item, Source

log = logging.getLogger("fangwei.sim")

RETRY_SECONDS = 2.0
"""Between two attempts of a device that crashed or found its port taken."""


class Inbox:
    """Samples on their way to one device. Bounded: a slow device loses the oldest and holds up nobody."""

    def __init__(self, limit: int = 5000) -> None:
        self._queue: deque[Sample] = deque(maxlen=limit)
        self._filled = asyncio.Event()

    def put(self, samples: list[Sample]) -> None:
        """Hand over samples."""
        self._queue.extend(samples)
        self._filled.set()

    def clear(self) -> None:
        """Forget what waits: a server shows the latest value, not the way to it."""
        self._queue.clear()

    async def take(self, wait: float | None = None) -> list[Sample]:
        """All samples so far, oldest first; waits for the first one, at most `wait` seconds."""
        if not self._queue:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._filled.wait(), wait)
        taken = list(self._queue)
        self._queue.clear()
        self._filled.clear()
        return taken


class Device(ABC):
    """One field device that serves one or more sources of the site.

    `run` keeps `serve` going until cancelled; `cut` takes the network away for a while.
    """

    def __init__(self, sources: list[Source]) -> None:
        self.sources = sources
        self.items: dict[str, list[Item]] = {}
        for source in sources:
            for item in source.items:
                self.items.setdefault(item.point, []).append(item)
        self.latest: dict[str, Sample] = {}
        self.inbox = Inbox()
        self.ready = asyncio.Event()
        """Set while a server listens (by those devices whose clients must wait for it)."""
        self.state = "starting"
        self.crashes = 0
        self.last_error = ""
        self._cut_until = 0.0
        self._cut = asyncio.Event()

    @property
    def name(self) -> str:
        """The sources it serves."""
        return "+".join(s.id for s in self.sources)

    def hear(self, samples: list[Sample]) -> None:
        """Take what concerns this device."""
        mine = [s for s in samples if s.point in self.items]
        for sample in mine:
            self.latest[sample.point] = sample
        if mine:
            self.inbox.put(mine)

    def cut(self, seconds: float) -> None:
        """Take the network away for `seconds`."""
        self._cut_until = time.monotonic() + seconds
        self._cut.set()

    @abstractmethod
    async def serve(self) -> None:
        """Speak the protocol until cancelled. Ends its servers and connections when cancelled."""

    async def run(self) -> None:
        """Live: serve, be cut, come back, survive crashes. Ends when cancelled."""
        while True:
            pause = self._cut_until - time.monotonic()
            if pause > 0.0:
                self.state = "cut"
                await asyncio.sleep(pause)
            self._cut.clear()
            self.state = "running"
            serving = asyncio.ensure_future(self.serve())
            cutting = asyncio.ensure_future(self._cut.wait())
            try:
                await asyncio.wait({serving, cutting}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (serving, cutting):
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await task
            if serving.done() and not serving.cancelled() and not self._cut.is_set():
                why = serving.exception()
                self.crashes += 1
                self.last_error = f"{type(why).__name__}: {why}" if why else "ended by itself"
                self.state = "failed"
                log.warning("%s: %s", self.name, self.last_error)
                await asyncio.sleep(RETRY_SECONDS)
