"""Flow -> one BPMN 2.0 file. The same flow gives the same bytes.

Compiling never judges: a flow with faults compiles as far as it can be drawn, and `lint` says what is wrong with it.
It refuses only what no file can hold: two elements of one id, a card that goes back to none.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.flows.bpmn import NEXT, Block, Edge, Node, Piece, back
from fangwei.flows.bpmn_xml import write
from fangwei.flows.cards import (
    AnyCard,
    Approve,
    Branch,
    Close,
    Expert,
    Flow,
    Form,
    Isolate,
    Measure,
    Notify,
    SubFlow,
    Wait,
    Work,
)
from fangwei.flows.expert import entry_of, ids_in
from fangwei.flows.fragment_approve import approve
from fangwei.flows.fragment_work import work
from fangwei.flows.fragments import DECIDES, Draft, close, form, isolate, measure, notify, sub_flow, wait
from fangwei.flows.labels import LABELS as NAMES

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
FLOW_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
START: Final = "start.event"
END: Final = "end.event"


class KeyUnusable(FangweiError):
    """A key that cannot be the name of a place in the data."""

    code = "flows.key_unusable"
    text = Text(
        "键 “{key}” 不能用：以小写字母开头，只含小写字母、数字和下划线，最长 40 个字符",
        "The key '{key}' cannot be used: begin with a small letter, then small letters, digits and _, 40 at most",
    )
    http_status = 422


class KeyTaken(FangweiError):
    """Two cards, or two elements, of one name."""

    code = "flows.key_taken"
    text = Text(
        "“{key}” 用了不止一次；请改其中一个的键", "'{key}' is used more than once; change the key of one of them"
    )
    http_status = 422


class GoesBackNowhere(FangweiError):
    """A refusal that goes back to a card that is not there."""

    code = "flows.goes_back_nowhere"
    text = Text(
        "步骤 “{card}” 被拒后要退回 “{key}”，但没有这一步",
        "When '{card}' is refused it goes back to '{key}', and there is no such card",
    )
    http_status = 422


def compile_flow(flow: Flow) -> bytes:
    """The BPMN file of a flow.

    Raises:
        KeyUnusable, KeyTaken, GoesBackNowhere: what no file can hold.
    """
    return write(flow, whole(flow))


def whole(flow: Flow) -> tuple[Piece, ...]:
    """The pieces of a flow, joined: the start, one piece for each card, the end."""
    _check_names(flow)
    pieces = [piece_of(card, flow) for card in flow.cards]
    entries = {card.key: entry for card, entry in _entries(flow.cards, pieces)}
    joined = _join(pieces, END, entries)
    first = joined[0].entry if joined else END
    start = Piece(
        entry=START,
        nodes=(Node(id=START, tag="startEvent", name=NAMES["start"]),),
        edges=(Edge(source=START, target=first),),
    )
    end = Piece(
        entry=END,
        nodes=(Node(id=END, tag="endEvent", name=NAMES["end"], attributes=(("fw:outcome", "done"),)),),
        edges=(),
    )
    pieces_all = (start, *joined, end)
    _check_ids(pieces_all)
    return pieces_all


def piece_of(card: AnyCard, flow: Flow) -> Piece:
    """The piece of one card, its ways out still open (`NEXT`, `back(...)`)."""
    match card:
        case Form():
            return form(card, flow)
        case Isolate():
            return isolate(card, flow)
        case Measure():
            return measure(card, flow)
        case Approve():
            return approve(card, flow)
        case Work():
            return work(card, flow)
        case Branch():
            return _branch(card, flow)
        case Notify():
            return notify(card, flow)
        case Wait():
            return wait(card, flow)
        case SubFlow():
            return sub_flow(card, flow)
        case Close():
            return close(card, flow)
        case Expert():
            return _expert(card)


def _branch(card: Branch, flow: Flow) -> Piece:
    """Three ways: yes, no, and cannot be told, which waits for a person who decides with a reason."""
    d = Draft(flow, card)
    gate = d.gate("", card.name.zh)
    ask = d.ask("unknown", NAMES["unknown"], "decide", DECIDES, when=card.when)
    decided = d.gate("decided")
    d.gate("joined")
    then, otherwise = ([piece_of(c, flow) for c in part] for part in (card.then, card.otherwise))
    joined = d.id("joined")
    yes = then[0].entry if then else joined
    no = otherwise[0].entry if otherwise else joined
    if yes == no:
        # two flows between the same two elements would have one id: the empty way passes a gateway of its own
        no = d.gate("otherwise")
        d.go(no, joined)
    d.go(gate, yes, f"({card.when}) = true", NAMES["yes"])
    d.go(gate, no, f"({card.when}) = false", NAMES["no"])
    d.go(gate, ask)
    d.go(ask, decided)
    d.go(decided, yes, f'{ask}.decision = "then"', NAMES["yes"])
    d.go(decided, no, f'{ask}.decision = "otherwise"', NAMES["no"])
    d.go(decided, ask)
    d.go(joined, NEXT)
    inner = (*_join(then, joined, {}), *_join(otherwise, joined, {}))
    entries = {c.key: e for part, pieces in ((card.then, then), (card.otherwise, otherwise))
               for c, e in _entries(part, pieces)}  # fmt: skip
    return d.piece(tuple(_retarget(piece, NEXT, entries) for piece in inner))


def _expert(card: Expert) -> Piece:
    entry = entry_of(card)
    block = Block(entry=entry, xml=card.xml, of=card.key)
    return Piece(entry=entry, nodes=(), edges=(Edge(source=entry, target=NEXT, of=card.key),), block=block)


def _entries(cards: Sequence[AnyCard], pieces: Sequence[Piece]) -> Iterator[tuple[AnyCard, str]]:
    for card, piece in zip(cards, pieces, strict=True):
        yield card, piece.entry


def _join(pieces: Sequence[Piece], after: str, entries: dict[str, str]) -> list[Piece]:
    """One after the other; what leaves the last goes to `after`."""
    nexts = [piece.entry for piece in pieces[1:]] + [after] * bool(pieces)
    return [_retarget(piece, target, entries) for piece, target in zip(pieces, nexts, strict=True)]


def _retarget(piece: Piece, after: str, entries: dict[str, str]) -> Piece:
    """Its open ways out, led to what comes after and to the cards that a refusal goes back to."""
    goals = {NEXT: after} | {back(key): entry for key, entry in entries.items()}
    edges = tuple(
        msgspec.structs.replace(edge, target=goals[edge.target]) if edge.target in goals else edge
        for edge in piece.edges
    )
    return msgspec.structs.replace(piece, edges=edges)


def all_cards(cards: Sequence[AnyCard]) -> Iterator[AnyCard]:
    """Every card, those inside branches behind their branch."""
    for card in cards:
        yield card
        if isinstance(card, Branch):
            yield from all_cards(card.then)
            yield from all_cards(card.otherwise)


def _check_names(flow: Flow) -> None:
    if not FLOW_ID.fullmatch(flow.id):
        raise KeyUnusable(key=flow.id)
    for part in _lists(flow.cards):
        earlier: set[str] = set()
        for card in part:
            if isinstance(card, Approve) and card.back_to is not None and card.back_to not in earlier:
                raise GoesBackNowhere(card=card.key, key=card.back_to)
            earlier.add(card.key)
    keys = [card.key for card in all_cards(flow.cards)]
    for key in keys:
        if not KEY.fullmatch(key):
            raise KeyUnusable(key=key)
    for key, times in Counter(keys).items():
        if times > 1:
            raise KeyTaken(key=key)


def _lists(cards: Sequence[AnyCard]) -> Iterator[Sequence[AnyCard]]:
    yield cards
    for card in cards:
        if isinstance(card, Branch):
            yield from _lists(card.then)
            yield from _lists(card.otherwise)


def _check_ids(pieces: Sequence[Piece]) -> None:
    names = [name for piece in pieces for name in _ids(piece)]
    for name, times in Counter(names).items():
        if times > 1:
            raise KeyTaken(key=name)


def _ids(piece: Piece) -> Iterator[str]:
    if piece.block is not None:
        yield from ids_in(piece.block.xml)
        return
    for edge in piece.edges:
        yield edge.id
    for node in piece.nodes:
        yield node.id
        if node.inside is not None:
            yield from _ids(node.inside)
    for inner in piece.inner:
        yield from _ids(inner)
