"""A small site and readings that look like a sensor's."""

import numpy as np

from fangwei.core.clock import SECOND
from fangwei.core.reading import Readings
from fangwei.historian.chdb_store import ChdbStore
from fangwei.plant.schema import Georeference, Kind, Name, SiteHead
from fangwei.plant.site import Site, SitePoint

T = 1_790_000_000 * SECOND


def some_points(n: int = 5, **more) -> list[SitePoint]:
    return [SitePoint.make(f"T-{i}", Kind.TEMPERATURE, "hall", (0, 0, 0), "°C", **more) for i in range(n)]


def a_site(points: list[SitePoint]) -> Site:
    head = SiteHead(
        id="s", name=Name(zh="厂", en="plant"), georeference=Georeference(longitude=120, latitude=30), storeys=[]
    )
    return Site(head=head, zones={}, points={p.id: p for p in points})


def sensor(point: SitePoint, n: int, start: int = T, step: int = SECOND, seed: int = 1) -> Readings:
    """n readings of one point, `step` apart, 10 ms under way."""
    rng = np.random.default_rng(seed)
    time = start + np.arange(n) * step
    value = np.round(20 + np.cumsum(rng.choice([-0.01, 0, 0, 0.01], n)), 2)
    return Readings.of(np.full(n, point.key), time, time + 10_000_000, value, np.zeros(n, np.int16))


def count(store: ChdbStore, point: SitePoint, start: int = T - 10 * SECOND, end: int = T + 100_000 * SECOND) -> int:
    return store.ask("range", point=point.key, start=start, end=end, limit=10_000_000).num_rows
