"""The desk: every alarm as it stands, and what each edge, command or passing of time makes of it. No I/O, no
clock.

Ids are functions of what happened, so that a decision made again after a restart is the same event: an
occurrence is `<alarm>@<source time of the raising reading>`, its events are `<occurrence>/<change>` with
what distinguishes them behind.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from fangwei.alarms.errors import AlarmUnknown
from fangwei.alarms.specs import Spec
from fangwei.alarms.state import RESET, Change, Event, Life, Raise, Return, Suppress, TimePasses, Unsuppress, decide
from fangwei.core.events import AlarmChange, AlarmEvent, AlarmState, AlarmStatus
from fangwei.core.texts import Text


class Seen(msgspec.Struct):
    """What was measured when the alarm last changed."""

    value: float | None = None
    quality: int = 0
    source_time: int = 0
    receive_time: int = 0
    changed: int = 0
    message: Text | None = None


class Desk:
    """Lives of all alarms. Methods return the events to tell, in order; none means nothing new."""

    def __init__(self, specs: Sequence[Spec], reason_of: Callable[[str], Text] = lambda id: Text(id, id)) -> None:
        """`reason_of`: why a suppression of this id exists, in words."""
        self._reason_of = reason_of
        self.specs = {s.name: s for s in specs}
        self.characters = {s.name: s.character for s in specs}
        self.lives: dict[str, Life] = {s.name: Life() for s in specs}
        self.seen: dict[str, Seen] = {s.name: Seen() for s in specs}
        self.told: set[str] = set()
        """During a replay: ids of events that were told before the restart; they are not told again."""
        self.replayed: dict[str, str] = {}
        """During a replay: the occurrence that each alarm's readings have reached, which may be behind its life."""
        self.replaying = False
        self._shelved: set[str] = set()

    # --- what the plant does
    # ----------------------------------------------------------------------------------

    def raised(
        self,
        alarm: str,
        source_time: int,
        received: int,
        value: float | None,
        quality: int,
        now: int,
        message: Text | None = None,
    ) -> list[AlarmEvent]:
        """The condition holds since the reading of `source_time`."""
        event = Raise(f"{alarm}@{source_time}", source_time)
        if self.replaying:
            self.replayed[alarm] = event.occurrence
            # Older than the last transition told: the replay began in the middle of an activation that is history.
            history = source_time < self.seen[alarm].source_time
            if history or f"{event.occurrence}/{AlarmChange.RAISED}" in self.told:
                return []
        return self._edge(alarm, event, Seen(value, quality, source_time, received, now, message), now)

    def returned(
        self, alarm: str, source_time: int, received: int, value: float | None, quality: int, now: int
    ) -> list[AlarmEvent]:
        """The condition is gone since the reading of `source_time`."""
        if self.replaying:
            reached = self.replayed.pop(alarm, "")
            if reached != self.lives[alarm].occurrence or f"{reached}/{AlarmChange.RETURNED}" in self.told:
                return []
        seen = Seen(value, quality, source_time, received, now, self.seen[alarm].message)
        return self._edge(alarm, Return(), seen, now)

    def suppression(self, id: str, reason: str, alarms: Iterable[str], on: bool, now: int) -> list[AlarmEvent]:
        """A suppression by design begins (`on`) or ends for these alarms."""
        event = Suppress(id, reason) if on else Unsuppress(id)
        return [e for alarm in alarms if alarm in self.lives for e in self._apply(alarm, event, now, f"{id}/{now}")]

    def time_passes(self, now: int) -> list[AlarmEvent]:
        """Ends shelvings whose time is up."""
        return [e for alarm in sorted(self._shelved) for e in self._apply(alarm, TimePasses(), now, "")]

    def redefine(self, spec: Spec) -> None:
        """An alarm means something else from now on; how it stands stays."""
        self.specs[spec.name] = spec
        self.characters[spec.name] = spec.character

    # --- what people do
    # ---------------------------------------------------------------------------------------

    def command(self, alarm: str, event: Event, command_id: str, now: int) -> list[AlarmEvent]:
        """A person's command.

        Raises:
            AlarmUnknown: no such alarm.
            FangweiError: the rules refuse it (errors.py).
        """
        if alarm not in self.lives:
            raise AlarmUnknown(alarm=alarm)
        return self._apply(alarm, event, now, command_id)

    # --- how it stands
    # ----------------------------------------------------------------------------------------

    def status(self, alarm: str) -> AlarmStatus:
        """One alarm now.

        Raises:
            AlarmUnknown: no such alarm.
        """
        if alarm not in self.lives:
            raise AlarmUnknown(alarm=alarm)
        spec, life, seen = self.specs[alarm], self.lives[alarm], self.seen[alarm]
        east, north, up = spec.place
        by, reason, until, why = life.by, life.reason, life.shelved_until, None
        if life.state is AlarmState.SUPPRESSED:
            by, until, why = life.suppressed_by[0], None, self._reason_of(life.suppressed_by[0])
            reason = why.zh
        elif life.state is AlarmState.OUT_OF_SERVICE:
            until = life.out_until
        return AlarmStatus(
            alarm=alarm,
            occurrence=life.occurrence,
            point=spec.point,
            zone=spec.zone,
            east=east,
            north=north,
            up=up,
            kind=spec.kind,
            hazard=spec.hazard,
            priority=spec.priority,
            state=life.state,
            active=life.active,
            value=seen.value,
            limit=spec.limit,
            unit=spec.unit,
            quality=seen.quality,
            since=life.since,
            changed=seen.changed,
            message=seen.message or spec.message,
            shelvable=spec.shelvable,
            by=by,
            reason=reason,
            why=why,
            until=until,
        )

    def statuses(self, zone: str | None, states: Iterable[AlarmState] | None) -> list[AlarmStatus]:
        """Alarms of a zone (None: all) in these states (None: all but normal), most urgent and newest
        first."""
        wanted = None if states is None else frozenset(states)
        found = [
            self.status(alarm)
            for alarm, life in self.lives.items()
            if (life.state is not AlarmState.NORMAL if wanted is None else life.state in wanted)
            and (zone is None or self.specs[alarm].zone == zone)
        ]
        return sorted(found, key=lambda s: (s.priority, -s.since, s.alarm))

    # --- restoring
    # --------------------------------------------------------------------------------------------

    def restore(self, alarm: str, life: Life, seen: Seen) -> None:
        """Take a life as it was stored."""
        if alarm in self.lives:
            self.lives[alarm], self.seen[alarm] = life, seen
            self._keep(alarm, life)

    def fold(self, event: AlarmEvent) -> None:
        """Make an event told before a restart part of the life: the state it names holds."""
        if event.alarm not in self.lives:
            return
        life = folded(self.lives[event.alarm], event, self.characters[event.alarm].latch)
        seen = Seen(
            event.value, event.quality, event.source_time, event.receive_time, event.decided_time, event.message
        )
        self.restore(event.alarm, life, seen)

    # --- inside
    # -----------------------------------------------------------------------------------------------

    def _edge(self, alarm: str, event: Raise | Return, seen: Seen, now: int) -> list[AlarmEvent]:
        before = self.seen[alarm]
        self.seen[alarm] = seen
        events = self._apply(alarm, event, now, "")
        if not events:
            self.seen[alarm] = before
        return events

    def _apply(self, alarm: str, event: Event, now: int, distinct: str) -> list[AlarmEvent]:
        before = self.lives[alarm].state
        life, changes = decide(self.characters[alarm], self.lives[alarm], event, now)
        self.lives[alarm] = life
        self._keep(alarm, life)
        if changes:
            self.seen[alarm].changed = now
        return [self._event(alarm, before, life, change, now, distinct) for change in changes]

    def _keep(self, alarm: str, life: Life) -> None:
        if life.shelved_until is not None:
            self._shelved.add(alarm)
        else:
            self._shelved.discard(alarm)

    def _event(self, alarm: str, before: AlarmState, life: Life, change: Change, now: int, distinct: str) -> AlarmEvent:
        status = self.status(alarm)
        spec, seen = self.specs[alarm], self.seen[alarm]
        occurrence = life.occurrence or f"{alarm}@0"
        # Once per occurrence needs no more to be known again; a shelving that ran out is known by its end.
        last = distinct or (str(change.until) if change.until is not None else "")
        return AlarmEvent(
            id=f"{occurrence}/{change.change}" + (f"/{last}" if last else ""),
            occurrence=occurrence,
            alarm=alarm,
            point=spec.point,
            points=list(spec.points),
            zone=spec.zone,
            east=status.east,
            north=status.north,
            up=status.up,
            kind=spec.kind,
            hazard=spec.hazard,
            priority=spec.priority,
            change=change.change,
            state=life.state,
            active=life.active,
            value=seen.value,
            limit=spec.limit,
            unit=spec.unit,
            quality=seen.quality,
            source_time=seen.source_time,
            receive_time=seen.receive_time,
            decided_time=now,
            message=status.message,
            by=change.by,
            reason=change.reason,
            why=self._reason_of(change.by or "") if change.change is AlarmChange.SUPPRESSED else None,
            until=change.until,
            before=before,
        )


