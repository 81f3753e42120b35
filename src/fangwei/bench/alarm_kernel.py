"""What one reading costs on the alarm path itself: screen, limits, delays and the desk, no bus and no store."""

import time

import numpy as np

from fangwei.alarms.engine import Engine
from fangwei.core.clock import MILLISECOND, SECOND
from fangwei.core.reading import Readings
from fangwei.plant.schema import Georeference, Kind, Limit, Name, SiteHead
from fangwei.plant.site import Site, SitePoint

BATCH = 1_000
START = 1_700_000_000 * SECOND


def run(points: int = 5_000, batches: int = 500, seed: int = 1) -> dict[str, float]:
    """Microseconds per reading over random readings of `points` points with four limits each (high, high-high, low,
    rate) and their data alarms; one reading in 10,000 passes a limit. About a second."""
    limits = (
        Limit(id="hi", type="high", at=90.0, deadband=2.0, on_delay=1.0, off_delay=5.0),
        Limit(id="hi_hi", type="high", at=95.0, deadband=2.0),
        Limit(id="lo", type="low", at=5.0, deadband=1.0),
        Limit(id="rate", type="rate", at=1_000.0),
    )
    place = (0.0, 0.0, 0.0)
    more = {"range": (0.0, 100.0), "stale_after": 3600.0, "frozen_after": 600.0, "limits": limits}
    all_points = [SitePoint.make(f"P{i}", Kind.PROCESS, "z", place, "1", **more) for i in range(points)]
    name = Name(zh="基准", en="bench")
    head = SiteHead(id="bench", name=name, georeference=Georeference(longitude=0, latitude=0), storeys=[])
    engine = Engine(Site(head=head, zones={}, points={p.id: p for p in all_points}), START)
    keys = np.array([p.key for p in all_points])
    random = np.random.default_rng(seed)
    work = []
    for b in range(batches):
        times = START + b * 2 * MILLISECOND + np.arange(BATCH)
        values = np.where(random.random(BATCH) < 1e-4, 97.0, 40.0 + 20.0 * random.random(BATCH))
        rows = random.integers(0, points, BATCH)
        work.append(Readings.of(keys[rows], times, times + MILLISECOND, values, np.zeros(BATCH, np.int16)))
    events = 0
    began = time.perf_counter()
    for readings in work:
        events += len(engine.hear(readings, int(readings.receive_time[-1])))
    heard = time.perf_counter() - began
    ticks = 50
    began = time.perf_counter()
    for i in range(ticks):
        events += len(engine.tick(START + SECOND + i * 50 * MILLISECOND))
    ticked = time.perf_counter() - began
    return {
        "us_per_reading": round(heard / (batches * BATCH) * 1e6, 3),
        "us_per_tick": round(ticked / ticks * 1e6, 1),
        "points": points,
        "limits": 5 * points,
        "events": events,
    }
