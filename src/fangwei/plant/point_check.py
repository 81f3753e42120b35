"""Points: a type's defaults merged in, and whether what results can be measured and can alarm."""

from collections.abc import Sequence
from itertools import pairwise

from fangwei.core.events import Hazard
from fangwei.core.texts import Text
from fangwei.core.units import UNITS
from fangwei.plant import texts
from fangwei.plant.problems import Findings
from fangwei.plant.schema import Kind, Limit, Name, Point, PointType, Rationalisation
from fangwei.plant.shape_check import Placed
from fangwei.plant.site import SitePoint

DATA_ALARM = "data"
"""`<point>.data` is raised by the platform when a point's data cannot be trusted."""
_UPWARDS = ("lo_lo", "lo", "hi", "hi_hi")
_GAS_UNITS = ("%LEL", "%vol", "LEL.m")


def merge(placed: Placed[Point], types: dict[str, PointType], broken: set[str], findings: Findings) -> SitePoint | None:
    """The point as the rooms use it; None, with a problem noted, where kind or unit is missing or unknown."""
    point = placed.value
    file = placed.file.name
    base = types.get(point.type) if point.type else None
    if point.type and base is None:
        if point.type not in broken:
            what = texts.UNKNOWN_ID.format(what=texts.NOUNS["type"], id=point.type)
            findings.add(file, placed.line("type"), what, findings.guess(point.type, types))
        return None

    def pick(key: str) -> object:
        own = getattr(point, key)
        return own if own is not None or base is None else getattr(base, key)

    kind, unit = pick("kind"), pick("unit")
    if kind is None:
        findings.add(file, placed.line(), texts.POINT_KIND_MISSING.format(id=point.id))
    if unit is None:
        findings.add(file, placed.line(), texts.POINT_UNIT_MISSING.format(id=point.id))
    if not isinstance(kind, Kind) or not isinstance(unit, str):
        return None
    if kind is Kind.SOURCE:
        findings.add(file, placed.line("kind"), texts.KIND_RESERVED)
        return None
    name, states, limits = pick("name"), pick("states"), _joined(point, base)
    more: dict[str, object] = {
        key: pick(key) for key in ("gas", "range", "normal", "max_rate", "stale_after", "frozen_after", "calibration")
    }
    if isinstance(name, Name):
        more["name"] = name.text
    if isinstance(states, dict):
        more["states"] = {number: state.text for number, state in states.items()}
    hazard = pick("hazard")
    if isinstance(hazard, Hazard):
        more["hazard"] = hazard
    return SitePoint.make(point.id, kind, point.zone, point.place, unit, limits=limits, **more)


def _joined(point: Point, base: PointType | None) -> tuple[Limit, ...]:
    own = point.limits or []
    inherited = (base.limits or []) if base else []
    if not own:
        return tuple(inherited)
    names = {limit.id for limit in own}
    return (*(limit for limit in inherited if limit.id not in names), *own)


def check_limit_ids(placed: Placed[Point] | Placed[PointType], findings: Findings) -> None:
    """Within one point or type no two limits have one id."""
    seen: dict[str, int] = {}
    for index, limit in enumerate(placed.value.limits or []):
        line = placed.line("limits", index)
        if limit.id in seen:
            where = f"{placed.file.name}:{seen[limit.id]}"
            what = texts.ID_TWICE.format(what=texts.NOUNS["limit"], id=f"{placed.value.id}.{limit.id}", where=where)
            findings.add(placed.file.name, line, what)
        seen.setdefault(limit.id, line)


