"""The duty room: hears incidents, tells people, escalates, keeps who was told.

It decides and tells first, and stores beside; what it told is on the bus (`fw.notices.>`), so that a kill between
telling and storing is made good after the restart: the notice is found there and not sent again.
"""

import asyncio
from datetime import timedelta
from pathlib import Path

import msgspec

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import DAY, MINUTE, SECOND, now_ns, to_datetime
from fangwei.core.events import IncidentEvent, Notice, NoticeState
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.db.session import open_database
from fangwei.duty import calendar
from fangwei.duty.chain_desk import ChainDesk
from fangwei.duty.contact_desk import ContactDesk
from fangwei.duty.contact_test import Tester
from fangwei.duty.desk import Desk
from fangwei.duty.errors import CalendarUnreadable, NoticeUnknown, ZoneUnknown
from fangwei.duty.handover import HandoverDesk
from fangwei.duty.keeper import Keeper
from fangwei.duty.ledger import Ledger
from fangwei.duty.plan import Turn
from fangwei.duty.planner import Planner
from fangwei.duty.sealed import Sealer
from fangwei.duty.standing import Standing
from fangwei.duty.store import Store
from fangwei.duty.tell import Teller
from fangwei.plant.site import Site

DURABLE = "duty"
REMEMBERED = DAY
"""Ended incidents stay in memory this long: a late event of theirs must not look like a new one."""
CALENDAR_DAYS = 35
CALENDAR_EVERY_S = 600.0
LONGEST_SLEEP_S = 5.0


class AskOnDuty(msgspec.Struct):
    """Question `fw.ask.duty.on_duty`; no zone means the whole site, no time means now."""

    zone: str | None = None
    time: int | None = None


class AskNotices(msgspec.Struct):
    """Question `fw.ask.duty.notices`."""

    incident: str


class Confirm(msgspec.Struct):
    """Command `fw.do.duty.arrived|read`. The first time counts, so it needs no id of its own."""

    notice: str


class OnDutyPerson(msgspec.Struct):
    """A person as the answer to who is on duty."""

    id: str
    name: Text
    role: str


class OnDutyStep(msgspec.Struct):
    """People told together."""

    step: int
    people: list[OnDutyPerson]


