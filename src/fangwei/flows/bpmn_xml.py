"""Pieces -> BPMN 2.0 XML, in the order that the schema asks for, with the drawing (DI)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

import msgspec

from fangwei.flows.bpmn import Edge, Failure, Node, Piece, Signals, Timer
from fangwei.flows.cards import AnyCard, Branch, Expert, Flow
from fangwei.flows.expert import HOUSE, ROOT_TAGS, elements, local, placed
from fangwei.flows.layout import Drawing, draw
from fangwei.flows.slices import slices

_FORMAL: Final = 'xsi:type="bpmn:tFormalExpression"'
FEEL: Final = "https://www.omg.org/spec/DMN/20191111/FEEL/"
_FORBIDDEN: Final = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""


def head_of(flow: Flow) -> dict[str, Any]:
    """The flow without its cards."""
    head = msgspec.to_builtins(msgspec.structs.replace(flow, cards=()))
    head.pop("cards", None)
    return dict(head)


def card_of(card: AnyCard) -> dict[str, Any]:
    """A card as it stands in the file: a branch without the cards in it, an expert block without its XML."""
    if isinstance(card, Branch):
        card = msgspec.structs.replace(card, then=(), otherwise=())
    if isinstance(card, Expert):
        card = msgspec.structs.replace(card, xml="")
    return dict(msgspec.to_builtins(card))


def json_text(value: Any) -> str:
    """JSON that XML can hold."""
    text = msgspec.json.encode(value).decode()
    return escape(_FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def plain(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)


def _text(words: str) -> str:
    """Words as the content of an element; a bare carriage return would be read as a new line."""
    return escape(plain(words), {"\r": "&#13;"})


def write(flow: Flow, pieces: Sequence[Piece]) -> bytes:
    """The file. `pieces` are joined (compile.whole)."""
    cards = {card.key: card for card in _all(flow.cards)}
    out = ['<?xml version="1.0" encoding="UTF-8"?>']
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in HOUSE.items())
    out.append(
        f'<bpmn:definitions {spaces} id="definitions" targetNamespace="{HOUSE["fw"]}" expressionLanguage="{FEEL}"'
        ' exporter="Fangwei" exporterVersion="1">'
    )
    out.extend(_root_elements(pieces, cards))
    out.append(f'  <bpmn:process id="{flow.id}"{_attribute("name", flow.name.zh)} isExecutable="true">')
    if flow.about is not None:
        out.append(f"    <bpmn:documentation>{_text(flow.about.zh)}</bpmn:documentation>")
    out.append("    <bpmn:extensionElements>")
    out.append(f"      <fw:flow>{json_text(head_of(flow))}</fw:flow>")
    blocks = {block.entry: card_of(cards[block.of]) for piece in _flat(pieces) if (block := piece.block) is not None}
    if blocks:
        out.append(f"      <fw:blocks>{json_text(blocks)}</fw:blocks>")
    out.append("    </bpmn:extensionElements>")
    for piece in pieces:
        out.extend(_piece(piece, cards, "    "))
    out.append("  </bpmn:process>")
    out.extend(_diagram(flow.id, draw(pieces)))
    out.append("</bpmn:definitions>")
    return ("\n".join(out) + "\n").encode()


def _all(cards: Sequence[AnyCard]) -> Iterator[AnyCard]:
    for card in cards:
        yield card
        if isinstance(card, Branch):
            yield from _all(card.then)
            yield from _all(card.otherwise)


def _flat(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        yield piece
        yield from _flat(piece.inner)


def _attribute(name: str, value: str) -> str:
    if not value:
        return ""
    text = escape(plain(value), {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
    return f' {name}="{text}"'


def _nodes(pieces: Iterable[Piece]) -> Iterator[Node]:
    for piece in pieces:
        for node in piece.all_nodes():
            yield node
            if node.inside is not None:
                yield from _nodes((node.inside,))


def _root_elements(pieces: Sequence[Piece], cards: Mapping[str, AnyCard]) -> Iterator[str]:
    """Signals and errors, each once, by name; then what expert blocks name."""
    signals: set[str] = set()
    errors: set[str] = set()
    for node in _nodes(pieces):
        if isinstance(node.event, Signals):
            signals.update(node.event.names)
        if isinstance(node.event, Failure):
            errors.add(node.event.name)
    for name in sorted(signals):
        yield f'  <bpmn:signal id="{signal_id(name)}"{_attribute("name", name)} />'
    for name in sorted(errors):
        yield f'  <bpmn:error id="error.{name}" name="{name}" errorCode="{name}" />'
    seen = {signal_id(name) for name in signals} | {f"error.{name}" for name in errors}
    for piece in _flat(pieces):
        if piece.block is None:
            continue
        for element, xml in split(cards[piece.block.of]):
            if local(element) in ROOT_TAGS and element.get("id") not in seen:
                seen.add(element.get("id"))
                yield xml


def split(card: AnyCard) -> list[tuple[Any, str]]:
    """The elements of an expert block, each with its own bytes."""
    if not isinstance(card, Expert):
        return []
    return list(zip((e for e in elements(card) if local(e)), slices(card.xml), strict=True))


def signal_id(name: str) -> str:
    """An id that XML can hold, for any name."""
    safe = re.sub(r"[^A-Za-z0-9_]", lambda found: f".{ord(found[0]):x}.", name)
    return f"signal.{safe}"


def _piece(piece: Piece, cards: Mapping[str, AnyCard], indent: str) -> Iterator[str]:
    if piece.block is not None:
        target = piece.edges[0].target
        for element, xml in split(cards[piece.block.of]):
            if local(element) not in ROOT_TAGS:
                yield placed(xml, target)
        return
    own: dict[str, list[Edge]] = {}
    for edge in piece.edges:
        own.setdefault(edge.source, []).append(edge)
    for node in piece.nodes:
        card = cards.get(node.of) if node.of and node.id == piece.entry else None
        yield from _node(node, own.get(node.id, []), card, cards, indent)
    for edge in piece.edges:
        yield from _edge(edge, indent)
    for inner in piece.inner:
        yield from _piece(inner, cards, indent)


def _node(
    node: Node, out: Sequence[Edge], card: AnyCard | None, cards: Mapping[str, AnyCard], indent: str
) -> Iterator[str]:
    attributes = _attribute("fw:of", node.of or "")
    if node.host is not None:
        attributes += _attribute("attachedToRef", node.host)
    for name, value in node.attributes:
        attributes += _attribute(name, value)
    if node.tag.endswith("Gateway") and len(out) > 1:
        plain_way = next((edge for edge in out if edge.condition is None), None)
        if plain_way is not None and node.tag == "exclusiveGateway":
            attributes += _attribute("default", plain_way.id)
    yield f'{indent}<bpmn:{node.tag} id="{node.id}"{_attribute("name", node.name)}{attributes}>'
    deeper = indent + "  "
    if node.about is not None:
        yield f"{deeper}<bpmn:documentation>{_text(node.about)}</bpmn:documentation>"
    if node.extras or card is not None:
        yield f"{deeper}<bpmn:extensionElements>"
        if card is not None:
            yield f"{deeper}  <fw:card>{json_text(card_of(card))}</fw:card>"
        for name, value in node.extras:
            yield f"{deeper}  <fw:{name}>{json_text(value)}</fw:{name}>"
        yield f"{deeper}</bpmn:extensionElements>"
    for edge in out:
        yield f"{deeper}<bpmn:outgoing>{edge.id}</bpmn:outgoing>"
    if node.inside is not None:
        yield from _piece(node.inside, cards, deeper)
    yield from _event(node, deeper)
    yield f"{indent}</bpmn:{node.tag}>"


def _event(node: Node, indent: str) -> Iterator[str]:
    match node.event:
        case Timer(duration=duration, date=date):
            tag, text = ("timeDuration", duration) if duration is not None else ("timeDate", date or "")
            yield f'{indent}<bpmn:timerEventDefinition id="{node.id}.timer">'
            yield f"{indent}  <bpmn:{tag} {_FORMAL}>{escape(text)}</bpmn:{tag}>"
            yield f"{indent}</bpmn:timerEventDefinition>"
        case Signals(names=names):
            for number, name in enumerate(names):
                own = f"{node.id}.signal{number}"
                yield f'{indent}<bpmn:signalEventDefinition id="{own}" signalRef="{signal_id(name)}" />'
        case Failure(name=name):
            yield f'{indent}<bpmn:errorEventDefinition id="{node.id}.error" errorRef="error.{name}" />'


def _edge(edge: Edge, indent: str) -> Iterator[str]:
    tag = (
        f'{indent}<bpmn:sequenceFlow id="{edge.id}"{_attribute("name", edge.name)} sourceRef="{edge.source}"'
        f' targetRef="{edge.target}"{_attribute("fw:of", edge.of or "")}'
    )
    if edge.condition is None:
        yield f"{tag} />"
        return
    yield f"{tag}>"
    condition = _text(edge.condition)
    yield f"{indent}  <bpmn:conditionExpression {_FORMAL}>{condition}</bpmn:conditionExpression>"
    yield f"{indent}</bpmn:sequenceFlow>"


def _diagram(process: str, drawing: Drawing) -> Iterator[str]:
    yield '  <bpmndi:BPMNDiagram id="diagram">'
    yield f'    <bpmndi:BPMNPlane id="plane" bpmnElement="{process}">'
    for name, box in drawing.boxes.items():
        extra = ' isExpanded="true"' if name in drawing.expanded else ""
        extra += ' isMarkerVisible="true"' if name in drawing.choices else ""
        yield f'      <bpmndi:BPMNShape id="{name}.shape" bpmnElement="{name}"{extra}>'
        yield f'        <dc:Bounds x="{box.x:.0f}" y="{box.y:.0f}" width="{box.w:.0f}" height="{box.h:.0f}" />'
        yield "      </bpmndi:BPMNShape>"
    for name, way in drawing.ways.items():
        yield f'      <bpmndi:BPMNEdge id="{name}.edge" bpmnElement="{name}">'
        for x, y in way:
            yield f'        <di:waypoint x="{x:.0f}" y="{y:.0f}" />'
        yield "      </bpmndi:BPMNEdge>"
    yield "    </bpmndi:BPMNPlane>"
    yield "  </bpmndi:BPMNDiagram>"
