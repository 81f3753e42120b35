"""Revision: who proved to chatter, what returned, what belongs elsewhere, which incidents are one.

Pure; called about once a second and after a member's own transition. Each finding is an edit of the desk,
which
writes its line.
"""

from dataclasses import replace
from itertools import combinations

from fangwei.core.clock import MINUTE, SECOND
from fangwei.core.events import Hazard, IncidentStatus
from fangwei.incidents.affinity import HOLD, JOIN, RELATED, Sign, attraction, bond, kinship
from fangwei.incidents.behaviour import judge
from fangwei.incidents.desk import Desk
from fangwei.incidents.membership import CREDIBLE, WITNESSES, Case, Member, belief, chatters, in_step, point_name
from fangwei.incidents.texts import LINES
from fangwei.incidents.together import moved_together

QUIET = 60 * SECOND
"""All returned for this long: settled."""
CLOSES_ALONE = 10 * MINUTE
"""Incidents of priority 3 and 4 that nobody took close this long after settling; more urgent ones never
do."""
GROWING = 60 * SECOND
LONELY = 2 * MINUTE
"""An alarm of another family, alone in its zone for so long, had another cause."""
MERGE = 0.55
MERGE_GAP = 60 * SECOND
GREW_LEAST = 4
GREW_SHARE = 0.75


def review_all(desk: Desk, now: int) -> None:
    """Everything that time decides."""
    for case in list(desk.cases.values()):
        if not case.live:
            continue
        _note_who_keeps_step(desk, case, now)
        review_members(desk, case, now)
        if case.live:
            _split_what_does_not_hold_together(desk, case, now)
            _settle(desk, case, now)
    _merge_what_is_one(desk, now)


def _note_who_keeps_step(desk: Desk, case: Case, now: int) -> None:
    together = moved_together(case, desk.histories, now)
    for alarm, member in case.members.items():
        if member.driven is not (alarm in together):
            member.driven = not member.driven
            desk.forget_signs(case)


def review_members(desk: Desk, case: Case, now: int) -> None:
    """Weigh each member anew; let chatterers leave, dissolve the case when nothing else is in it."""
    trust = [(m, belief(desk.histories[m.face.alarm], m, now)) for m in case.members.values()]
    leavers: list[Member] = []
    for member, value in trust:
        history = desk.histories[member.face.alarm]
        if history.active and history.turns and history.settle_s() > 0 and history.settled(now):
            desk.history(member.face.alarm).forgiven = history.turns[-1][0]
        sure = round(value * (0.5 + 0.5 * member.attraction), 2)
        if abs(sure - member.face.certainty) >= 0.1:
            member.face.certainty = sure
            case.stale = True
        accompanied = value < CREDIBLE and in_step(member, trust, desk.near)
        if chatters(history, member, case, now, accompanied):
            leavers.append(member)
    if leavers:
        _let_go(desk, case, leavers, now)


def review_member(desk: Desk, case: Case, alarm: str, now: int) -> None:
    """After one member's own transition: does it still belong? The others are weighed at the next tick."""
    member, history = case.members[alarm], desk.histories[alarm]
    if not chatters(history, member, case, now, True):
        return
    review_members(desk, case, now)


def _let_go(desk: Desk, case: Case, leavers: list[Member], now: int) -> None:
    gone = {m.face.alarm for m in leavers}
    if all(alarm in gone for alarm in case.members):
        grave = [m for m in leavers if m.grave]
        if grave:
            if not case.kept:
                case.kept = True
                text = LINES["chatter_kept"].format(point=point_name(desk.site, grave[0].face.point))
                desk.say(case, "chatter", text, now, event=desk.histories[grave[0].face.alarm].raised)
            leavers = [m for m in leavers if not m.grave]
            if leavers:
                desk.leave(case, leavers, now)
            return
        last = dict(case.members)
        desk.leave(case, leavers, now)
        desk.say(case, "dissolved", LINES["dissolved"], now)
        if case.owner is not None:
            # Somebody is on the way: tell, and let that person close it.
            case.status = IncidentStatus.SETTLED
            case.settled_at = now
            case.growing = False
            return
        desk.end(case, IncidentStatus.DISSOLVED, now)
        case.members = last
        return
    desk.leave(case, leavers, now)


def _settle(desk: Desk, case: Case, now: int) -> None:
    if case.growing and now - case.last_join > GROWING:
        case.growing = False
        desk.say(case, "steady", LINES["steady"], now)
    if case.status is IncidentStatus.SETTLED:
        quiet = not any(m.face.active and not m.aside for m in case.members.values())
        if quiet and case.owner is None and case.priority >= 3 and now - (case.settled_at or now) > CLOSES_ALONE:
            desk.say(case, "closed", LINES["closed_alone"], now)
            desk.end(case, IncidentStatus.CLOSED, now)
        return
    if any(m.face.active and not m.aside for m in case.members.values()):
        case.quiet_since = None
        return
    if case.quiet_since is None:
        case.quiet_since = now
    elif now - case.quiet_since >= QUIET:
        case.status = IncidentStatus.SETTLED
        case.settled_at = now
        case.growing = False
        desk.say(case, "settled", LINES["settled"], now)


