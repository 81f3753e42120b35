"""What opens over a page: menus, dialogs, drawers, editors. Named by their place, not by words: they hold in both
languages."""

import httpx
from playwright.async_api import Page, expect
from tests.e2e.album import Prepare, Shot
from tests.e2e.scene import propose

SHELVE = ".alarm-row .buttons .button:not(.out):not(:disabled):nth-last-child(2)"


def press(*selectors: str, shows: str = "dialog[open]"):
    """Press one after the other; then `shows` must be there."""

    async def prepare(page: Page) -> None:
        for selector in selectors:
            await page.locator(selector).first.click()
        await expect(page.locator(shows).first).to_be_visible()
        await expect(page.locator(f"{shows} .skeleton")).to_have_count(0)

    return prepare


def limit_conflict(api: httpx.AsyncClient, alarm: str):
    """Somebody else proposes while the editor is open: both proposals side by side."""

    async def prepare(page: Page) -> None:
        await press(".limit-acts .button")(page)
        editor = page.locator(".limit-editor")
        await editor.locator(".settings input").first.fill("12")
        await editor.locator(".reason textarea").fill("现场复核")
        await propose(api, alarm, 1.1, "换了新探头 new detector")
        send = editor.locator(".foot .button.main")
        await expect(send).to_be_enabled()
        await send.click()
        await expect(editor.locator(".conflict")).to_be_visible()

    return prepare


def over(name: str, path: str, prepare: Prepare) -> Shot:
    """A page with something open over it; the answers to what was done to open it may be refusals."""
    return Shot(name, path, prepare, whole=False, cut_off=True)


def openings(api: httpx.AsyncClient, point: str, alarm: str) -> list[Shot]:
    """Everything that opens, each from its page; `api` of somebody who may propose limits."""
    return [
        over("account-menu", "/", press(".tool.who", shows=".menu-box")),
        over(
            "alarms-shelve", "/alarms", press(".alarm-row .buttons .button:not(.out):not(:disabled):nth-last-child(2)")
        ),
        over("alarms-take-out", "/alarms", press(".alarm-row .buttons .out")),
        over("alarms-keys", "/alarms", _keys),
        over("limit-editor", f"/points/{point}", press(".limit-acts .button")),
        over("limit-history", f"/points/{point}", press(".limit-acts .button:nth-child(2)")),
        over("limit-conflict", "/points/EF-GAS-03", limit_conflict(api, alarm)),
        over("duty-change", "/duty", press(".duty .panel .button.main")),
        Shot("duty-chain-editor", "/duty?tab=chains", press(".duty .panel header .button.main", shows=".step-row")),
        Shot("records-open", "/records", press("td.act .button", shows="tr.details")),
        over("people-add", "/people", press(".people-page > .toolbar .button.main")),
        over("people-edit", "/people", press("table.list td .button")),
        over(
            "people-token",
            "/people",
            press(".people-page section:not(:has(table.list td .button + .button)) header .button"),
        ),
    ]


async def _keys(page: Page) -> None:
    await page.locator(".alarm-table").focus()
    await page.keyboard.press("?")
    await expect(page.locator("dialog[open]")).to_be_visible()
