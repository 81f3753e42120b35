"""Changes laid over the rota: what holds, never silently less, by the site's wall clock."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.duty.conftest import person

from fangwei.core.clock import HOUR, from_datetime
from fangwei.core.texts import Text
from fangwei.duty import check, errors, gaps
from fangwei.duty.changes import (
    Absence,
    AddShift,
    Body,
    Change,
    ChangeShift,
    EndShift,
    Holiday,
    ShiftSpec,
    Swap,
    Undo,
    effective,
    undone_by,
)
from fangwei.duty.plan import Plan, Turn, key_of
from fangwei.duty.rota import Rota
from fangwei.duty.week import week
from fangwei.plant.schema import Duty

PEOPLE = ("ann", "bob", "eve", "joe")
ZONES = {id: Text(f"{id}区", id) for id in ("filling", "store")}
MONDAY = date(2026, 11, 23)
KNOWN = check.Known(frozenset(PEOPLE), frozenset(ZONES))

SHIFTS = [
    {"person": "ann", "start": "08:00", "end": "16:00"},
    {"person": "bob", "start": "16:00", "end": "00:00"},
    {"person": "eve", "start": "00:00", "end": "08:00"},
    {"person": "joe", "step": 1},
]
ANN, BOB, EVE, JOE = (key_of(ShiftSpec(**shift)) for shift in SHIFTS)  # type: ignore[arg-type]


def duty(*shifts: dict[str, Any]) -> Duty:
    return Duty.model_validate({"people": [person(id) for id in PEOPLE], "shifts": list(shifts or SHIFTS)})


def recorded(*bodies: Body) -> tuple[Change, ...]:
    return tuple(
        Change(id=f"c{n}", number=n, time=n, by="joe", why="test", body=body) for n, body in enumerate(bodies, 1)
    )


def plan(*bodies: Body, zone: str = "Asia/Shanghai", turns: tuple[Turn, ...] = ()) -> Plan:
    return Plan(duty(), zone, turns, recorded(*bodies))


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def who(made: Plan, text: str, step: int = 0) -> list[str | None]:
    moment = at(text, made.timezone)
    return [slot.person for slot in made.between(moment, moment + 1) if slot.step == step]


def test_key_of_a_shift_survives_a_new_order_of_lines_and_days() -> None:
    assert key_of(ShiftSpec("ann", ("a", "b"), ("mon", "fri"))) == key_of(ShiftSpec("ann", ("b", "a"), ("fri", "mon")))
    assert key_of(ShiftSpec("ann")) != key_of(ShiftSpec("bob"))


def test_added_shift_holds_from_its_first_day_to_its_last() -> None:
    made = plan(AddShift(ShiftSpec("joe", start="08:00", end="16:00"), MONDAY, MONDAY + timedelta(days=1)))
    assert who(made, "2026-11-22T12:00") == ["ann"]
    assert who(made, "2026-11-23T12:00") == ["ann", "joe"]
    assert who(made, "2026-11-24T12:00") == ["ann", "joe"]
    assert who(made, "2026-11-25T12:00") == ["ann"]


def test_changed_shift_keeps_its_key_so_that_a_later_swap_still_finds_it() -> None:
    made = plan(
        ChangeShift(ANN, ShiftSpec("joe", start="07:00", end="16:00"), MONDAY),
        Swap(ANN, MONDAY + timedelta(days=1), "joe", "bob"),
    )
    assert who(made, "2026-11-23T07:30") == ["joe", "eve"]
    assert who(made, "2026-11-24T12:00") == ["bob"]
    assert who(made, "2026-11-25T12:00") == ["joe"]


def test_swap_exchanges_two_people_for_one_turn_each() -> None:
    other = MONDAY + timedelta(days=2)
    made = plan(Swap(ANN, MONDAY, "ann", "bob", BOB, other))
    assert who(made, "2026-11-23T12:00") == ["bob"]
    assert who(made, "2026-11-25T20:00") == ["ann"]
    assert who(made, "2026-11-24T12:00") == ["ann"]


def test_absence_cuts_a_turn_at_its_minute_and_the_deputy_has_the_rest() -> None:
    made = plan(Absence("ann", datetime(2026, 11, 23, 10, 30), datetime(2026, 11, 23, 12, 0), "joe"))
    assert who(made, "2026-11-23T10:29") == ["ann"]
    assert who(made, "2026-11-23T10:30") == ["joe"]
    assert who(made, "2026-11-23T12:00") == ["ann"]


def test_absent_deputy_is_replaced_by_his_own_and_a_circle_ends_with_nobody() -> None:
    day = (datetime(2026, 11, 23), datetime(2026, 11, 24))
    assert who(plan(Absence("ann", *day, "bob"), Absence("bob", *day, "joe")), "2026-11-23T12:00") == ["joe"]
    circle = plan(Absence("ann", *day, "bob"), Absence("bob", *day, "ann"))
    assert who(circle, "2026-11-23T12:00") == [None]


def test_turn_swapped_to_a_person_who_is_away_is_not_theirs_whichever_was_recorded_first() -> None:
    away = Absence("bob", datetime(2026, 11, 23), datetime(2026, 11, 24), None)
    swap = Swap(ANN, MONDAY, "ann", "bob")
    assert who(plan(away, swap), "2026-11-23T12:00") == [None]
    assert who(plan(swap, away), "2026-11-23T12:00") == [None]


def test_holiday_follows_another_weekday_and_a_shift_added_for_that_day_stays() -> None:
    weekdays = {"person": "ann", "days": ["mon", "tue", "wed", "thu", "fri"]}
    sunday = {"person": "bob", "days": ["sun"]}
    changes = recorded(Holiday(MONDAY, Text("节", "Feast"), as_day="sun"), AddShift(ShiftSpec("joe"), MONDAY, MONDAY))
    made = Plan(duty(weekdays, sunday), "Asia/Shanghai", (), changes)
    assert who(made, "2026-11-23T12:00") == ["bob", "joe"]
    assert who(made, "2026-11-24T12:00") == ["ann"]


def test_holiday_with_shifts_of_its_own_has_those_alone() -> None:
    made = plan(Holiday(MONDAY, Text("节", "Feast"), shifts=(ShiftSpec("joe", start="08:00", end="20:00"),)))
    assert who(made, "2026-11-23T12:00") == ["joe"]
    assert who(made, "2026-11-23T21:00") == []
    assert who(made, "2026-11-23T07:00") == [], "the night of the holiday itself begins on it"
    assert who(made, "2026-11-24T07:00") == ["eve"]


def test_undo_takes_back_a_change_and_an_undone_undo_brings_it_again() -> None:
    end = EndShift(ANN, MONDAY)
    assert who(plan(end), "2026-11-23T12:00") == []
    assert who(plan(end, Undo("c1")), "2026-11-23T12:00") == ["ann"]
    again = recorded(end, Undo("c1"), Undo("c2"))
    assert [change.id for change in effective(again)] == ["c1"]
    assert undone_by(again) == {"c2": "c3"}


def test_calendar_turn_can_be_swapped_dropped_and_cut() -> None:
    turn = Turn("bob", at("2026-11-23T08:00"), at("2026-11-25T08:00"), frozenset(), 2)
    made = plan(turns=(turn,))
    key = next(slot.key for slot in made.between(turn.start, turn.end) if slot.step == 2)
    assert who(plan(Swap(key, MONDAY, "bob", "eve"), turns=(turn,)), "2026-11-24T12:00", 2) == ["eve"]
    assert who(plan(EndShift(key, MONDAY, MONDAY), turns=(turn,)), "2026-11-24T12:00", 2) == []
    away = Absence("bob", datetime(2026, 11, 24), datetime(2026, 11, 25), "joe")
    assert who(plan(away, turns=(turn,)), "2026-11-24T12:00", 2) == ["joe"]


def test_deputy_takes_over_at_the_same_wall_time_when_the_clock_goes_back() -> None:
    away = Absence("eve", datetime(2026, 10, 25, 0, 0), datetime(2026, 10, 25, 8, 0), "joe")
    made = plan(away, zone="Europe/Berlin")
    night = [s for s in made.between(at("2026-10-25T00:00", "Europe/Berlin"), at("2026-10-25T08:00", "Europe/Berlin"))]
    joes = [s for s in night if s.person == "joe" and s.step == 0]
    assert [s.end - s.start for s in joes] == [9 * HOUR]


def opened(body: Body, *before: Body) -> list[gaps.Gap]:
    old, new = plan(*before), plan(*before, body)
    return said_of(body, old, new, recorded(*before))


def said_of(body: Body, old: Plan, new: Plan, before: tuple[Change, ...]) -> list[gaps.Gap]:
    wanted = gaps.expected(old, ZONES) | gaps.expected(new, ZONES)
    return [
        gap
        for start, end in check.touched(body, old, before)
        for gap in gaps.new_gaps(gaps.gaps(old, wanted, start, end), gaps.gaps(new, wanted, start, end))
    ]


def test_absence_without_deputy_is_a_gap_in_words_with_who_stands_in() -> None:
    found = opened(Absence("ann", datetime(2026, 11, 23), datetime(2026, 11, 24), None))
    assert [(g.zones, g.step, g.then) for g in found] == [(("filling", "store"), 0, 1)]
    assert gaps.words(found[0], ZONES, "Asia/Shanghai") == Text(
        "全厂：11-23 08:00 – 16:00 “首先通知”无人值班，届时由“第 1 级升级”接手",
        "the whole site: 11-23 08:00 – 16:00 nobody at “told first”, “escalation 1” stands in",
    )


def test_last_step_without_anybody_waits_for_everyone() -> None:
    found = opened(EndShift(JOE, MONDAY, MONDAY))
    assert [(g.step, g.then) for g in found] == [(1, None)]


def test_gap_that_was_there_before_is_not_said_again() -> None:
    first = Absence("ann", datetime(2026, 11, 23), datetime(2026, 11, 24), None)
    assert opened(Absence("ann", datetime(2026, 11, 23), datetime(2026, 11, 24), None), first) == []
    longer = opened(Absence("ann", datetime(2026, 11, 23), datetime(2026, 11, 25), None), first)
    assert [(g.start, g.end) for g in longer] == [(at("2026-11-24T08:00"), at("2026-11-24T16:00"))]


def test_undo_that_would_open_a_gap_says_so() -> None:
    before = (EndShift(ANN, MONDAY, MONDAY), AddShift(ShiftSpec("joe", start="08:00", end="16:00"), MONDAY, MONDAY))
    assert [(g.step, g.then) for g in opened(Undo("c2"), *before)] == [(0, 1)]


def test_week_has_a_row_for_each_step_and_group_of_zones_and_hatches_what_nobody_has() -> None:
    shifts = [{"person": "ann", "zones": ["filling"], "start": "08:00", "end": "00:00"}, {"person": "joe", "step": 1}]
    made = week(Plan(duty(*shifts), "Europe/Berlin"), ZONES, date(2026, 10, 19), 7, 4)
    assert [(row.step, row.zones) for row in made.rows] == [(0, ["filling"]), (1, [])]
    assert [day.end - day.start for day in made.days] == [24 * HOUR] * 6 + [25 * HOUR]
    assert [(g.end - g.start) // HOUR for g in made.rows[0].gaps] == [8, 8, 8, 8, 8, 8, 9]
    assert made.revision == 4 and len(made.gaps) == 7


REFUSED: list[tuple[Body, type[Exception]]] = [
    (AddShift(ShiftSpec("nobody"), MONDAY), errors.PersonUnknown),
    (AddShift(ShiftSpec("ann", ("nowhere",)), MONDAY), errors.ZoneUnknown),
    (AddShift(ShiftSpec("ann", start="08:00", end="08:00"), MONDAY), errors.ShiftEmpty),
    (AddShift(ShiftSpec("ann"), MONDAY, MONDAY - timedelta(days=1)), errors.TimesReversed),
    (AddShift(ShiftSpec("ann"), date(1026, 11, 23)), errors.DayImpossible),
    (ChangeShift("sgone", ShiftSpec("ann"), MONDAY), errors.ShiftUnknown),
    (EndShift("sgone", MONDAY), errors.ShiftUnknown),
    (Swap(ANN, MONDAY, "ann", "ann"), errors.SamePerson),
    (Swap(ANN, MONDAY, "bob", "joe"), errors.TurnNotTheirs),
    (Swap("sgone", MONDAY, "ann", "bob"), errors.TurnUnknown),
    (Swap(ANN, MONDAY, "ann", "bob", BOB), errors.SwapHalfNamed),
    (Absence("ann", datetime(2026, 11, 24), datetime(2026, 11, 23)), errors.TimesReversed),
    (Absence("ann", datetime(2026, 11, 23), datetime(2026, 11, 24), "ann"), errors.SamePerson),
    (Holiday(MONDAY, Text("节", "x"), "sun", (ShiftSpec("ann"),)), errors.HolidayTwoWays),
    (Undo("never"), errors.ChangeUnknown),
]


@pytest.mark.parametrize(("body", "error"), REFUSED, ids=[f"{type(b).__name__}-{e.__name__}" for b, e in REFUSED])
def test_change_that_makes_no_sense_is_refused_with_a_sentence(body: Body, error: type[Exception]) -> None:
    with pytest.raises(error) as refusal:
        check.check(body, plan(), (), KNOWN)
    assert refusal.value.message.zh and refusal.value.message.en  # type: ignore[attr-defined]


def test_undoing_twice_is_refused() -> None:
    with pytest.raises(errors.AlreadyUndone):
        check.check(Undo("c1"), plan(), recorded(EndShift(ANN, MONDAY), Undo("c1")), KNOWN)


def test_changes_are_the_same_after_being_written_and_read() -> None:
    for body, _ in REFUSED:
        assert msgspec.json.decode(msgspec.json.encode(body), type=Body) == body


days = st.integers(0, 10).map(lambda n: date(2026, 10, 19) + timedelta(days=n))
moments = st.integers(0, 11 * 24 * 4).map(lambda q: datetime(2026, 10, 19) + timedelta(minutes=15 * q))
someone = st.sampled_from(PEOPLE)
keys = st.sampled_from([ANN, BOB, EVE, JOE])
clocks = st.integers(0, 95).map(lambda q: f"{q // 4:02d}:{q % 4 * 15:02d}")
specs = st.builds(
    ShiftSpec,
    person=someone,
    zones=st.sampled_from([(), ("filling",)]),
    start=clocks,
    end=clocks,
    step=st.integers(0, 2),
)
bodies: st.SearchStrategy[Body] = st.one_of(
    st.builds(AddShift, specs, days, st.none() | days),
    st.builds(ChangeShift, keys, specs, days, st.none() | days),
    st.builds(EndShift, keys, days, st.none() | days),
    st.builds(Swap, keys, days, someone, someone),
    st.builds(Absence, someone, moments, moments, st.none() | someone),
    st.builds(Holiday, days, st.just(Text("节", "x")), st.sampled_from(["mon", "sun"])),
    st.builds(Undo, st.integers(1, 8).map(lambda n: f"c{n}")),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(bodies, max_size=8), st.integers(0, 11 * 24 * 60), st.sampled_from(list(ZONES)))
def test_whatever_people_change_nobody_on_duty_never_happens_and_every_hole_is_a_gap(
    changes: list[Body], minute: int, zone: str
) -> None:
    rota = Rota(duty(), "Europe/Berlin", (), recorded(*changes))
    moment = at("2026-10-19T00:00", "Europe/Berlin") + minute * 60 * 10**9
    steps, _ = rota.on_duty(zone, moment)
    assert steps and all(step.people for step in steps)
    held = {slot.step for slot in rota.plan.between(moment, moment + 1) if slot.person and _covers(slot.zones, zone)}
    holes = gaps.gaps(rota.plan, gaps.expected(rota.plan, ZONES), moment, moment + 1)
    missing = {hole.step for hole in holes if zone in hole.zones}
    assert missing == {step for z, step in gaps.expected(rota.plan, ZONES) if z == zone} - held


@settings(max_examples=100, deadline=None)
@given(st.lists(bodies, max_size=5), bodies)
def test_coverage_is_never_lost_silently(before: list[Body], body: Body) -> None:
    """Each minute that had somebody before the change and has nobody after it lies in a gap that was said."""
    before = without_idle_undos(before)
    if isinstance(body, Undo) and body.change not in {f"c{n}" for n in range(1, len(before) + 1)}:
        return
    old, new = plan(*before, zone="Europe/Berlin"), plan(*before, body, zone="Europe/Berlin")
    wanted = gaps.expected(old, ZONES) | gaps.expected(new, ZONES)
    said = said_of(body, old, new, recorded(*before))
    for hour in range(0, 14 * 24, 5):
        moment = at("2026-10-18T00:30", "Europe/Berlin") + hour * HOUR
        for zone, step in wanted:
            lost = _has(old, zone, step, moment) and not _has(new, zone, step, moment)
            if lost:
                assert any(zone in g.zones and g.step == step and g.start <= moment < g.end for g in said)


def without_idle_undos(bodies: list[Body]) -> list[Body]:
    """Without those that undo nothing before them: such a change is refused, and never becomes one."""
    kept: list[Body] = []
    for one in bodies:
        if not isinstance(one, Undo) or int(one.change[1:]) <= len(kept):
            kept.append(one)
    return kept


def _covers(zones: frozenset[str], zone: str) -> bool:
    return not zones or zone in zones


def _has(made: Plan, zone: str, step: int, moment: int) -> bool:
    return any(
        s.step == step and s.person is not None and _covers(s.zones, zone) for s in made.between(moment, moment + 1)
    )
