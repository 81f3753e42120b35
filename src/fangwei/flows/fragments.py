"""What each card is in BPMN. A card owns one fixed piece; tests/flows run every one of them.

Ids: the card's own element bears its key, the others `<key>.<part>`; keys have no dots, so ids never meet.
Answers of a user task go to the data at its `key` (a dotted path); a judge writes `<key>.judged`.
"""

from typing import Any

import msgspec

from fangwei.flows.bpmn import NEXT, Edge, Event, Node, Piece, Signals, Timer, iso_duration
from fangwei.flows.cards import (
    AnyCard,
    Close,
    Flow,
    Form,
    Isolate,
    Measure,
    Notify,
    SubFlow,
    Wait,
    Who,
)
from fangwei.flows.labels import LABELS as NAMES

DECIDES = Who(role="safety_engineer")
"""Who decides where a condition cannot be told: the role that answers for the whole site's safety."""


class Draft:
    """A piece being drawn for one card: the first node drawn is where one comes in."""

    def __init__(self, flow: Flow, card: AnyCard, key: str | None = None) -> None:
        self.flow = flow
        self.card = card
        self.key = key or card.key
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.judged = flow.work is not None

    def id(self, part: str) -> str:
        """Id of a part; of the card's own element for `""`."""
        return f"{self.key}.{part}" if part else self.key

    def add(self, part: str, tag: str, name: str, **more: Any) -> str:
        """A node; gives its id, as all of these do."""
        about = self.card.help.zh or None if self.card.help and not part else None
        node = Node(id=self.id(part), tag=tag, name=name, of=self.card.key, about=about, **more)
        self.nodes.append(node)
        return node.id

    def ask(self, part: str, name: str, kind: str, who: Who | None, **more: Any) -> str:
        """A task of a person."""
        task = {"kind": kind, "key": self.id(part)}
        if who is not None:
            task["who"] = msgspec.to_builtins(who)
        return self.add(part, "userTask", name, extras=(("task", task | more),))

    def do(self, part: str, name: str, kind: str, **more: Any) -> str:
        """Something the engine does at once."""
        return self.add(part, "serviceTask", name, extras=(("do", {"kind": kind} | more),))

    def judge(self, part: str, moment: str, key: str | None = None) -> str:
        """The rule pack's word on what stands at `key`."""
        return self.do(part, NAMES["judge"], "judge", moment=moment, key=key or self.key)

    def status(self, part: str, name: str, to: int) -> str:
        """Status of AQ 3064.2 A.1."""
        return self.do(part, name, "status", to=to)

    def gate(self, part: str, name: str = "") -> str:
        """An exclusive gateway."""
        return self.add(part, "exclusiveGateway", name)

    def catch(self, part: str, name: str, event: Event, host: str, *, interrupts: bool = True) -> str:
        """A boundary event."""
        attributes = () if interrupts else (("cancelActivity", "false"),)
        return self.add(part, "boundaryEvent", name, event=event, host=host, attributes=attributes)

    def end(self, part: str, name: str, outcome: str) -> str:
        """An end, and what it means for the run."""
        return self.add(part, "endEvent", name, attributes=(("fw:outcome", outcome),))

    def go(self, source: str, target: str, condition: str | None = None, name: str = "") -> None:
        """A sequence flow."""
        self.edges.append(Edge(source=source, target=target, condition=condition, name=name, of=self.card.key))

    def refuse(self, part: str = "void") -> str:
        """The flow ends as refused."""
        void = self.status(part, NAMES["void"], 4)
        self.go(void, self.end(f"{part}_end", NAMES["refused"], "refused"))
        return void

    def pass_or(self, gate: str, judge: str, otherwise: str, target: str = NEXT) -> None:
        """Behind a judge: on when it passed, otherwise (also when nothing is known) there."""
        self.go(gate, target, f"{judge}.judged.passed = true", NAMES["passed"])
        self.go(gate, otherwise, name=NAMES["again"])

    def piece(self, inner: tuple[Piece, ...] = ()) -> Piece:
        """What was drawn."""
        return Piece(entry=self.nodes[0].id, nodes=tuple(self.nodes), edges=tuple(self.edges), inner=inner)


def form(card: Form, flow: Flow) -> Piece:
    """Fill a form; in a flow of special work an application is judged."""
    d = Draft(flow, card)
    ask = d.ask("", card.name.zh, "form", card.who)
    if d.judged and (card.clauses or flow.cards[:1] == (card,)):
        judge, gate = d.judge("judge", "apply"), d.gate("gate")
        d.go(ask, judge)
        d.go(judge, gate)
        d.pass_or(gate, d.key, ask)
    else:
        d.go(ask, NEXT)
    return d.piece()


