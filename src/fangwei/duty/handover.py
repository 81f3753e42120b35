"""Hand-over notes between shifts: what is open lists itself, the outgoing person adds words, the incoming confirms."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import msgspec

from fangwei.audit.record import Entry
from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import DAY, now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.events import AlarmState, AlarmStatus, SourceHealth, SourceState
from fangwei.core.health import Health
from fangwei.core.lists import Paging
from fangwei.core.texts import Text
from fangwei.duty import errors, gaps, texts
from fangwei.duty.desk import Desk
from fangwei.duty.ledger import Ledger
from fangwei.duty.models import HandoverRow
from fangwei.duty.standing import Standing

T = TypeVar("T")

MOST_LISTED = 200
"""Alarms in a note, the most urgent; how many there are stands beside."""
GAPS_WITHIN = DAY
ASK_S = 2.0
"""How long another room may take; a hand-over does not wait for a room that is down, it says so."""


class OpenIncident(msgspec.Struct):
    """An incident that is not over."""

    id: str
    title: Text
    priority: int
    status: str
    owner: str | None
    zones: list[str]
    started: int
    exercise: bool


class OpenAlarm(msgspec.Struct):
    """An alarm that stands, or that somebody has silenced."""

    alarm: str
    message: Text
    zone: str
    priority: int
    state: AlarmState
    since: int
    by: str | None
    reason: str | None
    until: int | None


class SourceDown(msgspec.Struct):
    """A field connection that does not deliver."""

    source: str
    state: SourceState
    since: int
    detail: str


class OpenItems(msgspec.Struct, kw_only=True):
    """What the next shift must know, as of UTC ns `time`. A list is None where it is not known (see `unknown`)."""

    time: int
    incidents: list[OpenIncident]
    standing: list[OpenAlarm] | None
    shelved: list[OpenAlarm] | None
    out_of_service: list[OpenAlarm] | None
    sources: list[SourceDown] | None
    gaps: list[Text]
    counts: dict[str, int]
    """How many there are of each, also beyond those listed."""
    unknown: list[Text]


class Handover(msgspec.Struct, kw_only=True):
    """A note as it is kept."""

    id: str
    revision: int
    time: int
    by: str
    to: str
    text: str
    open: OpenItems
    confirmed: int | None = None
    answer: str = ""


class HandOver(msgspec.Struct):
    """Command `fw.do.duty.hand_over`."""

    id: str
    by: str
    to: str
    text: str = ""


class ConfirmHandover(msgspec.Struct):
    """Command `fw.do.duty.confirm_handover`, by the incoming person."""

    id: str
    by: str
    handover: str
    text: str = ""


class AskHandovers(Paging, frozen=True):
    """Question `fw.ask.duty.handovers`, the newest first unless sorted."""


class AskHandover(msgspec.Struct):
    """Question `fw.ask.duty.handover`."""

    handover: str


class Handovers(msgspec.Struct):
    """The answer of `fw.ask.duty.handovers`."""

    total: int
    offset: int
    items: list[Handover]


class HandoverDesk:
    """Answers for the notes."""

    def __init__(self, standing: Standing, ledger: Ledger, desk: Desk, bus: Bus, health: Health) -> None:
        self._standing = standing
        self._ledger = ledger
        self._desk = desk
        self._bus = bus
        self._health = health
        self._one_at_a_time = asyncio.Lock()

    async def offer(self, bus: Bus) -> None:
        """Answer from now on."""
        await bus.answer(f"{subjects.ASK}.duty.open", dict, self.open)
        await bus.answer(f"{subjects.ASK}.duty.handovers", AskHandovers, self.listed)
        await bus.answer(f"{subjects.ASK}.duty.handover", AskHandover, self.one)
        await bus.answer(f"{subjects.DO}.duty.hand_over", HandOver, self.hand_over)
        await bus.answer(f"{subjects.DO}.duty.confirm_handover", ConfirmHandover, self.confirm)

    async def open(self, _question: dict[str, object] | None = None) -> OpenItems:
        """What is open now. What a room does not answer is unknown, never nothing."""
        now = now_ns()
        alarms, sources = await asyncio.gather(
            self._asked("alarms.list", {"zone": None, "states": None}, list[AlarmStatus], texts.ROOM_ALARMS),
            self._asked("connect.sources", {}, list[SourceHealth], texts.ROOM_SOURCES),
        )
        standing = self._standing
        plan = standing.rota.plan
        holes = gaps.gaps(plan, gaps.expected(plan, standing.zone_names), now, now + GAPS_WITHIN)
        incidents = [
            OpenIncident(i.id, i.title, i.priority, i.status.value, i.owner, i.zones, i.started, i.exercise)
            for i in self._desk.pictures()
        ]
        silent = {AlarmState.SHELVED, AlarmState.OUT_OF_SERVICE}
        stand = _alarms(alarms, lambda a: a.active and a.state not in silent)
        shelved = _alarms(alarms, lambda a: a.state is AlarmState.SHELVED)
        out = _alarms(alarms, lambda a: a.state is AlarmState.OUT_OF_SERVICE)
        down = (
            None
            if isinstance(sources, Text)
            else [
                SourceDown(s.source, s.state, s.since, s.detail[:200]) for s in sources if s.state is not SourceState.UP
            ]
        )
        counted = {"standing": stand, "shelved": shelved, "out_of_service": out}
        return OpenItems(
            time=now,
            incidents=incidents[:MOST_LISTED],
            standing=stand and stand[:MOST_LISTED],
            shelved=shelved and shelved[:MOST_LISTED],
            out_of_service=out and out[:MOST_LISTED],
            sources=down,
            gaps=[gaps.words(hole, standing.zone_names, plan.timezone) for hole in holes],
            counts={"incidents": len(incidents)} | {k: len(v) for k, v in counted.items() if v is not None},
            unknown=[answer for answer in (alarms, sources) if isinstance(answer, Text)],
        )

    async def listed(self, question: AskHandovers) -> Handovers:
        """The notes, the newest first."""
        items, total = await self._ledger.handovers(question)
        return Handovers(total, question.bounds()[0], [msgspec.json.decode(item, type=Handover) for item in items])

    async def one(self, question: AskHandover) -> msgspec.Raw:
        """One note."""
        return msgspec.Raw(await self._note(question.handover))

    async def hand_over(self, order: HandOver) -> msgspec.Raw:
        """Keep what is open now with the outgoing person's words, for the incoming person."""
        async with self._one_at_a_time:
            known = await self._ledger.answered("hand_over", order.id)
            if known is not None:
                return known
            if order.to not in self._standing.known.people:
                raise errors.PersonUnknown(person=order.to[:64])
            if order.to == order.by:
                raise errors.SamePerson()
            note = Handover(
                id=order.id,
                revision=1,
                time=now_ns(),
                by=order.by,
                to=order.to,
                text=order.text.strip(),
                open=await self.open(),
            )
            entry = Entry(
                id=f"duty/handover/{note.id}",
                time=note.time,
                by=note.by,
                action="duty.handover",
                subject=f"handover/{note.id}",
                after={"to": note.to, "open": note.open.counts},
                words=note.text or None,
            )
            return await self._ledger.keep("hand_over", order.id, note, [_row(note)], [entry])

    async def confirm(self, order: ConfirmHandover) -> msgspec.Raw:
        """The incoming person has read it."""
        async with self._one_at_a_time:
            known = await self._ledger.answered("confirm_handover", order.id)
            if known is not None:
                return known
            note = msgspec.json.decode(await self._note(order.handover), type=Handover)
            if note.to != order.by:
                raise errors.HandoverNotYours(person=self._name(note.to))
            if note.confirmed is not None:
                raise errors.HandoverConfirmed(person=self._name(note.to), current=note)
            confirmed = msgspec.structs.replace(
                note, confirmed=now_ns(), answer=order.text.strip(), revision=note.revision + 1
            )
            entry = Entry(
                id=f"duty/confirm_handover/{note.id}",
                time=confirmed.confirmed or now_ns(),
                by=order.by,
                action="duty.handover",
                subject=f"handover/{note.id}",
                before={"confirmed": None},
                after={"confirmed": confirmed.confirmed},
                words=confirmed.answer or None,
            )
            return await self._ledger.keep("confirm_handover", order.id, confirmed, [_row(confirmed)], [entry])

    async def _note(self, id: str) -> bytes:
        note = await self._ledger.handover(id)
        if note is None:
            raise errors.HandoverUnknown(handover=id[:64])
        return note

    def _name(self, person: str) -> Text:
        known = self._standing.rota.people.get(person)
        return known.name.text if known else Text(person, person)

    async def _asked(self, what: str, question: object, type: type[T], room: Text) -> T | Text:
        """A room's answer, or the sentence that it gives none."""
        try:
            return msgspec.json.decode(await self._bus.ask(f"{subjects.ASK}.{what}", question, ASK_S), type=type)
        except (FangweiError, msgspec.MsgspecError) as error:
            self._health.error("duty.open_unknown", f"{what}: {error}")
            return texts.NOT_ANSWERED.format(room=room)


def _alarms(alarms: list[AlarmStatus] | Text, wanted: Callable[[AlarmStatus], bool]) -> list[OpenAlarm] | None:
    if isinstance(alarms, Text):
        return None
    found = sorted((a for a in alarms if wanted(a)), key=lambda a: (a.priority, a.since))
    return [OpenAlarm(a.alarm, a.message, a.zone, a.priority, a.state, a.since, a.by, a.reason, a.until) for a in found]


def _row(note: Handover) -> HandoverRow:
    return HandoverRow(
        id=note.id,
        time=note.time,
        by=note.by,
        to=note.to,
        confirmed=note.confirmed,
        note=msgspec.json.encode(note),
    )
