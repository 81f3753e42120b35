"""The machine's Chromium, driven headless and kept from calling home."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright
from tests.e2e.platform import Platform

from fangwei.bench.chromium import ARGUMENTS, NoChromiumError, chromium


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A headless browser; a test without one is skipped with a sentence."""
    try:
        path = chromium()
    except NoChromiumError as error:
        pytest.skip(str(error))
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield running
        finally:
            await running.close()


class Watched:
    """A page and everything that went wrong in it: script errors, refused content, requests that leave the machine."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.base_url = base_url
        self.wrong: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("console", lambda m: self.wrong.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("request", self._on_request)

    def _on_request(self, request) -> None:
        if not request.url.startswith((self.base_url, "ws" + self.base_url[4:], "data:", "blob:")):
            self.wrong.append(f"leaves the machine: {request.url}")


async def open_page(
    running: Browser,
    platform: Platform,
    *,
    role: str | None = "shift_supervisor",
    language="zh",
    width=1920,
    height=1080,
) -> Watched:
    """A fresh page of a signed-in person of a role (None: nobody) who chose a language."""
    context = await running.new_context(viewport={"width": width, "height": height})
    await context.add_init_script(f"localStorage.setItem('fangwei.language', {language!r});")
    if role is not None:
        client = await platform.client(role)
        cookies = [{"name": c.name, "value": c.value, "url": platform.base_url} for c in client.cookies.jar]
        await context.add_cookies(cookies)
    return Watched(await context.new_page(), platform.base_url)
