"""A page whose platform does not answer: it waits, it is refused, the line is dead, the phone is in a tunnel."""

import asyncio
import re

from playwright.async_api import Page, Route, expect
from tests.e2e.album import Shot
from tests.e2e.drawn import until_drawn
from tests.e2e.phone_store import controlled, kept

ANSWERED = re.compile(r".*/api/(me|site|plan|live|session)(\?.*)?$")
"""What a failing door still answers: without it there would be no page to look at."""

UNANSWERED = r"""
const ask = window.fetch;
window.fetch = (what, ...more) =>
    /\/api\/(me|site|plan|session)(\?.*)?$/.test(what.url ?? String(what)) ? ask(what, ...more) : new Promise(() => {});
"""
"""Every question but who one is and what the site is stays open for ever."""

SILENT = (
    '{"type": "about:blank", "title": "Service Unavailable", "status": 503, "code": "bus.no_answer", "text": '
    '{"zh": "负责这部分的服务没有回答。数据仍在，请稍后重试。", '
    '"en": "The part that answers for this is silent. Nothing is lost; try again in a moment."}}'
)
"""As the door says that a room does not answer."""

LOOKS = (("zh", "light"), ("en", "dark"))


def loading(path: str, name: str) -> Shot:
    """While the platform has not answered yet."""

    async def prepare(page: Page) -> None:
        await page.add_init_script(UNANSWERED)
        await page.reload()
        await expect(page.locator(".skeleton").first).to_be_visible()

    return Shot(f"{name}-loading", path, prepare, LOOKS, unfinished=True, cut_off=True)


def failing(path: str, name: str) -> Shot:
    """The rooms are silent; only who one is and the site are known."""

    async def prepare(page: Page) -> None:
        async def refuse(route: Route) -> None:
            if ANSWERED.match(route.request.url):
                await route.continue_()
            else:
                await route.fulfill(status=503, content_type="application/problem+json", body=SILENT)

        await page.route("**/api/**", refuse)
        await page.reload()
        await until_drawn(page)
        await expect(page.locator("main h1, main [role=alert]").first).to_be_attached()

    return Shot(f"{name}-failing", path, _unrouted(prepare), LOOKS, cut_off=True)


def _unrouted(prepare):
    async def work(page: Page) -> None:
        await page.unroute_all(behavior="ignoreErrors")
        await prepare(page)

    return work


def dead() -> Shot:
    """The line dies under the overview."""

    async def prepare(page: Page) -> None:
        await expect(page.locator(".plan polygon").first).to_be_visible()
        await page.context.set_offline(True)
        await page.evaluate("window.dispatchEvent(new Event('offline'))")
        await expect(page.locator(".shell.dead")).to_have_count(1, timeout=8000)

    return Shot("overview-dead", "/", prepare, cut_off=True)


def tunnel(path: str, name: str) -> Shot:
    """The phone has no line; the page comes from the phone and says how old it is."""

    async def prepare(page: Page) -> None:
        await page.context.set_offline(False)
        await controlled(page)
        async with asyncio.timeout(30):
            while "kept picture" not in await kept(page) or await page.get_by_role("alert").count() > 0:
                await asyncio.sleep(0.1)
        await page.context.set_offline(True)
        await page.reload()
        await expect(page.locator(".m-band").first).to_be_visible()

    return Shot(f"{name}-offline", path, prepare, cut_off=True)
