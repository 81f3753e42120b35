"""Signing in and out, and who one is."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from starlette.responses import Response

from fangwei.api.callers import anybody, cookie_name, needs
from fangwei.api.context import Context, as_json
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.identity.caller import Caller
from fangwei.identity.gate import LONGEST, Gate

Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class SignIn(BaseModel):
    """Either an account's id and password, or the token of a one-time link."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"person": "li-wei", "password": "..."}, {"link": "..."}]}
    )

    person: Annotated[str, StringConstraints(max_length=200)] | None = None
    password: Password | None = None
    link: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "SignIn":
        if (self.link is None) == (self.person is None and self.password is None):
            raise ValueError("either person and password, or link")
        if self.link is None and (self.person is None or self.password is None):
            raise ValueError("person and password belong together")
        return self


def address_of(request: Request) -> str:
    """Where a request comes from; behind a proxy, what the proxy says."""
    return request.client.host[:64] if request.client else "-"


def agent_of(request: Request) -> str:
    """Which browser or program asks, as it says itself."""
    return request.headers.get("user-agent", "")[:200]


def with_cookie(response: Response, settings: Settings, token: str) -> Response:
    """The answer with the session's cookie: out of reach of scripts, sent to us alone and from our own pages alone."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=LONGEST // 1_000_000_000,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )
    return response


def without_cookie(response: Response, settings: Settings) -> Response:
    """The answer that takes the cookie away."""
    response.delete_cookie(cookie_name(settings), path="/", secure=settings.secure, httponly=True, samesite="lax")
    return response


class Me(msgspec.Struct):
    """Somebody as the page knows them."""

    id: str
    name: Text
    role: str
    zones: list[str] | None
    """Those this person answers for; null: the whole site."""
    verbs: list[str]
    machine: bool
    proved: int
    """UTC ns of the last proof by password or passkey; 0: none."""
    way_missing: bool
    """Came by a one-time link: must set a password or a passkey before doing anything."""
    language: str


class SignedOut(msgspec.Struct):
    """The session is over."""

    signed_out: bool = True


def told(caller: Caller, language: str) -> Me:
    """Somebody as the page knows them."""
    return Me(
        id=caller.id,
        name=caller.name,
        role=caller.role,
        zones=None if caller.zones is None else sorted(caller.zones),
        verbs=sorted(caller.verbs),
        machine=caller.machine,
        proved=caller.proved,
        way_missing=caller.way_missing,
        language=language,
    )


def language_of(gate: Gate, caller: Caller) -> str:
    """The language somebody reads."""
    person = gate.people.get(caller.id)
    return person.language if person else "zh"


async def entered(context: Context, token: str) -> Response:
    """The answer to somebody who has just come in: who they are, and the session's cookie."""
    caller = await context.gate.caller(token)
    return with_cookie(as_json(told(caller, language_of(context.gate, caller))), context.settings, token)


def router(context: Context) -> APIRouter:
    """POST, DELETE /session; GET /me."""
    routes = APIRouter(tags=["session"])
    gate, settings = context.gate, context.settings

    @routes.post("/session")
    async def sign_in(request: Request, given: SignIn, caller: Annotated[Caller | None, anybody]) -> Response:
        """Sign in; the answer says who one is and sets the session's cookie. The browser's earlier session ends."""
        where = (address_of(request), agent_of(request))
        if given.link is not None:
            token, _ = await gate.by_link(given.link, *where)
        else:
            token, _ = await gate.by_password(given.person or "", given.password or "", *where)
        if caller is not None and not caller.machine:
            await gate.leave(caller)
        return await entered(context, token)

    @routes.delete("/session")
    async def sign_out(caller: Annotated[Caller | None, anybody]) -> Response:
        """Sign out; doing so twice is no mistake."""
        if caller is not None and not caller.machine:
            await gate.leave(caller)
        return without_cookie(as_json(SignedOut()), settings)

    @routes.get("/me")
    async def me(caller: Annotated[Caller, needs("identity.self")]) -> Response:
        """Who one is, and every verb one may do somewhere."""
        return as_json(told(caller, language_of(gate, caller)))

    return routes
