"""How likely two alarms are of one cause: place, neighbourhood, time gap, and what one cause can produce.

Pure. The numbers are judgements, tried on generated scenarios (bench/incidents.py), not measured on a
plant; each says
what it means so that a site can argue with it. Results are strengths from 0 to 1 to compare with `JOIN`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shapely import STRtree
from shapely.geometry import Polygon

from fangwei.core.clock import SECOND
from fangwei.core.events import Hazard
from fangwei.plant.schema import Kind
from fangwei.plant.site import Site

JOIN = 0.45
HOLD = 0.3
"""Members weaker bound than this to all others do not hold together (below JOIN, so that nothing swings)."""
FAR = 9
"""Hops that mean: no way from here to there within reach of one cause."""
MOST_HOPS = 2
TOUCHING_M = 3.0
"""Zones nearer than this on one storey adjoin when the site file says nothing about either of them."""

PLACE = {0: 1.0, 1: 0.74, 2: 0.3}
"""By hops in the zone graph: the same zone, adjoining, one zone between. Two hops alone bind nobody, they only help: a
cloud does not leap over a zone with detectors. Zones without any point are passed through as if they were a door."""
SPREAD_M_S = 0.12
"""A slow cloud in a ventilated hall still creeps at about a tenth of a metre per second."""
RELATED_S = 240.0
RELATED_WHILE_ACTIVE_S = 480.0
"""A slow leak: the next detector of a related kind may take minutes while the first ones are still in
alarm."""
UNRELATED_S = 75.0
"""Any kind may be a consequence within this time in the same zone: people run, a fan trips, a door opens."""
ADJOINING_LEAST_S = 90.0

RELEASE = frozenset(
    {Kind.COMBUSTIBLE_GAS, Kind.TOXIC_GAS, Kind.OXYGEN, Kind.VENTILATION_FLOW, Kind.PRESSURE, Kind.LEVEL}
)
FIRE = frozenset({Kind.SMOKE, Kind.FLAME, Kind.HOT_SPOT, Kind.TEMPERATURE})
MACHINE = frozenset({Kind.VIBRATION, Kind.ELECTRICAL, Kind.PROCESS})
PEOPLE = frozenset({Kind.VIDEO_EVENT, Kind.ACCESS, Kind.PEOPLE_POSITION})

_BETWEEN: dict[frozenset[str], float] = {
    frozenset({"release"}): 0.97,
    frozenset({"fire"}): 0.97,
    frozenset({"machine"}): 0.8,
    frozenset({"people"}): 0.75,
    frozenset({"release", "fire"}): 0.9,
    frozenset({"release", "machine"}): 0.66,
    frozenset({"fire", "machine"}): 0.7,
    frozenset({"release", "people"}): 0.66,
    frozenset({"fire", "people"}): 0.7,
    frozenset({"machine", "people"}): 0.55,
}
_DIRECT: dict[frozenset[str], float] = {
    # A camera or an arc is often the first to see what gas or heat then shows.
    frozenset({Kind.VIDEO_EVENT, Kind.SMOKE}): 0.95,
    frozenset({Kind.VIDEO_EVENT, Kind.FLAME}): 0.95,
    frozenset({Kind.VIDEO_EVENT, Kind.COMBUSTIBLE_GAS}): 0.85,
    frozenset({Kind.ELECTRICAL, Kind.SMOKE}): 0.9,
    frozenset({Kind.ELECTRICAL, Kind.HOT_SPOT}): 0.9,
    frozenset({Kind.ELECTRICAL, Kind.TEMPERATURE}): 0.85,
    frozenset({Kind.VIBRATION, Kind.TEMPERATURE}): 0.8,
    frozenset({Kind.PROCESS, Kind.PRESSURE}): 0.9,
    frozenset({Kind.PROCESS, Kind.TEMPERATURE}): 0.85,
    frozenset({Kind.PROCESS, Kind.LEVEL}): 0.9,
}
RELATED = 0.84
"""Kinds at least this close are of one family: they keep their bond over minutes and into the next zone."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One alarm as evidence: where, what, since when, how far to be believed."""

    zone: str
    place: tuple[float, float, float]
    kind: str
    hazard: Hazard
    time: int
    active: bool
    belief: float


def kinship(a: str, b: str) -> float:
    """How readily one cause shows in both kinds (0..1).

    >>> kinship("combustible_gas", "ventilation_flow") > kinship("combustible_gas", "vibration")
    True
    """
    if a == b:
        return 1.0 if a not in MACHINE and a not in PEOPLE else 0.86
    direct = _DIRECT.get(frozenset({a, b}))
    if direct is not None:
        return direct
    return _BETWEEN.get(frozenset({_family(a), _family(b)}), 0.5)


