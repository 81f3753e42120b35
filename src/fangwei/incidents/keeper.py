"""Writing beside the decision: batches gather while one is written; a store that fails is tried again for ever."""

import asyncio

import msgspec

from fangwei.audit.record import Entry
from fangwei.core.clock import HOUR, now_ns
from fangwei.core.events import Incident, TimelineEntry
from fangwei.core.health import Health
from fangwei.incidents.correlate import Correlator
from fangwei.incidents.membership import Change
from fangwei.incidents.recorded import Recorder
from fangwei.incidents.store import Batch, Store

GATHER_S = 0.05
"""Writes per second are bounded by this; nobody waits for them but the finishing of events."""
RETRY_S = (0.5, 1.0, 2.0, 5.0)


class Keeper:
    """Takes what the correlator decided and keeps it.

    `kept(event_id)` ends when the event's decision is in the store. `flush()` returns when all of this moment is, or
    gives up after a time: a question is answered from memory then.
    """

    def __init__(self, correlator: Correlator, store: Store, health: Health) -> None:
        self._correlator = correlator
        self._store = store
        self._health = health
        self._decided: dict[str, tuple[int, str | None]] = {}
        self._lines: dict[str, tuple[str, TimelineEntry]] = {}
        """Only the lines: the pictures are of now when they are written, and a full disk may last for days."""
        self._recorder = Recorder()
        self._recorded: list[Entry] = []
        self._failed = Batch()
        self._wake = asyncio.Event()
        self._next: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writing: asyncio.Future[None] | None = None
        self._waits: dict[str, asyncio.Future[None]] = {}
        self._written: dict[str, bytes] = {}

    def note(self, event_id: str | None, changes: list[Change], now: int, answer: str | None = None) -> None:
        """An event or command was decided with these changes."""
        if event_id is not None:
            self._decided[event_id] = (now, answer)
            self._waits[event_id] = self._next
        for change in changes:
            self.take_revision(change)
        self._wake.set()

    def stands(self, incident: Incident) -> None:
        """At the start: an incident as the store has it."""
        self._recorder.know(incident)

    def take_revision(self, change: Change) -> None:
        """The lines of a revision, and its entry of the record, to be kept with the next write."""
        entry = self._recorder.entry_of(change)
        if entry is not None:
            self._recorded.append(entry)
        self.take_lines(change.incident.id, change.entries)

    def take_lines(self, incident: str, lines: list[TimelineEntry]) -> None:
        """Lines of an incident to be kept with the next write."""
        self._lines.update({line.id: (incident, line) for line in lines})
        self._wake.set()

    async def lines_kept(self) -> None:
        """Wait until every line taken so far is in the store."""
        self._wake.set()
        waiting = [self._next] if self._writing is None else [self._writing, self._next]
        for write in waiting:
            await asyncio.shield(write)

    async def kept(self, event_id: str) -> None:
        """Wait until the decision of this event is in the store; at once when it is there already."""
        waiting = self._waits.get(event_id)
        if waiting is not None:
            await asyncio.shield(waiting)

    async def flush(self, timeout: float = 2.0) -> bool:
        """Whether everything decided so far is in the store after at most `timeout` seconds."""
        self._wake.set()
        waiting = self._next
        try:
            await asyncio.wait_for(asyncio.shield(waiting), timeout)
        except TimeoutError:
            return False
        return True

    def unkept_lines(self, incident: str) -> list[TimelineEntry]:
        """Lines of an incident that are not in the store yet."""
        late = self._failed.lines | self._lines
        return [entry for owner, entry in late.values() if owner == incident]

    async def run(self, stop: asyncio.Event) -> None:
        """Write until `stop`, then the rest."""
        forgotten = now_ns()
        while not stop.is_set():
            try:
                await asyncio.wait_for(self._wake.wait(), 0.5)
            except TimeoutError:
                continue
            await asyncio.sleep(GATHER_S)
            await self._write()
            if now_ns() - forgotten > HOUR:
                forgotten = now_ns()
                await self._forget(forgotten)
        await self._write(tries=3)

    async def _write(self, tries: int | None = None) -> None:
        self._wake.clear()
        batch, waiting = self._take()
        done, self._next = self._next, asyncio.get_running_loop().create_future()
        self._failed, self._writing = batch, done
        attempt = 0
        while True:
            try:
                await self._store.keep(batch)
            except Exception as error:
                self._health.error("incidents.not_stored", f"{type(error).__name__}: {error}")
                attempt += 1
                if tries is not None and attempt >= tries:
                    return
                await asyncio.sleep(RETRY_S[min(attempt - 1, len(RETRY_S) - 1)])
                continue
            break
        self._failed, self._writing = Batch(), None
        self._health.count("incidents.kept", len(batch.decided))
        for event_id in waiting:
            self._waits.pop(event_id, None)
        done.set_result(None)

    def _take(self) -> tuple[Batch, list[str]]:
        # Everything is encoded here in one go, without an await: the batch is of one moment.
        desk = self._correlator.desk
        batch = Batch()
        batch.decided, self._decided = self._decided, {}
        for alarm in desk.touched:
            batch.alarms[alarm] = (alarm in desk.waiting, msgspec.json.encode(desk.histories[alarm]))
        desk.touched = set()
        for case in [*desk.cases.values(), *desk.ended.values()]:
            state = msgspec.json.encode(case)
            if self._written.get(case.id) != state:
                batch.cases[case.id] = (case.snapshot(), state)
                self._written[case.id] = state
        for gone in desk.ended:
            self._written.pop(gone, None)
        desk.ended = {}
        batch.lines, self._lines = self._lines, {}
        batch.recorded, self._recorded = self._recorded, []
        return batch, list(batch.decided)

    async def _forget(self, now: int) -> None:
        try:
            await self._store.forget(now)
        except Exception as error:
            self._health.error("incidents.not_forgotten", f"{type(error).__name__}: {error}")
