"""From a folder of YAML files to a `Site`, or to the list of everything that is wrong with it."""

import gc
import os
import zoneinfo
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fangwei.plant import texts
from fangwei.plant.logic_check import check_rules, check_suppressions
from fangwei.plant.people_check import check_duty, check_posts, check_sources
from fangwei.plant.point_check import (
    check_deviation_cycles,
    check_limit_ids,
    check_point,
    merge,
    source_points,
)
from fangwei.plant.posts import HOUSE
from fangwei.plant.problems import Findings, Problem, SiteInvalid
from fangwei.plant.schema import Duty, SiteHead, Zone
from fangwei.plant.shape_check import Collected, Placed, collect
from fangwei.plant.site import Site, SitePoint
from fangwei.plant.yaml_file import read_yaml
from fangwei.plant.zone_check import adjoining, check_head, check_places, check_zones

__all__ = ["Problem", "SiteInvalid", "load_site"]


def load_site(folder: Path, environ: Mapping[str, str] | None = None) -> Site:
    """Read every `*.yaml` below `folder` and check the whole.

    `environ` fills `${NAME:-default}` (the process environment when None).

    Raises:
        SiteInvalid: with every problem found, each with file, line, what is wrong and what is allowed.
    """
    findings = Findings()
    folder = Path(folder)
    # Hundreds of thousands of nodes live until the end of the load; looking for garbage among them again and
    # again would double the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        collected = _read(folder, os.environ if environ is None else environ, findings)
        site = _join(collected, folder, findings)
    finally:
        if collecting:
            gc.enable()
    problems = findings.sorted()
    if problems or site is None:
        raise SiteInvalid(problems)
    return site


