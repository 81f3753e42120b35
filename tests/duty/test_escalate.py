"""Who must be told: the rules, without clock, bus or store."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.duty.conftest import NOON, event, person

from fangwei.core.clock import SECOND
from fangwei.core.events import IncidentStatus, NoticeState
from fangwei.core.texts import Text
from fangwei.duty.escalate import Escalation
from fangwei.duty.rota import Rota
from fangwei.duty.watch import NobodyAnswered, Tell, Unmanned, Watch
from fangwei.plant.schema import Duty

ZONES = {id: Text(f"{id}区", id) for id in ("filling", "store", "formation")}


def rules(**more: Any) -> Escalation:
    duty: dict[str, Any] = {
        "people": [person("ann", "sms", "mail"), person("bob"), person("eve"), person("joe")],
        "channels": [
            {"id": "sms", "type": "apprise", "urls": ["x://"], "max_priority": 2},
            {"id": "mail", "type": "apprise", "urls": ["x://"]},
        ],
        "shifts": [
            {"person": "ann", "zones": ["filling"]},
            {"person": "joe", "zones": ["store"]},
            {"person": "bob", "step": 1},
        ],
        "escalate_after": 60,
        "everyone_after": 300,
    }
    return Escalation(Rota(Duty.model_validate(duty | more), "Asia/Shanghai"), ZONES)


def told(effects: list[Any]) -> list[tuple[str, int, str]]:
    return [(e.notice.person, e.notice.step, e.notice.channel) for e in effects if isinstance(e, Tell) and e.first]


def opened(made: Escalation, **more: Any) -> tuple[Watch, list[Any]]:
    watch, effects = made.hear(None, event(**more), NOON)
    assert watch is not None
    return watch, effects


def test_opened_tells_the_person_of_the_zone_by_page_and_first_channel() -> None:
    _, effects = opened(rules())
    assert told(effects) == [("ann", 0, "websocket"), ("ann", 0, "sms")]


def test_channel_for_urgent_incidents_only_is_left_out_of_lesser_ones() -> None:
    _, effects = opened(rules(), priority=3)
    assert told(effects) == [("ann", 0, "websocket"), ("ann", 0, "mail")]


def test_new_zone_reached_tells_its_person_and_updates_the_others_in_place() -> None:
    made = rules()
    watch, _ = opened(made)
    _, effects = made.hear(watch, event("grew", revision=2, zones=["filling", "store"]), NOON + SECOND)
    assert told(effects) == [("joe", 0, "websocket")]
    updates = [e.notice for e in effects if isinstance(e, Tell) and not e.first]
    assert {n.person for n in updates} == {"ann"}
    assert all(n.revision == 2 and "store区" in n.text.zh for n in updates)


def test_further_alarms_in_the_same_place_are_no_news() -> None:
    made = rules()
    watch, _ = opened(made)
    assert made.hear(watch, event("joined", revision=2), NOON)[1] == []


def test_silence_tells_the_next_step_then_everyone_then_says_that_nobody_answered() -> None:
    made = rules()
    watch, _ = opened(made)
    assert made.tick(watch, NOON + 59 * SECOND) == []
    assert told(made.tick(watch, NOON + 60 * SECOND)) == [("bob", 1, "websocket")]
    assert made.tick(watch, NOON + 61 * SECOND) == []
    made.tick(watch, NOON + 120 * SECOND)  # no further step: waits for everyone
    effects = made.tick(watch, NOON + 300 * SECOND)
    assert {p for p, step, _ in told(effects) if step == 10} == {"ann", "bob", "eve", "joe"}
    assert NobodyAnswered("i1") in effects
    assert made.due(watch) is None


def test_late_tick_after_a_long_stop_goes_straight_to_everyone() -> None:
    made = rules()
    watch, _ = opened(made)
    effects = made.tick(watch, NOON + 10_000 * SECOND)
    assert {p for p, _, _ in told(effects)} == {"ann", "bob", "eve", "joe"}


def test_taken_stops_the_clock_and_letting_go_starts_it_again() -> None:
    made = rules()
    watch, _ = opened(made)
    made.hear(watch, event("taken", revision=2, status=IncidentStatus.OWNED, owner="ann"), NOON + SECOND)
    assert made.due(watch) is None
    made.hear(watch, event("released", revision=3), NOON + 50 * SECOND)
    assert made.due(watch) == NOON + 110 * SECOND
    assert told(made.tick(watch, NOON + 110 * SECOND)) == [("bob", 1, "websocket")]


def test_settled_closed_and_dissolved_end_it() -> None:
    for status in (IncidentStatus.SETTLED, IncidentStatus.CLOSED, IncidentStatus.DISSOLVED):
        made = rules()
        watch, _ = opened(made)
        _, effects = made.hear(watch, event("ends", revision=2, status=status), NOON)
        assert told(effects) == [] and effects
        assert made.due(watch) is None


def test_incident_first_heard_of_when_it_is_over_is_nobodys_business() -> None:
    made = rules()
    watch, effects = made.hear(None, event(status=IncidentStatus.CLOSED, revision=2), NOON)
    assert effects == [] and made.due(watch) is None
    assert made.hear(watch, event(), NOON)[1] == [], "its opening comes out of the stream afterwards"


def test_zone_of_nobody_is_counted_and_everyone_is_told() -> None:
    made = rules(shifts=[{"person": "ann", "zones": ["store"]}])
    _, effects = opened(made)
    assert Unmanned("filling") in effects
    assert {p for p, _, _ in told(effects)} == {"ann", "bob", "eve", "joe"}


def test_where_nobody_has_the_first_step_the_next_is_told_at_once() -> None:
    made = rules(shifts=[{"person": "bob", "step": 1}, {"person": "eve", "step": 2}])
    watch, effects = opened(made)
    assert told(effects) == [("bob", 1, "websocket")]
    assert told(made.tick(watch, NOON + 60 * SECOND)) == [("eve", 2, "websocket")]


def test_failed_channel_has_one_substitute_however_often_it_fails() -> None:
    made = rules()
    watch, _ = opened(made)
    notice = watch.notices["i1.0.ann.sms"]
    assert told(made.failed(watch, notice, "HTTP 500")) == [("ann", 0, "mail")]
    assert notice.state is NoticeState.FAILED and notice.error == "HTTP 500"
    assert made.failed(watch, notice, "HTTP 500") == []


def test_exercise_is_named_in_every_text() -> None:
    _, effects = opened(rules(), exercise=True)
    assert all(e.notice.text.zh.startswith("【演练】") for e in effects if isinstance(e, Tell))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["hear", "tick", "fail"]),
            st.integers(0, 400),
            st.sampled_from(list(IncidentStatus)),
            st.lists(st.sampled_from(list(ZONES)), min_size=1, max_size=3, unique=True),
            st.integers(1, 4),
        ),
        max_size=30,
    )
)
def test_nobody_is_told_the_same_thing_twice_and_time_never_runs_on_a_taken_incident(
    script: list[tuple[str, int, IncidentStatus, list[str], int]],
) -> None:
    made = rules()
    watch: Watch | None = None
    now, revision = NOON, 0
    first: list[str] = []
    for what, seconds, status, zones, priority in script:
        now += seconds * SECOND
        effects: list[Any] = []
        if what == "hear":
            revision += 1
            happened = event("x", revision=revision, status=status, zones=zones, priority=priority)
            watch, effects = made.hear(watch, happened, now)
            again = made.hear(watch, happened, now)[1] if watch is not None else []
            assert again == [], "the same event again changes nothing"
        elif watch is not None and what == "tick":
            effects = made.tick(watch, now)
        elif watch is not None and watch.notices:
            effects = made.failed(watch, next(iter(watch.notices.values())), "gone")
        first += [e.notice.id for e in effects if isinstance(e, Tell) and e.first]
        assert len(first) == len(set(first))
        if watch is not None and watch.incident.status is not IncidentStatus.OPEN:
            assert made.due(watch) is None
        if watch is not None and watch.incident.status is IncidentStatus.OPEN:
            assert watch.notices, "an open incident has been told to somebody"


def test_a_kill_in_the_middle_of_a_step_leaves_nobody_of_it_untold() -> None:
    made = rules(shifts=[{"person": "ann"}, {"person": "bob", "step": 1}, {"person": "eve", "step": 1}])
    stored, _ = opened(made)
    whole = msgspec.msgpack.decode(msgspec.msgpack.encode(stored), type=Watch)
    effects = made.tick(whole, NOON + 60 * SECOND)
    assert told(effects) == [("bob", 1, "websocket"), ("eve", 1, "websocket")]
    made.recall(stored, effects[0].notice)
    assert told(made.complete(stored, NOON + 61 * SECOND)) == [("eve", 1, "websocket")]
    assert told(made.complete(stored, NOON + 62 * SECOND)) == []
    assert stored.due == whole.due, "the clock goes on from when the step was told"
