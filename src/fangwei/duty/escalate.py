"""Who must be told of an incident now. Pure: (what was told, event or time) -> (what is told, what to say).

Told at once: the people of the lowest step of each zone reached. Silence tells the next step after
`escalate_after`, everyone after `everyone_after`. "I have it" stops it; letting go starts it again. A notice is
known by (incident, step, person, channel): the same again is an update in place, never another notice.
"""

from dataclasses import dataclass

import msgspec

from fangwei.core.clock import SECOND, seconds
from fangwei.core.events import Incident, IncidentEvent, IncidentStatus, Notice, NoticeState
from fangwei.core.texts import Text
from fangwei.duty import texts
from fangwei.duty.rota import EVERYONE, Rota, Step
from fangwei.plant.schema import Channel, Person

WEBSOCKET = "websocket"
OVER = frozenset({IncidentStatus.CLOSED, IncidentStatus.DISSOLVED})


class Watch(msgspec.Struct, kw_only=True):
    """What duty knows of one incident.

    Invariants: `due` and `everyone_due` (UTC ns) are None unless the incident is open and unanswered; `notices` holds
    every notice sent, by id; `step` is the highest step told.
    """

    incident: Incident
    step: int = -1
    since: int = 0
    """Since when nobody has answered."""
    due: int | None = None
    everyone_due: int | None = None
    notices: dict[str, Notice] = {}
    failed: list[str] = []
    """Ids of notices whose channel failed and whose substitute was already chosen."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Send this notice by its channel; `first` is False for an update in place."""

    notice: Notice
    first: bool


@dataclass(frozen=True, slots=True)
class Unmanned:
    """Nobody answers for this zone now; everyone was named instead (to be counted as an error)."""

    zone: str


@dataclass(frozen=True, slots=True)
class NobodyAnswered:
    """Everyone was told and the incident is still nobody's."""

    incident: str


Effect = Tell | Unmanned | NobodyAnswered


def notice_id(incident: str, step: int, person: str, channel: str) -> str:
    """The one name of a notice, the same again after a restart."""
    return f"{incident}.{step}.{person}.{channel}"


class Escalation:
    """The rules of one site. Holds no state of incidents: that is the `Watch` passed in and returned."""

    def __init__(self, rota: Rota, zone_names: dict[str, Text]) -> None:
        self.rota = rota
        self._zone_names = zone_names
        self._channels: dict[str, Channel] = {channel.id: channel for channel in rota.duty.channels}
        self._escalate_after = seconds(rota.duty.escalate_after)
        self._everyone_after = seconds(rota.duty.everyone_after)

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
        self._wind(watch, before, now)
        effects: list[Effect] = []
        if incident.status not in OVER and (before is None or _matters(before, incident)):
            effects += self._tell_up_to(watch, max(watch.step, 0), now)
        if before is not None and _matters(before, incident):
            fresh = {effect.notice.id for effect in effects if isinstance(effect, Tell)}
            effects += self._update(watch, fresh, _status_text(incident.status))
        return watch, effects

    def tick(self, watch: Watch, now: int) -> list[Effect]:
        """Time has passed: tell the next step, or everyone, when it is due."""
        effects: list[Effect] = []
        if watch.everyone_due is not None and now >= watch.everyone_due:
            watch.due = watch.everyone_due = None
            effects += self._tell(watch, self.rota.everyone, texts.EVERYONE, now)
            watch.step = EVERYONE
            effects.append(NobodyAnswered(watch.incident.id))
        elif watch.due is not None and now >= watch.due:
            following = self._next_step(watch, now)
            if following is None:
                watch.due = None
            else:
                effects += self._tell_up_to(watch, following, now)
                watch.due = now + self._escalate_after
        return effects

    def failed(self, watch: Watch, notice: Notice, error: str) -> list[Effect]:
        """A channel failed: note it, and use the person's next channel at once (once per notice)."""
        kept = watch.notices.get(notice.id)
        if kept is None:
            return []
        kept.state, kept.error = NoticeState.FAILED, error
        if notice.id in watch.failed or notice.person not in self.rota.people:
            return []
        watch.failed.append(notice.id)
        way = self._ways(self.rota.people[notice.person], watch.incident)
        if notice.channel not in way:
            return []
        for channel in way[way.index(notice.channel) + 1 :]:
            id = notice_id(notice.incident, notice.step, notice.person, channel)
            if id not in watch.notices:
                substitute = msgspec.structs.replace(
                    kept, id=id, channel=channel, state=NoticeState.SENT, error=None, arrived=None, read=None
                )
                watch.notices[id] = substitute
                return [Tell(substitute, True)]
        return []

    def due(self, watch: Watch) -> int | None:
        """When this watch wants its next `tick`, UTC ns."""
        times = [time for time in (watch.due, watch.everyone_due) if time is not None]
        return min(times, default=None)

    # --- inside -----------------------------------------------------------------------------------------------

    def _wind(self, watch: Watch, before: Incident | None, now: int) -> None:
        """Start or stop the clock by the incident's status."""
        open_now = watch.incident.status is IncidentStatus.OPEN
        if not open_now:
            watch.due = watch.everyone_due = None
        elif before is None or before.status is not IncidentStatus.OPEN:
            watch.since = now
            watch.due = now + self._escalate_after
            watch.everyone_due = now + self._everyone_after

    def _next_step(self, watch: Watch, now: int) -> int | None:
        higher = [
            step.step
            for zone in watch.incident.zones
            for step in self.rota.on_duty(zone, now)[0]
            if step.step > watch.step
        ]
        return min(higher, default=None)

    def _tell_up_to(self, watch: Watch, step: int, now: int) -> list[Effect]:
        """Tell everybody up to a step in every zone reached, whoever was not told yet."""
        effects: list[Effect] = []
        reached = watch.step
        for zone in watch.incident.zones:
            steps, planned = self.rota.on_duty(zone, now)
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
        if watch.step == EVERYONE:
            effects += self._tell(watch, self.rota.everyone, texts.EVERYONE, now)
        watch.step = max(reached, watch.step)
        return effects

    def _tell(self, watch: Watch, step: Step, text: Text, now: int) -> list[Effect]:
        effects: list[Effect] = []
        if watch.incident.status is not IncidentStatus.OPEN:
            text = _status_text(watch.incident.status)
        words = self._words(watch, text, now)
        for person in step.people:
            ways = self._ways(person, watch.incident)
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
            if notice.id not in fresh:
                notice.revision, notice.text = watch.incident.revision, words
                effects.append(Tell(notice, False))
        return effects

    def _ways(self, person: Person, incident: Incident) -> list[str]:
        return [
            id
            for id in person.channels
            if id in self._channels and incident.priority <= self._channels[id].max_priority
        ]

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
