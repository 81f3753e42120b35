"""The incidents room: hears alarms, decides at once, tells, and keeps beside it."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import msgspec

from fangwei.alarms.overrides import limit_of
from fangwei.alarms.schemas import LimitInForce
from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import HOUR, MINUTE, now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.events import AlarmEvent, Incident, IncidentEvent, IncidentStatus, Notice, TimelineEntry
from fangwei.core.health import Health
from fangwei.core.lists import Paging, cut, holds
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.duty.contact_test import TEST
from fangwei.duty.tell import TOLD
from fangwei.incidents import rebuild
from fangwei.incidents.commands import COMMANDS, Order
from fangwei.incidents.correlate import REMEMBERED_IDS, Correlator, Tick
from fangwei.incidents.keeper import Keeper
from fangwei.incidents.membership import Case, Change
from fangwei.incidents.photo_files import FOLDER, PhotoFiles
from fangwei.incidents.photo_service import offer_photos
from fangwei.incidents.photos import Photos
from fangwei.incidents.review import proven_chatterers
from fangwei.incidents.store import Head, Store, line_order
from fangwei.incidents.texts import IncidentOver, IncidentUnknown
from fangwei.incidents.told import Told
from fangwei.plant.site import Site

DURABLE = "incidents"
DURABLE_NOTICES = "incidents-notices"
TICK_S = 0.5
LIMITS_AGAIN_S = 5.0
MOST_LISTED = 1000
SORTS: dict[str, Callable[[Head | Incident], Any]] = {
    "priority": lambda i: i.priority,
    "started": lambda i: i.started,
    "updated": lambda i: i.updated,
    "status": lambda i: str(i.status),
    "hazard": lambda i: str(i.hazard),
    "owner": lambda i: i.owner,
}
LIVE = [IncidentStatus.OPEN, IncidentStatus.OWNED, IncidentStatus.SETTLED]


class AskList(Paging, frozen=True, kw_only=True):
    """Question `fw.ask.incidents.list`: of the statuses (live ones when none are named); the most urgent first, then
    the newest, those that are over last, unless sorted."""

    statuses: list[IncidentStatus] | None = None
    zone: str | None = None


class Listed(msgspec.Struct):
    """Answer of `fw.ask.incidents.list`."""

    total: int
    offset: int
    items: list[Incident]


class AskShow(msgspec.Struct):
    """Question `fw.ask.incidents.show`."""

    incident: str


class Shown(msgspec.Struct):
    """One incident and all its lines."""

    incident: Incident
    timeline: list[TimelineEntry]


class Chatterer(msgspec.Struct):
    """Answer of `fw.ask.incidents.chatterers`: an alarm that people should have repaired."""

    alarm: str
    habit: float
    raises_10_min: int
    active: bool


def _text(i: Incident) -> str:
    points = " ".join(m.point for m in i.members)
    return f"{i.id} {i.title.zh} {i.title.en} {i.owner or ''} {' '.join(i.zones)} {points}"


class Room:
    """The running room; `serve` is its life."""

    def __init__(self, site: Site, bus: Bus, store: Store, health: Health) -> None:
        self.correlator = Correlator(site)
        self._site = site
        self._bus = bus
        self._store = store
        self._health = health
        self._keeper = Keeper(self.correlator, store, health)
        self._commands: OrderedDict[str, str] = OrderedDict()
        self._told = Told()
        self._news: dict[str, list[TimelineEntry]] = {}
        """Lines about notices and photos that open pages have not had yet."""
        # Revisions leave in the order in which they were decided, whoever decided them.
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Rebuild from the store, then from what went out before it could be kept."""
        kept = await self._store.load(REMEMBERED_IDS)
        rebuild.restore(self.correlator, kept.cases, kept.histories)
        for event_id in kept.decided:
            self.correlator.remember(event_id)
        for held in kept.cases:
            self._keeper.stands(held.snapshot())
        self._commands.update(kept.commands)
        self.correlator.desk.ids_used.update(kept.ids)
        since = kept.latest - MINUTE if kept.latest else now_ns() - HOUR
        desk = self.correlator.desk
        adopted: set[str] = set()

        async def on_told(told: IncidentEvent) -> None:
            if told.incident.revision <= kept.revisions.get(told.incident.id, 0):
                return
            case = rebuild.adopt(self.correlator, told)
            kept.revisions[case.id] = case.revision
            adopted.add(case.id)
            if not case.live:
                desk.ended[case.id] = case
            self._keeper.take_revision(Change(told.incident, told.change, told.entries))

        await self._bus.stored_events(f"{subjects.INCIDENTS}.>", IncidentEvent, on_told, since)
        # Kept beside, like everything else: a start on a full disk must not wait for it, nor end by it.
        self._health.count("incidents.adopted", len(adopted))

    async def serve(self, stop: asyncio.Event) -> None:
        """Follow, answer, tick, keep until `stop`."""
        await self.start()
        keeping = asyncio.get_running_loop().create_task(self._keeper.run(stop))
        await self._bus.follow_events(f"{subjects.ALARMS}.>", AlarmEvent, self.finish, DURABLE, live=self.hear)
        await self._bus.follow_events(
            f"{subjects.NOTICES}.>", Notice, self.finish_notice, DURABLE_NOTICES, live=self.hear_notice
        )
        await self._bus.answer(f"{subjects.ASK}.incidents.list", AskList, self.listed)
        await self._bus.answer(f"{subjects.ASK}.incidents.show", AskShow, self.show)
        await self._bus.answer(f"{subjects.ASK}.incidents.chatterers", dict, self.chatterers)
        for name in COMMANDS:
            await self._offer(name)
        await self._bus.hear_events(f"{subjects.LIMITS}.>", LimitInForce, self.hear_limit)
        catching_up = asyncio.get_running_loop().create_task(self._catch_up_limits(stop))
        self._health.state = "running"
        while not stop.is_set():
            await self.tick()
            try:
                await asyncio.wait_for(stop.wait(), TICK_S)
            except TimeoutError:
                continue
        await keeping
        await catching_up

    async def hear(self, event: AlarmEvent) -> None:
        """Decide an event now and tell what changed; heard before, it changes nothing."""
        async with self._one_at_a_time:
            if self.correlator.knows(event.id):
                return
            now = now_ns()
            changes = self.correlator.decide(event, now)
            await self._tell(changes)
            self._keeper.note(event.id, changes, now)
        self._health.gauge("incidents.decide_ms", (now_ns() - now) / 1e6)

    async def hear_limit(self, limit: LimitInForce) -> None:
        """A limit that people changed: its alarm, if it stands, may be more urgent now."""
        try:
            _, one = limit_of(self._site, limit.alarm)
        except FangweiError as error:
            self._health.error("incidents.limit_unknown", f"{limit.alarm}: {error}")
            return
        priority = one.priority if limit.setting is None else limit.setting.priority
        async with self._one_at_a_time:
            now = now_ns()
            changes = self.correlator.more_urgent(limit.alarm, priority, now)
            await self._tell(changes)
            self._keeper.note(None, changes, now)

    async def _catch_up_limits(self, stop: asyncio.Event) -> None:
        # What people changed while this room was down; said once by the room that keeps it, as soon as it answers.
        while not stop.is_set():
            try:
                answer = await self._bus.ask(f"{subjects.ASK}.alarms.limits", {}, timeout=2.0)
                for limit in msgspec.json.decode(answer, type=list[LimitInForce]):
                    await self.hear_limit(limit)
                return
            except (FangweiError, msgspec.MsgspecError, OSError):
                # The alarms room starts beside this one: its silence at first is no fault, only that it lasts.
                self._health.count("incidents.limits_asked_again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LIMITS_AGAIN_S)

    async def finish(self, event: AlarmEvent) -> None:
        """The stored copy of an event: decided if it was missed live, finished when it is kept."""
        await self.hear(event)
        await self._keeper.kept(event.id)

    async def hear_notice(self, notice: Notice) -> None:
        """Somebody was told, has read it, or could not be told: a line of the incident, and no revision of it."""
        if notice.incident.startswith((TEST, TOLD)):
            return
        case = self._case(notice.incident)
        line = self._told.line(notice, case.announced if case else None, now_ns())
        if line is not None:
            self._keeper.take_lines(notice.incident, [line])
            self.add_news(notice.incident, line)

    def add_news(self, incident: str, line: TimelineEntry) -> None:
        """Show a line that is no revision to open pages with the next tick."""
        if self._case(incident) is not None:
            self._news.setdefault(incident, []).append(line)

    async def finish_notice(self, notice: Notice) -> None:
        """The stored copy of a notice: finished when its line is kept."""
        await self.hear_notice(notice)
        await self._keeper.lines_kept()

    async def _tell_news(self) -> None:
        # Gathered, since everyone may be told at once; with the revision that is out already, so that duty, which
        # hears only of higher ones, never answers a notice with a notice.
        news, self._news = self._news, {}
        for incident, lines in news.items():
            case = self._case(incident)
            if case is not None:
                event = IncidentEvent(
                    id=f"{incident}/{case.revision}/{lines[0].id}",
                    change=lines[0].kind,
                    incident=case.snapshot(),
                    entries=lines,
                )
                await self._bus.emit(f"{subjects.INCIDENTS}.{incident}", event)

    async def tick(self) -> None:
        """Revise what time decides."""
        async with self._one_at_a_time:
            now = now_ns()
            changes = self.correlator.decide(Tick(), now)
            await self._tell(changes)
            self._keeper.note(None, changes, now)
            await self._tell_news()
            self._health.gauge("incidents.live", len(self.correlator.desk.cases))
            self._health.gauge("incidents.waiting", len(self.correlator.desk.waiting))

    async def _tell(self, changes: list[Change]) -> None:
        for change in changes:
            incident = change.incident
            event = IncidentEvent(
                id=f"{incident.id}/{incident.revision}",
                change=change.change,
                incident=incident,
                entries=change.entries,
            )
            await self._bus.emit(f"{subjects.INCIDENTS}.{incident.id}", event, sure_id=event.id)
            self._health.count("incidents.told")

    async def _offer(self, name: str) -> None:
        async def on_order(order: Order) -> Incident:
            return await self.order(name, order)

        await self._bus.answer(f"{subjects.DO}.incidents.{name}", Order, on_order)

    async def order(self, name: str, order: Order) -> Incident:
        """A person's command; the same id again gives the same incident and does nothing."""
        async with self._one_at_a_time:
            key = f"{name}/{order.id}"
            if key in self._commands:
                return await self.find(self._commands[key])
            now = now_ns()
            try:
                changes = self.correlator.command(
                    name, order.incident, order.by, order.text, now, order.to, order.instead_of
                )
            except IncidentUnknown:
                if await self._store.incident(order.incident) is not None:
                    raise IncidentOver(incident=order.incident) from None
                raise
            await self._tell(changes)
            self._commands[key] = order.incident
            self._keeper.note(key, changes, now, answer=order.incident)
        return changes[-1].incident if changes else await self.find(order.incident)

    async def listed(self, asked: AskList) -> Listed:
        """The part of the list that is asked for; those that are over come from the store."""
        wanted = asked.statuses if asked.statuses is not None else LIVE
        words = asked.words

        def meant(i: Incident) -> bool:
            if asked.zone is not None and asked.zone not in i.zones:
                return False
            return not words or holds(_text(i), words)

        live = [c.snapshot() for c in self.correlator.desk.cases.values() if c.status in wanted]
        found: dict[str, Incident | Head] = {i.id: i for i in live if meant(i)}
        over = [s for s in wanted if s not in LIVE]
        if over:
            await self._keeper.flush()
            looked_into = bool(words) or asked.zone is not None
            kept = self._store.over(over) if looked_into else self._store.heads(over)
            async for one in kept:
                if one.id not in self.correlator.desk.cases and (isinstance(one, Head) or meant(one)):
                    found.setdefault(one.id, one)
        usual = sorted(found.values(), key=lambda i: (i.status in over, i.priority, -i.started, i.id))
        total, part = cut(usual, msgspec.structs.replace(asked, q=""), SORTS, most=MOST_LISTED)
        pictures = await self._store.pictures([i.id for i in part if isinstance(i, Head)])
        items = [i if isinstance(i, Incident) else pictures[i.id] for i in part]
        return Listed(total, asked.bounds()[0], items)

    async def show(self, question: AskShow) -> Shown:
        """One incident with its whole timeline."""
        incident = await self.find(question.incident)
        await self._keeper.flush(0.5)
        lines = {e.id: e for e in self._keeper.unkept_lines(question.incident)}
        try:
            lines.update({e.id: e for e in await self._store.timeline(question.incident)})
        except Exception as error:
            # The store is away: what is in memory is better than nothing at all.
            self._health.error("incidents.not_read", f"{type(error).__name__}: {error}")
        return Shown(incident, sorted(lines.values(), key=line_order))

    async def chatterers(self, _question: dict[str, object]) -> list[Chatterer]:
        """Alarms known to chatter, worst first."""
        desk = self.correlator.desk
        rows = proven_chatterers(desk, now_ns())
        return [Chatterer(alarm, habit, count, desk.histories[alarm].active) for alarm, habit, count in rows]

    def _case(self, incident: str) -> Case | None:
        return self.correlator.desk.cases.get(incident) or self.correlator.desk.ended.get(incident)

    async def find(self, incident: str) -> Incident:
        """One incident as it stands. Raises IncidentUnknown."""
        case = self._case(incident)
        if case is not None:
            return case.snapshot()
        await self._keeper.flush(0.5)
        found = await self._store.incident(incident)
        if found is None:
            raise IncidentUnknown(incident=incident)
        return found


async def serve(settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Run the room until `stop`; the tables are there already (`db.migrate`)."""
    database = open_database(settings)
    room = Room(site, bus, Store(database), health)
    photos = Photos(database, PhotoFiles(settings.data / FOLDER), room.find, room.add_news, room.correlator.desk.person)
    try:
        await offer_photos(photos, bus, health, stop)
        await room.serve(stop)
    finally:
        await database.close()
