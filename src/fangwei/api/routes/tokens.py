"""Machines' tokens, for the administrator."""

from typing import Annotated

import msgspec
from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import Command, Context, ItemId, as_json
from fangwei.api.conventions import Listing, page
from fangwei.api.routes.people import Name, Zones
from fangwei.core.clock import DAY, now_ns
from fangwei.identity.caller import Caller
from fangwei.identity.machines import LONGEST_DAYS, Machine, checked_scopes

Scope = Annotated[str, StringConstraints(max_length=64)]


class MakeToken(Command):
    """What a machine may do, where (`zones` null: on the whole site), and for how many days."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=100)]
    zones: Zones = None
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 90


class TokenShown(msgspec.Struct):
    """A machine's token without its text. Times in UTC ns."""

    id: str
    name: str
    scopes: list[str]
    zones: list[str] | None
    made_by: str
    created: int
    expires: int
    used: int | None
    revoked: int | None


class TokenMade(msgspec.Struct):
    """A new token; its text `token` is shown this once."""

    id: str
    token: str
    expires: int


class TokensPage(msgspec.Struct):
    """Part of the tokens."""

    total: int
    offset: int
    items: list[TokenShown]


def shown(one: Machine) -> TokenShown:
    """A token to be listed."""
    return TokenShown(
        id=one.id,
        name=one.name,
        scopes=sorted(one.scopes),
        zones=None if one.zones is None else sorted(one.zones),
        made_by=one.made_by,
        created=one.created,
        expires=one.expires,
        used=one.used,
        revoked=one.revoked,
    )


def router(context: Context) -> APIRouter:
    """GET, POST /tokens; POST /tokens/{id}/revoke."""
    routes = APIRouter(prefix="/tokens", tags=["tokens"])
    keys = context.gate.keys

    @routes.get("")
    async def list_tokens(want: Listing, caller: Annotated[Caller, needs("identity.tokens")]) -> Response:
        """Tokens of machines, those that no longer work too."""
        fields = {
            "id": lambda t: t.id,
            "name": lambda t: t.name,
            "created": lambda t: t.created,
            "expires": lambda t: t.expires,
            "used": lambda t: t.used,
        }
        found = page(keys.machines.values(), want, fields, lambda t: f"{t.id} {t.name} {' '.join(t.scopes)}")
        return as_json(found | {"items": [shown(t) for t in found["items"]]})

    @routes.post("")
    async def make_token(given: MakeToken, caller: Annotated[Caller, needs("identity.tokens", proof=True)]) -> Response:
        """A token for a machine: `Authorization: Bearer <token>`. It is shown in this answer and never again."""
        made, text = await keys.make_machine(
            given.id,
            given.name,
            checked_scopes(given.scopes),
            context.zones_given(given.zones),
            now_ns() + given.days * DAY,
            caller,
        )
        return as_json(TokenMade(made.id, text, made.expires))

    @routes.post("/{token}/revoke")
    async def revoke_token(
        token: ItemId, given: Command, caller: Annotated[Caller, needs("identity.tokens", proof=True)]
    ) -> Response:
        """A token works no more, from now on."""
        return as_json(shown(await keys.revoke_machine(token, caller)))

    return routes
