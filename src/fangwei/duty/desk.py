"""The live side of duty: turns decisions (`escalate`) into messages on the bus and through channels."""

import asyncio

import msgspec

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.events import Incident, IncidentEvent, Notice, NoticeState
from fangwei.core.health import Health
from fangwei.duty.channels import Outgoing, open_door
from fangwei.duty.courier import Courier
from fangwei.duty.escalate import Escalation
from fangwei.duty.keeper import Keeper
from fangwei.duty.standing import Standing
from fangwei.duty.store import Kept
from fangwei.duty.watch import OVER, WEBSOCKET, Effect, NobodyAnswered, Tell, Unmanned, Watch
from fangwei.plant.schema import Channel
from fangwei.plant.site import Site


class Desk:
    """Every incident duty knows, and the couriers."""

    def __init__(self, site: Site, standing: Standing, bus: Bus, keeper: Keeper, health: Health) -> None:
        self._site = site
        self._standing = standing
        self._bus = bus
        self._keeper = keeper
        self._health = health
        self._watches: dict[str, Watch] = {}
        self._by_notice: dict[str, str] = {}
        self._told: dict[str, Notice] = {}
        self._recalled: set[str] = set()
        """Incidents whose telling a kill may have cut in the middle."""
        self._delivered: dict[tuple[str, str], int] = {}
        self._one_at_a_time = asyncio.Lock()
        self.changed = asyncio.Event()
        """Set when the next due time may have moved."""
        self._couriers = {channel.id: self._courier(channel) for channel in site.duty.channels}
        self._machines = [channel for channel in site.duty.channels if channel.all_incidents]
        self._own: dict[str, Channel] = {}
        """People's own channels, by the id under which they stand in a notice."""
        self._closing: set[asyncio.Task[None]] = set()
        self.use()

    def use(self) -> None:
        """Decide by what stands now, from now on."""
        standing = self._standing
        self.rota = standing.rota
        self._escalation = Escalation(
            standing.rota, standing.zone_names, tuple(standing.chains.values()), standing.ways
        )
        own = standing.own_channels
        for id in [id for id in self._own if own.get(id) != self._own[id]]:
            closing = asyncio.get_running_loop().create_task(self._couriers.pop(id).close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        for id, channel in own.items():
            if id not in self._couriers:
                self._couriers[id] = self._courier(channel)
                self._send_again(id)
        self._own = own

    def pictures(self) -> list[Incident]:
        """Every incident in memory that is not over, the most urgent first."""
        live = [watch.incident for watch in self._watches.values() if watch.incident.status not in OVER]
        return sorted(live, key=lambda incident: (incident.priority, incident.started, incident.id))

    # --- restart ----------------------------------------------------------------------------------------------

    async def restore(self, kept: Kept, told: dict[str, Notice]) -> None:
        """Take up what was stored, and the notices that were said on the bus but not stored."""
        self._watches = kept.watches
        self._delivered = kept.deliveries
        self._told = told
        for watch in self._watches.values():
            self._keeper.stands(watch)
            for notice in told.values():
                if notice.incident == watch.incident.id and notice.id not in watch.notices:
                    self._escalation.recall(watch, notice)
                    self._keeper.note_notice(notice, watch.incident)
                    self._recalled.add(watch.incident.id)
            for id in watch.notices:
                self._by_notice[id] = watch.incident.id

    async def resume(self) -> None:
        """Send again what had failed when we stopped, to machines what they have not had, and tell the rest of a step
        in the middle of which we were killed."""
        for watch in self._watches.values():
            over = watch.incident.status in OVER
            event = self._event(watch)
            for channel in self._machines:
                # A machine that knows of an incident must hear of its end; one that never did need not.
                if not over or (channel.id, watch.incident.id) in self._delivered:
                    self._to_machine(channel, event)
            if not over:
                self._send_missing(watch, None)
        async with self._one_at_a_time:
            for id in sorted(self._recalled):
                watch = self._watches[id]
                await self._carry_out(watch, self._event(watch), self._escalation.complete(watch, now_ns()))
                self._keeper.note_watch(watch)
            self._recalled.clear()

    def _send_again(self, channel: str) -> None:
        """The channel's address is new: what could not be sent so far goes now."""
        for watch in self._watches.values():
            if watch.incident.status not in OVER:
                self._send_missing(watch, channel)

    def _send_missing(self, watch: Watch, channel: str | None) -> None:
        # What a receiver has not confirmed: it may have had it just before a kill, and knows it by the notice's id.
        for notice in watch.notices.values():
            behind = notice.taken is None or notice.taken < notice.revision
            if behind and notice.channel != WEBSOCKET and channel in (None, notice.channel):
                self._by_channel(notice, self._event(watch))

    # --- incidents --------------------------------------------------------------------------------------------

    def knows(self, incident: str) -> bool:
        """Whether the incident is in memory."""
        return incident in self._watches

    async def hear(self, event: IncidentEvent) -> None:
        """Deal with an incident event; heard before, it changes nothing."""
        incident = event.incident
        known = self._watches.get(incident.id)
        if known is not None and incident.revision <= known.incident.revision:
            return
        for channel in self._machines:
            self._to_machine(channel, event)
        async with self._one_at_a_time:
            started = now_ns()
            watch, effects = self._escalation.hear(self._watches.get(incident.id), event, started)
            self._watches[incident.id] = watch
            await self._carry_out(watch, event, effects)
            self._keeper.note_watch(watch)
        self.changed.set()
        self._health.gauge("duty.tell_ms", (now_ns() - started) / 1e6)

    async def tick(self, now: int) -> None:
        """Escalate what is due."""
        async with self._one_at_a_time:
            for watch in list(self._watches.values()):
                due = self._escalation.due(watch)
                if due is None or due > now:
                    continue
                effects = self._escalation.tick(watch, now)
                await self._carry_out(watch, self._event(watch), effects)
                self._keeper.note_watch(watch)
        self._health.gauge("duty.open", sum(w.incident.status not in OVER for w in self._watches.values()))
        self._health.gauge("duty.undelivered", sum(courier.busy for courier in self._couriers.values()))

    def due(self) -> int | None:
        """When the next escalation is due, UTC ns."""
        times = [time for watch in self._watches.values() if (time := self._escalation.due(watch)) is not None]
        return min(times, default=None)

    def forget(self, before: int) -> None:
        """Let go of incidents that ended before `before` (UTC ns); the store has them."""
        for id, watch in list(self._watches.items()):
            if watch.incident.status in OVER and watch.incident.updated < before:
                del self._watches[id]
                for notice in watch.notices:
                    self._by_notice.pop(notice, None)
                    self._told.pop(notice, None)
                for channel in self._machines:
                    self._delivered.pop((channel.id, id), None)

    # --- notices ----------------------------------------------------------------------------------------------

    def notices(self, incident: str) -> list[Notice]:
        """Every notice of an incident in memory, oldest first."""
        watch = self._watches.get(incident)
        return sorted(watch.notices.values(), key=lambda n: (n.sent, n.id)) if watch else []

    def notice(self, id: str) -> Notice | None:
        """One notice in memory."""
        watch = self._watches.get(self._by_notice.get(id, ""))
        return watch.notices.get(id) if watch else None

    async def confirm(self, notice: Notice, state: NoticeState, now: int) -> Notice:
        """Note that a notice arrived or was read, the first time it is said; what was read has arrived."""
        before = (notice.arrived, notice.read)
        if notice.arrived is None:
            notice.arrived = now
        if state is NoticeState.READ and notice.read is None:
            notice.read = now
        if (notice.arrived, notice.read) != before:
            notice.state = NoticeState.READ if notice.read is not None else NoticeState.ARRIVED
            self._keeper.note_notice(notice, self._incident(notice))
            await self._publish(notice)
        return notice

    async def close(self) -> None:
        """End the couriers."""
        await asyncio.gather(*(courier.close() for courier in self._couriers.values()))

    # --- inside -----------------------------------------------------------------------------------------------

    async def _carry_out(self, watch: Watch, event: IncidentEvent, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Unmanned):
                self._health.error("duty.nobody_on_duty", effect.zone)
            elif isinstance(effect, NobodyAnswered):
                self._health.error("duty.nobody_answered", effect.incident)
            else:
                await self._tell(watch, event, effect)

    async def _tell(self, watch: Watch, event: IncidentEvent, tell: Tell) -> None:
        notice = tell.notice
        if tell.first:
            self._by_notice[notice.id] = watch.incident.id
            said = self._told.get(notice.id)
            if said is not None:
                # Said before a kill and not stored any more: taken up, not said again.
                self._escalation.recall(watch, said)
                self._keeper.note_notice(said, watch.incident)
                return
        if notice.channel == WEBSOCKET:
            await self._publish(notice)
        else:
            self._by_channel(notice, event)
        self._keeper.note_notice(notice, watch.incident)

    async def _publish(self, notice: Notice) -> None:
        sure_id = f"{notice.id}/{notice.revision}/{notice.state}"
        await self._bus.emit(f"{subjects.NOTICES}.{notice.person}", notice, sure_id=sure_id)

    def _by_channel(self, notice: Notice, event: IncidentEvent) -> None:
        person = self.rota.people.get(notice.person)
        courier = self._couriers.get(notice.channel)
        if courier is None:
            return  # the channel is gone from the duty file since
        language = person.language if person else "zh"
        courier.post(Outgoing(id=notice.id, key=notice.id, event=event, notice=notice, language=language))

    def _to_machine(self, channel: Channel, event: IncidentEvent) -> None:
        incident = event.incident
        if incident.priority > channel.max_priority:
            return
        if self._delivered.get((channel.id, incident.id), -1) >= incident.revision:
            return
        # Known from here on, so that the second copy of the event is not posted while the first is on its way.
        self._delivered[channel.id, incident.id] = incident.revision
        self._couriers[channel.id].post(Outgoing(id=f"{event.id}/{channel.id}", key=incident.id, event=event))

    def _incident(self, notice: Notice) -> Incident | None:
        watch = self._watches.get(notice.incident)
        return watch.incident if watch else None

    def _event(self, watch: Watch) -> IncidentEvent:
        """The incident as it stands, for a message that no event caused."""
        incident = watch.incident
        return IncidentEvent(id=f"{incident.id}/{incident.revision}", change="escalated", incident=incident, entries=[])

    def _courier(self, channel: Channel) -> Courier:
        return Courier(channel.id, open_door(channel), self._health, self._sent, self._failed)

    async def _sent(self, message: Outgoing) -> None:
        notice = message.notice
        if notice is None:
            channel = message.id.rsplit("/", 1)[1]
            self._keeper.note_delivery(channel, message.key, message.event.incident.revision, now_ns())
            return
        notice.taken = max(notice.taken or 0, message.event.incident.revision)
        if notice.state is NoticeState.FAILED:
            notice.state, notice.error = NoticeState.SENT, None
        self._keeper.note_notice(notice, message.event.incident)
        await self._publish(notice)

    async def _failed(self, message: Outgoing, error: str) -> None:
        notice = message.notice
        if notice is None:
            return
        async with self._one_at_a_time:
            watch = self._watches.get(notice.incident)
            if watch is None:
                return
            effects = self._escalation.failed(watch, notice, error, now_ns())
            await self._carry_out(watch, message.event, effects)
            self._keeper.note_watch(watch)
        failed = msgspec.structs.replace(notice, state=NoticeState.FAILED, error=error)
        self._keeper.note_notice(failed, watch.incident)
        await self._publish(failed)
