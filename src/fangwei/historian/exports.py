"""Exports to Parquet, page by page: bounded memory, other questions in between, a whole file or none."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fangwei.core.texts import Text
from fangwei.historian.answers import Answers, Lane, check_count, check_times
from fangwei.historian.errors import HistoryStopped
from fangwei.historian.questions import AskProgress, Export, Exported, Progress
from fangwei.historian.store import Store

PAGE = 200_000
"""Rows held in memory at a time, 8 MB."""
MOST_EXPORT_POINTS = 50_000
FREE_FLOOR = 300 * 1024**2
"""An export ends before the history has to: it is the less important of the two."""
REMEMBERED = 1000

SCHEMA = pa.schema(
    [
        ("point", pa.dictionary(pa.int32(), pa.string())),
        ("source_time", pa.timestamp("ns", "UTC")),
        ("receive_time", pa.timestamp("ns", "UTC")),
        ("value", pa.float64()),
        ("quality", pa.int16()),
    ]
)


Keep = Callable[[Export, int, Callable[[], object]], Awaitable[None]]
"""`keep(command, rows, put)` records an export and calls `put`, which gives the file its name: both or neither."""


class Exports:
    """Runs exports into `folder`; a command id names its file, so a repeated command is the same export."""

    def __init__(self, store: Store, answers: Answers, lane: Lane, folder: Path, keep: Keep | None = None) -> None:
        self._store = store
        self._answers = answers
        self._lane = lane
        self._folder = folder
        self._keep = keep
        self._running: dict[str, asyncio.Task[Exported]] = {}
        self._progress: dict[str, Progress] = {}

    async def export(self, command: Export) -> Exported:
        """The finished file. Raises as `Answers.range`, and HistoryStopped where the disk has no room for it."""
        path = self._folder / file_name(command.id)
        running = self._running.get(command.id)
        if running is None:
            if path.exists():
                rows = await asyncio.to_thread(_rows_of, path)
                if self._keep is not None:
                    # A crash may have come between the file and its entry; an entry that is there stays alone.
                    await self._keep(command, rows, lambda: None)
                return Exported(str(path), rows)
            check_times(command.start, command.end)
            points = list(dict.fromkeys(command.points))
            check_count(len(points), MOST_EXPORT_POINTS, Text("测点数", "points"))
            keys = {point: self._answers.key_of(point) for point in points}
            running = asyncio.create_task(self._write(command, keys, path))
            self._running[command.id] = running
            running.add_done_callback(lambda _: self._running.pop(command.id, None))
        return await asyncio.shield(running)

    async def progress(self, question: AskProgress) -> Progress:
        """How far the export is."""
        if (self._folder / file_name(question.id)).exists():
            return Progress("done", 1.0, await asyncio.to_thread(_rows_of, self._folder / file_name(question.id)))
        return self._progress.get(question.id, Progress("unknown"))

    async def close(self) -> None:
        """Give up what runs; half a file is removed."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _write(self, command: Export, keys: dict[str, int], path: Path) -> Exported:
        self._folder.mkdir(parents=True, exist_ok=True)
        while len(self._progress) >= REMEMBERED:
            self._progress.pop(next(iter(self._progress)))
        progress = self._progress[command.id] = Progress("running")
        fresh = path.with_suffix(".new")
        rows = 0
        try:
            with pq.ParquetWriter(fresh, SCHEMA, compression="zstd") as writer:
                for number, (point, key) in enumerate(keys.items()):
                    start: int | None = command.start
                    while start is not None:
                        page, start = await self._page(key, start, command.end)
                        self._check_room()
                        await asyncio.to_thread(writer.write_table, _named(page, point))
                        rows += page.num_rows
                        passed = 1.0 if start is None else (start - command.start) / (command.end - command.start)
                        progress.rows, progress.part = rows, (number + passed) / len(keys)
            if self._keep is None:
                fresh.replace(path)
            else:
                await self._keep(command, rows, lambda: fresh.replace(path))
        except BaseException:
            progress.state = "failed"
            fresh.unlink(missing_ok=True)
            raise
        progress.state, progress.part = "done", 1.0
        return Exported(str(path), rows)

    async def _page(self, key: int, start: int, end: int) -> tuple[pa.Table, int | None]:
        limit = PAGE
        while True:
            asked = limit
            page = await self._lane.run(lambda: self._store.ask("range", point=key, start=start, end=end, limit=asked))  # noqa: B023
            if page.num_rows < limit:
                return page, None
            times = page.column("source_time").to_numpy()
            # The readings of the last time may go on beyond the page: they begin the next one.
            whole = int(np.searchsorted(times, times[-1]))
            if whole:
                return page.slice(0, whole), int(times[-1])
            limit *= 2

    def _check_room(self) -> None:
        free = self._store.free_bytes()
        if free < FREE_FLOOR:
            raise HistoryStopped(free_mb=free / 2**20, floor_mb=FREE_FLOOR / 2**20)


def file_name(id: str) -> str:
    """The file of an export: its command id where that is a harmless name, a hash of it otherwise.

    >>> file_name("../../etc/passwd").startswith("export-")
    True
    """
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", id):
        return f"{id}.parquet"
    return f"export-{blake2b(id.encode(errors='surrogatepass'), digest_size=16).hexdigest()}.parquet"


def _rows_of(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def _named(page: pa.Table, point: str) -> pa.Table:
    name = pa.DictionaryArray.from_arrays(pa.array(np.zeros(page.num_rows, np.int32)), [point])
    times = [page.column(c).cast(pa.timestamp("ns", "UTC")) for c in ("source_time", "receive_time")]
    return pa.table([name, *times, page.column("value"), page.column("quality")], schema=SCHEMA)
