"""Rules over several points: on the safe side when they cannot be judged."""

import pytest
from tests.alarms.alarm_plant import N, at, gas, limit, read, rule, site

from fangwei.alarms.engine import Engine
from fangwei.alarms.errors import ExpressionInvalid
from fangwei.alarms.rules import Expression
from fangwei.core.events import AlarmState
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.plant.schema import Suppression

A, B, C = gas("A"), gas("B"), gas("C")


def told(events: list) -> list[tuple[str, str]]:  # type: ignore[type-arg]
    return [(e.alarm, e.change.value) for e in events]


def two_inputs(when: str, **more: object) -> Engine:
    return Engine(site(A, B, rules=(rule("leak", {"gas": "A", "flow": "B"}, when=when, **more),)), at(0))


def test_and_over_two_points() -> None:
    engine = two_inputs("gas > 10 and flow < 2000")
    assert told(engine.hear(read(B, 1, 1500.0), at(1))) == []
    assert told(engine.hear(read(A, 2, 11.0), at(2))) == [("leak", "raised")]
    assert told(engine.hear(read(B, 3, 2500.0), at(3))) == [("leak", "returned")]


def test_every_reading_of_one_batch_is_judged_in_order() -> None:
    engine = two_inputs("gas > 10 and flow < 2000")
    engine.hear(read(B, 1, 1500.0), at(1))
    batch = Readings.concat([read(A, 2, 11.0), read(A, 2.1, 9.0)])
    assert told(engine.hear(batch, at(3))) == [("leak", "raised"), ("leak", "returned")]


def test_an_expression_that_fails_is_a_counted_error_and_a_data_alarm_never_silently_false() -> None:
    engine = two_inputs("gas > 10 and flow < 2000")
    assert told(engine.hear(read(A, 1, 11.0), at(1))) == []
    assert "leak" not in engine.watch.failures(), "the other input has not had the time to speak yet"
    engine.hear(read(A, 30, 11.0), at(30))
    engine.tick(at(31))
    assert engine.watch.failures()["leak"][0] == 1
    assert ("leak.data", "raised") in told(engine.tick(at(34)))
    assert ("leak.data", "returned") in told(engine.hear(read(B, 35, 2500.0), at(35)))


def test_a_rule_does_not_return_on_an_untrusted_input() -> None:
    engine = two_inputs("gas > 10 and flow < 2000")
    engine.hear(read(B, 1, 1500.0), at(1))
    engine.hear(read(A, 2, 11.0), at(2))
    assert ("leak", "returned") not in told(engine.hear(read(A, 3, 1.0, Quality.FROZEN), at(3)))
    assert ("leak", "returned") in told(engine.hear(read(A, 4, 1.0), at(4)))


def test_a_rule_may_ask_for_the_age_of_an_input() -> None:
    engine = two_inputs("gas_age > 5 and flow_ok")
    engine.hear(read(A, 1, 1.0), at(1))
    engine.hear(read(B, 2, 1.0), at(2))
    assert told(engine.tick(at(5))) == []
    assert told(engine.tick(at(6.1))) == [("leak", "raised")]


def test_a_rule_waits_its_on_delay_by_the_clock() -> None:
    engine = two_inputs("gas > 10", on_delay=3.0)
    engine.hear(read(A, 1, 11.0), at(1))
    assert told(engine.tick(at(3.9))) == []
    events = engine.tick(at(4.2))
    assert [e.id for e in events] == [f"leak@{at(1)}/raised"]


def vote() -> Engine:
    inputs = {"a": "A", "b": "B", "c": "C"}
    return Engine(site(A, B, C, rules=(rule("v", inputs, vote=(2, "high", 25.0)),)), at(0))


def test_two_out_of_three() -> None:
    engine = vote()
    for p in (A, B, C):
        assert told(engine.hear(read(p, 1, 1.0), at(1))) == []
    assert told(engine.hear(read(A, 2, 30.0), at(2))) == []
    assert told(engine.hear(read(B, 3, 30.0), at(3))) == [("v", "raised")]
    assert told(engine.hear(read(A, 4, 3.0), at(4))) == [("v", "returned")]


def test_an_untrusted_input_votes_for_the_alarm() -> None:
    engine = vote()
    for p in (A, B, C):
        engine.hear(read(p, 1, 1.0), at(1))
    engine.hear(read(A, 2, 30.0), at(2))
    assert ("v", "raised") in told(engine.hear(read(B, 3, 1.0, Quality.BAD), at(3)))


def test_inputs_that_never_spoke_vote_once_they_had_time_to_speak() -> None:
    engine = vote()
    assert told(engine.tick(at(29))) == []
    assert told(engine.tick(at(31))) == [("v", "raised")]


def test_a_suppression_by_design_hides_and_its_end_announces_again() -> None:
    stopped = Suppression(id="stop", inputs={"run": "B"}, when="run == 0", alarms=["A.hi"], reason=N)
    engine = Engine(site(gas("A", limit()), B, suppressions=(stopped,)), at(0))
    assert told(engine.hear(read(B, 1, 0.0), at(1))) == [("A.hi", "suppressed")]
    events = engine.hear(read(A, 2, 30.0), at(2))
    assert [(e.change.value, e.state) for e in events] == [("raised", AlarmState.SUPPRESSED)]
    events = engine.hear(read(B, 3, 1.0), at(3))
    assert [(e.change.value, e.state, e.active) for e in events] == [("unsuppressed", AlarmState.UNACKED, True)]


def test_a_suppression_that_cannot_be_judged_does_not_suppress() -> None:
    stopped = Suppression(id="stop", inputs={"run": "B"}, when="run == 0", alarms=["A.hi"], reason=N)
    engine = Engine(site(gas("A", limit()), B, suppressions=(stopped,)), at(0))
    engine.hear(read(B, 1, 0.0), at(1))
    assert ("A.hi", "unsuppressed") in told(engine.hear(read(B, 2, 0.0, Quality.BAD), at(2)))


@pytest.mark.parametrize("text", ["gas >", "__import__('os')", "nosuch(1)", ""])
def test_an_expression_that_cannot_be_compiled_is_refused_at_start(text: str) -> None:
    with pytest.raises(ExpressionInvalid):
        Expression("r", text)


@pytest.mark.parametrize("text", ["1", "'yes'", "null", "gas / 0 > 1 and gas", "[1]"])
def test_an_answer_that_is_no_truth_value_is_no_judgement(text: str) -> None:
    expression = Expression("r", text)
    assert expression.judge({"gas": 1.0}) is None and expression.failures == 1
