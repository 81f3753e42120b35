"""Hidden hazards (隐患) from report to verified, and the codes that hang at the place."""

import asyncio
import secrets
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import Field, StringConstraints
from starlette.responses import HTMLResponse, Response

from fangwei.api.bodies import PHOTO_TYPES
from fangwei.api.callers import needs
from fangwei.api.context import Command, Context, ItemId, Time, as_json
from fangwei.api.conventions import IfMatch, Listing, revision_of, tagged
from fangwei.api.photos import BINARY, develop
from fangwei.bus import subjects
from fangwei.core.clock import DAY, EARLIEST, LATEST, now_ns
from fangwei.identity.caller import Caller
from fangwei.incidents.photo_files import PhotoFiles
from fangwei.work.codes import sheet
from fangwei.work.errors import PhotoMissing, ZoneUnknown
from fangwei.work.hazards import MOST_PHOTOS, FoundHazard, HazardKind, HazardLevel, HazardStatus
from fangwei.work.questions import PHOTOS, Shown

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
PhotoId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of the picture as it is kept."""
Photos = Annotated[list[PhotoId], Field(max_length=MOST_PHOTOS)]
Metres = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]


class ReportHazard(Command):
    """What somebody found; the command's id becomes the hazard's."""

    zone: ItemId
    words: Words
    kind: HazardKind
    level: HazardLevel = HazardLevel.GENERAL
    place: tuple[Metres, Metres] | None = None
    point: ItemId | None = None
    photos: Photos = Field(default_factory=list)
    seen: Annotated[int, Field(ge=EARLIEST, le=LATEST)] | None = None


class Assign(Command):
    """Who puts it right, until when."""

    person: ItemId
    deadline: Annotated[int, Field(ge=EARLIEST, le=LATEST)]
    level: HazardLevel | None = None
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class Done(Command):
    """What was done, or why it does not do."""

    words: Words
    photos: Photos = Field(default_factory=list)


class Verify(Command):
    """Somebody else has looked: it is right."""

    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    photos: Photos = Field(default_factory=list)


def router(context: Context) -> APIRouter:
    """GET /work/hazards, /work/hazards/figures, /work/hazards/{id}, /work/codes; POST /work/hazards and its steps."""
    routes = APIRouter(prefix="/work", tags=["work"])
    files = PhotoFiles(context.data / PHOTOS)

    def seen(caller: Caller) -> dict[str, Any]:
        zones = caller.sees()
        return {"zones": None if zones is None else sorted(zones), "own": caller.id}

    async def find(hazard: str) -> tuple[bytes, FoundHazard]:
        answer = await context.bus.ask(f"{subjects.ASK}.work.show", {"hazard": hazard})
        return answer, msgspec.json.decode(answer, type=Shown).hazard

    async def theirs(caller: Caller, verb: str, hazard: str) -> None:
        # The whole site's people need no look at the hazard.
        if caller.zones is not None:
            _, found = await find(hazard)
            if not (verb == "work.fix" and found.assignee == caller.id):
                context.may(caller, verb, (found.zone,))

    @routes.get("/hazards")
    async def listed(
        caller: Annotated[Caller, needs("work.read")],
        want: Listing,
        status: Annotated[list[HazardStatus] | None, Query()] = None,
        zone: ItemId | None = None,
        point: ItemId | None = None,
        level: HazardLevel | None = None,
        assignee: ItemId | None = None,
        reporter: ItemId | None = None,
        overdue: bool = False,
    ) -> Response:
        """Hazards, newest first unless sorted; `overdue` are those open past their deadline."""
        question = (
            msgspec.structs.asdict(want)
            | {
                "status": status,
                "zone": zone,
                "point": point,
                "level": level,
                "assignee": assignee,
                "reporter": reporter,
                "overdue": overdue,
            }
            | seen(caller)
        )
        return await context.ask("work.list", question)

    @routes.get("/hazards/figures")
    async def figures(
        caller: Annotated[Caller, needs("work.read")], start: Time | None = None, end: Time | None = None
    ) -> Response:
        """What is open and late now, and how long what closed in the range (30 days) took."""
        until = now_ns() if end is None else end
        question = {"start": until - 30 * DAY if start is None else start, "end": until} | seen(caller)
        return await context.ask("work.figures", question)

    @routes.get("/hazards/{hazard}")
    async def show(hazard: ItemId, caller: Annotated[Caller, needs("work.read")]) -> Response:
        """{hazard, history}; the ETag is its revision."""
        answer, found = await find(hazard)
        zones = caller.sees()
        if zones is not None and found.zone not in zones and caller.id not in (found.reporter, found.assignee):
            context.may(caller, "work.read", (found.zone,))
        return tagged(answer, found.revision)

    async def changed(action: str, command: Command, caller: Caller, **more: Any) -> Response:
        response = await context.do(f"work.{action}", command, caller, **more)
        return tagged(bytes(response.body), msgspec.json.decode(response.body, type=_Revision).revision)

    @routes.post("/hazards")
    async def report(command: ReportHazard, caller: Annotated[Caller, needs("work.report")]) -> Response:
        """Report a hazard; sent again with the same id it is the same hazard."""
        return await changed("report", command, caller)

    @routes.post("/hazards/{hazard}/assign")
    async def assign(
        hazard: ItemId, command: Assign, caller: Annotated[Caller, needs("work.assign")], if_match: IfMatch = None
    ) -> Response:
        """Give it to somebody, with a deadline."""
        context.person(command.person)
        await theirs(caller, "work.assign", hazard)
        return await changed("assign", command, caller, hazard=hazard, revision=revision_of(if_match))

    @routes.post("/hazards/{hazard}/fix")
    async def fix(
        hazard: ItemId, command: Done, caller: Annotated[Caller, needs("work.fix")], if_match: IfMatch = None
    ) -> Response:
        """It has been put right; somebody else verifies."""
        await theirs(caller, "work.fix", hazard)
        return await changed("fix", command, caller, hazard=hazard, revision=revision_of(if_match))

    @routes.post("/hazards/{hazard}/verify")
    async def verify(
        hazard: ItemId, command: Verify, caller: Annotated[Caller, needs("work.verify")], if_match: IfMatch = None
    ) -> Response:
        """Looked at by another person, and right: it is closed."""
        await theirs(caller, "work.verify", hazard)
        return await changed("verify", command, caller, hazard=hazard, revision=revision_of(if_match))

    @routes.post("/hazards/{hazard}/return")
    async def give_back(
        hazard: ItemId, command: Done, caller: Annotated[Caller, needs("work.verify")], if_match: IfMatch = None
    ) -> Response:
        """Looked at, and not right yet: back to who works on it."""
        await theirs(caller, "work.verify", hazard)
        return await changed("return", command, caller, hazard=hazard, revision=revision_of(if_match))

    @routes.post("/hazards/{hazard}/reject")
    async def reject(
        hazard: ItemId, command: Done, caller: Annotated[Caller, needs("work.reject")], if_match: IfMatch = None
    ) -> Response:
        """No hazard, or reported before; with the reason."""
        await theirs(caller, "work.reject", hazard)
        return await changed("reject", command, caller, hazard=hazard, revision=revision_of(if_match))

    @routes.post(
        "/photos", openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(PHOTO_TYPES, BINARY)}}
    )
    async def add_photo(request: Request, caller: Annotated[Caller, needs("work.report")]) -> Response:
        """Bring a photo (JPEG, PNG or WebP, at most 8 MB) before the report that names it; the same file again is the
        same photo. One that no report names is removed after an hour."""
        made = await develop(context, await request.body())
        await asyncio.to_thread(files.keep, made.hash, made.picture, made.thumb)
        return as_json({"id": made.hash, "width": made.width, "height": made.height})

    @routes.get("/photos/{photo}", response_class=Response)
    async def photo(photo: PhotoId, caller: Annotated[Caller, needs("work.read")], small: bool = False) -> Response:
        """The picture; `small` for one of 480 pixels."""
        data = await asyncio.to_thread(files.read, photo, small)
        if data is None:
            raise PhotoMissing(photo=photo)
        # Named by its content: it never becomes another.
        return Response(data, media_type="image/jpeg", headers={"cache-control": "private, max-age=86400, immutable"})

    @routes.get("/codes")
    async def codes(caller: Annotated[Caller, needs("work.read")], zone: ItemId | None = None) -> Response:
        """A sheet of QR codes to print: a zone and its points, or all zones."""
        if zone is not None and zone not in context.site.zones:
            raise ZoneUnknown(zone=zone)
        nonce = secrets.token_urlsafe(16)
        policy = f"default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'"
        return HTMLResponse(sheet(context.site, zone, nonce), headers={"content-security-policy": policy})

    return routes


class _Revision(msgspec.Struct):
    revision: int
