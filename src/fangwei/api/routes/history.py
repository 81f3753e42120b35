"""Readings: latest, trends, raw readings as CSV."""

from typing import Annotated

import pyarrow as pa
from fastapi import APIRouter, Query
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import Context, ItemId, Time
from fangwei.api.problems import PointUnknown, RequestMalformed
from fangwei.bus import subjects
from fangwei.core.clock import iso
from fangwei.core.texts import Text
from fangwei.identity.caller import Caller

TREND_POINTS = 16
"""More lines than this in one chart nobody reads."""
CSV_ROWS = 100_000

START_BEFORE_END = Text("start 必须早于 end", "start must lie before end")


def router(context: Context) -> APIRouter:
    """GET /latest, /trend, /points/{id}/readings.csv."""
    routes = APIRouter(tags=["history"])

    def known(points: list[str]) -> list[str]:
        for point in points:
            if point not in context.site.points:
                raise PointUnknown(point=point[:100])
        return points

    def ordered(start: int, end: int) -> None:
        if start >= end:
            raise RequestMalformed(why=START_BEFORE_END)

    @routes.get("/latest")
    async def latest(
        caller: Annotated[Caller, needs("historian.read")],
        point: Annotated[list[ItemId] | None, Query(max_length=500)] = None,
    ) -> Response:
        """The latest value of the points named (all when none is)."""
        return await context.ask("historian.latest", {"points": known(point) if point else None})

    @routes.get("/trend")
    async def trend(
        caller: Annotated[Caller, needs("historian.read")],
        point: Annotated[list[ItemId], Query(min_length=1, max_length=TREND_POINTS)],
        start: Time,
        end: Time,
        buckets: Annotated[int, Query(ge=1, le=4000)] = 600,
        aligned: bool = False,
    ) -> Response:
        """Min, max, mean, last, count and doubts per bucket of equal length (`width`, ns); empty buckets are null.

        With `aligned` the range is widened to buckets that begin at whole seconds, minutes, hours: a month comes as
        fast as an hour, and ranges that overlap have the same buckets."""
        ordered(start, end)
        question = {
            "points": list(dict.fromkeys(known(point))),
            "start": start,
            "end": end,
            "buckets": buckets,
            "aligned": aligned,
        }
        return await context.ask("historian.downsample", question, timeout=15.0)

    @routes.get("/points/{id}/readings.csv")
    async def readings(
        caller: Annotated[Caller, needs("historian.export")], id: str, start: Time, end: Time
    ) -> Response:
        """Raw readings as CSV, at most 100,000 (the header X-Truncated says when there are more)."""
        known([id])
        ordered(start, end)
        question = {"point": id, "start": start, "end": end, "limit": CSV_ROWS + 1}
        answer = await context.bus.ask(f"{subjects.ASK}.historian.range", question, timeout=30.0)
        table = pa.ipc.open_stream(answer).read_all()
        zone = context.site.head.timezone
        columns = (table.column(n).to_pylist() for n in ("source_time", "receive_time", "value", "quality"))
        lines = ["source_time,receive_time,value,quality"]
        for source, receive, value, quality in zip(*columns, strict=True):
            shown = "" if value is None or value != value else repr(value)
            lines.append(f"{iso(source, zone)},{iso(receive, zone)},{shown},{quality}")
        more = len(lines) > CSV_ROWS + 1
        return Response(
            "\r\n".join(lines[: CSV_ROWS + 1]) + "\r\n",
            media_type="text/csv; charset=utf-8",
            headers={
                "content-disposition": f'attachment; filename="{id}.csv"',
                "x-truncated": str(more).lower(),
            },
        )

    return routes
