"""Which elements make one expert block, and their bytes."""

import re
from collections import deque
from collections.abc import Callable, Collection
from typing import Final

from fangwei.flows.bpmn_file import File, is_node, prefixes
from fangwei.flows.expert import AFTER

_KINDS: Final = "signal|message|error|escalation|item|itemSubject|structure|dataStore"
_REFERENCE: Final = re.compile(rf"\b(?:{_KINDS})Ref\s*=\s*[\"']([^\"']+)")


def region(
    file: File, at: str, stops: Collection[str], taken: Collection[str], may_begin: Callable[[str], bool]
) -> tuple[set[str], str | None]:
    """The smallest part of the process that begins at `at` and leaves to one element only; that element.

    It ends where a card may begin, or at a stop. Sequence flows back to what was read before may leave it anywhere.
    """
    whole, order = _reach(file, at, None, stops, taken)
    best: tuple[set[str], str | None] | None = None
    for goal in [name for name in order if name != at and may_begin(name)] + [s for s in stops if s in order]:
        inside, _ = _reach(file, at, goal, stops, taken)
        if any(stop in inside for stop in stops if stop != goal) or not _only_way_in(file, inside, at, taken):
            continue
        inside.discard(goal)
        if best is None or len(inside) < len(best[0]):
            best = inside, goal
    if best is not None:
        return best
    return whole - set(stops), next((stop for stop in stops if stop in order), None)


def _reach(
    file: File, at: str, goal: str | None, stops: Collection[str], taken: Collection[str]
) -> tuple[set[str], list[str]]:
    """Everything that a token at `at` can come to without passing `goal`; stops are reached, not passed."""
    seen, order = {at}, [at]
    queue = deque([at])
    while queue:
        name = queue.popleft()
        if name == goal or name in stops:
            continue
        targets = [way.target for way in file.ways.get(name, ())] + list(file.attached.get(name, ()))
        for target in targets:
            if target not in seen and target not in taken and target in file.elements:
                seen.add(target)
                order.append(target)
                queue.append(target)
    if goal is not None:
        seen.discard(goal)
    return seen, order


def _only_way_in(file: File, inside: set[str], at: str, taken: Collection[str]) -> bool:
    """Whether nothing that was read as cards before leads into the middle of it."""
    return not any(way.target in inside and way.target != at for source in taken for way in file.ways.get(source, ()))


def block_xml(file: File, inside: set[str], after: str | None, used: Collection[str]) -> tuple[str, list[str]]:
    """The block's XML, and the ids of the elements in it: nodes, their sequence flows, what hangs on them alone."""
    flows = {way.element.id for name in inside for way in file.ways.get(name, ())}
    names = {name for name in file.top if name in inside or name in flows}
    names |= _artifacts(file, names, used)
    gone = {way.element.id for ways in file.ways.values() for way in ways} - flows
    parts = [_clean(file, name, flows, gone, after) for name in file.top if name in names]
    wanted = {found for part in parts for found in _REFERENCE.findall(part)}
    parts += [_declare(xml, prefixes(file, xml)) for name, xml in file.roots.items() if name in wanted]
    return "\n".join(parts), sorted(names | flows)


def _artifacts(file: File, names: set[str], used: Collection[str]) -> set[str]:
    """What hangs on these, what hangs on that, and what those name: a line, and the note at its other end."""
    found: set[str] = set()
    while True:
        more = {
            name for name in file.top if name not in names | found and name not in used and _free_standing(file, name)
            and (_hangs_on(file, name) & (names | found) or any(name in _hangs_on(file, one) for one in found))
        }  # fmt: skip
        if not more:
            return found
        found |= more


def _free_standing(file: File, name: str) -> bool:
    """Whether no token comes to it."""
    element = file.elements.get(name)
    return element is None or not (is_node(element) or element.tag == "sequenceFlow")


def _hangs_on(file: File, name: str) -> set[str]:
    """Ids that a top element names."""
    words = set(re.findall(r'=\s*"([^"]*)"', file.top[name])) | set(re.findall(r">\s*([^<>\s]+)\s*<", file.top[name]))
    return words - {name}


def leftovers(file: File, used: Collection[str]) -> dict[str, str]:
    """Top elements that neither a card nor a block holds -> an element that they hang on, or empty."""
    flows = {way.element.id for name in used for way in file.ways.get(name, ())}
    left: dict[str, str] = {}
    for name in file.top:
        tag = re.split(r"[\s/>]", file.top[name][1:], maxsplit=1)[0].rpartition(":")[2]
        if name in used or name in flows or tag in ("extensionElements", "documentation"):
            continue
        left[name] = next(iter(sorted(_hangs_on(file, name) & set(used))), "")
    return left


def rest_xml(file: File, names: Collection[str]) -> str:
    """Bytes of elements that hang on nothing."""
    return "\n".join(_declare(file.top[name], prefixes(file, file.top[name])) for name in file.top if name in names)


def _clean(file: File, name: str, flows: set[str], gone: set[str], after: str | None) -> str:
    """An element's bytes; references to the sequence flows of its neighbours go, and its way out is left open."""
    xml = file.top[name]

    def drop(found: re.Match[str]) -> str:
        return "" if found[2].strip() in gone else found[0]

    xml = re.sub(r"\s*<((?:[\w.-]+:)?(?:incoming|outgoing))>([^<]*)</\1>", drop, xml)
    if after is not None and name in flows:
        tag = xml.split(">", 1)[0]
        open_ = re.sub(rf'targetRef\s*=\s*(["\']){re.escape(after)}\1', f'targetRef="{AFTER}"', tag)
        xml = open_ + xml[len(tag) :]
    return _declare(xml, prefixes(file, xml))


def _declare(xml: str, wanted: dict[str | None, str]) -> str:
    """The element with the prefixes declared that it needs."""
    end = re.match(r"<[^\s/>]+", xml)
    if end is None:
        return xml
    tag = xml.split(">", 1)[0]
    declared = "".join(
        f' xmlns{":" + prefix if prefix else ""}="{uri}"'
        for prefix, uri in wanted.items()
        if f"xmlns{':' + prefix if prefix else ''}=" not in tag
    )
    return xml[: end.end()] + declared + xml[end.end() :]
