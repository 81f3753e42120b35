"""The HTTP application, assembled."""

from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.websockets import WebSocket

from fangwei.api import openapi, page, problems
from fangwei.api.callers import cookie_name
from fangwei.api.context import Context
from fangwei.api.guard import Guard
from fangwei.api.live import Hub
from fangwei.api.rates import Rates
from fangwei.api.routes import (
    account,
    alarms,
    audit,
    duty,
    flow_runs,
    flow_trials,
    flows,
    history,
    incident_photos,
    incident_report,
    incidents,
    limits,
    people,
    reactions,
    session,
    sign_in,
    site,
    system,
    tokens,
    work,
)
from fangwei.api.search import PointIndex
from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.identity.gate import Gate
from fangwei.plant.site import Site

ROOMS = (
    site,
    history,
    alarms,
    limits,
    incidents,
    incident_photos,
    incident_report,
    duty,
    flow_runs,
    flow_trials,
    work,
    flows,
    reactions,
    system,
    session,
    sign_in,
    account,
    people,
    tokens,
    audit,
)
"""Each has a `router(context)`."""


def make_app(plant: Site, bus: Bus, health: Health, hub: Hub, gate: Gate, settings: Settings) -> FastAPI:
    """Every route under /api, the page beside it, the guard around all."""
    context = Context(plant, bus, hub, health, PointIndex(plant), gate, settings)
    # The interactive docs load scripts from elsewhere, which our policy forbids; /api/docs is a page of our own. It and
    # the description itself are for who is signed in (openapi.py).
    app = FastAPI(
        title="Fangwei 防微",
        version=version("fangwei"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # the name by which api/answers.py knows it
        generate_unique_id_function=lambda route: f"{route.tags[0] if route.tags else 'door'}.{route.name}",
    )
    app.state.gate, app.state.cookie = gate, cookie_name(settings)
    app.state.rates = Rates.of(settings)
    routes = APIRouter(prefix="/api")
    for room in ROOMS:
        routes.include_router(room.router(context))

    @routes.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await hub.serve(socket)

    app.include_router(routes)
    openapi.install(app)
    page.install(app)
    problems.install(app, health)
    app.add_middleware(GZipMiddleware, minimum_size=2048, compresslevel=4)
    app.add_middleware(Guard, health=health, names=settings.host_names, secure=settings.secure)
    return app
