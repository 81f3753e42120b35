"""What the correlator knows, and the few edits it may make to it: open, join, leave, merge, split, say.

Pure. Every edit writes its line of the timeline in the same function; lines gather until `changes()` turns
them into
one revision per incident.
"""

import msgspec

from fangwei.core.events import AlarmEvent, Hazard, IncidentStatus, TimelineEntry
from fangwei.core.texts import Text
from fangwei.core.units import written
from fangwei.incidents.affinity import Neighbourhood, Sign
from fangwei.incidents.behaviour import History
from fangwei.incidents.membership import (
    CROWD,
    Case,
    Change,
    Member,
    face_of,
    happened_at,
    heard_at,
    incident_id,
    point_name,
    signs,
    zone_name,
)
from fangwei.incidents.texts import LINES
from fangwei.plant.site import Site


class Desk:
    """The live incidents and the past of every alarm.

    Invariants: `case_of[alarm]` is the one live case that has the alarm; `waiting` holds active alarms
    that belong to
    no case because of their behaviour. Everything needed after a restart is in `cases` and `histories`.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.near = Neighbourhood(site)
        self._names = {p.id: p.name.text for p in site.duty.people}
        self.cases: dict[str, Case] = {}
        """Live cases only; what is over is in the store."""
        self.histories: dict[str, History] = {}
        self.case_of: dict[str, str] = {}
        self.waiting: dict[str, AlarmEvent] = {}
        self.ids_used: set[str] = set()
        self.ended: dict[str, Case] = {}
        """Cases that ended since the edge last looked."""
        self.touched: set[str] = set()
        """Alarms whose past changed since the edge last kept it."""
        self._lines: dict[str, list[TimelineEntry]] = {}
        self._signs: dict[str, tuple[int, list[Sign]]] = {}

    def history(self, alarm: str) -> History:
        """The alarm's past to be written to, empty at first sight."""
        self.touched.add(alarm)
        found = self.histories.get(alarm)
        if found is None:
            found = self.histories[alarm] = History(alarm)
        return found

    def signs(self, case: Case, now: int) -> list[Sign]:
        """The case's members as evidence; worked out once per moment."""
        held = self._signs.get(case.id)
        if held is None or held[0] != now:
            held = self._signs[case.id] = (now, signs(case, self.histories, now))
        return held[1]

    def forget_signs(self, case: Case) -> None:
        """The evidence changed within the moment."""
        self._signs.pop(case.id, None)

    # --- lines and revisions
    # --------------------------------------------------------------------------------------

    def say(
        self,
        case: Case,
        kind: str,
        text: Text,
        now: int,
        *,
        time: int | None = None,
        event: AlarmEvent | None = None,
        certainty: float | None = None,
        zone: str | None = None,
        by: str | None = None,
        words: str | None = None,
    ) -> None:
        """A new line of the case's timeline; also asks for a revision."""
        case.lines += 1
        self._lines.setdefault(case.id, []).append(
            TimelineEntry(
                id=f"{case.id}/line/{case.lines}",
                time=now if time is None else time,
                recorded=now,
                kind=kind,
                text=text,
                zone=event.zone if event else zone,
                point=event.point if event else None,
                alarm=event.alarm if event else None,
                value=event.value if event else None,
                unit=event.unit if event else "",
                certainty=certainty,
                by=by,
                words=words,
            )
        )

    def person(self, id: str) -> Text:
        """A person's name; the id of somebody whom the duty file does not have."""
        return self._names.get(id) or Text(id, id)

    def changes(self, now: int, refresh: bool = False) -> list[Change]:
        """One revision for every case with new lines (and, on `refresh`, for those with changed values)."""
        made = []
        if refresh:
            for case in self.cases.values():
                if case.uncounted:
                    case.refresh(self.site)
                    text = LINES["joined_many"].format(count=case.uncounted)
                    case.uncounted = 0
                    self.say(case, "joined", text, now)
        for case in [*self.cases.values(), *self.ended.values()]:
            entries = self._lines.pop(case.id, [])
            if not entries and not (refresh and case.stale):
                continue
            case.revision += 1
            case.updated = now
            case.stale = False
            made.append(Change(case.snapshot(), entries[0].kind if entries else "updated", entries))
        return made

    # --- edits
    # ----------------------------------------------------------------------------------------------------

    def open(self, event: AlarmEvent, now: int, certainty: float, line: str = "opened") -> Case:
        """A new incident with its first-out alarm, announced at once."""
        turn = 0
        while (new := incident_id(event.occurrence, turn)) in self.ids_used:
            turn += 1
        self.ids_used.add(new)
        face = face_of(event, self.history(event.alarm).active, certainty)
        case = self.cases[new] = Case(
            id=new,
            began=heard_at(event),
            status=IncidentStatus.OPEN,
            members={},
            zones={event.zone: happened_at(event)},
            announced=now,
            updated=now,
            first_out=face,
            title=Text("", ""),
            hazard=event.hazard,
            priority=event.priority,
            last_join=now,
        )
        self._add(case, event, 1.0, certainty)
        case.refresh(self.site)
        self.say(
            case,
            "opened",
            LINES[line].format(**words(event)),
            now,
            time=happened_at(event),
            event=event,
            certainty=certainty,
        )
        return case

    def join(self, case: Case, event: AlarmEvent, now: int, attraction: float, line: str = "joined") -> None:
        """One more alarm of the same cause."""
        self._add(case, event, attraction, attraction)
        case.last_join = now
        case.growing = True
        case.quiet_since = None
        if event.hazard is Hazard.DATA and len(case.members) > CROWD and event.priority >= case.priority:
            case.uncounted += 1
            case.stale = True
            return
        reached = set(case.zones)
        urgent = case.refresh(self.site)
        text = LINES[line].format(point=point_name(self.site, event.point), **words(event))
        self.say(case, "joined", text, now, time=happened_at(event), event=event, certainty=round(attraction, 2))
        if event.zone not in reached:
            place = zone_name(self.site, event.zone)
            self.say(case, "grew", LINES["grew"].format(zone=place), now, time=happened_at(event), zone=event.zone)
        if urgent:
            self.say(case, "escalated", LINES["escalated"].format(priority=case.priority), now)

    def _add(self, case: Case, event: AlarmEvent, attraction: float, certainty: float) -> None:
        active = self.history(event.alarm).active
        case.members[event.alarm] = Member(
            face=face_of(event, active, certainty),
            hazard=event.hazard,
            onset=heard_at(event),
            attraction=attraction,
        )
        self.case_of[event.alarm] = case.id
        self.waiting.pop(event.alarm, None)
        self.forget_signs(case)

    def leave(self, case: Case, members: list[Member], now: int) -> None:
        """Members that proved to chatter go; they wait until they behave otherwise."""
        for member in members:
            alarm = member.face.alarm
            history = self.history(alarm)
            history.proved = now
            history.learn(now)
            self.drop(case, alarm)
            if history.active and history.raised is not None:
                self.waiting[alarm] = history.raised
        case.refresh(self.site)
        if len(members) == 1:
            face = members[0].face
            raised = self.history(face.alarm).raised
            text = LINES["left"].format(
                point=point_name(self.site, face.point), count=self.history(face.alarm).raises(now, 10**18)
            )
            self.say(case, "left", text, now, event=raised, certainty=0.1)
        else:
            names = sorted(m.face.point for m in members)
            shown = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
            self.say(case, "left", LINES["left_many"].format(count=len(members), points=shown), now, certainty=0.1)

    def drop(self, case: Case, alarm: str) -> Member:
        """Take an alarm out of a case without a word."""
        self.case_of.pop(alarm, None)
        case.loosened = True
        self.forget_signs(case)
        return case.members.pop(alarm)

    def end(self, case: Case, status: IncidentStatus, now: int) -> None:
        """The case is over: closed or dissolved."""
        case.status = status
        case.growing = False
        for alarm in case.members:
            if self.case_of.get(alarm) == case.id:
                self.case_of.pop(alarm)
        self.cases.pop(case.id, None)
        self.ended[case.id] = case
        self.forget_signs(case)
        del now

    def merge(self, kept: Case, gone: Case, now: int) -> None:
        """Two incidents found to be one: `gone` is dissolved into `kept`."""
        moved = dict(gone.members)
        snapshot = {
            alarm: msgspec.structs.replace(m, face=msgspec.structs.replace(m.face)) for alarm, m in moved.items()
        }
        zones = set(kept.zones)
        for alarm, member in moved.items():
            kept.members[alarm] = member
        self.say(gone, "merged", LINES["merged_away"].format(other=kept.id), now)
        gone.merged_into = kept.id
        self.end(gone, IncidentStatus.DISSOLVED, now)
        gone.members = snapshot
        for alarm in moved:
            self.case_of[alarm] = kept.id
        kept.last_join = max(kept.last_join, gone.last_join)
        urgent = kept.refresh(self.site)
        self.say(kept, "merged", LINES["merged"].format(other=gone.id), now)
        for zone in kept.zones:
            if zone not in zones:
                text = LINES["grew"].format(zone=zone_name(self.site, zone))
                self.say(kept, "grew", text, now, time=kept.zones[zone], zone=zone)
        if urgent:
            self.say(kept, "escalated", LINES["escalated"].format(priority=kept.priority), now)
        self.forget_signs(kept)

    def split(self, case: Case, alarms: list[str], now: int) -> Case | None:
        """The alarms go into an incident of their own; None when nothing of them can be announced."""
        members = [self.drop(case, alarm) for alarm in alarms]
        events = [e for m in members if (e := self.history(m.face.alarm).raised) is not None]
        case.refresh(self.site)
        if not events:
            return None
        events.sort(key=lambda e: (heard_at(e), e.alarm))
        new = self.open(events[0], now, 0.8)
        by_alarm = {m.face.alarm: m for m in members}
        for alarm, member in by_alarm.items():
            new.members[alarm] = member
            self.case_of[alarm] = new.id
        new.refresh(self.site)
        self.forget_signs(new)
        self.say(new, "split", LINES["split_from"].format(other=case.id), now)
        self.say(case, "split", LINES["split"].format(count=len(members), other=new.id), now)
        return new

    def note_instrument(self, event: AlarmEvent, now: int) -> None:
        """A data alarm inside a live incident's zones is told there, and does not belong to it."""
        for case in self.cases.values():
            if case.hazard is Hazard.DATA or event.zone not in case.zones or event.alarm in case.instruments:
                continue
            if case.status is IncidentStatus.SETTLED:
                continue
            case.instruments.append(event.alarm)
            text = LINES["instrument"].format(what=event.message)
            self.say(case, "instrument", text, now, time=happened_at(event), event=event)


def words(event: AlarmEvent) -> dict[str, object]:
    """What a line says about an alarm: its message and value."""
    if event.value is None:
        return {"what": event.message, "value": Text("无有效值", "no valid value")}
    unit = Text("", "") if event.unit in ("state", "1", "score", "count") else written(event.unit)
    value = f"{event.value:.4g}"
    return {"what": event.message, "value": Text(f"{value} {unit.zh}".strip(), f"{value} {unit.en}".strip())}
