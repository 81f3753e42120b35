"""What the simulated plant needs from a site folder. Read with plain PyYAML: the platform shares no code."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

DEFAULT_SITE = "sites/battery_plant"

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class SiteUnusable(Exception):
    """The folder cannot be simulated; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A well-mixed body of air with a floor plan."""

    id: str
    polygon: tuple[tuple[float, float], ...]
    floor: float
    ceiling: float
    adjoins: tuple[str, ...]
    use: str

    @property
    def area(self) -> float:
        """Floor area by the shoelace formula, m2."""
        corners = self.polygon
        return 0.5 * abs(
            sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True))
        )

    @property
    def volume(self) -> float:
        """Volume, m3; never below 1 so that a flat zone divides nothing by zero."""
        return max(1.0, self.area * (self.ceiling - self.floor))

    @property
    def centre(self) -> tuple[float, float, float]:
        """Mean of the corners at breathing height, m."""
        n = len(self.polygon)
        return (sum(p[0] for p in self.polygon) / n, sum(p[1] for p in self.polygon) / n, self.floor + 1.5)


@dataclass(frozen=True, slots=True)
class Limit:
    """Where an alarm of the site stands; used to know what is far from normal, never to decide an alarm."""

    type: str
    at: float
    deadband: float


@dataclass(frozen=True, slots=True)
class Point:
    """One instrument."""

    id: str
    kind: str
    unit: str
    zone: str
    place: tuple[float, float, float]
    substance: str | None = None
    lel: float | None = None
    span: tuple[float, float] | None = None
    normal: tuple[float, float] | None = None
    max_rate: float | None = None
    stale_after: float | None = None
    hazard: str = ""
    states: dict[int, str] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()

    @property
    def discrete(self) -> bool:
        """Shows states, not a quantity."""
        return bool(self.states) or self.unit == "state"

    def first(self, *types: str) -> Limit | None:
        """The limit that is reached first going away from normal: lowest `high`, highest `low`."""
        found = [limit for limit in self.limits if limit.type in types]
        if not found:
            return None
        return max(found, key=lambda limit: limit.at) if types == ("low",) else min(found, key=lambda limit: limit.at)


@dataclass(frozen=True, slots=True)
class Item:
    """A field item of a source: its address, and how the platform scales what it reads there."""

    point: str
    address: Any
    scale: float
    offset: float

    def raw(self, value: float) -> float:
        """The number on the wire whose scaled form is `value`."""
        return (value - self.offset) / self.scale


@dataclass(frozen=True, slots=True)
class Source:
    """One field connection."""

    id: str
    protocol: str
    options: dict[str, Any]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """The plant to be played."""

    zones: dict[str, Zone]
    points: dict[str, Point]
    sources: dict[str, Source]


def read_site(folder: Path) -> Site:
    """Read every YAML file under `folder`.

    Raises:
        SiteUnusable: no such folder, no zones, or a file that is no YAML mapping.
    """
    if not folder.is_dir():
        raise SiteUnusable(f"没有站点目录 {folder} / there is no site folder {folder}")
    joined: dict[str, list[dict[str, Any]]] = {"zones": [], "point_types": [], "points": [], "sources": []}
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        try:
            content = yaml.load(_substitute(path.read_text(encoding="utf-8")), Loader=_FAST_LOADER)  # noqa: S506
        except yaml.YAMLError as why:
            raise SiteUnusable(f"{path} 不是 YAML / is not YAML: {why}") from None
        if content is None:
            continue
        if not isinstance(content, dict):
            raise SiteUnusable(f"{path} 顶层应为映射 / must be a mapping at the top")
        for key, rows in joined.items():
            rows.extend(content.get(key) or [])
    if not joined["zones"]:
        raise SiteUnusable(f"{folder} 里没有区域 / holds no zones")
    types = {row["id"]: row for row in joined["point_types"]}
    try:
        zones = [_zone(row) for row in joined["zones"]]
        points = [_point(row, types) for row in joined["points"]]
        sources = [_source(row) for row in joined["sources"] if row.get("enabled", True)]
    except (KeyError, TypeError, ValueError) as why:
        raise SiteUnusable(
            f"{folder}: {type(why).__name__} {why}; 先运行 / run first: fangwei site check {folder}"
        ) from None
    known = {z.id for z in zones}
    return Site(
        zones={z.id: z for z in zones},
        points={p.id: p for p in points if p.zone in known},
        sources={s.id: s for s in sources},
    )


_FAST_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C form of the safe loader reads 400 points in 0.1 s instead of 1 s."""


def _substitute(text: str) -> str:
    return _VARIABLE.sub(lambda m: os.environ.get(m[1]) or m[2] or "", text)


def _zone(row: dict[str, Any]) -> Zone:
    return Zone(
        id=row["id"],
        polygon=tuple((float(e), float(n)) for e, n in row["polygon"]),
        floor=float(row["floor"]),
        ceiling=float(row["ceiling"]),
        adjoins=tuple(row.get("adjoins") or ()),
        use=str(row.get("use") or ""),
    )


def _point(row: dict[str, Any], types: dict[str, dict[str, Any]]) -> Point:
    base = types.get(row.get("type", ""), {})
    limits = {limit["id"]: limit for limit in [*(base.get("limits") or []), *(row.get("limits") or [])]}
    merged = {**base, **{k: v for k, v in row.items() if v is not None}}
    gas = merged.get("gas") or {}
    east, north, up = merged["place"]
    return Point(
        id=merged["id"],
        kind=merged["kind"],
        unit=str(merged.get("unit") or ""),
        zone=merged["zone"],
        place=(float(east), float(north), float(up)),
        substance=gas.get("substance"),
        lel=gas.get("lel"),
        span=_pair(merged.get("range")),
        normal=_pair(merged.get("normal")),
        max_rate=merged.get("max_rate"),
        stale_after=merged.get("stale_after"),
        hazard=str(merged.get("hazard") or ""),
        states={int(k): f"{v['zh']} {v['en']}" for k, v in (merged.get("states") or {}).items()},
        limits=tuple(
            Limit(x["type"], float(x["at"]), float(x.get("deadband") or 0.0)) for x in limits.values() if "at" in x
        ),
    )


def _pair(value: Any) -> tuple[float, float] | None:
    return None if value is None else (float(value[0]), float(value[1]))


def _source(row: dict[str, Any]) -> Source:
    items = tuple(
        Item(x["point"], x.get("address"), float(x.get("scale", 1.0)), float(x.get("offset", 0.0)))
        for x in row.get("points") or []
    )
    return Source(row["id"], row["protocol"], dict(row.get("options") or {}), items)
