"""The site, its points and the people of its duty file."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from fangwei.api import describe
from fangwei.api.callers import needs
from fangwei.api.context import AlarmName, Context, ItemId, as_json
from fangwei.api.problems import AlarmUnknown, PointUnknown
from fangwei.identity.caller import Caller
from fangwei.plant.schema import Kind


def router(context: Context) -> APIRouter:
    """GET /site, /plan, /points, /points/{id}, /people, /definitions."""
    routes = APIRouter(tags=["site"])
    site = context.site
    shape = describe.site(site)
    definitions = describe.alarm_definitions(site)
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
    async def get_people(caller: Annotated[Caller, needs("duty.read")]) -> Response:
        """Everybody with an account, also those who may no longer use it: what they did bears their name."""
        return as_json(
            [
                {"id": p.id, "name": p.name, "role": p.role, "language": p.language, "active": p.active}
                for p in context.gate.people.values()
            ]
        )

    @routes.get("/points")
    async def find_points(
        caller: Annotated[Caller, needs("plant.read")],
        q: Annotated[str, Query(max_length=200)] = "",
        zone: Annotated[ItemId | None, Query()] = None,
        kind: Kind | None = None,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> Response:
        """Points by words of their id, names, kind, zone or gas; paged."""
        found = context.index.find(q, zone, kind.value if kind else None, offset, limit)
        latest = context.hub.picture.latest
        rows = [
            describe.glyph(p) | {"latest": latest.get(p.id), "normal": p.normal, "limits": len(p.limits)}
            for p in found.points
        ]
        return as_json({"total": found.total, "offset": offset, "points": rows})

    @routes.get("/points/{id}")
    async def get_point(id: str, caller: Annotated[Caller, needs("plant.read")]) -> Response:
        """Everything about one point, its limits and why they exist."""
        point = site.points.get(id)
        if point is None:
            raise PointUnknown(point=id[:100])
        return as_json(describe.point(site, point) | {"latest": context.hub.picture.latest.get(id)})

    @routes.get("/definitions/{alarm}")
    async def get_definition(alarm: AlarmName, caller: Annotated[Caller, needs("plant.read")]) -> Response:
        """An alarm's limit or rule with its rationalisation: cause, consequence, action, time to respond."""
        if alarm not in definitions:
            raise AlarmUnknown(alarm=alarm)
        return as_json(definitions[alarm])

    return routes