def isolate(card: Isolate, flow: Flow) -> Piece:
    """One isolates, another confirms each energy; one that is not confirmed goes back."""
    d = Draft(flow, card)
    ask = d.ask("", card.name.zh, "isolate", card.who)
    confirm = d.ask("confirm", NAMES["confirm"], "confirm", card.confirm, not_by=card.key)
    gate = d.gate("gate")
    all_off = " and ".join(f"{d.key}.confirm.{energy.key} = true" for energy in card.energies) or "false"
    d.go(ask, confirm)
    d.go(confirm, gate)
    d.go(gate, NEXT, all_off, NAMES["passed"])
    d.go(gate, ask, name=NAMES["again"])
    return d.piece()


def measure(card: Measure, flow: Flow) -> Piece:
    """Measure until it is good, or as often as `tries` says."""
    d = Draft(flow, card)
    ask = d.ask("", card.name.zh, "measure", card.who)
    judge, gate = d.judge("judge", "measure"), d.gate("gate")
    d.go(ask, judge)
    d.go(judge, gate)
    d.go(gate, NEXT, f"{d.key}.judged.passed = true", NAMES["passed"])
    if card.tries > 0:
        d.go(gate, d.refuse(), f"{d.key}.judged.refused >= {card.tries}", NAMES["refused"])
    d.go(gate, ask, name=NAMES["again"])
    return d.piece()


def notify(card: Notify, flow: Flow) -> Piece:
    """Tell people, then order what the plant does."""
    d = Draft(flow, card)
    steps = []
    if card.to or card.text or not card.actions:
        steps.append(d.do("", card.name.zh, "notify", key=card.key))
    for number, action in enumerate(card.actions):
        part = "" if not steps else f"order{number}"
        name = card.name.zh if not part else NAMES["order"]
        steps.append(d.do(part, name, "order", key=card.key, number=number, order=msgspec.to_builtins(action)))
    for source, target in zip(steps, [*steps[1:], NEXT], strict=True):
        d.go(source, target)
    return d.piece()


def wait(card: Wait, flow: Flow) -> Piece:
    """Wait for the first of: the signal, the time, the time-out."""
    d = Draft(flow, card)
    events: list[tuple[str, Event]] = []
    if card.signal is not None:
        events.append(("signal", Signals((card.signal,))))
    # one timer: SpiffWorkflow keeps one due time for all timers of an event gateway
    late_first = card.within is not None and (card.duration is None or card.within < card.duration)
    if late_first and card.within is not None:
        events.append(("late", Timer(duration=iso_duration(card.within))))
    elif card.duration is not None:
        events.append(("time", Timer(duration=iso_duration(card.duration))))
    if not events:
        d.go(d.add("", "intermediateThrowEvent", card.name.zh), NEXT)
        return d.piece()
    if len(events) == 1 and card.within is None:
        d.go(d.add("", "intermediateCatchEvent", card.name.zh, event=events[0][1]), NEXT)
        return d.piece()
    gate = d.add("", "eventBasedGateway", card.name.zh)
    for part, event in events:
        late = part == "late"
        caught = d.add(part, "intermediateCatchEvent", NAMES["time_up"] if late else "", event=event)
        d.go(gate, caught)
        if card.within is None:
            d.go(caught, NEXT)
            continue
        name = NAMES["timed_out"] if late else NAMES["came"]
        note = d.do(f"{part}_note", name, "set", key=card.key, values={"timed_out": late})
        d.go(caught, note)
        d.go(note, NEXT)
    return d.piece()


def sub_flow(card: SubFlow, flow: Flow) -> Piece:
    """Another published flow."""
    d = Draft(flow, card)
    call = d.add(
        "",
        "callActivity",
        card.name.zh,
        attributes=(("calledElement", card.flow),),
        extras=(("takes", {"key": card.key, "takes": card.takes}),),
    )
    d.go(call, NEXT)
    return d.piece()


def close(card: Close, flow: Flow) -> Piece:
    """Each line confirmed; in a flow of special work its end is judged."""
    d = Draft(flow, card)
    ask = d.ask("", card.name.zh, "accept", card.who)
    lines = [f"{d.key}.l{number} = true" for number in range(1, len(card.lines) + 1)]
    gate, accepted = d.gate("gate"), d.status("accepted", NAMES["accepted"], 3)
    d.go(ask, gate)
    judge = d.judge("judge", "end") if d.judged else None
    d.go(gate, judge or accepted, " and ".join(lines) or f"{d.key}.accepted = true", NAMES["passed"])
    d.go(gate, ask, name=NAMES["again"])
    if judge:
        judged = d.gate("judged_gate")
        d.go(judge, judged)
        d.pass_or(judged, d.key, ask, accepted)
    d.go(accepted, NEXT)
    return d.piece()
