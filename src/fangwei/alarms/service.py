"""The alarms process: live readings in, alarm events out at once; what was decided is kept beside it.

Start: load how the alarms stood, what was told (the EVENTS stream) and the last checkpoint; listen live into a buffer;
hear again the readings that the bus kept since the checkpoint; then the buffer; then live. Ids are functions of what
happened, so what was told before a crash is recognised and not told again, and what was not told is told now.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

from fangwei.alarms import checkpoint, texts
from fangwei.alarms.commands import Commands
from fangwei.alarms.engine import Engine, Snapshot, rehearse
from fangwei.alarms.errors import KpiRangeWrong
from fangwei.alarms.kpi import Transition, kpi_table
from fangwei.alarms.kpi_report import KpiReport, report
from fangwei.alarms.limit_store import LimitStore
from fangwei.alarms.register import AWAY, Register
from fangwei.alarms.schemas import (
    AcknowledgeAsked,
    CheckAsked,
    Command,
    JournalAsked,
    JournalPage,
    KpiAsked,
    LimitAsked,
    LimitInForce,
    ListAsked,
    ProposalsAsked,
    ProposeLimit,
    ProposeTakeOut,
    Review,
    Withdraw,
)
from fangwei.alarms.store import Store, Transitions
from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import DAY, SECOND, now_ns, to_datetime
from fangwei.core.events import AlarmChange, AlarmEvent, AlarmState, AlarmStatus, Hazard, SourceHealth
from fangwei.core.health import Health, HealthReport
from fangwei.core.lists import fields
from fangwei.core.reading import Readings
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.plant.site import Site

TICK_S = 0.05
LATER_PER_TICK = 50
"""A source with 5,000 points that goes down suppresses 5,000 data alarms; telling that must not hold up a leak."""
FIRST_WORDS = 10 * SECOND
"""After the start the other processes get this long to start and speak before their silence counts."""
CHECKPOINT_S = 5.0
REPLAY_OVERLAP = 5 * SECOND
"""Readings heard again before the checkpoint: longer than one waits between the bus and us. Those known are dropped as
repeats by the screen."""
LOOKBACK = 120 * SECOND
"""Without a checkpoint (another site file, a broken disk) the replay begins this long before the last event known, to
rebuild delays, and never more than twice as long ago: the buffer of live readings waits for it."""
RETOLD = 60 * SECOND
"""Events kept in the journal but not in the stream (the process died between the two) are told again this far back."""
STORE_PATIENCE_S = 30.0
HISTORY_STOPPED = "history_stopped"
"""State that the historian reports while its disk is full."""
MOST_JOURNAL = 10_000
LIMITS_AGAIN_S = 5.0


async def serve(settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Run the alarms until `stop`."""
    database = open_database(settings)
    try:
        service = Alarms(settings, site, bus, health, Store(database, health), LimitStore(database))
        await service.start()
        health.state = "running"
        await stop.wait()
        health.state = "stopping"
        await service.end()
    finally:
        await database.close()


