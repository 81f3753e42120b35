"""When a rule fires and when it does not: no server, no clock, no sleep."""

import pytest
from tests.reactions.made import NOW, TICK, alarm, body, judge, returned, rules_of, seen, signal

from fangwei.core.clock import HOUR, MINUTE, SECOND
from fangwei.reactions.judge import BURST, REMEMBERED, Decision, Stop
from fangwei.reactions.rule import AlarmRow, EventRow, IncidentRow, Move, RaiseSignal, There, ValueRow
from fangwei.reactions.seen import of_signal

GAS_ROW = ValueRow("GAS-1", "above", 20.0, for_s=5.0)
FLOW_ROW = ValueRow("FLOW-1", "below", 2000.0)


def hear(made, event, after: int = 0):
    """The event, said `after` ns later unless it has a time of its own."""
    if event.decided_time == NOW:
        event.decided_time += after
    return made.hear(seen(event), NOW + after, TICK + after)


def read(made, value, after: int = 0, point="GAS-1", ok=True):
    return made.read(point, value, ok, 0 if ok else 1, NOW + after, NOW + after, TICK + after)


def test_an_alarm_of_the_kind_in_the_zone_fires_and_names_its_reading():
    found = hear(judge(body()), alarm())
    assert rules_of(found) == ["r0"]
    given = found[0].inputs[0]
    assert (given.kind, given.id, given.point, given.value, given.unit) == (
        "alarm",
        "GAS-1.hi/1",
        "GAS-1",
        31.0,
        "%LEL",
    )
    assert (found[0].cause, found[0].zone, found[0].because) == ("GAS-1.hi/1", "filling", ("r0",))


@pytest.mark.parametrize("other", [{"kind": "smoke"}, {"priority": 3}, {"zone": "store"}])
def test_another_kind_urgency_or_zone_does_not(other):
    assert hear(judge(body()), alarm(**other)) == []


@pytest.mark.parametrize(("within", "fires"), [(9.0, []), (10.0, ["r0"])])
def test_a_distance_reaches_beyond_the_zone(within, fires):
    made = judge(body(there=There(zones=("filling",), within_m=within)))
    assert rules_of(hear(made, alarm(zone="store"))) == fires


def test_the_same_cause_fires_once_by_whichever_way_it_comes():
    made = judge(body(cooldown_s=0))
    assert rules_of(hear(made, alarm())) == ["r0"]
    assert hear(made, alarm()) == []
    assert hear(made, alarm(id="GAS-1.hi/1/raised/again")) == []
    assert rules_of(hear(made, alarm(2))) == ["r0"]


def test_what_was_before_arming_is_not_its_business_even_when_the_clock_went_back():
    made = judge(body(), since=NOW + HOUR)
    assert rules_of(hear(made, alarm())) == ["r0"], "the clock was set back an hour after arming"
    assert hear(judge(body(), since=NOW), alarm(time=NOW - SECOND)) == []


def test_a_late_event_is_listed_as_late_and_late_ones_are_few():
    made = judge(body(cooldown_s=0), since=NOW - HOUR)
    found = hear(made, alarm(time=NOW - 31 * SECOND))
    assert isinstance(found[0], Decision) and found[0].late
    assert hear(made, alarm(id="other way", time=NOW - 31 * SECOND)) == []
    many = [one for n in range(2, 100) for one in hear(made, alarm(n, time=NOW - MINUTE))]
    assert len(many) == 19 and made.rules["r0"].lates == 99
    assert rules_of(hear(made, alarm(500))) == ["r0"], "what is news still fires"


def test_cooldown_holds_the_zone_and_not_another():
    made = judge(body(there=There(), cooldown_s=60))
    assert rules_of(hear(made, alarm(1))) == ["r0"]
    assert hear(made, alarm(2), 59 * SECOND) == []
    assert rules_of(hear(made, alarm(3, zone="store"), 59 * SECOND)) == ["r0"]
    assert rules_of(hear(made, alarm(4), 61 * SECOND)) == ["r0"]
    assert (made.rules["r0"].held, made.rules["r0"].last_held) == (1, "cooldown")


def test_a_wall_clock_set_back_ends_no_cooldown_early_and_makes_none_longer():
    made = judge(body(cooldown_s=60))
    hear(made, alarm(1))
    back = NOW - HOUR
    assert made.hear(seen(alarm(2, time=back)), back, TICK + 59 * SECOND) == []
    assert rules_of(made.hear(seen(alarm(3, time=back)), back, TICK + 61 * SECOND)) == ["r0"]


