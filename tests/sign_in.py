"""Signing in to a door: as somebody who is in already, or as a person does who comes for the first time."""

import httpx

from fangwei.api.callers import cookie_name
from fangwei.core.clock import DAY, HOUR, now_ns
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.identity.links import link_for, person_of_role
from fangwei.identity.store import Session, Store
from fangwei.identity.token_text import hash_of, new_token


async def signed_in(settings: Settings, role: str) -> httpx.AsyncClient:
    """A client with the session of the first person of that role, who came in by passkey an hour ago: the proof that
    was is over."""
    return await _with_session(settings, role, now_ns() - HOUR)


async def signed_in_with_proof(settings: Settings, role: str) -> httpx.AsyncClient:
    """A client with a session of that role whose second proof was given this moment."""
    return await _with_session(settings, role, now_ns())


async def come_by_link(settings: Settings, role: str) -> httpx.AsyncClient:
    """A client of the first person of that role who has just used a one-time link and may only look."""
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.web_port}", trust_env=False, timeout=30)
    link = await link_for(settings, await person_of_role(settings, role))
    answer = await client.post("/api/session", json={"link": link})
    assert answer.status_code == 200, answer.text
    return client


async def _with_session(settings: Settings, role: str, proved: int) -> httpx.AsyncClient:
    person, token, now = await person_of_role(settings, role), new_token(), now_ns()
    database = open_database(settings)
    try:
        fresh = Session(hash_of(token), person, "passkey", proved, now, now + DAY, proved, "127.0.0.1", "tests")
        await Store(database).open(fresh, [])
    finally:
        await database.close()
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.web_port}", trust_env=False, timeout=30)
    client.cookies.set(cookie_name(settings), token)
    return client
