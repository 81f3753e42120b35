"""Every alarm of a site, compiled once: limits of the points, their data alarms, rules, and the platform's
own."""

from dataclasses import dataclass

from fangwei.alarms import texts
from fangwei.alarms.state import Character
from fangwei.core.events import Hazard
from fangwei.core.texts import Text
from fangwei.core.units import written
from fangwei.plant.schema import Kind, Limit
from fangwei.plant.site import Site, SitePoint

DETECTORS = frozenset({Kind.COMBUSTIBLE_GAS, Kind.TOXIC_GAS, Kind.OXYGEN, Kind.SMOKE, Kind.FLAME})
"""Whose blindness matters more: their data alarms have priority 3 instead of 4."""
PLATFORM_PROCESSES = ("historian", "connect")
SOURCE_PRIORITY = 2
PLATFORM_PRIORITY = 2
DATA = "data"
"""The data alarm of point P is `P.data`."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One alarm as the site defines it."""

    name: str
    point: str
    points: tuple[str, ...]
    zone: str
    place: tuple[float, float, float]
    kind: str
    hazard: Hazard
    priority: int
    unit: str
    limit: float | None
    message: Text
    latch: bool = False
    shelvable: bool = True

    @property
    def character(self) -> Character:
        """What bears on its life."""
        return Character(alarm=self.name, hazard=self.hazard, latch=self.latch, shelvable=self.shelvable)


@dataclass(frozen=True, slots=True)
class PointLimit:
    """A limit with the point it stands on; `limit` None is the point's data alarm."""

    point: SitePoint
    limit: Limit | None
    spec: Spec


def point_limits(site: Site) -> list[PointLimit]:
    """All limits and data alarms, in the order of the site's points."""
    return [
        PointLimit(point, limit, limit_spec(site, point, limit) if limit else data_spec(point))
        for point in site.points.values()
        for limit in (*point.limits, None)
    ]


def rule_specs(site: Site) -> list[Spec]:
    """Per rule its alarm and, behind it, its data alarm `<rule>.data`."""
    specs = []
    for rule in site.rules.values():
        point = site.points[rule.point]
        others = tuple(dict.fromkeys((rule.point, *rule.inputs.values())))
        alarm = Spec(
            name=rule.id,
            point=rule.point,
            points=others,
            zone=rule.zone,
            place=point.place,
            kind=point.kind.value,
            hazard=rule.hazard,
            priority=rule.priority,
            unit=point.unit,
            limit=rule.vote[2] if rule.vote else None,
            message=rule.message.text if rule.message else rule.name.text,
            latch=rule.latch,
            shelvable=rule.shelvable,
        )
        blind = Spec(
            name=f"{rule.id}.{DATA}",
            point=rule.point,
            points=others,
            zone=rule.zone,
            place=point.place,
            kind=point.kind.value,
            hazard=Hazard.DATA,
            priority=3,
            unit="",
            limit=None,
            message=texts.RULE_DATA.format(name=rule.name.text, doubts=texts.RULE_BLIND),
        )
        specs += [alarm, blind]
    return specs


def platform_specs(site: Site) -> list[Spec]:
    """One data alarm per process of the platform that people must know to be away."""
    zone = next(iter(site.zones), "platform")
    return [
        Spec(
            name=f"platform.{process}",
            point=f"platform-{process}",
            points=(f"platform-{process}",),
            zone=zone,
            place=(0.0, 0.0, 0.0),
            kind=Kind.SOURCE.value,
            hazard=Hazard.DATA,
            priority=PLATFORM_PRIORITY,
            unit="",
            limit=None,
            message=texts.PLATFORM.format(process=process, why=texts.NOT_HEARD),
        )
        for process in PLATFORM_PROCESSES
    ]


def is_source_state(point: SitePoint) -> bool:
    """Whether this is the `<source>-state` point that connect makes."""
    return point.kind is Kind.SOURCE and point.id.endswith("-state")


def data_spec(point: SitePoint) -> Spec:
    """The data alarm of a point; of a source's state point it is the alarm of the source."""
    source = is_source_state(point)
    priority = SOURCE_PRIORITY if source else 3 if point.kind in DETECTORS else 4
    return Spec(
        name=f"{point.id}.{DATA}",
        point=point.id,
        points=(point.id,),
        zone=point.zone,
        place=point.place,
        kind=point.kind.value,
        hazard=Hazard.DATA,
        priority=priority,
        unit=point.unit,
        limit=None,
        message=texts.SOURCE_DOWN.format(name=point.name) if source else point.name,
    )


def limit_spec(site: Site, point: SitePoint, limit: Limit) -> Spec:
    """The alarm of one limit."""
    if limit.message is not None:
        message = limit.message.text
    else:
        other = site.points[limit.of].name if limit.of else Text("", "")
        state = point.states.get(int(limit.at), Text(f"{limit.at:g}", f"{limit.at:g}"))
        said = texts.LIMIT[limit.type].format(
            name=point.name, at=limit.at, unit=written(point.unit), other=other, state=state
        )
        message = Text(said.zh.rstrip(), said.en.rstrip())  # a number without unit leaves a space behind
    return Spec(
        name=f"{point.id}.{limit.id}",
        point=point.id,
        points=(point.id, limit.of) if limit.of else (point.id,),
        zone=point.zone,
        place=point.place,
        kind=point.kind.value,
        hazard=limit.hazard or point.hazard,
        priority=limit.priority,
        unit=point.unit,
        limit=limit.at,
        message=message,
        latch=limit.latch,
        shelvable=limit.shelvable,
    )