class Room:
    """The running room; `serve` is its life."""

    def __init__(
        self, site: Site, folder: Path, bus: Bus, store: Store, ledger: Ledger, sealer: Sealer, health: Health
    ) -> None:
        self._site = site
        self._folder = folder
        self._bus = bus
        self._store = store
        self._ledger = ledger
        self._health = health
        self._keeper = Keeper(store, health)
        self._calendar_read = 0
        self._standing = Standing(site, sealer, health)
        self._desk = Desk(site, self._standing, bus, self._keeper, health)
        self._tester = Tester(self._standing, ledger, bus, health)
        self._teller = Teller(self._standing, ledger, bus, health)
        self._parts = (
            self._teller,
            Planner(self._standing, ledger),
            ChainDesk(self._standing, ledger),
            ContactDesk(self._standing, ledger, self._tester, health),
            HandoverDesk(self._standing, ledger, self._desk, bus, health),
        )

    async def start(self) -> None:
        """Rebuild from the store, then from what was said on the bus and could not be stored any more."""
        self._standing.turns = self._turns(now_ns())
        self._standing.take(await self._ledger.load())
        self._desk.use()
        self._standing.listener = self._changed
        kept = await self._store.load(now_ns() - REMEMBERED)
        since = kept.latest - MINUTE if kept.latest else 0
        told: dict[str, Notice] = {}
        newest: dict[str, IncidentEvent] = {}

        async def on_notice(notice: Notice) -> None:
            told[notice.id] = notice

        async def on_incident(event: IncidentEvent) -> None:
            known = newest.get(event.incident.id)
            if known is None or known.incident.revision < event.incident.revision:
                newest[event.incident.id] = event

        await self._bus.stored_events(f"{subjects.NOTICES}.>", Notice, on_notice, since)
        await self._bus.stored_events(f"{subjects.INCIDENTS}.>", IncidentEvent, on_incident, since)
        await self._desk.restore(kept, told)
        # Only the last word of each incident: what was settled while we were away needs nobody's haste.
        for event in newest.values():
            await self.hear_stored(event)
        await self._desk.resume()

    async def serve(self, stop: asyncio.Event) -> None:
        """Follow, answer, escalate until `stop`."""
        keeping = asyncio.get_running_loop().create_task(self._keeper.run(stop))
        await self.start()
        await self._bus.follow_events(
            f"{subjects.INCIDENTS}.>", IncidentEvent, self.finish, DURABLE, live=self._desk.hear
        )
        await self._bus.answer(f"{subjects.ASK}.duty.on_duty", AskOnDuty, self.on_duty)
        await self._bus.answer(f"{subjects.ASK}.duty.notices", AskNotices, self.notices)
        await self._bus.answer(f"{subjects.DO}.duty.arrived", Confirm, self.arrived)
        await self._bus.answer(f"{subjects.DO}.duty.read", Confirm, self.read)
        for part in self._parts:
            await part.offer(self._bus)
        self._health.state = "running"
        while not stop.is_set():
            now = now_ns()
            await self._desk.tick(now)
            self._desk.forget(now - REMEMBERED)
            self._refresh_calendar(now)
            await self._sleep(stop)
        await self._tester.close()
        await self._teller.close()
        await self._desk.close()
        await keeping

    async def finish(self, event: IncidentEvent) -> None:
        """The stored copy of an event: dealt with if it was missed live, finished when everything is kept."""
        await self.hear_stored(event)
        await self._keeper.kept()

    async def hear_stored(self, event: IncidentEvent) -> None:
        """An event out of the stream may be of an incident that was dealt with and forgotten long ago."""
        if not self._desk.knows(event.incident.id):
            revision = await self._store.revision(event.incident.id)
            if revision is not None and revision >= event.incident.revision:
                return
        await self._desk.hear(event)

    async def on_duty(self, question: AskOnDuty) -> list[OnDutyStep]:
        """Who is on duty for a zone, in the order in which they are told."""
        if question.zone is not None and question.zone not in self._site.zones:
            raise ZoneUnknown(zone=question.zone[:64])
        steps, _ = self._desk.rota.on_duty(question.zone, question.time or now_ns())
        return [OnDutyStep(step.step, [OnDutyPerson(p.id, p.name.text, p.role) for p in step.people]) for step in steps]

    async def notices(self, question: AskNotices) -> list[Notice]:
        """Who was told of an incident, when, by which channel, and how far it came."""
        return self._desk.notices(question.incident) or await self._store.notices(question.incident)

    async def arrived(self, order: Confirm) -> Notice:
        """The notice reached the person's device."""
        return await self._confirm(order.notice, NoticeState.ARRIVED)

    async def read(self, order: Confirm) -> Notice:
        """The person opened the notice."""
        return await self._confirm(order.notice, NoticeState.READ)

    async def _confirm(self, id: str, state: NoticeState) -> Notice:
        notice = self._desk.notice(id) or await self._store.notice(id)
        if notice is None:
            raise NoticeUnknown(notice=id[:100])
        return await self._desk.confirm(notice, state, now_ns())

    async def _sleep(self, stop: asyncio.Event) -> None:
        due = self._desk.due()
        wait = LONGEST_SLEEP_S if due is None else max(0.0, min(LONGEST_SLEEP_S, (due - now_ns()) / SECOND))
        sleepers = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self._desk.changed.wait())]
        await asyncio.wait(sleepers, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        for sleeper in sleepers:
            sleeper.cancel()
        self._desk.changed.clear()

    # --- the calendar -----------------------------------------------------------------------------------------

    def _refresh_calendar(self, now: int) -> None:
        if self._site.duty.calendar and now - self._calendar_read > CALENDAR_EVERY_S * SECOND:
            self._standing.turns = self._turns(now)
            self._standing.changed()

    def _changed(self) -> None:
        self._desk.use()
        self._desk.changed.set()

    def _turns(self, now: int) -> tuple[Turn, ...]:
        name = self._site.duty.calendar
        if not name:
            return ()
        self._calendar_read = now
        today = to_datetime(now, self._site.head.timezone).date()
        try:
            found, refused = calendar.turns(
                (self._folder / name).read_bytes(),
                name,
                self._site.duty.people,
                self._site.zones,
                self._site.head.timezone,
                today - timedelta(days=2),
                today + timedelta(days=CALENDAR_DAYS),
            )
        except (OSError, CalendarUnreadable) as error:
            # The turns read before still hold: a file that is being replaced leaves nobody without duty.
            self._health.error("duty.calendar_unreadable", str(error))
            return self._standing.turns
        for refusal in refused:
            self._health.error("duty.calendar_event", refusal.en)
        return tuple(found)


async def serve(settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Run the room until `stop` is set."""
    database = open_database(settings)
    try:
        room = Room(site, settings.site, bus, Store(database), Ledger(database), Sealer(settings.data), health)
        await room.serve(stop)
    finally:
        await database.close()
