"""The approval card: all, any or in order; conditions; a refusal that goes back; a reminder when it takes too long."""

import msgspec

from fangwei.flows.bpmn import NEXT, Edge, Failure, Node, Piece, Timer, back, iso_duration
from fangwei.flows.cards import Approve, Approver, Flow, Mode
from fangwei.flows.fragments import Draft
from fangwei.flows.labels import LABELS as NAMES


def approve(card: Approve, flow: Flow) -> Piece:
    """Signatures. One that nobody can tell whether it is needed (null) is needed."""
    if card.mode is Mode.ANY:
        return _any(card, flow)
    if card.mode is Mode.ALL and len(card.by) > 1:
        return _all(card, flow)
    d = Draft(flow, card)
    if not card.by:
        d.go(d.gate("", card.name.zh), NEXT)
        return d.piece()
    no = _refusal(d, card)
    targets = [_entry(d, approver) for approver in card.by[1:]] + [NEXT]
    for approver, target in zip(card.by, targets, strict=True):
        _signature(d, approver, target, no, card.within)
    # where it ends as refused comes after the first signature, so that the card's own element is the first node
    if card.back_to is None:
        d.refuse()
    return d.piece()


def _refusal(d: Draft, card: Approve) -> str:
    return back(card.back_to) if card.back_to is not None else d.id("void")


def _entry(d: Draft, approver: Approver) -> str:
    return d.id(f"{approver.key}.needed" if approver.when is not None else approver.key)


def _signature(d: Draft, approver: Approver, target: str, no: str, within: float | None) -> None:
    """One signature in its own task: needed? signed? does the rule pack take it?"""
    part = approver.key
    needed = d.gate(f"{part}.needed") if approver.when is not None else None
    more = {"approver": approver.key} | ({"on_site": True} if approver.on_site else {})
    ask = d.ask(part, approver.name.zh, "approve", approver.who, **more)
    if needed is not None:
        d.go(needed, target, f"({approver.when}) = false", NAMES["not_needed"])
        d.go(needed, ask)
    _overdue(d, part, ask, within)
    decided = d.gate(f"{part}.decided")
    d.go(ask, decided)
    judge = d.judge(f"{part}.judge", "sign", d.id(part)) if d.judged else None
    d.go(decided, judge or target, f'{ask}.decision = "approved"', NAMES["approved"])
    d.go(decided, no, f'{ask}.decision = "refused"', NAMES["refused"])
    d.go(decided, ask)
    if judge is not None:
        gate = d.gate(f"{part}.gate")
        d.go(judge, gate)
        d.pass_or(gate, ask, ask, target)


def _overdue(d: Draft, part: str, ask: str, within: float | None) -> None:
    """The reminder is sent at once when it is due: nothing stays open that could vanish with the signature."""
    if within is None:
        return
    dot = f"{part}." if part else ""
    late = d.catch(f"{dot}late", NAMES["overdue"], Timer(duration=iso_duration(within)), ask, interrupts=False)
    tell = d.do(f"{dot}tell", NAMES["tell_overdue"], "overdue", key=ask)
    d.go(late, tell)
    d.go(tell, d.end(f"{dot}told", "", "told"))


def _any(card: Approve, flow: Flow) -> Piece:
    """One task that several may sign; who signs first decides."""
    d = Draft(flow, card)
    anyone = [
        {"key": a.key, "name": msgspec.to_builtins(a.name), "who": msgspec.to_builtins(a.who)}
        | ({"on_site": True} if a.on_site else {})
        | ({"when": a.when} if a.when is not None else {})
        for a in card.by
    ]
    ask = d.ask("", card.name.zh, "approve", None, anyone=anyone)
    _overdue(d, "", ask, card.within)
    decided = d.gate("decided")
    d.go(ask, decided)
    judge = d.judge("judge", "sign") if d.judged else None
    d.go(decided, judge or NEXT, f'{ask}.decision = "approved"', NAMES["approved"])
    d.go(decided, _refusal(d, card), f'{ask}.decision = "refused"', NAMES["refused"])
    d.go(decided, ask)
    if judge is not None:
        gate = d.gate("gate")
        d.go(judge, gate)
        d.pass_or(gate, ask, ask)
    if card.back_to is None:
        d.refuse()
    return d.piece()


def _all(card: Approve, flow: Flow) -> Piece:
    """Side by side in a sub-process; a refusal ends it at once, so that nobody signs what is refused already."""
    d = Draft(flow, card)
    start = d.add("begin", "startEvent", "")
    fork = d.add("fork", "parallelGateway", "")
    join, no = d.id("join"), d.id("no")
    d.go(start, fork)
    for approver in card.by:
        d.go(fork, _entry(d, approver))
        _signature(d, approver, join, no, card.within)
    d.add("join", "parallelGateway", NAMES["all_signed"])
    d.add("no", "endEvent", NAMES["refused"], event=Failure("refused"))
    d.go(join, d.add("done", "endEvent", ""))
    # a parallel join takes one flow of each branch; a branch has up to two ways to be through with it
    nodes, edges = _one_way_in(d, card)
    inside = Piece(entry=start, nodes=nodes, edges=edges)
    o = Draft(flow, card)
    o.add("", "subProcess", card.name.zh, inside=inside)
    refused = o.catch("refusal", NAMES["refused"], Failure("refused"), o.key)
    o.go(o.key, NEXT)
    o.go(refused, _refusal(o, card))
    if card.back_to is None:
        o.refuse()
    return o.piece()


def _one_way_in(d: Draft, card: Approve) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    nodes, edges = list(d.nodes), list(d.edges)
    join = d.id("join")
    for approver in card.by:
        if approver.when is None:
            continue
        merge = d.id(f"{approver.key}.through")
        nodes.insert(-3, Node(id=merge, tag="exclusiveGateway", of=card.key))
        edges = [
            msgspec.structs.replace(edge, target=merge)
            if edge.target == join and edge.source.startswith(d.id(f"{approver.key}."))
            else edge
            for edge in edges
        ]
        edges.append(Edge(source=merge, target=join, of=card.key))
    return tuple(nodes), tuple(edges)