def test_the_storm_guard_counts_an_hour():
    made = judge(body(cooldown_s=0, per_hour=3))
    fired = [n for n in range(10) if hear(made, alarm(n), n * SECOND)]
    assert fired == [0, 1, 2] and made.rules["r0"].last_held == "per_hour"
    assert rules_of(hear(made, alarm(50), HOUR + 4 * SECOND)) == ["r0"]


def test_all_rows_must_come_true_within_the_window():
    both = body(when=(AlarmRow(kinds=("smoke",)), EventRow("leak.forecast")), join="all", window_s=60)
    made = judge(both)
    event = of_signal(signal())
    assert made.hear(event, NOW, TICK) == []
    found = hear(made, alarm(kind="smoke"), 30 * SECOND)
    assert rules_of(found) == ["r0"] and [i.row for i in found[0].inputs] == [0, 1]
    late = judge(both)
    assert late.hear(of_signal(signal()), NOW, TICK) == []
    assert hear(late, alarm(kind="smoke"), 61 * SECOND) == []


def test_an_alarm_that_stands_counts_beyond_the_window_until_it_returns():
    both = body(when=(AlarmRow(kinds=("combustible_gas",)), EventRow("leak.forecast")), join="all", window_s=60)
    made = judge(both)
    assert hear(made, alarm()) == []
    assert rules_of(made.hear(of_signal(signal()), NOW, TICK + 10 * MINUTE)) == ["r0"]
    gone = judge(both)
    hear(gone, alarm())
    hear(gone, returned(), SECOND)
    assert gone.hear(of_signal(signal()), NOW, TICK + 10 * MINUTE) == []


def test_a_return_heard_before_its_alarm_leaves_nothing_standing():
    made = judge(body(when=(AlarmRow(), EventRow("leak.forecast")), join="all", window_s=60))
    hear(made, returned())
    hear(made, alarm())
    assert made.hear(of_signal(signal()), NOW, TICK + 10 * MINUTE) == []


def test_a_value_must_stay_beyond_its_limit_for_the_time_asked():
    made = judge(body(when=(GAS_ROW,)))
    assert read(made, 25.0) == [] and read(made, 25.0, 3 * SECOND) == []
    assert read(made, 19.0, 4 * SECOND) == []
    assert read(made, 25.0, 5 * SECOND) == []
    found = made.tick(NOW + 10 * SECOND, TICK + 10 * SECOND)
    assert rules_of(found) == ["r0"]
    assert found[0].cause == f"value/GAS-1/{NOW + 5 * SECOND}" and found[0].zone == "filling"
    assert read(made, 30.0, 11 * SECOND) == [], "one excursion is one cause"


def test_a_value_that_proves_nothing_holds_or_fires_as_the_rule_says_and_is_never_normal():
    holds = judge(body(when=(FLOW_ROW,), blind="hold"))
    assert read(holds, 0.0, point="FLOW-1", ok=False) == []
    assert holds.rules["r0"].rows[0].blind
    fires = judge(body(when=(FLOW_ROW,), blind="fire"))
    found = read(fires, 3000.0, point="FLOW-1", ok=False)
    assert rules_of(found) == ["r0"] and found[0].inputs[0].kind == "blind"
    assert read(fires, 3000.0, 1, point="FLOW-1", ok=False) == [], "once per blindness"


def test_a_standing_excursion_is_not_ended_by_a_reading_that_proves_nothing():
    both = body(when=(FLOW_ROW, EventRow("leak.forecast")), join="all", window_s=10, blind="hold")
    made = judge(both)
    read(made, 500.0, point="FLOW-1")
    read(made, None, SECOND, point="FLOW-1", ok=False)
    assert rules_of(made.hear(of_signal(signal()), NOW, TICK + MINUTE)) == ["r0"]


def test_silence_of_a_point_is_a_doubt():
    made = judge(body(when=(GAS_ROW,), blind="fire"))
    assert rules_of(made.silence(["GAS-1"], NOW, TICK)) == ["r0"]
    assert rules_of(judge(body(when=(GAS_ROW,))).silence(["GAS-1"], NOW, TICK)) == []


