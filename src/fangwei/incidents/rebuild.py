"""Going on after a restart: from what was kept, and from what was already told but not yet kept. Pure."""

from fangwei.core.events import Hazard, IncidentEvent, IncidentStatus
from fangwei.incidents.behaviour import History
from fangwei.incidents.correlate import Correlator
from fangwei.incidents.desk import Desk
from fangwei.incidents.membership import LIVE, Case, Member
from fangwei.plant.schema import HAZARD_OF


def restore(correlator: Correlator, cases: list[Case], histories: list[tuple[History, bool]]) -> None:
    """Put back kept cases and histories (with whether the alarm was waiting)."""
    desk = correlator.desk
    for history, waiting in histories:
        desk.histories[history.alarm] = history
        if waiting and history.raised is not None:
            desk.waiting[history.alarm] = history.raised
    for case in sorted(cases, key=lambda c: (c.began, c.id)):
        _put(desk, case)


def adopt(correlator: Correlator, told: IncidentEvent) -> Case:
    """What was told is the truth: take over a revision that had gone out before it could be kept.

    The alarm events behind it are heard again later (they were not finished); their alarms are members by then, so
    nothing is announced a second time, and the next revision has a number that nobody has seen.
    """
    desk = correlator.desk
    incident = told.incident
    held = desk.cases.get(incident.id)
    members: dict[str, Member] = {}
    for face in incident.members:
        before = held.members.get(face.alarm) if held else None
        members[face.alarm] = Member(
            face=face,
            hazard=before.hazard if before else _hazard(desk, face.alarm, face.point, face.kind),
            onset=before.onset if before else face.since,
            attraction=before.attraction if before else 1.0,
        )
        if face.alarm not in desk.histories:
            history = desk.history(face.alarm)
            history.add(face.since, True, face.since)
    case = Case(
        id=incident.id,
        began=held.began if held else incident.started,
        status=incident.status,
        members=members,
        zones={zone: incident.started for zone in incident.zones},
        announced=incident.announced,
        updated=incident.updated,
        first_out=incident.first_out,
        title=incident.title,
        hazard=incident.hazard,
        priority=incident.priority,
        revision=incident.revision,
        lines=max([held.lines if held else 0, *(_number(e.id) for e in told.entries)]),
        owner=incident.owner,
        owned_at=incident.owned_at,
        offered_to=incident.offered_to,
        offered_at=incident.offered_at,
        merged_into=incident.merged_into,
        growing=incident.growing,
        last_join=incident.updated,
        settled_at=incident.updated if incident.status is IncidentStatus.SETTLED else None,
    )
    if held is not None:
        for alarm in held.members:
            desk.case_of.pop(alarm, None)
        desk.cases.pop(held.id)
    if case.status in LIVE:
        case.refresh(desk.site)
        _put(desk, case)
    desk.ids_used.add(case.id)
    return case


def _put(desk: Desk, case: Case) -> None:
    desk.cases[case.id] = case
    desk.ids_used.add(case.id)
    for alarm in case.members:
        desk.case_of[alarm] = case.id
        desk.waiting.pop(alarm, None)


def _hazard(desk: Desk, alarm: str, point: str, kind: str) -> Hazard:
    if alarm.endswith(".data"):
        return Hazard.DATA
    known = desk.site.points.get(point)
    if known is not None:
        return known.hazard
    return next((hazard for name, hazard in HAZARD_OF.items() if name == kind), Hazard.PROCESS)


def _number(line: str) -> int:
    tail = line.rpartition("/")[2]
    return int(tail) if tail.isdigit() else 0
