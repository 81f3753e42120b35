"""The correlator: an alarm event or a tick of the clock in, revisions of incidents out.

Pure and deterministic: no I/O, the clock passed in, the same inputs give the same ids and revisions. An
alarm is
placed in the moment it is heard; nothing waits to be grouped. What turns out otherwise is put right by
`review`.
"""

from collections import OrderedDict
from dataclasses import replace

import msgspec

from fangwei.core.clock import MINUTE, SECOND
from fangwei.core.events import AlarmChange, AlarmEvent, AlarmState, Hazard, IncidentStatus
from fangwei.incidents import review
from fangwei.incidents.affinity import JOIN, MOST_HOPS, Sign, attraction
from fangwei.incidents.behaviour import Verdict, judge
from fangwei.incidents.commands import COMMANDS, Order
from fangwei.incidents.desk import Desk, words
from fangwei.incidents.membership import Case, Change, happened_at, heard_at, point_name, sign_of
from fangwei.incidents.texts import LINES
from fangwei.plant.site import Site

REMEMBERED_IDS = 100_000
GATHER = 90 * SECOND
"""So long after it opened an incident of doubtful alarms gathers further doubtful ones of its place."""
REOPEN = 15 * MINUTE
"""A new alarm at a settled incident's place within this reopens it; later it is news."""
_GRAVE = frozenset({Hazard.RELEASE, Hazard.FIRE, Hazard.THERMAL})
_SET_ASIDE = frozenset({AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE})
_ASIDE_CHANGES = frozenset({AlarmChange.SHELVED, AlarmChange.SUPPRESSED, AlarmChange.TAKEN_OUT})
_BACK_CHANGES = frozenset({AlarmChange.UNSHELVED, AlarmChange.UNSUPPRESSED, AlarmChange.PUT_BACK})


class Tick:
    """A moment passed: revise what time alone decides."""


