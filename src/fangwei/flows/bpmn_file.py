"""A BPMN file as it is read: its process, the elements in it with their own bytes, who leads where."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from lxml import etree

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.flows.cards import DIALECT
from fangwei.flows.expert import HOUSE, MODEL, NODE_TAGS, local, safe_parser
from fangwei.flows.slices import spans

FW: Final = f"{{{DIALECT}}}"
BPMN: Final = f"{{{MODEL}}}"


class NotBpmn(FangweiError):
    """The file cannot be read as a flow at all."""

    code = "flows.not_bpmn"
    text = Text("读不了这个文件：{why}", "This file cannot be read: {why}")
    http_status = 422


class Element(msgspec.Struct, eq=False):
    """One element, also inside sub-processes."""

    node: Any
    id: str
    tag: str
    parent: str | None
    """Id of the sub-process it is in."""

    @property
    def name(self) -> str:
        """What is written at it."""
        return str(self.node.get("name", ""))

    @property
    def about(self) -> str | None:
        """Its documentation, if it is not empty."""
        found = self.node.find(f"{BPMN}documentation")
        return None if found is None else "".join(found.itertext()) or None

    def extras(self) -> list[tuple[str, Any]]:
        """What stands in its extensionElements: tag -> JSON value of our own, or the element's text as it is."""
        found: list[tuple[str, Any]] = []
        for child in self.node.iterfind(f"{BPMN}extensionElements/*"):
            if not isinstance(child.tag, str):
                continue
            if child.tag.startswith(FW) and len(child) == 0:
                try:
                    found.append((child.tag.removeprefix(FW), msgspec.json.decode((child.text or "").strip())))
                    continue
                except msgspec.DecodeError:
                    pass
            found.append((child.tag, etree.tostring(child)))
        return found


class Way(msgspec.Struct, eq=False):
    """A sequence flow."""

    element: Element
    source: str
    target: str
    condition: str | None
    language: str | None


class File(msgspec.Struct, eq=False):
    """One process, flattened."""

    process: Any
    data: bytes
    elements: dict[str, Element]
    ways: dict[str, list[Way]]
    """By source."""
    attached: dict[str, list[str]]
    """Boundary events by host."""
    top: dict[str, str]
    """Bytes of each top element of the process, in document order."""
    roots: dict[str, str]
    """Bytes of each root element (signals, messages, ...)."""
    scope: dict[str | None, str]

    def into(self) -> dict[str, list[Way]]:
        """Sequence flows by target."""
        found: dict[str, list[Way]] = defaultdict(list)
        for ways in self.ways.values():
            for way in ways:
                found[way.target].append(way)
        return found


def read(xml: bytes | str) -> File:
    """The file's only process.

    Raises:
        NotBpmn: not XML, entities or a DTD, no process or several.
    """
    data = xml.encode() if isinstance(xml, str) else xml
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise NotBpmn(why="有 DTD 或实体，不予读取 / it has a DTD or entities")
    try:
        root = etree.fromstring(data, safe_parser())
    except etree.XMLSyntaxError as error:
        raise NotBpmn(why=str(error)[:200]) from None
    if root.getroottree().docinfo.encoding not in (None, "UTF-8", "utf-8", "ASCII", "US-ASCII"):
        data = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        root = etree.fromstring(data, safe_parser())
    processes = root.findall(f"{BPMN}process")
    if root.tag != f"{BPMN}definitions" or len(processes) != 1:
        raise NotBpmn(why=f"应有一个流程，实有 {len(processes)} 个 / it holds {len(processes)} processes, not one")
    process = processes[0]
    elements: dict[str, Element] = {}
    for element in _walk(process, None):
        if element.id in elements:
            raise NotBpmn(why=f"编号 {element.id} 重复 / id {element.id} is used twice")
        elements[element.id] = element
    ways: dict[str, list[Way]] = defaultdict(list)
    attached: dict[str, list[str]] = defaultdict(list)
    for element in elements.values():
        if element.tag == "sequenceFlow":
            way = _way(element)
            ways[way.source].append(way)
        elif element.node.get("attachedToRef"):
            attached[element.node.get("attachedToRef")].append(element.id)
    top, roots = _bytes(data, process)
    return File(process, data, elements, dict(ways), dict(attached), top, roots, dict(process.nsmap))


def _walk(parent: Any, inside: str | None) -> Iterator[Element]:
    stack = [(parent, inside)]
    while stack:
        node, owner = stack.pop()
        for child in node:
            name = child.get("id") if isinstance(child.tag, str) else None
            if not name or not child.tag.startswith(BPMN):
                continue
            yield Element(child, name, local(child), owner)
            if local(child) in ("subProcess", "transaction", "adHocSubProcess"):
                stack.append((child, name))


def _way(element: Element) -> Way:
    condition = element.node.find(f"{BPMN}conditionExpression")
    text = None if condition is None else "".join(condition.itertext()).strip()
    language = None if condition is None else condition.get("language")
    return Way(element, element.node.get("sourceRef", ""), element.node.get("targetRef", ""), text, language)


def _bytes(data: bytes, process: Any) -> tuple[dict[str, str], dict[str, str]]:
    top: dict[str, str] = {}
    roots: dict[str, str] = {}
    inside = False
    for one in spans(data, 2):
        depth = len(one.path) - 1
        name = one.attributes.get("id", "")
        if depth == 1:
            inside = one.path[-1].rpartition(":")[2] == "process" and name == process.get("id", "")
            if name and not inside:
                roots[name] = data[one.start : one.end].decode()
        elif depth == 2 and inside:
            top[name or f"?{one.start}"] = data[one.start : one.end].decode()
    return top, roots


def start_of(file: File) -> Element:
    """The event it starts by.

    Raises:
        NotBpmn: none, several, or one that waits for something.
    """
    starts = [e for e in file.elements.values() if e.tag == "startEvent" and e.parent is None]
    if len(starts) != 1:
        raise NotBpmn(why=f"应有一个开始事件，实有 {len(starts)} 个 / it has {len(starts)} start events, not one")
    if any(local(child).endswith("EventDefinition") for child in starts[0].node):
        raise NotBpmn(why="开始事件要等别的事件 / its start event waits for something")
    if len(file.ways.get(starts[0].id, [])) != 1:
        raise NotBpmn(why="开始事件后应有一条流 / one flow should leave its start event")
    return starts[0]


def end_of(file: File) -> str | None:
    """The end that a flow through all cards comes to: our own, or the only one."""
    ends = [e for e in file.elements.values() if e.tag == "endEvent" and e.parent is None]
    if any(e.id == "end.event" for e in ends):
        return "end.event"
    plain = [e for e in ends if not any(local(child).endswith("EventDefinition") for child in e.node)]
    return plain[0].id if len(ends) == 1 and plain else None


def is_node(element: Element) -> bool:
    """Whether a token comes to it."""
    return element.tag in NODE_TAGS


def prefixes(file: File, xml: str) -> dict[str | None, str]:
    """What an element taken from the file must declare to mean the same in a file of ours."""
    return {
        prefix: uri
        for prefix, uri in file.scope.items()
        if HOUSE.get(prefix or "") != uri and (prefix is None or f"{prefix}:" in xml)
    }
