"""The historian's answers: each question checked first, then asked of memory or the store, with limits on both."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

from fangwei.core import clock
from fangwei.core.texts import Text
from fangwei.historian.errors import PointUnknown, RangeReversed, TimeImpossible, TooManyQuestions, TooMuchAsked
from fangwei.historian.latest import Latest
from fangwei.historian.questions import (
    MOST_BUCKETS,
    MOST_CELLS,
    MOST_POINTS,
    MOST_ROWS,
    AskDownsample,
    AskLatest,
    AskRange,
    Downsampled,
    LatestAnswer,
    LatestReading,
    Series,
)
from fangwei.historian.store import Store
from fangwei.historian.summaries import downsample, frame

T = TypeVar("T")

MOST_WAITING = 32
"""Questions that may wait for their turn; each is bounded, so the last of them waits, not starves."""
WAIT_S = 20.0


class Lane:
    """One question at a time, in the order they came: the second core belongs to the alarms."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Run blocking `work` in a thread when its turn comes.

        Raises:
            TooManyQuestions: the queue is full, or the turn did not come in WAIT_S.
        """
        if self._waiting >= MOST_WAITING:
            raise TooManyQuestions
        self._waiting += 1
        try:
            await asyncio.wait_for(self._turn.acquire(), WAIT_S)
        except TimeoutError as error:
            raise TooManyQuestions from error
        finally:
            self._waiting -= 1
        try:
            # A turn that is given up still ends in its thread; the lock waits for that.
            return await asyncio.shield(asyncio.ensure_future(asyncio.to_thread(work)))
        finally:
            self._turn.release()


class Answers:
    """Answers questions (`questions.py`) about the points of `latest`."""

    def __init__(self, store: Store, latest: Latest, lane: Lane) -> None:
        self._store = store
        self._latest = latest
        self._lane = lane

    async def latest(self, question: AskLatest) -> LatestAnswer:
        """From memory. Raises PointUnknown."""
        held = self._latest
        if question.points is None:
            rows = np.flatnonzero(held.known)
        else:
            for point in question.points:
                self.key_of(point)
            rows = np.array([held.row_of_id[p] for p in dict.fromkeys(question.points)], np.intp)
            rows = rows[held.known[rows]]
        found = held.at(rows)
        columns = zip(
            rows.tolist(),
            found.source_time.tolist(),
            found.receive_time.tolist(),
            found.value.tolist(),
            np.isfinite(found.value).tolist(),
            found.quality.tolist(),
            strict=True,
        )
        return LatestAnswer(
            [
                LatestReading(held.points[row].id, source, receive, value if number else None, quality)
                for row, source, receive, value, number, quality in columns
            ]
        )

    async def range(self, question: AskRange) -> bytes:
        """An Arrow stream. Raises PointUnknown, RangeReversed, TimeImpossible, TooMuchAsked, QuestionTooLarge."""
        key = self.key_of(question.point)
        check_times(question.start, question.end)
        check_count(question.limit, MOST_ROWS, Text("行数", "rows"))
        table = await self._lane.run(
            lambda: self._store.ask("range", point=key, start=question.start, end=question.end, limit=question.limit)
        )
        return arrow_stream(table)

    async def downsample(self, question: AskDownsample) -> Downsampled:
        """Raises as `range`."""
        points = list(dict.fromkeys(question.points))
        keys = [self.key_of(p) for p in points]
        check_times(question.start, question.end)
        check_count(len(points), MOST_POINTS, Text("测点数", "points"))
        check_count(question.buckets, MOST_BUCKETS, Text("分段数", "buckets"))
        check_count(question.buckets * len(points), MOST_CELLS, Text("分段数与测点数之积", "buckets times points"))
        if question.aligned:
            asked = frame(question.start, question.end, question.buckets)
            start, end, width = max(asked.start, clock.EARLIEST), asked.end, asked.width
        else:
            start, end = question.start, question.end
            width = -(-(end - start) // question.buckets)
        table = await self._lane.run(lambda: downsample(self._store, keys, start, end, width))
        buckets = -(-(end - start) // width)
        return Downsampled(series(table, dict(zip(keys, points, strict=True)), start, width, buckets), width)

    def key_of(self, point: str) -> int:
        """Raises PointUnknown."""
        row = self._latest.row_of_id.get(point)
        if row is None:
            raise PointUnknown(point=point[:100])
        return self._latest.points[row].key


def check_times(start: int, end: int) -> None:
    """Raises TimeImpossible, RangeReversed."""
    for time in (start, end):
        if not clock.EARLIEST <= time <= clock.LATEST:
            raise TimeImpossible(time=time)
    if end <= start:
        raise RangeReversed


def check_count(asked: int, most: int, what: Text) -> None:
    """Raises TooMuchAsked."""
    if not 1 <= asked <= most:
        raise TooMuchAsked(what=what, most=most, asked=asked)


def series(table: pa.Table, names: dict[int, str], start: int, width: int, buckets: int) -> dict[str, Series]:
    """Rows of sql/downsample.sql spread over all buckets, gaps as nulls; a point without a reading is all gaps."""
    times = [start + i * width for i in range(buckets)]
    points = table.column("point").to_numpy()
    places = table.column("bucket").to_numpy()
    count = table.column("count").to_numpy()
    found: dict[str, Series] = {}
    for key, name in names.items():
        rows = np.flatnonzero(points == key)
        numbers = rows[count[rows] > 0]

        def spread(column: str, rows: np.ndarray) -> list[float | None]:
            cells: list[float | None] = [None] * buckets
            for place, value in zip(places[rows].tolist(), table.column(column).take(rows).to_pylist(), strict=True):
                cells[place] = value
            return cells

        found[name] = Series(
            time=times,
            min=spread("least", numbers),
            max=spread("most", numbers),
            mean=spread("mean", numbers),
            last=spread("last", numbers),
            count=[int(c or 0) for c in spread("count", rows)],
            quality=[None if q is None else int(q) for q in spread("quality", rows)],
        )
    return found


def arrow_stream(table: pa.Table) -> bytes:
    """A table as one Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]
