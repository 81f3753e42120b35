"""The site, its points and the people of its duty file."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from fangwei.api import describe
from fangwei.api.calibration import Calibrated, calibrated, due
from fangwei.api.callers import needs
from fangwei.api.context import AlarmName, Context, ItemId, as_json
from fangwei.api.conventions import Listing, page, paged
from fangwei.api.definitions import Definitions, Row
from fangwei.api.problems import AlarmUnknown, PointUnknown
from fangwei.core.clock import now_ns, to_datetime
from fangwei.core.lists import ordered
from fangwei.identity.caller import Caller
from fangwei.identity.people import Person
from fangwei.plant.schema import Kind


def router(context: Context) -> APIRouter:
    """GET /site, /plan, /points, /points/{id}, /people, /definitions."""
    routes = APIRouter(tags=["site"])
    site = context.site
    shape = describe.site(site)
    book = context.hub.limits
    definitions = Definitions(site)
    plan = [describe.glyph(p) for p in site.points.values() if p.kind != Kind.SOURCE]

    @routes.get("/site")
    async def get_site(caller: Annotated[Caller, needs("plant.read")]) -> Response:
        """Identity, time zone, georeference, storeys, zones, people, sources."""
        return as_json(shape)

    @routes.get("/plan")
    async def get_plan(caller: Annotated[Caller, needs("plant.read")]) -> Response:
        """Every point with its place, for the plan."""
        return as_json(plan)

    @routes.get("/people")
    async def get_people(want: Listing, caller: Annotated[Caller, needs("duty.read")]) -> Response:
        """Everybody with an account, also those who may no longer use it: what they did bears their name."""
        fields: dict[str, Callable[[Person], Any]] = {"id": lambda p: p.id, "role": lambda p: p.role}
        found = page(context.gate.people.values(), want, fields, lambda p: f"{p.id} {p.name.zh} {p.name.en} {p.role}")
        shown = [
            {"id": p.id, "name": p.name, "role": p.role, "language": p.language, "active": p.active}
            for p in found["items"]
        ]
        return as_json(found | {"items": shown})

    @routes.get("/points")
    async def find_points(
        want: Listing,
        caller: Annotated[Caller, needs("plant.read")],
        zone: Annotated[ItemId | None, Query()] = None,
        kind: Kind | None = None,
        source: Annotated[ItemId | None, Query()] = None,
        calibration: Calibrated | None = None,
    ) -> Response:
        """Points by words of their id, names, kind, zone, source or gas; those whose id begins with the words first,
        unless sorted by `id`, `zone`, `kind`, `unit` or `limits`."""
        today = to_datetime(now_ns(), site.head.timezone).date()
        only = None if calibration is None else calibrated(site, today, calibration)
        found = context.index.find(want, zone, kind.value if kind else None, source, only)
        latest = context.hub.picture.latest
        rows = [
            describe.glyph(p)
            | {
                "latest": latest.get(p.id),
                "normal": p.normal,
                "limits": len(p.limits),
                "changed": sum(
                    1 for _, _, change in book.limits(p) if change is not None and change.setting is not None
                ),
                "sources": context.index.sources.get(p.id, []),
                "calibration_due": due(p),
            }
            for p in found.points
        ]
        return as_json(paged(rows, found.total, want.offset))

    @routes.get("/points/{id}")
    async def get_point(id: str, caller: Annotated[Caller, needs("plant.read")]) -> Response:
        """Everything about one point, its limits in force and why they exist."""
        point = site.points.get(id)
        if point is None:
            raise PointUnknown(point=id[:100])
        about = describe.point(site, point, book)
        return as_json(about | {"latest": context.hub.picture.latest.get(id), "calibration_due": due(point)})

    @routes.get("/definitions")
    async def list_definitions(
        want: Listing,
        caller: Annotated[Caller, needs("plant.read")],
        zone: Annotated[ItemId | None, Query()] = None,
        priority: Annotated[int | None, Query(ge=1, le=4)] = None,
        rationalised: bool | None = None,
        changed: bool | None = None,
    ) -> Response:
        """Every alarm the site defines, with what is in force; `rationalised=false`: those without a record of why they
        exist; `changed=true`: those that people set otherwise than the site's files."""
        rows = definitions.rows(book, want.q)
        if zone is not None:
            rows = [r for r in rows if r.zone == zone]
        if priority is not None:
            rows = [r for r in rows if r.priority == priority]
        if rationalised is not None:
            rows = [r for r in rows if r.rationalised is rationalised]
        if changed is not None:
            rows = [r for r in rows if r.changed is changed]
        sorts: dict[str, Callable[[Row], Any]] = {
            "alarm": lambda r: r.alarm,
            "zone": lambda r: r.zone,
            "priority": lambda r: r.priority,
            "rationalised": lambda r: r.rationalised,
        }
        rows = ordered(rows, want.sort, sorts)
        shown = []
        for row in rows[want.offset : want.offset + want.limit]:
            described = describe.definition(site, row.alarm, book)
            shown.append((described or {}) | {"name": site.points[row.point].name, "zone": row.zone})
        return as_json(paged(shown, len(rows), want.offset) | {"limits_known": book.known})

    @routes.get("/definitions/{alarm}")
    async def get_definition(alarm: AlarmName, caller: Annotated[Caller, needs("plant.read")]) -> Response:
        """An alarm's limit or rule with its rationalisation: cause, consequence, action, time to respond."""
        found = describe.definition(site, alarm, book)
        if found is None:
            raise AlarmUnknown(alarm=alarm)
        return as_json(found)

    return routes