class Alarms:
    """The engine with its doors."""

    def __init__(
        self, settings: Settings, site: Site, bus: Bus, health: Health, store: Store, limits: LimitStore
    ) -> None:
        now = now_ns()
        self._site = site
        self._bus = bus
        self._health = health
        self._store = store
        self._path: Path = settings.data / "alarms" / "checkpoint"
        self.engine = Engine(site, now + FIRST_WORDS, self._today(now))
        self.register = Register(site, self.engine, limits, health, self._tell, self._announce)
        self._buffer: list[Readings] | None = []
        self._later: deque[AlarmEvent] = deque()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Restore, catch up, go live, answer."""
        await self._store.rehearse(*rehearse(self._site))
        await self._bus.hear_readings(self._on_readings)
        # Nothing may be lost between the live buffer and what the stream holds.
        await self._bus.flush()
        # Before anything is heard again: what was decided then was decided by the limits that people had set.
        limits_known = await self._load_limits()
        snapshot = self._read_checkpoint()
        told = await self._restore_lives(snapshot)
        await self._catch_up(snapshot, told)
        self._tasks = [
            asyncio.create_task(self._store.run()),
            asyncio.create_task(self._ticking()),
            asyncio.create_task(self._checkpointing()),
        ]
        if not limits_known:
            self._tasks.append(asyncio.create_task(self._loading_limits()))
        await self._bus.hear_events(f"{subjects.HEALTH}.>", HealthReport, self._on_health)
        await self._bus.hear_events(f"{subjects.SOURCES}.>", SourceHealth, self._on_source)
        await self._answer()
        self.engine.expect_platform(now_ns() + FIRST_WORDS)

    async def end(self) -> None:
        """Leave everything told, written and checkpointed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._later:
            await self._emit(self._later.popleft())
        if await self._bus.settle(2.0) == 0:
            self._write(checkpoint.encode(self.engine.snapshot(now_ns())))
        await self._store.drain(5.0)

    # --- starting ---------------------------------------------------------------------------------------------

    def _read_checkpoint(self) -> Snapshot | None:
        try:
            snapshot = checkpoint.read(self._path)
        except checkpoint.CheckpointBroken as error:
            self._health.error("alarms.checkpoint_broken", str(error))
            return None
        if snapshot is not None and snapshot.fingerprint != self.engine.fingerprint:
            self._health.count("alarms.checkpoint_of_another_site_file")
            return None
        return snapshot

    async def _load_limits(self) -> bool:
        try:
            await self._tell(await self.register.load(now_ns()))
        except AWAY as error:
            # The files' limits hold meanwhile: alarms do not wait for a disk.
            self._health.error("alarms.limits_store_away", f"{type(error).__name__}: {error}")
        return self.register.loaded

    async def _loading_limits(self) -> None:
        while not await self._load_limits():
            await asyncio.sleep(LIMITS_AGAIN_S)
        for limit in self.register.limits():
            await self._announce(limit)

    async def _restore_lives(self, snapshot: Snapshot | None) -> set[str]:
        """Put the lives back and return the ids of events that the world has heard of."""
        kept, last, answers, journal = {}, None, {}, []
        with contextlib.suppress(Exception):
            answers = await self._store.commands()
        self.commands = Commands(self.engine.desk, answers, self._store.keep_command)
        try:
            async with asyncio.timeout(STORE_PATIENCE_S):
                kept, last = await self._store.lives(), await self._store.last_time()
                if last is not None:
                    journal = await self._store.journal(last - RETOLD, last + 1)
        except Exception as error:
            # Without the store the stream tells how the alarms stood; alarms do not wait for a disk.
            self._health.error("alarms.store_away", str(error))
        for alarm, (life, seen) in kept.items():
            self.engine.desk.restore(alarm, life, seen)
        since = min(t for t in (last, snapshot.time if snapshot else None, now_ns()) if t is not None) - RETOLD
        if last is None:
            since = now_ns() - 30 * DAY
        streamed: dict[str, AlarmEvent] = {}

        async def collect(event: AlarmEvent) -> None:
            streamed.setdefault(event.id, event)

        try:
            await self._bus.stored_events(f"{subjects.ALARMS}.>", AlarmEvent, collect, since)
        except Exception as error:
            self._health.error("alarms.stream_away", str(error))
        known = {e.id for e in journal}
        for event in sorted(streamed.values(), key=lambda e: e.decided_time):
            if event.id not in known and event.decided_time >= (last or 0) - RETOLD:
                self.engine.desk.fold(event)
                if event.alarm in self.engine.desk.lives:
                    desk = self.engine.desk
                    self._store.keep(event, desk.lives[event.alarm], desk.seen[event.alarm])
        for event in journal:
            if event.id not in streamed:
                await self._emit(event)
        return known | streamed.keys()

    async def _catch_up(self, snapshot: Snapshot | None, told: set[str]) -> None:
        engine = self.engine
        engine.begin_replay(snapshot, told)
        if snapshot is not None:
            since = snapshot.time - REPLAY_OVERLAP
        else:
            changed = max((seen.changed for seen in engine.desk.seen.values()), default=0)
            since = max(changed - LOOKBACK, now_ns() - 2 * LOOKBACK)
        replayed = 0

        async def again(_sequence: int, readings: Readings) -> None:
            nonlocal replayed
            replayed += len(readings)
            await self._tell(engine.hear(readings, now_ns()))
            await asyncio.sleep(0)

        try:
            await self._bus.stored_readings(again, since=since)
        except Exception as error:
            self._health.error("alarms.replay_failed", str(error))
        # The buffer grows while it is emptied; the last look and the switch to live happen without a pause between.
        while self._buffer:
            batch, self._buffer = self._buffer, []
            for readings in batch:
                await self._tell(engine.hear(readings, now_ns()))
        self._buffer = None
        await self._tell(engine.end_replay(now_ns()))
        self._health.gauge("alarms.replayed", replayed)

    # --- live -------------------------------------------------------------------------------------------------

    async def _on_readings(self, readings: Readings) -> None:
        if self._buffer is not None:
            self._buffer.append(readings)
            return
        now = now_ns()
        events = self.engine.hear(readings, now)
        self._health.count("alarms.readings", len(readings))
        if events:
            await self._tell(events)

    async def _tell(self, events: list[AlarmEvent]) -> None:
        for event in events:
            if _calls_nobody(event):
                self._later.append(event)
                continue
            while any(e.alarm == event.alarm for e in self._later):
                await self._emit(self._later.popleft())
            await self._emit(event)
        desk = self.engine.desk
        for event in events:
            self._store.keep(event, desk.lives[event.alarm], desk.seen[event.alarm])
        if events:
            self._health.count("alarms.events", len(events))

    async def _emit(self, event: AlarmEvent) -> None:
        await self._bus.emit(f"{subjects.ALARMS}.{event.zone}", event, sure_id=event.id)

    async def _on_health(self, report: HealthReport) -> None:
        trouble = texts.HISTORY_STOPPED if report.state == HISTORY_STOPPED else None
        await self._tell(self.engine.platform_heard(report.process, trouble, now_ns()))

    async def _on_source(self, source: SourceHealth) -> None:
        if source.clock_offset_s is not None:
            self.engine.clock_offset(source.source, source.clock_offset_s)

    async def _ticking(self) -> None:
        today = self._today(now_ns())
        slow = 0
        while True:
            await asyncio.sleep(TICK_S)
            try:
                now = now_ns()
                events = self.engine.tick(now)
                if events:
                    await self._tell(events)
                for _ in range(min(LATER_PER_TICK, len(self._later))):
                    await self._emit(self._later.popleft())
                slow += 1
                if slow >= 20:
                    slow = 0
                    self._report()
                    if self._today(now) != today:
                        today = self._today(now)
                        self.engine.screen.set_today(today)
            except Exception as error:
                self._health.error(f"alarms.tick.{type(error).__name__}", str(error))

    async def _checkpointing(self) -> None:
        while True:
            data = checkpoint.encode(self.engine.snapshot(now_ns()))
            # Only what the world has heard may be remembered as decided.
            if not self._later and await self._bus.settle(CHECKPOINT_S) == 0:
                await asyncio.to_thread(self._write, data)
            await asyncio.sleep(CHECKPOINT_S)

    def _write(self, data: bytes) -> None:
        try:
            checkpoint.write_bytes(self._path, data)
        except OSError as error:
            self._health.error("alarms.checkpoint_not_written", str(error))

    def _report(self) -> None:
        screen = self.engine.screen
        self._health.gauge("alarms.unknown_readings", screen.unknown_readings)
        self._health.gauge("alarms.unknown_points", len(screen.unknown))
        for id, (count, last) in self.engine.watch.failures().items():
            name = f"alarms.rule_failed.{id}"
            new = count - self._health.error_count(name)
            if new > 0:
                self._health.error(name, last, new)

    def _today(self, now: int) -> date:
        return to_datetime(now, self._site.head.timezone if self._site.head else "UTC").date()

    # --- asked ------------------------------------------------------------------------------------------------

    async def _answer(self) -> None:
        ask, do = f"{subjects.ASK}.alarms", f"{subjects.DO}.alarms"
        await self._bus.answer(f"{ask}.list", ListAsked, self._list)
        await self._bus.answer(f"{ask}.journal", JournalAsked, self._journal)
        await self._bus.answer(f"{ask}.kpi", KpiAsked, self._kpi)
        await self._bus.answer(f"{ask}.kpi_report", KpiAsked, self._kpi_report)
        await self._bus.answer(f"{do}.acknowledge", AcknowledgeAsked, self._acknowledge)
        for name in ("shelve", "unshelve", "put_back", "reset"):
            await self._bus.answer(f"{do}.{name}", Command, self._doer(name))
        await self._answer_about_limits(ask, do)

    async def _answer_about_limits(self, ask: str, do: str) -> None:
        register = self.register

        async def limit(asked: LimitAsked) -> Any:
            return await register.limit(asked.alarm)

        async def limits(_asked: dict[str, Any]) -> Any:
            return register.limits()

        async def check(asked: CheckAsked) -> Any:
            return register.check(asked)

        async def proposals(asked: ProposalsAsked) -> Any:
            return await register.proposals(asked)

        async def propose_limit(asked: ProposeLimit) -> Any:
            return await register.propose_limit(asked, now_ns())

        async def propose_take_out(asked: ProposeTakeOut) -> Any:
            return await register.propose_take_out(asked, now_ns())

        async def review(asked: Review) -> Any:
            return await register.review(asked, now_ns())

        async def withdraw(asked: Withdraw) -> Any:
            return await register.withdraw(asked, now_ns())

        await self._bus.answer(f"{ask}.limit", LimitAsked, limit)
        await self._bus.answer(f"{ask}.limits", dict, limits)
        await self._bus.answer(f"{ask}.check_limit", CheckAsked, check)
        await self._bus.answer(f"{ask}.proposals", ProposalsAsked, proposals)
        await self._bus.answer(f"{do}.propose_limit", ProposeLimit, propose_limit)
        await self._bus.answer(f"{do}.propose_take_out", ProposeTakeOut, propose_take_out)
        await self._bus.answer(f"{do}.review", Review, review)
        await self._bus.answer(f"{do}.withdraw", Withdraw, withdraw)

    async def _announce(self, limit: LimitInForce) -> None:
        await self._bus.emit(f"{subjects.LIMITS}.{limit.point}", limit)

    async def _list(self, asked: ListAsked) -> list[AlarmStatus]:
        return self.engine.desk.statuses(asked.zone, asked.states)

    async def _journal(self, asked: JournalAsked) -> JournalPage:
        first, last = asked.bounds(MOST_JOURNAL)
        newest_first = all(turned for _, turned in fields(asked.sort, ("time",)))
        zones = frozenset(asked.zones) if asked.zones is not None else None
        wanted = Transitions(asked.start, asked.end, asked.alarm, zones, tuple(asked.words))
        total, items = await self._store.journal_page(wanted, first, last, newest_first)
        return JournalPage(total, first, items)

    async def _kpi(self, asked: KpiAsked) -> Any:
        events = await self._transitions(asked)
        return await asyncio.to_thread(kpi_table, events, asked.start, asked.end, asked.operators)

    async def _kpi_report(self, asked: KpiAsked) -> KpiReport:
        events, first = await self._transitions(asked), await self._store.first_time()
        return await asyncio.to_thread(report, events, asked.start, asked.end, asked.operators, first)

    async def _transitions(self, asked: KpiAsked) -> list[Transition]:
        if asked.end <= asked.start or not isfinite(asked.operators) or asked.operators <= 0:
            raise KpiRangeWrong()
        # Two days before the start show which alarms were standing already.
        zones = frozenset(asked.zones) if asked.zones is not None else None
        return await self._store.transitions(asked.start - 2 * DAY, asked.end, zones)

    async def _acknowledge(self, asked: AcknowledgeAsked) -> bytes:
        return await self.commands.acknowledge(asked, now_ns(), self._tell)

    def _doer(self, name: str) -> Callable[[Command], Awaitable[bytes]]:
        async def do(asked: Command) -> bytes:
            return await self.commands.do(name, asked, now_ns(), self._tell)

        return do


def _calls_nobody(event: AlarmEvent) -> bool:
    """Of a data alarm that is suppressed or returns from it quiet: kept and told, but not at once."""
    if event.hazard is not Hazard.DATA:
        return False
    return event.state is AlarmState.SUPPRESSED or (event.change is AlarmChange.UNSUPPRESSED and not event.active)
