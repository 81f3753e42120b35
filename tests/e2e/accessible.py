"""axe over a page as it stands: what it finds of weight."""

from typing import Any

from playwright.async_api import Page
from tests.conftest import REPOSITORY

AXE = REPOSITORY / "web/node_modules/axe-core/axe.min.js"
GRAVE = {"serious", "critical"}


async def grave_faults(page: Page, contrast: float | None = None) -> list[str]:
    """Serious and critical faults; `contrast` asks for 7:1 (WCAG 2.2, 1.4.6) in place of 4.5:1, for the sun."""
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE.read_text("utf-8") + "; 0")
    rules = {"color-contrast-enhanced": {"enabled": contrast is not None and contrast >= 7}}
    found = await page.evaluate("(rules) => axe.run(document, {resultTypes: ['violations'], rules})", rules)
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]} | {why(node)}"
        for violation in found["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"][:3]
    ]


def why(node: dict[str, Any]) -> str:
    """What axe says of one element, in one line."""
    return " ".join(node.get("failureSummary", "").split())[:200]
