"""The store: once each, whole after a crash, refused to a second owner, stopped before the disk is full."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from tests.historian.history_samples import T, count, sensor, some_points

from fangwei.core.clock import DAY, SECOND
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.historian.chdb_store import ChdbStore
from fangwei.historian.errors import HistoryStopped, StoreInUse

POINT = some_points(1)[0]


def rows(store: ChdbStore, start: int = T - DAY, end: int = T + DAY) -> list[dict]:
    return store.ask("range", point=POINT.key, start=start, end=end, limit=1_000_000).to_pylist()


def test_a_reading_delivered_twice_is_stored_once_before_any_merge(store):
    batch = sensor(POINT, 1000)
    for _ in range(3):
        store.append(batch)
    assert store.ask("stored").to_pylist()[0]["parts"] >= 1
    assert count(store, POINT) == 1000


def test_of_a_reading_and_its_resend_the_first_received_stays(store):
    first = Readings.of([POINT.key], [T], [T + SECOND], [20.0], [0])
    again = Readings.of([POINT.key], [T], [T + 3600 * SECOND], [20.0], [Quality.LATE | Quality.OUT_OF_ORDER])
    store.append(again)
    store.append(first)
    store.append(again)
    assert rows(store) == [{"source_time": T, "receive_time": T + SECOND, "value": 20.0, "quality": 0}]


def test_two_values_at_one_source_time_are_two_readings(store):
    store.append(Readings.of([POINT.key] * 2, [T, T], [T, T], [1.0, 2.0], [0, 0]))
    assert [r["value"] for r in rows(store)] == [1.0, 2.0]


def test_times_and_values_come_back_as_they_went_in(store):
    batch = Readings.of(
        [POINT.key] * 4,
        [T + 1, T + 123_456_789, T + SECOND, T + 2 * SECOND],
        [T + 98_700_000, T + SECOND, T, T + 90_000 * SECOND],
        [0.1 + 0.2, -0.0, np.nan, np.inf],
        [0, 1, 4, -32768],
    )
    store.append(batch)
    found = store.ask("range", point=POINT.key, start=T, end=T + DAY, limit=10)
    np.testing.assert_array_equal(found.column("source_time").to_numpy(), batch.source_time)
    np.testing.assert_array_equal(found.column("value").to_numpy(), batch.value)
    np.testing.assert_array_equal(found.column("quality").to_numpy(), batch.quality)
    assert np.abs(found.column("receive_time").to_numpy() - batch.receive_time).max() < 100_000


def test_absurd_stamps_are_stored_and_make_no_thousand_parts(store):
    rng = np.random.default_rng(0)
    stamps = np.concatenate([rng.integers(-(2**63), 2**63 - 1, 5000), [-(2**63), 2**63 - 1, 0]])
    n = len(stamps)
    store.append(Readings.of([POINT.key] * n, stamps, [T] * n, np.arange(n), [0] * n))
    kept = store.ask("stored").to_pylist()[0]
    assert kept["rows"] == n
    assert kept["parts"] <= 60


def test_latest_is_rebuilt_from_what_was_written_and_what_came_after(store):
    points = some_points(3)
    for p in points:
        store.append(sensor(p, 10))
    store.write_latest(Readings.of([points[0].key], [T + 9 * SECOND], [T + 9 * SECOND], [7.0], [0]), T + 10 * SECOND)
    store.append(Readings.of([points[0].key], [T + 20 * SECOND], [T + 20 * SECOND], [8.0], [0]))
    store.append(Readings.of([points[1].key], [T + DAY], [T], [9.0], [Quality.FUTURE]))
    newest = {}
    known = store.read_latest()
    for key, at, value in zip(known.point.tolist(), known.source_time.tolist(), known.value.tolist(), strict=True):
        newest[key] = max(newest.get(key, (0, 0.0)), (at, value))
    assert newest[points[0].key] == (T + 20 * SECOND, 8.0)
    assert newest[points[1].key][0] == T + 9 * SECOND


def test_what_two_threads_write_at_once_is_not_taken_for_each_other(store):
    batches = [Readings.of([POINT.key], [T + n * SECOND], [T + n * SECOND], [float(n)], [0]) for n in range(200)]
    other = Readings.of([7], [T], [T], [-1.0], [0])
    ended = threading.Event()
    failed: list[Exception] = []

    def write_latest_all_the_time() -> None:
        try:
            while not ended.is_set():
                store.write_latest(other, T)
        except Exception as error:
            failed.append(error)

    beside = threading.Thread(target=write_latest_all_the_time)
    beside.start()
    try:
        for batch in batches:
            store.append(batch)
    finally:
        ended.set()
        beside.join()
    assert failed == []
    assert [r["value"] for r in rows(store)] == [float(n) for n in range(200)]
    assert store.ask("stored").to_pylist()[0]["rows"] == 200


def test_a_second_process_is_refused_with_a_sentence(store, tmp_path):
    with pytest.raises(StoreInUse) as refused:
        ChdbStore(tmp_path / "history")
    assert "in use by another process" in refused.value.message.en


def test_nothing_is_stored_below_the_floor_of_free_disk(tmp_path):
    store = ChdbStore(tmp_path / "history", free_floor=2**62)
    try:
        with pytest.raises(HistoryStopped):
            store.append(sensor(POINT, 1))
        assert count(store, POINT) == 0
    finally:
        store.close()


def test_whole_weeks_before_the_limit_are_dropped_and_no_others(store):
    store.append(sensor(POINT, 10))
    old = sensor(POINT, 10, start=T - 60 * DAY)
    store.append(old)
    store.append(Readings.of([POINT.key], [T - 900 * DAY], [T], [1.0], [Quality.LATE]))
    assert len(store.drop_weeks_before(T - 30 * DAY)) == 1
    left = [r["source_time"] for r in rows(store, start=T - 1000 * DAY)]
    assert left[0] == T - 900 * DAY
    assert len(left) == 11


def test_a_long_question_does_not_hold_up_storing(store):
    points = some_points(20)
    for p in points:
        store.append(sensor(p, 50_000))
    ended = threading.Event()

    def ask() -> None:
        for _ in range(5):
            store.ask("downsample", points=[p.key for p in points], start=T, end=T + DAY, width=SECOND)
        ended.set()

    thread = threading.Thread(target=ask)
    thread.start()
    stored_meanwhile = 0
    while not ended.is_set():
        store.append(sensor(points[0], 100, start=T + DAY + stored_meanwhile * 100 * SECOND))
        stored_meanwhile += 1
    thread.join()
    assert stored_meanwhile > 2


CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.historian.history_samples import T, sensor, some_points
from fangwei.historian.chdb_store import ChdbStore
store = ChdbStore(Path({folder!r}))
point = some_points(1)[0]
n = 0
while True:
    store.append(sensor(point, 500, start=T + n * 500 * 10**9))
    n += 1
    print(n, flush=True)
"""


def test_kill_9_loses_nothing_that_append_returned_for(tmp_path):
    folder = tmp_path / "history"
    code = CHILD.format(root=str(Path(__file__).parents[2]), folder=str(folder))
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    done = 0
    deadline = time.monotonic() + 60
    while done < 8 and time.monotonic() < deadline:
        done = int(child.stdout.readline())
    child.kill()
    done = int((child.stdout.read().split() or [done])[-1])
    child.wait()
    store = ChdbStore(folder)
    try:
        assert count(store, POINT) >= done * 500
        assert count(store, POINT) % 500 == 0
    finally:
        store.close()


def test_an_answer_stays_what_it_was_while_others_are_asked(store):
    store.append(sensor(POINT, 5000))
    first = store.ask("range", point=POINT.key, start=T, end=T + DAY, limit=5000)
    before = first.column("value").to_pylist()
    for _ in range(20):
        store.ask("downsample", points=[POINT.key], start=T, end=T + DAY, width=SECOND)
    assert first.column("value").to_pylist() == before
