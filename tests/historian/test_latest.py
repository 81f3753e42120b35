"""The latest value of every point: newest wins, wrong clocks do not, staleness comes and goes."""

import numpy as np
from tests.historian.history_samples import T, some_points

from fangwei.core.clock import SECOND
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.historian.latest import Latest


def say(latest: Latest, row: int, source: int, received: int, value: float, flags: int = 0) -> None:
    batch = Readings.of([latest.key[row]], [source], [received], [value], [flags])
    latest.take(np.array([row], np.int32), batch, batch.quality)


def test_the_newest_source_time_wins_whatever_the_order_of_arrival():
    latest = Latest(some_points(2))
    say(latest, 0, T + SECOND, T + SECOND, 2.0)
    say(latest, 0, T, T + 2 * SECOND, 1.0, Quality.OUT_OF_ORDER)
    assert latest.value[0] == 2.0
    assert latest.known.tolist() == [True, False]


def test_a_future_reading_is_never_the_latest():
    latest = Latest(some_points(1))
    say(latest, 0, T, T, 1.0)
    say(latest, 0, T + 3600 * SECOND, T, 9.0, Quality.FUTURE)
    assert latest.value[0] == 1.0


def test_a_newest_learnt_from_a_wrong_clock_gives_way():
    latest = Latest(some_points(1))
    say(latest, 0, T + 3600 * SECOND, T + 3600 * SECOND, 9.0)
    say(latest, 0, T, T, 1.0)
    assert latest.value[0] == 1.0


def test_stale_comes_with_silence_and_goes_with_a_reading():
    latest = Latest(some_points(1, stale_after=5.0))
    say(latest, 0, T, T, 1.0)
    latest.age(T + 4 * SECOND)
    assert len(latest.changes()) == 1
    latest.age(T + 6 * SECOND)
    assert latest.changes().quality.tolist() == [Quality.STALE]
    assert len(latest.changes()) == 0
    say(latest, 0, T + 7 * SECOND, T + 7 * SECOND, 1.0)
    latest.age(T + 7 * SECOND)
    assert latest.changes().quality.tolist() == [0]


def test_a_point_reported_on_change_only_is_never_stale():
    latest = Latest(some_points(1, stale_after=None))
    say(latest, 0, T, T, 1.0)
    latest.age(T + 10**9 * SECOND)
    assert latest.quality[0] == 0


def test_stale_is_not_written_to_the_store():
    latest = Latest(some_points(1, stale_after=5.0))
    say(latest, 0, T, T, 1.0)
    latest.age(T + 60 * SECOND)
    assert latest.unwritten().quality.tolist() == [0]
    assert latest.quality[0] == Quality.STALE
    assert len(latest.unwritten()) == 0


def test_points_the_site_no_longer_has_are_passed_over_on_start():
    latest = Latest(some_points(1))
    latest.restore(Readings.of([42, latest.key[0]], [T, T], [T, T], [1.0, 2.0], [0, 0]))
    assert latest.value[0] == 2.0
