"""The pages of docs/ that are made from the code, each with a test that it is up to date."""

from collections.abc import Callable
from typing import Any, cast

from fastapi import FastAPI

from fangwei.api import asyncapi, codes
from fangwei.api.reference import fragment
from fangwei.identity import matrix

PAGES: dict[str, Callable[[], None]] = {"asyncapi": asyncapi.main, "problems": codes.main, "roles": matrix.main}
"""By the word of `fangwei docs`."""


def application() -> FastAPI:
    """The application without a platform behind it: to be described, not to be asked."""
    from fangwei.api.app import make_app
    from fangwei.api.live import Hub
    from fangwei.bus.client import Bus
    from fangwei.core.health import Health
    from fangwei.core.settings import Settings
    from fangwei.db.session import Database
    from fangwei.identity.gate import Gate
    from fangwei.plant.schema import Georeference, Name, SiteHead
    from fangwei.plant.site import Site

    head = SiteHead(id="x", name=Name(zh="-", en="-"), georeference=Georeference(longitude=0, latitude=0), storeys=[])
    site, health, nobody = Site(head=head, zones={}, points={}), Health("docs"), cast(Bus, None)
    gate = Gate(cast(Database, None), health)
    return make_app(site, nobody, health, Hub(site, nobody, health, gate), gate, Settings())


def openapi() -> dict[str, Any]:
    """The OpenAPI document."""
    return application().openapi()


def reference() -> str:
    """Every operation of the HTTP interface as HTML."""
    return fragment(openapi())
