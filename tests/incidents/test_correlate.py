"""Rules of incidents: announced at once, grown in place, revised as the evidence comes."""

import itertools
import random

import msgspec
import pytest
from tests.incidents.conftest import Play, alarm_event, point_of

from fangwei.bench.scenarios import START, Shape, events, generate
from fangwei.core.clock import seconds
from fangwei.core.events import AlarmChange, AlarmState, Hazard, IncidentEvent, IncidentStatus
from fangwei.incidents import rebuild
from fangwei.incidents.behaviour import History
from fangwei.incidents.correlate import Correlator, Tick
from fangwei.incidents.membership import Case
from fangwei.incidents.texts import IncidentOver, IncidentTaken, NothingSaid, NotTheOwner, StillActive
from fangwei.plant.site import Site

LEAK_KINDS = ["combustible_gas", "smoke", "toxic_gas", "oxygen", "temperature", "pressure"]


def leak(play: Play, zone: str, at: float, kinds: list[str] | None = None) -> list[str]:
    points = [point_of(play.site, zone, kind) for kind in kinds or LEAK_KINDS]
    for number, point in enumerate(points):
        play.hear(point, at + number * 2)
    return points


def chatter(play: Play, point: str, start: float, times: int, period: float = 4.0, **more: object) -> None:
    for k in range(times):
        play.spell(point, start + k * period, period / 2, **more)


def test_the_first_alarm_is_announced_in_the_same_moment(play: Play):
    (change,) = play.hear(point_of(play.site, "z1-1", "combustible_gas"), 1)
    assert change.change == "opened"
    assert change.incident.status is IncidentStatus.OPEN
    assert change.incident.revision == 1
    assert change.incident.title.zh == "1区1号疑似可燃气体泄漏"


def test_forty_alarms_of_one_place_are_one_incident(play: Play):
    points = leak(play, "z1-1", 1)
    assert play.live == [sorted(points)]
    assert play.kinds_of_lines.count("opened") == 1


def test_a_leak_that_drifts_stays_one_incident_and_names_the_zones_in_order(play: Play):
    for number, zone in enumerate(("z1-1", "z1-2", "z1-3")):
        leak(play, zone, 1 + 30 * number)
    (incident,) = [c.snapshot() for c in play.correlator.desk.cases.values()]
    assert incident.zones == ["z1-1", "z1-2", "z1-3"]
    assert incident.title.en.endswith("3 zones reached")


def test_a_far_away_alarm_is_another_incident(play: Play):
    play.hear(point_of(play.site, "z0-0", "combustible_gas"), 1)
    play.hear(point_of(play.site, "z2-4", "combustible_gas"), 2)
    assert len(play.live) == 2


def test_zones_without_adjoins_are_neighbours_by_geometry(plant: Site):
    site = generate(Shape(points=300, columns=5, rows=3, adjoins_given=False, leak_alarms=1, chatterers=0), 1).site
    play = Play(site)
    play.hear(point_of(site, "z1-1", "combustible_gas"), 1)
    play.hear(point_of(site, "z1-2", "combustible_gas"), 5)
    play.hear(point_of(site, "z1-4", "combustible_gas"), 6)
    assert [len(points) for points in play.live] == [2, 1]


def test_an_alarm_that_proves_to_chatter_leaves_with_a_line(play: Play):
    real = leak(play, "z1-1", 1)
    bad = point_of(play.site, "z1-1", "vibration")
    chatter(play, bad, 20, 12)
    assert play.live == [sorted(real)]
    left = [e for c in play.changes for e in c.entries if e.kind == "left"]
    assert left and bad in left[0].text.en


def test_a_chatterer_from_before_never_joins_the_leak(play: Play):
    bad = point_of(play.site, "z1-1", "combustible_gas", 1)
    chatter(play, bad, 1, 10)
    real = leak(play, "z1-1", 45)
    chatter(play, bad, 60, 5)
    assert play.live == [sorted(real)]


