"""Whoever calls a route: found by cookie or token, and let through by verb.

    async def take(incident: ItemId, command: OnIncident,
                   caller: Annotated[Caller, needs("incidents.take")]) -> Response: ...

Every route of the API names its verb, or says that it is for `anybody`; a test walks them all.
"""

import time
from typing import Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from fangwei.api.rates import NEVER_REFUSED, Rates, TooOften
from fangwei.core.clock import SECOND, now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.settings import Settings
from fangwei.identity.caller import Caller
from fangwei.identity.errors import NoMachines, NotAllowed, NotSignedIn, ProofMissing, WayMissing
from fangwei.identity.gate import Gate
from fangwei.identity.roles import ROLES, VERBS

SELF = "identity.self"
"""By which one sets how one comes in next time."""


def cookie_name(settings: Settings) -> str:
    """The session's cookie. Browsers send cookies to every port of a host, so the port tells two platforms apart; the
    prefix `__Host-` lets no neighbour under the same domain set it, and needs https."""
    return f"__Host-fangwei-{settings.web_port}" if settings.secure else f"fangwei-{settings.web_port}"


def gate_of(connection: HTTPConnection) -> Gate:
    """The application's gate."""
    gate: Gate = connection.app.state.gate
    return gate


async def find_caller(connection: HTTPConnection) -> Caller:
    """Who is behind a request or a socket.

    Raises:
        NotSignedIn: nobody who is known.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        machine = gate_of(connection).keys.machine(token.strip()[:200])
        if machine is None:
            gate_of(connection).health.error("identity.token_refused", "unknown, revoked or over")
            raise NotSignedIn()
        return machine
    cookie = connection.cookies.get(connection.app.state.cookie, "")
    if not cookie or len(cookie) > 200:
        raise NotSignedIn()
    return await gate_of(connection).caller(cookie)


def slow_down(connection: HTTPConnection, caller: Caller | None) -> None:
    """Refuse whoever asks too often; who is not known is known by the address.

    Raises:
        TooOften: with the seconds to wait.
    """
    rates: Rates = connection.app.state.rates
    address = connection.client.host if connection.client else "-"
    name = caller.id if caller is not None else f"address {address}"
    wait = rates.wait(name, caller is not None and caller.machine, time.monotonic_ns())
    if wait:
        gate_of(connection).health.error("api.too_often", name)
        raise TooOften(seconds=-(-wait // SECOND))


def check(caller: Caller, verb: str, proof: bool, now: int) -> FangweiError | None:
    """Why the caller may not do this, or None. Pure."""
    if not caller.may(verb):
        return NotAllowed(role=ROLES.get(caller.role, caller.role or "-"), what=VERBS[verb].text)
    if caller.way_missing and not (verb.endswith(".read") or verb == SELF):
        return WayMissing()
    if proof and caller.machine:
        return NoMachines()
    if proof and not caller.has_proved(now):
        return ProofMissing()
    return None


class Needs:
    """The dependency of a route that a verb opens."""

    def __init__(self, verb: str, proof: bool) -> None:
        if verb not in VERBS:
            raise ValueError(f"{verb} is no verb of identity/roles.py")
        self.verb = verb
        self.proof = proof

    async def __call__(self, connection: HTTPConnection) -> Caller:
        """The caller, let through."""
        caller = await find_caller(connection)
        if self.verb not in NEVER_REFUSED:
            slow_down(connection, caller)
        refusal = check(caller, self.verb, self.proof, now_ns())
        if refusal is not None:
            gate_of(connection).health.count(f"refused.{self.verb}")
            raise refusal
        return caller


def needs(verb: str, proof: bool = False) -> Any:
    """For `Annotated[Caller, needs("alarms.reset")]`: the caller, who may do that somewhere; 401 or 403 otherwise.
    With `proof` a password or passkey must have been given in the last five minutes. Where zones count the route asks
    `caller.may(verb, zones)` or `Context.may`."""
    return Depends(Needs(verb, proof))


class Anybody:
    """The dependency of a route that is open to everybody, and tells more to who is known."""

    async def __call__(self, connection: HTTPConnection) -> Caller | None:
        """The caller where there is one."""
        try:
            caller = await find_caller(connection)
        except NotSignedIn:
            caller = None
        slow_down(connection, caller)
        return caller


anybody: Any = Depends(Anybody())
"""For `Annotated[Caller | None, anybody]`: whoever asks may have this answer, also before signing in."""