def grown_real(desk: Desk, now: int) -> list[str]:
    """Waiting alarms that stay active beyond everything they did before: they are real after all."""
    real = []
    for alarm in list(desk.waiting):
        history = desk.histories[alarm]
        if not history.active:
            desk.waiting.pop(alarm)
            continue
        if history.settle_s() > 0 and history.settled(now):
            desk.history(alarm).forgiven = history.turns[-1][0]
            real.append(alarm)
    return sorted(real)


def _split_what_does_not_hold_together(desk: Desk, case: Case, now: int) -> None:
    if case.hazard is Hazard.DATA or len(case.members) < 2 or len(case.zones) < 2:
        return
    if case.loosened and len(case.members) <= WITNESSES:
        case.loosened = False
        parts = _parts(desk, case, now)
        main = max(parts, key=lambda part: (len(part), case.first_out.alarm in part))
        for part in parts:
            if part is not main:
                desk.split(case, sorted(part), now)
    for alarm in _strangers(desk, case, now):
        if len(case.members) > 1:
            new = desk.split(case, [alarm], now)
            if new is not None:
                new.stranger_of = case.id


def _parts(desk: Desk, case: Case, now: int) -> list[list[str]]:
    """Members that are bound to each other, directly or by others, whatever bound them before somebody left."""
    evidence = dict(zip(case.members, desk.signs(case, now), strict=True))
    left = sorted(evidence)
    parts: list[list[str]] = []
    while left:
        part = [left.pop(0)]
        for alarm in part:
            sign = evidence[alarm]
            near = [b for b in left if _bound(desk, sign, evidence[b])]
            part += near
            left = [b for b in left if b not in near]
        parts.append(part)
    return parts


def _bound(desk: Desk, a: Sign, b: Sign) -> bool:
    return bond(a, replace(b, belief=1.0, active=a.active or b.active), desk.near) >= HOLD


def _strangers(desk: Desk, case: Case, now: int) -> list[str]:
    # Alone in its zone, of another family than whatever is next door: another cause.
    found = []
    for alarm, member in case.members.items():
        if now - member.onset < LONELY or member.face.zone == case.first_out.zone:
            continue
        others = [m for m in case.members.values() if m is not member]
        if any(m.face.zone == member.face.zone for m in others):
            continue
        if not any(kinship(member.face.kind, m.face.kind) >= RELATED for m in others):
            found.append(alarm)
    return sorted(found)


def _merge_what_is_one(desk: Desk, now: int) -> None:
    cases = sorted(
        (c for c in desk.cases.values() if c.status is not IncidentStatus.SETTLED),
        key=lambda c: (c.began, c.id),
    )
    for older, younger in combinations(cases, 2):
        if not (older.live and younger.live) or older.id not in desk.cases or younger.id not in desk.cases:
            continue
        if _strangers_still(older, younger) or _strangers_still(younger, older):
            continue
        data = older.hazard is Hazard.DATA and younger.hazard is Hazard.DATA
        if not data and not any(desk.near.hops(a, b) <= 1 for a in younger.zones for b in older.zones):
            continue
        if _one_cause(desk, older, younger, now):
            kept, gone = (younger, older) if younger.owner and not older.owner else (older, younger)
            desk.merge(kept, gone, now)


def _strangers_still(case: Case, other: Case) -> bool:
    return case.stranger_of == other.id and len(case.members) == 1


def _one_cause(desk: Desk, older: Case, younger: Case, now: int) -> bool:
    """Either would have joined the other, had the alarms come in another order."""
    mine = sorted((s for s in desk.signs(younger, now) if s.belief >= CREDIBLE), key=lambda s: s.time)
    theirs = sorted((s for s in desk.signs(older, now) if s.belief >= CREDIBLE), key=lambda s: s.time)
    if not mine or not theirs:
        return False
    return _began_in(desk, mine, theirs) or _grew_into(desk, mine, theirs) or _grew_into(desk, theirs, mine)


def _pull(desk: Desk, sign: Sign, others: list[Sign]) -> float:
    return attraction(sign, [s for s in others if abs(s.time - sign.time) <= MERGE_GAP], desk.near)


def _began_in(desk: Desk, signs: list[Sign], others: list[Sign]) -> bool:
    """The first believable alarm, and most of the others, would have joined."""
    if _pull(desk, signs[0], others) < MERGE:
        return False
    return sum(_pull(desk, sign, others) >= JOIN for sign in signs) * 2 > len(signs)


def _grew_into(desk: Desk, signs: list[Sign], others: list[Sign]) -> bool:
    """Nearly all would have joined, though an early one happened to be something else next door.

    Two leaks that meet stay two: each has its early alarms far from the other.
    """
    if len(signs) < GREW_LEAST:
        return False
    return sum(_pull(desk, sign, others) >= JOIN for sign in signs) >= GREW_SHARE * len(signs)


def proven_chatterers(desk: Desk, now: int) -> list[tuple[str, float, int]]:
    """Alarms known to chatter: (alarm, weight of the habit, raises in the last ten minutes), worst first."""
    rows = [
        (alarm, round(h.habit_at(now), 1), h.raises(now, 10 * MINUTE))
        for alarm, h in desk.histories.items()
        if h.known(now) or judge(h, now) == "chattering"
    ]
    return sorted(rows, key=lambda row: (-row[1], row[0]))
