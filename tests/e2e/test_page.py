"""The page as a person uses it, against the running platform and the example plant."""

import re

import pytest
from playwright.async_api import expect
from tests.conftest import REPOSITORY
from tests.e2e.browser import browser, open_page

ZONE = "electrolyte_filling"

needs_page = pytest.mark.skipif(
    not (REPOSITORY / "src/fangwei/web/index.html").exists(), reason="the page is not built: run make setup"
)


@needs_page
@pytest.mark.timeout(300)
async def test_a_leak_is_seen_opened_and_taken_in_the_browser(platform):
    async with browser() as running:
        api = await platform.client("crew")
        me = (await api.get("/api/me")).json()
        watched = await open_page(running, platform, role="crew")
        page = watched.page
        await page.goto(platform.base_url)
        await expect(page.locator(".plan polygon").first).to_be_visible()

        code, output = await platform.command("sim", "leak", ZONE)
        assert code == 0, output
        first = page.locator("a.incident").first
        await expect(first).to_be_visible(timeout=60_000)
        await expect(page.locator(".plan .area .edge").first).to_be_attached()

        await first.click()
        await expect(page.locator("h1")).to_be_visible()
        await page.get_by_role("button", name="我来处理").first.click()
        await expect(page.get_by_text("您在处理").first).to_be_visible()
        incident = page.url.rsplit("/", 1)[-1]
        shown = (await api.get(f"/api/incidents/{incident}")).json()
        assert shown["incident"]["owner"] == me["id"]
        assert any(line["kind"] == "taken" for line in shown["timeline"])

        await page.get_by_role("link", name=re.compile("我的事件")).first.click()
        await expect(page.locator("a.incident")).to_have_count(1)
        for path in (
            "/alarms",
            "/alarms?view=journal",
            "/points",
            f"/trend?points={shown['incident']['first_out']['point']}",
            "/system",
        ):
            await page.goto(platform.base_url + path)
            await expect(page.locator("h1")).to_be_visible()
        assert watched.wrong == []


@needs_page
@pytest.mark.timeout(300)
async def test_a_dead_connection_greys_the_page_and_says_so(platform):
    async with browser() as running:
        watched = await open_page(running, platform, language="en")
        page = watched.page
        await page.goto(platform.base_url)
        await expect(page.locator(".plan polygon").first).to_be_visible()
        await expect(page.locator(".shell.dead")).to_have_count(0)
        await page.context.set_offline(True)
        await platform.kill("app")
        await expect(page.locator(".shell.dead")).to_have_count(1, timeout=4000)
        await expect(page.get_by_role("alert")).to_contain_text("No connection to the platform")
        await page.context.set_offline(False)
        await expect(page.locator(".shell.dead")).to_have_count(0, timeout=30_000)
