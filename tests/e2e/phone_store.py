"""What the phone page keeps in its browser, looked at from outside."""

import asyncio

from playwright.async_api import Page


async def controlled(page: Page) -> None:
    """Wait until the service worker has the page."""
    async with asyncio.timeout(30):
        while not await page.evaluate("() => navigator.serviceWorker.controller !== null"):
            await asyncio.sleep(0.1)


async def kept(page: Page) -> list[str]:
    """The keys of what the phone keeps, and how many entries wait."""
    return await page.evaluate(
        """async () => {
            const open = indexedDB.open("fangwei-phone");
            const base = await new Promise((done) => (open.onsuccess = () => done(open.result)));
            const keys = (name) => new Promise((done) => {
                const asked = base.transaction(name).objectStore(name).getAllKeys();
                asked.onsuccess = () => done(asked.result.map((key) => `${name} ${key}`));
            });
            const found = [...(await keys("kept")), ...(await keys("queue"))];
            base.close();
            return found;
        }"""
    )
