"""Who must be told of an incident now. Pure: (what was told, event or time) -> (what is told, what to say).

Told at once: the people of the lowest step of each zone reached. Silence tells the next step, at the end everyone,
at the waits of the chain that holds for the incident (`chains`). "I have it" stops it; letting go starts it again. A
notice is known by (incident, step, person, channel): the same again is an update in place, never another notice.
Everyone told again is a further step, so a further notice.
"""

import msgspec

from fangwei.core.clock import SECOND
from fangwei.core.events import Incident, IncidentEvent, IncidentStatus, Notice, NoticeState
from fangwei.core.texts import Text
from fangwei.duty import texts
from fangwei.duty.chains import Chain, Pace, pace_for, steps_of
from fangwei.duty.rota import EVERYONE, Rota, Step
from fangwei.duty.watch import OVER, WEBSOCKET, Effect, NobodyAnswered, Tell, Unmanned, Watch, notice_id
from fangwei.duty.ways import Ways


class Escalation:
    """The rules of one site. Holds no state of incidents: that is the `Watch` passed in and returned."""

    def __init__(
        self, rota: Rota, zone_names: dict[str, Text], chains: tuple[Chain, ...] = (), ways: Ways | None = None
    ) -> None:
        self.rota = rota
        self._zone_names = zone_names
        self._chains = chains
        self._ways = ways or Ways({channel.id: channel for channel in rota.duty.channels}, rota.timezone)

    def hear(self, watch: Watch | None, event: IncidentEvent, now: int) -> tuple[Watch, list[Effect]]:
        """An incident changed. An event not newer than what is known changes nothing."""
        incident = event.incident
        if watch is None:
            watch = Watch(incident=incident, notices={}, failed=[])
            before = None
            if incident.status in OVER:
                # Remembered all the same: its older events may still come out of the stream.
                return watch, []
        else:
            if incident.revision <= watch.incident.revision:
                return watch, []
            before = watch.incident
            watch.incident = incident
        held = pace_for(self.rota, self._chains, incident)
        wound = self._wind(watch, before, held, now)
        effects: list[Effect] = []
        if incident.status not in OVER and (before is None or _matters(before, incident)):
            effects += self._tell_up_to(watch, max(watch.step, 0), held, now)
        if wound:
            # After the telling: a first step that nobody has is not waited for.
            wait = held.wait_after(watch.step)
            watch.due = None if wait is None else now + wait
        if before is not None and _matters(before, incident):
            fresh = {effect.notice.id for effect in effects if isinstance(effect, Tell)}
            effects += self._update(watch, fresh, _status_text(incident.status))
        return watch, effects

    def tick(self, watch: Watch, now: int) -> list[Effect]:
        """Time has passed: tell the next step, or everyone, when it is due."""
        effects: list[Effect] = []
        held = pace_for(self.rota, self._chains, watch.incident)
        if watch.everyone_due is not None and now >= watch.everyone_due:
            again = watch.step >= EVERYONE
            everyone = Step(watch.step + 1 if again else EVERYONE, self.rota.everyone.people)
            effects += self._tell(watch, everyone, texts.AGAIN if again else texts.EVERYONE, now)
            watch.step = everyone.step
            watch.due = None
            watch.everyone_due = None if held.repeat is None else now + held.repeat
            effects.append(NobodyAnswered(watch.incident.id))
        elif watch.due is not None and now >= watch.due:
            following = self._next_step(watch, held, now)
            if following is None:
                watch.due = None
            else:
                effects += self._tell_up_to(watch, following, held, now)
                wait = held.wait_after(watch.step)
                watch.due = None if wait is None else now + wait
        return effects

    def recall(self, watch: Watch, notice: Notice) -> None:
        """A notice that was said before a kill and could not be stored: it is taken up as told, and the clock goes on
        from when it was said."""
        watch.notices[notice.id] = notice
        if notice.step < watch.step:
            return
        watch.step = notice.step
        if watch.incident.status is not IncidentStatus.OPEN:
            return
        held = pace_for(self.rota, self._chains, watch.incident)
        if notice.step >= EVERYONE:
            watch.due = None
            watch.everyone_due = None if held.repeat is None else notice.sent + held.repeat
            return
        wait = held.wait_after(notice.step)
        watch.due = None if wait is None else notice.sent + wait
        if notice.sent < watch.since:
            watch.since, watch.everyone_due = notice.sent, notice.sent + held.everyone_after

    def complete(self, watch: Watch, now: int) -> list[Effect]:
        """After notices were recalled: whoever of the step that they belong to was not told when the kill came."""
        if watch.incident.status is not IncidentStatus.OPEN:
            return []
        return self._tell_up_to(watch, watch.step, pace_for(self.rota, self._chains, watch.incident), now)

    def failed(self, watch: Watch, notice: Notice, error: str, now: int | None = None) -> list[Effect]:
        """A channel failed: note it, and use the person's next channel at once (once per notice)."""
        kept = watch.notices.get(notice.id)
        if kept is None:
            return []
        kept.state, kept.error = NoticeState.FAILED, error
        if notice.id in watch.failed or notice.person not in self.rota.people:
            return []
        watch.failed.append(notice.id)
        at = notice.sent if now is None else now
        ways = self._ways.of(self.rota.people[notice.person], watch.incident.priority, at)
        # Those after the failed one; all of them where it has been taken away or become quiet meanwhile.
        for channel in ways[ways.index(notice.channel) + 1 :] if notice.channel in ways else ways:
            id = notice_id(notice.incident, notice.step, notice.person, channel)
            if id not in watch.notices:
                substitute = msgspec.structs.replace(
                    kept,
                    id=id,
                    channel=channel,
                    state=NoticeState.SENT,
                    error=None,
                    arrived=None,
                    read=None,
                    taken=None,
                )
                watch.notices[id] = substitute
                return [Tell(substitute, True)]
        return []

    def due(self, watch: Watch) -> int | None:
        """When this watch wants its next `tick`, UTC ns."""
        times = [time for time in (watch.due, watch.everyone_due) if time is not None]
        return min(times, default=None)

    # --- inside -----------------------------------------------------------------------------------------------

    def _wind(self, watch: Watch, before: Incident | None, held: Pace, now: int) -> bool:
        """Start or stop the clock by the incident's status; whether it was started."""
        if watch.incident.status is not IncidentStatus.OPEN:
            watch.due = watch.everyone_due = None
            return False
        if before is None or before.status is not IncidentStatus.OPEN:
            watch.since, watch.chain = now, held.chain
            watch.everyone_due = now + held.everyone_after
            return True
        if held.chain != watch.chain:
            # Another chain holds, since it grew or became more urgent: nothing comes later than was promised.
            watch.chain = held.chain
            if watch.step < EVERYONE:
                watch.everyone_due = _sooner(watch.everyone_due, watch.since + held.everyone_after)
                wait = held.wait_after(watch.step)
                watch.due = _sooner(watch.due, None if wait is None else now + wait)
            elif watch.everyone_due is None and held.repeat is not None:
                watch.everyone_due = now + held.repeat
        return False

    def _next_step(self, watch: Watch, held: Pace, now: int) -> int | None:
        higher = [
            step.step
            for zone in watch.incident.zones
            for step in steps_of(self.rota, held, zone, now)[0]
            if step.step > watch.step
        ]
        return min(higher, default=None)

    def _tell_up_to(self, watch: Watch, step: int, held: Pace, now: int) -> list[Effect]:
        """Tell everybody up to a step in every zone reached, whoever was not told yet."""
        effects: list[Effect] = []
        reached = watch.step
        for zone in watch.incident.zones:
            steps, planned = steps_of(self.rota, held, zone, now)
            if not planned:
                effects.append(Unmanned(zone))
            if not steps:
                continue
            # Where nobody has the lowest step, the next one is the first to be told: never nobody.
            limit = max(step, steps[0].step)
            for one in steps:
                if one.step <= limit:
                    text = texts.OPENED if one.step == steps[0].step else texts.ESCALATED
                    effects += self._tell(watch, one, text, now)
                    reached = max(reached, one.step)
        if watch.step >= EVERYONE:
            effects += self._tell(watch, self.rota.everyone, texts.EVERYONE, now)
        watch.step = max(reached, watch.step)
        return effects

    def _tell(self, watch: Watch, step: Step, text: Text, now: int) -> list[Effect]:
        effects: list[Effect] = []
        if watch.incident.status is not IncidentStatus.OPEN:
            text = _status_text(watch.incident.status)
        words = self._words(watch, text, now)
        for person in step.people:
            ways = self._ways.of(person, watch.incident.priority, now)
            # The page, and the first of the person's own channels; the others stand in when that one fails.
            for channel in (WEBSOCKET, *ways[:1]):
                id = notice_id(watch.incident.id, step.step, person.id, channel)
                if id in watch.notices:
                    continue
                notice = Notice(
                    id=id,
                    incident=watch.incident.id,
                    revision=watch.incident.revision,
                    person=person.id,
                    person_name=person.name.text,
                    channel=channel,
                    step=step.step,
                    state=NoticeState.SENT,
                    text=words,
                    sent=now,
                )
                watch.notices[id] = notice
                effects.append(Tell(notice, True))
        return effects

    def _update(self, watch: Watch, fresh: set[str], text: Text) -> list[Effect]:
        words = self._words(watch, text, watch.since)
        effects: list[Effect] = []
        for notice in watch.notices.values():
            # Of the rounds in which everyone was told, only the last is still read.
            if notice.id not in fresh and not EVERYONE <= notice.step < watch.step:
                notice.revision, notice.text = watch.incident.revision, words
                effects.append(Tell(notice, False))
        return effects

    def _words(self, watch: Watch, text: Text, now: int) -> Text:
        incident = watch.incident
        owner = self.rota.people.get(incident.owner or "")
        return text.format(
            exercise=texts.EXERCISE if incident.exercise else texts.NOT_EXERCISE,
            title=incident.title,
            zones=self._named(incident.zones),
            alarms=len(incident.members),
            seconds=max(0, (now - watch.since) // SECOND),
            owner=owner.name.text if owner else Text(incident.owner or "", incident.owner or ""),
        )

    def _named(self, zones: list[str]) -> Text:
        names = [self._zone_names.get(zone, Text(zone, zone)) for zone in zones]
        return Text(
            texts.LIST_MARK.zh.join(name.zh for name in names), texts.LIST_MARK.en.join(name.en for name in names)
        )


def _sooner(one: int | None, other: int | None) -> int | None:
    times = [time for time in (one, other) if time is not None]
    return min(times, default=None)


def _matters(before: Incident, after: Incident) -> bool:
    """Whether people who know `before` must hear of `after`: further alarms in the same place are not news."""
    return (
        before.status is not after.status
        or after.priority < before.priority
        or set(after.zones) != set(before.zones)
        or before.owner != after.owner
    )


def _status_text(status: IncidentStatus) -> Text:
    return {
        IncidentStatus.OPEN: texts.GROWN,
        IncidentStatus.OWNED: texts.OWNED,
        IncidentStatus.SETTLED: texts.SETTLED,
        IncidentStatus.CLOSED: texts.CLOSED,
        IncidentStatus.DISSOLVED: texts.DISSOLVED,
    }[status]
