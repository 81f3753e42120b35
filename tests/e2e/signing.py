"""Signing in to the running platform in a browser."""

import re

from playwright.async_api import Browser, Page
from tests.e2e.browser import Watched, open_page
from tests.e2e.platform import Platform


async def link_for(platform: Platform, person: str) -> str:
    """The address of a one-time sign-in link for a person, as the command line makes it."""
    code, output = await platform.command("sign-in-link", person)
    assert code == 0, output
    return output.strip().splitlines()[-1].strip()


def printed_links(platform: Platform) -> dict[str, str]:
    """What `fangwei up` printed for the first sign-in: the one-time link of each person, by the name it says."""
    said = platform.log.read_text("utf-8")
    return dict(re.findall(r"^ {4}.+: (.+)\n {6}(http\S+)$", said, re.MULTILINE))


async def virtual_authenticator(page: Page) -> None:
    """A device with a fingerprint reader that says yes."""
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})


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


async def person_page(running: Browser, platform: Platform, person: str, language: str) -> Watched:
    """A fresh page of one person, who came by a one-time link and has set a password."""
    watched = await open_page(running, platform.base_url, language=language)
    link = (await link_for(platform, person)).rpartition("#")[2]
    answer = await watched.page.context.request.post(
        f"{platform.base_url}/api/session", data={"link": link}, headers={"origin": platform.base_url}
    )
    assert answer.ok, await answer.text()
    answer = await watched.page.context.request.post(
        f"{platform.base_url}/api/account/password",
        data={"password": "seven grey herons"},
        headers={"origin": platform.base_url},
    )
    assert answer.ok, await answer.text()
    return watched
