"""Alarms over several points (a zen expression, or k of n) and suppressions by design. Pure: readings and
times come in.

What cannot be judged is never taken for false: an expression that fails or gives no truth value holds what
the rule had and raises the rule's data alarm `<rule>.data`; an input that is untrusted or stale votes for
the alarm; a rule does not return while one of its inputs is doubtful; a suppression that cannot be judged
does not suppress.
"""

import os
import re
from collections.abc import Iterable, Mapping

# zen captures a stack trace for each failed expression (hundreds of us) when this is set in the environment.
os.environ.setdefault("RUST_LIB_BACKTRACE", "0")

import msgspec
import zen

from fangwei.alarms.delay import Delay
from fangwei.alarms.errors import ExpressionInvalid
from fangwei.core.clock import SECOND, seconds
from fangwei.core.quality import UNTRUSTED_VALUE
from fangwei.plant.schema import Rule
from fangwei.plant.site import Site

FIRST_WORD_S = 30.0
"""Time an input without `stale_after` has after the start to say its first word; then its silence is a
doubt."""
BLIND_DELAY_S = 2.0
"""A rule that cannot be judged for so long is a data alarm; shorter is a start or one broken reading."""
UNTRUSTED = int(UNTRUSTED_VALUE)


class Latest(msgspec.Struct):
    """The latest fresh reading of a watched point. `value` None: not a number, or none yet (`received` 0)."""

    value: float | None = None
    source_time: int = 0
    received: int = 0
    flags: int = 0
    stale: bool = False

    @property
    def ok(self) -> bool:
        """Trusted and not silent."""
        return self.value is not None and not self.flags & UNTRUSTED and not self.stale


class Verdict(msgspec.Struct):
    """One edge of a rule or its data alarm. `raised` 1 or -1."""

    alarm: str
    raised: int
    since: int
    """Source time of the raising (or clearing) reading."""
    received: int
    value: float | None
    flags: int


class Expression:
    """A compiled zen expression that answers True, False, or None for "cannot be judged"."""

    def __init__(self, owner: str, text: str) -> None:
        """Raises:
        ExpressionInvalid: the text is no zen expression.
        """
        problem = zen.validate_expression(text)
        if problem is not None:
            raise ExpressionInvalid(rule=owner, why=str(problem.get("source", problem)))
        self.text = text
        self.failures = 0
        self.last_failure = ""
        self.mentions_age = re.search(r"_age\b", text) is not None
        self._compiled = zen.compile_expression(text)

    def judge(self, context: Mapping[str, object], early: bool = False) -> bool | None:
        """True, False, or None where it fails or gives anything else.

        Failures are counted, but for those while an input has not had the time to speak yet (`early`).
        """
        try:
            answer = self._compiled.evaluate(dict(context))
        except Exception as error:
            why = str(error).partition("\n")[0]
        else:
            if isinstance(answer, bool):
                return answer
            why = f"gave {answer!r}"
        if not early:
            self._fail(why)
        return None

    def _fail(self, why: str) -> None:
        self.failures += 1
        self.last_failure = f"{self.text}: {why}"


def context(inputs: Mapping[str, str], latest: Mapping[str, Latest], now: int) -> dict[str, object]:
    """The names an expression may use: `a` (value or null), `a_age` (s since it arrived, null if never),
    `a_ok`."""
    names: dict[str, object] = {}
    for name, point in inputs.items():
        last = latest[point]
        names[name] = last.value
        names[f"{name}_age"] = (now - last.received) / SECOND if last.received else None
        names[f"{name}_ok"] = last.ok
    return names


