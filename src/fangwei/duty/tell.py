"""Telling people what no incident tells: another room names whom and what, duty finds the ways.

Each person's notice has a name made of the command's id, so that a command that comes twice, or again after a restart,
tells nobody twice. The page has it at once; other channels try for a while. Nothing escalates: what must be answered is
an incident.
"""

import asyncio

import msgspec

from fangwei.audit.record import Entry
from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.events import Hazard, Incident, IncidentEvent, IncidentMember, IncidentStatus, Notice, NoticeState
from fangwei.core.health import Health
from fangwei.core.texts import Text
from fangwei.duty.chains import Who, people_of
from fangwei.duty.channels import ChannelFailed, Outgoing, open_door
from fangwei.duty.errors import NobodyToTell
from fangwei.duty.ledger import Ledger, notice_row
from fangwei.duty.standing import Standing
from fangwei.duty.watch import WEBSOCKET

TOLD = "told-"
"""How the id of an incident begins that is none: these notices belong to no timeline."""
TRIES = (1.0, 5.0, 30.0, 120.0)
"""Seconds between tries by one channel."""


class TellPeople(msgspec.Struct, kw_only=True):
    """Command `fw.do.duty.tell`."""

    id: str
    by: str
    who: list[Who]
    text: Text
    zone: str = ""
    """Whose people are on duty; empty: the whole site's."""
    priority: int = 2
    because: str = ""


class PeopleTold(msgspec.Struct):
    """Every notice that it made."""

    notices: list[Notice]


class Teller:
    """Tells people."""

    def __init__(self, standing: Standing, ledger: Ledger, bus: Bus, health: Health) -> None:
        self._standing, self._ledger, self._bus, self._health = standing, ledger, bus, health
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def offer(self, bus: Bus) -> None:
        """Answer from now on."""
        await bus.answer(f"{subjects.DO}.duty.tell", TellPeople, self.tell)

    async def tell(self, order: TellPeople) -> msgspec.Raw:
        """Tell them; the same command again answers what was told.

        Raises:
            NobodyToTell: whom it names, nobody is.
        """
        async with self._one_at_a_time:
            known = await self._ledger.answered("tell", order.id)
            if known is not None:
                # Who asks again may have been without an answer because this process died before it sent.
                for notice in await self._ledger.untaken(_incident(order.id)):
                    if notice.id not in self._under_way:
                        self._begin(notice, order.priority)
                return known
            notices = self._notices(order, now_ns())
            if not notices:
                raise NobodyToTell()
            entry = Entry(
                id=f"duty/tell/{order.id}",
                time=notices[0].sent,
                by=order.by,
                action="duty.tell",
                subject=f"notice/{order.id}",
                zone=order.zone or None,
                after={"people": sorted({notice.person for notice in notices})},
                evidence={"because": order.because, "priority": order.priority},
            )
            answer = await self._ledger.keep(
                "tell", order.id, PeopleTold(notices), [notice_row(notice) for notice in notices], [entry]
            )
        for notice in notices:
            self._begin(notice, order.priority)
        return answer

    async def close(self) -> None:
        """End the tries under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, notice: Notice, priority: int) -> None:
        task = asyncio.get_running_loop().create_task(self._send(notice, priority))
        self._under_way[notice.id] = task
        task.add_done_callback(lambda _: self._under_way.pop(notice.id, None))

    def _notices(self, order: TellPeople, now: int) -> list[Notice]:
        rota, ways = self._standing.rota, self._standing.ways
        own, planned = rota.on_duty(order.zone or None, now)
        people = {p.id: p for who in order.who for p in people_of(rota, who, own, planned)}
        return [
            Notice(
                id=f"{TOLD}{order.id}.{person.id}.{channel}"[:300],
                incident=_incident(order.id),
                revision=1,
                person=person.id,
                person_name=person.name.text,
                channel=channel,
                step=0,
                state=NoticeState.SENT,
                text=order.text,
                sent=now,
            )
            for person in people.values()
            for channel in (WEBSOCKET, *ways.of(person, order.priority, now))
        ]

    async def _send(self, notice: Notice, priority: int) -> None:
        subject = f"{subjects.NOTICES}.{notice.person}"
        if notice.channel == WEBSOCKET:
            await self._bus.emit(subject, notice, sure_id=f"{notice.id}/{notice.revision}/{notice.state}")
            return
        for wait in (*TRIES, None):
            try:
                await self._by_channel(notice, priority)
            except Exception as error:  # whatever a channel's library raises, its fate is told
                why = str(error.values["why"]) if isinstance(error, ChannelFailed) else type(error).__name__
                self._health.error("duty.tell_failed", f"{notice.channel}: {why}")
                notice.state, notice.error = NoticeState.FAILED, why[:300]
            else:
                notice.state, notice.error, notice.taken = NoticeState.SENT, None, 1
            await self._ledger.keep_notice(notice, "duty.tell")
            await self._bus.emit(
                subject, notice, sure_id=f"{notice.id}/{notice.revision}/{notice.state}/{notice.taken}"
            )
            if notice.taken is not None or wait is None:
                return
            await asyncio.sleep(wait)

    async def _by_channel(self, notice: Notice, priority: int) -> None:
        channel = self._standing.own_channels.get(notice.channel) or self._standing.channels.get(notice.channel)
        if channel is None:
            raise ChannelFailed(why="the channel is gone")
        door = open_door(channel)
        try:
            person = self._standing.rota.people.get(notice.person)
            event = _event(notice, priority)
            language = person.language if person else "zh"
            await door.send(Outgoing(id=notice.id, key=notice.id, event=event, notice=notice, language=language))
        finally:
            await door.close()


def _incident(command: str) -> str:
    return f"{TOLD}{command}"[:64]


def _event(notice: Notice, priority: int) -> IncidentEvent:
    """Receivers of incidents get one that is over as it begins: there is nothing to take."""
    member = IncidentMember(
        alarm="told", occurrence=notice.id, point="", zone="", east=0.0, north=0.0, up=0.0, kind="", priority=priority,
        active=False, value=None, unit="", since=notice.sent, certainty=0.0,
    )  # fmt: skip
    incident = Incident(
        id=notice.incident, revision=1, status=IncidentStatus.CLOSED, title=notice.text, hazard=Hazard.PROCESS,
        priority=priority, zones=[], started=notice.sent, updated=notice.sent, announced=notice.sent, first_out=member,
        members=[],
    )  # fmt: skip
    return IncidentEvent(id=notice.id, change="told", incident=incident, entries=[])
