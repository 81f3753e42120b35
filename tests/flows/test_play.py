"""A play goes by the same engine and the same rules as a run in earnest, and keeps nothing."""

from collections.abc import Iterator

import pytest
from tests.conftest import REPOSITORY
from tests.flows.engine_helpers import EIGHT
from tests.flows.template_helpers import APPLY, GOOD, READY, confirmed

from fangwei.feel.interpreter import Feel
from fangwei.flows.library import template
from fangwei.flows.office import Office
from fangwei.flows.play import MOST_DEEDS, Deed, Do, Give, PlayTooLong, Push, play
from fangwei.flows.shelf import SiteShelf
from fangwei.plant.load import load_site

FLOW = template("confined_space_gb46768").flow
OFF = {"material": True, "power": True, "steam": True}
TO_GAS: list[Deed] = [
    Do(task="apply", answers=APPLY, by="a"),
    Do(task="isolate", answers=OFF, by="a"),
    Do(task="isolate.confirm", answers=OFF, by="b"),
    Do(task="confirm", answers=confirmed(FLOW.id)),
]
TO_WORK: list[Deed] = [
    *TO_GAS,
    Do(task="gas", answers=GOOD),
    Do(task="sign.leader", answers={"decision": "approved"}),
    Do(task="sign.approval", answers={"decision": "approved"}),
    Do(task="ready", answers=READY),
    Do(task="work.start"),
]
END: list[Deed] = [
    Do(task="work"),
    Do(task="restored", answers={"papers": {"accepted": True}}),
    Do(task="close", answers={"l1": True, "l2": True}),
]


@pytest.fixture(scope="module")
def office(feel: Feel) -> Iterator[Office]:
    site = load_site(REPOSITORY / "sites" / "battery_plant")
    yield Office(site, feel, SiteShelf(site))


def names(deeds: list[Deed], office: Office) -> list[str]:
    return [task.task for task in play(FLOW, deeds, office, (), EIGHT).open]


def test_a_permit_is_played_to_its_end_and_tells_what_happened(office: Office) -> None:
    played = play(FLOW, [*TO_WORK, *END], office, (), EIGHT)
    assert (played.refused, played.ended, played.outcome, played.status) == (None, True, "done", 3)
    assert [s.deed for s in played.history] == ["start"] + ["do"] * 12
    assert played.open == []


def test_too_little_oxygen_is_refused_and_measured_again(office: Office) -> None:
    played = play(FLOW, [*TO_GAS, Do(task="gas", answers=GOOD | {"o2": 19.4})], office, (), EIGHT)
    judged = played.history[-1].judged
    assert [task.task for task in played.open] == ["gas"] and [j.passed for j in judged] == [False]
    assert "19.4" in judged[0].findings[0].text.zh
    assert names([*TO_GAS, Do(task="gas", answers=GOOD)], office) == ["sign.leader"]


def test_the_clock_is_pushed_and_a_missed_check_stops_the_work(office: Office) -> None:
    assert names([*TO_WORK, Push(seconds=14 * 60)], office) == ["work.check"]
    played = play(FLOW, [*TO_WORK, Push(seconds=3600)], office, (), EIGHT)
    assert [task.task for task in played.open] == ["work.fresh"] and played.status == 6
    assert [s.deed for s in played.history][-2:] == ["timer", "timer"]
    assert played.now == EIGHT + 3600 * 10**9


def test_a_gas_alarm_stops_the_work(office: Office) -> None:
    assert names([*TO_WORK, Give(name="gas_alarm")], office) == ["work.fresh"]


def test_what_is_refused_leaves_the_play_where_it_stood(office: Office) -> None:
    played = play(FLOW, [*TO_GAS, Do(task="close"), Do(task="gas", answers=GOOD)], office, (), EIGHT)
    assert played.refused is not None and [task.task for task in played.open] == ["gas"]
    same = [*TO_GAS[:2], Do(task="isolate.confirm", answers=OFF, by="a")]
    played = play(FLOW, same, office, (), EIGHT)
    assert played.refused is not None and [task.task for task in played.open] == ["isolate.confirm"]


def test_a_play_without_end_is_refused(office: Office) -> None:
    with pytest.raises(PlayTooLong):
        play(FLOW, [Push(seconds=1)] * (MOST_DEEDS + 1), office, (), EIGHT)