def test_an_incident_of_chatter_alone_dissolves_without_a_second_announcement(play: Play):
    chatter(play, point_of(play.site, "z1-1", "vibration"), 1, 10, priority=3)
    assert play.live == []
    assert play.kinds_of_lines.count("opened") == 1
    assert play.changes[-1].incident.status is IncidentStatus.DISSOLVED


def test_a_chatterer_that_stays_active_is_treated_as_real(play: Play):
    bad = point_of(play.site, "z1-1", "vibration")
    chatter(play, bad, 1, 10, priority=3)
    assert play.live == []
    play.hear(bad, 60, priority=3)
    assert play.live == []
    play.until(80)
    assert play.live == [[bad]]


def test_chattering_gas_of_priority_one_keeps_an_incident_that_people_see(play: Play):
    gas = point_of(play.site, "z1-1", "combustible_gas")
    chatter(play, gas, 1, 15, priority=1)
    assert play.live == [[gas]]
    assert "chatter" in play.kinds_of_lines
    assert play.kinds_of_lines.count("opened") == 1


def test_a_leak_alarm_that_flutters_at_its_limit_belongs_to_it_in_the_end(play: Play):
    points = leak(play, "z1-1", 1)
    shaky = point_of(play.site, "z1-1", "combustible_gas", 1)
    for start, length in ((8.0, 0.5), (9.5, 1.0), (11.2, 1.5), (13.4, 2.5), (16.5, 3.0)):
        play.spell(shaky, start, length)
    play.hear(shaky, 20)
    play.until(60)
    assert play.live == [sorted([*points, shaky])]


def test_a_standing_alarm_is_kept_apart(play: Play):
    standing = point_of(play.site, "z1-1", "level")
    play.hear(standing, 1)
    (own,) = play.live
    play.correlator.command("close", next(iter(play.correlator.desk.cases)), "li", "known", START + seconds(5))
    play.until(1300)
    real = leak(play, "z1-1", 1300)
    play.hear(standing, 1320, False)
    play.hear(standing, 1322)
    assert own == [standing]
    assert play.live == [sorted(real)]


def test_a_failing_instrument_is_noted_in_the_leak_and_is_no_part_of_it(play: Play):
    real = leak(play, "z1-1", 1)
    sensor = point_of(play.site, "z1-1", "level")
    play.hear(sensor, 20, alarm=f"{sensor}.data", hazard=Hazard.DATA, priority=3)
    assert sorted(real) in play.live
    assert [sensor] in play.live
    assert "instrument" in play.kinds_of_lines


def test_a_camera_can_be_the_first_to_see_it(play: Play):
    camera = point_of(play.site, "z1-1", "video_event")
    play.hear(camera, 1)
    points = leak(play, "z1-1", 8)
    (case,) = play.correlator.desk.cases.values()
    assert case.first_out.point == camera
    assert play.live == [sorted([*points, camera])]


def test_a_failed_fan_and_gas_are_one_cause(play: Play):
    fan = point_of(play.site, "z1-1", "ventilation_flow")
    gas = point_of(play.site, "z1-1", "combustible_gas")
    play.hear(fan, 1)
    play.hear(gas, 150)
    assert play.live == [sorted([fan, gas])]


def test_two_incidents_found_to_be_one_merge_and_the_younger_dissolves(play: Play):
    play.hear(point_of(play.site, "z1-1", "combustible_gas"), 1)
    play.hear(point_of(play.site, "z1-3", "combustible_gas"), 10)
    assert len(play.live) == 2
    play.hear(point_of(play.site, "z1-2", "combustible_gas"), 20)
    play.until(25)
    assert len(play.live) == 1
    gone = [c.incident for c in play.changes if c.incident.status is IncidentStatus.DISSOLVED]
    (kept,) = play.correlator.desk.cases
    assert [g.merged_into for g in gone] == [kept]


