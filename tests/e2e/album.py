"""Taking pictures: each page is loaded once and seen in every look; what is badly drawn in it is noted."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Error, Page
from tests.e2e.accessible import AXE, grave_faults
from tests.e2e.browser import Watched
from tests.e2e.drawn import faults_of_drawing, until_drawn

LOOKS = [("zh", "light"), ("zh", "dark"), ("en", "dark"), ("en", "light")]
JUDGED = {("zh", "light"), ("en", "dark")}
"""Looks that axe goes over: each language and each theme once; it takes longer than the picture."""

WIDE = (1920, 1080)
PHONE = (360, 780)
WALL = (3840, 2160)
MOST_HIGH = 2600
"""Pixels of a long page that are kept: what is below is more of the same list."""

SETTLE_MS = 450
"""After the last skeleton is gone, charts are drawn a frame or two later."""

RELOOK_MS = 120
"""Other words, other colours: a frame or two; charts are drawn anew."""

CHOOSE = """([language, theme]) => {
    localStorage.setItem("fangwei.language", language);
    localStorage.setItem("fangwei.theme", theme);
    window.dispatchEvent(new StorageEvent("storage"));
}"""

Prepare = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Shot:
    """A page in a state: its name, its address, and what to do before it is looked at."""

    name: str
    path: str
    prepare: Prepare | None = None
    looks: tuple[tuple[str, str], ...] = tuple(LOOKS)
    unfinished: bool = False
    """It is looked at while it still loads."""
    cut_off: bool = False
    """The browser counts every refused request as an error of the page; here they are meant."""
    whole: bool = True
    """Down to the foot of a long page; what lies over a page is looked at on the screen it covers."""
    print: bool = False


class Album:
    """Takes the pictures, says so one line each, and keeps what a machine can see of a badly drawn page."""

    def __init__(self, folder: Path, only: set[str], axe: bool = True) -> None:
        self.folder = folder
        self.only = only
        self.axe = axe and AXE.exists()
        self.faults: list[str] = []
        self.taken = 0
        self.began = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)

    def wanted(self, shots: Iterable[Shot]) -> list[Shot]:
        """Those that were asked for."""
        return [shot for shot in shots if not self.only or shot.name in self.only]

    def note(self, label: str, faults: Iterable[str]) -> None:
        """Keep what is wrong, and say it."""
        for fault in faults:
            self.faults.append(f"{label}: {fault}")
            print(f"        {label}: {fault}", flush=True)

    async def take(self, watched: Watched, shot: Shot, base_url: str, size: str = "") -> None:
        """One page in each of its looks; a page that breaks is a fault and ends nothing else."""
        page = watched.page
        already = len(watched.wrong)
        began = time.monotonic()
        try:
            await page.goto(base_url + shot.path)
            await self._look(page, shot.looks[0])
            if not shot.unfinished and (why := await until_drawn(page)):
                self.note(shot.name, [why])
            if shot.prepare is not None:
                await shot.prepare(page)
            await page.wait_for_timeout(SETTLE_MS)
            for number, look in enumerate(shot.looks):
                if number > 0:
                    await self._look(page, look)
                    drawn_anew = await page.locator("canvas").count() > 0
                    await page.wait_for_timeout(SETTLE_MS if drawn_anew else RELOOK_MS)
                await self._keep(page, shot, look, ".".join([shot.name, *look, *([size] if size else [])]))
        except (Error, AssertionError) as why:
            self.note(shot.name, [f"could not be taken: {str(why).splitlines()[0]}"])
        wrong = watched.wrong[already:]
        if shot.cut_off or shot.name.endswith("-unknown"):
            wrong = [one for one in wrong if not one.startswith(("console: Failed to load", "console: WebSocket"))]
        self.note(shot.name, wrong)
        spent = time.monotonic() - began
        print(f"{time.monotonic() - self.began:5.0f} s  {shot.name} {size} ({spent:.1f} s)", flush=True)

    async def _look(self, page: Page, look: tuple[str, str]) -> None:
        await page.evaluate(CHOOSE, list(look))

    async def _keep(self, page: Page, shot: Shot, look: tuple[str, str], label: str) -> None:
        if shot.print:
            await page.emulate_media(media="print")
        high = await page.evaluate("document.documentElement.scrollHeight") if shot.whole else 0
        size = page.viewport_size or {"width": WIDE[0], "height": WIDE[1]}
        area = {"x": 0, "y": 0, "width": size["width"], "height": max(min(MOST_HIGH, high), size["height"])}
        await page.screenshot(path=str(self.folder / f"{label}.png"), full_page=shot.whole, clip=area)  # type: ignore[arg-type]
        self.taken += 1
        if shot.print:
            await page.emulate_media(media="screen")
            return
        self.note(label, await faults_of_drawing(page))
        if self.axe and not shot.unfinished and look in JUDGED:
            self.note(label, await grave_faults(page, contrast=7.0 if shot.name.startswith("m-") else None))

    async def take_all(self, pages: list[Watched], shots: Iterable[Shot], base_url: str, size: str = "") -> None:
        """All of them, as many at a time as there are pages."""
        waiting = self.wanted(shots)

        async def work(watched: Watched) -> None:
            while waiting:
                await self.take(watched, waiting.pop(0), base_url, size)

        await asyncio.gather(*(work(watched) for watched in pages))
