"""Questions: limits and refusals first, gaps as gaps, whole exports."""

import asyncio
from pathlib import Path

import numpy as np
import pyarrow.ipc as ipc
import pyarrow.parquet as pq
import pytest
from tests.historian.history_samples import T, sensor, some_points

from fangwei.core.clock import DAY, SECOND
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.historian import exports as exports_module
from fangwei.historian.answers import Answers, Lane
from fangwei.historian.errors import (
    FangweiError,
    HistoryStopped,
    PointUnknown,
    RangeReversed,
    TimeImpossible,
    TooManyQuestions,
    TooMuchAsked,
)
from fangwei.historian.exports import Exports, file_name
from fangwei.historian.latest import Latest
from fangwei.historian.questions import AskDownsample, AskLatest, AskProgress, AskRange, Export

POINTS = some_points(3)


@pytest.fixture
def answers(store):
    return Answers(store, Latest(POINTS), Lane())


@pytest.mark.parametrize(
    ("question", "refusal"),
    [
        (AskRange("T-9", T, T + 1), PointUnknown),
        (AskRange("T-0') OR 1=1 --", T, T + 1), PointUnknown),
        (AskRange("T-0", T, T), RangeReversed),
        (AskRange("T-0", T, T - 1), RangeReversed),
        (AskRange("T-0", 1_700_000_000, T), TimeImpossible),
        (AskRange("T-0", T, 2**80), TimeImpossible),
        (AskRange("T-0", T, T + 1, limit=0), TooMuchAsked),
        (AskRange("T-0", T, T + 1, limit=-5), TooMuchAsked),
        (AskRange("T-0", T, T + 1, limit=10**9), TooMuchAsked),
        (AskDownsample(["T-0"], T, T + DAY, buckets=1_000_000), TooMuchAsked),
        (AskDownsample(["T-0"], T, T + DAY, buckets=0), TooMuchAsked),
        (AskDownsample([], T, T + DAY), TooMuchAsked),
        (AskDownsample(["T-0", "T-x"], T, T + DAY), PointUnknown),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused_with_its_reason(answers, question, refusal):
    asked = answers.range if isinstance(question, AskRange) else answers.downsample
    with pytest.raises(refusal) as refused:
        await asked(question)
    assert refused.value.message.zh
    assert refused.value.message.en


async def test_ten_years_of_one_point_are_answered(answers, store):
    store.append(sensor(POINTS[0], 1000))
    found = await answers.downsample(AskDownsample(["T-0"], T - 3650 * DAY, T + DAY, buckets=100))
    assert sum(found.series["T-0"].count) == 1000


async def test_range_holds_its_start_and_not_its_end(answers, store):
    store.append(sensor(POINTS[0], 10))
    table = ipc.open_stream(await answers.range(AskRange("T-0", T + 2 * SECOND, T + 5 * SECOND))).read_all()
    assert table.column("source_time").to_pylist() == [T + i * SECOND for i in (2, 3, 4)]


async def test_gaps_are_null_and_doubts_are_told(answers, store):
    values = [1.0, 3.0, np.nan, 5.0]
    times = [T, T + SECOND, T + 20 * SECOND, T + 30 * SECOND]
    flags = [0, Quality.OUT_OF_RANGE, Quality.NOT_A_NUMBER, 0]
    store.append(Readings.of([POINTS[0].key] * 4, times, times, values, flags))
    found = (await answers.downsample(AskDownsample(["T-0", "T-1"], T, T + 40 * SECOND, 4))).series
    s = found["T-0"]
    assert s.time == [T, T + 10 * SECOND, T + 20 * SECOND, T + 30 * SECOND]
    assert s.min == [1.0, None, None, 5.0]
    assert s.max == [3.0, None, None, 5.0]
    assert s.mean == [2.0, None, None, 5.0]
    assert s.last == [3.0, None, None, 5.0]
    assert s.count == [2, 0, 0, 1]
    assert s.quality == [Quality.OUT_OF_RANGE, None, Quality.NOT_A_NUMBER, 0]
    assert found["T-1"].count == [0, 0, 0, 0]


async def test_latest_leaves_out_points_that_never_spoke_and_shows_no_number_as_null(store):
    latest = Latest(POINTS)
    latest.restore(Readings.of([POINTS[1].key], [T], [T], [np.nan], [Quality.NOT_A_NUMBER]))
    answers = Answers(store, latest, Lane())
    found = (await answers.latest(AskLatest())).readings
    assert [(r.point, r.value) for r in found] == [("T-1", None)]
    with pytest.raises(PointUnknown):
        await answers.latest(AskLatest(["nobody"]))


async def test_the_queue_of_questions_is_bounded():
    lane = Lane()
    go = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait() -> None:
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result()

    asked = [asyncio.create_task(lane.run(wait)) for _ in range(40)]
    await asyncio.sleep(0)
    done, _ = await asyncio.wait(asked, timeout=1, return_when=asyncio.FIRST_COMPLETED)
    assert {type(t.exception()) for t in done} == {TooManyQuestions}
    go.set()
    await asyncio.wait(asked)
    assert sum(t.exception() is None for t in asked) >= 32


def make_exports(store, answers, folder: Path) -> Exports:
    return Exports(store, answers, Lane(), folder)


def command(id: str = "e1", **more) -> Export:
    return Export(**{"id": id, "by": "li", "points": ["T-0", "T-1", "T-2"], "start": T - DAY, "end": T + DAY} | more)


async def test_an_export_holds_every_reading_whatever_the_page(store, answers, tmp_path, monkeypatch):
    monkeypatch.setattr(exports_module, "PAGE", 7)
    for number, p in enumerate(POINTS[:2]):
        store.append(sensor(p, 100, seed=number))
    twenty = [T + 500 * SECOND] * 20
    store.append(Readings.of([POINTS[1].key] * 20, twenty, twenty, np.arange(20), [0] * 20))
    done = await make_exports(store, answers, tmp_path / "x").export(command())
    table = pq.read_table(done.path)
    assert done.rows == table.num_rows == 220
    assert len(set(zip(*(table.column(c).to_pylist() for c in ("point", "source_time", "value")), strict=True))) == 220
    assert str(table.schema.field("source_time").type) == "timestamp[ns, tz=UTC]"


async def test_an_export_repeated_is_the_same_export(store, answers, tmp_path):
    store.append(sensor(POINTS[0], 10))
    exports = make_exports(store, answers, tmp_path / "x")
    both = await asyncio.gather(exports.export(command()), exports.export(command()))
    store.append(sensor(POINTS[0], 5, start=T + 3600 * SECOND))
    assert [b.rows for b in both] == [10, 10]
    assert (await exports.export(command())).rows == 10
    assert (await exports.progress(AskProgress("e1"))).state == "done"
    assert (await exports.progress(AskProgress("other"))).state == "unknown"


@pytest.mark.parametrize(
    "id", ["../../etc/passwd", "/etc/passwd", "", "a" * 300, "..", "a\x00b", "中文", "x.parquet/../y"]
)
def test_an_export_never_leaves_its_folder(id, tmp_path):
    path = (tmp_path / file_name(id)).resolve()
    assert path.parent == tmp_path.resolve()


async def test_an_export_that_fails_leaves_no_file(store, answers, tmp_path, monkeypatch):
    store.append(sensor(POINTS[0], 10))
    monkeypatch.setattr(exports_module, "FREE_FLOOR", 2**62)
    exports = make_exports(store, answers, tmp_path / "x")
    with pytest.raises(HistoryStopped):
        await exports.export(command())
    assert list((tmp_path / "x").iterdir()) == []
    assert (await exports.progress(AskProgress("e1"))).state == "failed"


def test_every_refusal_has_a_code_of_its_own():
    from fangwei.historian import errors

    codes = [e.code for e in vars(errors).values() if isinstance(e, type) and issubclass(e, FangweiError)]
    assert len(set(codes)) == len(codes)
