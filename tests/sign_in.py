"""Signing in as a person does: a one-time link made beside the platform, used at its door."""

import httpx

from fangwei.api.callers import cookie_name
from fangwei.core.clock import HOUR, now_ns
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.identity.links import link_for, person_of_role
from fangwei.identity.store import Session, Store
from fangwei.identity.token_text import hash_of, new_token


async def signed_in(settings: Settings, role: str) -> httpx.AsyncClient:
    """A client with the session of the first person of that role."""
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.web_port}", trust_env=False, timeout=30)
    link = await link_for(settings, await person_of_role(settings, role))
    answer = await client.post("/api/session", json={"link": link})
    assert answer.status_code == 200, answer.text
    return client


async def signed_in_with_proof(settings: Settings, role: str) -> httpx.AsyncClient:
    """A client with a session of that role whose second proof was given this moment."""
    person, token, now = await person_of_role(settings, role), new_token(), now_ns()
    database = open_database(settings)
    try:
        fresh = Session(hash_of(token), person, "password", now, now, now + HOUR, now, "127.0.0.1", "tests")
        await Store(database).open(fresh, [])
    finally:
        await database.close()
    base = f"http://127.0.0.1:{settings.web_port}"
    return httpx.AsyncClient(base_url=base, trust_env=False, cookies={cookie_name(settings): token})