def _family(kind: str) -> str:
    for name, kinds in (("release", RELEASE), ("fire", FIRE), ("machine", MACHINE), ("people", PEOPLE)):
        if kind in kinds:
            return name
    return "other"


class Neighbourhood:
    """The zone graph of a site: what the file says adjoins, and geometry where it says nothing."""

    def __init__(self, site: Site) -> None:
        self._site = site
        # Now, not at the first alarm: that one must not wait for geometry.
        self.adjoining = self._adjoining()
        """Zones that a cloud, heat or people pass to directly."""
        self._within = self._reach()

    def _adjoining(self) -> dict[str, frozenset[str]]:
        near: dict[str, set[str]] = {zone: set(self._site.adjoining.get(zone, ())) for zone in self._site.zones}
        for area in self._site.zones.values():
            for named in area.adjoins:
                near[area.id].add(named)
                near.setdefault(named, set()).add(area.id)
        silent = [zone for zone in self._site.zones.values() if not near[zone.id]]
        if silent:
            zones = list(self._site.zones.values())
            shapes = [Polygon(zone.polygon) for zone in zones]
            asked = [shape for zone, shape in zip(zones, shapes, strict=True) if not near[zone.id]]
            pairs = STRtree(shapes).query(asked, predicate="dwithin", distance=TOUCHING_M)
            for number, found in pairs.T.tolist():
                zone, other = silent[number], zones[found]
                level = zone.floor - TOUCHING_M <= other.ceiling and other.floor - TOUCHING_M <= zone.ceiling
                if level and other.id != zone.id:
                    near[zone.id].add(other.id)
                    near[other.id].add(zone.id)
        return {name: frozenset(others) for name, others in near.items()}

    def _reach(self) -> dict[str, dict[str, int]]:
        reach: dict[str, dict[str, int]] = {}
        blind = set(self.adjoining) - {point.zone for point in self._site.points.values()}
        for zone in self.adjoining:
            seen = {zone: 0}
            edge = [zone]
            for hop in range(1, MOST_HOPS + 1):
                reached: list[str] = []
                through = list(edge)
                for a in through:
                    for b in sorted(self.adjoining.get(a, ())):
                        if b not in seen:
                            seen[b] = hop
                            (through if b in blind else reached).append(b)
                edge = reached
            reach[zone] = seen
        return reach

    def hops(self, a: str, b: str) -> int:
        """Steps in the zone graph from a to b; FAR beyond `MOST_HOPS`."""
        if a == b:
            return 0
        return self._within.get(a, {}).get(b, FAR)


def bond(sign: Sign, other: Sign, near: Neighbourhood) -> float:
    """How likely `sign` and `other` are of one cause, times how far `other` is to be believed (0..1)."""
    if (sign.hazard is Hazard.DATA) != (other.hazard is Hazard.DATA):
        return 0.0
    gap_s = abs(sign.time - other.time) / SECOND
    hops = near.hops(sign.zone, other.zone)
    if sign.hazard is Hazard.DATA:
        # A cut line silences instruments of many zones in the same moments.
        reach_s = 120.0 if hops == 0 else 20.0
        return other.belief * (0.9 if hops == 0 else 0.75) * _fade(gap_s, reach_s)
    if hops > MOST_HOPS:
        return 0.0
    kin = kinship(sign.kind, other.kind)
    distance = ((sign.place[0] - other.place[0]) ** 2 + (sign.place[1] - other.place[1]) ** 2) ** 0.5
    if kin >= RELATED:
        patience_s = RELATED_WHILE_ACTIVE_S if other.active else RELATED_S
        if hops:
            patience_s = min(patience_s, max(ADJOINING_LEAST_S, distance / SPREAD_M_S))
    else:
        patience_s = UNRELATED_S if hops == 0 else 45.0
    return other.belief * PLACE[hops] * kin * _fade(gap_s, patience_s)


def attraction(sign: Sign, others: Iterable[Sign], near: Neighbourhood) -> float:
    """How likely the alarm is of the cause that made `others`: the three strongest bonds together.

    The bonds are not independent witnesses, so the second counts half and the third a quarter.
    """
    bonds = sorted((bond(sign, other, near) for other in others), reverse=True)[:3]
    doubt = 1.0
    for weight, strength in zip((1.0, 0.5, 0.25), bonds, strict=False):
        doubt *= 1.0 - weight * strength
    return 1.0 - doubt


def _fade(gap_s: float, patience_s: float) -> float:
    # Flat at first, one half at the patience, then steep: (gap/patience)^3.
    return 1.0 / (1.0 + (gap_s / patience_s) ** 3)