def test_the_incident_that_somebody_has_is_kept_in_a_merge(play: Play):
    play.hear(point_of(play.site, "z1-1", "combustible_gas"), 1)
    (younger,) = play.hear(point_of(play.site, "z1-3", "combustible_gas"), 10)
    play.correlator.command("take", younger.incident.id, "li", None, START + seconds(12))
    play.hear(point_of(play.site, "z1-2", "combustible_gas"), 20)
    play.until(25)
    (kept,) = play.correlator.desk.cases.values()
    assert (kept.id, kept.owner) == (younger.incident.id, "li")


def test_what_chatter_held_together_splits_when_it_leaves(play: Play):
    a, b = point_of(play.site, "z0-0", "combustible_gas"), point_of(play.site, "z0-4", "vibration")
    bridges = [point_of(play.site, f"z0-{k}", "combustible_gas") for k in (1, 2, 3)]
    play.hear(a, 1)
    for number, bridge in enumerate(bridges):
        play.hear(bridge, 2 + number * 0.1)
    play.hear(point_of(play.site, "z0-4", "smoke"), 3)
    play.hear(b, 3.5)
    for k in range(9):
        for number, bridge in enumerate(bridges):
            play.hear(bridge, 4 + 2 * k + number * 0.1, k % 2 == 1)
    play.until(60)
    assert [a] in play.live
    assert all(a not in points or b not in points for points in play.live)


def test_the_most_urgent_member_sets_the_priority_in_place(play: Play):
    play.hear(point_of(play.site, "z1-1", "temperature"), 1, priority=3)
    (change,) = play.hear(point_of(play.site, "z1-1", "flame"), 3, priority=1)
    assert change.incident.priority == 1
    assert "escalated" in [e.kind for e in change.entries]


def test_settled_when_all_returned_and_reopened_by_the_next_alarm_there(play: Play):
    gas = point_of(play.site, "z1-1", "combustible_gas")
    play.spell(gas, 1, 40)
    play.until(120)
    (case,) = play.correlator.desk.cases.values()
    assert case.status is IncidentStatus.SETTLED
    play.hear(point_of(play.site, "z1-1", "combustible_gas", 1), 150)
    assert case.status is IncidentStatus.OPEN
    assert "reopened" in play.kinds_of_lines
    assert len(play.live) == 1


@pytest.mark.parametrize(("priority", "closes"), [(1, False), (2, False), (3, True), (4, True)])
def test_only_less_urgent_incidents_close_by_themselves(play: Play, priority: int, closes: bool):
    play.spell(point_of(play.site, "z1-1", "level"), 1, 40, priority=priority)
    play.until(900)
    assert (play.live == []) is closes


def test_a_shelved_alarm_opens_nothing_and_no_longer_keeps_its_incident_open(play: Play):
    point = point_of(play.site, "z1-1", "level")
    assert play.hear(point, 1, state=AlarmState.SHELVED) == []
    other = point_of(play.site, "z1-1", "pressure")
    play.hear(other, 10)
    play.hear(other, 20, change=AlarmChange.SHELVED, state=AlarmState.SHELVED, by="li", reason="calibration")
    play.until(90)
    (case,) = play.correlator.desk.cases.values()
    assert case.status is IncidentStatus.SETTLED


def test_people_take_release_note_and_close(play: Play):
    (change,) = play.hear(point_of(play.site, "z1-1", "combustible_gas"), 1)
    name, now = change.incident.id, START + seconds(2)
    command = play.correlator.command
    (taken,) = command("take", name, "li", None, now)
    assert (taken.incident.status, taken.incident.owner) == (IncidentStatus.OWNED, "li")
    assert command("take", name, "li", None, now) == []
    with pytest.raises(IncidentTaken):
        command("take", name, "wang", None, now)
    with pytest.raises(NotTheOwner):
        command("release", name, "wang", None, now)
    with pytest.raises(NothingSaid):
        command("note", name, "li", "  ", now)
    with pytest.raises(StillActive):
        command("close", name, "li", None, now)
    (closed,) = command("close", name, "li", "checked", now)
    assert closed.incident.status is IncidentStatus.CLOSED
    with pytest.raises(IncidentOver):
        command("take", name, "li", None, now)


