"""A limit changed under a running engine: readings before and after, and a crash between."""

import msgspec
import pytest
from tests.alarms.alarm_plant import at, gas, limit, read, site
from tests.alarms.test_engine import told

from fangwei.alarms import checkpoint
from fangwei.alarms.engine import Engine
from fangwei.core.events import AlarmState
from fangwei.core.quality import Quality
from fangwei.plant.schema import Limit

HI = limit("hi", at=20.0, deadband=2.0)
G1 = gas("G1", HI, limit("lo", "low", 1.0), limit("rate", "rate", 5.0))


def changed(limit: Limit = HI, **values: object) -> Limit:
    return limit.model_copy(update=values)


def running(*readings: tuple[float, float]) -> Engine:
    engine = Engine(site(G1, gas("G2", HI)), at(0))
    for s, value in readings:
        engine.hear(read(G1, s, value), at(s))
    return engine


def test_a_limit_lowered_below_the_value_alarms_at_once_under_an_occurrence_of_its_own() -> None:
    engine = running((1, 15.0))
    events = engine.set_limit("G1", changed(at=12.0), at(5))
    assert [(e.id, e.value, e.limit) for e in events] == [(f"G1.hi@{at(5)}/raised", 15.0, 12.0)]
    assert told(engine.hear(read(G1, 6, 9.0), at(6))) == [("G1.hi", "returned")]


def test_a_limit_raised_above_the_value_returns_once_and_the_next_passing_alarms_by_the_new_one() -> None:
    engine = running((1, 25.0))
    assert told(engine.set_limit("G1", changed(at=40.0), at(5))) == [("G1.hi", "returned")]
    assert told(engine.hear(read(G1, 6, 30.0), at(6))) == []
    assert told(engine.hear(read(G1, 7, 41.0), at(7))) == [("G1.hi", "raised")]


def test_what_people_did_to_the_alarm_stays() -> None:
    from fangwei.alarms.state import Acknowledge, Shelve

    engine = running((1, 25.0))
    engine.desk.command("G1.hi", Acknowledge("li"), "c1", at(2))
    assert engine.set_limit("G1", changed(at=22.0, priority=1), at(3)) == []
    status = engine.desk.status("G1.hi")
    assert (status.state, status.by, status.limit, status.priority) == (AlarmState.ACKED, "li", 22.0, 1)
    engine.desk.command("G1.hi", Shelve("li", "换探头", at(600)), "c2", at(4))
    engine.set_limit("G1", changed(at=24.0), at(5))
    assert engine.desk.status("G1.hi").state is AlarmState.SHELVED


def test_the_other_limits_of_the_point_and_other_points_are_untouched() -> None:
    engine = running((1, 15.0))
    engine.set_limit("G1", changed(at=30.0), at(2))
    assert told(engine.hear(read(gas("G2"), 3, 25.0), at(3))) == [("G2.hi", "raised")]
    assert told(engine.hear(read(G1, 4, 0.5), at(4)))[-1] == ("G1.lo", "raised")


def test_a_new_delay_counts_from_the_change() -> None:
    engine = running((1, 15.0))
    assert engine.set_limit("G1", changed(at=12.0, on_delay=3.0), at(5)) == []
    assert engine.hear(read(G1, 7, 15.0), at(7)) == []
    assert told(engine.hear(read(G1, 8, 15.0), at(8))) == [("G1.hi", "raised")]
    assert engine.set_limit("G1", changed(at=30.0, off_delay=4.0), at(9)) == []
    assert told(engine.tick(at(12))) == []
    assert told(engine.tick(at(13.5))) == [("G1.hi", "returned")]


def test_a_longer_delay_holds_what_was_rising() -> None:
    engine = Engine(site(gas("G1", changed(on_delay=5.0))), at(0))
    engine.hear(read(G1, 1, 25.0), at(1))
    engine.set_limit("G1", changed(on_delay=60.0), at(3))
    assert engine.tick(at(10)) == []
    assert told(engine.hear(read(G1, 61, 25.0), at(61))) == [("G1.hi", "raised")]


