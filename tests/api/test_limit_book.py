"""The limits that a page shows: the file's with what people changed laid over, never older than heard."""

import pytest
from tests.api.canned_site import canned_site

from fangwei.alarms.schemas import LimitInForce
from fangwei.alarms.setting import Setting
from fangwei.api.describe import definition
from fangwei.api.limits import LimitBook

SITE = canned_site()
POINT = SITE.points["FILL-GAS-01"]
ALARM = "FILL-GAS-01.hi"


def news(version: int, at: float | None, alarm: str = ALARM) -> LimitInForce:
    setting = Setting(at=at, deadband=1.0, priority=2) if at is not None else None
    return LimitInForce(alarm=alarm, point=alarm.rpartition(".")[0], version=version, setting=setting)


def shown(book: LimitBook) -> list[float]:
    return [limit.at for limit in book.point(POINT).limits]


def test_what_was_changed_is_shown_beside_the_file_and_other_limits_stay() -> None:
    book = LimitBook(SITE)
    assert book.take(news(1, 12.0)) and shown(book) == [12.0, 25.0]
    described = definition(SITE, ALARM, book)
    assert described is not None
    assert (described["at"], described["file"]["at"], described["overridden"], described["version"]) == (
        12.0,
        10,
        True,
        1,
    )
    assert POINT.limits[0].at == 10, "the site itself stays as its files say"


def test_an_older_version_that_comes_late_changes_nothing() -> None:
    book = LimitBook(SITE)
    assert book.take(news(2, 13.0))
    assert not book.take(news(1, 12.0)) and not book.take(news(2, 12.0))
    assert shown(book)[0] == 13.0


def test_back_to_the_file_is_no_override() -> None:
    book = LimitBook(SITE)
    book.take(news(1, 12.0))
    assert book.take(news(2, None)) and shown(book) == [10.0, 25.0]
    described = definition(SITE, ALARM, book)
    assert described is not None and not described["overridden"] and described["file"] is None


@pytest.mark.parametrize("alarm", ["NOPE.hi", "FILL-GAS-01.nope", "x"])
def test_a_limit_that_this_site_does_not_have_is_passed_over(alarm: str) -> None:
    book = LimitBook(SITE)
    assert not book.take(news(1, 12.0, alarm)) and definition(SITE, alarm, book) is None


def test_until_the_room_has_answered_the_limits_are_not_known() -> None:
    book = LimitBook(SITE)
    book.take(news(1, 12.0))
    assert not book.known
    assert not book.take_all([news(1, 12.0)]) and book.known
    assert book.take_all([news(2, 14.0)])
