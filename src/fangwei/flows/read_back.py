"""BPMN -> Flow, without loss: what cards can show becomes cards, everything else an expert block, to the byte.

A card is believed only when compiling it again gives what stands in the file. So a file that somebody else's tool
saved is read by what it says, not by what it once was.
"""

from collections.abc import Collection
from typing import Any, Final

import msgspec

from fangwei.core.texts import Text
from fangwei.flows.bpmn import NEXT, Piece, back
from fangwei.flows.bpmn_file import Element, File, end_of, read, start_of
from fangwei.flows.bpmn_xml import plain
from fangwei.flows.canonical import default_of, edges_of, names_of, nodes_of, same_node
from fangwei.flows.cards import AnyCard, Approve, Branch, Expert, Flow, Noun
from fangwei.flows.compile import FLOW_ID, KEY, piece_of
from fangwei.flows.region import block_xml, leftovers, region, rest_xml

_DEEPEST: Final = 20
"""Branches inside branches; deeper is no flow that a person drew."""


def read_back(xml: bytes | str) -> Flow:
    """The flow that a BPMN file stands for.

    Raises:
        NotBpmn: it cannot be read as a flow at all; `bpmn_check` says more about it.
    """
    return _Reader(read(xml)).flow()


class _Reader:
    def __init__(self, file: File) -> None:
        self.file = file
        self.into = file.into()
        self.start = start_of(file)
        self.end = end_of(file)
        self.head = self._head()
        self.blocks = self._blocks()
        self.banned: set[str] = set()
        self.used: set[str] = set()
        self.keys: set[str] = set()
        self.owner: dict[str, str] = {}

    def flow(self) -> Flow:
        """Read again while elements are left over: the card that such an element hangs on is none."""
        first = self.file.ways[self.start.id][0].target
        while True:
            self.used, self.keys, self.owner = {self.start.id, self.end or ""}, set(), {}
            cards = self._list(first, {self.end} if self.end else set(), top=True, depth=0)
            rest = leftovers(self.file, self.used)
            hung = {self.owner[name] for name in rest.values() if name in self.owner}
            hung = hung or {card.key for card in cards[-1:] if rest}
            if not hung - self.banned:
                break
            self.banned |= hung
        if rest and cards and isinstance(cards[-1], Expert):
            # what hangs on nothing goes with the last block: nothing of a file is lost
            cards[-1] = msgspec.structs.replace(cards[-1], xml=f"{cards[-1].xml}\n{rest_xml(self.file, rest)}")
        return msgspec.structs.replace(self.head, cards=tuple(cards))

    def _head(self) -> Flow:
        process = self.file.process
        head = None
        for name, value in self._process_extras():
            if name == "flow":
                try:
                    head = msgspec.convert(value, Flow)
                except msgspec.ValidationError:
                    continue
        own = str(process.get("id", ""))
        name = str(process.get("name", ""))
        if head is None:
            safe = own if FLOW_ID.fullmatch(own) else "imported"
            head = Flow(id=safe, name=Text(name or own, name or own), noun=Noun.OTHER)
        if plain(head.name.zh) != name:
            head = msgspec.structs.replace(head, name=Text(name, head.name.en))
        about = next((e for e in process if e.tag == f"{{{process.nsmap[process.prefix]}}}documentation"), None)
        words = None if about is None else "".join(about.itertext()) or None
        before = None if head.about is None else plain(head.about.zh) or None
        if words != before:
            told = None if words is None else Text(words, head.about.en if head.about else words)
            head = msgspec.structs.replace(head, about=told)
        return msgspec.structs.replace(head, cards=())

    def _process_extras(self) -> list[tuple[str, Any]]:
        return Element(self.file.process, "", "process", None).extras()

    def _blocks(self) -> dict[str, dict[str, Any]]:
        for name, value in self._process_extras():
            if name == "blocks" and isinstance(value, dict):
                return {entry: card for entry, card in value.items() if isinstance(card, dict)}
        return {}

    def _list(self, at: str, stops: Collection[str], *, top: bool, depth: int) -> list[AnyCard]:
        """Cards from an element on, until one of the stops."""
        cards: list[AnyCard] = []
        entries: dict[str, str] = {}
        while at not in stops and at in self.file.elements and at not in self.used:
            found = self._card(at, entries, first=top and not cards, depth=depth)
            card, after = found if found is not None else self._block(at, stops, set(entries))
            entries[at] = card.key
            cards.append(card)
            if after is None:
                break
            at = after
        return cards

    def _take(self, names: Collection[str], key: str) -> None:
        self.used.update(names)
        self.keys.add(key)
        self.owner.update(dict.fromkeys(names, key))

    # cards

    def _card(self, at: str, entries: dict[str, str], *, first: bool, depth: int) -> tuple[AnyCard, str | None] | None:
        element = self.file.elements[at]
        said = next((value for name, value in element.extras() if name == "card"), None)
        if said is None or depth > _DEEPEST:
            return None
        try:
            card: AnyCard = msgspec.convert(said, AnyCard)
        except (msgspec.ValidationError, TypeError):
            return None
        if isinstance(card, Expert) or not KEY.fullmatch(card.key) or card.key in self.keys | self.banned:
            return None
        if isinstance(card, Branch):
            return self._branch(card, at, depth)
        goes = {entry: back(key) for entry, key in entries.items()}
        context = msgspec.structs.replace(self.head, cards=(card,) if first else ())
        card = self._renamed(card, piece_of(card, context))
        piece = piece_of(card, msgspec.structs.replace(self.head, cards=(card,) if first else ()))
        after = self._matches(piece, at, goes)
        if after is None:
            return None
        self._take([node.id for node, _ in nodes_of(piece)], card.key)
        return card, after

    def _renamed(self, card: AnyCard, piece: Piece) -> AnyCard:
        """What was written at its elements flows back: names, and the documentation as help."""
        for node, _ in nodes_of(piece):
            element = self.file.elements.get(node.id)
            if element is None:
                continue
            if node.id == card.key:
                if element.name != plain(node.name):
                    card = msgspec.structs.replace(card, name=Text(element.name, card.name.en))
                if element.about != (None if node.about is None else plain(node.about)):
                    words = element.about
                    told = None if words is None else Text(words, card.help.en if card.help else words)
                    card = msgspec.structs.replace(card, help=told)
            elif isinstance(card, Approve) and element.name != plain(node.name):
                by = tuple(
                    msgspec.structs.replace(a, name=Text(element.name, a.name.en))
                    if node.id == f"{card.key}.{a.key}"
                    else a
                    for a in card.by
                )
                card = msgspec.structs.replace(card, by=by)
        return card

    def _matches(self, piece: Piece, at: str, goes: dict[str, str]) -> str | None:
        """Where the piece leads to, when it stands in the file as it is compiled; else None."""
        expected = {node.id: (node, parent) for node, parent in nodes_of(piece)}
        if piece.entry != at:
            return None
        wanted: dict[tuple[str, str | None, str], str] = dict(names_of(piece))
        choices = {source for source, condition, _ in edges_of(piece) if condition is not None}
        for name, (node, parent) in expected.items():
            element = self.file.elements.get(name)
            if (
                element is None
                or not same_node(node, parent, element, self.file)
                or element.name != plain(node.name)
                or element.about != (None if node.about is None else plain(node.about))
                or any(event not in expected for event in self.file.attached.get(name, ()))
                or (name in choices and node.tag == "exclusiveGateway" and not self._default(name, wanted))
            ):
                return None
        inside = {e.id for e in self.file.elements.values() if e.parent in expected and e.tag != "sequenceFlow"}
        if not inside <= set(expected):
            return None
        after: set[str] = set()
        actual: list[tuple[str, str | None, str]] = []
        for name in expected:
            for way in self.file.ways.get(name, ()):
                goal = way.target
                if goal not in expected or (name, way.condition, goal) not in wanted:
                    goal = goes[goal] if (name, way.condition, goes.get(goal, "")) in wanted else NEXT
                    if goal == NEXT:
                        after.add(way.target)
                if way.language is not None or way.element.name != plain(wanted.get((name, way.condition, goal), "")):
                    return None
                if set(way.element.node.attrib) - _WAY or way.element.about or way.element.extras():
                    return None
                actual.append((name, way.condition, goal))
        if sorted(actual, key=str) != sorted(edges_of(piece), key=str) or len(after) > 1:
            return None
        for name in expected.keys() - {at}:
            if any(way.source not in expected for way in self.into.get(name, ())):
                return None
        return after.pop() if after else ""

    def _default(self, name: str, wanted: dict[tuple[str, str | None, str], str]) -> bool:
        has_plain = any(source == name and condition is None for source, condition, _ in wanted)
        return default_of(self.file.elements[name], self.file) is has_plain

    def _branch(self, card: Branch, at: str, depth: int) -> tuple[AnyCard, str | None] | None:
        joined = f"{card.key}.joined"
        ways = {way.condition: way.target for way in self.file.ways.get(at, ())}
        yes, no = ways.get(f"({plain(card.when)}) = true"), ways.get(f"({plain(card.when)}) = false")
        if yes is None or no is None or joined not in self.file.elements:
            return None
        kept = set(self.used), set(self.keys), dict(self.owner)
        own = {at, joined, *(f"{card.key}.{part}" for part in ("unknown", "decided", "otherwise"))}
        self._take([name for name in own if name in self.file.elements], card.key)
        then, otherwise = (
            tuple(self._list(goal, {joined, f"{card.key}.otherwise"}, top=False, depth=depth + 1)) for goal in (yes, no)
        )
        card = msgspec.structs.replace(card, then=then, otherwise=otherwise)
        piece = piece_of(card, self.head)
        renamed = self._renamed(card, piece)
        piece = piece_of(renamed, self.head)
        # what the cards inside lead to its join is theirs
        into = self.into.pop(joined, [])
        after = self._matches(piece, at, {inner.entry: inner.entry for inner in piece.inner})
        self.into[joined] = into
        if after is None:
            self.used, self.keys, self.owner = kept
            return None
        return renamed, after

    # expert blocks

    def _block(self, at: str, stops: Collection[str], earlier: set[str]) -> tuple[Expert, str | None]:
        taken = self.used - set(stops)
        inside, after = region(self.file, at, stops, taken, self._may_begin)
        said = self.blocks.get(at, {})
        try:
            known: Expert | None = msgspec.convert(said | {"xml": ""}, Expert) if said else None
        except msgspec.ValidationError:
            known = None
        if known is None or known.key in self.keys or not KEY.fullmatch(known.key):
            key = self._free()
            name = self.file.elements[at].name
            known = Expert(key=key, name=Text(name or "专家块", name or "Expert block"), xml="")
        xml, names = block_xml(self.file, inside, after, self.used)
        self._take(names, known.key)
        return msgspec.structs.replace(known, xml=xml), after

    def _may_begin(self, name: str) -> bool:
        """Whether a card may begin here: cheap, and wrong sometimes; then the next block begins here."""
        element = self.file.elements[name]
        if name in self.banned:
            return False
        for kind, value in element.extras():
            if kind == "card" and isinstance(value, dict) and value.get("key") not in self.banned:
                return True
        return False

    def _free(self) -> str:
        number = 1
        while f"expert{number}" in self.keys or self._claimed(f"expert{number}"):
            number += 1
        return f"expert{number}"

    def _claimed(self, key: str) -> bool:
        return any(card.get("key") == key for card in self.blocks.values())


_WAY: Final = frozenset({"id", "name", "sourceRef", "targetRef", "{urn:fangwei:flow:1}of"})
