"""`make screenshots`: a picture of every main page, as a person would look over them before a release.

    python -m tests.e2e.screenshots [FOLDER] [--only NAME,NAME]

Starts the example plant, signs in, makes a leak, and takes each page in both languages and both themes at 1920x1080,
and in one theme of each language on a phone of 360x780; then what a page shows when nothing is there, when the
platform does not answer, and before sign-in. Whatever a machine can see of a badly drawn page (something wider than
the screen, a script's error, words that are keys, a page that never finishes loading) is listed at the end, and the
exit code is 1.
"""

import argparse
import asyncio
import builtins
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, TimeoutError, expect
from tests.conftest import REPOSITORY, free_port
from tests.e2e.browser import Watched, browser, open_page
from tests.e2e.pages import PAGES
from tests.e2e.platform import Platform, started
from tests.e2e.signing import signed_in_page
from tests.e2e.watching import calm, leak_incident, rows_of

PORTS = ("web", "nats", "mqtt", "opcua", "modbus", "iec104", "rest")
WIDE = (1920, 1080)
PHONE = (360, 780)
LOOKS = [("zh", "light"), ("en", "light"), ("zh", "dark"), ("en", "dark")]
PHONE_LOOKS = [("zh", "light"), ("en", "dark")]
FIRST_VALUES_WITHIN_S = 75.0
SETTLE_MS = 500
"""After the last skeleton is gone: charts are drawn a frame or two later."""

ANSWERED = re.compile(r".*/api/(me|site|plan|live)(\?.*)?$")
"""What a failing door still answers: without it there would be no page to look at."""

RAW_KEY = re.compile(r"\b(undefined|NaN|\[object Object\]|null)\b|\{\w+\}")


@asynccontextmanager
async def example_plant(folder: Path) -> AsyncIterator[Platform]:
    """`fangwei up --sim` in a folder of its own."""
    ports = {name: free_port() for name in PORTS}
    site = REPOSITORY / "sites" / "battery_plant"
    async with aclosing(started(folder, site, ports, "--sim")) as running:
        async for platform in running:
            yield platform


class Album:
    """Takes the pictures and notes what a machine can see of a badly drawn page."""

    def __init__(self, folder: Path, only: set[str]) -> None:
        self.folder = folder
        self.only = only
        self.faults: list[str] = []
        self.taken = 0
        folder.mkdir(parents=True, exist_ok=True)

    def wants(self, name: str) -> bool:
        """Whether a picture of this name is asked for."""
        return not self.only or name in self.only

    async def take(self, page: Page, name: str, look: str) -> None:
        """Wait until the page is drawn, take it."""
        label = f"{name}.{look}"
        try:
            await expect(page.locator("main").first).to_be_visible(timeout=8000)
            await expect(page.locator(".skeleton")).to_have_count(0, timeout=8000)
        except (AssertionError, TimeoutError):
            self.faults.append(f"{label}: never finishes loading")
        await page.wait_for_timeout(SETTLE_MS)
        await page.screenshot(path=str(self.folder / f"{label}.png"))
        self.taken += 1
        wide, screen = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        if wide > screen:
            self.faults.append(f"{label}: {wide} px wide on a screen of {screen}")
        words = await page.locator("body").inner_text()
        for found in sorted({m.group(0) for m in RAW_KEY.finditer(words)}):
            self.faults.append(f"{label}: shows {found!r}")

    async def walk(
        self, watched: Watched, base_url: str, look: str, places: dict[str, str], whole: bool = False
    ) -> None:
        """Every page of `places` in one look."""
        for name, path in places.items():
            if not self.wants(name):
                continue
            await watched.page.goto(base_url + path)
            await self.take(watched.page, name, look)
        self.faults.extend(f"{look}: {wrong}" for wrong in watched.wrong)


async def until_plant_speaks(platform: Platform) -> None:
    """Until nearly every point has said something: some speak once a minute."""
    api = await platform.client("administrator")
    async with asyncio.timeout(FIRST_VALUES_WITHIN_S):
        while True:
            rows = rows_of((await api.get("/api/points", params={"limit": 500})).json())
            if rows and sum(row["latest"] is not None for row in rows) >= 0.9 * len(rows):
                return
            await asyncio.sleep(1)


async def outside(album: Album, running: Browser, platform: Platform) -> None:
    """Before sign-in."""
    for name, path in {"sign-in": "/", "sign-in-link": "/sign-in#shown-only"}.items():
        if not album.wants(name):
            continue
        for language, theme in LOOKS:
            for size, (width, height) in {"wide": WIDE, "phone": PHONE}.items():
                watched = await open_page(
                    running, platform.base_url, language=language, theme=theme, width=width, height=height
                )
                await watched.page.goto(platform.base_url + path)
                await album.take(watched.page, name, f"{language}.{theme}.{size}")
                await watched.page.context.close()


