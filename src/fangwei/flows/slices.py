"""The bytes of each element as they stand in their file. lxml does not say where an element began; expat does."""

from typing import NamedTuple
from xml.parsers import expat

from fangwei.flows.expert import wrapped


class Slice(NamedTuple):
    """Where an element stands in the bytes of its file."""

    path: tuple[str, ...]
    """Tags of its parents and itself, as written (with prefixes)."""
    attributes: dict[str, str]
    start: int
    end: int


def spans(data: bytes, depth: int) -> list[Slice]:
    """All elements at most `depth` below the root, in document order.

    The caller has refused DTDs (bpmn_check): expat meets no entity here.
    """
    parser = expat.ParserCreate()
    found: list[Slice | None] = []
    open_: list[tuple[int, tuple[str, ...], dict[str, str], int]] = []
    path: list[str] = []

    def began(tag: str, attributes: dict[str, str]) -> None:
        path.append(tag)
        if len(path) <= depth + 1:
            found.append(None)
            open_.append((len(found) - 1, tuple(path), attributes, parser.CurrentByteIndex))

    def ended(_: str) -> None:
        if len(path) <= depth + 1:
            place, where, attributes, start = open_.pop()
            at = parser.CurrentByteIndex
            # a tag that closes itself has no end tag: its own > is looked for, outside quotes
            stop = _tag_end(data, start if _closes_itself(data, start) else at)
            found[place] = Slice(where, attributes, start, stop)
        path.pop()

    parser.StartElementHandler = began
    parser.EndElementHandler = ended
    parser.Parse(data, True)
    return [one for one in found if one is not None]


def _tag_end(data: bytes, at: int) -> int:
    quote = 0
    while at < len(data):
        byte = data[at]
        if quote:
            if byte == quote:
                quote = 0
        elif byte in b"\"'":
            quote = byte
        elif byte == 0x3E:
            return at + 1
        at += 1
    return at


def _closes_itself(data: bytes, start: int) -> bool:
    return data[_tag_end(data, start) - 2 : _tag_end(data, start)] == b"/>"


def slices(xml: str) -> list[str]:
    """Each top element of a block, with its own bytes."""
    data = wrapped(xml).encode()
    return [data[one.start : one.end].decode() for one in spans(data, 1) if len(one.path) == 2]
