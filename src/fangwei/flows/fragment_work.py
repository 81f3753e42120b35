"""The work card: start, repeated check, stop, pause, fresh measurement, resume, overtime.

There is one token, always. The re-test is where the token goes when it is due, not a branch beside the work: so it
cannot vanish with its host, after an outage there is one of it and not three, and work with a re-test open cannot be
reported as finished. Times that must outlive a pause are dates in the data (`<key>.until`), set by `clock`.
"""

from fangwei.flows.bpmn import NEXT, Event, Piece, Signals, Timer
from fangwei.flows.cards import Flow, Work
from fangwei.flows.fragments import Draft
from fangwei.flows.labels import LABELS as NAMES

OPENS = 0.75
"""A re-test is asked for when this part of its interval is over; the rest (of 2 h: 30 min) is there to do it in."""


def work(card: Work, flow: Flow) -> Piece:
    """Work with repeated check."""
    d = Draft(flow, card)
    d.judged = d.judged or bool(card.quantities)
    watcher = card.guardian or card.who
    issued = d.status("issued", NAMES["issued"], 1)
    start = d.ask("start", NAMES["begin"], "start", card.who)
    d.go(issued, start)
    run, again = _running(d, card)
    begun = d.status("begun", NAMES["working"], 2)
    if d.judged:
        judge, gate = d.judge("start.judge", "start", d.id("start")), d.gate("may_start")
        d.go(start, judge)
        d.go(judge, gate)
        d.pass_or(gate, start, d.id("sample") if card.quantities else start, begun)
        if card.quantities:
            _measured(d, card, "sample", start)
    else:
        d.go(start, begun)
    if card.longest is not None:
        clock = d.do("clock", NAMES["clock"], "clock", key=card.key, set={"until": card.longest})
        d.go(begun, clock)
        d.go(clock, again)
        _overtime(d, card)
    else:
        d.go(begun, again)
    _expires(d, card, run, "run")
    _stops(d, card, run, "run")
    d.go(run, NEXT, name="")
    if card.every is not None:
        _check(d, card, run, again, watcher)
    _paused(d, card, again)
    return d.piece()


def _running(d: Draft, card: Work) -> tuple[str, str]:
    """The work itself, and where one goes to go on with it."""
    again = d.id("")
    if card.every is not None:
        again = d.do(
            "next",
            NAMES["next_check"],
            "clock",
            key=card.key,
            set={"check_opens": card.every * OPENS, "check_due": card.every},
        )
    run = d.ask("", card.name.zh, "work", card.who)
    if card.every is not None:
        d.go(again, run)
    return run, again


def _event(d: Draft, host: str, part: str, name: str, event: Event, target: str) -> None:
    d.go(d.catch(part, name, event, host), target)


def _expires(d: Draft, card: Work, host: str, part: str) -> None:
    if card.longest is not None:
        _event(d, host, f"{part}.expired", NAMES["expired"], Timer(date=f"{d.key}.until"), d.id("expired"))


def _stops(d: Draft, card: Work, host: str, part: str) -> None:
    """A person may always pause the work; how near a stop must be, the engine reads from the card."""
    signals = Signals(tuple(dict.fromkeys(["pause", *(stop.signal for stop in card.stops)])))
    _event(d, host, f"{part}.stop", NAMES["stop"], signals, d.id("paused"))


def _measured(d: Draft, card: Work, part: str, target: str) -> str:
    """Measure until it is good."""
    who = card.guardian or card.who
    ask = d.ask(part, NAMES[part], "measure", who)
    judge, gate = d.judge(f"{part}.judge", "measure", ask), d.gate(f"{part}.gate")
    d.go(ask, judge)
    d.go(judge, gate)
    d.pass_or(gate, ask, ask, target)
    return ask


def _check(d: Draft, card: Work, run: str, again: str, watcher: object) -> None:
    """The re-test. Not done when due: judged (the pack's alarm), and the work is paused; never taken for good."""
    check = d.ask("check", NAMES["check"], "check", card.guardian or card.who, due=f"{d.key}.check_due")
    _event(d, run, "check_opens", NAMES["check_due"], Timer(date=f"{d.key}.check_opens"), check)
    late = d.judge("late.judge", "during", check) if d.judged else d.id("paused")
    _event(d, check, "check.late", NAMES["check_late"], Timer(date=f"{d.key}.check_due"), late)
    if d.judged:
        d.go(late, d.id("paused"))
    _expires(d, card, check, "check")
    _stops(d, card, check, "check")
    if d.judged:
        judge, gate = d.judge("check.judge", "during", check), d.gate("check.gate")
        d.go(check, judge)
        d.go(judge, gate)
        d.pass_or(gate, check, d.id("paused"), again)
    else:
        d.go(check, again)


def _paused(d: Draft, card: Work, again: str) -> None:
    paused = d.status("paused", NAMES["paused"], 6)
    resume = d.ask("resume", NAMES["resume"], "resume", card.who)
    back_on = d.status("resumed", NAMES["working"], 2)
    first = resume
    if card.quantities:
        first = _measured(d, card, "fresh", resume)
        _expires(d, card, first, "fresh")
    d.go(paused, first)
    _expires(d, card, resume, "resume")
    _stops(d, card, resume, "resume")
    if d.judged:
        judge, gate = d.judge("resume.judge", "resume", resume), d.gate("may_resume")
        d.go(resume, judge)
        d.go(judge, gate)
        d.pass_or(gate, resume, first, back_on)
    else:
        d.go(resume, back_on)
    d.go(back_on, again)


def _overtime(d: Draft, card: Work) -> None:
    """Validity is over: paused; whoever leads the work says that all have stopped, and whether it is done.

    Done: on to acceptance. Not done: this ticket is void, and the rest of the work needs a new one.
    """
    expired = d.status("expired", NAMES["paused"], 6)
    ask = d.ask("overtime", NAMES["overtime"], "overtime", card.who)
    if d.judged:
        judge = d.judge("overtime.judge", "during", ask)
        d.go(expired, judge)
        d.go(judge, ask)
    else:
        d.go(expired, ask)
    gate = d.gate("overtime.gate", NAMES["finished"])
    d.go(ask, gate)
    d.go(gate, NEXT, f"{ask}.finished = true", NAMES["yes"])
    void = d.status("void", NAMES["void"], 4)
    d.go(gate, void, f"{ask}.finished = false", NAMES["no"])
    d.go(gate, ask)
    d.go(void, d.end("overtime_end", NAMES["expired"], "overtime"))
