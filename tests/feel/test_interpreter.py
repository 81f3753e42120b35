"""FEEL: unknown refuses, what does not end is stopped, and the interpreter goes on."""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from fangwei.core.errors import FangweiError
from fangwei.feel.errors import FeelBroken, FeelTooLarge, FeelTooLong, FeelTooMuch
from fangwei.feel.interpreter import Feel

GAS = {"gas": {"o2": 20.9, "judged": {"passed": True}}, "apply": {"level": "special", "note": None}}


@pytest.fixture(scope="module")
def feel() -> Iterator[Feel]:
    made = Feel()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("gas.o2 >= 19.5 and gas.o2 <= 21", True),
        ('apply.level = "special"', True),
        ('(apply.level = "special") = false', False),
        ("(gas.o2 in [19.5..21]) and gas.o2 > 20", True),
        ("gas.o2 between 19.5 and 21 and gas.o2 > 20", True),
        ("count([1, 2][item > 1]) = 1", True),
        ("some x in [1, 2] satisfies x > 1", True),
        ('if apply.level = "special" then 8 else 72', 8),
        ('date and time("2026-07-01T08:00:00Z") < date and time("2026-07-01T08:00:01Z")', True),
    ],
)
def test_a_condition_says_what_it_says(feel: Feel, expression: str, value: Any) -> None:
    assert feel.value(expression, GAS) == value
    assert feel.value(expression, GAS) == value, "the second time it is kept already"


@pytest.mark.parametrize(
    "expression",
    [
        "gas.h2s < 10",
        "nothing.at.all = true",
        'apply.level2 = "special"',
        'apply.level2 != "special"',
        'not(apply.level2 = "special")',
        '(apply.level2 = "special") = false',
        'if apply.level2 = "special" then true else true',
        "not(apply.level2 in [1..2])",
        'apply.note != "x"',
        "1 / 0 = 1",
    ],
)
def test_what_nobody_said_is_unknown_and_refuses(feel: Feel, expression: str) -> None:
    assert feel.value(expression, GAS) is None
    assert feel.true(expression, GAS) is False


def test_the_word_null_asks_whether_something_is_unknown(feel: Feel) -> None:
    assert feel.value("apply.level2 = null", GAS) is True
    assert feel.value("apply.level != null", GAS) is True


def test_what_is_decided_by_the_known_alone_is_known(feel: Feel) -> None:
    assert feel.value('apply.level = "special" or apply.level2 = "x"', GAS) is True
    assert feel.value('apply.level = "II" and apply.level2 = "x"', GAS) is False


@pytest.mark.parametrize(
    "expression", ["x in [19.5..21] and y < 10", "x in (> 1) or y < 10", "a = 1 and x in [1..2] and y < 1"]
)
def test_in_without_brackets_is_refused_since_it_is_always_null(feel: Feel, expression: str) -> None:
    with pytest.raises(FeelBroken) as refused:
        feel.check(expression)
    assert "括号" in refused.value.message.zh and "brackets" in refused.value.message.en
    assert feel.true(expression, {"x": 20, "y": 3, "a": 1}) is False


@pytest.mark.parametrize("expression", ["", "x =", "x ) y", "import os", "x = 'a", "{a:"])
def test_what_is_not_feel_is_refused_with_its_place(feel: Feel, expression: str) -> None:
    with pytest.raises(FeelBroken):
        feel.check(expression)


def test_checking_names_what_an_expression_is_about(feel: Feel) -> None:
    assert set(feel.check('apply.level = "special" and count(gas.o2) > 1').names) == {"apply", "gas"}
    assert feel.check("some x in gas.list satisfies x > 1").names == ("gas",)


BOMBS = {
    "loop": ("count(for a in 1..100000, b in 1..100000 return a) > 1", (FeelTooLong, FeelTooMuch)),
    "memory": ('count(for a in 1..100000000 return string join(["x", "y"], "zzzzzzzzzzzzzzzz")) > 1',
               (FeelTooLong, FeelTooMuch)),
    "recursion": ("{f: function(x) f(x + 1), v: f(1)}.v = 1", (FeelTooMuch, FeelBroken, type(None))),
    "nesting": ("(" * 3000 + "1" + ")" * 900, (FeelTooLarge,)),
    "negation": ("-" * 3900 + "1 > 0", (FeelTooMuch, FeelTooLong, FeelBroken, type(None))),
    "huge": ("1 + " * 200_000 + "1 > 0", (FeelTooLarge,)),
    "ifs": ("if a then " * 180 + "1" + " else 2" * 180, (FeelTooMuch, FeelTooLong, FeelBroken, type(None))),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_stopped_and_the_interpreter_goes_on(feel: Feel, name: str) -> None:
    expression, outcomes = BOMBS[name]
    feel.value("1 + 1", {})
    before = time.monotonic()
    outcome: FangweiError | None = None
    try:
        assert feel.value(expression, {}) is not True
    except FangweiError as error:
        outcome = error
        assert error.message.zh and error.message.en
    took = time.monotonic() - before
    assert isinstance(outcome, outcomes), outcome
    assert feel.value("1 + 1", {}) == 2
    assert took < 3.0, "a second on a quiet machine; the tests' machine is not"


def test_several_threads_and_an_event_loop_share_one(feel: Feel) -> None:
    found: list[Any] = []

    def ask() -> None:
        found.extend(feel.value(f"x = {n}", {"x": n}) for n in range(20))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()

    async def inside() -> None:
        own = Feel()
        with pytest.raises((FeelTooLong, FeelTooMuch)):
            own.value(BOMBS["loop"][0], {})
        found.append(own.value("1 = 1", {}))
        own.close()

    asyncio.run(inside())
    for thread in threads:
        thread.join()
    assert found == [True] * 81


def test_facts_cannot_reach_beyond_themselves(feel: Feel) -> None:
    assert feel.value("gas.judged.passed = true", {"gas": {"__proto__": {"judged": {"passed": True}}}}) is None
    assert feel.value("constructor = null", {}) is True
    assert feel.value("gas.constructor = null", {"gas": {}}) is True
    assert feel.value('x = "\u2028\\"`${1}"', {"x": '\u2028"`${1}'}) is True
