"""Where each element is drawn (BPMN DI): a band for each card, one below the other, as in the list of cards.

In a band the elements stand in columns by how many steps they are from its entry, and in rows by how the ways part.
Deterministic: order of construction decides, nothing else.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec
from lxml import etree

from fangwei.flows.bpmn import Edge, Node, Piece
from fangwei.flows.expert import NODE_TAGS, local, safe_parser, wrapped

GAP_X: Final = 60.0
GAP_Y: Final = 50.0
MARGIN: Final = 40.0
INDENT: Final = 80.0
"""Cards inside a branch stand this much to the right."""


class Box(NamedTuple):
    """A shape, px."""

    x: float
    y: float
    w: float
    h: float


class Drawing(msgspec.Struct):
    """Shapes and lines by the ids of their elements."""

    boxes: dict[str, Box] = {}
    ways: dict[str, list[tuple[float, float]]] = {}
    expanded: set[str] = set()
    choices: set[str] = set()


def size(tag: str) -> tuple[float, float]:
    """Width and height that bpmn-js gives an element."""
    if tag.endswith("Event"):
        return 36.0, 36.0
    if tag.endswith("Gateway"):
        return 50.0, 50.0
    return 100.0, 80.0


def draw(pieces: Sequence[Piece]) -> Drawing:
    """The drawing of a whole process."""
    drawing = Drawing()
    bands = _Bands(drawing)
    for piece in pieces:
        bands.add(piece, 0)
    bands.connect()
    return drawing


class _Bands:
    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.y = 80.0
        self.band: dict[str, int] = {}
        self.floors: list[float] = []
        self.edges: list[Edge] = []

    def add(self, piece: Piece, depth: int) -> None:
        nodes, edges = (piece.nodes, piece.edges) if piece.block is None else _of_block(piece)
        height = _place(self.drawing, nodes, edges, piece.entry, 160.0 + depth * INDENT, self.y)
        for node in nodes:
            self.band[node.id] = len(self.floors)
        self.edges.extend(edges)
        self.floors.append(self.y + height + GAP_Y / 2)
        self.y += height + GAP_Y
        for inner in piece.inner:
            self.add(inner, depth + 1)

    def connect(self) -> None:
        lane = 0
        for edge in self.edges:
            if edge.source not in self.drawing.boxes or edge.target not in self.drawing.boxes:
                continue
            here, there = self.band[edge.source], self.band[edge.target]
            if here == there:
                self.drawing.ways[edge.id] = _inside(self.drawing, edge, self.floors[here] - GAP_Y / 2)
                continue
            a, b = self.drawing.boxes[edge.source], self.drawing.boxes[edge.target]
            # down to the gutter below its band, along it to the left, and in from the left
            gutter = self.floors[here] - 10
            left = b.x - 30 if there == here + 1 else 130.0 - 12 * (lane % 10)
            lane += there != here + 1
            out = a.x + a.w / 2
            self.drawing.ways[edge.id] = [
                (out, a.y + a.h), (out, gutter), (left, gutter), (left, b.y + b.h / 2), (b.x, b.y + b.h / 2),
            ]  # fmt: skip


def _inside(drawing: Drawing, edge: Edge, floor: float) -> list[tuple[float, float]]:
    a, b = drawing.boxes[edge.source], drawing.boxes[edge.target]
    y0, y1 = a.y + a.h / 2, b.y + b.h / 2
    if b.x >= a.x + a.w:
        if abs(y0 - y1) < 1:
            return [(a.x + a.w, y0), (b.x, y1)]
        if a.h == 36.0 and b.y > a.y:
            return [(a.x + a.w / 2, a.y + a.h), (a.x + a.w / 2, y1), (b.x, y1)]
        middle = b.x - GAP_X / 2
        return [(a.x + a.w, y0), (middle, y0), (middle, y1), (b.x, y1)]
    low = min(floor + 8, max(a.y + a.h, b.y + b.h) + 20)
    out, into = a.x + a.w / 2 + 8, b.x + b.w / 2 - 8
    return [(out, a.y + a.h), (out, low), (into, low), (into, b.y + b.h)]


def _place(
    drawing: Drawing, nodes: Sequence[Node], edges: Sequence[Edge], entry: str, left: float, top: float
) -> float:
    """Places the elements of one band or sub-process; its height."""
    sizes = {}
    for node in nodes:
        sizes[node.id] = size(node.tag)
        if node.tag == "exclusiveGateway":
            drawing.choices.add(node.id)
        if node.inside is not None:
            sizes[node.id] = _extent(node.inside)
            drawing.expanded.add(node.id)
    hosts = {node.id: node.host for node in nodes if node.host is not None}
    column, row = grid([n.id for n in nodes], hosts, edges, entry)
    widths: dict[int, float] = {}
    heights: dict[int, float] = {}
    for name, at in column.items():
        widths[at] = max(widths.get(at, 0.0), sizes[name][0])
        heights[row[name]] = max(heights.get(row[name], 0.0), sizes[name][1])
    x = {at: left + sum(widths.get(i, 0.0) + GAP_X for i in range(at)) for at in widths}
    y = {at: top + sum(heights.get(i, 0.0) + GAP_Y for i in range(at)) for at in heights}
    for node in nodes:
        if node.id in hosts:
            continue
        w, h = sizes[node.id]
        at, line = column[node.id], row[node.id]
        drawing.boxes[node.id] = Box(x[at] + (widths[at] - w) / 2, y[line] + (heights[line] - h) / 2, w, h)
    _attach(drawing, nodes)
    for node in nodes:
        if node.inside is not None:
            box, inside = drawing.boxes[node.id], node.inside
            _place(drawing, inside.nodes, inside.edges, inside.entry, box.x + MARGIN, box.y + MARGIN)
            for edge in inside.edges:
                drawing.ways[edge.id] = _inside(drawing, edge, box.y + box.h - 24)
    return sum(heights.values()) + GAP_Y * max(len(heights) - 1, 0)


def _attach(drawing: Drawing, nodes: Iterable[Node]) -> None:
    """Boundary events on the lower edge of their host, from right to left."""
    taken: dict[str, int] = {}
    for node in nodes:
        if node.host is None or node.host not in drawing.boxes:
            continue
        host = drawing.boxes[node.host]
        place = taken.get(node.host, 0)
        taken[node.host] = place + 1
        drawing.boxes[node.id] = Box(host.x + host.w - 30 - 34 * place, host.y + host.h - 18, 36.0, 36.0)


def _extent(piece: Piece) -> tuple[float, float]:
    """How large a sub-process is drawn."""
    trial = Drawing()
    height = _place(trial, piece.nodes, piece.edges, piece.entry, 0.0, 0.0)
    return max(box.x + box.w for box in trial.boxes.values()) + 2 * MARGIN, height + 2 * MARGIN + 20


def grid(
    names: Sequence[str], hosts: dict[str, str], edges: Sequence[Edge], entry: str
) -> tuple[dict[str, int], dict[str, int]]:
    """Column and row of each element that is not attached to another.

    Column: most steps from the entry, over sequence flows that do not go back. Row: that of whoever leads there, or
    the next free one below.
    """
    ways: dict[str, list[str]] = {name: [] for name in names if name not in hosts}
    for edge in edges:
        source = hosts.get(edge.source, edge.source)
        target = hosts.get(edge.target, edge.target)
        if source in ways and target in ways and source != target and target not in ways[source]:
            ways[source].append(target)
    order, forward = _order(ways, [entry, *ways])
    column = dict.fromkeys(order, 0)
    for name in order:
        for target in forward[name]:
            column[target] = max(column[target], column[name] + 1)
    row: dict[str, int] = {}
    used: set[tuple[int, int]] = set()
    leaders: dict[str, str] = {}
    for name in order:
        for target in forward[name]:
            leaders.setdefault(target, name)
    for name in order:
        want = row[leaders[name]] if name in leaders else 0
        while (column[name], want) in used:
            want += 1
        row[name] = want
        used.add((column[name], want))
        if name in leaders:
            # what stands between keeps its line free
            used.update((at, want) for at in range(column[leaders[name]] + 1, column[name]))
    return column, row


def _order(ways: dict[str, list[str]], starts: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
    """A topological order, and the ways without those that go back to where one is (depth first, no recursion)."""
    state: dict[str, int] = {}
    forward: dict[str, list[str]] = {name: [] for name in ways}
    done: list[str] = []
    for start in starts:
        if start not in ways or start in state:
            continue
        state[start] = 1
        stack = [(start, iter(ways[start]))]
        while stack:
            name, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                state[name] = 2
                done.append(name)
                stack.pop()
            elif state.get(target) != 1:
                forward[name].append(target)
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(ways[target])))
    return done[::-1], forward


def _of_block(piece: Piece) -> tuple[list[Node], list[Edge]]:
    """The elements of an expert block, as far as they are drawn."""
    assert piece.block is not None
    after = piece.edges[0].target
    root = etree.fromstring(wrapped(piece.block.xml).encode(), safe_parser())
    ids = {element.get("id") for element in root}
    nodes, edges = [], []
    for element in root:
        name, tag = element.get("id"), local(element)
        if tag in NODE_TAGS and name:
            nodes.append(Node(id=name, tag=tag, host=element.get("attachedToRef")))
        elif tag == "sequenceFlow" and name:
            target = element.get("targetRef", "")
            goal = target if target in ids else after
            edges.append(Edge(source=element.get("sourceRef", ""), target=goal, named=name))
    return nodes, edges
