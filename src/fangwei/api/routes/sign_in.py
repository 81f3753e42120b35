"""Signing in without a password: by passkey, or by the plant's own provider (OpenID Connect)."""

from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from fangwei.api.callers import anybody, cookie_name
from fangwei.api.context import Command, Context, as_json
from fangwei.api.routes.session import address_of, agent_of, entered, with_cookie
from fangwei.core.clock import SECOND
from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.identity.caller import Caller
from fangwei.identity.challenges import LASTS
from fangwei.identity.errors import OidcRefused, PasskeyNotHere, PasskeyRefused
from fangwei.identity.keys import new_owner
from fangwei.identity.oidc import Provider
from fangwei.identity.passkeys import Place, place_of

Credential = Annotated[dict[str, Any], Field(description="The browser's PublicKeyCredential as JSON")]
CALLBACK = "/api/sign-in/oidc/callback"


class Signed(Command):
    """What a passkey signed."""

    credential: Credential


class Elsewhere(msgspec.Struct):
    """The plant's own sign-in."""

    name: Text


class SignInWays(msgspec.Struct):
    """What the sign-in page may offer. `passkey` is false on a page that was opened by its IP address."""

    password: bool
    passkey: bool
    oidc: Elsewhere | None


def place(request: Request, context: Context) -> Place:
    """Where the page stands that asks.

    Raises:
        PasskeyNotHere: it was opened by its IP address.
    """
    return place_of(origin(request, context))


def origin(request: Request, context: Context) -> str:
    """The page's own origin: the public one, or this machine's as the browser wrote it (the guard has looked at it)."""
    settings = context.settings
    if (request.url.hostname or "") in settings.host_names:
        return settings.page_url
    return f"{'https' if settings.tls_cert else 'http'}://{request.headers['host']}"


def inside(back: str) -> str:
    """Where to go after signing in: an address of our own page, whatever was asked for.

    >>> inside("/incidents/1"), inside("//evil.example"), inside("https://evil.example")
    ('/incidents/1', '/', '/')
    """
    ours = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    return back if ours else "/"


def router(context: Context) -> APIRouter:
    """GET /sign-in/ways, /sign-in/oidc, /sign-in/oidc/callback; GET, POST /sign-in/passkey."""
    routes = APIRouter(prefix="/sign-in", tags=["session"])
    settings, gate = context.settings, context.gate
    provider = Provider(settings, gate.clock)
    passkey_cookie, oidc_cookie = f"{cookie_name(settings)}-passkey", f"{cookie_name(settings)}-oidc"

    def remember(answer: Response, cookie: str, owner: str) -> Response:
        # Lax, not strict: the way back from a provider begins at the provider's page.
        answer.set_cookie(cookie, owner, max_age=LASTS // SECOND, secure=settings.secure, httponly=True, samesite="lax")
        return answer

    def to_page(error: FangweiError) -> Response:
        # A browser stands here, not a program: it goes back to the sign-in page, which says why.
        gate.health.error(error.code, error.message.en)
        return RedirectResponse(f"/sign-in?{urlencode({'problem': error.code})}", 303)

    @routes.get("/ways")
    async def sign_in_ways(request: Request, caller: Annotated[Caller | None, anybody]) -> Response:
        """How one may sign in here."""
        try:
            place(request, context)
            passkey = True
        except PasskeyNotHere:
            passkey = False
        host = urlsplit(settings.oidc_issuer).hostname or ""
        return as_json(SignInWays(True, passkey, Elsewhere(Text(host, host)) if provider.on else None))

    @routes.get("/passkey")
    async def passkey_options(request: Request, caller: Annotated[Caller | None, anybody]) -> Response:
        """What `navigator.credentials.get` is asked to sign in with any passkey of this place."""
        owner = new_owner()
        return remember(as_json(gate.keys.to_prove(owner, place(request, context))), passkey_cookie, owner)

    @routes.post("/passkey")
    async def sign_in_by_passkey(
        request: Request, given: Signed, caller: Annotated[Caller | None, anybody]
    ) -> Response:
        """Sign in with a passkey."""
        owner = request.cookies.get(passkey_cookie, "")[:100]
        if not owner:
            raise PasskeyRefused(why="challenge")
        person = await gate.keys.proven(owner, place(request, context), given.credential)
        token, _ = await gate.by_passkey(person, address_of(request), agent_of(request))
        if caller is not None and not caller.machine:
            await gate.leave(caller)
        answer = await entered(context, token)
        answer.delete_cookie(passkey_cookie, secure=settings.secure, httponly=True, samesite="lax")
        return answer

    @routes.get("/oidc", response_class=RedirectResponse, status_code=303)
    async def oidc_begin(
        request: Request,
        caller: Annotated[Caller | None, anybody],
        back: Annotated[str, Query(max_length=2000)] = "/",
    ) -> Response:
        """Go to the plant's own sign-in."""
        owner = new_owner()
        try:
            url = await provider.begin(owner, origin(request, context) + CALLBACK, inside(back))
        except FangweiError as error:
            return to_page(error)
        return remember(RedirectResponse(url, 303), oidc_cookie, owner)

    @routes.get("/oidc/callback", response_class=RedirectResponse, status_code=303)
    async def oidc_end(
        request: Request,
        caller: Annotated[Caller | None, anybody],
        state: Annotated[str, Query(max_length=200)] = "",
        code: Annotated[str, Query(max_length=4000)] = "",
        error: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        """Come back from there, signed in; or to the sign-in page, which says why not."""
        try:
            if error or not code or not state:
                raise OidcRefused(why="error" if error else "code")
            name, back = await provider.finish(request.cookies.get(oidc_cookie, "")[:100], state, code)
            token = await gate.by_name_elsewhere(name, address_of(request), agent_of(request))
        except FangweiError as refused:
            answer = to_page(refused)
        else:
            if caller is not None and not caller.machine:
                await gate.leave(caller)
            answer = with_cookie(RedirectResponse(back, 303), settings, token)
        answer.delete_cookie(oidc_cookie, secure=settings.secure, httponly=True, samesite="lax")
        return answer

    return routes
