"""How the platform itself is: processes, sources."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from fangwei.api.callers import anybody, needs
from fangwei.api.context import Context, as_json
from fangwei.api.conventions import Listing, page
from fangwei.bus import subjects
from fangwei.core.clock import SECOND, now_ns
from fangwei.core.events import SourceHealth
from fangwei.identity.caller import Caller

SILENT_AFTER = 3 * SECOND
"""Reports come every second; three missed ones are no hiccup."""

EXPECTED = ("connect", "alarms", "historian", "incidents", "app")
"""The processes of `fangwei up`; one that never spoke is missing, not absent."""


def processes(reports: dict[str, Any], now: int) -> list[dict[str, Any]]:
    """Every expected or heard process with its state; `missing` after 3 s of silence. Pure."""
    rows = []
    for name in [*EXPECTED, *sorted(set(reports) - set(EXPECTED))]:
        report = reports.get(name)
        if report is None:
            rows.append({"process": name, "state": "missing", "time": None})
            continue
        row = msgspec.structs.asdict(report)
        if now - report.time > SILENT_AFTER:
            row["state"] = "missing"
        rows.append(row)
    return rows


def router(context: Context) -> APIRouter:
    """GET /health, /sources."""
    routes = APIRouter(tags=["system"])

    @routes.get("/health")
    async def health(caller: Annotated[Caller | None, anybody]) -> Response:
        """Each process and whether the bus is reachable; counts, gauges and named errors for who may see them."""
        picture = context.hub.picture
        rows = processes(picture.processes, now_ns())
        if caller is None or not caller.may("system.read"):
            rows = [{"process": row["process"], "state": row["state"]} for row in rows]
        return as_json(
            {
                "time": now_ns(),
                "bus": context.bus.connected,
                "healthy": context.bus.connected and all(r["state"] == "running" for r in rows),
                "processes": rows,
                "confirmed": picture.confirmed,
            }
        )

    @routes.get("/sources")
    async def sources(want: Listing, caller: Annotated[Caller, needs("system.read")]) -> Response:
        """State, lag, errors and last reading of every field connection."""
        answer = await context.bus.ask(f"{subjects.ASK}.connect.sources", {})
        found = msgspec.json.decode(answer, type=list[SourceHealth])
        fields: dict[str, Callable[[SourceHealth], Any]] = {
            "source": lambda s: s.source,
            "protocol": lambda s: s.protocol,
            "state": lambda s: str(s.state),
            "since": lambda s: s.since,
        }
        return as_json(page(found, want, fields, lambda s: f"{s.source} {s.protocol} {s.detail}"))

    return routes
