"""Photos: picture, row, line and entry of the record together; erased, the picture is gone and the line stays."""

import asyncio
import os
import time

import pytest
from tests.audit.reading import recorded
from tests.incidents.photo_samples import jpeg

from fangwei.core.clock import now_ns
from fangwei.core.events import Hazard, Incident, IncidentMember, IncidentStatus
from fangwei.core.texts import Text
from fangwei.db.session import open_database
from fangwei.incidents.photo_files import PhotoFiles
from fangwei.incidents.photos import AddPhoto, AskPhoto, AskPhotos, ErasePhoto, Photos
from fangwei.incidents.picture import Developed, develop
from fangwei.incidents.store import Store
from fangwei.incidents.texts import (
    IncidentUnknown,
    NotYourPhoto,
    PhotoErased,
    PhotoUnknown,
    ReasonNeeded,
    TooManyPhotos,
)


def an_incident(id: str) -> Incident:
    first = IncidentMember(
        alarm="G-1.hi", occurrence="o", point="G-1", zone="filling", east=1, north=2, up=1, kind="combustible_gas",
        priority=1, active=True, value=30.0, unit="%LEL", since=1, certainty=1.0,
    )  # fmt: skip
    return Incident(
        id=id, revision=1, status=IncidentStatus.OPEN, title=Text("泄漏", "Leak"), hazard=Hazard.RELEASE, priority=1,
        zones=["filling"], started=1, updated=1, announced=1, first_out=first, members=[first],
    )  # fmt: skip


@pytest.fixture
async def room(settings, tables):
    database = open_database(settings)
    told = []

    async def find(id):
        if not id.startswith("I-"):
            raise IncidentUnknown(incident=id)
        return an_incident(id)

    files = PhotoFiles(settings.data / "photos")
    made = Photos(database, files, find, lambda i, line: told.append((i, line)), lambda p: Text(p, p))
    made.told, made.store, made.files, made.database = told, Store(database), files, database
    yield made
    await database.close()


def photo_of(files, id="photo-01", incident="I-1", by="li", data=None, **more) -> AddPhoto:
    made = develop(data or jpeg(), "Asia/Shanghai")
    assert isinstance(made, Developed)
    files.keep(made.hash, made.picture, made.thumb)
    return AddPhoto(id=id, by=by, incident=incident, hash=made.hash, width=made.width, height=made.height,
                    bytes=len(made.picture), **more)  # fmt: skip


async def test_a_photo_has_a_line_and_an_entry_of_the_record(room):
    await room.add(photo_of(room.files, text=" 法兰处 ", latitude=31.3, longitude=119.6))
    (photo,) = await room.listed(AskPhotos("I-1"))
    assert (photo.text, photo.by, photo.latitude) == ("法兰处", "li", 31.3)
    (line,) = await room.store.timeline("I-1")
    assert (line.kind, line.photo, line.by, line.words) == ("photo", "photo-01", "li", "法兰处")
    assert room.told == [("I-1", line)]
    (entry,) = await recorded(room.database)
    assert (entry["action"], entry["by"], entry["subject"]) == ("incidents.photo", "li", "incident/I-1")
    assert entry["after"]["sha256"] == photo.hash


async def test_the_same_command_again_adds_nothing(room):
    command = photo_of(room.files)
    assert await room.add(command) == await room.add(command)
    assert len(await room.store.timeline("I-1")) == 1 == len(await recorded(room.database))


async def test_two_at_once_with_one_id_are_one(room):
    command = photo_of(room.files)
    await asyncio.gather(*(room.add(command) for _ in range(5)))
    assert len(await room.listed(AskPhotos("I-1"))) == 1 == len(await room.store.timeline("I-1"))


async def test_an_erased_photo_leaves_its_line_and_nothing_to_see(room):
    added = await room.add(photo_of(room.files, text="人脸", latitude=31.3, longitude=119.6, taken=now_ns()))
    await room.erase(ErasePhoto(id="e", by="chen", incident="I-1", photo=added.id, text="有人脸", any=True))
    (photo,) = await room.listed(AskPhotos("I-1"))
    assert (photo.erased_by, photo.erased_why, photo.text) == ("chen", "有人脸", "")
    assert (photo.latitude, photo.longitude, photo.taken) == (None, None, None)
    assert room.files.read(added.hash) is None and room.files.read(added.hash, small=True) is None
    assert [line.kind for line in await room.store.timeline("I-1")] == ["photo", "photo_erased"]
    assert [e["action"] for e in await recorded(room.database)] == ["incidents.photo", "incidents.erase_photo"]
    with pytest.raises(PhotoErased):
        await room.one(AskPhoto("I-1", added.id))


async def test_a_picture_that_another_incident_has_too_stays(room):
    await room.add(photo_of(room.files, "photo-01", "I-1"))
    other = await room.add(photo_of(room.files, "photo-02", "I-2"))
    await room.erase(ErasePhoto(id="e", by="li", incident="I-1", photo="photo-01", text="错了"))
    assert room.files.read(other.hash) is not None
    await room.erase(ErasePhoto(id="f", by="li", incident="I-2", photo="photo-02", text="也错了"))
    assert room.files.read(other.hash) is None


async def test_only_one_s_own_are_erased_and_with_a_reason(room):
    await room.add(photo_of(room.files))
    with pytest.raises(NotYourPhoto):
        await room.erase(ErasePhoto(id="e", by="wang", incident="I-1", photo="photo-01", text="不要"))
    with pytest.raises(ReasonNeeded):
        await room.erase(ErasePhoto(id="e", by="li", incident="I-1", photo="photo-01", text="  "))
    with pytest.raises(PhotoUnknown):
        await room.erase(ErasePhoto(id="e", by="li", incident="I-2", photo="photo-01", text="不要", any=True))


async def test_an_incident_holds_a_hundred_and_an_unknown_one_none(room):
    command = photo_of(room.files)
    with pytest.raises(IncidentUnknown):
        await room.add(AddPhoto(**{f: getattr(command, f) for f in command.__struct_fields__} | {"incident": "X"}))
    for n in range(100):
        await room.add(AddPhoto(**{f: getattr(command, f) for f in command.__struct_fields__} | {"id": f"photo-{n}"}))
    with pytest.raises(TooManyPhotos):
        await room.add(photo_of(room.files, "one-more"))


async def test_pictures_without_a_row_go_after_an_hour_and_others_stay(room):
    kept = await room.add(photo_of(room.files))
    orphan = photo_of(room.files, data=jpeg(200, 100))
    assert await room.keep_house() == 0
    old = time.time() - 4000
    for hash in (kept.hash, orphan.hash):
        for small in (False, True):
            os.utime(room.files.path(hash, small), (old, old))
    assert await room.keep_house() == 2
    assert room.files.read(kept.hash) is not None and room.files.read(orphan.hash) is None


@pytest.mark.parametrize("hash", ["../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 63 + "/"])
def test_what_is_no_hash_names_no_file(tmp_path, hash):
    with pytest.raises(ValueError):
        PhotoFiles(tmp_path).path(hash)
