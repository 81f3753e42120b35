"""Signing in as a person does: a one-time link made beside the platform, used at its door."""

import httpx

from fangwei.core.settings import Settings
from fangwei.identity.links import link_for, person_of_role


async def signed_in(settings: Settings, role: str) -> httpx.AsyncClient:
    """A client with the session of the first person of that role."""
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.web_port}", trust_env=False)
    link = await link_for(settings, await person_of_role(settings, role))
    answer = await client.post("/api/session", json={"link": link})
    assert answer.status_code == 200, answer.text
    return client
