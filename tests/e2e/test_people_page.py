"""The page of people and rights: a new colleague, their link, a machine's token, each behind a second proof."""

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from tests.e2e.browser import Watched, browser, open_page, picture
from tests.e2e.platform import Platform
from tests.e2e.signing import signed_in_page
from tests.e2e.test_page import needs_page
from tests.sign_in import come_by_link

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_page, pytest.mark.timeout(180)]

PASSWORD = "seven grey herons"

WORDS = {
    "zh": {
        "add": "新增人员", "account": "账号（小写", "name_zh": "姓名（中文）", "name_en": "姓名（英文）",
        "save": "保存", "proof": "再次验证身份", "confirm": "确认", "no_way": "无，需要链接", "link": "登录链接",
        "enter": "登录", "set_up": "孔明，您好", "new_password": "新密码", "set": "设置密码", "has_password": "密码",
        "make_token": "新增令牌", "token_name": "姓名", "may": "查看报警、报警日志与指标", "token": "令牌“看板”",
        "board": "看板", "revoke": "吊销", "revoked": "已吊销", "disable": "停用账号", "disabled": "已停用",
        "ended": "登录已结束", "edit": "修改",
    },
    "en": {
        "add": "Add a person", "account": "Account (lower-case", "name_zh": "Name (Chinese)",
        "name_en": "Name (English)", "save": "Save", "proof": "Show once more that it is you", "confirm": "Confirm",
        "no_way": "none, needs a link", "link": "Sign-in link", "enter": "Sign in", "set_up": "Welcome, Kong Ming",
        "new_password": "New password", "set": "Set the password", "has_password": "password",
        "make_token": "Make a token", "token_name": "Name", "may": "see alarms, their journal and figures",
        "token": 'Token "Board"', "board": "Board", "revoke": "Revoke", "revoked": "revoked",
        "disable": "Disable the account", "disabled": "disabled", "ended": "Your session is over", "edit": "Edit",
    },
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plant(plant: Platform) -> Platform:
    """The example plant; the administrator has a password; each session must prove it anew."""
    client = await come_by_link(plant.settings, "administrator")
    assert (await client.post("/api/account/password", json={"password": PASSWORD})).is_success
    await client.aclose()
    return plant


async def prove(page: Page, words: dict[str, str]) -> None:
    """The question that appears by itself; what was asked for goes on by itself after it."""
    dialog = page.get_by_role("dialog", name=words["proof"])
    await dialog.locator("input[type=password]").fill("not the password")
    await dialog.get_by_role("button", name=words["confirm"]).click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.locator("input[type=password]").fill(PASSWORD)
    await dialog.get_by_role("button", name=words["confirm"]).click()
    await expect(dialog).to_have_count(0)


def surprises(watched: Watched) -> list[str]:
    """What went wrong beside the refusals that these tests ask for."""
    return [wrong for wrong in watched.wrong if "status of 40" not in wrong]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_new_person_is_added_with_a_second_proof_comes_in_by_their_link_and_is_out_when_disabled(
    plant, language
):
    words, person = WORDS[language], f"kong-ming-{language}"
    async with browser() as running:
        watched = await signed_in_page(running, plant, "administrator", language=language)
        page = watched.page
        await page.goto(f"{plant.base_url}/people")
        await page.get_by_role("button", name=words["add"]).click()
        dialog = page.get_by_role("dialog", name=words["add"])
        await dialog.get_by_label(words["account"]).fill(person)
        await dialog.get_by_label(words["name_zh"]).fill("孔明")
        await dialog.get_by_label(words["name_en"]).fill("Kong Ming")
        await picture(page, f"people-new-{language}")
        await dialog.get_by_role("button", name=words["save"]).click()
        await expect(page.get_by_role("dialog", name=words["proof"])).to_be_visible()
        await picture(page, f"people-proof-{language}")
        await prove(page, words)
        row = page.locator("tr", has_text=person)
        await expect(row).to_contain_text(words["no_way"])
        await row.get_by_role("button", name=words["link"]).click()
        secret = page.get_by_role("dialog").locator("input[readonly]")
        link = await secret.input_value()
        assert "/sign-in#" in link
        await picture(page, f"people-link-{language}")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)

        theirs = await open_page(running, plant.base_url, language=language)
        await theirs.page.goto(f"{plant.base_url}/sign-in#{link.rpartition('#')[2]}")
        await theirs.page.get_by_role("button", name=words["enter"], exact=True).click()
        await expect(theirs.page.get_by_role("heading", name=words["set_up"])).to_be_visible()
        await theirs.page.get_by_label(words["new_password"]).fill("nine quiet lanterns")
        await theirs.page.get_by_role("button", name=words["set"]).click()
        await expect(theirs.page.locator(".plan polygon").first).to_be_visible()
        await page.reload()
        await expect(row).to_contain_text(words["has_password"])

        await row.get_by_role("button", name=words["edit"]).click()
        await page.get_by_role("dialog").get_by_role("button", name=words["disable"]).click()
        await expect(row).to_contain_text(words["disabled"])
        await expect(theirs.page.get_by_text(words["ended"])).to_be_visible()
        await picture(page, f"people-list-{language}")
        assert surprises(watched) == surprises(theirs) == []


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_token_is_made_with_a_second_proof_shown_once_works_and_is_revoked(plant, language):
    words = WORDS[language]
    async with browser() as running:
        watched = await signed_in_page(running, plant, "administrator", language=language)
        page = watched.page
        await page.goto(f"{plant.base_url}/people")
        await page.get_by_role("button", name=words["make_token"]).click()
        dialog = page.get_by_role("dialog", name=words["make_token"])
        await dialog.get_by_label(words["token_name"], exact=True).fill(words["board"])
        await dialog.get_by_label(words["may"]).check()
        await picture(page, f"token-new-{language}")
        await dialog.get_by_role("button", name=words["make_token"]).click()
        await prove(page, words)
        shown = page.get_by_role("dialog", name=words["token"])
        token = await shown.locator("input[readonly]").input_value()
        await picture(page, f"token-shown-{language}")
        await page.keyboard.press("Escape")
        await expect(shown).to_have_count(0)
        assert token not in await page.content()

        async with httpx.AsyncClient(
            base_url=plant.base_url, trust_env=False, headers={"authorization": f"Bearer {token}"}
        ) as machine:
            assert (await machine.get("/api/alarms")).status_code == 200
            assert (await machine.get("/api/people/accounts")).status_code == 403
            row = page.locator("ul.rows li", has_text=words["board"]).first
            await row.get_by_role("button", name=words["revoke"]).click()
            await expect(row).to_contain_text(words["revoked"])
            assert (await machine.get("/api/alarms")).status_code == 401
        assert surprises(watched) == []
