"""The way in, as a new person walks it: link, passkey, password, and out again."""

import pytest
from playwright.async_api import Page, expect
from tests.e2e.browser import browser, open_page
from tests.e2e.signing import link_for, signed_in_page, virtual_authenticator
from tests.e2e.test_page import needs_page

WORDS = {
    "zh": {
        "enter": "登录", "add_passkey": "登记通行密钥", "with_passkey": "用通行密钥登录", "out": "退出登录",
        "account": "我的账号", "people": "人员与权限", "ended": "登录已结束", "new_password": "新密码",
        "set_password": "设置密码", "wait": "密码错误次数过多",
    },
    "en": {
        "enter": "Sign in", "add_passkey": "Set up a passkey", "with_passkey": "Sign in with a passkey",
        "out": "Sign out", "account": "My account", "people": "People and rights", "ended": "Your session is over",
        "new_password": "New password", "set_password": "Set the password", "wait": "Too many wrong passwords",
    },
}  # fmt: skip


async def sign_out(page: Page, words: dict[str, str]) -> None:
    await page.locator(".tool.who").click()
    await page.get_by_role("button", name=words["out"]).click()


@needs_page
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_first_sign_in_by_link_then_by_the_passkey_set_up_there(platform, language):
    words = WORDS[language]
    local = platform.base_url.replace("127.0.0.1", "localhost")  # passkeys belong to names, never to bare addresses
    async with browser() as running:
        watched = await open_page(running, local, language=language)
        page = watched.page
        await virtual_authenticator(page)
        link = (await link_for(platform, "zhao-lei")).replace("127.0.0.1", "localhost")
        await page.goto(link)
        await page.get_by_role("button", name=words["enter"], exact=True).click()
        await page.get_by_role("button", name=words["add_passkey"]).click()
        await expect(page.locator(".plan polygon").first).to_be_visible()

        await sign_out(page, words)
        await page.goto(f"{local}/points")
        await page.get_by_role("button", name=words["with_passkey"]).click()
        await expect(page.locator("h1")).to_be_visible()
        assert page.url == f"{local}/points"
        await expect(page.locator(".tool.who")).to_be_visible()

        await sign_out(page, words)
        await page.goto(link)
        await page.get_by_role("button", name=words["enter"], exact=True).click()
        await expect(page.get_by_role("alert")).to_be_visible()
        assert watched.wrong == []


@needs_page
@pytest.mark.timeout(300)
async def test_a_password_set_after_the_link_lets_one_in_and_wrong_ones_are_made_to_wait(platform):
    words = WORDS["en"]
    async with browser() as running:
        watched = await open_page(running, platform.base_url, language="en")
        page = watched.page
        await page.goto(await link_for(platform, "wu-na"))
        await page.get_by_role("button", name=words["enter"], exact=True).click()
        password = page.get_by_label(words["new_password"])
        await password.fill("qwertyuiop")
        await page.get_by_role("button", name=words["set_password"]).click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await password.fill("seven grey herons")
        await page.get_by_role("button", name=words["set_password"]).click()
        await expect(page.locator(".plan polygon").first).to_be_visible()
        await sign_out(page, words)

        enter = page.get_by_role("button", name=words["enter"], exact=True)
        await page.locator("input[name=person]").fill("wu-na")
        await page.locator("input[name=password]").fill("seven grey herons")
        await enter.click()
        await expect(page.locator(".plan polygon").first).to_be_visible()
        await sign_out(page, words)

        await page.locator("input[name=person]").fill("wu-na")
        for n in range(6):
            if await page.get_by_text(words["wait"]).count():
                break
            await page.locator("input[name=password]").fill(f"not the password {n}")
            await expect(enter).to_be_enabled()
            async with page.expect_response("**/api/session"):
                await enter.click()
            await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.get_by_text(words["wait"])).to_be_visible()
        await expect(enter).to_be_disabled()


@needs_page
@pytest.mark.timeout(300)
async def test_a_session_that_ends_elsewhere_says_so_and_comes_back_to_the_same_page(platform):
    async with browser() as running:
        watched = await signed_in_page(running, platform, "administrator")
        page = watched.page
        await page.goto(f"{platform.base_url}/alarms?view=journal")
        await expect(page.locator("h1")).to_be_visible()
        ended = await page.context.request.delete(
            f"{platform.base_url}/api/session",
            headers={"origin": platform.base_url, "content-type": "application/json"},
        )
        assert ended.ok
        await expect(page.get_by_text(WORDS["zh"]["ended"])).to_be_visible(timeout=15_000)
        assert page.url == f"{platform.base_url}/alarms?view=journal"
