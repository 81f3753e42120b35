"""A real test notice by one channel, and its fate."""

import asyncio

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.events import Hazard, Incident, IncidentEvent, IncidentMember, IncidentStatus, Notice, NoticeState
from fangwei.core.health import Health
from fangwei.core.lists import Paging
from fangwei.duty import texts
from fangwei.duty.channels import ChannelFailed, Outgoing, open_door
from fangwei.duty.ledger import Ledger
from fangwei.duty.standing import Standing
from fangwei.duty.watch import WEBSOCKET

TEST = "test-"
"""How the id of an incident begins that is none; a timeline of it is never kept."""
ANSWER_WITHIN_S = 3.0
"""How long the person who pressed the button waits for the fate; it is kept all the same when it comes later."""
EVERY_S = 5.0
"""A person sends tests by one channel no faster: a receiver abroad counts them."""


class Tester:
    """Sends tests."""

    def __init__(self, standing: Standing, ledger: Ledger, bus: Bus, health: Health) -> None:
        self._standing = standing
        self._ledger = ledger
        self._bus = bus
        self._health = health
        self._under_way: dict[tuple[str, str], tuple[Notice, asyncio.Task[None]]] = {}

    async def last(self, person: str) -> dict[str, Notice]:
        """The newest test of each channel of a person."""
        rows, _ = await self._ledger.receipts(person, f"{TEST}{person}", Paging(limit=200))
        newest: dict[str, Notice] = {}
        for notice in rows:
            newest.setdefault(notice.channel, notice)
        return newest

    async def test(self, id: str, person: str, channel: str) -> Notice:
        """Send one; the same command, or another within `EVERY_S`, gives the one that was sent."""
        known = self._under_way.get((person, channel))
        notice_id = f"{TEST}{person}.{channel}.{id}"
        now = now_ns()
        if known is not None and (known[0].id == notice_id or now - known[0].sent < EVERY_S * 1e9):
            return known[0]
        notice = self._notice(notice_id, person, channel, now)
        await self._ledger.keep_notice(notice)
        task = asyncio.get_running_loop().create_task(self._send(notice))
        self._under_way[person, channel] = (notice, task)
        await asyncio.wait([task], timeout=ANSWER_WITHIN_S)
        return notice

    async def close(self) -> None:
        """Let tests under way go."""
        for _, task in self._under_way.values():
            task.cancel()

    def _notice(self, id: str, person: str, channel: str, now: int) -> Notice:
        standing = self._standing
        named = standing.contacts.get(channel)
        label = texts.PAGE if channel == WEBSOCKET else named.name if named else channel
        who = standing.rota.people[person]
        return Notice(
            id=id,
            incident=f"{TEST}{person}",
            revision=1,
            person=person,
            person_name=who.name.text,
            channel=channel,
            step=0,
            state=NoticeState.SENT,
            text=texts.TEST_WORDS.format(name=who.name.text, channel=label),
            sent=now,
        )

    async def _send(self, notice: Notice) -> None:
        if notice.channel == WEBSOCKET:
            # Live only, and only to who is there: the page says that it arrived.
            await self._bus.emit(f"{subjects.NOTICES}.{notice.person}", notice)
            return
        channel = self._standing.own_channels.get(notice.channel) or self._standing.channels.get(notice.channel)
        language = self._standing.rota.people[notice.person].language
        try:
            if channel is None:
                raise ChannelFailed(why=texts.ADDRESS_MISSING.en)
            door = open_door(channel)
            try:
                message = Outgoing(id=notice.id, key=notice.id, event=_event(notice), notice=notice, language=language)
                await door.send(message)
            finally:
                await door.close()
        except Exception as error:  # whatever a channel's library raises, its fate is told
            why = str(error.values["why"]) if isinstance(error, ChannelFailed) else type(error).__name__
            self._health.error("duty.test_failed", f"{notice.channel}: {why}")
            notice.state, notice.error = NoticeState.FAILED, why[:300]
        else:
            notice.taken = 1
        await self._ledger.keep_notice(notice)


def _event(notice: Notice) -> IncidentEvent:
    """A receiver of incidents gets one that says that it is an exercise and that nothing is wrong."""
    member = IncidentMember(
        alarm="test",
        occurrence=notice.id,
        point="test",
        zone="test",
        east=0.0,
        north=0.0,
        up=0.0,
        kind="test",
        priority=4,
        active=False,
        value=None,
        unit="",
        since=notice.sent,
        certainty=0.0,
    )
    incident = Incident(
        id=notice.incident,
        revision=1,
        status=IncidentStatus.CLOSED,
        title=texts.TEST_TITLE,
        hazard=Hazard.DATA,
        priority=4,
        zones=[],
        started=notice.sent,
        updated=notice.sent,
        announced=notice.sent,
        first_out=member,
        members=[],
        exercise=True,
    )
    return IncidentEvent(id=notice.id, change="test", incident=incident, entries=[])
