"""Import of CSV and XLSX files: everything in them becomes history, and a report says what did not.

Imported readings carry LATE whatever their time: a file never raises or clears an alarm. Batches are sent under ids
made of the file's content, so that the same file imported again at once is stored once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from fangwei.bus.client import Bus
from fangwei.connect.table_reader import BadCell, Cell, TableMapping, TableUnreadable, UnknownName, read_table
from fangwei.core.clock import EARLIEST, LATEST, iso, now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.core.texts import Text
from fangwei.plant.site import Site

__all__ = ["ImportReport", "TableMapping", "TableUnreadable", "import_table"]

SOURCE = "import"
BATCH_ROWS = 10_000
BAD_KEPT = 1_000
SHOWN = 20
NAMES_KEPT = 1_000
SETTLE_S = 30.0


class ImportUnconfirmed(FangweiError):
    """The bus did not confirm what was sent; importing the file again is safe."""

    code = "connect.import_unconfirmed"
    text = Text(
        "导入 {path}：有 {count} 批数据未被确认，请检查磁盘和 fangwei status，然后重新导入（不会重复）",
        "Import of {path}: {count} batches were not confirmed; look at the disk and `fangwei status`, then "
        "import again (nothing is doubled)",
    )
    http_status = 503


@dataclass(slots=True)
class ImportReport:
    """What became of a file."""

    path: Path
    readings: int = 0
    not_numbers: int = 0
    """Among `readings`: kept as gaps."""
    first: int | None = None
    last: int | None = None
    bad: list[BadCell] = field(default_factory=list)
    """At most BAD_KEPT; `bad_count` counts all."""
    bad_count: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    """Names that no point has -> how often; at most NAMES_KEPT names."""
    unknown_count: int = 0

    def sentence(self, zone: str) -> Text:
        """The report in one line."""
        span = "" if self.first is None or self.last is None else f"{iso(self.first, zone)} – {iso(self.last, zone)}"
        return Text(
            f"{self.path.name}：导入 {self.readings} 个读数（{span}），{self.bad_count} 处不可用，"
            f"{self.unknown_count} 个属于未知测点",
            f"{self.path.name}: {self.readings} readings imported ({span}), {self.bad_count} unusable, "
            f"{self.unknown_count} of unknown points",
        )

    def lines(self, zone: str) -> list[Text]:
        """The report for a person: the sentence, then what was unusable by line, and the unknown names."""
        said = [self.sentence(zone)]
        said += [Text(f"  第 {b.line} 行：{b.reason.zh}", f"  line {b.line}: {b.reason.en}") for b in self.bad[:SHOWN]]
        if self.bad_count > min(SHOWN, len(self.bad)):
            more = self.bad_count - min(SHOWN, len(self.bad))
            said.append(Text(f"  另有 {more} 处", f"  and {more} more"))
        often = sorted(self.unknown.items(), key=lambda item: -item[1])[:SHOWN]
        said += [Text(f"  未知测点 {n!r}：{c} 次", f"  unknown point {n!r}: {c} times") for n, c in often]
        return said

    def note(self, line: int, reason: Text) -> None:
        """Count something unusable."""
        self.bad_count += 1
        if len(self.bad) < BAD_KEPT:
            self.bad.append(BadCell(line, reason))


async def import_table(
    path: Path, site: Site, mapping: TableMapping, bus: Bus, progress: Callable[[int], None] | None = None
) -> ImportReport:
    """Import a file through the bus; returns when the stream has confirmed every batch. `progress` hears the readings
    sent so far after each batch.

    Raises:
        TableUnreadable: the file as a whole cannot be read; nothing was sent, or what stands before the fault was.
        ImportUnconfirmed: the bus did not confirm in time.
    """
    report = ImportReport(path)
    digest = digest_of(path)
    keys: list[int] = []
    times: list[int] = []
    values: list[float] = []
    sent = 0

    async def send() -> None:
        nonlocal sent
        value = np.array(values)
        not_number = ~np.isfinite(value)
        quality = np.where(not_number, int(Quality.LATE | Quality.NOT_A_NUMBER), int(Quality.LATE)).astype(np.int16)
        value[not_number] = np.nan
        batch = Readings.of(keys, times, np.full(len(keys), now_ns()), value, quality)
        report.not_numbers += int(not_number.sum())
        await bus.publish_readings(SOURCE, batch, sure_id=f"{SOURCE}/{digest}/{sent}")
        sent += 1
        if progress is not None:
            progress(report.readings)
        for column in (keys, times, values):
            column.clear()
        if sent % 20 == 0:
            await settle()

    async def settle() -> None:
        missing = await bus.settle(SETTLE_S)
        if missing:
            raise ImportUnconfirmed(path=path, count=missing)

    for line, outcome in read_table(path, site.points, mapping, ZoneInfo(site.head.timezone)):
        if isinstance(outcome, Cell):
            if not EARLIEST <= outcome.time <= LATEST:
                report.note(line, Text("时间不在 2000 至 2100 年之间", "the time is outside 2000 to 2100"))
                continue
            keys.append(outcome.key)
            times.append(outcome.time)
            values.append(outcome.value)
            report.readings += 1
            report.first = outcome.time if report.first is None else min(report.first, outcome.time)
            report.last = outcome.time if report.last is None else max(report.last, outcome.time)
            if len(keys) >= BATCH_ROWS:
                await send()
        elif isinstance(outcome, BadCell):
            report.note(line, outcome.reason)
        elif isinstance(outcome, UnknownName):
            report.unknown_count += 1
            if outcome.name in report.unknown or len(report.unknown) < NAMES_KEPT:
                report.unknown[outcome.name] = report.unknown.get(outcome.name, 0) + 1
    if keys:
        await send()
    await settle()
    return report


def digest_of(path: Path) -> str:
    """A hash of the file's content.

    Raises:
        TableUnreadable: it cannot be read.
    """
    content = blake2b(digest_size=12)
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                content.update(chunk)
    except OSError as error:
        raise TableUnreadable(path=path, why=str(error)) from error
    return content.hexdigest()