class Correlator:
    """Groups the alarms of one site.

    Example:
        correlator = Correlator(site)
        changes = correlator.decide(event, now)   # [] or revisions, in order
        changes = correlator.decide(Tick(), now)  # about once a second
    """

    def __init__(self, site: Site) -> None:
        self.desk = Desk(site)
        self._seen: OrderedDict[str, None] = OrderedDict()

    def decide(self, event: AlarmEvent | Tick, now: int) -> list[Change]:
        """What changes by this event, or by the time that passed. An event heard before changes nothing."""
        if isinstance(event, Tick):
            review.review_all(self.desk, now)
            for alarm in review.grown_real(self.desk, now):
                self._place(self.desk.waiting[alarm], now, late=True)
            return self.desk.changes(now, refresh=True)
        if not self.remember(event.id):
            return []
        self._hear(event, now)
        return self.desk.changes(now)

    def command(
        self,
        name: str,
        incident: str,
        by: str,
        text: str | None,
        now: int,
        to: str | None = None,
        instead_of: str | None = None,
    ) -> list[Change]:
        """What a person's command (`commands.COMMANDS`) changes.

        Raises:
            IncidentUnknown, IncidentOver, IncidentTaken, NotTheOwner, StillActive, NothingSaid, AlreadySettled,
            ReasonNeeded.
        """
        order = Order(incident=incident, by=by, text=text, to=to, instead_of=instead_of)
        COMMANDS[name](self.desk, order, now)
        return self.desk.changes(now)

    def more_urgent(self, alarm: str, priority: int, now: int) -> list[Change]:
        """People set a more urgent priority for an alarm: while it stands its incident is as urgent at once. A less
        urgent one holds from the next time it is raised, for nobody takes back what people were told."""
        desk = self.desk
        raised = desk.histories[alarm].raised if alarm in desk.histories else None
        if raised is not None and priority < raised.priority:
            desk.history(alarm).raised = msgspec.structs.replace(raised, priority=priority)
        waiting = desk.waiting.get(alarm)
        if waiting is not None and priority < waiting.priority:
            desk.waiting[alarm] = msgspec.structs.replace(waiting, priority=priority)
        case = self._case_of(alarm)
        member = case.members.get(alarm) if case is not None else None
        if case is not None and member is not None and priority < member.face.priority:
            member.face = msgspec.structs.replace(member.face, priority=priority)
            if case.refresh(desk.site):
                desk.say(case, "escalated", LINES["escalated"].format(priority=case.priority), now, event=raised)
            case.stale = True
        return desk.changes(now)

    def knows(self, event_id: str) -> bool:
        """Whether the event was decided already."""
        return event_id in self._seen

    def remember(self, event_id: str) -> bool:
        """Note that the event is decided; False when it was before."""
        if event_id in self._seen:
            return False
        self._seen[event_id] = None
        if len(self._seen) > REMEMBERED_IDS:
            self._seen.popitem(last=False)
        return True

    def _hear(self, event: AlarmEvent, now: int) -> None:
        if event.change is AlarmChange.RAISED:
            self._raised(event, now)
        elif event.change is AlarmChange.RETURNED:
            self._returned(event, now)
        elif event.change in _ASIDE_CHANGES:
            self._set_aside(event, now)
        elif event.change in _BACK_CHANGES:
            self._put_back(event, now)

    def _raised(self, event: AlarmEvent, now: int) -> None:
        desk = self.desk
        history = desk.history(event.alarm)
        at = heard_at(event)
        new = history.add(at, True, happened_at(event))
        repeated = history.raised is not None and history.raised.occurrence == event.occurrence
        if not new and repeated:
            return
        if history.raised is None or heard_at(history.raised) <= at:
            history.raised = event
        history.note_excursion(event)
        if event.state in _SET_ASIDE:
            return
        if event.hazard is Hazard.DATA:
            desk.note_instrument(event, now)
        case = self._case_of(event.alarm)
        if case is not None and not self._outdated(case, at):
            self._raised_again(case, event, now)
            return
        verdict = judge(history, max(now, at))
        if verdict is Verdict.CHATTERING:
            history.learn(now)
        if verdict in (Verdict.CHATTERING, Verdict.STANDING) and not self._too_grave_to_wait(event, verdict):
            if history.active:
                desk.waiting[event.alarm] = event
            return
        self._place(event, now)

    def _raised_again(self, case: Case, event: AlarmEvent, now: int) -> None:
        member = case.members[event.alarm]
        face = member.face
        face.active = self.desk.history(event.alarm).active
        face.value, face.occurrence = event.value, event.occurrence
        member.aside = False
        case.stale = True
        case.quiet_since = None
        self.desk.forget_signs(case)
        if (
            case.status is IncidentStatus.SETTLED
            and judge(self.desk.history(event.alarm), now) is not Verdict.CHATTERING
        ):
            self._reopen(case, event, now)
        review.review_member(self.desk, case, event.alarm, now)

    def _place(self, event: AlarmEvent, now: int, late: bool = False) -> None:
        """Join the incident whose cause it most likely shares, or open one."""
        desk = self.desk
        sign = sign_of(event)
        best: Case | None = None
        strongest = 0.0
        at = heard_at(event)
        for case in self._nearby(event):
            if self._outdated(case, at):
                continue
            pull = attraction(sign, desk.signs(case, now), desk.near)
            if pull > strongest or (pull == strongest and best is not None and case.id < best.id):
                best, strongest = case, pull
        if best is None or strongest < JOIN:
            best, strongest = self._gathering(event, sign, now)
        if best is None:
            desk.open(event, now, 0.9 if not late else 0.8, line="late" if late else "opened")
            return
        if best.status is IncidentStatus.SETTLED:
            self._reopen(best, event, now)
        desk.join(best, event, now, strongest, line="rejoined" if late else "joined")

    def _gathering(self, event: AlarmEvent, sign: Sign, now: int) -> tuple[Case | None, float]:
        # People near it were told moments ago of something doubtful; one more alarm is an update of that, not another
        # notice, and a more urgent one raises it. Signs of gas, fire and heat that are urgent are announced on
        # their own.
        if event.priority == 1 or (event.priority == 2 and event.hazard in _GRAVE):
            return None, 0.0
        best: Case | None = None
        strongest = 0.0
        for case in self._nearby(event):
            if case.status is not IncidentStatus.OPEN or now - case.announced > GATHER:
                continue
            believed = [replace(s, belief=1.0) for s in self.desk.signs(case, now)]
            pull = attraction(sign, believed, self.desk.near)
            if pull > strongest:
                best, strongest = case, pull
        return (best, 0.3) if best is not None and strongest >= JOIN else (None, 0.0)

    def _nearby(self, event: AlarmEvent) -> list[Case]:
        near = self.desk.near
        data = event.hazard is Hazard.DATA
        return [
            case
            for case in self.desk.cases.values()
            if data or any(near.hops(event.zone, zone) <= MOST_HOPS for zone in case.zones)
        ]

    def _reopen(self, case: Case, event: AlarmEvent, now: int) -> None:
        case.status = IncidentStatus.OWNED if case.owner else IncidentStatus.OPEN
        case.settled_at = None
        case.quiet_since = None
        self.desk.say(
            case,
            "reopened",
            LINES["reopened"].format(**words(event)),
            now,
            time=happened_at(event),
            event=event,
        )

    def _returned(self, event: AlarmEvent, now: int) -> None:
        history = self.desk.history(event.alarm)
        history.add(heard_at(event), False, happened_at(event))
        if not history.active:
            history.exceeded = False
            self.desk.waiting.pop(event.alarm, None)
        case = self._case_of(event.alarm)
        if case is None:
            return
        member = case.members[event.alarm]
        member.face.active = history.active
        if event.value is not None:
            member.face.value = event.value
        case.stale = True
        self.desk.forget_signs(case)

    def _set_aside(self, event: AlarmEvent, now: int) -> None:
        self.desk.waiting.pop(event.alarm, None)
        case = self._case_of(event.alarm)
        if case is None:
            return
        case.members[event.alarm].aside = True
        text = LINES["set_aside"].format(
            point=point_name(self.desk.site, event.point), by=event.by or "-", reason=event.reason or "-"
        )
        self.desk.say(case, "set_aside", text, now, time=event.decided_time, event=event, by=event.by)

    def _put_back(self, event: AlarmEvent, now: int) -> None:
        case = self._case_of(event.alarm)
        if case is not None:
            case.members[event.alarm].aside = False
            case.stale = True
        elif event.active and event.state not in _SET_ASIDE:
            history = self.desk.history(event.alarm)
            history.add(heard_at(event), True, happened_at(event))
            history.raised = event
            self._place(event, now)

    def _case_of(self, alarm: str) -> Case | None:
        return self.desk.cases.get(self.desk.case_of.get(alarm, ""))

    @staticmethod
    def _outdated(case: Case, at: int) -> bool:
        return case.status is IncidentStatus.SETTLED and at - (case.settled_at or at) > REOPEN

    def _too_grave_to_wait(self, event: AlarmEvent, verdict: Verdict) -> bool:
        """A gas or fire alarm of priority 1 always has an incident near it that people know of."""
        if event.priority != 1 or event.hazard not in (Hazard.RELEASE, Hazard.FIRE) or verdict is Verdict.STANDING:
            return False
        return not any(event.zone in case.zones for case in self.desk.cases.values() if case.hazard is not Hazard.DATA)
