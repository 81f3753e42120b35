"""Photos of an incident: kept with a line of the timeline and an entry of the record, or not at all; so erased."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from sqlalchemy import func, insert, select, update

from fangwei.audit.record import Entry, record
from fangwei.core.clock import now_ns
from fangwei.core.events import Incident, TimelineEntry
from fangwei.core.texts import Text
from fangwei.db.session import Database
from fangwei.incidents.models import PhotoRow, TimelineRow
from fangwei.incidents.photo_files import PhotoFiles
from fangwei.incidents.store import line_row
from fangwei.incidents.texts import LINES, NotYourPhoto, PhotoErased, PhotoUnknown, ReasonNeeded, TooManyPhotos

MOST_PHOTOS = 100
LONGEST_CAPTION = 500


class Photo(msgspec.Struct, kw_only=True):
    """One photo as others see it; times UTC ns. An erased one has lost its picture and where it was taken."""

    id: str
    incident: str
    hash: str
    width: int
    height: int
    bytes: int
    by: str
    time: int
    text: str = ""
    taken: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    erased: int | None = None
    erased_by: str | None = None
    erased_why: str | None = None


class AddPhoto(msgspec.Struct, kw_only=True):
    """Command `fw.do.incidents.add_photo`: the picture lies in the data folder already."""

    id: str
    by: str
    incident: str
    hash: str
    width: int
    height: int
    bytes: int
    text: str = ""
    taken: int | None = None
    latitude: float | None = None
    longitude: float | None = None


class ErasePhoto(msgspec.Struct, kw_only=True):
    """Command `fw.do.incidents.erase_photo`. `any`: the sender may erase the photos of others."""

    id: str
    by: str
    incident: str
    photo: str
    text: str
    any: bool = False


class AskPhotos(msgspec.Struct):
    """Question `fw.ask.incidents.photos`."""

    incident: str


class AskPhoto(msgspec.Struct):
    """Question `fw.ask.incidents.photo`."""

    incident: str
    photo: str


class Photos:
    """The photos' tables and files. `find` gives an incident or raises; `tell` shows a line to open pages."""

    def __init__(
        self,
        database: Database,
        files: PhotoFiles,
        find: Callable[[str], Awaitable[Incident]],
        tell: Callable[[str, TimelineEntry], None],
        name: Callable[[str], Text],
    ) -> None:
        self._database = database
        self._files = files
        self._find = find
        self._tell = tell
        self._name = name

    async def add(self, command: AddPhoto) -> Photo:
        """Keep a photo; the same id again changes nothing.

        Raises:
            IncidentUnknown, TooManyPhotos.
        """
        incident = await self._find(command.incident)
        now = now_ns()
        photo = Photo(time=now, **{f: getattr(command, f) for f in AddPhoto.__struct_fields__})
        photo.text = photo.text.strip()[:LONGEST_CAPTION]
        text = LINES["photo"].format(by=self._name(photo.by))
        if photo.text:
            text = Text(f"{text.zh}：{photo.text}", f"{text.en}: {photo.text}")
        line = self._line(photo, "photo", text, now, photo.by, photo.text or None)
        async with self._database.session() as session, session.begin():
            known = await session.get(PhotoRow, photo.id)
            if known is not None:
                return _photo(known)
            count = await session.scalar(
                select(func.count()).select_from(PhotoRow).where(PhotoRow.incident == photo.incident)
            )
            if (count or 0) >= MOST_PHOTOS:
                raise TooManyPhotos(most=MOST_PHOTOS)
            await session.execute(insert(PhotoRow), msgspec.structs.asdict(photo))
            await session.execute(insert(TimelineRow), line_row(photo.incident, line))
            entry = self._entry(incident, photo, "incidents.photo", line.id, photo.by, now, photo.text)
            await record(session, [entry])
        self._tell(photo.incident, line)
        return photo

    async def erase(self, command: ErasePhoto) -> Photo:
        """Remove the picture and where it was taken; that it was there, from whom, and who erased it and why stays.

        Raises:
            PhotoUnknown, NotYourPhoto, ReasonNeeded.
        """
        incident = await self._find(command.incident)
        why = command.text.strip()[:LONGEST_CAPTION]
        if not why:
            raise ReasonNeeded()
        now = now_ns()
        async with self._database.session() as session, session.begin():
            row = await session.get(PhotoRow, command.photo)
            if row is None or row.incident != command.incident:
                raise PhotoUnknown()
            if row.erased is not None:
                return _photo(row)
            if row.by != command.by and not command.any:
                raise NotYourPhoto()
            photo = _photo(row)
            gone = {
                "erased": now, "erased_by": command.by, "erased_why": why,
                "latitude": None, "longitude": None, "taken": None, "text": "",
            }  # fmt: skip
            await session.execute(update(PhotoRow).where(PhotoRow.id == photo.id).values(**gone))
            text = LINES["photo_erased"].format(by=self._name(command.by), text=why)
            line = self._line(photo, "photo_erased", text, now, command.by, why)
            await session.execute(insert(TimelineRow), line_row(photo.incident, line))
            entry = self._entry(incident, photo, "incidents.erase_photo", line.id, command.by, now, why)
            await record(session, [entry])
            alike = select(func.count()).select_from(PhotoRow).where(
                PhotoRow.hash == photo.hash, PhotoRow.erased.is_(None)
            )  # fmt: skip
            last = not await session.scalar(alike)
        if last:
            await asyncio.to_thread(self._files.remove, photo.hash)
        self._tell(photo.incident, line)
        return msgspec.structs.replace(photo, **gone)

    async def listed(self, question: AskPhotos) -> list[Photo]:
        """All of an incident, oldest first, erased ones among them."""
        async with self._database.session() as session:
            rows = await session.scalars(
                select(PhotoRow).where(PhotoRow.incident == question.incident).order_by(PhotoRow.time, PhotoRow.id)
            )
            return [_photo(row) for row in rows]

    async def one(self, question: AskPhoto) -> Photo:
        """One that has its picture.

        Raises:
            PhotoUnknown, PhotoErased.
        """
        async with self._database.session() as session:
            row = await session.get(PhotoRow, question.photo)
        if row is None or row.incident != question.incident:
            raise PhotoUnknown()
        if row.erased is not None:
            raise PhotoErased(by=self._name(row.erased_by or ""))
        return _photo(row)

    async def keep_house(self) -> int:
        """Remove pictures that no row has; how many files went."""
        async with self._database.session() as session:
            kept = set(await session.scalars(select(PhotoRow.hash).where(PhotoRow.erased.is_(None)).distinct()))
        return await asyncio.to_thread(self._files.remove_orphans, kept)

    def _line(self, photo: Photo, kind: str, text: Text, now: int, by: str, words: str | None) -> TimelineEntry:
        return TimelineEntry(
            id=f"{photo.incident}/{kind}/{photo.id}"[:120], time=now, recorded=now, kind=kind, text=text, by=by,
            words=words, photo=photo.id,
        )  # fmt: skip

    def _entry(self, incident: Incident, photo: Photo, action: str, line: str, by: str, now: int, words: str) -> Entry:
        kept = {"photo": photo.id, "sha256": photo.hash}
        erasing = action == "incidents.erase_photo"
        return Entry(
            id=f"incidents/{line}", time=now, by=by, action=action, subject=f"incident/{photo.incident}",
            zone=incident.first_out.zone, before=kept if erasing else None, after=None if erasing else kept,
            words=words or None,
        )  # fmt: skip


def _photo(row: PhotoRow) -> Photo:
    return Photo(**{field: getattr(row, field) for field in Photo.__struct_fields__})
