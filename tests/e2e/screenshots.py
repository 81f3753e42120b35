"""`make screenshots`: a picture of every page, as a person would look them over before a release.

    python -m tests.e2e.screenshots [FOLDER] [--only NAME,NAME] [--no-axe]

Starts the example plant, takes what it shows when all is well, plays a night (tests/e2e/scene.py), and takes each page
in both languages and both themes: `overview.zh.dark.png`; the crew's pages on a phone of 360x780 (`m-...`), the
control room's at 1920x1080, some of them on a phone too (`....phone.png`), the overview on a wall of 3840x2160
(`overview-wall`) and as it is printed; then what a page shows when nothing is there, when the platform does not
answer, while it waits, and before sign-in. Whatever a machine can see of a badly drawn page (wider than the screen, a
script's error, words that are keys, cut-off names, a page that never finishes loading, a serious fault that axe finds)
is listed at the end, and the exit code is 1.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser
from tests.conftest import REPOSITORY, free_port
from tests.e2e.album import PHONE, WALL, WIDE, Album, Shot
from tests.e2e.browser import Watched, browser, open_page
from tests.e2e.failing import dead, failing, loading, tunnel
from tests.e2e.openings import openings
from tests.e2e.pages import EMPTY, PAGES, PHONE_EMPTY, PLAYED
from tests.e2e.pages import PHONE as PHONE_PAGES
from tests.e2e.platform import Platform, started
from tests.e2e.scene import night, until_plant_speaks
from tests.e2e.signing import signed_in_page
from tests.e2e.watching import calm

PORTS = ("web", "nats", "mqtt", "opcua", "modbus", "iec104", "rest")
AT_ONCE = 2
"""Pages that are taken at the same time."""

ON_PHONE_TOO = ("overview", "incidents", "incident", "hazards", "alarms", "alarms-journal", "trend", "points", "point",
                "duty", "records", "system", "account", "people")  # fmt: skip
"""Pages of the control room that people open on a phone, too."""

REFUSED = {"duty-contacts"}
"""The administrator is on no rota and has no channels: the page says so, and the browser counts the answer."""

Fill = Callable[[str], str]


@asynccontextmanager
async def example_plant(folder: Path) -> AsyncIterator[Platform]:
    """`fangwei up --sim` in a folder of its own."""
    ports = {name: free_port() for name in PORTS}
    site = REPOSITORY / "sites" / "battery_plant"
    async with aclosing(started(folder, site, ports, "--sim")) as running:
        async for platform in running:
            yield platform


class Studio:
    """A browser beside a running platform, and the album that is filled."""

    def __init__(self, album: Album, running: Browser, platform: Platform) -> None:
        self.album = album
        self.running = running
        self.platform = platform

    async def take(
        self, shots: list[Shot], *, role: str | None = "administrator", screen: tuple[int, int] = WIDE, size: str = ""
    ) -> None:
        """All of `shots` by a person of a role (None: nobody signed in) on such a screen."""
        if not self.album.wanted(shots):
            return
        pages = [await self._page(role, screen) for _ in range(AT_ONCE)]
        await self.album.take_all(pages, shots, self.platform.base_url, size)
        for watched in pages:
            await watched.page.context.close()

    async def _page(self, role: str | None, screen: tuple[int, int]) -> Watched:
        width, height = screen
        if role is None:
            watched = await open_page(self.running, self.platform.base_url, width=width, height=height)
        else:
            watched = await signed_in_page(self.running, self.platform, role, width=width, height=height)
        # What calls for acknowledgement blinks; a picture shows it as it is, not half gone.
        await watched.page.emulate_media(reduced_motion="reduce")
        return watched


def shots_of(pages: dict[str, str], fill: Fill = str) -> list[Shot]:
    """One of each."""
    return [Shot(name, fill(path), cut_off=name in REFUSED) for name, path in pages.items()]


async def all_pictures(studio: Studio) -> None:
    """In the order of a day: nobody there, all well, a night, the platform gone."""
    outside = [Shot("sign-in", "/"), Shot("sign-in-link", "/sign-in#shown-only")]
    await studio.take(outside, role=None)
    await studio.take([Shot("m-sign-in", "/m")], role=None, screen=PHONE)
    platform, album = studio.platform, studio.album
    try:
        await until_plant_speaks(platform)
    except AssertionError as why:
        album.note("the plant", [str(why)])
    await calm(await platform.client("administrator"))
    await studio.take(shots_of(EMPTY))
    await studio.take(shots_of(PHONE_EMPTY), role="shift_supervisor", screen=PHONE)

    places = await night(platform)
    await after_night(studio, places)


async def after_night(studio: Studio, places: dict[str, str]) -> None:
    """Every page with something in it, and what is seen when the platform does not answer."""
    platform = studio.platform

    def fill(path: str) -> str:
        return path.format(**places)

    await studio.take(shots_of(PAGES | PLAYED, fill))
    await studio.take(shots_of(PHONE_PAGES, fill), role="shift_supervisor", screen=PHONE)
    narrow = {name: PAGES[name] for name in ON_PHONE_TOO}
    await studio.take(shots_of(narrow, fill), screen=PHONE, size="phone")
    proposer = await platform.client("safety_engineer")
    await studio.take(openings(proposer, places["point"], "EF-GAS-03.hi"))
    await studio.take([Shot("overview-wall", "/")], screen=WALL)
    printed = (("zh", "light"), ("en", "dark"))
    await studio.take([Shot("overview-print", "/", looks=printed, print=True)])
    await studio.take([loading(fill(PAGES[name]), name) for name in ("points", "incident", "records")])
    await studio.take([failing(fill((PAGES | PLAYED)[name]), name) for name in FAILING])
    await studio.take([dead()])
    tunnels = [tunnel(fill(PHONE_PAGES[name]), name) for name in ("m-incidents", "m-incident", "m-tasks", "m-report")]
    await studio.take(tunnels, role="shift_supervisor", screen=PHONE)


FAILING = ("overview", "incidents-past", "incident", "hazards", "alarms-journal", "alarms-kpi", "alarms-definitions",
           "alarms-reviews", "trend", "points", "point", "duty", "duty-handover", "duty-contacts", "duty-chains",
           "records", "system", "account", "people")  # fmt: skip


async def main(folder: Path, only: set[str], axe: bool) -> int:
    """Every picture; the exit code."""
    album = Album(folder, only, axe)
    with tempfile.TemporaryDirectory(prefix="fangwei-pictures-") as data:
        async with example_plant(Path(data)) as platform, browser() as running:
            await all_pictures(Studio(album, running, platform))
    print(f"{album.taken} pictures in {folder}")
    for fault in dict.fromkeys(album.faults):
        print(f"  {fault}")
    return 1 if album.faults else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY / "build" / "screenshots")
    parser.add_argument("--only", default="", help="names of pictures, with commas")
    parser.add_argument("--no-axe", action="store_true", help="pictures only")
    chosen = parser.parse_args()
    wanted = {name for name in chosen.only.split(",") if name}
    sys.exit(asyncio.run(main(chosen.folder, wanted, not chosen.no_axe)))
