"""Site objects as the page reads them: names in both languages, limits with why they exist. Pure."""

from typing import Any

from fangwei.alarms.schemas import LimitInForce
from fangwei.api.limits import LimitBook
from fangwei.core.texts import Text
from fangwei.plant.schema import Limit, Name, Rationalisation, Rule
from fangwei.plant.site import Site, SitePoint


def text(name: Name | None) -> Text | None:
    """A schema name as a text."""
    return Text(name.zh, name.en) if name else None


def rationalisation(record: Rationalisation | None) -> dict[str, Any] | None:
    """Cause, consequence, action, time to respond (s)."""
    if record is None:
        return None
    return {
        "cause": text(record.cause),
        "consequence": text(record.consequence),
        "action": text(record.action),
        "time_to_respond": record.time_to_respond,
    }


def limit(
    point: SitePoint, one: Limit, file: Limit | None = None, changed: LimitInForce | None = None
) -> dict[str, Any]:
    """A limit under its alarm's name; `file` where the site's file says otherwise than what people set."""
    overridden = changed is not None and changed.setting is not None
    return {
        "alarm": f"{point.id}.{one.id}",
        "point": point.id,
        "id": one.id,
        "type": one.type,
        "at": one.at,
        "of": one.of,
        "window": one.window,
        "deadband": one.deadband,
        "on_delay": one.on_delay,
        "off_delay": one.off_delay,
        "priority": one.priority,
        "hazard": one.hazard or point.hazard,
        "latch": one.latch,
        "shelvable": one.shelvable,
        "message": text(one.message),
        "unit": point.unit,
        "rationalisation": rationalisation(one.rationalisation),
        "version": changed.version if changed else 0,
        "overridden": overridden,
        "file_changed": changed.file_changed if changed else False,
        "file": _values(file) if overridden and file is not None else None,
    }


def _values(one: Limit) -> dict[str, Any]:
    """What people may change about a limit, as the site's file has it."""
    names = ("at", "deadband", "on_delay", "off_delay", "priority")
    return {name: getattr(one, name) for name in names} | {"rationalisation": rationalisation(one.rationalisation)}


def rule(one: Rule) -> dict[str, Any]:
    """An alarm over several points."""
    return {
        "alarm": one.id,
        "point": one.point,
        "id": one.id,
        "type": "vote" if one.vote else "rule",
        "at": None,
        "when": one.when,
        "vote": one.vote,
        "points": sorted(set(one.inputs.values())),
        "priority": one.priority,
        "hazard": one.hazard,
        "latch": one.latch,
        "shelvable": one.shelvable,
        "message": text(one.message or one.name),
        "unit": "",
        "rationalisation": rationalisation(one.rationalisation),
    }


def glyph(point: SitePoint) -> dict[str, Any]:
    """A point as the plan draws it and a list names it."""
    return {
        "id": point.id,
        "name": point.name,
        "kind": point.kind,
        "zone": point.zone,
        "place": point.place,
        "unit": point.unit,
        "states": {str(k): v for k, v in point.states.items()},
        "stale_after": point.stale_after,
    }


def point(site: Site, one: SitePoint, book: LimitBook) -> dict[str, Any]:
    """Everything about a point, with the limits in force; `limits_known` false: perhaps only the files' limits."""
    gas, calibration = one.gas, one.calibration
    return glyph(one) | {
        "hazard": one.hazard,
        "gas": {"substance": gas.substance, "lel": gas.lel, "oel": gas.oel} if gas else None,
        "range": one.range,
        "normal": one.normal,
        "max_rate": one.max_rate,
        "frozen_after": one.frozen_after,
        "calibration": {"last": calibration.last.isoformat(), "every_days": calibration.every_days}
        if calibration
        else None,
        "limits": [limit(one, *each) for each in book.limits(one)],
        "limits_known": book.known,
        "rules": [rule(r) for r in site.rules.values() if one.id in r.inputs.values() or r.point == one.id],
        "sources": [s.id for s in site.sources.values() if any(p.point == one.id for p in s.points)],
    }


def site(one: Site) -> dict[str, Any]:
    """The site without its points."""
    ref = one.head.georeference
    return {
        "id": one.head.id,
        "name": text(one.head.name),
        "timezone": one.head.timezone,
        "georeference": ref.model_dump(),
        "storeys": [
            {"id": s.id, "name": text(s.name), "floor": s.floor, "ceiling": s.ceiling} for s in one.head.storeys
        ],
        "zones": [
            {
                "id": z.id,
                "name": text(z.name),
                "storey": z.storey,
                "polygon": z.polygon,
                "floor": z.floor,
                "ceiling": z.ceiling,
                "adjoins": sorted(one.adjoining.get(z.id, frozenset(z.adjoins))),
                "use": z.use,
            }
            for z in one.zones.values()
        ],
        "people": [{"id": p.id, "name": text(p.name), "role": p.role, "language": p.language} for p in one.duty.people],
        "sources": [{"id": s.id, "protocol": s.protocol, "enabled": s.enabled} for s in one.sources.values()],
        "channels": [{"id": c.id, "type": c.type} for c in one.duty.channels],
        "points": len(one.points),
    }


def definition(one: Site, alarm: str, book: LimitBook) -> dict[str, Any] | None:
    """The limit or rule of this name; None where the site defines none."""
    if alarm in one.rules:
        return rule(one.rules[alarm])
    point_id, _, id = alarm.rpartition(".")
    point = one.points.get(point_id)
    if point is None:
        return None
    return next((limit(point, *each) for each in book.limits(point) if each[0].id == id), None)