@pytest.mark.parametrize("quality", [Quality.BAD, Quality.FROZEN])
def test_an_untrusted_value_is_never_proof_that_the_new_limit_is_kept(quality: Quality) -> None:
    engine = running((1, 25.0))
    engine.hear(read(G1, 2, 25.0, quality), at(2))
    assert told(engine.set_limit("G1", changed(at=40.0), at(5))) == []
    assert engine.desk.lives["G1.hi"].active


def test_a_silent_point_does_not_return_by_a_new_limit() -> None:
    point = gas("G1", HI, stale_after=2.0)
    engine = Engine(site(point), at(0))
    engine.hear(read(point, 1, 25.0), at(1))
    engine.tick(at(10))
    assert told(engine.set_limit("G1", changed(at=40.0), at(11))) == []
    assert engine.desk.lives["G1.hi"].active


def test_a_point_that_never_spoke_and_a_rate_wait_for_the_next_reading() -> None:
    engine = Engine(site(G1), at(0))
    assert engine.set_limit("G1", changed(at=1.0), at(1)) == []
    assert engine.set_limit("G1", changed(limit("rate", "rate", 5.0), at=0.1), at(1)) == []
    engine.hear(read(G1, 2, 5.0), at(2))
    assert engine.desk.lives["G1.hi"].active


def test_the_message_names_the_new_limit() -> None:
    engine = running((1, 15.0))
    engine.set_limit("G1", changed(at=30.0), at(2))
    assert "30" in engine.hear(read(G1, 3, 31.0), at(3))[0].message.en


def test_the_answer_to_what_would_be_changes_nothing() -> None:
    engine = running((1, 15.0))
    assert engine.would("G1.hi", 12.0, 1.0) == (True, False, 15.0)
    assert engine.would("G1.hi", 18.0, 1.0) == (False, True, 15.0)
    assert engine.would("G1.rate", 1.0, 0.0) is None
    assert engine.evaluator.limits[0]["at"] == 20.0 and not engine.desk.lives["G1.hi"].active


@pytest.mark.parametrize(
    ("at_before", "value", "at_after", "active"), [(20.0, 15.0, 12.0, True), (20.0, 25.0, 40.0, False)]
)
def test_a_checkpoint_from_before_the_change_is_used_and_the_alarm_stands_by_the_limit_in_force(
    at_before: float, value: float, at_after: float, active: bool
) -> None:
    first = running((1, value))
    world = first.desk.lives["G1.hi"].active
    assert world is (value > at_before)
    stored = checkpoint.encode(first.snapshot(at(2)))
    second = Engine(site(G1, gas("G2", HI)), at(5))
    second.set_limit("G1", changed(at=at_after), at(5))
    second.desk.lives = dict(first.desk.lives)
    second.begin_replay(msgspec.msgpack.decode(stored, type=type(first.snapshot(at(2)))), [])
    events = second.end_replay(at(6))
    assert second.fingerprint == first.fingerprint
    assert second.desk.lives["G1.hi"].active is active
    assert [e.alarm for e in events] == ["G1.hi"]
    assert second.evaluator.limits[0]["at"] == at_after


def test_an_alarm_of_a_new_limit_on_a_point_that_speaks_on_change_only_survives_a_restart() -> None:
    first = running((1, 15.0))
    stored = checkpoint.encode(first.snapshot(at(2)))
    world = first.set_limit("G1", changed(at=12.0, off_delay=1.0), at(3))
    second = Engine(site(G1, gas("G2", HI)), at(5))
    second.set_limit("G1", changed(at=12.0, off_delay=1.0), at(5))
    for event in world:
        second.desk.fold(event)
    second.begin_replay(msgspec.msgpack.decode(stored, type=type(first.snapshot(at(2)))), [e.id for e in world])
    events = second.end_replay(at(6))
    for s in range(6, 60):
        events += [e for e in second.tick(at(s)) if not e.alarm.endswith(".data")]
    assert told(events) == [] and second.desk.lives["G1.hi"].active
