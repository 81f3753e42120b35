"""An incident as the correlator holds it, and who belongs to it. Pure; what is here is all that must be
stored."""

from hashlib import blake2b

import msgspec

from fangwei.core.clock import EARLIEST, SECOND
from fangwei.core.events import (
    AlarmEvent,
    Hazard,
    Incident,
    IncidentMember,
    IncidentStatus,
    TimelineEntry,
)
from fangwei.core.texts import Text
from fangwei.incidents import texts
from fangwei.incidents.affinity import Neighbourhood, Sign
from fangwei.incidents.behaviour import History, Verdict, judge, regular
from fangwei.plant.site import Site

PATIENCE = 25 * SECOND
"""A real alarm may flutter round its limit this long in a turbulent cloud before it is called chatter."""
IN_STEP = 20 * SECOND
BEFORE = 30 * SECOND
"""Activity this long before the incident began had another cause."""
FLEETING_S = 5.0
CREDIBLE = 0.6
DRIVEN = 0.8
MOST_SHOWN = 500
"""Members in the picture for others: a cut line may silence thousands of instruments, and a message has an end."""
WITNESSES = 80
"""The latest members say whether a new alarm is of their cause; asking thousands would delay it."""
CROWD = 100
"""From so many members on, joins of data alarms are told together at the next tick; the plant's own never wait."""
LIVE = frozenset({IncidentStatus.OPEN, IncidentStatus.OWNED, IncidentStatus.SETTLED})


class Member(msgspec.Struct):
    """One alarm in an incident; `face` is what others see of it."""

    face: IncidentMember
    hazard: Hazard
    onset: int
    """Receive time of the activation that brought it in."""
    attraction: float
    driven: bool = False
    """It goes and comes back in step with the others (`together`): moved by one thing, not chattering."""
    aside: bool = False
    """Shelved, suppressed or out of service: it no longer keeps the incident from settling."""

    @property
    def grave(self) -> bool:
        """A gas or fire alarm of priority 1: never dropped without a person, even when it chatters."""
        return self.face.priority == 1 and self.hazard in (Hazard.RELEASE, Hazard.FIRE)


class Case(msgspec.Struct):
    """An incident with what its revision needs. Invariant: a live case has a member; `zones` keep their
    order."""

    id: str
    began: int
    """Receive time of the first onset of those who are in it now."""
    status: IncidentStatus
    members: dict[str, Member]
    zones: dict[str, int]
    """Zone -> source time at which it was reached."""
    announced: int
    updated: int
    first_out: IncidentMember
    title: Text
    hazard: Hazard
    priority: int
    revision: int = 0
    lines: int = 0
    owner: str | None = None
    owned_at: int | None = None
    offered_to: str | None = None
    offered_at: int | None = None
    merged_into: str | None = None
    growing: bool = True
    last_join: int = 0
    quiet_since: int | None = None
    settled_at: int | None = None
    uncounted: int = 0
    """Joined since the last revision without a line of their own."""
    kept: bool = False
    """Told that it is kept although it chatters."""
    loosened: bool = False
    """Somebody left: what that one held together must be looked at again."""
    stranger_of: str | None = None
    """The incident its one alarm was split from as a stranger: on that evidence alone they never merge again."""
    stale: bool = False
    """Values or activity changed since the last revision."""
    instruments: list[str] = []
    """Data alarms already noted in its timeline."""

    @property
    def live(self) -> bool:
        """Not closed and not dissolved."""
        return self.status in LIVE

    def snapshot(self) -> Incident:
        """The whole picture for others."""
        first = self.members.get(self.first_out.alarm)
        faces = sorted((m.face for m in self.members.values()), key=lambda f: (f.since, f.alarm))[:MOST_SHOWN]
        return Incident(
            id=self.id,
            revision=self.revision,
            status=self.status,
            title=self.title,
            hazard=self.hazard,
            priority=self.priority,
            zones=list(self.zones),
            started=self.first_out.since,
            updated=self.updated,
            announced=self.announced,
            first_out=msgspec.structs.replace(first.face if first else self.first_out),
            members=[msgspec.structs.replace(face) for face in faces],
            owner=self.owner,
            owned_at=self.owned_at,
            offered_to=self.offered_to,
            offered_at=self.offered_at,
            merged_into=self.merged_into,
            growing=self.growing,
        )

    def refresh(self, site: Site) -> bool:
        """Work out title, hazard, priority, zones and first-out anew from the members; True if more urgent
        now."""
        if not self.members:
            return False
        faces = [m.face for m in self.members.values()]
        self.began = min(m.onset for m in self.members.values())
        self.first_out = msgspec.structs.replace(min(faces, key=lambda f: (f.since, f.alarm)))
        reached: dict[str, int] = {}
        for face in sorted(faces, key=lambda f: (f.since, f.alarm)):
            reached.setdefault(face.zone, face.since)
        self.zones = reached
        sure = [m for m in self.members.values() if m.face.certainty >= 0.3] or list(self.members.values())
        key, self.hazard = texts.picture((m.face.kind, m.hazard) for m in sure)
        self.title = texts.title(key, zone_name(site, self.first_out.zone), len(self.zones))
        before, self.priority = self.priority, min(f.priority for f in faces)
        return self.priority < before


