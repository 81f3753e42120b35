"""Scenarios straight into the correlator, in accelerated time: what share of many runs reaches each figure."""

import time
from collections import Counter
from dataclasses import dataclass

from fangwei.bench.scenarios import START, Scenario, Shape, events, generate
from fangwei.core.events import Incident, IncidentStatus
from fangwei.incidents.correlate import Correlator, Tick

SECOND = 1_000_000_000
GONE = (IncidentStatus.DISSOLVED, IncidentStatus.CLOSED)
EASY = Shape()
HARD = Shape(leak_zones=3, leak_lasts=60.0, chatterers_inside=60)


@dataclass
class Result:
    """What one play gave."""

    incidents_for_leak: int
    leak_alarms_in_it: int
    foreign_in_it: int
    first_notice_ms: float
    notices: int
    """Incidents announced during the whole play: each is a notice to people; updates are not."""
    worst_decide_ms: float
    leak_alarms: int = 40
    """How many the leak raised."""
    p99_decide_ms: float = 0.0
    notices_for_leak: int = 0
    foreign_by_cause: dict[str, int] | None = None
    revisions_of_it: int = 0

    @property
    def reached(self) -> bool:
        """All figures of the hard scenario."""
        return (
            self.incidents_for_leak == 1
            and self.leak_alarms_in_it >= 0.95 * self.leak_alarms
            and self.foreign_in_it <= 2
            and self.first_notice_ms <= 250
        )


def play(scenario: Scenario, tick_s: float = 1.0) -> tuple[Result, dict[str, Incident]]:
    """Play a scenario; ticks come every `tick_s` of scenario time."""
    correlator = Correlator(scenario.site)
    last: dict[str, Incident] = {}
    announced: dict[str, int] = {}
    first_seen: int | None = None
    spent_on: list[float] = []
    stream = events(scenario)
    now = stream[0].decided_time
    next_tick = now
    index = 0
    end = START + round(scenario.ends * SECOND)

    def truth(alarm: str) -> str:
        return scenario.cause[alarm.rpartition(".")[0]]

    while index < len(stream) or next_tick <= end:
        event = stream[index] if index < len(stream) else None
        if event is not None and event.decided_time <= next_tick:
            now = event.decided_time
            index += 1
        else:
            event, now = None, next_tick
            next_tick += round(tick_s * SECOND)
        begun = time.thread_time()
        changes = correlator.decide(event or Tick(), now)
        spent = (time.thread_time() - begun) * 1000
        if event is not None:
            spent_on.append(spent)
        for change in changes:
            last[change.incident.id] = change.incident
            announced.setdefault(change.incident.id, now)
            if first_seen is None and any(truth(m.alarm) == "leak" for m in change.incident.members):
                first_seen = now
    spent_on.sort()
    worst, p99 = spent_on[-1], spent_on[len(spent_on) * 99 // 100]
    raised = len({e.alarm for e in stream if truth(e.alarm) == "leak"})
    live = [i for i in last.values() if i.status not in GONE]
    with_leak = {i.id: sum(truth(m.alarm) == "leak" for m in i.members) for i in live}
    with_leak = {k: n for k, n in with_leak.items() if n}
    if not with_leak:
        return Result(0, 0, 0, 1e9, len(announced), worst, raised, p99), last
    main = last[max(with_leak, key=lambda k: with_leak[k])]
    foreign = Counter(truth(m.alarm) for m in main.members if truth(m.alarm) != "leak")
    # The generated latency is not ours: the notice counts from receipt.
    received = next(e.receive_time for e in stream if truth(e.alarm) == "leak")
    first_ms = ((first_seen or end) - received) / 1e6 + worst
    return (
        Result(
            len(with_leak),
            with_leak[main.id],
            sum(foreign.values()),
            round(first_ms, 1),
            len(announced),
            round(worst, 2),
            raised,
            round(p99, 2),
            sum(1 for k in announced if k in with_leak),
            dict(foreign),
            main.revision,
        ),
        last,
    )


def plays(shape: Shape, seeds: range) -> list[Result]:
    """One result per seed."""
    return [play(generate(shape, seed))[0] for seed in seeds]
