"""Hazards on a real broker and store: once, in order, recorded, found again."""

import asyncio
import os

import pytest
from sqlalchemy import select
from tests.conftest import until
from tests.work.conftest import Room

from fangwei.audit.models import EntryRow
from fangwei.core.clock import DAY, HOUR, now_ns
from fangwei.core.errors import Refused
from fangwei.db.session import open_database
from fangwei.incidents.photo_files import PhotoFiles
from fangwei.work.questions import PHOTOS


async def actions(room: Room) -> list[str]:
    database = open_database(room.settings)
    async with database.session() as session:
        found = list(await session.scalars(select(EntryRow.action).order_by(EntryRow.sequence)))
    await database.close()
    return found


async def test_the_same_report_ten_times_at_once_is_one_hazard_and_one_entry_of_the_record(room: Room):
    answers = await asyncio.gather(*(room.found("phone-0001") for _ in range(10)))
    assert {a["id"] for a in answers} == {"phone-0001"}
    assert (await room.ask("list"))["total"] == 1
    assert await actions(room) == ["work.report"]


async def test_a_report_sent_again_after_a_restart_changes_nothing(room: Room):
    await room.found("phone-0001")
    await room.do("fix", id="fix-0001", by="wang", hazard="phone-0001", revision=1, words="已紧固")
    await room.end()
    await room.start()
    again = await room.found("phone-0001", words="别的话")
    assert (again["status"], again["words"], again["revision"]) == ("fixed", "阀门滴漏", 2)
    await room.do("fix", id="fix-0001", by="wang", hazard="phone-0001", revision=1, words="已紧固")
    assert await actions(room) == ["work.report", "work.fix"]


async def test_an_id_of_another_person_is_refused(room: Room):
    await room.found("phone-0001")
    with pytest.raises(Refused) as refused:
        await room.found("phone-0001", by="wang")
    assert refused.value.code == "work.id_taken"


async def test_the_second_of_two_people_is_told_and_sees_the_present_state(room: Room):
    await room.found("phone-0001")
    step = {"by": "zhao", "hazard": "phone-0001", "revision": 1, "person": "wang", "deadline": now_ns() + DAY}
    await room.do("assign", id="assign-01", **step)
    with pytest.raises(Refused) as refused:
        await room.do("assign", id="assign-02", **(step | {"person": "chen"}))
    assert refused.value.http_status == 412
    assert refused.value.current["assignee"] == "wang"


async def test_history_tells_every_step(room: Room):
    await room.found("phone-0001", photos=[])
    await room.do("fix", id="fix-0001", by="wang", hazard="phone-0001", revision=1, words="已紧固")
    await room.do("return", id="back-0001", by="zhao", hazard="phone-0001", revision=2, words="仍在滴")
    await room.do("fix", id="fix-0002", by="wang", hazard="phone-0001", revision=3, words="已换垫片")
    await room.do("verify", id="ok-000001", by="zhao", hazard="phone-0001", revision=4)
    shown = await room.ask("show", hazard="phone-0001")
    assert [line["action"] for line in shown["history"]] == ["report", "fix", "return", "fix", "verify"]
    assert shown["hazard"]["status"] == "verified"
    figures = await room.ask("figures", start=now_ns() - HOUR, end=now_ns() + HOUR)
    assert (figures["open"], figures["closing"]["count"]) == (0, 1)


async def test_the_list_is_filtered_sorted_and_paged(room: Room):
    for n in range(7):
        await room.found(f"phone-{n:04}", zone="filling" if n % 2 else "coating", words=f"第{n}处 100%_满")
    await room.do(
        "assign", id="assign-01", by="zhao", hazard="phone-0003", revision=1, person="wang", deadline=now_ns() + DAY
    )
    assert [i["id"] for i in (await room.ask("list", assignee="wang"))["items"]] == ["phone-0003"]
    assert (await room.ask("list", zone="coating"))["total"] == 4
    page = await room.ask("list", sort="reported", offset=5, limit=5)
    assert (page["total"], [i["id"] for i in page["items"]]) == (7, ["phone-0005", "phone-0006"])
    assert (await room.ask("list", q="100%_"))["total"] == 7
    assert (await room.ask("list", q="100__"))["total"] == 0
    assert (await room.ask("list", zones=["coating"], zone="filling"))["total"] == 0
    assert (await room.ask("list", zones=[], own="wang"))["total"] == 1, "what one was given is seen anywhere"
    assert (await room.ask("list", sort="deadline"))["items"][0]["id"] == "phone-0003"
    assert (await room.ask("list", status=["fixed"]))["items"] == []


async def test_a_zone_or_hazard_that_is_not_there_is_named(room: Room):
    with pytest.raises(Refused) as refused:
        await room.found("phone-0001", zone="nowhere")
    assert (refused.value.code, refused.value.http_status) == ("work.zone_unknown", 404)
    with pytest.raises(Refused) as refused:
        await room.ask("show", hazard="nothing")
    assert refused.value.code == "work.hazard_unknown"


async def test_a_report_that_names_a_photo_which_is_not_there_is_refused_until_it_has_come(room: Room):
    photo = "ab" + "0" * 62
    with pytest.raises(Refused) as refused:
        await room.found("phone-0001", photos=[photo])
    assert refused.value.code == "work.photo_unknown"
    PhotoFiles(room.settings.data / PHOTOS).keep(photo, b"picture", b"small")
    assert (await room.found("phone-0001", photos=[photo]))["photos"] == [photo]


async def test_pictures_that_no_step_names_go_and_the_others_stay(room: Room):
    files = PhotoFiles(room.settings.data / PHOTOS)
    named, lost = "ab" + "0" * 62, "cd" + "0" * 62
    for photo in (named, lost):
        files.keep(photo, b"picture", b"small")
    await room.found("phone-0001", photos=[named])
    for path in (room.settings.data / PHOTOS).glob("??/*"):
        os.utime(path, (0, 0))
    await room.end()
    await room.start()
    await until(lambda: files.read(lost) is None, "the picture that no step names is gone", 10)
    assert files.read(named) == b"picture"
