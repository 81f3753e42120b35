"""FEEL expressions, evaluated by feelin in a V8 of its own: bounded in time, memory and size. `web/feel` is its source.

Null means unknown, and unknown refuses: also `null = 1` and `null != 1` are null here (web/feel/known.ts).
"""

import contextlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

import fangwei
from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.feel.errors import FeelBroken, FeelMissing, FeelTooLarge, FeelTooLong, FeelTooMuch

BUNDLE: Final = Path(fangwei.__file__).parent / "web" / "feel" / "feelin.js"
LONGEST: Final = 4000
DEEPEST: Final = 60
SECONDS: Final = 0.8
"""For one call; with making a new V8 a stop takes a second."""
REPORTS_BACK_S: Final = 0.2
MEMORY: Final = 96 * 2**20
"""The interpreter itself takes some 10 MB."""


class Checked(msgspec.Struct, frozen=True):
    """An expression that can be used: the names that it is about."""

    names: tuple[str, ...]


class _Fault(msgspec.Struct):
    message: str
    at: int = msgspec.field(name="from", default=0)


class _Answer(msgspec.Struct):
    value: Any = None
    fault: _Fault | None = None


class _Check(msgspec.Struct):
    fault: _Fault | None
    names: tuple[str, ...]


class Feel:
    """An interpreter. Safe to use from several threads; `close` it when it is no longer needed.

    Example:
        feel.value("gas.o2 >= 19.5", {"gas": {"o2": 20.9}})   # True
        feel.true("gas.o2 >= 19.5", {})                       # False: unknown refuses
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._lock = threading.Lock()
        self._engine: MiniRacer | None = None
        self.stopped = 0
        """How often an expression had to be stopped."""

    def check(self, expression: str) -> Checked:
        """Read an expression without evaluating it.

        Raises:
            FeelBroken: it is not FEEL, or a trap: `x in [1..2] and y < 3` is always null without brackets.
            FeelTooLarge, FeelTooLong, FeelTooMuch: it is no condition that a person wrote.
        """
        _measure(expression)
        found = msgspec.json.decode(self._call(f"feel.check({_js(expression)})", expression), type=_Check)
        if found.fault is not None:
            raise _broken(expression, found.fault)
        return Checked(names=found.names)

    def value(self, expression: str, facts: Mapping[str, Any]) -> Any:
        """What it says of the facts; None when that cannot be told.

        Raises:
            FeelBroken, FeelTooLarge, FeelTooLong, FeelTooMuch
        """
        return self.values([expression], facts)[0]

    def values(self, expressions: Sequence[str], facts: Mapping[str, Any]) -> list[Any]:
        """Several expressions over the same facts in one call; raises as `value` does, for the first that is broken."""
        for expression in expressions:
            _measure(expression)
        call = f"feel.values({_js(list(expressions))}, {_js(msgspec.json.encode(facts).decode())})"
        answers = msgspec.json.decode(self._call(call, "; ".join(expressions)), type=list[_Answer])
        for expression, answer in zip(expressions, answers, strict=True):
            if answer.fault is not None:
                raise _broken(expression, answer.fault)
        return [answer.value for answer in answers]

    def true(self, expression: str, facts: Mapping[str, Any]) -> bool:
        """Whether it certainly holds: False also when it is null, broken, or had to be stopped."""
        try:
            return self.value(expression, facts) is True
        except FangweiError:
            return False

    def close(self) -> None:
        """Give the memory back; the next call makes a new V8."""
        with self._lock:
            self._drop()

    def _call(self, code: str, expression: str) -> str:
        with self._lock:
            engine = self._engine or self._start()
            try:
                return str(engine.eval(code, timeout_sec=self._seconds))
            except JSTimeoutException:
                self._stop()
                raise FeelTooLong(seconds=f"{self._seconds:g}", expression=_short(expression)) from None
            except JSOOMException:
                self._stop()
                raise FeelTooMuch(expression=_short(expression)) from None
            except JSEvalException as error:
                if "RangeError" in str(error):  # V8's stack is full, or a string or list is longer than it can hold
                    raise FeelTooMuch(expression=_short(expression)) from None
                raise _broken(expression, _Fault(str(error).splitlines()[0][:200])) from None

    def _start(self) -> MiniRacer:
        if not BUNDLE.is_file():
            raise FeelMissing(path=BUNDLE)
        source = BUNDLE.read_text(encoding="utf-8")
        made: list[MiniRacer] = []
        # Made where an event loop runs it would tie itself to that loop and know no time limit.
        thread = threading.Thread(target=lambda: made.append(_new(source, self._memory)))
        thread.start()
        thread.join()
        self._engine = made[0]
        return made[0]

    def _stop(self) -> None:
        self.stopped += 1
        self._drop()

    def _drop(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            with contextlib.suppress(Exception):  # what was stopped reports back before its loop may close
                engine.eval("0", timeout_sec=REPORTS_BACK_S)
            engine.close()


def _new(source: str, memory: int) -> MiniRacer:
    engine = MiniRacer()
    engine.set_hard_memory_limit(memory)
    engine.eval(source)
    return engine


def _measure(expression: str) -> None:
    deepest = depth = 0
    for letter in expression[: LONGEST + 1]:
        if letter in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in ")]}":
            depth -= 1
    if len(expression) > LONGEST or deepest > DEEPEST:
        raise FeelTooLarge(length=LONGEST, depth=DEEPEST)


def _js(value: Any) -> str:
    """A JavaScript literal; line separators, which JSON holds, are no line ends in strings since ES2019."""
    return msgspec.json.encode(value).decode()


def _short(expression: str) -> str:
    return expression if len(expression) <= 80 else expression[:77] + "..."


def _broken(expression: str, fault: _Fault) -> FeelBroken:
    why = Text(_WORDS.get(fault.message, fault.message), fault.message)
    if fault.message.startswith("brackets missing"):
        why = Text("“in” 的判断要加括号：(x in [1..2]) and …", "put brackets around 'in': (x in [1..2]) and ...")
    elif fault.message.startswith("unexpected "):
        why = Text(f"多出 {fault.message.removeprefix('unexpected ')}", fault.message)
    return FeelBroken(why=why, at=fault.at + 1, expression=_short(expression))


_WORDS: Final = {"incomplete": "没有写完"}