def test_an_alarm_after_a_person_closed_the_incident_is_news(play: Play):
    (change,) = play.hear(point_of(play.site, "z1-1", "combustible_gas"), 1)
    play.correlator.command("close", change.incident.id, "li", "checked", START + seconds(5))
    (again,) = play.hear(point_of(play.site, "z1-1", "smoke"), 10)
    assert again.change == "opened"
    assert again.incident.id != change.incident.id


def small(seed: int) -> list:
    shape = Shape(points=600, columns=5, rows=3, leak_zones=3, leak_alarms=20, chatterers=40, chatterers_inside=10,
                  leak_at=20, leak_lasts=20, after=30)  # fmt: skip
    scenario = generate(shape, seed)
    stream = [(e, e.decided_time) for e in events(scenario)]
    ticks = [(Tick(), START + seconds(k)) for k in range(70)]
    return [scenario, sorted(stream + ticks, key=lambda p: p[1])]


def test_the_same_events_give_the_same_revisions():
    scenario, stream = small(3)
    one, other = Correlator(scenario.site), Correlator(scenario.site)
    for event, now in stream:
        assert one.decide(event, now) == other.decide(event, now)


@pytest.mark.parametrize("cut", [200, 500, 800])
def test_a_restart_from_what_was_kept_goes_on_exactly(cut: int):
    scenario, stream = small(4)
    running, later = Correlator(scenario.site), Correlator(scenario.site)
    for event, now in itertools.islice(stream, cut):
        running.decide(event, now)
    desk = running.desk
    cases = [msgspec.json.decode(msgspec.json.encode(c), type=Case) for c in desk.cases.values()]
    histories = [
        (msgspec.json.decode(msgspec.json.encode(h), type=History), h.alarm in desk.waiting)
        for h in desk.histories.values()
    ]
    rebuild.restore(later, cases, histories)
    later.desk.ids_used.update(desk.ids_used)
    for event, now in itertools.islice(stream, cut, None):
        mine = {c.incident.id: (c.incident, c.entries) for c in running.decide(event, now)}
        theirs = {c.incident.id: (c.incident, c.entries) for c in later.decide(event, now)}
        assert mine == theirs


def test_what_was_told_before_it_was_kept_is_taken_over_and_not_told_again(play: Play):
    points = leak(play, "z1-1", 1)
    told = [
        IncidentEvent(
            id=f"{c.incident.id}/{c.incident.revision}", change=c.change, incident=c.incident, entries=c.entries
        )
        for c in play.changes
    ]
    fresh = Correlator(play.site)
    for event in msgspec.json.decode(msgspec.json.encode(told), type=list[IncidentEvent]):
        rebuild.adopt(fresh, event)
    again = []
    for number, point in enumerate(points):
        again += fresh.decide(alarm_event(play.site, point, 1 + number * 2), START + seconds(40))
    assert again == []
    (change,) = fresh.decide(alarm_event(play.site, point_of(play.site, "z1-1", "flame"), 45), START + seconds(45))
    assert change.incident.revision == told[-1].incident.revision + 1
    assert len(change.incident.members) == len(points) + 1


def test_shuffled_and_doubled_events_end_in_the_same_membership():
    scenario = generate(
        Shape(points=600, columns=5, rows=3, leak_alarms=20, chatterers=0, single=0, leak_at=5, after=10), 5
    )
    stream = events(scenario)
    sets = []
    for seed in range(3):
        mixed = stream * 2
        random.Random(seed).shuffle(mixed)
        correlator = Correlator(scenario.site)
        for event in mixed:
            correlator.decide(event, stream[-1].decided_time)
        sets.append([sorted(c.members) for c in correlator.desk.cases.values()])
    assert sets[0] == sets[1] == sets[2]
    assert len(sets[0]) == 1