def check_point(point: SitePoint, placed: Placed[Point], points: dict[str, SitePoint], findings: Findings) -> None:
    """Unit, gas, ranges and limits of one merged point."""
    file = placed.file.name
    if point.unit not in UNITS:
        findings.add(
            file,
            placed.line("unit"),
            texts.UNIT_UNKNOWN.format(unit=point.unit),
            findings.guess(point.unit, UNITS) or texts.ONE_OF.format(names=", ".join(UNITS)),
        )
    if point.kind is Kind.COMBUSTIBLE_GAS:
        if point.unit not in _GAS_UNITS:
            what = texts.UNIT_FOR_GAS.format(id=point.id, unit=point.unit)
            findings.add(file, placed.line("unit"), what, texts.ONE_OF.format(names=", ".join(_GAS_UNITS)))
        if point.gas is None or point.gas.lel is None:
            findings.add(file, placed.line("gas"), texts.LEL_MISSING.format(id=point.id))
    if point.unit == "state" and not point.states:
        findings.add(file, placed.line(), texts.STATES_MISSING.format(id=point.id))
    _check_state_names(point, placed, findings)
    for key in ("range", "normal"):
        pair = getattr(point, key)
        # a discrete point may have one normal state, so equal ends are a range of one value
        if pair is not None and (pair[0] > pair[1] or (key == "range" and pair[0] == pair[1])):
            what = texts.RANGE_TURNED.format(id=point.id, key=key, low=pair[0], high=pair[1])
            findings.add(file, placed.line(key), what)
    if point.range and point.normal and not point.range[0] <= point.normal[0] <= point.normal[1] <= point.range[1]:
        what = texts.NORMAL_OUTSIDE.format(
            id=point.id, low=point.normal[0], high=point.normal[1], range_low=point.range[0], range_high=point.range[1]
        )
        findings.add(file, placed.line("normal"), what)
    own = {limit.id: index for index, limit in enumerate(placed.value.limits or [])}
    for limit in point.limits:
        line = placed.line("limits", own[limit.id]) if limit.id in own else placed.line()
        for what, hint in _limit_problems(point, limit, points, findings):
            findings.add(file, line, what, hint)
    _check_order(point, placed, findings)


def _check_state_names(point: SitePoint, placed: Placed[Point], findings: Findings) -> None:
    # Connectors read the names as values, so a name must stand for one number.
    for language in ("zh", "en"):
        names = [getattr(name, language) for name in point.states.values()]
        for name in {n for n in names if names.count(n) > 1}:
            what = texts.STATE_NAMES_TWICE.format(id=point.id, name=name)
            findings.add(placed.file.name, placed.line("states"), what)


def _limit_problems(
    point: SitePoint, limit: Limit, points: dict[str, SitePoint], findings: Findings
) -> list[tuple[Text, Text | None]]:
    alarm = f"{point.id}.{limit.id}"
    found: list[tuple[Text, Text | None]] = []
    if limit.id == DATA_ALARM:
        found.append((texts.DATA_RESERVED.format(alarm=alarm), None))
    if limit.of is not None and limit.type != "deviation":
        found.append((texts.LIMIT_OF_UNUSED.format(alarm=alarm), None))
    if limit.type in ("high", "low"):
        if point.range and not point.range[0] <= limit.at <= point.range[1]:
            low, high = point.range
            found.append((texts.LIMIT_OUTSIDE.format(alarm=alarm, at=limit.at, low=low, high=high), None))
        elif point.normal and _stands_in_normal(limit, point.normal):
            low, high = point.normal
            what = texts.LIMIT_IN_NORMAL.format(alarm=alarm, at=limit.at, deadband=limit.deadband, low=low, high=high)
            found.append((what, None))
    elif limit.type == "equals":
        if point.states and limit.at not in point.states:
            names = ", ".join(f"{number} {name.en}" for number, name in point.states.items())
            found.append((texts.LIMIT_STATE.format(alarm=alarm, at=limit.at), texts.ONE_OF.format(names=names)))
    elif limit.at <= 0:
        found.append((texts.LIMIT_NOT_POSITIVE.format(alarm=alarm), None))
    if limit.type == "deviation":
        if limit.of is None:
            found.append((texts.LIMIT_OF_MISSING.format(alarm=alarm), None))
        elif limit.of not in points:
            what = texts.UNKNOWN_ID.format(what=texts.NOUNS["point"], id=limit.of)
            found.append((what, findings.guess(limit.of, points)))
        elif points[limit.of].unit != point.unit:
            what = texts.LIMIT_OF_UNIT.format(alarm=alarm, a=point.unit, of=limit.of, b=points[limit.of].unit)
            found.append((what, None))
    return found


