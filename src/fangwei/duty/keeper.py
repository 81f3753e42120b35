"""Writes beside the telling: a notice never waits for the disk, and an event is finished only when it is kept."""

import asyncio

from sqlalchemy.exc import SQLAlchemyError

from fangwei.audit.record import Entry
from fangwei.core.clock import now_ns
from fangwei.core.events import Incident, Notice
from fangwei.core.health import Health
from fangwei.duty.recorded import Recorder
from fangwei.duty.store import Batch, Store
from fangwei.duty.watch import Watch

RETRY_S = 1.0


class Keeper:
    """Collects what changed and writes it in the background, the newest of each, until it succeeds."""

    def __init__(self, store: Store, health: Health) -> None:
        self._store = store
        self._health = health
        self._batch = Batch()
        self._recorder = Recorder()
        self._changed = asyncio.Event()
        self._noted = 0
        self._written = 0
        self._progress = asyncio.Condition()

    def stands(self, watch: Watch) -> None:
        """At the start: an escalation as the store has it."""
        self._recorder.know(watch)

    def note_watch(self, watch: Watch) -> None:
        """This escalation changed."""
        self._batch.watches[watch.incident.id] = watch
        self._record(self._recorder.watch(watch, now_ns()))
        self._note()

    def note_notice(self, notice: Notice, incident: Incident | None = None) -> None:
        """This notice, of this incident where known, changed."""
        self._batch.notices[notice.id] = notice
        self._record(self._recorder.notice(notice, incident, now_ns()))
        self._note()

    def note_delivery(self, channel: str, incident: str, revision: int, time: int) -> None:
        """A channel that gets every incident took this revision."""
        self._batch.deliveries[channel, incident] = (revision, time)
        self._note()

    async def kept(self) -> None:
        """Wait until everything noted so far is written."""
        goal = self._noted
        async with self._progress:
            await self._progress.wait_for(lambda: self._written >= goal)

    async def run(self, stop: asyncio.Event) -> None:
        """Write until `stop`, and then what is left."""
        while not (stop.is_set() and not self._batch):
            if not self._batch:
                waiting = [asyncio.ensure_future(self._changed.wait()), asyncio.ensure_future(stop.wait())]
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in waiting:
                    task.cancel()
                continue
            if not await self._write() and stop.is_set():
                # The disk is full and we must go: the stream still holds the events, they are heard again.
                return

    def _record(self, entry: Entry | None) -> None:
        if entry is not None:
            self._batch.recorded.append(entry)

    def _note(self) -> None:
        self._noted += 1
        self._changed.set()

    async def _write(self) -> bool:
        batch, goal = self._batch, self._noted
        self._batch = Batch()
        self._changed.clear()
        try:
            await self._store.keep(batch, now_ns())
        except (SQLAlchemyError, OSError) as error:
            self._health.error("duty.not_stored", str(error)[:300])
            batch.under(self._batch)
            await asyncio.sleep(RETRY_S)
            return False
        async with self._progress:
            self._written = goal
            self._progress.notify_all()
        return True
