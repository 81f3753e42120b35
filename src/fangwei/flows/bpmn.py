"""The elements a flow is compiled to: nodes and sequence flows, before they are written as XML. Pure data."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

NEXT: Final = "\0next"
"""Target of a sequence flow that leaves its card for whatever comes after it."""


def back(key: str) -> str:
    """Target of a sequence flow that goes back to the entry of an earlier card."""
    return f"\0back:{key}"


class Timer(msgspec.Struct, frozen=True):
    """When: an ISO 8601 duration, or FEEL that gives a date and time."""

    duration: str | None = None
    date: str | None = None


class Signals(msgspec.Struct, frozen=True):
    """Any one of these signals."""

    names: tuple[str, ...]


class Failure(msgspec.Struct, frozen=True):
    """An error that ends the sub-process around it."""

    name: str


Event = Timer | Signals | Failure


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A flow node.

    `of` is the key of its card; `extras` what stands in its extensionElements as (name, JSON value); `attributes`
    what its tag has besides id and name.
    """

    id: str
    tag: str
    name: str = ""
    of: str | None = None
    about: str | None = None
    extras: tuple[tuple[str, Any], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    event: Event | None = None
    host: str | None = None
    """Of a boundary event: the activity it is attached to."""
    inside: "Piece | None" = None
    """Of a sub-process."""


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """A sequence flow. `condition` is FEEL; the one without a condition behind a gateway is its default."""

    source: str
    target: str
    name: str = ""
    condition: str | None = None
    of: str | None = None
    named: str | None = None
    """Its id, where it has one of its own (in expert blocks)."""

    @property
    def id(self) -> str:
        """Made of where it comes from and goes to: the same flow gives the same bytes."""
        return self.named or f"{self.source}-to-{self.target}"


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """An expert block on its way through the compiler: its XML goes out as it came in."""

    entry: str
    xml: str
    of: str


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a process: elements, and where one comes in."""

    entry: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    inner: tuple["Piece", ...] = ()
    """Pieces of the cards inside a branch, drawn below it."""
    block: Block | None = None

    def all_nodes(self) -> Iterator[Node]:
        """Its nodes, and those of the cards inside it; not those inside sub-processes."""
        yield from self.nodes
        for piece in self.inner:
            yield from piece.all_nodes()

    def all_edges(self) -> Iterator[Edge]:
        """Its sequence flows, and those of the cards inside it."""
        yield from self.edges
        for piece in self.inner:
            yield from piece.all_edges()


def iso_duration(seconds: float) -> str:
    """Seconds as ISO 8601; days and hours are not named apart, because their length depends on nothing.

    >>> iso_duration(5400), iso_duration(0.5), iso_duration(86400)
    ('PT1H30M', 'PT0.5S', 'PT24H')
    """
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    small = round(seconds - whole, 6)
    text = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if rest or small or not text:
        text += f"{rest + small:.6f}".rstrip("0").rstrip(".") + "S"
    return f"PT{text}"
