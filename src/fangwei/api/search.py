"""Finding points as one types. Pure."""

from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from fangwei.core.lists import Paging, ordered
from fangwei.plant.site import Site, SitePoint


@dataclass(frozen=True, slots=True)
class Found:
    """One page of matches."""

    total: int
    points: list[SitePoint]


SORTS: dict[str, Callable[[SitePoint], Any]] = {
    "id": lambda p: p.id,
    "zone": lambda p: p.zone,
    "kind": lambda p: p.kind.value,
    "unit": lambda p: p.unit,
    "limits": lambda p: len(p.limits),
}


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
        self._prefixes = sorted((p.id.casefold(), i) for i, p in enumerate(self._points))
        self._zones = [p.zone for p in self._points]
        self._kinds = [p.kind.value for p in self._points]
        self._of_zone = _rows_by(self._zones)
        self._of_kind = _rows_by(self._kinds)
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
        want: Paging,
        zone: str | None = None,
        kind: str | None = None,
        source: str | None = None,
        only: Collection[str] | None = None,
    ) -> Found:
        """Points that hold every word asked for; those whose id begins with them come first, unless sorted. `only`:
        among these ids.

        Raises:
            SortUnknown: they cannot be sorted by that.
        """
        whole = want.q.casefold().strip()
        haystacks = self._words
        rows: Collection[int] = range(len(self._points))
        if zone is not None:
            rows = self._of_zone.get(zone, [])
            if kind is not None:
                rows = [i for i in rows if self._kinds[i] == kind]
        elif kind is not None:
            rows = self._of_kind.get(kind, [])
        if source is not None:
            rows = [i for i in rows if source in self.sources.get(self._points[i].id, ())]
        if only is not None:
            rows = [i for i in rows if self._points[i].id in only]
        for word in whole.split():
            rows = [i for i in rows if word in haystacks[i]]
        found = rows if isinstance(rows, list | range) else list(rows)
        first = self._beginning_with(whole) if whole else []
        if first:
            # An id that begins with the text holds it too: it is among the rows unless a filter took it out.
            among = set(found)
            first = [i for i in first if i in among]
            ahead = set(first)
            found = first + [i for i in found if i not in ahead]
        first_wanted, last_wanted = want.bounds()
        if want.sort:
            sorted_points = ordered((self._points[i] for i in found), want.sort, SORTS)
            return Found(len(found), sorted_points[first_wanted:last_wanted])
        return Found(len(found), [self._points[i] for i in found[first_wanted:last_wanted]])

    def _beginning_with(self, text: str) -> list[int]:
        begin = bisect_left(self._prefixes, (text, -1))
        end = bisect_left(self._prefixes, (text + "\U0010ffff", -1))
        return sorted(i for _, i in self._prefixes[begin:end])


def _rows_by(values: list[str]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for i, value in enumerate(values):
        rows.setdefault(value, []).append(i)
    return rows
