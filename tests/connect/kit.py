"""Makes a source run against a peer without a bus, and shows what came through its door."""

import asyncio
from pathlib import Path
from typing import Any

from fangwei.connect.base import Installation
from fangwei.connect.door import Door
from fangwei.connect.runner import SourceRunner, end
from fangwei.core.health import Health
from fangwei.core.ids import point_key
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.plant.schema import Georeference, Kind, Name, SiteHead, Source, SourcePoint
from fangwei.plant.site import Site, SitePoint


class Outlet:
    """Stands where the bus stands: keeps every batch; can be away."""

    def __init__(self) -> None:
        self.connected = True
        self.unsure = 0
        self.batches: list[Readings] = []
        self.sure_ids: list[str | None] = []
        self.emitted: list[tuple[str, Any]] = []

    async def publish_readings(self, source: str, readings: Readings, sure_id: str | None = None) -> None:
        if not self.connected:
            raise ConnectionError("away")
        self.batches.append(readings)
        self.sure_ids.append(sure_id)

    async def emit(self, subject: str, event: Any, sure_id: str | None = None) -> None:
        self.emitted.append((subject, event))

    def of(self, point: str) -> list[tuple[int, int, float, Quality]]:
        """(source time, receive time, value, quality) of one point, in the order in which they came."""
        key = point_key(point)
        rows = []
        for batch in self.batches:
            for index in (batch.point == key).nonzero()[0]:
                rows.append(
                    (
                        int(batch.source_time[index]),
                        int(batch.receive_time[index]),
                        float(batch.value[index]),
                        Quality(int(batch.quality[index])),
                    )
                )
        return rows

    def values(self, point: str) -> list[float]:
        return [value for _, _, value, _ in self.of(point)]

    def last(self, point: str) -> tuple[float, Quality] | None:
        rows = self.of(point)
        return (rows[-1][2], rows[-1][3]) if rows else None


def a_point(id: str, states: dict[int, str] | None = None) -> SitePoint:
    names = {number: Text(name, name) for number, name in (states or {}).items()}
    return SitePoint.make(id, Kind.PROCESS, "z", (0.0, 0.0, 1.0), "", states=names)


def a_source(
    protocol: str,
    options: dict[str, Any],
    addresses: dict[str, Any],
    scale: dict[str, tuple[float, float]] | None = None,
    **more: Any,
) -> Source:
    points = []
    for point, address in addresses.items():
        factor, offset = (scale or {}).get(point, (1.0, 0.0))
        points.append(SourcePoint(point=point, address=address, scale=factor, offset=offset))
    return Source(id="s", protocol=protocol, options=options, points=points, **more)


def a_site(*sources: Source, states: dict[str, dict[int, str]] | None = None) -> Site:
    points = {}
    for source in sources:
        for entry in source.points:
            points[entry.point] = a_point(entry.point, (states or {}).get(entry.point))
        for suffix in ("state", "lag"):
            points[f"{source.id}-{suffix}"] = SitePoint.make(
                f"{source.id}-{suffix}", Kind.SOURCE, "z", (0.0, 0.0, 0.0), ""
            )
    head = SiteHead(
        id="t",
        name=Name(zh="试", en="test"),
        georeference=Georeference(longitude=120, latitude=30),
        storeys=[],
    )
    return Site(head=head, zones={}, points=points, sources={s.id: s for s in sources})


class Running:
    """A source being read; `async with Running(...) as r`."""

    def __init__(self, source: Source, folder: Path, states: dict[str, dict[int, str]] | None = None) -> None:
        self.outlet = Outlet()
        self.faults = Health("test")
        site = a_site(source, states=states)
        installation = Installation(Settings(data=folder / "data"), self.outlet)  # type: ignore[arg-type]
        self.runner = SourceRunner(source, site, installation, self.faults)

    async def __aenter__(self) -> "Running":
        self._task = asyncio.create_task(self.runner.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        await end([self._task])

    @property
    def door(self) -> Door:
        return self.runner.door

    def errors(self) -> dict[str, str]:
        return {name: entry.last for name, entry in self.faults.report(0).errors.items()}
