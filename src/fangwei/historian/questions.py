"""What may be asked of the historian, as others ask it over the bus. Times are UTC nanoseconds; points are ids."""

import msgspec
import pyarrow as pa
import pyarrow.ipc as ipc

from fangwei.bus import subjects
from fangwei.bus.client import Bus

LATEST = f"{subjects.ASK}.historian.latest"
RANGE = f"{subjects.ASK}.historian.range"
DOWNSAMPLE = f"{subjects.ASK}.historian.downsample"
STATUS = f"{subjects.ASK}.historian.status"
EXPORT = f"{subjects.DO}.historian.export"
EXPORT_PROGRESS = f"{subjects.ASK}.historian.export_progress"

MOST_ROWS = 250_000
"""Rows of one range answer: 8 MB on the wire, half of what the broker takes."""
MOST_POINTS = 100
MOST_BUCKETS = 20_000
MOST_CELLS = 400_000
"""Buckets times points of one downsample answer."""
ASK_S = 30.0
EXPORT_S = 3600.0


class AskLatest(msgspec.Struct):
    """The latest reading of each point; null asks for all."""

    points: list[str] | None = None


class LatestReading(msgspec.Struct):
    """One point as it is known now. `value` is null where it is no number."""

    point: str
    source_time: int
    receive_time: int
    value: float | None
    quality: int


class LatestAnswer(msgspec.Struct):
    """Points that never spoke are missing: unknown, not well."""

    readings: list[LatestReading]


class AskRange(msgspec.Struct):
    """Readings of one point with start <= source time < end, the first `limit` of them."""

    point: str
    start: int
    end: int
    limit: int = MOST_ROWS


class AskDownsample(msgspec.Struct):
    """Readings of points in `buckets` equal pieces of start..end; on the clock when `aligned`: the range is widened to
    pieces that begin at whole seconds, minutes, hours, at most one more than `buckets`, which are found much faster."""

    points: list[str]
    start: int
    end: int
    buckets: int = 600
    aligned: bool = False


class Series(msgspec.Struct):
    """One point, a value per bucket; null where the bucket holds no number (a gap). `time` is the bucket's start.

    `quality` is every doubt in the bucket; null where nothing was read at all.
    """

    time: list[int]
    min: list[float | None]
    max: list[float | None]
    mean: list[float | None]
    last: list[float | None]
    count: list[int]
    quality: list[int | None]


class Downsampled(msgspec.Struct):
    """Series by point id; `width` of a piece in ns."""

    series: dict[str, Series]
    width: int = 0


class Export(msgspec.Struct):
    """Write start..end of points to a Parquet file in the data folder. The same `id` again is the same file."""

    id: str
    by: str
    points: list[str]
    start: int
    end: int


class Exported(msgspec.Struct):
    """A finished export."""

    path: str
    rows: int


class AskProgress(msgspec.Struct):
    """How far is the export with this command id?"""

    id: str


class Progress(msgspec.Struct):
    """`state`: unknown, running, done, failed. `part` goes from 0 to 1."""

    state: str
    part: float = 0.0
    rows: int = 0


class Status(msgspec.Struct):
    """How the history is: what it holds and how far behind the stream it is."""

    state: str
    rows: int
    bytes: int
    parts: int
    position: int
    behind: int
    lost_messages: int


class Historian:
    """The historian as another room sees it: each question a method, answers decoded."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def latest(self, points: list[str] | None = None) -> LatestAnswer:
        """Latest readings. Raises the historian's refusals as `bus.client.Refused`, as do all below."""
        return msgspec.json.decode(await self._bus.ask(LATEST, AskLatest(points)), type=LatestAnswer)

    async def range(self, question: AskRange) -> pa.Table:
        """Columns source_time, receive_time (int64 ns), value, quality."""
        return ipc.open_stream(await self._bus.ask(RANGE, question, timeout=ASK_S)).read_all()

    async def downsample(self, question: AskDownsample) -> Downsampled:
        """Series with gaps."""
        return msgspec.json.decode(await self._bus.ask(DOWNSAMPLE, question, timeout=ASK_S), type=Downsampled)

    async def export(self, command: Export) -> Exported:
        """Waits until the file is written."""
        return msgspec.json.decode(await self._bus.ask(EXPORT, command, timeout=EXPORT_S), type=Exported)

    async def export_progress(self, id: str) -> Progress:
        """How far an export is."""
        return msgspec.json.decode(await self._bus.ask(EXPORT_PROGRESS, AskProgress(id)), type=Progress)

    async def status(self) -> Status:
        """What the history holds."""
        return msgspec.json.decode(await self._bus.ask(STATUS, {}), type=Status)
