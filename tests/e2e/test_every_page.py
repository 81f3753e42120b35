"""Every page in both languages and themes, at the desk and on the phone: nothing a machine can see is badly drawn."""

import asyncio

import pytest
from playwright.async_api import Browser
from tests.e2e.accessible import AXE, grave_faults
from tests.e2e.album import CHOOSE
from tests.e2e.browser import Watched, open_page
from tests.e2e.browser import browser as started_browser
from tests.e2e.drawn import faults_of_drawing, until_drawn
from tests.e2e.pages import PAGES, PHONE
from tests.e2e.platform import Platform
from tests.e2e.signing import signed_in_page
from tests.e2e.test_page import needs_page
from tests.e2e.watching import leak_incident

AT_ONCE = 3
DESK, HAND = {"width": 1920, "height": 1080}, {"width": 360, "height": 780}
MEANT = "console: Failed to load resource"
"""The browser counts every answer that is not 2xx as an error of the page; that of a page that does not exist is."""


async def walk(watched: Watched, base_url: str, waiting: list[tuple[str, str]], found: list[str]) -> None:
    """Each page in Chinese by day at its first size, in English by night at the other."""
    page = watched.page
    while waiting:
        name, path = waiting.pop(0)
        sizes = [HAND, HAND] if path.startswith("/m") else [DESK, HAND]
        await page.set_viewport_size(sizes[0])
        await page.goto(base_url + path)
        for language, theme, size in (("zh", "light", sizes[0]), ("en", "dark", sizes[1])):
            await page.set_viewport_size(size)
            await page.evaluate(CHOOSE, [language, theme])
            late = await until_drawn(page)
            contrast = 7.0 if path.startswith("/m") else None
            faults = [late] if late else await faults_of_drawing(page)
            faults += await grave_faults(page, contrast) if AXE.exists() else []
            found += [f"{name} {language} {theme} {size['width']}: {fault}" for fault in faults]
    found += [wrong for wrong in watched.wrong if not wrong.startswith(MEANT)]


@needs_page
@pytest.mark.timeout(240)
async def test_every_page_is_drawn_without_fault_in_both_languages_and_themes(platform):
    async with started_browser() as running:
        incident = await leak_incident(platform, await platform.client("administrator"))
        places = {"incident": incident["id"], "point": incident["first_out"]["point"]}
        pages = PAGES | {name: path for name, path in PHONE.items() if "{" not in path or "incident}" in path}
        waiting = [(name, path.format(**places)) for name, path in pages.items()]
        found: list[str] = []
        walkers = [await walker(running, platform) for _ in range(AT_ONCE)]
        await asyncio.gather(*(walk(one, platform.base_url, waiting, found) for one in walkers))
    assert not found, "\n".join(found)


async def walker(running: Browser, platform: Platform) -> Watched:
    """Somebody who may see every page."""
    watched = await signed_in_page(running, platform, "administrator")
    await watched.page.emulate_media(reduced_motion="reduce")
    return watched


@needs_page
@pytest.mark.timeout(120)
async def test_the_door_is_drawn_without_fault(platform):
    async with started_browser() as running:
        for size in (DESK, HAND):
            outside = await open_page(running, platform.base_url, language="en", **size)
            await outside.page.goto(platform.base_url)
            await outside.page.locator("h1").wait_for()
            assert await faults_of_drawing(outside.page) == []
            assert not AXE.exists() or await grave_faults(outside.page, 7.0 if size is HAND else None) == []
