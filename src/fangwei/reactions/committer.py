"""Group commit: every decision taken while a transaction is under way goes into the next one, so that a thousand
decisions cost a few commits and a single one waits for no timer. Nothing waits for JetStream: the store is what makes
a command durable, and sending comes after."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from fangwei.core.clock import now_ns
from fangwei.core.health import Health
from fangwei.plant.site import Site
from fangwei.reactions.commands import Posted, firing, posted, posts_of
from fangwei.reactions.judge import Decision
from fangwei.reactions.questions import Firing
from fangwei.reactions.store import Store

MOST_TOGETHER = 500
MOST_WAITING = 50_000
"""Decisions in memory while the store takes nothing; the storm guard keeps real plants far below."""
AGAIN_S = 0.25
LONGEST_AGAIN_S = 5.0
SEND_ANYWAY_S = 2.0
"""A store that takes nothing for so long must not keep people and doors waiting: commands go out and are stored after.
Their ids are the same then, so that receivers do each once."""

Kept = tuple[Firing, list[Posted]]


class Committer:
    """Decisions on their way into the store. `stored(firings)` is awaited for those that were new."""

    def __init__(
        self,
        store: Store,
        site: Site,
        health: Health,
        stored: Callable[[list[Kept]], None],
        anyway: Callable[[list[Kept]], None],
    ) -> None:
        self._store = store
        self._zones, self._posts = list(site.zones), posts_of(site)
        self._health = health
        self._stored = stored
        self._anyway = anyway
        self._waiting: list[Kept] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def put(self, decisions: Sequence[Decision]) -> None:
        """Take decisions; returns at once."""
        for decision in decisions:
            if len(self._waiting) >= MOST_WAITING:
                self._health.error("reactions.given_up", f"{decision.rule}: {decision.cause}: the store takes nothing")
                continue
            self._waiting.append((firing(decision), posted(decision, self._zones, self._posts)))
        if self._waiting:
            self._idle.clear()
            self._wake.set()

    async def settled(self) -> None:
        """Wait until everything taken so far is stored."""
        await self._idle.wait()

    async def run(self) -> None:
        """Write what comes, until cancelled."""
        refused_since: float | None = None
        pause, sent = AGAIN_S, 0
        clock = asyncio.get_running_loop().time
        while True:
            await self._wake.wait()
            batch = self._waiting[:MOST_TOGETHER]
            try:
                fresh = await self._store.keep(batch)
            except Exception as error:  # a full disk, a locked file: nothing may be lost by it
                self._health.error("reactions.not_stored", f"{type(error).__name__}: {error}")
                refused_since = clock() if refused_since is None else refused_since
                if clock() - refused_since >= SEND_ANYWAY_S:
                    self._anyway(self._waiting[sent:])
                    sent = len(self._waiting)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_AGAIN_S)
                continue
            refused_since, pause, sent = None, AGAIN_S, max(0, sent - len(batch))
            del self._waiting[: len(batch)]
            now = now_ns()
            new = [kept for kept in batch if kept[0].id in fresh]
            self._health.count("reactions.fired", len(new))
            self._health.count("reactions.known", len(batch) - len(new))
            if new:
                self._health.gauge("reactions.store_ms", (now - new[0][0].decided) / 1e6)
            self._stored(new)
            if not self._waiting:
                self._wake.clear()
                self._idle.set()

    @property
    def waiting(self) -> int:
        """How many are not stored yet."""
        return len(self._waiting)

    async def drain(self, seconds: float, wait: Callable[[], Awaitable[None]] | None = None) -> int:
        """Before the end: wait until all is stored; returns how many are not."""
        try:
            async with asyncio.timeout(seconds):
                await self.settled()
                if wait is not None:
                    await wait()
        except TimeoutError:
            pass
        return len(self._waiting)
