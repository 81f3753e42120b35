"""Keeping what the alarms did, beside their path: a full or locked disk delays no alarm, it is counted and retried."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from fangwei.alarms.desk import Seen
from fangwei.alarms.engine import life_of, stored_life
from fangwei.alarms.kpi import Transition
from fangwei.alarms.models import CommandRow, CurrentRow, JournalRow
from fangwei.alarms.recorded import entry_of
from fangwei.alarms.state import Life
from fangwei.audit.record import record
from fangwei.core.clock import DAY
from fangwei.core.events import AlarmEvent
from fangwei.core.health import Health
from fangwei.core.lists import holds
from fangwei.core.texts import Text
from fangwei.db.session import Database

MOST_WAITING = 100_000
"""Events that wait for a store that is away: about 100 MB. Beyond it the oldest are counted and left to the EVENTS
stream, which keeps them for 30 days."""
BATCH = 200
"""Writing a batch with its record takes some 10 ms of the loop in which the next leak is decided."""
PORTION = 1000
FIRST_RETRY_S = 0.2
LONGEST_RETRY_S = 10.0
COMMANDS_KEPT = DAY
"""A sender that repeats a command after a day means it anew."""


class Told(msgspec.Struct):
    """Of an event, what a question about the journal is answered by."""

    alarm: str
    zone: str
    decided_time: int
    message: Text
    by: str | None = None
    reason: str | None = None


class Transitions(msgspec.Struct, frozen=True):
    """Which events are meant: decided in [start, end); `words` all occur in alarm, message, person or reason."""

    start: int
    end: int
    alarm: str | None = None
    zones: frozenset[str] | None = None
    words: tuple[str, ...] = ()

    def mean(self, e: Told | AlarmEvent) -> bool:
        """Whether this one is meant."""
        if not self.start <= e.decided_time < self.end or self.alarm not in (None, e.alarm):
            return False
        if self.zones is not None and e.zone not in self.zones:
            return False
        told = f"{e.alarm} {e.message.zh} {e.message.en} {e.by or ''} {e.reason or ''}" if self.words else ""
        return holds(told, self.words)


class Kept(msgspec.Struct):
    """One thing to write. `life` as the alarm stands after `event`."""

    event: AlarmEvent | None = None
    alarm: str = ""
    life: bytes = b""
    command: str = ""
    answer: bytes = b""
    time: int = 0


class Store:
    """The queue before the tables; `run` writes until cancelled, `drain` what is left."""

    def __init__(self, database: Database, health: Health) -> None:
        self._database = database
        self._health = health
        self._waiting: deque[Kept] = deque()
        self._wake = asyncio.Event()

    def keep(self, event: AlarmEvent, life: Life, seen: Seen) -> None:
        """Remember an event; returns at once."""
        self._put(Kept(event=event, alarm=event.alarm, life=stored_life(life, seen), time=event.decided_time))

    def keep_command(self, id: str, answer: bytes, time: int) -> None:
        """Remember a command that was done; returns at once."""
        self._put(Kept(command=id, answer=answer, time=time))

    async def run(self) -> None:
        """Write what waits, in batches, retrying for as long as it takes."""
        pause = FIRST_RETRY_S
        while True:
            await self._wake.wait()
            try:
                await self._write_batch()
                pause = FIRST_RETRY_S
            except (SQLAlchemyError, OSError) as error:
                self._health.error("alarms.journal_not_written", str(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_RETRY_S)
            if not self._waiting:
                self._wake.clear()

    async def drain(self, timeout: float) -> int:
        """Write what is left before the end; returns how many could not be written."""
        try:
            async with asyncio.timeout(timeout):
                while self._waiting:
                    await self._write_batch()
        except (TimeoutError, SQLAlchemyError, OSError) as error:
            self._health.error("alarms.journal_not_written", str(error))
        return len(self._waiting)

    async def lives(self) -> dict[str, tuple[Life, Seen]]:
        """How the alarms stand that were kept; a row that cannot be read is counted and left out."""
        found: dict[str, tuple[Life, Seen]] = {}
        async with self._database.session() as session, session.begin():
            for row in await session.scalars(select(CurrentRow)):
                try:
                    found[row.alarm] = life_of(row.life)
                except msgspec.MsgspecError as error:
                    self._health.error("alarms.current_unreadable", f"{row.alarm}: {error}")
        return found

    async def journal(self, start: int, end: int) -> list[AlarmEvent]:
        """Events decided in [start, end), oldest first; what waits included."""
        events: dict[str, AlarmEvent] = {}
        async with aclosing(self._portions(start, end)) as portions:
            async for rows in portions:
                events |= {row.id: msgspec.json.decode(row.body, type=AlarmEvent) for row in rows}
        for kept in list(self._waiting):
            if kept.event is not None and start <= kept.event.decided_time < end:
                events[kept.event.id] = kept.event
        return sorted(events.values(), key=lambda e: e.decided_time)

    async def journal_page(
        self, wanted: Transitions, first: int, last: int, newest_first: bool = True
    ) -> tuple[int, list[AlarmEvent]]:
        """How many events are meant, and those at [first, last) in order of time; what waits to be written included.

        Those that wait are few and stand anywhere: of the written ones as many before `first` are read as wait, so that
        the part is cut where all of them are in order.
        """
        waiting = {e.id: e for kept in list(self._waiting) if (e := kept.event) is not None and wanted.mean(e)}
        async with self._database.session() as session, session.begin():
            known = select(JournalRow.id).where(JournalRow.id.in_(list(waiting)))
            for id in await session.scalars(known) if waiting else ():
                del waiting[id]
        base = max(0, first - len(waiting))
        if wanted.zones is None and not wanted.words:
            total, bodies = await self._counted(wanted, base, last, newest_first)
        else:
            total, bodies = await self._sifted(wanted, base, last, newest_first)
        events = {e.id: e for e in (msgspec.json.decode(body, type=AlarmEvent) for body in bodies)}
        ordered = sorted((waiting | events).values(), key=lambda e: (e.decided_time, e.id), reverse=newest_first)
        return total + len(waiting), ordered[first - base : last - base]

    async def _counted(self, wanted: Transitions, first: int, last: int, newest_first: bool) -> tuple[int, list[bytes]]:
        """Written events: the columns say all that is asked."""
        time, id = JournalRow.decided_time, JournalRow.id
        where = [time >= wanted.start, time < wanted.end]
        if wanted.alarm is not None:
            where.append(JournalRow.alarm == wanted.alarm)
        order = (time.desc(), id.desc()) if newest_first else (time, id)
        async with self._database.session() as session, session.begin():
            total = await session.scalar(select(func.count()).select_from(JournalRow).where(*where))
            part = select(JournalRow.body).where(*where).order_by(*order).offset(first).limit(last - first)
            return total or 0, list(await session.scalars(part))

    async def _sifted(self, wanted: Transitions, first: int, last: int, newest_first: bool) -> tuple[int, list[bytes]]:
        """Written events, each looked into."""
        total, bodies = 0, []
        async with aclosing(self._portions(wanted.start, wanted.end, wanted.alarm, newest_first)) as portions:
            async for rows in portions:
                for row in rows:
                    if wanted.mean(msgspec.json.decode(row.body, type=Told)):
                        if first <= total < last:
                            bodies.append(row.body)
                        total += 1
        return total, bodies

    async def transitions(self, start: int, end: int, zones: frozenset[str] | None) -> list[Transition]:
        """The events of [start, end) as far as the figures need them, oldest first; what waits included."""
        found: dict[str, Transition] = {}
        async with aclosing(self._portions(start, end)) as portions:
            async for rows in portions:
                for row in rows:
                    t = msgspec.json.decode(row.body, type=Transition)
                    if zones is None or t.zone in zones:
                        found[t.id] = t
        for kept in list(self._waiting):
            e = kept.event
            if e is not None and start <= e.decided_time < end and (zones is None or e.zone in zones):
                found.setdefault(e.id, msgspec.convert(e, Transition, from_attributes=True))
        return sorted(found.values(), key=lambda t: t.decided_time)

    async def _portions(
        self, start: int, end: int, alarm: str | None = None, newest_first: bool = False
    ) -> AsyncGenerator[Sequence[Any], None]:
        """The journal of [start, end) in portions, each in a transaction of its own: a month may hold 100,000 events,
        and meanwhile this loop decides alarms and other rooms write."""
        time, id = JournalRow.decided_time, JournalRow.id
        query = select(id, time, JournalRow.body).where(time >= start, time < end)
        if alarm is not None:
            query = query.where(JournalRow.alarm == alarm)
        query = query.order_by(time.desc(), id.desc()) if newest_first else query.order_by(time, id)
        at: tuple[int, str] | None = None
        while True:
            further = query
            if at is not None:
                here = tuple_(time, id)
                further = query.where(here < at if newest_first else here > at)
            async with self._database.session() as session, session.begin():
                rows = (await session.execute(further.limit(PORTION))).all()
            yield rows
            if len(rows) < PORTION:
                return
            at = (rows[-1].decided_time, rows[-1].id)

    async def first_time(self) -> int | None:
        """Decided time of the oldest event kept."""
        async with self._database.session() as session, session.begin():
            query = select(JournalRow.decided_time).order_by(JournalRow.decided_time).limit(1)
            return (await session.execute(query)).scalar()

    async def last_time(self) -> int | None:
        """Decided time of the newest event kept."""
        async with self._database.session() as session, session.begin():
            query = select(JournalRow.decided_time).order_by(JournalRow.decided_time.desc()).limit(1)
            return (await session.execute(query)).scalar()

    async def commands(self) -> dict[str, bytes]:
        """Answers of the commands done within a day before the newest."""
        async with self._database.session() as session, session.begin():
            rows = list(await session.scalars(select(CommandRow).order_by(CommandRow.time.desc()).limit(10_000)))
        return {r.id: r.answer for r in rows}

    def _put(self, kept: Kept) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._health.error("alarms.journal_overflow", "the oldest event waiting was left to the EVENTS stream")
        self._waiting.append(kept)
        self._wake.set()

    async def rehearse(self, event: AlarmEvent, life: Life, seen: Seen) -> None:
        """Write an invented event and take it back, so that the first real one finds the statements compiled; that
        takes 100 ms, which a leak in its first second would wait for."""
        kept = Kept(event=event, alarm=event.alarm, life=stored_life(life, seen), time=event.decided_time)
        try:
            async with self._database.session() as session, session.begin() as transaction:
                await self._write(session, [kept])
                await transaction.rollback()
        except (SQLAlchemyError, OSError) as error:
            self._health.error("alarms.store_away", str(error))

    async def _write_batch(self) -> None:
        batch = [self._waiting[i] for i in range(min(BATCH, len(self._waiting)))]
        async with self._database.session() as session, session.begin():
            await self._write(session, batch)
        for _ in batch:
            self._waiting.popleft()
        self._health.count("alarms.journalled", sum(k.event is not None for k in batch))

    async def _write(self, session: AsyncSession, batch: list[Kept]) -> None:
        # Rows go beside the statements, not into them: a statement with its rows inside is compiled anew each time.
        events = {k.event.id: k.event for k in batch if k.event is not None}
        lives = {k.alarm: k for k in batch if k.alarm}
        commands = {k.command: k for k in batch if k.command}
        if events:
            rows = [
                {
                    "id": e.id,
                    "alarm": e.alarm,
                    "change": e.change.value,
                    "decided_time": e.decided_time,
                    "body": msgspec.json.encode(e),
                }
                for e in events.values()
            ]
            await session.execute(self._insert(JournalRow).on_conflict_do_nothing(), rows)
        if lives:
            standing = [{"alarm": a, "changed": k.time, "life": k.life} for a, k in lives.items()]
            insert = self._insert(CurrentRow)
            update = {"changed": insert.excluded.changed, "life": insert.excluded.life}
            await session.execute(insert.on_conflict_do_update(index_elements=["alarm"], set_=update), standing)
        if commands:
            done = [{"id": i, "time": k.time, "answer": k.answer} for i, k in commands.items()]
            await session.execute(self._insert(CommandRow).on_conflict_do_nothing(), done)
            oldest = max(k.time for k in commands.values()) - COMMANDS_KEPT
            await session.execute(delete(CommandRow).where(CommandRow.time < oldest))
        await record(session, [entry_of(e) for e in events.values()])

    def _insert(self, table: Any) -> Any:
        dialect = sqlite if self._database.engine.dialect.name == "sqlite" else postgresql
        return dialect.insert(table)
