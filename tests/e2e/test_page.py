"""The page as a person uses it, against the running platform and the example plant."""

import re

import pytest
from playwright.async_api import expect
from tests.conftest import REPOSITORY
from tests.e2e.browser import browser
from tests.e2e.signing import signed_in_page
from tests.e2e.watching import ZONE

needs_page = pytest.mark.skipif(
    not (REPOSITORY / "src/fangwei/web/index.html").exists(), reason="the page is not built: run make setup"
)

WORDS = {
    "zh": {
        "take": "我来处理", "taken": "您在处理", "closed": "已关闭", "mine": "我的事件",
    },
    "en": {
        "take": "I have it", "taken": "You have it", "closed": "Closed", "mine": "My incidents",
    },
}  # fmt: skip


@needs_page
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_leak_is_seen_opened_taken_and_closed_with_a_note(platform, language):
    words = WORDS[language]
    async with browser() as running:
        api = await platform.client("shift_supervisor")
        watched = await signed_in_page(running, platform, "shift_supervisor", language=language)
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
        await page.get_by_role("button", name=words["take"]).first.click()
        await expect(page.get_by_text(words["taken"]).first).to_be_visible()
        incident = page.url.rsplit("/", 1)[-1]
        shown = (await api.get(f"/api/incidents/{incident}")).json()
        assert shown["incident"]["owner"] == (await api.get("/api/me")).json()["id"]
        assert any(line["kind"] == "taken" for line in shown["timeline"])
        await page.get_by_role("link", name=re.compile(words["mine"])).first.click()
        await expect(page.locator("a.incident")).to_have_count(1)
        await page.locator("a.incident").click()

        await page.locator(".note-form textarea").fill("Valve 3 shut")
        await page.locator(".note-form button").click()
        await expect(page.locator(".timeline").get_by_text("Valve 3 shut")).to_be_visible()
        await page.locator(".close-box input").fill("Drained and aired")
        # Held by the keyboard: lines that arrive meanwhile move the button on.
        await page.locator(".close-box button").focus()
        await page.keyboard.down("Enter")
        await expect(page.locator(".incident-head", has_text=words["closed"])).to_be_visible(timeout=10_000)
        await page.keyboard.up("Enter")
        shown = (await api.get(f"/api/incidents/{incident}")).json()
        assert shown["incident"]["status"] == "closed"
        assert any("Drained and aired" in line["text"]["zh"] for line in shown["timeline"])
        assert watched.wrong == []


@needs_page
@pytest.mark.timeout(300)
async def test_a_dead_connection_greys_the_page_and_says_so(platform):
    async with browser() as running:
        watched = await signed_in_page(running, platform, "shift_supervisor", language="en")
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
