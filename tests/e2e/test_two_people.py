"""Two people at one limit, and a line that is cut: nobody's work is lost, nothing old is shown as now."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect
from tests.conftest import until
from tests.e2e.browser import browser, picture
from tests.e2e.platform import Platform
from tests.e2e.signing import signed_in_page
from tests.e2e.test_page import needs_page
from tests.e2e.watching import ZONE, calm, open_incidents
from tests.sign_in import come_by_link

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_page, pytest.mark.timeout(180)]

GREY_WITHIN_MS = 4_000
"""Three seconds of silence, and the half second in which a page looks again, on a busy machine."""

PASSWORD = "seven grey herons"
"""Of who reviews: an approval is a signature and asks for a second proof."""

LIMIT = {"zh": "EF-GAS-01.hi", "en": "EF-GAS-02.hi"}
"""A limit for each language: both runs share the plant."""

WORDS = {
    "zh": {
        "edit": "提议修改", "at": "限值", "reason": "修改原因", "send": "提交审批", "theirs": "赵磊 的提议",
        "yours": "您的提议", "conflict": "您编辑期间，他人已修改或提议修改这个限值", "go_on": "仍提交我的",
        "approve": "批准", "in_force": "已批准", "overtaken": "已被其他修改取代", "decided": "已处理",
        "own": "您自己的提议，须由他人审批", "proof": "再次验证身份", "confirm": "确认",
        "rivals": "同一限值另有 1 个提议", "dead": "与平台的连接已中断", "zone": "电解液注液",
        "none": "没有进行中的事件", "sent": "已提交，等待另一人审批", "unknown": "不知道有没有事件",
    },
    "en": {
        "edit": "Propose a change", "at": "Limit", "reason": "Why", "send": "Send for approval",
        "theirs": "Proposed by Zhao Lei", "yours": "Yours",
        "conflict": "While you were editing, somebody else changed", "go_on": "Go on with mine", "approve": "Approve",
        "in_force": "approved", "overtaken": "overtaken by another change", "decided": "Decided",
        "own": "Yours: another person decides", "proof": "Show once more that it is you", "confirm": "Confirm",
        "rivals": "1 other proposal for this limit", "dead": "No connection to the platform",
        "zone": "Electrolyte filling", "none": "No open incidents", "sent": "Sent; it waits for another person",
        "unknown": "Not known whether there are incidents",
    },
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plant(plant: Platform) -> Platform:
    """The example plant; who reviews has a password; each session must prove it anew."""
    client = await come_by_link(plant.settings, "safety_engineer")
    assert (await client.post("/api/account/password", json={"password": PASSWORD})).is_success
    await client.aclose()
    return plant


def card(page: Page, alarm: str) -> Locator:
    """A limit on the page of its point."""
    return page.locator(".limit-card", has=page.locator(f'a[href$="alarm={alarm}"]'))


async def begin(page: Page, alarm: str, value: str, why: str, words: dict[str, str]) -> Locator:
    """The editor of a limit, filled in; the button that sends it is returned when it may be pressed."""
    await card(page, alarm).get_by_role("button", name=words["edit"]).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(re.compile(rf"^{words['at']} ")).first.fill(value)
    await dialog.get_by_label(words["reason"]).fill(why)
    send = dialog.get_by_role("button", name=words["send"])
    await expect(send).to_be_enabled()
    return send


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_of_two_who_edit_one_limit_the_second_is_told_sees_both_and_loses_nothing(plant, language):
    words, alarm = WORDS[language], LIMIT[language]
    point = alarm.partition(".")[0]
    async with browser() as running:
        first = await signed_in_page(running, plant, "shift_supervisor", language=language)
        second = await signed_in_page(running, plant, "safety_data_officer", language=language)
        third = await signed_in_page(running, plant, "safety_engineer", language=language)
        for watched in (first, second):
            await watched.page.goto(f"{plant.base_url}/points/{point}")
        send_first = await begin(first.page, alarm, "18", f"Zhao: {alarm}", words)
        send_second = await begin(second.page, alarm, "22", f"Sun: {alarm}", words)
        await send_first.click()
        await expect(first.page.get_by_role("dialog")).to_have_count(0)
        await expect(first.page.get_by_text(words["sent"])).to_be_visible()

        await send_second.click()
        dialog = second.page.get_by_role("dialog")
        conflict = dialog.locator(".conflict")
        await expect(conflict).to_contain_text(words["conflict"])
        await expect(conflict.locator(".sides > div", has_text=words["yours"])).to_contain_text("22")
        await expect(conflict.locator(".sides > div", has_text=words["theirs"])).to_contain_text("18")
        await expect(conflict).to_contain_text(f"Zhao: {alarm}")
        await picture(second.page, f"two-conflict-{language}")
        await conflict.get_by_role("button", name=words["go_on"]).click()
        await expect(dialog.get_by_label(re.compile(rf"^{words['at']} ")).first).to_have_value("22")
        await expect(dialog.get_by_label(words["reason"])).to_have_value(f"Sun: {alarm}")
        await dialog.get_by_role("button", name=words["send"]).click()
        await expect(dialog).to_have_count(0)
        await picture(second.page, f"two-sent-{language}")

        # Neither is in force until another person says so, and nobody says so of their own.
        api = await plant.client("administrator")

        async def in_force() -> float:
            return (await api.get(f"/api/alarms/limits/{alarm}")).json()["in_force"]["at"]

        before = await in_force()
        assert before not in (18, 22)
        page = second.page
        await page.goto(f"{plant.base_url}/alarms?view=reviews")
        await picture(page, f"two-own-{language}")
        own = page.locator("article.proposal", has_text=f"Sun: {alarm}")
        await expect(own).to_contain_text(words["own"])
        await expect(own.get_by_role("button", name=words["approve"])).to_have_count(0)
        page = third.page
        await page.goto(f"{plant.base_url}/alarms?view=reviews")
        await expect(page.locator("article.proposal", has_text=alarm)).to_have_count(2)
        await expect(page.locator("article.proposal").first).to_contain_text(words["rivals"])
        await picture(page, f"two-review-{language}")
        await (
            page.locator("article.proposal", has_text=f"Sun: {alarm}")
            .get_by_role("button", name=words["approve"])
            .click()
        )
        proof = page.get_by_role("dialog", name=words["proof"])
        await proof.locator("input[type=password]").fill(PASSWORD)
        await picture(page, f"two-proof-{language}")
        await proof.get_by_role("button", name=words["confirm"]).click()
        await expect(page.locator("article.proposal", has_text=alarm)).to_have_count(0)
        await page.get_by_role("button", name=words["decided"]).click()
        await expect(page.locator("article.proposal", has_text=f"Sun: {alarm}")).to_contain_text(words["in_force"])
        await expect(page.locator("article.proposal", has_text=f"Zhao: {alarm}")).to_contain_text(words["overtaken"])
        assert await in_force() == 22
        # The page that stands open at the point shows it without being asked again.
        await expect(card(first.page, alarm)).to_contain_text("22")
        await expect(card(first.page, alarm).locator('a[href="/alarms?view=reviews"]')).to_have_count(0)
        await expect(first.page.get_by_text(words["sent"])).to_have_count(0)
        await picture(first.page, f"two-in-force-{language}")
        assert first.wrong == []
        # The browser counts as errors what the pages asked for: "somebody was first", and "prove that it is you".
        assert [w for w in second.wrong if "412" not in w] == []
        assert [w for w in third.wrong if "403" not in w] == []


async def test_a_cut_line_greys_every_page_within_three_seconds_and_what_happened_meanwhile_is_there_after_it(plant):
    async with browser() as running:
        pages: list[tuple[Page, str]] = []
        for language in ("zh", "en"):
            watched = await signed_in_page(running, plant, "shift_supervisor", language=language)
            await watched.page.goto(plant.base_url)
            pages.append((watched.page, language))
        api = await plant.client("administrator")

        async def is_well() -> bool:
            await calm(api)
            return all([await page.get_by_text(WORDS[language]["none"]).count() == 1 for page, language in pages])

        await until(is_well, "the plant is well, and the pages say so", 30)
        for page, _ in pages:
            await expect(page.locator(".shell.dead")).to_have_count(0)
        for page, _ in pages:
            # A browser told to be offline keeps the socket that it has: the far end lets go.
            await page.context.set_offline(True)
        await plant.kill("app")
        for page, language in pages:
            await expect(page.locator(".shell.dead")).to_have_count(1, timeout=GREY_WITHIN_MS)
            await expect(page.get_by_role("alert")).to_contain_text(WORDS[language]["dead"])
        code, said = await plant.command("sim", "leak", ZONE, "--rate", "300g/s", "--minutes", "0.3")
        assert code == 0, said
        await plant.until_healthy()

        async def happened() -> bool:
            return any(ZONE in incident["zones"] for incident in await open_incidents(api))

        await until(happened, "the platform knows of the leak", 30)
        for page, language in pages:
            words = WORDS[language]
            # Cut off, the page knows nothing of it, and says so: an empty list must not read as all is well.
            await expect(page.locator("a.incident")).to_have_count(0)
            await expect(page.get_by_text(words["none"])).to_have_count(0)
            await expect(page.get_by_text(words["unknown"])).to_be_visible()
            await expect(page.get_by_role("alert")).to_contain_text(words["dead"])
            await picture(page, f"cut-{language}")
            await page.context.set_offline(False)
        for page, language in pages:
            await expect(page.locator(".shell.dead")).to_have_count(0, timeout=30_000)
            await expect(page.locator("a.incident", has_text=WORDS[language]["zone"]).first).to_be_visible()
            await expect(page.get_by_role("alert")).to_have_count(0)
            await picture(page, f"restored-{language}")
