"""Turns of duty out of iCalendar files as other programs write them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.duty.conftest import person

from fangwei.core.clock import from_datetime
from fangwei.core.texts import Text
from fangwei.duty.calendar import turns
from fangwei.duty.errors import CalendarUnreadable
from fangwei.duty.rota import Turn
from fangwei.plant.schema import Person

PEOPLE = [Person.model_validate(person(id)) for id in ("ann", "bob")]


def read(*events: str, first: str = "2026-11-23", last: str = "2026-11-29", zone: str = "Asia/Shanghai"):  # type: ignore[no-untyped-def]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN"]
    for number, event in enumerate(events):
        uid = [] if "UID:" in event else [f"UID:{number}"]
        lines += ["BEGIN:VEVENT", *uid, *event.strip().splitlines(), "END:VEVENT"]
    content = "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
    return turns(
        content, "rota.ics", PEOPLE, ["filling", "store"], zone, date.fromisoformat(first), date.fromisoformat(last)
    )


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def test_event_gives_person_zones_and_step_in_the_time_of_the_site() -> None:
    found, refused = read(
        "SUMMARY:ann\nLOCATION:filling\\, store\nX-FANGWEI-STEP:1\nDTSTART:20261124T080000\nDTEND:20261124T160000"
    )
    assert refused == []
    assert found == [Turn("ann", at("2026-11-24T08:00"), at("2026-11-24T16:00"), frozenset({"filling", "store"}), 1)]


def test_chinese_name_stands_for_the_person() -> None:
    found, _ = read("SUMMARY:bob同志\nDTSTART:20261124T000000Z\nDTEND:20261124T010000Z")
    assert found[0].person == "bob" and found[0].start == at("2026-11-24T08:00")


def test_weekly_series_with_exception_and_one_moved_occurrence() -> None:
    found, _ = read(
        "UID:s\nSUMMARY:ann\nDTSTART:20261102T080000\nDURATION:PT8H\nRRULE:FREQ=DAILY;BYDAY=MO,TU,WE\nEXDATE:20261124T080000",
        "UID:s\nRECURRENCE-ID:20261125T080000\nSUMMARY:bob\nDTSTART:20261125T120000\nDURATION:PT2H",
    )
    assert sorted((t.person, t.start) for t in found) == [
        ("ann", at("2026-11-23T08:00")),
        ("bob", at("2026-11-25T12:00")),
    ]


def test_night_series_keeps_its_wall_clock_when_the_clock_changes() -> None:
    found, _ = read(
        "SUMMARY:ann\nDTSTART;TZID=Europe/Berlin:20261020T220000\nDTEND;TZID=Europe/Berlin:20261021T060000\n"
        "RRULE:FREQ=DAILY;UNTIL=20261101T000000Z",
        first="2026-10-24",
        last="2026-10-25",
        zone="Europe/Berlin",
    )
    night = next(t for t in found if t.start == at("2026-10-24T22:00", "Europe/Berlin"))
    assert night.end == at("2026-10-25T06:00", "Europe/Berlin")
    assert (night.end - night.start) // 3_600_000_000_000 == 9, "that night has nine hours"


def test_strangers_and_unknown_zones_are_refused_by_name_and_the_rest_is_used() -> None:
    found, refused = read(
        "SUMMARY:mallory\nDTSTART:20261124T080000\nDTEND:20261124T160000",
        "SUMMARY:ann\nLOCATION:moon\nDTSTART:20261124T080000\nDTEND:20261124T160000",
        "SUMMARY:ann\nDTSTART:20261124T160000\nDTEND:20261124T080000",
        "SUMMARY:ann\nSTATUS:CANCELLED\nDTSTART:20261124T080000\nDTEND:20261124T160000",
        "SUMMARY:bob\nDTSTART:20261124T080000\nDTEND:20261124T160000",
    )
    assert [t.person for t in found] == ["bob"]
    assert len(refused) == 3 and all(isinstance(text, Text) for text in refused)
    assert "mallory" in refused[0].en and "moon" in refused[1].en


def test_series_that_recurs_every_second_is_refused() -> None:
    found, refused = read("SUMMARY:ann\nDTSTART:20000101T080000\nDURATION:PT1S\nRRULE:FREQ=SECONDLY")
    assert found == [] and len(refused) == 1


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"])
def test_what_is_no_calendar_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(CalendarUnreadable):
        turns(content, "rota.ics", PEOPLE, [], "Asia/Shanghai", date(2026, 1, 1), date(2026, 1, 2))
