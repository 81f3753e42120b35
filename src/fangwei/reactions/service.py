"""The reactions room: hears what happens, decides at once, keeps what it decided, then says it.

Event -> decision -> firing, commands and record in one transaction -> said on the bus. What was missed while the room
was away comes by the stream and is acted upon while it is news, and listed as late when it is not.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import DAY, HOUR, SECOND, now_ns, seconds
from fangwei.core.errors import FangweiError
from fangwei.core.events import AlarmEvent, IncidentEvent, SourceHealth
from fangwei.core.health import Health
from fangwei.core.orders import OrderReceipt, PlantSignal
from fangwei.core.reading import Readings
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.historian.questions import AskDownsample, Historian
from fangwei.plant.geometry import Plan
from fangwei.plant.site import Site
from fangwei.reactions.committer import Committer, Kept
from fangwei.reactions.desk import Desk
from fangwei.reactions.judge import LATE_S, Decision, Judge, Stop
from fangwei.reactions.questions import AskCheck, AskFirings, AskRule, AskRules, AskTry, OnRule, SaveRule, TryRule
from fangwei.reactions.readings import Watched
from fangwei.reactions.rows import RowWatch
from fangwei.reactions.rule import ValueRow
from fangwei.reactions.seen import Seen, of_alarm, of_incident, of_signal
from fangwei.reactions.sender import Sender
from fangwei.reactions.store import Store
from fangwei.reactions.tries import Tries

E = TypeVar("E", bound=msgspec.Struct)

TICK_S = 0.05
REMEMBER = 7 * DAY
"""Causes known again after a restart; the store knows all."""
SILENT_S = 10.0
"""A process says how it is every second."""
FIRST_HEALTH_S = 60.0
JUMP_S = 2.0
ASK_HISTORY_S = 10.0
SAYS = {"alarms": "alarm", "incidents": "incident"}


class Room:
    """The running room."""

    def __init__(self, site: Site, bus: Bus, store: Store, health: Health) -> None:
        self._site, self._bus, self._store, self._health = site, bus, store, health
        plan = Plan(site)
        self.judge = Judge(plan.distance_to_zone, {p.id: (p.zone, p.unit) for p in site.points.values()})
        self.desk = Desk(site, store, self.judge)
        self.sender = Sender(bus, store, health)
        self.committer = Committer(store, site, health, self._stored, self.sender.anyway)
        self._tries = Tries(site, bus, self.desk)
        self._watched = Watched(site)
        self._started = time.monotonic_ns()
        self._heard: dict[str, int] = dict.fromkeys(SAYS, 0)
        self._deaf: dict[str, int] = {}
        self._offset = now_ns() - self._started
        self._jump, self._jumped = 0, 0
        self._hears_readings = False
        self._again = asyncio.Event()
        self._stops: set[asyncio.Task[None]] = set()

    async def serve(self, stop: asyncio.Event) -> None:
        """Decide until `stop`."""
        self.desk.changed = self._rules_changed
        await self.desk.load()
        tick, now = time.monotonic_ns(), now_ns()
        fired = await self._store.fired_since(now - REMEMBER)
        for one in fired:
            self.judge.recall(one.rule, one.cause, one.zone, now - one.decided, tick, one.late)
        beside = [asyncio.create_task(work) for work in (self.committer.run(), self.sender.run())]
        try:
            await self._carry_on({(f.rule, i.point): f.cause for f in fired for i in f.inputs if i.kind == "value"})
            await self._answer()
            await self._listen()
            await self.sender.resume(now_ns())
            beside += [asyncio.create_task(work) for work in (self._ticking(), self._looking())]
            self._health.state = "running"
            await stop.wait()
        finally:
            await self.committer.drain(2.0)
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._tries.close()
            await self.sender.close()

    # --- hearing ------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        bus = self._bus
        await bus.hear(f"{subjects.HEALTH}.*", self._on_health)
        await bus.hear_events(f"{subjects.SOURCES}.>", SourceHealth, self._on_source)
        await self._hear_readings()
        await self._follow(subjects.ALARMS, AlarmEvent, of_alarm)
        await self._follow(subjects.INCIDENTS, IncidentEvent, of_incident)
        await self._follow(subjects.SIGNALS, PlantSignal, self._of_signal)
        await bus.follow_events(f"{subjects.RECEIPTS}.>", OrderReceipt, self.sender.receipt, "reactions-receipts")

    async def _follow(self, subject: str, kind: type[E], seen_of: Callable[[E], Seen | None]) -> None:
        async def live(event: E) -> None:
            self._hear(seen_of(event))

        async def kept(event: E) -> None:
            self._hear(seen_of(event))
            await self.committer.settled()

        name = subject.rsplit(".", 1)[1]
        await self._bus.follow_events(f"{subject}.>", kind, kept, f"reactions-{name}", live=live)
        # What was handed to a process that was killed comes again after half a minute only: too late to act.
        try:
            await self._bus.stored_events(f"{subject}.>", kind, live, now_ns() - seconds(2 * LATE_S))
        except Exception as error:  # a broker that is away: the follower has it later
            self._health.error("reactions.not_replayed", f"{subject}: {type(error).__name__}: {error}")

    def _of_signal(self, signal: PlantSignal) -> Seen:
        return of_signal(signal, self._zone_of)

    def _zone_of(self, point: str) -> str:
        found = self._site.points.get(point)
        return found.zone if found else ""

    def _hear(self, seen: Seen | None) -> None:
        if seen is None:
            return
        now, tick = now_ns(), time.monotonic_ns()
        if tick - self._jumped < seconds(LATE_S) and self._jump > 0:
            # Stamped before our clock was set forward: it is as young as it was.
            seen.time = min(now, seen.time + self._jump)
        self._act(self.judge.hear(seen, now, tick))

    async def _on_readings(self, batch: Readings) -> None:
        if not self._watched:
            return
        now, tick = now_ns(), time.monotonic_ns()
        for point, value, ok, quality, source_time in self._watched.take(batch, tick):
            self._act(self.judge.read(point, value, ok, quality, source_time, now, tick))

    async def _on_source(self, source: SourceHealth) -> None:
        known = self._site.sources.get(source.source)
        if known is not None and source.clock_offset_s is not None:
            self._watched.clock_offset({item.point for item in known.points}, source.clock_offset_s)

    async def _on_health(self, subject: str, _payload: bytes) -> None:
        process = subject.rsplit(".", 1)[1]
        if process in SAYS:
            self._heard[process] = time.monotonic_ns()

    def _act(self, found: list[Decision | Stop]) -> None:
        if not found:
            return
        self.committer.put([one for one in found if isinstance(one, Decision)])
        for one in found:
            if isinstance(one, Stop):
                self._health.error("reactions.rule_fires_itself", f"{one.rule}: {one.why.en}")
                task = asyncio.get_running_loop().create_task(self._stop(one))
                self._stops.add(task)
                task.add_done_callback(self._stops.discard)

    async def _stop(self, stop: Stop) -> None:
        # It runs no more already; that must also be true after a restart, so it is tried until it is written.
        pause = 0.25
        while True:
            try:
                await self.desk.stop(stop)
                return
            except Exception as error:
                self._health.error("reactions.not_stored", f"{type(error).__name__}: {error}")
                await asyncio.sleep(pause)
                pause = min(2 * pause, 5.0)

    def _stored(self, new: list[Kept]) -> None:
        for firing, _ in new:
            if not firing.late:
                self.desk.fired(firing.rule, firing.decided)
        self.sender.stored(new)

    # --- time ---------------------------------------------------------------------------------------------------

    async def _ticking(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            if self._watched:
                self._act(self.judge.tick(now_ns(), time.monotonic_ns()))

    async def _looking(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            try:
                self._look()
                if self._again.is_set():
                    self._again.clear()
                    await self._hear_readings()
            except Exception as error:
                self._health.error(f"reactions.look.{type(error).__name__}", str(error))

    def _look(self) -> None:
        now, tick = now_ns(), time.monotonic_ns()
        moved = (now - tick) - self._offset
        if abs(moved) > seconds(JUMP_S):
            self._health.error("reactions.clock_jumped", f"{moved / SECOND:+.1f} s")
            self._jump, self._jumped = moved, tick
        self._offset = now - tick
        self._act(self.judge.silence(self._watched.fell_silent(tick, self._started), now, tick))
        for process, kind in SAYS.items():
            heard = self._heard[process]
            silent = tick - heard > seconds(SILENT_S) if heard else tick - self._started > seconds(FIRST_HEALTH_S)
            if silent and kind not in self._deaf:
                self._deaf[kind] = now
                self._health.error("reactions.deaf", f"{process} is silent")
            elif not silent:
                self._deaf.pop(kind, None)
            self._act(self.judge.deaf(kind, self._deaf.get(kind, 0), now, tick))
        self._health.gauge("reactions.armed", len(self.judge.rules))
        self._health.gauge("reactions.waiting", self.committer.waiting)
        for name, count in self.judge.counts.items():
            self._health.gauge(f"reactions.{name}", count)

    # --- rules --------------------------------------------------------------------------------------------------

    def _rules_changed(self) -> None:
        self._watched.watch(self.judge.points, time.monotonic_ns())
        self._again.set()

    async def _hear_readings(self) -> None:
        if self._watched and not self._hears_readings:
            self._hears_readings = True
            await self._bus.hear_readings(self._on_readings)

    async def _carry_on(self, causes: dict[tuple[str, str], str]) -> None:
        """Values that have been beyond their limit since before the restart have fired already, unless history shows
        that they came back meanwhile. Where history does not answer they fire again: rather twice than not."""
        deadline = time.monotonic() + ASK_HISTORY_S
        historian = Historian(self._bus)
        for armed in self.judge.rules.values():
            for row in armed.rows:
                cause = causes.get((armed.id, row.row.point)) if isinstance(row.row, ValueRow) else None
                if cause is None or not cause.startswith("value/"):
                    continue
                since = int(cause.rsplit("/", 1)[1])
                while time.monotonic() < deadline:
                    try:
                        if await _still(historian, row, since):
                            row.carry_on(cause, time.monotonic_ns())
                        break
                    except FangweiError as error:
                        self._health.error("reactions.history_silent", error.message.en)
                        await asyncio.sleep(0.5)

    async def _answer(self) -> None:
        ask, do = f"{subjects.ASK}.reactions", f"{subjects.DO}.reactions"
        await self._bus.answer(f"{ask}.list", AskRules, self.desk.listed)
        await self._bus.answer(f"{ask}.show", AskRule, self.desk.show)
        await self._bus.answer(f"{ask}.check", AskCheck, self.desk.checked)
        await self._bus.answer(f"{ask}.firings", AskFirings, self.desk.firings)
        await self._bus.answer(f"{ask}.dry_run", AskTry, self._tries.show)
        await self._bus.answer(f"{do}.save", SaveRule, self.desk.save)
        await self._bus.answer(f"{do}.arm", OnRule, self.desk.arm)
        await self._bus.answer(f"{do}.disarm", OnRule, self.desk.disarm)
        await self._bus.answer(f"{do}.dry_run", TryRule, self._tries.start)


async def _still(historian: Historian, row: RowWatch, since: int) -> bool:
    assert isinstance(row.row, ValueRow)
    now = max(now_ns(), since + HOUR // 60)
    asked = AskDownsample([row.row.point], since, now, 500)
    series = (await historian.downsample(asked)).series.get(row.row.point)
    if series is None:
        return False
    lowest = series.min if row.row.side == "above" else series.max
    seen = [value for value in lowest if value is not None]
    beyond = {"above": lambda v: v > row.row.at, "below": lambda v: v < row.row.at, "equals": lambda v: v == row.row.at}
    return bool(seen) and all(beyond[row.row.side](value) for value in seen)


async def serve(settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Run the room until `stop`; the tables are there already (`db.migrate`)."""
    database = open_database(settings)
    try:
        await Room(site, bus, Store(database), health).serve(stop)
    finally:
        with contextlib.suppress(Exception):
            await bus.settle(2.0)
        await database.close()
