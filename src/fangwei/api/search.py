"""Finding points as one types. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from fangwei.plant.site import Site, SitePoint


@dataclass(frozen=True, slots=True)
class Found:
    """One page of matches."""

    total: int
    points: list[SitePoint]


class PointIndex:
    """Points with the text they are found by, folded once (50,000 points are searched in some 5 ms).

    Invariant: all lists are of one order, that of the ids.
    """

    def __init__(self, site: Site) -> None:
        self._points = sorted(site.points.values(), key=lambda p: p.id)
        sources: dict[str, list[str]] = {}
        for source in site.sources.values():
            for item in source.points:
                sources.setdefault(item.point, []).append(source.id)
            for own in (f"{source.id}-state", f"{source.id}-lag"):
                sources.setdefault(own, []).append(source.id)
        self.sources = sources
        """Ids of the sources that feed a point."""
        zones = {z.id: f"{z.id} {z.name.zh} {z.name.en}" for z in site.zones.values()}
        self._ids = [p.id.casefold() for p in self._points]
        self._words = [
            " ".join(
                (
                    p.id,
                    p.name.zh,
                    p.name.en,
                    p.kind.value,
                    zones.get(p.zone, p.zone),
                    p.gas.substance if p.gas else "",
                    *sources.get(p.id, ()),
                )
            ).casefold()
            for p in self._points
        ]

    def find(
        self,
        text: str = "",
        zone: str | None = None,
        kind: str | None = None,
        offset: int = 0,
        limit: int = 50,
        source: str | None = None,
        only: Collection[str] | None = None,
    ) -> Found:
        """Points that hold every word of `text`; those whose id begins with it come first. `only`: among these ids."""
        whole = text.casefold().strip()
        points, haystacks = self._points, self._words
        rows: Collection[int] = range(len(points))
        for word in whole.split():
            rows = [i for i in rows if word in haystacks[i]]
        if zone is not None:
            rows = [i for i in rows if points[i].zone == zone]
        if kind is not None:
            rows = [i for i in rows if points[i].kind.value == kind]
        if source is not None:
            rows = [i for i in rows if source in self.sources.get(points[i].id, ())]
        if only is not None:
            rows = [i for i in rows if points[i].id in only]
        if whole:
            first = [i for i in rows if self._ids[i].startswith(whole)]
            if first:
                begin = set(first)
                rows = first + [i for i in rows if i not in begin]
        ordered = rows if isinstance(rows, list | range) else list(rows)
        return Found(len(ordered), [points[i] for i in ordered[offset : offset + limit]])
