"""A loaded site: everything looked up by id, defaults merged, references checked."""

from dataclasses import dataclass, field

from fangwei.core.events import Hazard
from fangwei.core.ids import point_key
from fangwei.core.texts import Text
from fangwei.plant.schema import (
    HAZARD_OF,
    Calibration,
    Duty,
    Gas,
    Kind,
    Limit,
    Post,
    Rule,
    SiteHead,
    Source,
    Suppression,
    Zone,
)


@dataclass(frozen=True, slots=True)
class SitePoint:
    """A point with its type's defaults merged in; every field that a room needs is present."""

    id: str
    key: int
    name: Text
    kind: Kind
    zone: str
    place: tuple[float, float, float]
    unit: str
    hazard: Hazard
    gas: Gas | None = None
    range: tuple[float, float] | None = None
    normal: tuple[float, float] | None = None
    max_rate: float | None = None
    stale_after: float | None = None
    frozen_after: float | None = None
    calibration: Calibration | None = None
    states: dict[int, Text] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()

    @classmethod
    def make(
        cls, id: str, kind: Kind, zone: str, place: tuple[float, float, float], unit: str, **more: object
    ) -> "SitePoint":
        """A point with the derivable fields filled in (tests and the loader)."""
        more.setdefault("name", Text(id, id))
        more.setdefault("hazard", HAZARD_OF[kind])
        return cls(id=id, key=point_key(id), kind=kind, zone=zone, place=place, unit=unit, **more)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Site:
    """The site as the rooms use it.

    Invariants (checked by `plant.load`): every id referred to exists; keys of points differ; zones lie on a storey
    and are simple polygons; points lie in their zone; `adjoins` is symmetric. The health points of each source,
    `<source>-state` (1 up, 0 not) and `<source>-lag` (s), are among the points.
    """

    head: SiteHead
    zones: dict[str, Zone]
    points: dict[str, SitePoint]
    rules: dict[str, Rule] = field(default_factory=dict)
    suppressions: dict[str, Suppression] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    duty: Duty = field(default_factory=Duty)
    posts: dict[str, Post] = field(default_factory=dict)
    """By id; the site's own over the house's (plant/posts.py)."""
    adjoining: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def by_key(self) -> dict[int, SitePoint]:
        """Points by their 64-bit key."""
        return {p.key: p for p in self.points.values()}
