"""The limits in force, as far as this process knows: the site's files with what people changed laid over. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fangwei.alarms.overrides import limit_of
from fangwei.alarms.schemas import LimitInForce
from fangwei.alarms.setting import laid_over
from fangwei.core.errors import FangweiError
from fangwei.plant.schema import Limit
from fangwei.plant.site import Site, SitePoint


class LimitBook:
    """Kept up by `fw.limits` and the alarms room's own list.

    Invariant: a limit is never replaced by one of a lower version. While `known` is false the alarms room has not
    answered, and what is shown are the files' limits, which may not be those in force.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._changed: dict[str, LimitInForce] = {}
        self._points: dict[str, SitePoint] = {}
        self.known = False

    def take(self, limit: LimitInForce) -> bool:
        """A limit that changed; False where that is known already, or the site has no such limit."""
        before = self._changed.get(limit.alarm)
        if before is not None and before.version >= limit.version:
            return False
        try:
            point, _ = limit_of(self._site, limit.alarm)
        except FangweiError:
            return False
        self._changed[limit.alarm] = limit
        self._points[point.id] = self._laid_over(point)
        return True

    def take_all(self, limits: Iterable[LimitInForce]) -> bool:
        """The room's own list; whether anything was news."""
        self.known = True
        return any([self.take(limit) for limit in limits])

    def change_of(self, alarm: str) -> LimitInForce | None:
        """What people changed about this limit, where they did."""
        return self._changed.get(alarm)

    def point(self, point: SitePoint) -> SitePoint:
        """The point with the limits in force."""
        return self._points.get(point.id, point)

    def limits(self, point: SitePoint) -> Iterator[tuple[Limit, Limit, LimitInForce | None]]:
        """Each limit of a point: in force, in the file, and what was changed."""
        for in_force, in_file in zip(self.point(point).limits, point.limits, strict=True):
            yield in_force, in_file, self._changed.get(f"{point.id}.{in_file.id}")

    def _laid_over(self, point: SitePoint) -> SitePoint:
        limits = []
        for limit in point.limits:
            changed = self._changed.get(f"{point.id}.{limit.id}")
            setting = changed.setting if changed else None
            limits.append(limit if setting is None else laid_over(limit, setting))
        return replace(point, limits=tuple(limits))
