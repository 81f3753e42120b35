"""A small plant for the tests of alarms."""

from fangwei.core.clock import SECOND
from fangwei.core.events import Hazard
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.plant.schema import Georeference, Kind, Limit, Name, Rule, SiteHead, Source, SourcePoint, Suppression
from fangwei.plant.site import Site, SitePoint

T = 1_700_000_000 * SECOND
N = Name(zh="名", en="name")


def limit(id: str = "hi", type: str = "high", at: float = 20.0, **more: object) -> Limit:
    return Limit(id=id, type=type, at=at, **more)  # type: ignore[arg-type]


def gas(id: str = "G1", *limits: Limit, **more: object) -> SitePoint:
    return SitePoint.make(id, Kind.COMBUSTIBLE_GAS, "filling", (1.0, 2.0, 3.0), "%LEL", limits=limits, **more)


def site(
    *points: SitePoint,
    rules: tuple[Rule, ...] = (),
    suppressions: tuple[Suppression, ...] = (),
    sources: tuple[Source, ...] = (),
) -> Site:
    head = SiteHead(id="s", name=N, georeference=Georeference(longitude=120, latitude=30), storeys=[])
    return Site(
        head=head,
        zones={},
        points={p.id: p for p in points},
        rules={r.id: r for r in rules},
        suppressions={s.id: s for s in suppressions},
        sources={s.id: s for s in sources},
    )


def rule(id: str, inputs: dict[str, str], **more: object) -> Rule:
    values = {"hazard": Hazard.RELEASE, "point": next(iter(inputs.values())), **more}
    return Rule(id=id, name=N, zone="filling", inputs=inputs, **values)  # type: ignore[arg-type]


def source(id: str, *points: str) -> Source:
    return Source(id=id, protocol="mqtt", points=[SourcePoint(point=p) for p in points])


def state_point(source_id: str) -> SitePoint:
    return SitePoint.make(f"{source_id}-state", Kind.SOURCE, "filling", (0.0, 0.0, 0.0), "state")


def at(s: float) -> int:
    return T + round(s * SECOND)


def read(p: SitePoint, s: float, value: float, quality: Quality = Quality.GOOD, delay_s: float = 0.0) -> Readings:
    return Readings.of([p.key], [at(s)], [at(s + delay_s)], [value], [int(quality)])