class RuleWatch:
    """One rule with its delays."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.expression = Expression(rule.id, rule.when) if rule.when is not None else None
        self.delay = Delay(seconds(rule.on_delay), seconds(rule.off_delay))
        self.blind = Delay(seconds(BLIND_DELAY_S), 0)

    def holds(self, latest: Mapping[str, Latest], now: int) -> bool | None:
        """Whether the rule is in alarm now; None: cannot be judged."""
        points = self.rule.inputs.values()
        if self.expression is not None:
            early = any(latest[p].received == 0 and not latest[p].stale for p in points)
            answer = self.expression.judge(context(self.rule.inputs, latest, now), early)
        elif self.rule.vote is not None:
            k, side, at = self.rule.vote
            answer = sum(votes(latest[p], side, at) for p in points) >= k
        else:
            answer = None
        if answer is False and self.delay.active and not all(latest[p].ok for p in points):
            return None
        return answer

    def judge(self, latest: Mapping[str, Latest], source_time: int, received: int) -> list[Verdict]:
        """Verdicts after a reading of one of its inputs (or after an input fell silent)."""
        blind_before = self.expression.failures if self.expression else 0
        holds = self.holds(latest, received)
        failed = self.expression is not None and self.expression.failures > blind_before
        return self._verdicts(
            latest,
            self.delay.judge(holds, source_time, received),
            self.blind.judge(failed, source_time, received),
            source_time,
            received,
        )

    def tick(self, latest: Mapping[str, Latest], now: int) -> list[Verdict]:
        """Verdicts of time passing: delays, and ages where the expression asks for them."""
        if self.expression is not None and self.expression.mentions_age:
            return self.judge(latest, now, now)
        return self._verdicts(latest, self.delay.tick(now), self.blind.tick(now), now, now)

    def _verdicts(
        self, latest: Mapping[str, Latest], alarm: int, blind: int, source_time: int, received: int
    ) -> list[Verdict]:
        found = []
        shown = latest[self.rule.point] if self.rule.point in latest else Latest()
        for name, edge, delay in ((self.rule.id, alarm, self.delay), (f"{self.rule.id}.data", blind, self.blind)):
            if edge:
                since = delay.since if edge > 0 else source_time
                found.append(Verdict(name, edge, since, received, shown.value, shown.flags))
        return found


def votes(last: Latest, side: str, at: float) -> bool:
    """Whether an input votes for the alarm: beyond `at`, or doubtful after it had time to speak.

    >>> votes(Latest(value=30.0, received=1), "high", 25.0), votes(Latest(stale=True), "high", 25.0)
    (True, True)
    """
    if last.stale or last.flags & UNTRUSTED:
        return True
    if last.value is None:
        return last.received != 0
    return last.value > at if side == "high" else last.value < at


class Watch:
    """All rules and suppressions of a site over the latest values of their inputs."""

    def __init__(self, site: Site, since: int) -> None:
        """`since`: when watching began, UTC ns; inputs that never spoke become doubtful some time after
        it."""
        self.rules = {r.id: RuleWatch(r) for r in site.rules.values()}
        self.suppressions = {
            s.id: (s, Expression(s.id, s.when), sorted(set(s.inputs.values()))) for s in site.suppressions.values()
        }
        self.suppressing: set[str] = set()
        self._since = since
        self._reading: dict[str, list[str]] = {}
        for rule in site.rules.values():
            for point in set(rule.inputs.values()):
                self._reading.setdefault(point, []).append(rule.id)
        points = {*self._reading, *(p for _, _, ps in self.suppressions.values() for p in ps)}
        points |= {r.point for r in site.rules.values()}
        self.latest = {p: Latest() for p in points}
        self._first_word = {p: seconds(site.points[p].stale_after or FIRST_WORD_S) for p in points}

    @property
    def points(self) -> frozenset[str]:
        """Points whose every reading it wants."""
        return frozenset(self.latest)

    def hear(self, point: str, value: float | None, source_time: int, received: int, flags: int) -> list[Verdict]:
        """A fresh reading of a watched point."""
        last = self.latest[point]
        last.value, last.source_time, last.received, last.flags, last.stale = value, source_time, received, flags, False
        return [
            v for id in self._reading.get(point, ()) for v in self.rules[id].judge(self.latest, source_time, received)
        ]

    def silence(self, stale: Iterable[str], now: int) -> list[Verdict]:
        """Which of the watched points are silent now; rules over those that just fell silent are judged
        anew."""
        silent = set(stale)
        changed: set[str] = set()
        for point, last in self.latest.items():
            never = last.received == 0 and now - self._since > self._first_word[point]
            if (point in silent or never) and not last.stale:
                last.stale = True
                changed.update(self._reading.get(point, ()))
        return [v for id in sorted(changed) for v in self.rules[id].judge(self.latest, now, now)]

    def tick(self, now: int) -> list[Verdict]:
        """Time passes."""
        return [v for watch in self.rules.values() for v in watch.tick(self.latest, now)]

    def suppressed(self, now: int) -> tuple[set[str], set[str]]:
        """Ids of suppressions that began and that ended since the last call."""
        true_now = {
            id
            for id, (s, expression, points) in self.suppressions.items()
            if all(self.latest[p].ok for p in points) and expression.judge(context(s.inputs, self.latest, now)) is True
        }
        began, ended = true_now - self.suppressing, self.suppressing - true_now
        self.suppressing = true_now
        return began, ended

    def failures(self) -> dict[str, tuple[int, str]]:
        """Failed judgements so far by rule or suppression: how many, and the last one's words."""
        expressions = {id: w.expression for id, w in self.rules.items() if w.expression}
        expressions |= {id: e for id, (_, e, _) in self.suppressions.items()}
        return {id: (e.failures, e.last_failure) for id, e in expressions.items() if e.failures}
