"""Whether the elements in a file are those that a card compiles to: compared by meaning, not by how they are written.

What does not count: order of attributes and elements, prefixes, white space, `incoming` and `outgoing` (they repeat the
sequence flows), ids of sequence flows, the drawing.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from fangwei.flows.bpmn import Failure, Node, Piece, Signals, Timer
from fangwei.flows.bpmn_file import BPMN, Element, File
from fangwei.flows.bpmn_xml import plain
from fangwei.flows.expert import HOUSE, local

_REPEATS: Final = frozenset({f"{BPMN}incoming", f"{BPMN}outgoing", f"{BPMN}documentation", f"{BPMN}extensionElements"})


def nodes_of(piece: Piece, parent: str | None = None) -> Iterator[tuple[Node, str | None]]:
    """All nodes of a card's piece with the sub-process they are in; not those of the cards inside it."""
    for node in piece.nodes:
        yield node, parent
        if node.inside is not None:
            yield from nodes_of(node.inside, node.id)


def edges_of(piece: Piece) -> Iterator[tuple[str, str | None, str]]:
    """All sequence flows of a card's piece: source, condition, target."""
    for edge in piece.edges:
        yield edge.source, None if edge.condition is None else plain(edge.condition).strip(), edge.target
    for node in piece.nodes:
        if node.inside is not None:
            yield from edges_of(node.inside)


def names_of(piece: Piece) -> Iterator[tuple[tuple[str, str | None, str], str]]:
    """The label at each sequence flow."""
    for edge in piece.edges:
        yield (edge.source, None if edge.condition is None else plain(edge.condition).strip(), edge.target), edge.name
    for node in piece.nodes:
        if node.inside is not None:
            yield from names_of(node.inside)


def same_node(node: Node, parent: str | None, element: Element, file: File) -> bool:
    """Whether an element is this node. Names and documentation are compared by the caller."""
    attributes = {
        _clark(name): plain(value)
        for name, value in (("fw:of", node.of or ""), ("attachedToRef", node.host or ""), *node.attributes)
        if value
    }
    actual = {
        name: value
        for name, value in element.node.attrib.items()
        if name not in ("id", "name", "default") and not (name == "cancelActivity" and value == "true")
    }
    return (
        element.tag == node.tag
        and element.parent == parent
        and actual == attributes
        and [extra for extra in element.extras() if extra[0] != "card"]
        == [(name, msgspec.json.decode(msgspec.json.encode(value))) for name, value in node.extras]
        and _body(element, file) == _event(node)
    )


def default_of(element: Element, file: File) -> bool:
    """Whether the gateway names its plain way as default."""
    named = element.node.get("default")
    return any(way.element.id == named and way.condition is None for way in file.ways.get(element.id, []))


def _clark(name: str) -> str:
    prefix, _, rest = name.rpartition(":")
    return f"{{{HOUSE[prefix]}}}{rest}" if prefix else name


def _event(node: Node) -> list[Any]:
    match node.event:
        case Timer(duration=duration, date=date):
            if duration is not None:
                return [("timerEventDefinition", "timeDuration", duration)]
            return [("timerEventDefinition", "timeDate", plain(date or "").strip())]
        case Signals(names=names):
            return [("signalEventDefinition", "signalRef", plain(name)) for name in names]
        case Failure(name=name):
            return [("errorEventDefinition", "errorRef", name)]
    return []


def _body(element: Element, file: File) -> list[Any]:
    """What stands in an element besides what is compared elsewhere."""
    found: list[Any] = []
    for child in element.node:
        if not isinstance(child.tag, str) or child.tag in _REPEATS:
            continue
        if child.get("id") in file.elements and file.elements[child.get("id")].parent == element.id:
            continue
        found.append(_definition(child))
    return found


def _definition(child: Any) -> Any:
    tag = local(child)
    if tag == "timerEventDefinition" and len(child) == 1 and set(child.attrib) <= {"id"}:
        return tag, local(child[0]), "".join(child[0].itertext()).strip()
    reference = {"signalEventDefinition": "signalRef", "errorEventDefinition": "errorRef"}.get(tag)
    if reference is not None and len(child) == 0 and set(child.attrib) <= {"id", reference}:
        root = child.getroottree().getroot()
        wanted = child.get(reference)
        named = next((e for e in root if isinstance(e.tag, str) and e.get("id") == wanted), None)
        if named is not None:
            return tag, reference, named.get("name", "")
    return tag, child.tag, None
