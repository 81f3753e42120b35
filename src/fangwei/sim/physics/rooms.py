"""How zones breathe: fresh air by use, doors between them."""

import itertools
import math

import numpy as np

from fangwei.sim.site import Zone

AIR_CHANGES: tuple[tuple[str, float], ...] = (
    ("outdoor", 60.0),
    ("store", 12.0),
    ("filling", 10.0),
    ("recovery", 12.0),
    ("formation", 8.0),
    ("coating", 10.0),
    ("mixing", 8.0),
    ("assembly", 6.0),
)
"""Air changes per hour by a word in the zone's use or id; outdoors the wind does it."""

OTHERWISE = 6.0

CLOSED = 0.15
"""m3/s through a closed door, ducts and transfer openings together."""

OPEN = 4.0
"""m3/s through an open double door: 4 m2 at the 1 m/s that a few kelvin drive (Brown & Solvason 1962)."""


def air_changes(zone: Zone) -> float:
    """Air changes per hour."""
    words = f"{zone.use} {zone.id}".lower()
    return next((ach for word, ach in AIR_CHANGES if word in words), OTHERWISE)


def fresh_flow(zone: Zone) -> float:
    """Fresh air, m3/s."""
    return air_changes(zone) * zone.volume / 3600.0


def door_between(a: Zone, b: Zone) -> tuple[float, float, float]:
    """Middle of the stretch where two zones are nearest to each other, 1 m above the floor."""
    near = []
    best = math.inf
    for p, q in itertools.product(_outline(a), _outline(b)):
        d = math.dist(p, q)
        best = min(best, d)
        near.append((d, (p[0] + q[0]) / 2, (p[1] + q[1]) / 2))
    chosen = np.array([(e, n) for d, e, n in near if d <= best + 0.3])
    east, north = chosen.mean(axis=0)
    return float(east), float(north), max(a.floor, b.floor) + 1.0


def _outline(zone: Zone, per_edge: int = 24) -> list[tuple[float, float]]:
    corners = zone.polygon
    points = []
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        points += [(x1 + (x2 - x1) * k / per_edge, y1 + (y2 - y1) * k / per_edge) for k in range(per_edge)]
    return points
