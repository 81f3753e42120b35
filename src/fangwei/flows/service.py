"""The flows room: runs go on by what persons do, by time, and by what happens in the plant."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final

import msgspec

from fangwei.audit.entry import SYSTEM
from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.events import AlarmEvent
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.session import Database, open_database
from fangwei.feel.interpreter import Feel
from fangwei.flows import deeds, signals, texts
from fangwei.flows.cards import Form
from fangwei.flows.commands import (
    Answer,
    AskFindings,
    AskMove,
    AskOffers,
    AskRun,
    AskRuns,
    AskTasks,
    Cancel,
    FindingsPage,
    Move,
    Moved,
    Offer,
    Pause,
    Resume,
    RunsPage,
    Shown,
    Signal,
    Signalled,
    Start,
    Strike,
    Submit,
    TaskOf,
    TasksPage,
    Tick,
    Withdraw,
    view,
)
from fangwei.flows.definition import Definition
from fangwei.flows.definitions import Definitions, Version
from fangwei.flows.desk import Desk
from fangwei.flows.engine import Live
from fangwei.flows.engine_errors import ZoneNotThere
from fangwei.flows.office import Office, Shelf
from fangwei.flows.outbox import Outbox
from fangwei.flows.shelf import SiteShelf
from fangwei.flows.store import Store
from fangwei.plant.site import Site
from fangwei.rulepacks.library import load

DURABLE = "flows"
LOOK_EVERY_S: Final = 1.0
"""Timers are looked at so often at least: the clock may have jumped, and sleeps do not notice."""
DUE_AT_ONCE: Final = 64


class Room:
    """The running room."""

    def __init__(
        self,
        site: Site,
        bus: Bus,
        database: Database,
        feel: Feel,
        shelf: Shelf,
        health: Health,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        self._site = site
        self._bus = bus
        self._health = health
        self._clock = clock
        self._store = Store(database)
        self.definitions = Definitions(database)
        self.office = Office(site, feel, shelf)
        self.desk = Desk(self._store, self.definitions, self.office, health, clock)
        self.outbox = Outbox(self._store, bus, health, self.desk.written)

    async def serve(self, stop: asyncio.Event) -> None:
        """Answer until `stop`; what has been taken by then is finished."""
        await self._offer()
        beside = [asyncio.create_task(work()) for work in (self.desk.serve, self.outbox.serve, self._timers)]
        await self._bus.follow_events(f"{subjects.ALARMS}.>", AlarmEvent, self.on_alarm, DURABLE)
        self._health.state = "running"
        try:
            stopping = asyncio.create_task(stop.wait())
            done, _ = await asyncio.wait([stopping, *beside], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _offer(self) -> None:
        commands: tuple[type[Any], ...] = (Start, Submit, Pause, Resume, Withdraw, Cancel, Move)
        for kind in commands:
            await self._bus.answer(f"{subjects.DO}.flows.{kind.__struct_config__.tag}", kind, self.do)
        await self._bus.answer(f"{subjects.DO}.flows.signal", Signal, self.signal)
        await self._bus.answer(f"{subjects.ASK}.flows.runs", AskRuns, self.listed)
        await self._bus.answer(f"{subjects.ASK}.flows.run", AskRun, self.show)
        await self._bus.answer(f"{subjects.ASK}.flows.move", AskMove, self.would_move)
        await self._bus.answer(f"{subjects.ASK}.flows.tasks", AskTasks, self.tasks)
        await self._bus.answer(f"{subjects.ASK}.flows.findings", AskFindings, self.findings)
        await self._bus.answer(f"{subjects.ASK}.flows.offers", AskOffers, self.offers)

    async def do(self, command: Any) -> Answer:
        """One command on one run, or a new run."""
        if isinstance(command, Start):
            for zone in command.run_zones:
                self._there(zone)
        return msgspec.json.decode(await self.desk.do(command), type=Answer)

    def _there(self, zone: str) -> None:
        if zone not in self._site.zones:
            raise ZoneNotThere(zone=zone)

    # --- what happens in the plant --------------------------------------------------------------------------------

    async def on_alarm(self, event: AlarmEvent) -> None:
        """A gas alarm stops the hot work around it, and what names it; one that comes twice does so once."""
        if not signals.is_gas(event):
            return
        place = (event.east, event.north, event.up)
        runs = [
            run
            for run in await self._store.in_zones(None, None)
            if signals.gas_reaches(run, await self.definitions.get(run.hash), event.zone, place)
        ]
        why = texts.GAS_ALARM.format(alarm=event.alarm).zh
        await self._strike(f"{event.id}/{signals.GAS}", signals.GAS, runs, why, SYSTEM, event.decided_time)

    async def signal(self, signal: Signal) -> Signalled:
        """Somebody, or a rule, gives a signal: all runs of the zones hear it, those that work first."""
        for zone in signal.zones:
            self._there(zone)
        found = await self._store.in_zones(signal.zones or None, None)
        if signal.signal == signals.OVER:
            return await self._let_go(signal, [run for run in found if run.hold is not None])
        runs = [run for run in found if signals.reaches(run, await self.definitions.get(run.hash), signal)]
        return await self._strike(signal.id, signal.signal, runs, signal.why, signal.by, self._clock())

    async def _let_go(self, signal: Signal, runs: list[Any]) -> Signalled:
        held = [run for run in runs if run.hold.signal == signals.EVACUATION]
        commands = [
            Resume(id=f"over:{signal.id}:{run.id}"[:160], by=signal.by, run=run.id, why=signal.why) for run in held
        ]
        results = await asyncio.gather(*(self.desk.do(each) for each in commands), return_exceptions=True)
        return Signalled(runs=len(runs), stopped=sum(isinstance(result, bytes) for result in results))

    async def _strike(self, cause: str, signal: str, runs: list[Any], why: str, by: str, before: int) -> Signalled:
        names = signals.names_for(signal)
        strikes: list[Strike] = [
            signals.strike(cause, run, names, why, by, signals.holds(signal, run), before)
            for run in signals.first_the_working(runs)
        ]
        results = await asyncio.gather(*(self.desk.do(each) for each in strikes), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                self._health.error(f"flows.signal.{type(result).__name__}", f"{signal}: {result}")
        stopped = sum(isinstance(result, bytes) for result in results)
        self._health.count(f"flows.signal.{signal}", stopped)
        return Signalled(runs=len(runs), stopped=stopped)

    # --- time -----------------------------------------------------------------------------------------------------

    async def _timers(self) -> None:
        while True:
            self.desk.moved.clear()
            wait = LOOK_EVERY_S
            try:
                now = self._clock()
                due, after = await self._store.due(now, DUE_AT_ONCE)
                if due:
                    await self.tick(due)
                    continue
                if after is not None:
                    wait = min(wait, max(0.001, (after - now) / 1e9))
            except Exception as error:
                self._health.error(f"flows.timers.{type(error).__name__}", str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.desk.moved.wait(), wait)

    async def tick(self, runs: list[str]) -> None:
        """Fire what is due in these runs."""
        now = self._clock()
        ticks = [Tick(id=f"tick:{run}:{now}", by=SYSTEM, run=run) for run in runs]
        for result in await asyncio.gather(*(self.desk.do(each) for each in ticks), return_exceptions=True):
            if isinstance(result, BaseException):
                self._health.error(f"flows.tick.{type(result).__name__}", str(result))
                # a timer that fails would be due again at once, and again
                await asyncio.sleep(LOOK_EVERY_S)

    # --- questions ------------------------------------------------------------------------------------------------

    async def listed(self, asked: AskRuns) -> RunsPage:
        """A page of runs."""
        total, rows = await self._store.listed(asked)
        tasks = await self._store.tasks_in(run.id for run, _ in rows)
        items = [
            view(run, (await self.definitions.get(run.hash)).flow.name, updated, tasks.get(run.id, []))
            for run, updated in rows
        ]
        return RunsPage(total=total, offset=asked.bounds()[0], items=items)

    async def show(self, asked: AskRun) -> Shown:
        """A run with its data, history and findings."""
        kept, updated = await self._store.kept(asked.run)
        definition = await self.definitions.get(kept.run.hash)
        findings = await self._store.findings(AskFindings(run=asked.run, limit=500))
        return Shown(
            run=view(kept.run, definition.flow.name, updated, kept.tasks),
            data=kept.run.data,
            history=await self._store.history(asked.run),
            findings=findings.items,
            asks={task.task: _asks(definition, task.task, task.card) for task in kept.tasks},
            cards=[msgspec.to_builtins(card) for card in definition.cards.values()],
        )

    async def offers(self, asked: AskOffers) -> list[Offer]:
        """Flows that one may start, by the newest version of each."""
        newest: dict[str, Version] = {}
        for version in await self.definitions.versions():
            known = newest.get(version.flow)
            if known is None or known.version < version.version:
                newest[version.flow] = version
        return [await self._offered(version, asked) for version in newest.values()]

    async def _offered(self, version: Version, asked: AskOffers) -> Offer:
        definition = await self.definitions.get(version.hash)
        card = next(iter(definition.cards.values()), None)
        form = card if isinstance(card, Form) else None
        doers, words = self.office.first_doers(form.who if form is not None else None)
        return Offer(
            flow=version.flow, version=version.version, name=version.name, about=definition.flow.about,
            noun=version.noun, work=version.work, standard=version.standard,
            first=_asks(definition, form.key, form.key) if form is not None else None,
            mine=form is None or not {f"person:{asked.person}", f"role:{asked.role}"}.isdisjoint(doers), who=words,
        )  # fmt: skip

    async def would_move(self, asked: AskMove) -> Moved:
        """What moving a run to another version would change; nothing is done."""
        kept, updated = await self._store.kept(asked.run)
        here = await self.definitions.get(kept.run.hash)
        version, there = await self.definitions.version(kept.run.flow, asked.version)
        live = Live.open(here, kept.run, kept.state, self.office)
        return Moved(
            run=view(kept.run, here.flow.name, updated, kept.tasks),
            version=version.version,
            open=sorted(task.task for task in kept.tasks),
            gone=deeds.missing(live, there),
            added=sorted(there.cards.keys() - here.cards.keys()),
            removed=sorted(here.cards.keys() - there.cards.keys()),
        )

    async def tasks(self, asked: AskTasks) -> TasksPage:
        """Open steps of a person, with what they ask."""
        total, rows = await self._store.tasks_of(asked)
        items = []
        for run, updated, task in rows:
            definition = await self.definitions.get(run.hash)
            asks = _asks(definition, task.task, task.card)
            items.append(TaskOf(run=view(run, definition.flow.name, updated, [task]), task=task, answer=asks))
        return TasksPage(total=total, offset=asked.bounds()[0], items=items)

    async def findings(self, asked: AskFindings) -> FindingsPage:
        """Alarms of permits."""
        return await self._store.findings(asked)


def _asks(definition: Definition, task: str, card: str) -> dict[str, Any]:
    """What the dialect says of a step, and the card it belongs to."""
    inner = definition.inner(task)
    drawn = inner.cards.get(card)
    says = dict(inner.does[task.rsplit("/", 1)[-1]].task or {})
    return says | ({"as": msgspec.to_builtins(drawn)} if drawn is not None else {})


async def serve(settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Run the room until `stop`; the tables are there already (`db.migrate`)."""
    database = open_database(settings)
    feel = Feel()
    try:
        await asyncio.to_thread(feel.value, "1 = 1", {})
        packs = await asyncio.to_thread(load, feel)
        await Room(site, bus, database, feel, SiteShelf(site, packs), health).serve(stop)
    finally:
        feel.close()
        await database.close()