def test_an_instrument_that_never_spoke_began_when_we_heard_of_it_and_not_in_1970(play: Play):
    sensor = point_of(play.site, "z1-1", "level")
    (change,) = play.hear(sensor, 5, alarm=f"{sensor}.data", hazard=Hazard.DATA, source_time=0)
    assert change.incident.started == START + seconds(5)
    play.hear(sensor, 9, False, alarm=f"{sensor}.data", hazard=Hazard.DATA, source_time=0)
    (case,) = play.correlator.desk.cases.values()
    assert not case.members[f"{sensor}.data"].face.active


def test_a_cut_line_that_silences_thousands_is_one_incident_of_bounded_size():
    site = generate(Shape(points=3000, leak_alarms=1, chatterers=0), 1).site
    correlator = Correlator(site)
    told = []
    for point in site.points:
        event = alarm_event(site, point, 1, alarm=f"{point}.data", hazard=Hazard.DATA, priority=4, source_time=0)
        told += correlator.decide(event, START + seconds(1))
    told += correlator.decide(Tick(), START + seconds(2))
    assert len(correlator.desk.cases) == 1
    assert len(told) < 200
    assert max(len(msgspec.json.encode(c.incident)) for c in told) < 500_000
    assert len(next(iter(correlator.desk.cases.values())).members) == 3000


def test_a_leak_that_reaches_the_zone_beside_an_unrelated_alarm_is_still_one_incident(play: Play):
    other = point_of(play.site, "z0-3", "video_event")
    play.hear(other, 1)
    first, second = leak(play, "z1-1", 8), leak(play, "z1-2", 40)
    third = leak(play, "z1-3", 62)
    play.until(90)
    (leaking,) = [points for points in play.live if first[0] in points]
    assert {*first, *second, *third} <= set(leaking)


def test_two_leaks_that_meet_stay_two(play: Play):
    here = leak(play, "z1-0", 1)
    there = leak(play, "z1-4", 5)
    for zone in ("z1-1", "z1-3", "z1-2"):
        leak(play, zone, play.clock + 40, ["combustible_gas", "smoke"])
    play.until(play.clock + 60)
    assert len(play.live) == 2
    assert all(not {here[0], there[0]} <= set(points) for points in play.live)


def _leak_of(plant: Site, play: Play) -> list[str]:
    kinds = ["combustible_gas", "toxic_gas", "smoke", "oxygen", "flame", "temperature"]
    points = [point_of(plant, "z1-1", kind) for kind in kinds]
    for number, point in enumerate(points):
        play.hear(point, 5 + number, value=15.0)
    return points


def test_alarms_that_a_fan_clears_together_and_that_come_again_together_stay_one_incident(
    plant: Site, play: Play
) -> None:
    points = _leak_of(plant, play)
    for cleared in (40.0, 100.0, 160.0):
        for number, point in enumerate(points):
            play.hear(point, cleared + number, False)
        for number, point in enumerate(points):
            play.hear(point, cleared + 30 + number, value=15.0)
    play.until(230)
    assert play.live == [sorted(points)]
    assert "left" not in play.kinds_of_lines


def test_alarm_that_alternates_out_of_step_leaves_though_the_others_keep_step(plant: Site, play: Play) -> None:
    points = _leak_of(plant, play)
    other = point_of(plant, "z1-1", "vibration")
    turns = [(12.0 + 25 * k, other, True) for k in range(8)] + [(24.0 + 25 * k, other, False) for k in range(8)]
    for cleared in (40.0, 100.0, 160.0):
        turns += [(cleared + k / 10, point, False) for k, point in enumerate(points)]
        turns += [(cleared + 30 + k / 10, point, True) for k, point in enumerate(points)]
    for at, point, active in sorted(turns):
        play.hear(point, at, active)
    play.until(230)
    assert play.live == [sorted(points)]