async def well(album: Album, running: Browser, platform: Platform) -> None:
    """Nothing is wrong: nearly colourless; and lists with nothing in them."""
    places = {"overview-well": "/", "incidents-empty": "/incidents?show=past", "alarms-empty": "/alarms"}
    for language, theme in LOOKS:
        watched = await signed_in_page(running, platform, "administrator", language=language, theme=theme)
        await album.walk(watched, platform.base_url, f"{language}.{theme}.wide", places)
        await watched.page.context.close()


async def failing(album: Album, running: Browser, platform: Platform, places: dict[str, str]) -> None:
    """The door answers nothing but who one is and the site; then the line dies."""
    for language, theme in PHONE_LOOKS:
        watched = await signed_in_page(running, platform, "administrator", language=language, theme=theme)
        page = watched.page
        for name in ("alarms-journal", "incident", "trend", "points", "point", "system", "duty", "records", "people"):
            if (f"{name}-failing" and name not in places) or not album.wants(f"{name}-failing"):
                continue
            await page.goto(platform.base_url + "/account")
            await expect(page.locator("main h1").first).to_be_visible()

            async def refuse(route) -> None:
                if ANSWERED.match(route.request.url):
                    await route.continue_()
                else:
                    await route.abort()

            await page.route("**/api/**", refuse)
            await page.goto(platform.base_url + places[name])
            await album.take(page, f"{name}-failing", f"{language}.{theme}.wide")
            await page.unroute("**/api/**")
        if album.wants("overview-dead"):
            await page.goto(platform.base_url)
            await expect(page.locator(".plan polygon").first).to_be_visible()
            await page.context.set_offline(True)
            await page.evaluate("window.dispatchEvent(new Event('offline'))")
            with_banner = page.locator(".shell.dead")
            try:
                await expect(with_banner).to_have_count(1, timeout=6000)
            except AssertionError:
                album.faults.append(f"overview-dead.{language}: a cut line is not seen")
            await album.take(page, "overview-dead", f"{language}.{theme}.wide")
        await page.context.close()


async def main(folder: Path, only: set[str]) -> int:
    """Every picture; the exit code."""
    album = Album(folder, only)
    with tempfile.TemporaryDirectory(prefix="fangwei-pictures-") as data:
        async with example_plant(Path(data)) as platform, browser() as running:
            await outside(album, running, platform)
            try:
                await until_plant_speaks(platform)
            except builtins.TimeoutError:
                album.faults.append("the plant: some points had not spoken when the first pictures were taken")
            await calm(await platform.client("administrator"))
            await well(album, running, platform)
            incident = await leak_incident(platform, await platform.client("administrator"), alarms=8)
            point = incident["first_out"]["point"]
            places = {name: path.format(incident=incident["id"], point=point) for name, path in PAGES.items()}
            for language, theme in LOOKS:
                watched = await signed_in_page(running, platform, "administrator", language=language, theme=theme)
                await album.walk(watched, platform.base_url, f"{language}.{theme}.wide", places)
                await watched.page.context.close()
            for language, theme in PHONE_LOOKS:
                watched = await signed_in_page(
                    running, platform, "administrator", language=language, theme=theme, width=PHONE[0], height=PHONE[1]
                )
                await album.walk(watched, platform.base_url, f"{language}.{theme}.phone", places)
                await watched.page.context.close()
            if album.wants("overview-wall"):
                watched = await signed_in_page(
                    running, platform, "administrator", theme="dark", width=3840, height=2160
                )
                await album.walk(watched, platform.base_url, "zh.dark.wall", {"overview-wall": "/"})
            await failing(album, running, platform, places)
    print(f"{album.taken} pictures in {folder}")
    for fault in dict.fromkeys(album.faults):
        print(f"  {fault}")
    return 1 if album.faults else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY / "build" / "screenshots")
    parser.add_argument("--looks", default="", help="of the wide pictures, with commas: zh.light,en.dark")
    parser.add_argument("--only", default="", help="names of pictures, with commas")
    chosen = parser.parse_args()
    if chosen.looks:
        LOOKS[:] = [(look.split(".")[0], look.split(".")[1]) for look in chosen.looks.split(",")]
    sys.exit(asyncio.run(main(chosen.folder, {name for name in chosen.only.split(",") if name})))
