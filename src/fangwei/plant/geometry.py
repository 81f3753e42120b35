"""Where things are: site frame <-> earth, zone of a place, distances, neighbourhood.

The site frame is metres east, north, up from the georeference, its north turned clockwise from true north by
`rotation`. Between frame and earth stands a transverse Mercator whose origin is the georeference: within 5 km its
scale error is below 4e-7 (2 mm), so frame metres are ground metres. CGCS2000 and WGS 84 differ by centimetres;
longitudes and latitudes come out in the frame the site names.
"""

import math
from collections import deque
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import Point as PlanPoint
from shapely.geometry import Polygon

from fangwei.plant.schema import Georeference
from fangwei.plant.site import Site

Place = tuple[float, float, float]

_GEOGRAPHIC = {"CGCS2000": "EPSG:4490", "WGS84": "EPSG:4326"}
_ELLIPSOID = {"CGCS2000": "+ellps=GRS80", "WGS84": "+datum=WGS84"}
# CGCS2000's ellipsoid differs from GRS80 in the 11th digit of the flattening: below a micrometre here.


class Earth:
    """One georeference, both ways. Arrays or single numbers.

    >>> earth = Earth(Georeference(longitude=119.5, latitude=26.6, rotation=90))
    >>> longitude, latitude = earth.to_earth(0.0, 100.0)  # the frame's north looks east
    >>> round(float(latitude), 5), float(longitude) > 119.5
    (26.6, True)
    """

    def __init__(self, georeference: Georeference) -> None:
        frame = georeference.frame
        projection = (
            f"+proj=tmerc +lat_0={georeference.latitude} +lon_0={georeference.longitude} "
            f"+k=1 +x_0=0 +y_0=0 {_ELLIPSOID[frame]} +units=m +no_defs"
        )
        self._to_plane = Transformer.from_crs(_GEOGRAPHIC[frame], projection, always_xy=True)
        self._height = georeference.height
        turn = math.radians(georeference.rotation)
        self._sin, self._cos = math.sin(turn), math.cos(turn)

    def to_earth(
        self, east: float | NDArray[np.float64], north: float | NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(east, north) of the site frame, m, as (longitude, latitude), degrees."""
        e, n = np.asarray(east, np.float64), np.asarray(north, np.float64)
        x = e * self._cos + n * self._sin
        y = n * self._cos - e * self._sin
        longitude, latitude = self._to_plane.transform(x, y, direction="INVERSE")
        return np.asarray(longitude), np.asarray(latitude)

    def to_site(
        self, longitude: float | NDArray[np.float64], latitude: float | NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(longitude, latitude), degrees, as (east, north) of the site frame, m."""
        x, y = self._to_plane.transform(np.asarray(longitude, np.float64), np.asarray(latitude, np.float64))
        return np.asarray(x * self._cos - y * self._sin), np.asarray(x * self._sin + y * self._cos)

    def height(self, up: float) -> float:
        """Ellipsoidal height, m, of a place `up` metres above the site's zero."""
        return self._height + up


def distance(a: Place, b: Place) -> float:
    """Straight line between two places, m.

    >>> distance((0, 0, 0), (3, 4, 0))
    5.0
    """
    return math.dist(a, b)


@dataclass(frozen=True)
class Plan:
    """The zones of a site as shapes and as a graph. Build once per site; answers are pure."""

    site: Site

    @cached_property
    def earth(self) -> Earth:
        """The georeference of the site."""
        return Earth(self.site.head.georeference)

    @cached_property
    def polygons(self) -> dict[str, Polygon]:
        """Plan outline of each zone, m in the site frame."""
        return {id: Polygon(zone.polygon) for id, zone in self.site.zones.items()}

    @cached_property
    def centroids(self) -> dict[str, Place]:
        """The middle of each zone, inside it also where the zone is L-shaped, at half its height."""
        middles: dict[str, Place] = {}
        for id, polygon in self.polygons.items():
            middle = polygon.centroid
            if not polygon.contains(middle):
                middle = polygon.representative_point()
            zone = self.site.zones[id]
            middles[id] = (middle.x, middle.y, (zone.floor + zone.ceiling) / 2)
        return middles

    def zone_at(self, place: Place) -> str | None:
        """The zone that holds a place; None outside all. On a border shared by two the smaller one is meant."""
        east, north, up = place
        inside = [
            id
            for id, polygon in self.polygons.items()
            if self.site.zones[id].floor <= up <= self.site.zones[id].ceiling
            and shapely.intersects_xy(polygon, east, north)
        ]
        return min(inside, key=lambda id: self.polygons[id].area, default=None)

    def distance_to_zone(self, place: Place, zone: str) -> float:
        """Shortest way from a place to a zone's volume, m; 0 inside.

        Raises:
            KeyError: there is no such zone.
        """
        flat = self.polygons[zone].distance(PlanPoint(place[0], place[1]))
        bounds = self.site.zones[zone]
        vertical = max(bounds.floor - place[2], 0.0, place[2] - bounds.ceiling)
        return math.hypot(flat, vertical)

    @cached_property
    def steps(self) -> dict[str, dict[str, int]]:
        """How many openings lie between two zones: 0 itself, 1 adjoining, ...; unreachable ones are absent."""
        return {id: self._steps_from(id) for id in self.site.zones}

    def _steps_from(self, start: str) -> dict[str, int]:
        reached = {start: 0}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            for other in sorted(self.site.adjoining.get(here, ())):
                if other not in reached:
                    reached[other] = reached[here] + 1
                    queue.append(other)
        return reached
