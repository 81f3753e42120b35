"""The machine's Chromium, driven headless and kept from calling home."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from fangwei.bench.chromium import ARGUMENTS, NoChromiumError, chromium

PATIENCE_MS = 15_000
"""How long a test waits for what it expects: the figures of docs/performance.md are measured elsewhere, on a quiet
machine."""

expect.set_options(timeout=PATIENCE_MS)


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
        page.on("console", self._on_console)
        page.on("request", self._on_request)

    def _on_console(self, message) -> None:
        # A page before sign-in asks who sits there and hears that nobody does: the browser counts that as an error.
        if message.type == "error" and "401 (Unauthorized)" not in message.text:
            self.wrong.append(f"console: {message.text}")

    def _on_request(self, request) -> None:
        if not request.url.startswith((self.base_url, "ws" + self.base_url[4:], "data:", "blob:")):
            self.wrong.append(f"leaves the machine: {request.url}")


async def open_page(running: Browser, base_url: str, *, language="zh", theme="", width=1920, height=1080) -> Watched:
    """A fresh page of a browser whose language (and colours) somebody chose."""
    context = await running.new_context(viewport={"width": width, "height": height})
    await context.add_init_script(
        "if (location.protocol.startsWith('http')) {"
        f"localStorage.setItem('fangwei.language', {language!r}); localStorage.setItem('fangwei.theme', {theme!r}); }}"
    )
    return Watched(await context.new_page(), base_url)


async def picture(page: Page, name: str) -> None:
    """A picture of the page as it stands, where FANGWEI_SHOTS names a folder for those who want to look."""
    if folder := os.environ.get("FANGWEI_SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")
