"""Expert blocks: BPMN that the cards cannot show, kept to the byte.

The XML of a block is the elements themselves, as they stood in their file: first those of the process, then the
root elements (signals, messages, errors) that they name. Prefixes that the house does not use are declared on each
element, so that a block means the same in every file. Only where the sequence flow out of a block goes is written
anew when the next card changes.
"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.flows.cards import DIALECT, Expert

MODEL: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
HOUSE: Final = {
    "bpmn": MODEL,
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "fw": DIALECT,
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
"""The prefixes of a file of ours."""

ROOT_TAGS: Final = frozenset(
    {"signal", "message", "error", "escalation", "itemDefinition", "category", "dataStore", "interface", "resource"}
)
"""Elements that stand beside the process, not in it."""

NODE_TAGS: Final = frozenset(
    {"task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask",
     "callActivity", "subProcess", "transaction", "adHocSubProcess", "exclusiveGateway", "parallelGateway",
     "inclusiveGateway", "complexGateway", "eventBasedGateway", "startEvent", "endEvent", "intermediateCatchEvent",
     "intermediateThrowEvent", "boundaryEvent"}
)  # fmt: skip
"""Elements that a token comes to."""

AFTER: Final = "after.block"
"""In a block: the target of its sequence flows that leave it."""


class BlockBroken(FangweiError):
    """The XML of an expert block cannot be read."""

    code = "flows.block_broken"
    text = Text("专家块 “{key}” 的 XML 读不懂：{why}", "The XML of the expert block '{key}' cannot be read: {why}")
    http_status = 422


def safe_parser() -> etree.XMLParser:
    """Never fetches, never expands: no entities, no DTD, no network."""
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=False
    )


def wrapped(xml: str) -> str:
    """The block inside an element that declares the house's prefixes."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in HOUSE.items())
    return f"<block {declared}>{xml}</block>"


def elements(card: Expert) -> etree._Element:
    """Its elements, below one root.

    Raises:
        BlockBroken: not XML.
    """
    try:
        return etree.fromstring(wrapped(card.xml).encode(), safe_parser())
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise BlockBroken(key=card.key, why=str(error)[:200]) from None


def local(element: etree._Element) -> str:
    """The tag without its namespace; empty for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def entry_of(card: Expert) -> str:
    """Where one comes into the block: the element that no sequence flow leads to; if there is none, the first one.

    Raises:
        BlockBroken: not XML, or nothing in it that runs.
    """
    root = elements(card)
    flows = {element.get("id"): element for element in root if local(element) == "sequenceFlow"}
    targets = {flow.get("targetRef") for flow in flows.values()}
    nodes = [
        name
        for element in root
        if (name := element.get("id")) and local(element) in NODE_TAGS and not element.get("attachedToRef")
    ]
    entry = next((name for name in nodes if name not in targets), next(iter(nodes), None))
    if entry is None:
        raise BlockBroken(key=card.key, why="没有可以进入的元素 / nothing to go to")
    return str(entry)


def ids_in(xml: str) -> Iterator[str]:
    """Ids of its elements of the process; root elements may be shared between blocks."""
    for element in etree.fromstring(wrapped(xml).encode(), safe_parser()):
        if local(element) in ROOT_TAGS:
            continue
        for one in element.iter():
            name = one.get("id") if isinstance(one.tag, str) else None
            if name:
                yield name


def placed(xml: str, target: str) -> str:
    """The block with its ways out led to the element `target`."""
    return xml.replace(f'targetRef="{AFTER}"', f'targetRef="{target}"')
