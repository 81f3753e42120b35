"""What a changed limit may be, and what is said of it before a second person approves it."""

import pytest
from tests.alarms.alarm_plant import gas, limit

from fangwei.alarms.setting import Setting, Why, faults, laid_over, loosened, notes, setting_of
from fangwei.core.events import Hazard
from fangwei.core.texts import Text
from fangwei.plant.schema import Kind, Limit, Rationalisation
from fangwei.plant.site import SitePoint

HI = limit("hi", at=25.0, deadband=3.0, priority=2)
POINT = gas(
    "G1", limit("lo", "low", 1.0), HI, limit("hi_hi", at=50.0, priority=1), range=(0.0, 100.0), normal=(2.0, 10.0)
)
WHY = Why(Text("漏", "leak"), Text("爆", "fire"), Text("停", "stop"), 60.0)


def wrong(new: Setting, of: Limit = HI, point: SitePoint = POINT) -> list[str]:
    return [t.en for t in faults(point, of, new)]


def test_a_setting_that_makes_sense_has_no_fault() -> None:
    assert wrong(Setting(at=30.0, deadband=3.0, priority=2)) == []


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (Setting(at=101.0), "outside the instrument's range"),
        (Setting(at=12.0, deadband=3.0), "inside the normal range"),
        (Setting(at=30.0, deadband=31.0), "could never return"),
        (Setting(at=50.0), "must lie below"),
        (Setting(at=0.5), "must lie below"),
        (Setting(at=float("inf")), "finite"),
        (Setting(at=30.0, deadband=-1.0), "negative"),
        (Setting(at=30.0, on_delay=-1.0), "Delays are"),
        (Setting(at=30.0, off_delay=1e9), "Delays are"),
        (Setting(at=30.0, priority=5), "1 to 4"),
        (Setting(at=30.0, why=Why(Text("", ""), Text("x", "x"), Text("x", "x"), 60.0)), "both languages"),
        (Setting(at=30.0, why=Why(Text("x", "x"), Text("x", "x"), Text("x", "x"), 0.0)), "time to respond"),
        (Setting(at=30.0, why=Why(Text("x" * 501, "x"), Text("x", "x"), Text("x", "x"), 60.0)), "At most"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_words(new: Setting, words: str) -> None:
    assert any(words in said for said in wrong(new))


def test_other_kinds_of_limits_have_their_own_sense() -> None:
    door = SitePoint.make(
        "D", Kind.ACCESS, "z", (0.0, 0.0, 0.0), "state", states={0: Text("关", "shut"), 1: Text("开", "open")}
    )
    assert wrong(Setting(at=1.0), limit("open", "equals", 0.0), door) == []
    assert "0 shut, 1 open" in wrong(Setting(at=2.0), limit("open", "equals", 0.0), door)[0]
    assert wrong(Setting(at=0.0), limit("rate", "rate", 1.0)) == ["The limit must be more than 0"]
    assert "could never return" in wrong(Setting(at=1.0, deadband=1.0), limit("rate", "rate", 1.0))[0]


def test_loosened_is_named_in_every_way_and_tightened_is_not() -> None:
    before = Setting(at=25.0, priority=2)
    ways = loosened(HI, before, Setting(at=30.0, on_delay=5.0, priority=3), "%LEL")
    assert [w.en.split()[1] for w in ways] == ["limit", "delay", "priority"]
    assert loosened(HI, before, Setting(at=20.0, priority=1), "%LEL") == []
    assert loosened(limit("lo", "low", 5.0), Setting(at=5.0), Setting(at=4.0), "%")[0].en.endswith("out to 4 %")


def test_a_loosened_safety_critical_alarm_is_named_as_such_and_another_is_not() -> None:
    looser = Setting(at=30.0, deadband=3.0, priority=2)
    assert "safety-critical" in notes(POINT, HI, setting_of(HI), looser)[0].en
    fan = SitePoint.make("F", Kind.VIBRATION, "z", (0.0, 0.0, 0.0), "mm/s", limits=(HI,))
    assert notes(fan, HI, setting_of(HI), looser)[0].en.startswith("Loosened")
    people = HI.model_copy(update={"hazard": Hazard.PEOPLE})
    assert "safety-critical" in notes(fan, people, setting_of(people), looser)[0].en
    first = HI.model_copy(update={"priority": 1})
    assert "safety-critical" in notes(fan, first, setting_of(first), looser)[0].en


def test_a_delay_longer_than_the_time_to_respond_and_a_lost_record_are_named() -> None:
    before = Setting(at=25.0, deadband=3.0, priority=2, why=WHY)
    late = notes(POINT, HI, before, Setting(at=25.0, deadband=3.0, priority=2, on_delay=60.0, why=WHY))
    assert any("comes too late" in n.en for n in late)
    assert any(
        "record is removed" in n.en for n in notes(POINT, HI, before, Setting(at=25.0, deadband=3.0, priority=2))
    )


def test_a_setting_laid_over_a_limit_and_read_back_is_the_same() -> None:
    setting = Setting(at=30.0, deadband=1.0, on_delay=2.0, off_delay=3.0, priority=1, why=WHY)
    over = laid_over(HI, setting)
    assert setting_of(over) == setting
    assert isinstance(over.rationalisation, Rationalisation) and (over.id, over.type) == ("hi", "high")
