"""Photos of an incident: taken in as they are, kept as our own picture of their pixels, erased with a reason."""

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import Field, StringConstraints
from starlette.responses import Response

from fangwei.api.bodies import PHOTO_TYPES
from fangwei.api.callers import needs
from fangwei.api.context import Command, Context, ItemId, as_json
from fangwei.api.conventions import Listing, page
from fangwei.api.photos import BINARY, develop
from fangwei.bus import subjects
from fangwei.core.ids import new_id
from fangwei.identity.caller import Caller
from fangwei.incidents.photo_files import FOLDER, PhotoFiles
from fangwei.incidents.photos import Photo
from fangwei.incidents.texts import PhotoUnknown

Caption = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
CommandId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class Erase(Command):
    """Remove a photo's picture, with the reason."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]


class AddPhoto(Command):
    """A photo's own words; its picture is the body."""

    text: Caption = ""
    keep_place: bool = Field(default=False)


def router(context: Context) -> APIRouter:
    """GET, POST /incidents/{id}/photos; GET /incidents/{id}/photos/{photo}; POST .../erase."""
    routes = APIRouter(prefix="/incidents/{incident}/photos", tags=["incidents"])
    files = PhotoFiles(context.data / FOLDER)

    def theirs(caller: Caller, incident: str) -> None:
        # As with the other commands: whoever answers for one of its zones; the room knows closed ones.
        known = context.hub.picture.incidents.get(incident)
        context.may(caller, "incidents.photo", known.zones if known is not None else ())

    @routes.get("")
    async def photos(incident: ItemId, want: Listing, caller: Annotated[Caller, needs("incidents.read")]) -> Response:
        """Photos, oldest first; an erased one has lost its picture, not that it was there."""
        answer = await context.bus.ask(f"{subjects.ASK}.incidents.photos", {"incident": incident})
        found = msgspec.json.decode(answer, type=list[Photo])
        fields = {"time": lambda p: p.time, "by": lambda p: p.by}
        return as_json(page(found, want, fields, lambda p: f"{p.id} {p.by} {p.text}"))

    @routes.post("", openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(PHOTO_TYPES, BINARY)}})
    async def add_photo(
        incident: ItemId,
        request: Request,
        caller: Annotated[Caller, needs("incidents.photo")],
        id: Annotated[CommandId | None, Query()] = None,
        text: Annotated[Caption, Query()] = "",
        keep_place: Annotated[bool, Query(description="Keep when and where the camera says it was taken")] = False,
    ) -> Response:
        """Add a photo: JPEG, PNG or WebP, at most 8 MB and 6000 pixels a side. The same `id` again adds nothing."""
        theirs(caller, incident)
        command = AddPhoto(id=id or new_id(), text=text, keep_place=keep_place)
        developed = await develop(context, await request.body())
        await asyncio.to_thread(files.keep, developed.hash, developed.picture, developed.thumb)
        facts: dict[str, Any] = {
            "incident": incident,
            "hash": developed.hash,
            "width": developed.width,
            "height": developed.height,
            "bytes": len(developed.picture),
        }
        if command.keep_place:
            facts |= {"taken": developed.taken, "latitude": developed.latitude, "longitude": developed.longitude}
        return await context.do("incidents.add_photo", command, caller, **facts)

    @routes.get("/{photo}", response_class=Response)
    async def photo(
        incident: ItemId, photo: ItemId, caller: Annotated[Caller, needs("incidents.read")], small: bool = False
    ) -> Response:
        """The picture; `small` for one of 480 pixels."""
        answer = await context.bus.ask(f"{subjects.ASK}.incidents.photo", {"incident": incident, "photo": photo})
        known = msgspec.json.decode(answer, type=Photo)
        data = await asyncio.to_thread(files.read, known.hash, small)
        if data is None:
            context.health.error("api.photo_file_missing", known.hash)
            raise PhotoUnknown()
        return Response(
            data,
            media_type="image/jpeg",
            headers={
                "content-disposition": f'inline; filename="{incident}-{photo}.jpg"',
                # Erased ones must be gone from pages too: kept by nobody but the page that shows it, and not for long.
                "cache-control": "private, max-age=60",
            },
        )

    @routes.post("/{photo}/erase")
    async def erase_photo(
        incident: ItemId, photo: ItemId, command: Erase, caller: Annotated[Caller, needs("incidents.photo")]
    ) -> Response:
        """Remove the picture and where it was taken. One's own; others' by those who may erase any."""
        theirs(caller, incident)
        anybodys = caller.may("incidents.erase_photo")
        return await context.do("incidents.erase_photo", command, caller, incident=incident, photo=photo, any=anybodys)

    return routes