def test_a_silent_alarm_room_is_a_doubt_about_every_alarm():
    made = judge(body(blind="fire"), body(blind="hold"), body(when=(IncidentRow(),), blind="fire"))
    assert rules_of(made.deaf("alarm", NOW, NOW, TICK)) == ["r0"]
    assert made.deaf("alarm", NOW, NOW, TICK) == []
    assert made.rules["r1"].rows[0].blind and not made.rules["r2"].rows[0].blind
    made.deaf("alarm", 0, NOW, TICK)
    assert not made.rules["r0"].rows[0].blind


def test_a_rule_in_its_own_chain_of_causes_is_stopped_and_the_others_go_on():
    again = body(when=(EventRow("loop.*"),), then=(RaiseSignal("loop.again"),), cooldown_s=0)
    made = judge(again, again)
    found = made.hear(of_signal(signal(1, "loop.again", because=["r0"])), NOW, TICK)
    assert [type(one) for one in found] == [Stop, Decision]
    assert (found[0].rule, found[1].because) == ("r0", ("r0", "r1"))
    assert set(made.rules) == {"r1"}


def test_a_rule_that_fires_itself_through_something_that_names_no_cause_is_stopped_within_a_second():
    made = judge(body(when=(EventRow("echo"),), then=(RaiseSignal("other"),), cooldown_s=0, per_hour=1000))
    found = [one for n in range(20) for one in made.hear(of_signal(signal(n, "echo")), NOW, TICK + n * SECOND // 100)]
    assert [type(one) for one in found] == [Decision] * BURST + [Stop]
    moving = judge(body(when=(FLOW_ROW,), then=(Move("fan", "on"),), cooldown_s=0, per_hour=1000))
    found = [one for n in range(40) for one in read(moving, 500.0 if n % 2 else 3000.0, n, "FLOW-1")]
    assert isinstance(found[-1], Stop) and len(found) == BURST + 1


def test_a_rule_that_only_speaks_cannot_fire_itself_and_is_held_not_stopped():
    made = judge(body(cooldown_s=0, per_hour=8))
    found = [one for n in range(20) for one in hear(made, alarm(n), n)]
    assert rules_of(found) == ["r0"] * 8


def test_a_restart_remembers_causes_cooldowns_and_the_storm_guard():
    made = judge(body(cooldown_s=60, per_hour=2))
    made.recall("r0", "GAS-1.hi/1", "filling", 10 * SECOND, TICK, late=False)
    assert hear(made, alarm(1)) == []
    assert hear(made, alarm(2), 49 * SECOND) == []
    assert rules_of(hear(made, alarm(3), 51 * SECOND)) == ["r0"]
    assert hear(made, alarm(4), 200 * SECOND) == [] and made.rules["r0"].last_held == "per_hour"


def test_a_value_beyond_its_limit_since_before_the_restart_does_not_fire_again():
    made = judge(body(when=(FLOW_ROW,)))
    made.rules["r0"].rows[0].carry_on(f"value/FLOW-1/{NOW - HOUR}", TICK)
    assert read(made, 500.0, point="FLOW-1") == []
    assert read(made, 3000.0, SECOND, point="FLOW-1") == []
    assert rules_of(read(made, 500.0, 2 * SECOND, point="FLOW-1")) == ["r0"]


def test_memory_of_news_and_causes_is_bounded():
    made = judge(body(cooldown_s=0, per_hour=1000, when=(AlarmRow(),)))
    one = seen(alarm())
    for number in range(REMEMBERED + 10):
        one.id = one.cause = str(number)
        made.hear(one, NOW, TICK + number * SECOND)
    row = made.rules["r0"].rows[0]
    assert len(made._news) == REMEMBERED and len(made._causes) <= REMEMBERED and len(row._standing) <= 1000


def test_names_with_a_star_hear_all_that_begin_so():
    made = judge(body(when=(EventRow("leak.*"),), there=There()), body(when=(EventRow("leak"),), there=There()))
    assert rules_of(made.hear(of_signal(signal(1, "leak.forecast.near")), NOW, TICK)) == ["r0"]


def test_a_figure_that_is_asked_for_and_missing_does_not_fire():
    made = judge(body(when=(EventRow("leak.forecast", at=0.8),)))
    assert made.hear(of_signal(signal(1)), NOW, TICK) == []
    assert rules_of(made.hear(of_signal(signal(2, value=0.9)), NOW, TICK)) == ["r0"]
