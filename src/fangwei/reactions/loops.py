"""Rules that fire each other: found before they run. Pure.

A rule makes things happen that rules hear: signals it raises (`signal`), what a flow it starts may signal
(`flow.<flow>`), and what moves when it orders doors, fans and valves, which readings show. The first two are known by
name, and a circle of them is refused. The last is physics: a rule that watches a value where it moves something is
warned of, and stopped when it does fire itself (`judge.BURST`).
"""

from collections.abc import Mapping

from fangwei.core.orders import OrderKind
from fangwei.plant.schema import Kind
from fangwei.plant.site import Site
from fangwei.reactions.rule import EventRow, Move, RaiseSignal, RuleBody, StartFlow, ValueRow

SHOWN_BY: dict[OrderKind, frozenset[Kind]] = {
    OrderKind.FAN: frozenset({Kind.VENTILATION_FLOW}),
    OrderKind.DOOR: frozenset({Kind.ACCESS, Kind.VENTILATION_FLOW}),
    OrderKind.VALVE: frozenset({Kind.PRESSURE, Kind.LEVEL, Kind.PROCESS}),
    OrderKind.LIGHT: frozenset(),
}
"""Readings that change when it is moved."""


def can_return(body: RuleBody) -> bool:
    """Whether what the rule does may come back to it as an event."""
    hears_names = any(isinstance(row, EventRow) for row in body.when)
    moves = any(isinstance(action, Move) for action in body.then)
    reads = any(isinstance(row, ValueRow) for row in body.when)
    says = any(isinstance(action, (RaiseSignal, StartFlow)) for action in body.then)
    return (says and hears_names) or (moves and reads)


def circle(rules: Mapping[str, RuleBody]) -> list[str]:
    """Ids of rules that fire each other in a circle by names, the first again at the end; empty where there is none."""
    follows = {
        id: [other for other, theirs in rules.items() if any(_hears(theirs, name) for name in _says(body))]
        for id, body in rules.items()
    }
    done: set[str] = set()
    for start in follows:
        if start in done:
            continue
        path: list[str] = []
        steps = [iter([start])]
        while steps:
            here = next(steps[-1], None)
            if here is None:
                steps.pop()
                if path:
                    done.add(path.pop())
                continue
            if here in path:
                return [*path[path.index(here) :], here]
            if here not in done:
                path.append(here)
                steps.append(iter(follows[here]))
    return []


def feels_itself(body: RuleBody, site: Site) -> list[str]:
    """Points that the rule watches and that change when it does what it does."""
    found = []
    for row in body.when:
        point = site.points.get(row.point) if isinstance(row, ValueRow) else None
        if point is None:
            continue
        for action in body.then:
            if isinstance(action, Move) and point.kind in SHOWN_BY[OrderKind(action.kind)]:
                zones = action.zones or (point.zone,)
                if point.zone in zones:
                    found.append(point.id)
                    break
    return found


def _says(body: RuleBody) -> list[str]:
    found = []
    for action in body.then:
        if isinstance(action, RaiseSignal):
            found.append(action.name)
        elif isinstance(action, StartFlow):
            found.append(f"flow.{action.flow.lower()}")
    return found


def _hears(body: RuleBody, name: str) -> bool:
    for row in body.when:
        if isinstance(row, EventRow):
            stem = row.name.removesuffix("*")
            if row.name == name or (stem != row.name and f"{name}.".startswith(stem)):
                return True
    return False
