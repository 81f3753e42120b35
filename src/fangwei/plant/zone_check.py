"""Storeys, zones and the places of points: what must hold on the plan of a site."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import Polygon

from fangwei.plant import texts
from fangwei.plant.problems import Findings
from fangwei.plant.schema import Point, SiteHead, Zone
from fangwei.plant.shape_check import Placed

TOUCH = 1e-6
"""Metres within which a place counts as on the boundary; coordinates are written in centimetres."""
OVERLAP = 1e-3
"""Square metres of overlap that are rounding and not a mistake."""


def check_head(head: Placed[SiteHead], findings: Findings) -> None:
    """Storeys have ids of their own, a floor below a ceiling, and do not overlap in height."""
    storeys = head.value.storeys
    if not storeys:
        findings.add(head.file.name, head.line("storeys"), texts.STOREYS_MISSING)
    seen: dict[str, int] = {}
    for index, storey in enumerate(storeys):
        line = head.line("storeys", index)
        if storey.id in seen:
            where = f"{head.file.name}:{seen[storey.id]}"
            what = texts.ID_TWICE.format(what=texts.NOUNS["storey"], id=storey.id, where=where)
            findings.add(head.file.name, line, what)
        seen.setdefault(storey.id, line)
        if storey.floor >= storey.ceiling:
            what = texts.HEIGHTS_TURNED.format(
                what=texts.NOUNS["storey"], id=storey.id, floor=storey.floor, ceiling=storey.ceiling
            )
            findings.add(head.file.name, line, what)
    ordered = sorted(storeys, key=lambda s: s.floor)
    for below, above in pairwise(ordered):
        if below.ceiling > above.floor + TOUCH:
            what = texts.STOREYS_OVERLAP.format(a=below.id, b=above.id)
            findings.add(head.file.name, head.line("storeys"), what)


def check_zones(head: SiteHead | None, zones: Sequence[Placed[Zone]], findings: Findings) -> dict[str, Polygon]:
    """Zones lie in their storey, are simple polygons and do not overlap. Returns the sound polygons by zone."""
    storeys = {s.id: s for s in head.storeys} if head else None
    sound: dict[str, Polygon] = {}
    for placed in zones:
        zone, file = placed.value, placed.file.name
        if zone.floor >= zone.ceiling:
            what = texts.HEIGHTS_TURNED.format(
                what=texts.NOUNS["zone"], id=zone.id, floor=zone.floor, ceiling=zone.ceiling
            )
            findings.add(file, placed.line("floor"), what)
        if storeys is not None:
            storey = storeys.get(zone.storey)
            if storey is None:
                what = texts.UNKNOWN_ID.format(what=texts.NOUNS["storey"], id=zone.storey)
                findings.add(file, placed.line("storey"), what, texts.ONE_OF.format(names=", ".join(storeys)))
            elif zone.floor < storey.floor - TOUCH or zone.ceiling > storey.ceiling + TOUCH:
                what = texts.ZONE_OUTSIDE_STOREY.format(
                    id=zone.id,
                    floor=zone.floor,
                    ceiling=zone.ceiling,
                    storey=storey.id,
                    low=storey.floor,
                    high=storey.ceiling,
                )
                findings.add(file, placed.line("floor"), what)
        polygon = _polygon(placed, findings)
        if polygon is not None:
            sound[zone.id] = polygon
    _check_overlaps([z for z in zones if z.value.id in sound], sound, findings)
    return sound


def _polygon(placed: Placed[Zone], findings: Findings) -> Polygon | None:
    zone = placed.value
    polygon = Polygon(zone.polygon)
    line = placed.line("polygon")
    if not polygon.is_valid:
        why = shapely.is_valid_reason(polygon)
        findings.add(placed.file.name, line, texts.POLYGON_CROSSES.format(id=zone.id, why=why))
        return None
    if polygon.area < OVERLAP:
        findings.add(placed.file.name, line, texts.POLYGON_FLAT.format(id=zone.id))
        return None
    return polygon


def _check_overlaps(zones: Sequence[Placed[Zone]], polygons: dict[str, Polygon], findings: Findings) -> None:
    if len(zones) < 2:
        return
    shapes = [polygons[z.value.id] for z in zones]
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    for a, b in sorted((int(a), int(b)) for a, b in pairs if a < b):
        one, other = zones[a].value, zones[b].value
        if min(one.ceiling, other.ceiling) - max(one.floor, other.floor) <= TOUCH or one.id == other.id:
            continue
        area = shapes[a].intersection(shapes[b]).area
        if area > OVERLAP:
            what = texts.ZONES_OVERLAP.format(a=other.id, b=one.id, where=zones[a].where, area=f"{area:.2f}")
            findings.add(zones[b].file.name, zones[b].line("polygon"), what)


def adjoining(zones: Sequence[Placed[Zone]], broken: set[str], findings: Findings) -> dict[str, frozenset[str]]:
    """Which zones adjoin which, read both ways."""
    known = {z.value.id for z in zones}
    both: dict[str, set[str]] = {id: set() for id in known}
    for placed in zones:
        zone = placed.value
        for index, other in enumerate(zone.adjoins):
            if other == zone.id:
                findings.add(placed.file.name, placed.line("adjoins", index), texts.ADJOINS_ITSELF.format(id=zone.id))
            elif other in known:
                both[zone.id].add(other)
                both[other].add(zone.id)
            elif other not in broken:
                what = texts.UNKNOWN_ID.format(what=texts.NOUNS["zone"], id=other)
                findings.add(placed.file.name, placed.line("adjoins", index), what, findings.guess(other, known))
    return {id: frozenset(others) for id, others in both.items()}


def check_places(
    points: Iterable[Placed[Point]], zones: dict[str, Zone], polygons: dict[str, Polygon], findings: Findings
) -> None:
    """Every point lies in its zone's polygon and height, on the boundary included."""
    by_zone: dict[str, list[Placed[Point]]] = defaultdict(list)
    for placed in points:
        by_zone[placed.value.zone].append(placed)
    for id, members in by_zone.items():
        zone = zones.get(id)
        if zone is None:
            continue
        for placed in members:
            up = placed.value.place[2]
            if not zone.floor - TOUCH <= up <= zone.ceiling + TOUCH:
                what = texts.POINT_TOO_HIGH.format(
                    id=placed.value.id, up=up, zone=id, floor=zone.floor, ceiling=zone.ceiling
                )
                findings.add(placed.file.name, placed.line("place", 2), what)
        polygon = polygons.get(id)
        if polygon is None:
            continue
        places = np.array([p.value.place[:2] for p in members], np.float64)
        off = shapely.distance(polygon, shapely.points(places))
        for row in np.flatnonzero(off > TOUCH):
            east, north, up = members[row].value.place
            what = texts.POINT_OUTSIDE.format(
                id=members[row].value.id, east=east, north=north, zone=id, metres=f"{off[row]:.2f}"
            )
            there = _zone_at(east, north, up, zones, polygons)
            hint = texts.POINT_IN_OTHER.format(zone=there) if there else None
            findings.add(members[row].file.name, members[row].line("place"), what, hint)


def _zone_at(east: float, north: float, up: float, zones: dict[str, Zone], polygons: dict[str, Polygon]) -> str | None:
    for id, polygon in polygons.items():
        if zones[id].floor <= up <= zones[id].ceiling and shapely.intersects_xy(polygon, east, north):
            return id
    return None
