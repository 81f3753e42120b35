"""Who may speak to the door at all: not every web page that the same browser has open.

A browser will carry a stranger's page to us (CSRF) and, by DNS rebinding, will even let it read the answers. So the
Host must be a loopback name or the page's own public one, a command or a socket must come from our own Origin, and a
command must be JSON, which no HTML form can send; the session's cookie is SameSite besides. Programs that are no
browser (curl, scripts) send no Origin and get as far as their token lets them.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fangwei.api.bodies import COMMAND, Body, body_of
from fangwei.api.problems import HostRefused, OriginRefused, TooBusy, problem
from fangwei.core.errors import FangweiError
from fangwei.core.health import Health

BODY_LIMIT = COMMAND.limit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(self), payment=(), usb=()",
}

ONLY_HTTPS = {"strict-transport-security": "max-age=31536000"}
"""Where the page is reached by https a browser shall never try it without."""

MOST_UNDER_WAY = 2000
"""Requests answered at the same time; each holds some 50 kB. Open pages are counted elsewhere (live.MAX_CLIENTS)."""
BUSY_S = 2

API_POLICY = "default-src 'none'; frame-ancestors 'none'"


def is_loopback(name: str) -> bool:
    """Whether a host name (without port) can only be this machine.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost.evil.example")
    (True, False)
    """
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def host_name(host: str) -> str:
    """The name in a Host header, without port and brackets; empty where it is malformed.

    >>> host_name("[::1]:8080"), host_name("localhost:80"), host_name("a@localhost")
    ('::1', 'localhost', '')
    """
    if "@" in host or "/" in host:
        return ""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def check(
    method: str, headers: Headers, socket: bool, body: Body = COMMAND, names: frozenset[str] = frozenset()
) -> FangweiError | None:
    """Why this request is refused, or None; `names` are those of the page besides loopback. Pure."""
    hosts = headers.getlist("host")
    host = hosts[0] if len(hosts) == 1 else ""
    name = host_name(host)
    if not is_loopback(name) and name not in names:
        return HostRefused(host=host[:100])
    if not socket and method in SAFE_METHODS:
        return None
    origin = headers.get("origin")
    if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
        return OriginRefused(origin=origin[:100])
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return OriginRefused(origin=headers["sec-fetch-site"][:20])
    if socket:
        return None
    return body.refused(headers.get("content-length", "0"), headers.get("content-type", ""))


class Guard:
    """ASGI middleware around the whole application: refuses, limits, and adds the security headers."""

    def __init__(self, app: ASGIApp, health: Health, names: frozenset[str] = frozenset(), secure: bool = False) -> None:
        self.app = app
        self.health = health
        self.names = names
        self.headers = SECURITY_HEADERS | (ONLY_HTTPS if secure else {})
        self.under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, or answer."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        socket = scope["type"] == "websocket"
        method = scope.get("method", "GET")
        body = body_of(method, scope["path"])
        refusal = check(method, Headers(scope=scope), socket, body, self.names)
        if refusal is not None:
            self.health.error(refusal.code, f"{scope['path'][:100]}: {refusal.message.en}")
            if socket:
                await receive()
                await send({"type": "websocket.close", "code": 4403, "reason": refusal.code})
            else:
                await problem(refusal, scope["path"])(scope, receive, self._with_headers(send))
            return
        if socket:
            await self.app(scope, receive, send)
            return
        if self.under_way >= MOST_UNDER_WAY:
            busy = TooBusy(seconds=BUSY_S)
            self.health.error(busy.code, scope["path"][:100])
            await problem(busy, scope["path"])(scope, receive, self._with_headers(send))
            return
        self.under_way += 1
        try:
            await self._limited(scope, receive, send, body)
        finally:
            self.under_way -= 1

    async def _limited(self, scope: Scope, receive: Receive, send: Send, body: Body) -> None:
        # A chunked body has no length to look at beforehand: count while it comes.
        taken = 0
        started = False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > body.limit:
                raise body.too_large
            return message

        async def refuse() -> None:
            nonlocal started
            started = True
            error = body.too_large
            self.health.error(error.code, scope["path"][:100])
            await problem(error, scope["path"])(scope, receive, self._with_headers(send))

        async def watched(message: Message) -> None:
            nonlocal started
            # The application makes its own answer of the exception above; ours says what really was wrong.
            if taken > body.limit:
                if not started:
                    await refuse()
                return
            started = started or message["type"] == "http.response.start"
            await self._with_headers(send)(message)

        try:
            await self.app(scope, counted, watched)
        except FangweiError:
            if taken <= body.limit:
                raise
            if not started:
                await refuse()

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("content-security-policy", API_POLICY)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        return sending
