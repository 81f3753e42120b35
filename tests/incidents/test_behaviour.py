"""What an alarm's own past says about it."""

from fangwei.bench.scenarios import START
from fangwei.core.clock import HOUR, MINUTE, seconds
from fangwei.incidents.behaviour import History, Verdict, judge, regular


def at(time: float) -> int:
    return START + seconds(time)


def past(*turns: tuple[float, bool]) -> History:
    history = History("P.hi")
    for time, active in turns:
        history.add(at(time), active, at(time))
    return history


def test_the_first_activation_is_fresh():
    assert judge(past((0, True)), at(0)) is Verdict.FRESH


def test_coming_back_once_is_recurrent_and_going_again_is_chatter():
    assert judge(past((0, True), (2, False), (5, True)), at(5)) is Verdict.RECURRENT
    assert judge(past((0, True), (2, False), (5, True), (7, False)), at(7)) is Verdict.CHATTERING


def test_chatter_of_a_minutes_period_is_known_at_its_third_raise():
    history = past((0, True), (30, False), (60, True), (90, False), (120, True))
    assert judge(history, at(120)) is Verdict.CHATTERING


def test_staying_beyond_its_usual_dwell_makes_a_chatterer_real_again():
    history = past((0, True), (2, False), (4, True), (6, False), (8, True))
    assert judge(history, at(12)) is Verdict.CHATTERING
    assert judge(history, at(8 + 2 * 2 + 8)) is Verdict.FRESH


def test_a_long_duty_cycle_is_not_taken_for_staying():
    turns = [(60.0 * k, True) for k in range(5)] + [(60.0 * k + 54, False) for k in range(4)]
    assert judge(past(*sorted(turns)), at(240 + 50)) is Verdict.CHATTERING


def test_a_value_far_beyond_its_usual_excursion_settles_sooner():
    history = past((0, True), (2, False), (4, True), (6, False), (8, True))
    assert not history.settled(at(11.5))
    history.exceeded = True
    assert history.settled(at(11.5))


def test_a_standing_alarm_that_drops_out_for_a_moment_is_the_same_standing_alarm():
    assert judge(past((0, True), (1200, False), (1202, True)), at(1202)) is Verdict.STANDING
    assert judge(past((0, True), (1200, False), (1300, True)), at(1300)) is not Verdict.STANDING


def test_transitions_that_come_late_take_their_place_by_source_time():
    history = past((0, True), (10, True))
    history.add(at(5), False, at(5))
    assert [active for _, active in history.turns] == [True, False] or history.active
    crossed = History("P.hi")
    crossed.add(at(3), False, at(2))
    crossed.add(at(3.1), True, at(1))
    assert not crossed.active


def test_clockwork_is_regular_and_turbulence_is_not():
    clock = past(*[(k * 3.0 + shift, not shift) for k in range(6) for shift in (0, 1)])
    assert regular(clock, at(17))
    gusts = past((0, True), (1, False), (1.5, True), (3, False), (7, True), (8, False), (8.4, True), (9, False))
    assert not regular(gusts, at(9))


def test_one_long_activation_among_short_ones_is_a_clear_onset():
    flutter = past((0, True), (1, False), (2, True), (3, False), (4, True))
    assert not flutter.clear_onset(at(10), at(0))
    assert flutter.clear_onset(at(30), at(0))


def test_a_notorious_alarm_is_known_for_hours_and_forgiven_after_a_day():
    history = past((0, True), (1, False))
    for k in range(12):
        history.learn(at(k))
    assert history.known(at(0) + 2 * HOUR)
    assert not history.known(at(0) + 24 * HOUR)
    later = at(0) + HOUR
    history.add(later, True, later)
    assert judge(history, later) is Verdict.CHATTERING


def test_the_past_stays_small_however_long_it_chatters():
    history = History("P.hi")
    for k in range(5000):
        history.add(at(k), k % 2 == 0, at(k))
    assert len(history.turns) <= 64
    assert history.turns[-1][0] - history.turns[0][0] <= 10 * MINUTE
