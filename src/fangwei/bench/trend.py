"""`python -m fangwei.bench.trend`: how long one waits for a trend, in a real browser before a real platform.

Eight points at 1 Hz over 30 days (20.7 million readings) lie in the history. A page shows an hour; then the address
changes to another range, as a zoom or a shared link does, and the clock stops when the browser has painted the new
lines. Every try asks for a range that nobody asked for before, so that nothing kept from earlier helps.
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from playwright.async_api import Page, async_playwright

from fangwei.bench.bench_site import write_site
from fangwei.bench.chromium import ARGUMENTS, chromium
from fangwei.bench.history import Plant
from fangwei.bench.page import signed_in, until_in
from fangwei.bench.platform_run import listening, platform_on, ready, until_running
from fangwei.bench.visitor import cookie_of
from fangwei.core.clock import DAY, HOUR, MINUTE, SECOND, now_ns
from fangwei.core.settings import Settings
from fangwei.historian.chdb_store import ChdbStore
from fangwei.plant.load import load_site

POINTS = 8
DAYS = 30
PORTION_S = 6 * 3600
SPANS = {"1 s": SECOND, "1 min": MINUTE, "1 h": HOUR, "8 h": 8 * HOUR, "1 d": DAY, "7 d": 7 * DAY, "30 d": 30 * DAY}
BUCKETS = 900
BETWEEN_S = 1.2
"""Longer than the page takes to fetch ahead: one try does not wait for the other's neighbours."""

DRAWN = """
(() => {
  // After the frame that drew it: the message runs once the browser has painted.
  window.__show = (address, from) => new Promise((done) => {
    const began = performance.now();
    const chart = document.querySelector('.chart');
    const look = () => {
      const asked = chart.dataset.asked ?? '';
      const whole = chart.dataset.drawn === asked && asked.startsWith(`${from} `);
      // The old lines on the new axis come first: the first bucket tells whether these are the new ones.
      const first = Number(asked.split(' ')[2]) / 1e6;
      if (!whole || Math.abs(first - from) > window.__width) return;
      watcher.disconnect();
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now() - began);
        channel.port2.postMessage(null);
      });
    };
    const watcher = new MutationObserver(look);
    watcher.observe(chart, { attributes: true });
    history.pushState(null, '', address);
    dispatchEvent(new PopStateEvent('popstate'));
    setTimeout(() => done(-1), 15000);
  });
})();
"""


def fill(settings: Settings, days: int) -> tuple[list[str], int, dict[str, float]]:
    """Write the site and its history; the points' ids, the end of what is there (UTC ns), and what it took in s."""
    write_site(settings.site, POINTS)
    points = list(load_site(settings.site).points.values())
    points = sorted((p for p in points if p.id.startswith("P0")), key=lambda p: p.id)[:POINTS]
    end = now_ns() // HOUR * HOUR - HOUR
    store = ChdbStore(settings.data / "history")
    began = time.perf_counter()
    plant = Plant(points, end - days * DAY, 1)
    for _ in range(days * 86_400 // PORTION_S):
        store.append(plant.seconds(PORTION_S))
    filled = time.perf_counter() - began
    began = time.perf_counter()
    hours = 0
    while made := store.sum_up(SECOND, now_ns()):
        hours += made
    took = {"fill_s": filled, "sum_up_s": time.perf_counter() - began, "hours_of_points": hours}
    took["readings"] = float(store.ask("stored").column("rows")[0].as_py())
    store.close()
    return [p.id for p in points], end, took


async def answers(settings: Settings, cookie: str, points: list[str], end: int, tries: int) -> dict[str, float]:
    """How long the door takes for each span, ms (p50 of `tries`)."""
    query = "&".join(f"point={p}" for p in points)
    figures: dict[str, float] = {}
    base = f"http://127.0.0.1:{settings.web_port}"
    async with httpx.AsyncClient(base_url=base, headers={"cookie": cookie}, trust_env=False, timeout=60) as client:
        for name, span in SPANS.items():
            times = []
            for n in range(tries):
                until = end - n * 7 * MINUTE
                path = f"/api/trend?{query}&start={until - span}&end={until}&buckets={BUCKETS}&aligned=true"
                began = time.perf_counter()
                answer = await client.get(path)
                times.append((time.perf_counter() - began) * 1e3)
                answer.raise_for_status()
            figures[f"answer {name}"] = float(np.percentile(times, 50))
    return figures


async def drawn(page: Page, base: str, points: list[str], end: int, tries: int) -> dict[str, float]:
    """How long until each span is painted, ms (p50 and worst of `tries`).

    Raises:
        RuntimeError: a picture did not come within 15 s.
    """
    ids = ",".join(points)
    last = (end - 2 * MINUTE) // 1_000_000
    await page.goto(f"{base}/trend?points={ids}&from={last - 3_600_000}&to={last}")
    await until_in(page, "(document.querySelector('.chart')?.dataset.drawn ?? '') !== ''")
    figures: dict[str, float] = {}
    for name, span in SPANS.items():
        times = []
        for n in range(tries):
            until = (end - (n + 1) * 11 * MINUTE) // 1_000_000 - n * 17
            start = until - span // 1_000_000
            await page.evaluate(f"window.__width = {max(span / 100 / 1e6, 5)}")
            await asyncio.sleep(BETWEEN_S)
            took = await page.evaluate(f"window.__show('/trend?points={ids}&from={start}&to={until}', {start})")
            if took < 0:
                raise RuntimeError(f"{name}: nothing was drawn within 15 s")
            times.append(took)
        figures[f"drawn {name}"] = float(np.percentile(times, 50))
        figures[f"drawn {name}, worst"] = max(times)
    return figures


async def run(days: int, tries: int) -> dict[str, Any]:
    """All figures."""
    folder = Path(tempfile.mkdtemp(prefix="fangwei-bench-"))
    try:
        site = folder / "site"
        ids, end, took = fill(Settings(data=folder / "data", site=site), days)
        async with platform_on(site, folder) as (settings, _):
            settings, _ = await ready(settings)
            async with listening(settings) as (_, reports):
                await until_running(reports)
            cookie = await cookie_of(settings)
            base = f"http://127.0.0.1:{settings.web_port}"
            figures = await answers(settings, cookie, ids, end, tries)
            async with async_playwright() as playwright:
                running = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
                context = await signed_in(running, base, cookie)
                await context.add_init_script(DRAWN)
                figures |= await drawn(await context.new_page(), base, ids, end, tries)
                await running.close()
        return {name: round(value, 1) for name, value in (took | figures).items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description="how long one waits for a trend")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--tries", type=int, default=7)
    asked = parser.parse_args(arguments)
    print(json.dumps(asyncio.run(run(asked.days, asked.tries)), indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
