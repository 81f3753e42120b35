"""Escalation chains, quiet channels and the dry view: decided without clock, bus or store."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.duty.conftest import NOON, event, person

from fangwei.core.clock import SECOND, from_datetime
from fangwei.core.events import Hazard, IncidentStatus
from fangwei.core.texts import Text
from fangwei.duty import addresses, chains, dry, errors
from fangwei.duty.chains import Chain, ChainBody, ChainStep, Who
from fangwei.duty.escalate import Escalation
from fangwei.duty.rota import EVERYONE, Rota
from fangwei.duty.watch import NobodyAnswered, Tell, Watch
from fangwei.duty.ways import Contact, Quiet, Ways, carries, shown, silenced
from fangwei.plant.schema import Channel, Duty, Person

ZONES = {id: Text(f"{id}区", id) for id in ("filling", "store")}
PEOPLE = ("ann", "bob", "eve", "joe")


def rota(*shifts: dict[str, Any], **more: Any) -> Rota:
    people = [person(id) | {"role": "chief" if id == "joe" else "operator"} for id in PEOPLE]
    made = {"people": people, "shifts": list(shifts), "escalate_after": 60, "everyone_after": 300}
    return Rota(Duty.model_validate(made | more), "Asia/Shanghai")


TWO_STEPS = rota({"person": "ann"}, {"person": "bob", "step": 1})
LAST = ChainStep(30.0, (Who("everyone"),))


def body(*steps: ChainStep, **more: Any) -> ChainBody:
    made = steps or (ChainStep(0, (Who("step", step=0),)), ChainStep(20.0, (Who("role", "chief"),)))
    return ChainBody(name=Text("链", "chain"), steps=(*made, LAST), **more)


def chain(made: ChainBody, id: str = "k") -> Chain:
    return Chain(id=id, revision=1, time=0, by="joe", body=made)


def told(effects: list[Any]) -> list[tuple[str, int]]:
    return [(e.notice.person, e.notice.step) for e in effects if isinstance(e, Tell) and e.first]


def run(*held: Chain, plan: Rota = TWO_STEPS, **more: Any) -> tuple[Escalation, Watch, list[Any]]:
    made = Escalation(plan, ZONES, held)
    watch, effects = made.hear(None, event(**more), NOON)
    return made, watch, effects


def test_chain_tells_its_steps_at_its_waits_then_everyone_again_until_somebody_takes_it() -> None:
    made, watch, effects = run(chain(body(repeat_s=60.0)))
    assert told(effects) == [("ann", 0)]
    assert made.tick(watch, NOON + 19 * SECOND) == []
    assert told(made.tick(watch, NOON + 20 * SECOND)) == [("joe", 1)]
    everyone = made.tick(watch, NOON + 50 * SECOND)
    assert told(everyone) == [(id, EVERYONE) for id in PEOPLE] and NobodyAnswered("i1") in everyone
    assert made.due(watch) == NOON + 110 * SECOND
    again = made.tick(watch, NOON + 110 * SECOND)
    assert told(again) == [(id, EVERYONE + 1) for id in PEOPLE]
    assert "再次通知所有人" in again[0].notice.text.zh
    made.hear(watch, event("taken", revision=2, status=IncidentStatus.OWNED, owner="ann"), NOON + 111 * SECOND)
    assert made.due(watch) is None


def test_after_many_rounds_only_the_last_one_is_updated_in_place() -> None:
    made, watch, _ = run(chain(body(repeat_s=60.0)))
    for second in (20, 50, 110, 170):
        made.tick(watch, NOON + second * SECOND)
    _, effects = made.hear(watch, event("taken", revision=2, status=IncidentStatus.OWNED, owner="ann"), NOON + 171)
    assert sorted({e.notice.step for e in effects}) == [0, 1, EVERYONE + 2]


def test_without_a_fitting_chain_the_duty_file_holds() -> None:
    made, watch, _ = run(chain(body(zones=("store",))), chain(body(priorities=(1,)), "p"))
    assert made.due(watch) == NOON + 60 * SECOND and watch.chain == ""


def test_duty_file_may_say_that_everyone_is_told_again() -> None:
    made, watch, _ = run(plan=rota({"person": "ann"}, repeat_after=30))
    made.tick(watch, NOON + 300 * SECOND)
    assert told(made.tick(watch, NOON + 330 * SECOND)) == [(id, EVERYONE + 1) for id in PEOPLE]


def test_of_several_fitting_chains_the_one_that_names_more_holds_then_the_quicker() -> None:
    slow = ChainStep(0, (Who("step"),)), ChainStep(100.0, (Who("role", "chief"),))
    held = [
        chain(body(zones=("filling",)), "zone"),
        chain(body(zones=("filling",), hazards=(Hazard.RELEASE,)), "both"),
        chain(body(*slow, hazards=(Hazard.RELEASE,), priorities=(2,)), "slow"),
    ]
    assert chains.pace_of(TWO_STEPS, held, ["filling"], Hazard.RELEASE, 2).chain == "both"
    assert chains.pace_of(TWO_STEPS, held, ["store"], Hazard.RELEASE, 2).chain == "slow"
    assert chains.pace_of(TWO_STEPS, held, ["store"], Hazard.FIRE, 2).chain == ""


def test_more_urgent_chain_never_makes_anything_later_than_was_promised() -> None:
    first = ChainStep(0, (Who("step", step=0),))
    held = chain(body(first, ChainStep(40.0, (Who("step", step=1),)), priorities=(1,)), "p1")
    made, watch, _ = run(held)
    assert (watch.due, watch.everyone_due) == (NOON + 60 * SECOND, NOON + 300 * SECOND)
    made.hear(watch, event("grew", revision=2, priority=1), NOON + 50 * SECOND)
    assert watch.chain == "p1"
    assert (watch.due, watch.everyone_due) == (NOON + 60 * SECOND, NOON + 70 * SECOND)


def test_step_whose_people_are_not_there_is_passed_over_at_once() -> None:
    steps = ChainStep(0, (Who("step", step=5),)), ChainStep(60.0, (Who("person", "eve"),))
    _, watch, effects = run(chain(body(*steps)))
    assert told(effects) == [("eve", 1)]
    assert watch.due is None, "only everyone is left"


def test_zone_without_anybody_on_duty_is_told_to_everyone_by_any_chain() -> None:
    _, _, effects = run(chain(body(ChainStep(0, (Who("step", step=3),)))), plan=rota())
    assert {p for p, _ in told(effects)} == set(PEOPLE)


REFUSED = [
    (ChainBody(name=Text("链", "c"), steps=(ChainStep(0, (Who("step"),)),)), "最后一步须是"),
    (body(ChainStep(0, (Who("everyone"),))), "只能在最后一步"),
    (body(ChainStep(5.0, (Who("step"),))), "第一步须立即"),
    (body(ChainStep(0, (Who("step"),)), ChainStep(1.0, (Who("step", step=1),))), "至少 5 秒"),
    (body(ChainStep(0, (Who("role", "king"),))), "没有角色"),
    (body(ChainStep(0, (Who("step"),)), ChainStep(4000.0, (Who("step", step=1),))), "4030 秒后才"),
]


@pytest.mark.parametrize(("made", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_chain_under_which_somebody_may_never_be_told_is_refused_with_the_reason(made: ChainBody, why: str) -> None:
    with pytest.raises(errors.ChainRefused) as refusal:
        chains.check(made, TWO_STEPS, ZONES, ())
    assert why in refusal.value.message.zh


def test_slow_chain_is_possible_where_priority_1_is_not_meant() -> None:
    slow = body(ChainStep(0, (Who("step"),)), ChainStep(4000.0, (Who("step", step=1),)), priorities=(3, 4))
    chains.check(slow, TWO_STEPS, ZONES, ())


def test_second_chain_for_the_same_is_refused_by_the_name_of_the_first() -> None:
    with pytest.raises(errors.ChainRefused, match="chain"):
        chains.check(body(zones=("store", "filling")), TWO_STEPS, ZONES, [chain(body(zones=("filling", "store")))])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(5, 300), st.sampled_from(["step", "role", "person"]), st.integers(0, 2)), max_size=5),
    st.none() | st.floats(30, 600),
)
def test_dry_view_says_what_the_escalation_then_does(raw: list[tuple[float, str, int]], repeat: float | None) -> None:
    ids = {"step": "", "role": "chief", "person": "eve"}
    steps = [
        ChainStep(round(wait) if n else 0, (Who(kind, ids[kind], step),))  # type: ignore[arg-type]
        for n, (wait, kind, step) in enumerate([(0.0, "step", 0), *raw])
    ]
    made = ChainBody(name=Text("链", "c"), steps=(*steps, LAST), repeat_s=repeat)
    chains.check(made, TWO_STEPS, ZONES, ())
    ways = Ways({}, "Asia/Shanghai")
    view = dry.run(TWO_STEPS, ways, chains.pace("k", made), None, "filling", 2, NOON)
    escalation, watch, effects = run(chain(made))
    seen = [(0.0, {p for p, _ in told(effects)})]
    while (due := escalation.due(watch)) is not None and watch.step < EVERYONE:
        effects = escalation.tick(watch, due)
        if told(effects):
            seen.append(((due - NOON) / SECOND, {p for p, _ in told(effects)}))
    assert [(step.after_s, {p.id for p in step.people}) for step in view.steps if step.people] == _news(seen)


def _news(seen: list[tuple[float, set[str]]]) -> list[tuple[float, set[str]]]:
    """The dry view names a person once before everyone; the escalation tells him at each of his steps."""
    known: set[str] = set()
    found = []
    for number, (after, people) in enumerate(seen):
        new = people if number == len(seen) - 1 else people - known
        known |= people
        if new:
            found.append((after, new))
    return found


# --- channels -------------------------------------------------------------------------------------------------


def contact(id: str = "webhook-1", **more: Any) -> Contact:
    fields: dict[str, Any] = {
        "person": "ann",
        "revision": 1,
        "name": "phone",
        "type": "webhook",
        "shown": "",
        "max_priority": 4,
    }
    return Contact(id=id, **(fields | more))


def minute(day: int, clock: str) -> int:
    hours, minutes = clock.split(":")
    return day * 1440 + int(hours) * 60 + int(minutes)


def test_quiet_night_belongs_to_the_day_it_begins_and_lets_the_urgent_through() -> None:
    quiet = contact(quiet=(Quiet("22:00", "06:00", ("fri",), still=1),))
    assert not carries(quiet, 2, minute(4, "22:00"))
    assert carries(quiet, 1, minute(4, "22:00"))
    assert not carries(quiet, 2, minute(5, "05:59"))
    assert carries(quiet, 2, minute(5, "06:00"))
    assert carries(quiet, 2, minute(5, "22:00"))


def test_quiet_sunday_night_runs_into_monday() -> None:
    quiet = contact(quiet=(Quiet("22:00", "06:00", ("sun",), still=0),))
    assert not carries(quiet, 1, minute(0, "05:59")) and carries(quiet, 1, minute(0, "06:00"))


def test_quiet_channel_is_passed_over_at_its_hours_by_the_sites_clock() -> None:
    ann = Person.model_validate(person("ann", "sms"))
    channels = {"sms": Channel(id="sms", type="apprise", urls=["x://"], max_priority=2)}
    ways = Ways(channels, "Asia/Shanghai", (contact(quiet=(Quiet("22:00", "06:00"),)),))

    def at(text: str) -> int:
        return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")))

    assert ways.of(ann, 3, at("2026-11-25T12:00")) == ["webhook-1"]
    assert ways.of(ann, 3, at("2026-11-25T23:00")) == []
    assert ways.of(ann, 1, at("2026-11-25T23:00")) == ["sms", "webhook-1"]


def test_priority_1_is_never_silenced_on_every_channel() -> None:
    ann = Person.model_validate(person("ann"))
    asleep = contact(quiet=(Quiet("22:00", "06:00", still=0),))
    when = silenced(ann, {}, [asleep])
    assert when == Text("周一 00:00 至 周一 06:00", "from Monday 00:00 to Monday 06:00")
    assert silenced(ann, {}, [asleep, contact("webhook-2")]) is None
    assert silenced(ann, {}, [contact(quiet=(Quiet("22:00", "06:00", still=1),))]) is None
    assert silenced(ann, {}, []) is None, "who has only the page has silenced nothing"


def test_two_channels_that_are_quiet_by_turns_leave_one_open_at_each_minute() -> None:
    ann = Person.model_validate(person("ann"))
    night, day = contact(quiet=(Quiet("22:00", "06:00", still=0),)), Quiet("06:00", "22:00", still=0)
    assert silenced(ann, {}, [night, contact("webhook-2", quiet=(day,))]) is None
    late = Quiet("05:59", "22:00", still=0)
    assert silenced(ann, {}, [night, contact("webhook-2", quiet=(late,))]) is not None


@pytest.mark.parametrize(
    ("type", "address"),
    [
        ("webhook", "ftp://host/x"),
        ("webhook", "http://"),
        ("webhook", "http://169.254.169.254/latest/meta-data"),
        ("webhook", "http://[::]/x"),
        ("webhook", "http://host:99999/x"),
        ("webhook", "http://ho st/x"),
        ("webhook", "http://host/" + "x" * 1000),
        ("apprise", "nothing"),
        ("apprise", "unknownscheme://x"),
        ("apprise", "syslog://"),
        ("apprise", "dbus://"),
    ],
)
def test_address_that_reaches_nobody_is_refused_without_being_repeated(type: Any, address: str) -> None:
    with pytest.raises(errors.ContactRefused) as refusal:
        addresses.check(type, address)
    assert address not in refusal.value.message.zh + refusal.value.message.en


def test_shown_address_holds_neither_path_nor_user_nor_query() -> None:
    assert shown("webhook", "https://user:pw@gw.example:8443/hook/SECRET?k=SECRET") == "https://gw.example:8443/…"
    assert shown("apprise", "wecombot://SECRET") == "wecombot://…"
