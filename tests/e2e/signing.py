"""Signing in to the running platform, as tests need it: by the one-time link that the command line makes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser
from tests.e2e.browser import Watched, open_page
from tests.e2e.platform import Platform


async def link_for(platform: Platform, person: str) -> str:
    """The address of a one-time sign-in link for a person."""
    code, output = await platform.command("sign-in-link", person)
    assert code == 0, output
    return output.strip().splitlines()[-1].strip()


@asynccontextmanager
async def signed_in_api(platform: Platform, person: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API with a session of this person."""
    link = urlsplit(await link_for(platform, person)).fragment
    async with httpx.AsyncClient(base_url=platform.base_url, trust_env=False) as client:
        answer = await client.post("/api/session", json={"link": link})
        assert answer.status_code == 200, answer.text
        yield client


async def signed_in_page(
    running: Browser, platform: Platform, person: str, *, language="zh", theme="", width=1920, height=1080
) -> Watched:
    """A fresh page with a session of this person; its own, as each browser has its own."""
    watched = await open_page(running, platform.base_url, language=language, theme=theme, width=width, height=height)
    async with signed_in_api(platform, person) as client:
        await watched.page.context.add_cookies(
            [{"name": c.name, "value": c.value or "", "url": platform.base_url} for c in client.cookies.jar]
        )
    return watched
