"""axe over every main page: no serious or critical fault, in both languages."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.conftest import REPOSITORY
from tests.e2e.browser import browser, open_page
from tests.e2e.pages import PAGES
from tests.e2e.signing import signed_in_page
from tests.e2e.test_page import needs_page
from tests.e2e.watching import leak_incident

AXE = REPOSITORY / "web/node_modules/axe-core/axe.min.js"
GRAVE = {"serious", "critical"}


async def faults(page: Page) -> list[str]:
    """What axe finds of weight on the page as it stands."""
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE.read_text("utf-8") + "; 0")
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]} | {why(node)}"
        for violation in found["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"][:3]
    ]


def why(node: dict[str, Any]) -> str:
    """What axe says of one element, in one line."""
    return " ".join(node.get("failureSummary", "").split())[:200]


@needs_page
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run make setup")
@pytest.mark.timeout(300)
async def test_axe_finds_no_serious_fault_on_any_page_in_both_languages(platform):
    async with browser() as running:
        incident = await leak_incident(platform, await platform.client("administrator"))
        found: dict[str, list[str]] = {}
        outside = await open_page(running, platform.base_url, language="en")
        await outside.page.goto(platform.base_url)
        await expect(outside.page.locator("h1")).to_be_visible()
        found["sign-in"] = await faults(outside.page)
        for language, theme in (("zh", "light"), ("en", "dark")):
            watched = await signed_in_page(running, platform, "administrator", language=language, theme=theme)
            for name, path in PAGES.items():
                await watched.page.goto(
                    platform.base_url + path.format(incident=incident["id"], point=incident["first_out"]["point"])
                )
                await expect(watched.page.locator("main")).to_be_visible()
                await expect(watched.page.locator(".skeleton")).to_have_count(0, timeout=10_000)
                found[f"{name} {language} {theme}"] = await faults(watched.page)
            await watched.page.context.close()
    listed = [f"{name}: {one}" for name, some in found.items() for one in some]
    assert not listed, "\n".join(listed)
