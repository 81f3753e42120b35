"""Who is on duty: wall clock, midnight, clock changes, and never nobody."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from tests.duty.conftest import person

from fangwei.core.clock import from_datetime
from fangwei.duty.rota import Rota, Turn
from fangwei.plant.schema import Duty


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def rota(*shifts: dict[str, object], zone: str = "Asia/Shanghai", turns: tuple[Turn, ...] = ()) -> Rota:
    people = [person(id) for id in ("ann", "bob", "eve")]
    return Rota(Duty.model_validate({"people": people, "shifts": list(shifts)}), zone, turns)


def names(made: Rota, zone: str | None, when: int) -> list[tuple[int, list[str]]]:
    return [(step.step, [p.id for p in step.people]) for step in made.on_duty(zone, when)[0]]


def test_shift_over_midnight_belongs_to_the_day_it_began() -> None:
    made = rota({"person": "ann", "start": "22:00", "end": "06:00", "days": ["fri"]}, {"person": "bob", "step": 1})
    assert names(made, "x", at("2026-11-27T21:59")) == [(1, ["bob"])]
    assert names(made, "x", at("2026-11-27T22:00"))[0] == (0, ["ann"])
    assert names(made, "x", at("2026-11-28T05:59"))[0] == (0, ["ann"])
    assert names(made, "x", at("2026-11-28T06:00")) == [(1, ["bob"])]
    assert names(made, "x", at("2026-11-27T05:00")) == [(1, ["bob"])], "the night to Friday is Thursday's"


def test_evening_shift_ends_at_midnight_written_either_way() -> None:
    for end in ("00:00", "24:00"):
        made = rota(
            {"person": "ann", "start": "16:00", "end": end}, {"person": "bob", "start": "00:00", "end": "16:00"}
        )
        assert names(made, "x", at("2026-11-27T23:59")) == [(0, ["ann"])]
        assert names(made, "x", at("2026-11-28T00:00")) == [(0, ["bob"])]


def test_those_of_the_zone_come_before_those_of_the_whole_site() -> None:
    made = rota({"person": "ann"}, {"person": "bob", "zones": ["filling"]})
    assert names(made, "filling", 0) == [(0, ["bob", "ann"])]
    assert names(made, "store", 0) == [(0, ["ann"])]
    assert names(made, None, 0) == [(0, ["ann"])]


def test_zone_nobody_answers_for_falls_to_everyone_and_says_so() -> None:
    made = rota({"person": "ann", "zones": ["filling"]})
    steps, planned = made.on_duty("store", 0)
    assert not planned
    assert [p.id for p in steps[0].people] == ["ann", "bob", "eve"]


def test_calendar_turns_stand_beside_the_shifts() -> None:
    made = rota({"person": "ann", "step": 1}, turns=(Turn("eve", 100, 200, frozenset({"filling"})),))
    assert names(made, "filling", 100) == [(0, ["eve"]), (1, ["ann"])]
    assert names(made, "filling", 200) == [(1, ["ann"])]
    assert names(made, "store", 150) == [(1, ["ann"])]


BERLIN_CHANGES = [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]


@given(
    change=st.sampled_from(BERLIN_CHANGES),
    minutes=st.integers(-1440, 2880),
    edges=st.lists(st.integers(0, 23), min_size=3, max_size=3, unique=True).map(sorted),
)
def test_three_shifts_leave_no_minute_without_exactly_one_person_when_the_clock_changes(
    change: datetime, minutes: int, edges: list[int]
) -> None:
    hours = [f"{hour:02d}:30" for hour in edges]
    made = rota(
        {"person": "ann", "start": hours[0], "end": hours[1]},
        {"person": "bob", "start": hours[1], "end": hours[2]},
        {"person": "eve", "start": hours[2], "end": hours[0]},
        zone="Europe/Berlin",
    )
    steps, planned = made.on_duty("x", from_datetime(change + timedelta(minutes=minutes)))
    assert planned
    assert len(steps) == 1 and len(steps[0].people) == 1


@given(st.integers(0, 4_000_000_000), st.sampled_from(["filling", "store", None]))
def test_never_nobody(second: int, zone: str | None) -> None:
    made = rota({"person": "ann", "zones": ["filling"], "days": ["mon"], "start": "08:00", "end": "09:00"})
    steps, _ = made.on_duty(zone, second * 10**9)
    assert steps and steps[0].people


def test_everyone_is_who_works_on_incidents_and_never_nobody() -> None:
    roles = {"ann": "crew", "bob": "shift_supervisor", "eve": "safety_engineer"}
    idle = {"ida": "auditor", "joe": "manager", "kim": "contractor", "lou": "drill_instructor"}
    people = [person(id) | {"role": role} for id, role in (roles | idle).items()]
    made = Rota(Duty.model_validate({"people": people}), "Asia/Shanghai")
    assert [p.id for p in made.everyone.people] == list(roles)
    assert names(made, "store", 0) == [(0, list(roles))]
    alone = Rota(Duty.model_validate({"people": people[3:]}), "Asia/Shanghai")
    assert [p.id for p in alone.everyone.people] == list(idle), "who is there is told before nobody is"