def folded(life: Life, event: AlarmEvent, latch: bool) -> Life:
    """The life after an event that was told; pure, the inverse of telling."""
    change = event.change
    changes: dict[str, object] = {"active": event.active}
    if change is AlarmChange.RAISED:
        changes |= {"acked": False, "latched": False, "occurrence": event.occurrence, "since": event.source_time}
    elif change is AlarmChange.RETURNED:
        changes |= {"latched": latch and event.reason != RESET}
    elif change is AlarmChange.ACKNOWLEDGED:
        changes |= {"acked": True, "by": event.by}
    elif change is AlarmChange.SHELVED:
        changes |= {"shelved_until": event.until, "by": event.by, "reason": event.reason}
    elif change is AlarmChange.UNSHELVED:
        acked = True if event.by else life.acked and not event.active
        changes |= {"shelved_until": None, "acked": acked, "by": event.by, "reason": None}
    elif change is AlarmChange.SUPPRESSED:
        changes |= {"suppressed_by": tuple(dict.fromkeys((*life.suppressed_by, event.by or "")))}
    elif change is AlarmChange.UNSUPPRESSED:
        changes |= {"suppressed_by": (), "acked": not event.active}
    elif change is AlarmChange.TAKEN_OUT:
        changes |= {"out_of_service": True, "out_until": event.until, "by": event.by, "reason": event.reason}
    elif change is AlarmChange.PUT_BACK:
        acked = not event.active
        changes |= {"out_of_service": False, "out_until": None, "acked": acked, "by": event.by, "reason": None}
    return msgspec.structs.replace(life, **changes)
