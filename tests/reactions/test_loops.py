"""Rules that fire each other are found before they run."""

from tests.reactions.made import body

from fangwei.reactions.loops import can_return, circle, feels_itself
from fangwei.reactions.rule import EventRow, Move, RaiseSignal, StartFlow, ValueRow


def chain(hears: str, says: str):
    return body(when=(EventRow(hears),), then=(RaiseSignal(says),))


def test_a_rule_that_raises_what_it_hears_is_a_circle_of_one():
    assert circle({"a": chain("x.y", "x.y")}) == ["a", "a"]
    assert circle({"a": chain("x.*", "x.y")}) == ["a", "a"]


def test_three_rules_in_a_ring_are_named_in_their_order():
    ring = circle({"a": chain("one", "two"), "b": chain("two", "three"), "c": chain("three", "one")})
    assert len(ring) == 4 and ring[0] == ring[-1] and set(ring) == {"a", "b", "c"}


def test_a_chain_that_ends_is_no_circle_however_long():
    rules = {f"r{n}": chain(f"s{n}", f"s{n + 1}") for n in range(1000)}
    assert circle(rules) == []
    assert circle(rules | {"last": chain("s1000", "s0")}) != []


def test_a_flow_that_signals_back_is_a_circle():
    assert circle({"a": body(when=(EventRow("flow.drill.*"),), then=(StartFlow("drill"),))}) == ["a", "a"]


def test_a_rule_that_moves_what_it_reads_is_warned_of(site):
    fan = body(when=(ValueRow("EF-FLO-04", "below", 2000),), then=(Move("fan", "on"),))
    assert feels_itself(fan, site) == ["EF-FLO-04"] and can_return(fan)
    elsewhere = body(when=fan.when, then=(Move("fan", "on", zones=("coating",)),))
    assert feels_itself(elsewhere, site) == []
    assert not can_return(body())
