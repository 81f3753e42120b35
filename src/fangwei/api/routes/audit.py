"""The record: who did what, when, where; whether it is whole; and taking some of it away."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints
from starlette.responses import FileResponse, Response

from fangwei.api.callers import needs
from fangwei.api.context import Context, ItemId, Time
from fangwei.api.conventions import Listing
from fangwei.bus import subjects
from fangwei.core.clock import now_ns, to_datetime
from fangwei.core.ids import new_id
from fangwei.core.lists import fields
from fangwei.identity.caller import Caller

Action = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}(\.[a-z_]{1,30})?$")]
Subject = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}(/[A-Za-z0-9_.:/@-]{1,160})?$")]
Person = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_:-]{0,63}$")]

EXPORT_S = 60.0
"""200,000 entries take a few seconds to write."""
MEDIA = {"jsonl": "application/jsonl", "csv": "text/csv; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are meant; the query parameters that list and export share."""

    start: Time | None = None
    end: Time | None = None
    person: Person | None = None
    zone: ItemId | None = None
    action: Action | None = None
    subject: Subject | None = None


Entries = Annotated[Filter, Depends()]


def router(context: Context) -> APIRouter:
    """GET /audit, /audit/export, /audit/verify."""
    routes = APIRouter(prefix="/audit", tags=["audit"])

    @routes.get("")
    async def listed(
        caller: Annotated[Caller, needs("audit.read")],
        want: Listing,
        entries: Entries,
    ) -> Response:
        """Entries, newest first unless `sort=time`. `action` is a whole action or a room, `subject` a whole subject or
        its kind."""
        fields(want.sort, ("time",))
        part = {"q": want.q or None, "offset": want.offset, "limit": want.limit, "sort": want.sort or "-time"}
        question = asdict(entries) | part
        return await context.ask("audit.list", question, timeout=15.0)

    @routes.get("/verify")
    async def verify(caller: Annotated[Caller, needs("audit.read")], run: bool = False) -> Response:
        """How the chain stands: the last check and when it was; `run` begins a whole one beside."""
        return await context.ask("audit.verify", {"run": run})

    @routes.get("/export", response_class=FileResponse)
    async def export(
        caller: Annotated[Caller, needs("audit.export")],
        entries: Entries,
        format: Literal["jsonl", "csv"] = "jsonl",
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        """The same entries as a file: JSON Lines that can be checked without the platform (docs/audit.md), or CSV for
        reading. That it was taken is itself recorded."""
        order = asdict(entries) | {"id": new_id(), "by": caller.id, "format": format, "q": q or None}
        answer = await context.bus.ask(f"{subjects.DO}.audit.export", order, EXPORT_S)
        path = Path(msgspec.json.decode(answer)["path"])
        made = to_datetime(now_ns(), context.site.head.timezone).strftime("%Y%m%d-%H%M%S")
        return FileResponse(path, media_type=MEDIA[format], filename=f"records-{made}.{format}")

    return routes
