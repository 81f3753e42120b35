"""Circles in a flow in which nobody does anything and no time passes: such a flow never comes to rest. Pure."""

from collections import defaultdict
from typing import Any, Final

from fangwei.flows.expert import MODEL, local

_BPMN: Final = f"{{{MODEL}}}"
_RESTS: Final = frozenset({"userTask", "intermediateCatchEvent", "eventBasedGateway", "receiveTask", "callActivity"})
"""Where a token waits for somebody or something."""


def circles(root: Any) -> list[Any]:
    """The elements of each circle that never rests, in document order."""
    nodes = {e.get("id"): e for e in root.iter(f"{_BPMN}*") if e.get("id") and local(e) != "sequenceFlow"}
    ways: dict[str, list[str]] = defaultdict(list)
    for flow in root.iter(f"{_BPMN}sequenceFlow"):
        source, target = flow.get("sourceRef"), flow.get("targetRef")
        if _passes(nodes.get(source)) and _passes(nodes.get(target)):
            ways[source].append(target)
    found = _on_circles(ways)
    return [element for name, element in nodes.items() if name in found]


def _passes(element: Any) -> bool:
    """Whether a token goes through at once. A sub-process with a step for a person in it rests."""
    if element is None or local(element) in _RESTS:
        return False
    return not any(local(inner) in _RESTS for inner in element.iter(f"{_BPMN}*") if inner is not element)


def _on_circles(ways: dict[str, list[str]]) -> set[str]:
    """Names from which one comes back to oneself: what is left when ends are taken away from both sides until none is
    left lies on a circle or between two; both never rest."""
    into: dict[str, set[str]] = defaultdict(set)
    out: dict[str, set[str]] = defaultdict(set)
    for source, targets in ways.items():
        for target in targets:
            out[source].add(target)
            into[target].add(source)
    left = set(into) | set(out)
    ends = [name for name in left if not into[name] or not out[name]]
    while ends:
        name = ends.pop()
        if name not in left:
            continue
        left.discard(name)
        for other in out.pop(name, set()):
            into[other].discard(name)
            if other in left and not into[other]:
                ends.append(other)
        for other in into.pop(name, set()):
            out[other].discard(name)
            if other in left and not out[other]:
                ends.append(other)
    return left
