"""Decides which rules fire. Pure: events, readings and times come in, decisions come out.

Two clocks come in: `now` (wall, UTC ns) judges how old an event is, `tick` (monotonic ns) judges windows, delays,
cooldowns and the storm guard, so that a clock that is set changes none of them.

What cannot be judged is never taken for "no": see `ValueWatch` and `RuleBody.blind`. An event heard twice decides once;
one older than `LATE_S` is listed as late and nothing is done by it: a door that opens long after is a new danger.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from fangwei.core.clock import HOUR, seconds
from fangwei.core.texts import Text
from fangwei.reactions import texts
from fangwei.reactions.compile import Compiled, joined
from fangwei.reactions.loops import can_return
from fangwei.reactions.rows import RowWatch
from fangwei.reactions.rule import RuleBody, ValueRow
from fangwei.reactions.seen import Input, Place, Seen

K = TypeVar("K")

LATE_S = 30.0
REMEMBERED = 100_000
"""News and causes kept in mind; the store knows older ones."""
BURST = 5
BURST_S = 1.0
"""A rule that makes things happen and fires more often than that is taken to fire itself."""
LATE_PER_HOUR = 20
"""Late causes listed per rule and hour; more are counted."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A rule fires (or would have, `late`)."""

    rule: str
    revision: int
    cause: str
    decided: int
    zone: str
    inputs: tuple[Input, ...]
    because: tuple[str, ...]
    """The rules that led here, this one last."""
    late: bool = False
    body: RuleBody


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that must not go on, and why."""

    rule: str
    decided: int
    why: Text


@dataclass
class Armed:
    """A running rule."""

    id: str
    revision: int
    body: RuleBody
    since: int
    """When it was armed, UTC ns: what happened before is not its business."""
    rows: list[RowWatch]
    whole: Compiled
    returns: bool
    """Whether what it does may come back as an event."""
    rests: dict[str, int] = field(default_factory=dict)
    """Zone -> tick at which its cooldown ends."""
    fired: deque[int] = field(default_factory=deque)
    """Ticks of the firings of the last hour."""
    late: deque[int] = field(default_factory=deque)
    held: int = 0
    last_held: str = ""
    lates: int = 0


class Judge:
    """All armed rules of a site."""

    def __init__(self, within: Callable[[Place, str], float], points: Mapping[str, tuple[str, str]]) -> None:
        """`within(place, zone)`: metres from a place to a zone; `points`: point -> (zone, unit)."""
        self._within = within
        self._points = points
        self.rules: dict[str, Armed] = {}
        self._by: dict[tuple[str, str], list[tuple[Armed, RowWatch]]] = {}
        self._news: OrderedDict[str, None] = OrderedDict()
        self._causes: OrderedDict[tuple[str, str], None] = OrderedDict()
        self.counts: dict[str, int] = {}

    # --- rules --------------------------------------------------------------------------------------------------

    def arm(self, id: str, revision: int, body: RuleBody, since: int) -> None:
        """Run a rule from now on, instead of its former revision."""
        self.disarm(id)
        rows = [RowWatch(number, row, body, self._within, self._points) for number, row in enumerate(body.when)]
        armed = Armed(id, revision, body, since, rows, Compiled(joined(body)), can_return(body))
        self.rules[id] = armed
        for row in rows:
            for key in row.keys:
                self._by.setdefault(key, []).append((armed, row))

    def disarm(self, id: str) -> None:
        """Run it no longer."""
        gone = self.rules.pop(id, None)
        if gone is not None:
            for key in {key for row in gone.rows for key in row.keys}:
                self._by[key] = [pair for pair in self._by[key] if pair[0] is not gone]

    def recall(self, rule: str, cause: str, zone: str, age: int, tick: int, late: bool) -> None:
        """A firing of `age` ns ago that the store remembers: its cooldown goes on, its cause is known."""
        _remember(self._causes, (rule, cause))
        armed = self.rules.get(rule)
        if armed is None or late:
            return
        then = tick - max(0, age)
        if tick - then < HOUR:
            armed.fired.append(then)
        armed.rests[zone] = max(armed.rests.get(zone, 0), then + seconds(armed.body.cooldown_s))

    @property
    def points(self) -> frozenset[str]:
        """Points whose readings are wanted."""
        return frozenset(r.row.point for a in self.rules.values() for r in a.rows if isinstance(r.row, ValueRow))

    # --- hearing ------------------------------------------------------------------------------------------------

    def hear(self, seen: Seen, now: int, tick: int) -> list[Decision | Stop]:
        """An alarm, incident or signal."""
        if seen.id in self._news:
            self._count("again")
            return []
        _remember(self._news, seen.id)
        pairs: list[tuple[Armed, RowWatch]] = []
        for key in _keys(seen):
            pairs += self._by.get(key, ())
        age = max(0, now - seen.time)
        found: list[Decision | Stop] = []
        for armed, row in pairs:
            # A clock that was set back since the arming says nothing about before and after.
            if seen.time < armed.since <= now:
                continue
            if seen.over:
                row.ended(seen.cause)
            elif not self._asleep(armed, seen, now, tick) and row.hear(seen, tick - age):
                found += self._true(armed, row, seen.cause, seen.zone, seen.because, now, tick, age > seconds(LATE_S))
        return found

    def _asleep(self, armed: Armed, seen: Seen, now: int, tick: int) -> bool:
        # What a resting rule cannot answer need not be judged; this keeps a storm cheap. Rows that are joined
        # by "and" must still learn of it.
        if armed.body.join == "all" and len(armed.rows) > 1:
            return False
        if tick < armed.rests.get(seen.zone, 0) and (armed.id, seen.cause) not in self._causes:
            return self._hold(armed, "cooldown")
        return False

    def read(
        self, point: str, value: float | None, ok: bool, quality: int, source_time: int, now: int, tick: int
    ) -> list[Decision | Stop]:
        """A fresh reading of a watched point; `ok` False: there is one, but it proves nothing."""
        found: list[Decision | Stop] = []
        for armed, row in self._by.get(("value", point), ()):
            if row.read(value, ok, quality, source_time, tick):
                found += self._true(armed, row, row.cause, row.zone, (), now, tick, False)
        return found

    def silence(self, points: Iterable[str], now: int, tick: int) -> list[Decision | Stop]:
        """Points that fell silent: their value is not known any more."""
        found: list[Decision | Stop] = []
        for point in points:
            for armed, row in self._by.get(("value", point), ()):
                if row.blinded(now, tick):
                    found += self._true(armed, row, row.cause, row.zone, (), now, tick, False)
        return found

    def deaf(self, kind: str, since: int, now: int, tick: int) -> list[Decision | Stop]:
        """The room that says alarms (or incidents) is silent: nothing is known of them; `since` 0: it speaks again."""
        found: list[Decision | Stop] = []
        for armed in list(self.rules.values()):
            for row in armed.rows:
                if row.kind == kind and row.deafened(since, now, tick):
                    found += self._true(armed, row, row.cause, "", (), now, tick, False)
        return found

    def tick(self, now: int, tick: int) -> list[Decision | Stop]:
        """Time passes: values that have now been beyond their limit for long enough."""
        found: list[Decision | Stop] = []
        for armed in list(self.rules.values()):
            for row in armed.rows:
                if row.pending and row.ripe(tick):
                    found += self._true(armed, row, row.cause, row.zone, (), now, tick, False)
        return found

    # --- deciding -----------------------------------------------------------------------------------------------

    def _true(
        self,
        armed: Armed,
        row: RowWatch,
        cause: str,
        zone: str,
        because: tuple[str, ...],
        now: int,
        tick: int,
        late: bool,
    ) -> list[Decision | Stop]:
        window = seconds(armed.body.window_s)
        facts = {f"r{n + 1}": other is row or other.holds(tick, window) for n, other in enumerate(armed.rows)}
        if armed.whole.judge(facts) is not True or (armed.id, cause) in self._causes:
            return []
        if armed.id in because:
            return [self._stop(armed, texts.FIRES_ITSELF, now)]
        if late:
            return self._late(armed, row, cause, zone, because, now, tick)
        if tick < armed.rests.get(zone, 0):
            self._hold(armed, "cooldown")
            return []
        _drop_before(armed.fired, tick - HOUR)
        if armed.returns and sum(1 for t in armed.fired if tick - t < seconds(BURST_S)) >= BURST:
            return [self._stop(armed, texts.FIRES_TOO_OFTEN, now)]
        if len(armed.fired) >= armed.body.per_hour:
            self._hold(armed, "per_hour")
            return []
        _remember(self._causes, (armed.id, cause))
        armed.fired.append(tick)
        armed.rests[zone] = tick + seconds(armed.body.cooldown_s)
        return [self._decision(armed, cause, zone, because, now, tick, False)]

    def _late(
        self, armed: Armed, row: RowWatch, cause: str, zone: str, because: tuple[str, ...], now: int, tick: int
    ) -> list[Decision | Stop]:
        _remember(self._causes, (armed.id, cause))
        armed.lates += 1
        _drop_before(armed.late, tick - HOUR)
        if len(armed.late) >= LATE_PER_HOUR:
            return []
        armed.late.append(tick)
        return [self._decision(armed, cause, zone, because, now, tick, True)]

    def _decision(
        self, armed: Armed, cause: str, zone: str, because: tuple[str, ...], now: int, tick: int, late: bool
    ) -> Decision:
        window = seconds(armed.body.window_s)
        rows = [row for row in armed.rows if row.holds(tick, window) or row.cause == cause]
        inputs = tuple(row.last for row in rows if row.last is not None)
        return Decision(
            rule=armed.id,
            revision=armed.revision,
            cause=cause,
            decided=now,
            zone=zone,
            inputs=inputs,
            because=(*because, armed.id),
            late=late,
            body=armed.body,
        )

    def _stop(self, armed: Armed, why: Text, now: int) -> Stop:
        self.disarm(armed.id)
        return Stop(rule=armed.id, decided=now, why=why)

    def _hold(self, armed: Armed, why: str) -> bool:
        armed.held += 1
        armed.last_held = why
        self._count("held")
        return True

    def _count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1


def _remember(known: OrderedDict[K, None], key: K) -> None:
    known[key] = None
    if len(known) > REMEMBERED:
        known.popitem(last=False)


def _keys(seen: Seen) -> Iterable[tuple[str, str]]:
    if seen.kind == "alarm":
        return (("alarm", str(seen.facts["kind"])), ("alarm", "*"))
    if seen.kind == "incident":
        return (("incident", "*"),)
    # `leak.forecast` is heard by the rows leak.forecast, leak.* and *
    words = seen.name.split(".")
    return (("event", seen.name), *(("event", ".".join([*words[:n], "*"])) for n in range(1, len(words))))


def _drop_before(times: deque[int], limit: int) -> None:
    while times and times[0] < limit:
        times.popleft()