def test_alarms_that_chatter_without_keeping_step_do_not_vouch_for_each_other(plant: Site, play: Play) -> None:
    kinds = ["vibration", "electrical", "access", "level", "pressure", "video_event"]
    turns = []
    for number, kind in enumerate(kinds):
        point, period = point_of(plant, "z1-1", kind), 23.0 + 7 * number
        turns += [(5 + k * period, point, True) for k in range(6)]
        turns += [(5 + (k + 0.5) * period, point, False) for k in range(6)]
    for at, point, active in sorted(turns):
        play.hear(point, at, active, priority=3)
    play.until(400)
    assert play.live == []


def test_what_was_split_off_is_not_merged_back_and_split_again(plant: Site, play: Play) -> None:
    points = _leak_of(plant, play)
    stranger = point_of(plant, "z1-2", "access")
    play.hear(stranger, 14.0)
    for cleared in (150.0, 210.0):
        for point in points:
            play.hear(point, cleared, False)
        for point in points:
            play.hear(point, cleared + 30, value=15.0)
    play.until(300)
    # One line in each of the two.
    assert play.kinds_of_lines.count("split") == 2
    assert sorted(play.live) == sorted([sorted(points), [stranger]])


def test_alarms_of_lower_urgency_beside_a_fresh_one_are_told_with_it_and_raise_it(plant: Site, play: Play) -> None:
    first, second = point_of(plant, "z1-1", "vibration"), point_of(plant, "z1-1", "access")
    play.spell(first, 1.0, 2.0, priority=3)
    play.hear(second, 6.0, priority=2)
    assert play.live == [sorted([first, second])]
    assert "escalated" in play.kinds_of_lines


@pytest.mark.parametrize(("kind", "priority"), [("combustible_gas", 2), ("smoke", 2), ("vibration", 1)])
def test_grave_alarm_beside_noise_has_an_incident_of_its_own_at_once(
    plant: Site, play: Play, kind: str, priority: int
) -> None:
    noise = point_of(plant, "z1-1", "access")
    for start in (1.0, 4.0):
        play.spell(noise, start, 1.0, priority=3)
    made = play.hear(point_of(plant, "z1-2", kind), 6.0, priority=priority)
    assert [change.change for change in made] == ["opened"]


def test_a_more_urgent_priority_of_a_standing_alarm_is_its_incidents_at_once(play: Play):
    point = point_of(play.site, "z1-1", "combustible_gas")
    (opened,) = play.hear(point, 1, priority=3)
    assert opened.incident.priority == 3
    now = START + seconds(20)
    (change,) = play.correlator.more_urgent(f"{point}.hi", 1, now)
    assert (change.change, change.incident.priority) == ("escalated", 1)
    assert change.incident.first_out.priority == 1 and "1" in change.entries[0].text.zh
    assert play.correlator.more_urgent(f"{point}.hi", 1, now) == [], "said once"
    assert play.correlator.more_urgent(f"{point}.hi", 4, now) == [], "nobody takes back what people were told"
    assert play.correlator.more_urgent("nobody.hi", 1, now) == []
    (later,) = play.hear(point_of(play.site, "z1-1", "smoke"), 25, priority=2)
    assert later.incident.priority == 1


def test_a_more_urgent_alarm_beside_a_worse_one_changes_no_priority(play: Play):
    gas, smoke = (point_of(play.site, "z1-1", kind) for kind in ("combustible_gas", "smoke"))
    play.hear(gas, 1, priority=1)
    play.hear(smoke, 3, priority=4)
    changes = play.correlator.more_urgent(f"{smoke}.hi", 2, START + seconds(5))
    assert all(change.incident.priority == 1 and not change.entries for change in changes)
