"""Summaries: the same answer with and without them, whatever came late, twice or broken."""

import numpy as np
import pytest
from tests.historian.history_samples import sensor, some_points

from fangwei.core.clock import DAY, HOUR, MINUTE, SECOND
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.historian.chdb_store import ChdbStore
from fangwei.historian.summaries import downsample, frame, next_stretch, nice_width, step_of

A, B = some_points(2)
T = 1_790_000_000 * SECOND // DAY * DAY
LATER = T + 30 * DAY


def sum_all(store: ChdbStore, before: int = LATER) -> int:
    hours = 0
    while made := store.sum_up(SECOND, before):
        hours += made
    return hours


def same(store: ChdbStore, start: int, end: int, width: int) -> None:
    """The answer by summaries is the answer by readings."""
    keys = [A.key, B.key]
    fast = downsample(store, keys, start, end, width)
    slow = store.ask("downsample", points=keys, start=start, end=end, width=width)
    assert fast.num_rows == slow.num_rows > 0
    numbers = slow.column("count").to_numpy() > 0
    for name in ("point", "bucket", "count", "quality"):
        np.testing.assert_array_equal(fast.column(name).to_numpy(), slow.column(name).to_numpy(), name)
    for name in ("least", "most", "last"):
        np.testing.assert_array_equal(fast.column(name).to_numpy()[numbers], slow.column(name).to_numpy()[numbers])
    np.testing.assert_allclose(
        fast.column("mean").to_numpy()[numbers], slow.column("mean").to_numpy()[numbers], rtol=1e-12
    )


@pytest.fixture
def filled(store: ChdbStore) -> ChdbStore:
    store.append(sensor(A, 6 * 3600, start=T))
    store.append(sensor(B, 5000, start=T + 90 * MINUTE, seed=2))
    return store


@pytest.mark.parametrize("width", [MINUTE, 5 * MINUTE, HOUR, 3 * HOUR, DAY])
def test_summed_and_raw_give_the_same_rows(filled, width):
    assert sum_all(filled) == 6 + 2
    same(filled, T, T + DAY, width)


def test_what_is_not_summed_yet_is_read_from_the_readings(filled):
    assert sum_all(filled, before=T + 2 * HOUR) == 3
    same(filled, T, T + DAY, HOUR)
    same(filled, T + HOUR, T + 4 * HOUR, MINUTE)


def test_late_repeated_and_broken_readings_are_in_the_answer_at_once(filled):
    sum_all(filled)
    late = T + 2 * HOUR + 12 * MINUTE + 345
    filled.append(Readings.of([A.key], [late], [late + HOUR], [99.0], [Quality.LATE]))
    filled.append(sensor(A, 3600, start=T))
    filled.append(Readings.of([B.key] * 2, [T + 4 * HOUR, T + 5 * HOUR], [T + 4 * HOUR] * 2, [np.nan, np.inf], [4, 4]))
    same(filled, T, T + DAY, HOUR)
    assert sum_all(filled) > 0
    same(filled, T, T + DAY, HOUR)
    same(filled, T, T + DAY, MINUTE)
    assert sum_all(filled) == 0


def test_readings_far_off_their_receipt_are_never_missed(filled):
    sum_all(filled)
    filled.append(Readings.of([A.key], [T + HOUR + 1], [T + 200 * DAY], [-50.0], [0]))
    same(filled, T, T + DAY, HOUR)
    sum_all(filled)
    same(filled, T, T + DAY, HOUR)


def test_a_history_from_before_the_summaries_is_counted_when_it_is_opened(tmp_path):
    store = ChdbStore(tmp_path / "h")
    store.append(sensor(A, 4000, start=T))
    for sql in ("DROP VIEW history.touched_view", "DROP TABLE history.touched"):
        store._run(store._writer, sql)
    store.append(sensor(B, 4000, start=T))
    store.close()
    again = ChdbStore(tmp_path / "h")
    same(again, T, T + DAY, HOUR)
    assert sum_all(again) == 4
    same(again, T, T + DAY, HOUR)
    again.close()


def test_a_dropped_week_leaves_no_summary_behind(store):
    store.append(sensor(A, 4000, start=T))
    sum_all(store)
    assert store.drop_weeks_before(T + 21 * DAY)
    for start in (T, T + 1):
        assert downsample(store, [A.key], start, start + DAY, DAY).num_rows == 0


def test_buckets_stand_on_the_clock_and_cover_the_range():
    for span in (SECOND, 40 * SECOND, HOUR, DAY, 30 * DAY, 366 * DAY, 40 * 366 * DAY):
        start, end = T + 123_456_789, T + 123_456_789 + span
        asked = frame(start, end, 700)
        assert asked.start <= start < end <= asked.end
        assert asked.start % asked.width == asked.end % asked.width == 0
        assert 100 <= (asked.end - asked.start) // asked.width <= 702
    assert nice_width(1) == 1_000_000


def test_a_month_is_made_of_hours_and_an_hour_of_readings():
    month = frame(T, T + 30 * DAY, 800)
    assert step_of(month.start, month.end, month.width) == 3600
    hour = frame(T, T + HOUR, 800)
    assert step_of(hour.start, hour.end, hour.width) is None


def test_a_stretch_is_bounded_and_never_empty(filled):
    table = filled.ask("unsummed", since=1, before=LATER // SECOND, limit=1000)
    small = next_stretch(table, 10)
    assert small is not None and len(small.rows) == 1
    large = next_stretch(table, 10**9)
    assert large is not None and large.points == [A.key] and len(large.rows) == 1
    assert next_stretch(table.slice(0, 0)) is None
