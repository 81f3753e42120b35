"""Which step follows on which, and who may not check whose work."""

import pytest

from fangwei.core.clock import DAY, HOUR, MINUTE
from fangwei.core.errors import FangweiError, RevisionStale
from fangwei.work.errors import DeadlinePast, HazardOver, NotSaid, OwnWork, StepRefused, TooManyPhotos
from fangwei.work.figures import Closed, closing
from fangwei.work.hazards import FoundHazard, HazardKind, HazardLevel, HazardStatus, Report, Step, report, step

NOW = 1_800_000_000 * 10**9


def found(**more: object) -> FoundHazard:
    values: dict[str, object] = {"id": "h-0001", "by": "li", "zone": "filling", "words": "阀门滴漏", "kind": "leak"}
    return report(Report(**(values | {"kind": HazardKind.LEAK} | more)), NOW)[0]  # type: ignore[arg-type]


def go(hazard: FoundHazard, action: str, by: str, **more: object) -> FoundHazard:
    values: dict[str, object] = {"words": "已处理", "revision": hazard.revision}
    if action == "assign":
        values |= {"person": "wang", "deadline": NOW + DAY}
    order = Step(id=f"c-{action}", by=by, hazard=hazard.id, **(values | more))  # type: ignore[arg-type]
    return step(hazard, action, order, NOW + HOUR)[0]


def test_reported_assigned_fixed_verified_by_another_person():
    hazard = go(go(go(found(), "assign", "zhao"), "fix", "wang"), "verify", "zhao")
    assert (hazard.status, hazard.revision) == (HazardStatus.VERIFIED, 4)
    assert (hazard.assignee, hazard.fixed_by, hazard.checked_by) == ("wang", "wang", "zhao")
    assert hazard.closed == NOW + HOUR


def test_who_put_it_right_cannot_check_it():
    fixed = go(found(), "fix", "wang")
    for action in ("verify", "return"):
        with pytest.raises(OwnWork):
            go(fixed, action, "wang")


def test_not_right_yet_goes_back_to_who_worked_on_it():
    back = go(go(found(), "fix", "wang"), "return", "zhao")
    assert (back.status, back.assignee, back.fixed_by, back.closed) == (HazardStatus.ASSIGNED, "wang", None, None)
    kept = go(go(go(found(), "assign", "zhao", person="chen"), "fix", "wang"), "return", "zhao")
    assert kept.assignee == "chen"


@pytest.mark.parametrize("action", ["verify", "return"])
def test_what_is_not_put_right_cannot_be_checked(action: str):
    with pytest.raises(StepRefused) as refused:
        go(found(), action, "zhao")
    assert "已上报" in refused.value.message.zh


@pytest.mark.parametrize("action", ["assign", "fix", "verify", "return", "reject"])
def test_nothing_follows_on_what_is_over(action: str):
    with pytest.raises(HazardOver):
        go(go(found(), "reject", "zhao"), action, "zhao")


def test_a_step_made_from_an_older_state_is_refused_with_the_state_as_it_is():
    hazard = go(found(), "assign", "zhao")
    with pytest.raises(RevisionStale) as stale:
        go(hazard, "fix", "wang", revision=1)
    assert stale.value.current == hazard


@pytest.mark.parametrize("deadline", [None, NOW, NOW + 30 * 366 * DAY])
def test_assigned_without_a_deadline_ahead_is_refused(deadline: int | None):
    with pytest.raises(DeadlinePast):
        go(found(), "assign", "zhao", deadline=deadline)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"words": "  \n"}, NotSaid),
        ({"words": "\0"}, NotSaid),
        ({"words": "x" * 2001}, NotSaid),
        ({"photos": [f"photo{n:03}" for n in range(7)]}, TooManyPhotos),
        ({"photos": ["photo001", "photo001"]}, TooManyPhotos),
    ],
)
def test_a_report_needs_words_and_few_photos(more: dict[str, object], error: type[FangweiError]):
    with pytest.raises(error):
        found(**more)


def test_a_phone_that_was_offline_says_when_it_was_seen_and_a_wrong_clock_does_not():
    assert found(seen=NOW - 3 * HOUR).seen == NOW - 3 * HOUR
    assert found(seen=NOW + MINUTE).seen == NOW
    assert found(seen=NOW + DAY).seen == NOW
    assert found(seen=NOW - 400 * DAY).seen == NOW


def test_times_to_close_are_counted_from_sight():
    rows = [Closed(0, h * HOUR, 50 * HOUR, HazardLevel.GENERAL) for h in (10, 20, 60)]
    figures = closing(rows)
    assert (figures.count, figures.median_h, figures.longest_h, figures.late) == (3, 20.0, 60.0, 1)
    assert closing([]).median_h is None
