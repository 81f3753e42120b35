"""Signing in to the running platform in a browser."""

from playwright.async_api import Browser
from tests.e2e.browser import Watched, open_page
from tests.e2e.platform import Platform


async def link_for(platform: Platform, person: str) -> str:
    """The address of a one-time sign-in link for a person, as the command line makes it."""
    code, output = await platform.command("sign-in-link", person)
    assert code == 0, output
    return output.strip().splitlines()[-1].strip()


async def signed_in_page(
    running: Browser, platform: Platform, role: str, *, language="zh", theme="", width=1920, height=1080
) -> Watched:
    """A fresh page with a session of the first person of a role; its own, as each browser has its own."""
    watched = await open_page(running, platform.base_url, language=language, theme=theme, width=width, height=height)
    client = await platform.client(role)
    await watched.page.context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": platform.base_url} for c in client.cookies.jar]
    )
    return watched