def _stands_in_normal(limit: Limit, normal: tuple[float, float]) -> bool:
    if limit.type == "high":
        return limit.at - limit.deadband <= normal[1]
    return limit.at + limit.deadband >= normal[0]


def _check_order(point: SitePoint, placed: Placed[Point], findings: Findings) -> None:
    at = {limit.id: limit.at for limit in point.limits if limit.type in ("high", "low") and limit.id in _UPWARDS}
    present = [id for id in _UPWARDS if id in at]
    for below, above in pairwise(present):
        if at[below] >= at[above]:
            what = texts.LIMITS_TURNED.format(point=point.id, a=below, a_at=at[below], b=above, b_at=at[above])
            findings.add(placed.file.name, placed.line("limits"), what)


def check_deviation_cycles(points: dict[str, SitePoint], placed: dict[str, Placed[Point]], findings: Findings) -> None:
    """No deviation may lead back to its own point: two alarms would tell one fact in a circle."""
    edges = {id: [limit.of for limit in p.limits if limit.type == "deviation" and limit.of] for id, p in points.items()}
    for cycle in cycles({id: of for id, of in edges.items() if of}):
        first = placed.get(cycle[0])
        if first is not None:
            what = texts.LIMIT_CYCLE.format(cycle=" -> ".join([*cycle, cycle[0]]))
            findings.add(first.file.name, first.line("limits"), what)


def cycles(edges: dict[str, Sequence[str]] | dict[str, list[str]]) -> list[list[str]]:
    """One cycle through each loop of a directed graph, without recursion (chains may be thousands long).

    >>> cycles({"a": ["b"], "b": ["a"], "c": ["a"]})
    [['a', 'b']]
    """
    found: list[list[str]] = []
    done: set[str] = set()
    for start in edges:
        if start in done:
            continue
        path: list[str] = [start]
        on_path = {start: 0}
        pending = [iter(edges[start])]
        while pending:
            following = next(pending[-1], None)
            if following is None:
                pending.pop()
                last = path.pop()
                del on_path[last]
                done.add(last)
            elif following in on_path:
                found.append(path[on_path[following] :])
            elif following in edges and following not in done:
                on_path[following] = len(path)
                path.append(following)
                pending.append(iter(edges[following]))
    return found


def source_points(source: str, zone: str, place: tuple[float, float, float]) -> tuple[SitePoint, SitePoint]:
    """The health points of a source: `<source>-state` with the alarm `down`, and `<source>-lag`."""
    lost = texts.SOURCE_LOST.format(source=source)
    down = Limit(
        id="down",
        type="low",
        at=0.5,
        # a reconnect after a blip takes a second or two and is nobody's business
        on_delay=3.0,
        off_delay=2.0,
        priority=2,
        hazard=Hazard.DATA,
        message=Name(zh=lost.zh, en=lost.en),
        rationalisation=Rationalisation(
            cause=_name(texts.SOURCE_CAUSE),
            consequence=_name(texts.SOURCE_CONSEQUENCE),
            action=_name(texts.SOURCE_ACTION),
            time_to_respond=600,
        ),
    )
    state = SitePoint.make(
        f"{source}-state",
        Kind.SOURCE,
        zone,
        place,
        "state",
        name=texts.SOURCE_STATE.format(source=source),
        range=(0.0, 1.0),
        normal=(1.0, 1.0),
        states={0: texts.SOURCE_DOWN, 1: texts.SOURCE_UP},
        limits=(down,),
    )
    lag = SitePoint.make(f"{source}-lag", Kind.SOURCE, zone, place, "s", name=texts.SOURCE_LAG.format(source=source))
    return state, lag


def _name(text: Text) -> Name:
    return Name(zh=text.zh, en=text.en)
