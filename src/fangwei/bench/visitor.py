"""Signing in to a platform that was started for a measurement: by a one-time link, as its folder is ours."""

import httpx

from fangwei.core.settings import Settings
from fangwei.identity.links import link_for, person_of_role
from fangwei.identity.token_text import new_token


async def cookie_of(settings: Settings, role: str = "administrator") -> str:
    """The `Cookie` header of a fresh session of the first person of a role.

    Raises:
        PersonUnknown: nobody has the role.
        httpx.HTTPError: the door does not answer.
    """
    link = await link_for(settings, await person_of_role(settings, role))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.web_port}", trust_env=False) as client:
        (await client.post("/api/session", json={"link": link})).raise_for_status()
        # Until then the pages show nothing but how to come in next time.
        (await client.post("/api/account/password", json={"password": new_token()})).raise_for_status()
        return "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)