class Change(msgspec.Struct):
    """One revision of one incident: what the edge sends and stores."""

    incident: Incident
    change: str
    entries: list[TimelineEntry]


def incident_id(occurrence: str, turn: int = 0) -> str:
    """The id of the incident that this activation opens: the same again when it is decided again after a
    crash."""
    return "I-" + blake2b(f"{occurrence}#{turn}".encode(), digest_size=8).hexdigest()


def zone_name(site: Site, zone: str) -> Text:
    """The zone's name, its id where the site file does not know it."""
    known = site.zones.get(zone)
    return known.name.text if known else Text(zone, zone)


def point_name(site: Site, point: str) -> Text:
    """The point's name, its id where the site file does not know it."""
    known = site.points.get(point)
    return known.name if known else Text(point, point)


def heard_at(event: AlarmEvent) -> int:
    """When we heard what the event tells, by our clock: receive time, decision time where that is absurd."""
    return event.receive_time if 0 < event.receive_time <= event.decided_time else event.decided_time


def happened_at(event: AlarmEvent) -> int:
    """When it happened by the source's clock; when we heard of it, where no reading stands behind the event.

    A data alarm of an instrument that never spoke has no source time, and 1970 is not when it began.
    """
    return event.source_time if event.source_time >= EARLIEST else heard_at(event)


def face_of(event: AlarmEvent, active: bool, certainty: float) -> IncidentMember:
    """The event's alarm as a member."""
    return IncidentMember(
        alarm=event.alarm,
        occurrence=event.occurrence,
        point=event.point,
        zone=event.zone,
        east=event.east,
        north=event.north,
        up=event.up,
        kind=event.kind,
        priority=event.priority,
        active=active,
        value=event.value,
        unit=event.unit,
        since=happened_at(event),
        certainty=round(certainty, 2),
    )


def sign_of(event: AlarmEvent) -> Sign:
    """A fresh alarm as evidence."""
    return Sign(
        event.zone,
        (event.east, event.north, event.up),
        event.kind,
        event.hazard,
        heard_at(event),
        event.active,
        1.0,
    )


def belief(history: History, member: Member, now: int) -> float:
    """How far the member is to be believed by its own behaviour (0..1)."""
    if member.driven:
        return DRIVEN
    verdict = judge(history, now)
    if verdict is Verdict.FRESH:
        if history.active:
            return 0.95
        dwells = history.dwells_s(1)
        return 0.5 if dwells and dwells[0] < FLEETING_S and history.raises(now, 10**18) < 2 else 0.8
    if history.clear_onset(now, member.onset):
        return 0.75
    if verdict is Verdict.RECURRENT:
        return 0.55
    return 0.2


def in_step(member: Member, others: list[tuple[Member, float]], near: Neighbourhood) -> bool:
    """Whether it came up together with at least two believable neighbours."""
    beside = 0
    for other, trust in others:
        if other is member or trust < CREDIBLE or abs(other.onset - member.onset) > IN_STEP:
            continue
        if near.hops(member.face.zone, other.face.zone) <= 1:
            beside += 1
            if beside == 2:
                return True
    return False


def chatters(history: History, member: Member, case: Case, now: int, accompanied: bool) -> bool:
    """Whether the member proved to chatter and has to leave.

    A real alarm that flutters stays: it had a long activation in this incident, or it came up in step with
    its
    neighbours a moment ago and was silent before the cause existed. A chatterer was there before, or runs
    like
    clockwork, or does not end.
    """
    if member.driven or judge(history, now) is not Verdict.CHATTERING or history.clear_onset(now, member.onset):
        return False
    earliest = history.first_raise(history.forgiven)
    if earliest is not None and earliest < case.began - BEFORE:
        return True
    if regular(history, now):
        return True
    return not (accompanied and now - member.onset < PATIENCE)


def signs(case: Case, histories: dict[str, History], now: int) -> list[Sign]:
    """The latest members as evidence, each with its belief."""
    found = []
    for member in list(case.members.values())[-WITNESSES:]:
        face = member.face
        history = histories[face.alarm]
        found.append(
            Sign(
                face.zone,
                (face.east, face.north, face.up),
                face.kind,
                member.hazard,
                member.onset,
                history.active,
                belief(history, member, now),
            )
        )
    return found
