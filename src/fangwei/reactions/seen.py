"""What rules hear, in one form: alarms, incidents and signals of the bus as `Seen`. Pure."""

from collections.abc import Callable

import msgspec

from fangwei.core.events import AlarmChange, AlarmEvent, IncidentEvent, IncidentStatus
from fangwei.core.orders import PlantSignal
from fangwei.core.texts import Text
from fangwei.plant.schema import Kind

Place = tuple[float, float, float]


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a firing rests on: a reading, an alarm, an incident, a signal, or that something was missing."""

    row: int
    """Which row of the rule it made true, the first is 0."""
    kind: str
    """`alarm`, `incident`, `event`, `value`, `blind`."""
    id: str
    """Occurrence, incident, signal, or the point."""
    time: int
    """Source time where there is one, UTC ns."""
    zone: str = ""
    point: str = ""
    value: float | None = None
    unit: str = ""
    quality: int = 0
    text: Text | None = None


class Seen(msgspec.Struct, kw_only=True):
    """One event. `cause` names what happened (an activation of an alarm, an incident), the same however often and by
    whichever way it is heard; `id` names this piece of news."""

    kind: str
    id: str
    cause: str
    name: str = ""
    time: int
    """When it was decided, UTC ns of our own clocks."""
    source_time: int
    zone: str
    zones: tuple[str, ...] = ()
    place: Place | None = None
    point: str = ""
    value: float | None = None
    unit: str = ""
    quality: int = 0
    text: Text | None = None
    facts: dict[str, object]
    over: bool = False
    """It ended: nothing fires by it, and it no longer counts as standing."""
    stands: bool = False
    """It goes on until it is over."""
    because: tuple[str, ...] = ()

    def input(self, row: int) -> Input:
        """This event as what a firing rests on."""
        return Input(
            row=row,
            kind=self.kind,
            id=self.cause if self.kind != "event" else self.id,
            time=self.source_time,
            zone=self.zone,
            point=self.point,
            value=self.value,
            unit=self.unit,
            quality=self.quality,
            text=self.text,
        )


def of_alarm(event: AlarmEvent) -> Seen | None:
    """An alarm raised or returned; None: nothing that happened in the plant (an acknowledgement)."""
    if event.change not in (AlarmChange.RAISED, AlarmChange.RETURNED):
        return None
    return Seen(
        kind="alarm",
        id=event.id,
        cause=event.occurrence,
        name=event.alarm,
        time=event.decided_time,
        source_time=event.source_time,
        zone=event.zone,
        place=(event.east, event.north, event.up),
        point=event.point,
        value=event.value,
        unit=event.unit,
        quality=event.quality,
        text=event.message,
        facts={
            "kind": event.kind,
            "hazard": event.hazard.value,
            "priority": event.priority,
            "point": event.point,
        },
        over=event.change is AlarmChange.RETURNED,
        stands=True,
    )


_LIVE = (IncidentStatus.OPEN, IncidentStatus.OWNED)


def of_incident(event: IncidentEvent) -> Seen | None:
    """An incident as it stands; None for an exercise (a drill moves no doors) and for lines about notices."""
    incident = event.incident
    if incident.exercise or event.change == "notice":
        return None
    first = incident.first_out
    return Seen(
        kind="incident",
        id=event.id,
        cause=incident.id,
        name=incident.id,
        time=incident.updated,
        source_time=incident.started,
        zone=first.zone,
        zones=tuple(incident.zones),
        place=(first.east, first.north, first.up),
        point=first.point,
        value=first.value,
        unit=first.unit,
        text=incident.title,
        facts={"hazard": incident.hazard.value, "priority": incident.priority},
        over=incident.status not in _LIVE,
        stands=True,
    )


def of_signal(signal: PlantSignal, zone_of: Callable[[str], str] = lambda point: "") -> Seen:
    """A forecast, finding or signal."""
    return Seen(
        kind="event",
        id=signal.id,
        cause=f"{signal.name}/{signal.id}",
        name=signal.name,
        time=signal.time,
        source_time=signal.time,
        zone=signal.zone or zone_of(signal.point),
        place=signal.place,
        point=signal.point,
        value=signal.value,
        unit=signal.unit,
        text=signal.text,
        facts={"value": signal.value},
        because=tuple(signal.because),
    )


KINDS = frozenset(kind.value for kind in Kind)
