"""Every route of the application with every role and with nobody: let in exactly as roles.py says."""

from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from fangwei.api.callers import Anybody, Needs
from fangwei.api.docs import application
from fangwei.identity.roles import ROLES, verbs_of

PAGES = {"/{path:path}"}
"""The page itself; what it loads names its verb."""
SAFE = frozenset({"GET", "HEAD"})


def routes() -> list[Any]:
    """Routes as they are reached, with the paths of the routers that hold them; websockets have no methods."""
    found = iter_route_contexts(application().routes)
    return [r for r in found if getattr(r, "methods", None) and r.path not in PAGES and hasattr(r, "dependant")]


def gates(route: Any) -> list[Needs | Anybody]:
    found, waiting = [], list(route.dependant.dependencies)
    while waiting:
        one = waiting.pop()
        waiting += one.dependencies
        if isinstance(one.call, (Needs, Anybody)):
            found.append(one.call)
    return found


def test_every_route_names_its_verb_or_says_that_it_is_for_everybody():
    without = [f"{sorted(r.methods)} {r.path}" for r in routes() if len(gates(r)) != 1]
    assert without == []
    assert len(routes()) > 60


def test_what_is_open_to_everybody_is_a_short_list():
    opened = {r.path for r in routes() if isinstance(gates(r)[0], Anybody)}
    assert opened == {
        "/api/health", "/api/session", "/api/sign-in/ways", "/api/sign-in/passkey", "/api/sign-in/oidc",
        "/api/sign-in/oidc/callback",
    }  # fmt: skip


def test_what_changes_something_is_no_reading_verb():
    for route in routes():
        gate = gates(route)[0]
        if isinstance(gate, Needs) and not route.methods & SAFE and gate.verb.endswith(".read"):
            # Questions too long for an address are asked by POST; they are named here one by one.
            questions = {"/api/duty/changes/preview", "/api/duty/dry-run", "/api/alarms/limits/{alarm}/check"}
            assert route.path in questions, route.path


def filled(path: str) -> str:
    while "{" in path:
        head, rest = path.split("{", 1)
        path = head + "nothing-here" + rest.split("}", 1)[1]
    return path


async def ask(client, route: Any) -> tuple[int, Any]:
    method = sorted(route.methods - {"HEAD"})[0]
    kind = "image/jpeg" if method == "POST" and route.path.endswith("/photos") else "application/json"
    body = {} if method in SAFE else {"content": b'{"nothing we know": 1}', "headers": {"content-type": kind}}
    answer = await client.request(method, filled(route.path), **body)
    problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    return answer.status_code, answer.json().get("code") if problem else None


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", [None, *ROLES])
async def test_each_role_is_let_in_where_it_may_and_nowhere_else(door, role):
    client = await door.anonymous() if role is None else await door.client_of(role)
    wrong = []
    for route in routes():
        gate = gates(route)[0]
        if isinstance(gate, Anybody):
            continue
        status, code = await ask(client, route)
        refused = code in ("identity.not_signed_in", "identity.not_allowed")
        if role is None:
            expected = (status, code) == (401, "identity.not_signed_in")
        elif gate.verb not in verbs_of(role):
            expected = (status, code) == (403, "identity.not_allowed")
        elif gate.proof:
            # Nobody who came by a link has proved anything.
            expected = (status, code) == (403, "identity.proof_missing")
        else:
            expected = not refused
        if not expected:
            wrong.append(f"{sorted(route.methods)} {route.path} ({gate.verb}): {status} {code}")
    assert wrong == []
