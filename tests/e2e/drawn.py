"""What a machine can see of a badly drawn page: too wide, words that are keys or ids, a page that never finishes."""

import re

from playwright.async_api import Page, TimeoutError, expect

RAW = re.compile(
    r"\b(?:undefined|NaN|null)\b|\[object Object\]|\{\w+\}"  # a value that was not there, a gap that was not filled
    r"|(?<![\w./-])[a-z]+(?:_[a-z0-9]+)+\b"  # ids of zones, kinds, states; `EF-GAS-01.hi_hi` is a tag
    r"|\b(?:li|wang|zhang|liu|chen|yang|zhao|huang|zhou|wu|xu|sun|gao|ma|lin|he)-[a-z]{2,5}\b"  # ids of people
)
"""Words that are for programs. What is in `code` is meant to be read by those who write programs."""

WORDS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const node = walker.currentNode;
        const holder = node.parentElement;
        if (!holder || holder.closest("code, script, style, .sr, [data-raw]") || !node.data.trim()) continue;
        if (holder.checkVisibility({visibilityProperty: true, opacityProperty: true})) found.push(node.data.trim());
    }
    return found;
}"""
"""The visible texts of a page, each as it stands in its element."""

CUT = """() => [...document.querySelectorAll("button, h1, h2, th, .tag, .button, .tool, label, dt")].filter((element) =>
    element.checkVisibility() && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0
    && getComputedStyle(element).overflowX !== "visible" && !element.matches(".sr")
).map((element) => element.innerText.slice(0, 60))"""
"""Names of things whose end is cut off."""


async def until_drawn(page: Page) -> str | None:
    """Wait until the page shows what it has; why it does not, where it never does."""
    try:
        await expect(page.locator("main").first).to_be_visible(timeout=10_000)
        await expect(page.locator(".skeleton")).to_have_count(0, timeout=10_000)
    except (AssertionError, TimeoutError):
        return "never finishes loading"
    return None


async def faults_of_drawing(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in words."""
    found = []
    wide, screen = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if wide > screen:
        found.append(f"{wide} px wide on a screen of {screen}")
    raw = {m.group(0) for text in await page.evaluate(WORDS) for m in RAW.finditer(text)}
    found += [f"shows {word!r}" for word in sorted(raw)]
    found += [f"cut off: {text!r}" for text in dict.fromkeys(await page.evaluate(CUT))]
    return found