def _read(folder: Path, environ: Mapping[str, str], findings: Findings) -> Collected:
    collected = Collected()
    if not folder.is_dir():
        findings.add(str(folder), 0, texts.FOLDER_MISSING)
        return collected
    paths = sorted(
        path
        for pattern in ("*.yaml", "*.yml")
        for path in folder.rglob(pattern)
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not paths:
        findings.add(str(folder), 0, texts.FOLDER_EMPTY)
        return collected
    for path in paths:
        collect(read_yaml(path, path.relative_to(folder).as_posix(), environ, findings), collected, findings)
    return collected


def _join(collected: Collected, folder: Path, findings: Findings) -> Site | None:
    nothing = not (collected.site or collected.zones or collected.points)
    if findings.problems and (nothing or collected.section_lost):
        return None
    head = _one("site", collected.site, findings)
    duty = _one("duty", collected.duty, findings)
    if head is None and "site" not in collected.broken:
        findings.add("site.yaml", 0, texts.SITE_MISSING)
    if head is not None:
        _check_timezone(head, findings)
        check_head(head, findings)

    zones = _unique("zone", collected.zones, findings)
    if not zones and not collected.broken:
        findings.add("zones.yaml", 0, texts.ZONES_MISSING)
    polygons = check_zones(head.value if head else None, list(zones.values()), findings)
    near = adjoining(list(zones.values()), collected.broken, findings)
    zone_values = {id: placed.value for id, placed in zones.items()}

    types = _unique("type", collected.point_types, findings)
    sources = _unique("source", collected.sources, findings)
    placed_points = _unique("point", collected.points, findings)
    points = _points(collected, placed_points, {i: p.value for i, p in types.items()}, zone_values, findings)
    for placed_type in types.values():
        check_limit_ids(placed_type, findings)
    for id, point in points.items():
        check_point(point, placed_points[id], points, findings)
    check_deviation_cycles(points, placed_points, findings)
    check_places(placed_points.values(), zone_values, polygons, findings)

    _add_source_points(sources, points, placed_points, zone_values, polygons, findings)
    _check_keys(points, placed_points, findings)
    rules = _unique("rule", collected.rules, findings)
    suppressions = _unique("suppression", collected.suppressions, findings)
    # a point that was written but could not be merged is broken too: what refers to it is not at fault
    broken = collected.broken | (placed_points.keys() - points.keys())
    check_rules(list(rules.values()), points, set(zones), broken, findings)
    check_suppressions(list(suppressions.values()), {id: p.value for id, p in rules.items()}, points, broken, findings)
    check_sources(list(sources.values()), points, broken, findings)
    if duty is not None:
        check_duty(duty, set(zones), broken, folder, findings)
    posts = _unique("post", collected.posts, findings)
    check_posts(list(posts.values()), duty.value if duty else Duty(), broken, findings)
    if head is None or findings.problems:
        return None
    return Site(
        head=head.value,
        zones=zone_values,
        points=points,
        rules={id: placed.value for id, placed in rules.items()},
        suppressions={id: placed.value for id, placed in suppressions.items()},
        sources={id: placed.value for id, placed in sources.items()},
        duty=duty.value if duty else Duty(),
        posts=HOUSE | {id: placed.value for id, placed in posts.items()},
        adjoining=near,
    )


def _points(
    collected: Collected,
    placed_points: dict[str, Placed[Any]],
    types: dict[str, Any],
    zones: dict[str, Zone],
    findings: Findings,
) -> dict[str, SitePoint]:
    points: dict[str, SitePoint] = {}
    for id, placed in placed_points.items():
        if placed.value.limits:
            check_limit_ids(placed, findings)
        if placed.value.zone not in zones and placed.value.zone not in collected.broken:
            what = texts.UNKNOWN_ID.format(what=texts.NOUNS["zone"], id=placed.value.zone)
            findings.add(placed.file.name, placed.line("zone"), what, findings.guess(placed.value.zone, zones))
        point = merge(placed, types, collected.broken, findings)
        if point is not None:
            points[id] = point
    return points


def _add_source_points(
    sources: dict[str, Placed[Any]],
    points: dict[str, SitePoint],
    placed_points: dict[str, Placed[Any]],
    zones: dict[str, Zone],
    polygons: dict[str, Any],
    findings: Findings,
) -> None:
    for id, placed in sources.items():
        fed = [points[p.point] for p in placed.value.points if p.point in points]
        # The health of a source stands where its first point stands: that is where somebody must go and look.
        if fed:
            zone, place = fed[0].zone, fed[0].place
        elif polygons:
            zone = next(iter(polygons))
            inside = polygons[zone].representative_point()
            place = (float(inside.x), float(inside.y), zones[zone].floor)
        else:
            continue
        for point in source_points(id, zone, place):
            if point.id in points:
                where = placed_points.get(point.id, placed)
                findings.add(where.file.name, where.line("id"), texts.ID_OF_SOURCE.format(id=point.id, source=id))
            points[point.id] = point


def _one(key: str, found: Sequence[Placed[Any]], findings: Findings) -> Placed[Any] | None:
    for extra in found[1:]:
        what = texts.SECTION_TWICE.format(key=key, where=found[0].where)
        findings.add(extra.file.name, extra.file.key_line(key), what)
    return found[0] if found else None


def _unique(noun: str, found: Sequence[Placed[Any]], findings: Findings) -> dict[str, Placed[Any]]:
    by_id: dict[str, Placed[Any]] = {}
    for placed in found:
        first = by_id.setdefault(placed.value.id, placed)
        if first is not placed:
            what = texts.ID_TWICE.format(what=texts.NOUNS[noun], id=placed.value.id, where=first.where)
            findings.add(placed.file.name, placed.line(), what)
    return by_id


def _check_timezone(head: Placed[SiteHead], findings: Findings) -> None:
    name = head.value.timezone
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = findings.guess(name, zoneinfo.available_timezones())
        what = texts.TIMEZONE_UNKNOWN.format(name=name)
        findings.add(head.file.name, head.line("timezone"), what, near or texts.TIMEZONE_ALLOWED)


def _check_keys(points: dict[str, SitePoint], placed: dict[str, Placed[Any]], findings: Findings) -> None:
    by_key: dict[int, str] = {}
    for point in points.values():
        other = by_key.setdefault(point.key, point.id)
        if other != point.id and point.id in placed:
            where = placed[point.id]
            findings.add(where.file.name, where.line("id"), texts.KEYS_COLLIDE.format(id=point.id, other=other))
