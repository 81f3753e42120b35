"""Tables as CSV for a spreadsheet. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Literal

from starlette.responses import Response

from fangwei.core.clock import iso
from fangwei.core.events import AlarmEvent
from fangwei.core.texts import Text
from fangwei.plant.site import Site

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

JOURNAL_HEAD = (
    Text("时间", "time"),
    Text("报警", "alarm"),
    Text("说明", "message"),
    Text("区域", "zone"),
    Text("优先级", "priority"),
    Text("变化", "change"),
    Text("状态", "state"),
    Text("值", "value"),
    Text("限值", "limit"),
    Text("单位", "unit"),
    Text("操作人", "by"),
    Text("原因", "reason"),
    Text("至", "until"),
    Text("读数时间", "source_time"),
)


def safe(value: object) -> object:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers.

    >>> safe("=1+1"), safe(-3.5), safe(None)
    ("'=1+1", -3.5, '')
    """
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def csv_file(name: str, rows: Iterable[Sequence[object]], truncated: bool = False) -> Response:
    """The rows as a download, with the mark by which spreadsheets know UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
    headers = {"content-disposition": f'attachment; filename="{name}"', "x-truncated": str(truncated).lower()}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def journal_rows(events: Iterable[AlarmEvent], site: Site, language: Literal["zh", "en"]) -> Iterable[Sequence[object]]:
    """Head and lines of the alarm journal, times in the site's zone."""
    timezone = site.head.timezone
    people = {p.id: p.name.text for p in site.duty.people}
    yield [getattr(head, language) for head in JOURNAL_HEAD]
    for e in events:
        zone = site.zones.get(e.zone)
        by = people.get(e.by or "")
        yield (
            iso(e.decided_time, timezone),
            e.alarm,
            getattr(e.message, language),
            getattr(zone.name, language) if zone else e.zone,
            e.priority,
            e.change.value,
            e.state.value,
            e.value,
            e.limit,
            e.unit,
            getattr(by, language) if by else e.by,
            getattr(e.why, language) if e.why else e.reason,
            iso(e.until, timezone) if e.until is not None else None,
            iso(e.source_time, timezone),
        )
