"""Which points must be calibrated, and when. Pure."""

from datetime import date, timedelta
from enum import StrEnum

from fangwei.plant.site import Site, SitePoint

SOON = timedelta(days=30)
"""Long enough to order a technician and the test gas."""


class Calibrated(StrEnum):
    """What to look for."""

    OVERDUE = "overdue"
    SOON = "soon"


def due(point: SitePoint) -> str | None:
    """The last day on which the calibration holds, ISO; None for a point that needs none."""
    if point.calibration is None:
        return None
    return (point.calibration.last + timedelta(days=point.calibration.every_days)).isoformat()


def calibrated(site: Site, today: date, wanted: Calibrated) -> set[str]:
    """Ids of the points overdue on `today`, or due within the next 30 days."""
    found = set()
    for point in site.points.values():
        if point.calibration is None:
            continue
        left = point.calibration.last + timedelta(days=point.calibration.every_days) - today
        if left < timedelta(0) if wanted is Calibrated.OVERDUE else timedelta(0) <= left <= SOON:
            found.add(point.id)
    return found
