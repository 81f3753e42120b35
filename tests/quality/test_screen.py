"""The screen: every doubt it may add, and that hostile or odd readings leave no trace."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fangwei.bus import codec
from fangwei.core.clock import MILLISECOND, SECOND
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.plant.schema import Calibration, Kind
from fangwei.plant.site import SitePoint
from fangwei.quality.keys import UNKNOWN, KeyTable
from fangwei.quality.screen import UNKNOWN_KEYS_KEPT, Screen

T = 1_700_000_000 * SECOND


def point(id: str = "EF-GAS-01", **more: object) -> SitePoint:
    return SitePoint.make(id, Kind.COMBUSTIBLE_GAS, "filling", (0.0, 0.0, 0.0), "%LEL", **more)


def reading(p: SitePoint, at_s: float, value: float, delay_s: float = 0.0, quality: int = 0) -> Readings:
    at = T + round(at_s * SECOND)
    return Readings.of([p.key], [at], [at + round(delay_s * SECOND)], [value], [quality])


def flag(screen: Screen, p: SitePoint, at_s: float, value: float, delay_s: float = 0.0, quality: int = 0) -> Quality:
    return Quality(int(screen.apply(reading(p, at_s, value, delay_s, quality))[0]))


def test_a_good_reading_has_no_flags() -> None:
    p = point(range=(0.0, 100.0), max_rate=10.0, frozen_after=60.0)
    assert flag(Screen([p]), p, 0, 3.0) == Quality.GOOD


def test_flags_of_the_source_are_kept() -> None:
    p = point()
    assert flag(Screen([p]), p, 0, 3.0, quality=int(Quality.UNCERTAIN | Quality.SUBSTITUTED)) == (
        Quality.UNCERTAIN | Quality.SUBSTITUTED
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_number_is_said_to_be_none_and_is_no_range_fault(value: float) -> None:
    p = point(range=(0.0, 100.0), max_rate=1.0)
    screen = Screen([p])
    assert flag(screen, p, 0, value) == Quality.NOT_A_NUMBER
    assert flag(screen, p, 1, 3.0) == Quality.GOOD


@pytest.mark.parametrize("value", [-0.01, 100.01, 1e308])
def test_a_value_the_instrument_cannot_show_is_out_of_range(value: float) -> None:
    p = point(range=(0.0, 100.0))
    assert flag(Screen([p]), p, 0, value) == Quality.OUT_OF_RANGE


@pytest.mark.parametrize("value", [0.0, 100.0])
def test_the_ends_of_the_range_belong_to_it(value: float) -> None:
    p = point(range=(0.0, 100.0))
    assert flag(Screen([p]), p, 0, value) == Quality.GOOD


def test_late_is_judged_by_the_limit_of_the_points_own_source() -> None:
    quick, slow = point("A"), point("B")
    screen = Screen([quick, slow], {"A": 1.0, "B": 60.0})
    assert flag(screen, quick, 0, 1.0, delay_s=1.5) == Quality.LATE
    assert flag(screen, slow, 0, 1.0, delay_s=1.5) == Quality.GOOD


def test_a_known_clock_offset_is_taken_off_before_late_and_future_are_judged() -> None:
    behind, ahead = point("A"), point("B")
    screen = Screen([behind, ahead])
    screen.set_clock_offset(["A"], -10.0)
    screen.set_clock_offset(["B"], 10.0)
    assert flag(screen, behind, 0, 1.0, delay_s=10.1) == Quality.GOOD
    assert flag(screen, ahead, 0, 1.0, delay_s=-9.9) == Quality.GOOD
    assert flag(screen, ahead, 1, 2.0, delay_s=-12.5) == Quality.FUTURE


def test_one_absurd_stamp_does_not_make_all_later_readings_look_old() -> None:
    p = point()
    screen = Screen([p])
    flag(screen, p, 0, 1.0)
    assert flag(screen, p, 86_400 * 365, 2.0, delay_s=-86_400 * 365) == Quality.FUTURE
    assert flag(screen, p, 1, 3.0) == Quality.GOOD


@pytest.mark.parametrize("stamp", [-(2**63), 2**63 - 1, 0, -1, 4_102_444_800 * SECOND + 1])
def test_stamps_that_would_overflow_are_late_or_future_and_forgotten(stamp: int) -> None:
    p = point()
    screen = Screen([p])
    flag(screen, p, 0, 1.0)
    found = Quality(int(screen.apply(Readings.of([p.key], [stamp], [T], [2.0], [0]))[0]))
    assert found & (Quality.LATE | Quality.FUTURE)
    assert flag(screen, p, 1, 3.0) == Quality.GOOD


def test_an_older_source_time_is_out_of_order() -> None:
    p = point()
    screen = Screen([p])
    flag(screen, p, 2, 1.0)
    assert flag(screen, p, 1, 2.0, delay_s=1.0) == Quality.OUT_OF_ORDER
    assert flag(screen, p, 3, 2.0) == Quality.GOOD


def test_the_same_reading_again_is_a_repeat_and_another_value_at_that_time_is_news() -> None:
    p = point(max_rate=1000.0)
    screen = Screen([p])
    flag(screen, p, 2, 1.0)
    assert flag(screen, p, 2, 1.0, delay_s=0.5) == Quality.OUT_OF_ORDER
    assert flag(screen, p, 2, 1.5) == Quality.GOOD


def test_a_repeated_gap_is_a_repeat_too() -> None:
    p = point()
    screen = Screen([p])
    flag(screen, p, 2, float("nan"))
    assert flag(screen, p, 2, float("nan")) == Quality.OUT_OF_ORDER | Quality.NOT_A_NUMBER


def test_a_source_whose_clock_was_put_back_is_not_out_of_order_for_an_hour() -> None:
    p = point()
    screen = Screen([p])
    screen.set_clock_offset(["EF-GAS-01"], 3600.0)
    assert flag(screen, p, 3600, 1.0, delay_s=-3600) == Quality.GOOD
    screen.set_clock_offset(["EF-GAS-01"], 0.0)
    assert flag(screen, p, 1, 2.0) == Quality.GOOD


def test_a_newest_time_learnt_while_our_own_clock_was_ahead_is_forgotten() -> None:
    p = point()
    screen = Screen([p])
    flag(screen, p, 5000, 1.0)
    assert flag(screen, p, 1, 2.0) == Quality.GOOD


def test_a_spike_faster_than_physics_is_flagged_once_and_not_on_its_way_back() -> None:
    p = point(max_rate=5.0)
    screen = Screen([p])
    assert flag(screen, p, 0, 10.0) == Quality.GOOD
    assert flag(screen, p, 1, 90.0) == Quality.IMPOSSIBLE_RATE
    assert flag(screen, p, 2, 11.0) == Quality.GOOD


def test_a_true_step_is_believed_once_enough_time_has_passed_for_it() -> None:
    p = point(max_rate=5.0)
    screen = Screen([p])
    flag(screen, p, 0, 10.0)
    found = [flag(screen, p, s, 30.0 + s / 100) for s in range(1, 6)]
    assert found == [Quality.IMPOSSIBLE_RATE] * 4 + [Quality.GOOD]


def test_two_values_at_one_time_have_no_rate_without_measure() -> None:
    p = point(max_rate=5.0)
    screen = Screen([p])
    flag(screen, p, 0, 10.0)
    assert flag(screen, p, 0, 10.2) == Quality.GOOD
    assert flag(screen, p, 0, 60.0) == Quality.IMPOSSIBLE_RATE


def test_exactly_equal_values_are_frozen_after_their_time_and_thaw_at_once() -> None:
    p = point(frozen_after=3.0)
    screen = Screen([p])
    found = [flag(screen, p, s, 7.0) for s in range(5)]
    assert found == [Quality.GOOD] * 3 + [Quality.FROZEN] * 2
    assert flag(screen, p, 5, 7.0001) == Quality.GOOD


def test_an_equal_value_after_a_long_silence_is_not_yet_frozen() -> None:
    p = point(frozen_after=3.0)
    screen = Screen([p])
    flag(screen, p, 0, 7.0)
    assert flag(screen, p, 100, 7.0) == Quality.GOOD


def test_calibration_overdue_from_the_day_after_its_interval() -> None:
    p = point(calibration=Calibration(last=date(2026, 1, 1), every_days=90))
    screen = Screen([p], today=date(2026, 4, 1))
    assert flag(screen, p, 0, 1.0) == Quality.GOOD
    screen.set_today(date(2026, 4, 2))
    assert flag(screen, p, 1, 2.0) == Quality.CALIBRATION_OVERDUE


def test_unknown_points_are_counted_by_key_within_bounds_and_keep_their_quality() -> None:
    p = point()
    screen = Screen([p])
    n = UNKNOWN_KEYS_KEPT + 500
    keys = np.append(np.arange(1, n + 1), p.key)
    times = np.full(n + 1, T)
    flags, rows = screen.examine(Readings.of(keys, times, times, np.zeros(n + 1), np.full(n + 1, 2)))
    assert (rows[:-1] == UNKNOWN).all() and rows[-1] == 0 and (flags == 2).all()
    assert screen.unknown_readings == n and len(screen.unknown) == UNKNOWN_KEYS_KEPT
    screen.examine(Readings.of([1, 1], [T, T], [T, T], [0.0, 0.0], [0, 0]))
    assert screen.unknown[1] == 3


def test_the_last_fresh_arrival_ignores_late_and_future_readings() -> None:
    p = point()
    screen = Screen([p])
    flag(screen, p, 0, 1.0, delay_s=0.1)
    flag(screen, p, 1, 2.0, delay_s=30.0)
    flag(screen, p, 900, 2.0, delay_s=-800.0)
    assert screen.records[0]["fresh_received"] == T + 100 * MILLISECOND


def test_a_batch_straight_from_the_bus_passes_without_a_second_compilation() -> None:
    p = point()
    screen = Screen([p])
    payload = codec.encode(reading(p, 0, 1.0))
    for offset in range(8):
        # a view at any byte of a buffer, aligned or not
        arrived = codec.decode(memoryview(bytes(offset) + payload)[offset:])
        assert len(screen.apply(arrived)) == 1


def test_the_key_table_finds_every_key_though_slots_collide() -> None:
    keys = [64 * i for i in range(100)] + [-1, 2**63 - 1, -(2**63)]
    table = KeyTable(keys)
    assert sorted(table.rows[table.rows != UNKNOWN]) == list(range(len(keys)))
    with pytest.raises(ValueError, match="one key"):
        KeyTable([5, 5])


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(-3000, 3000),
        st.integers(0, 8000),
        st.sampled_from([0.0, 1.0, 50.0, 200.0, float("nan"), float("inf")]),
        st.sampled_from([0, 1, 2]),
    ),
    max_size=40,
)


@hypothesis_settings(deadline=None, max_examples=60)
@given(STEPS, st.integers(1, 7))
def test_flags_do_not_depend_on_how_readings_are_cut_into_batches(
    steps: list[tuple[int, int, int, float, int]], size: int
) -> None:
    points = [point(f"P{i}", range=(0.0, 100.0), max_rate=10.0, frozen_after=2.0) for i in range(3)]
    now = T
    rows = []
    for index, back_ms, gap_ms, value, quality in steps:
        now += gap_ms * MILLISECOND
        rows.append((points[index].key, now - back_ms * MILLISECOND, now, value, quality))
    if not rows:
        return
    whole = Readings.of(*zip(*rows, strict=True))  # type: ignore[arg-type]
    at_once = Screen(points).apply(whole)
    screen = Screen(points)
    parts = [screen.apply(whole.take(np.arange(i, min(i + size, len(whole))))) for i in range(0, len(whole), size)]
    assert np.array_equal(at_once, np.concatenate(parts))
    kept = Quality.BAD | Quality.UNCERTAIN
    assert ((at_once & kept) == (whole.quality & kept)).all()
