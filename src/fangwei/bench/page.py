"""`python -m fangwei.bench.page`: what a person waits for, in a real browser before a real platform.

Three figures, on a generated site of 64 zones, with headless Chromium on the same machine:

* the first page: from the address entered with an empty cache to the plan drawn and the picture live, and what had
  to come over the line until then;
* the bundle: scripts of the first page, gzipped as the door sends them;
* alarm -> changed pixel: from the source time of a reading that raises an alarm to the frame after which its mark
  stands on the overview, while `--pages` less one other pages are open (websockets in a process of their own that ask
  for every point).
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from fangwei.bench.bench_site import TOPIC, ZONES, write_site
from fangwei.bench.chromium import ARGUMENTS, chromium
from fangwei.bench.platform_run import cpu_seconds, listening, platform_on, ready, until_running
from fangwei.bench.visitor import cookie_of
from fangwei.core.settings import Settings

POINTS = 256
EDGE_EVERY_S = 0.7
CROWD_WITHIN_S = 120.0
DRAWN_WITHIN_S = 20.0

WATCHER = """
(() => {
  const seen = new Map();
  window.__seen = seen;
  // After the frame that drew it: the message runs once the browser has painted.
  const painted = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => then(performance.timeOrigin + performance.now());
    channel.port2.postMessage(null);
  });
  const look = () => {
    for (const mark of document.querySelectorAll('[data-alarm-point]')) {
      const point = mark.dataset.alarmPoint;
      if (seen.has(point)) continue;
      seen.set(point, null);
      painted((at) => seen.set(point, at));
    }
    if (!window.__usable && document.querySelector('.plan polygon') && document.querySelector('.shell:not(.dead)')) {
      window.__usable = -1;
      painted((at) => (window.__usable = at - performance.timeOrigin));
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
})();
"""


async def until_in(page: Page, condition: str) -> None:
    """Wait for a condition in the page. Asked from outside: the page's policy forbids playwright's own waiting.

    Raises:
        TimeoutError: it did not come true.
    """
    async with asyncio.timeout(DRAWN_WITHIN_S):
        while not await page.evaluate(condition):
            await asyncio.sleep(0.05)


async def signed_in(running: Browser, url: str, cookie: str) -> BrowserContext:
    """A fresh browser profile with the session's cookie."""
    context = await running.new_context(viewport={"width": 1920, "height": 1080})
    name, _, value = cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": url}])
    await context.add_init_script(WATCHER)
    return context


async def first_page(running: Browser, url: str, cookie: str, tries: int) -> dict[str, Any]:
    """Open the page `tries` times with an empty cache; times in ms, sizes as they came over the line."""
    usable: list[float] = []
    sizes: dict[str, float] = {}
    for _ in range(tries):
        context = await signed_in(running, url, cookie)
        page = await context.new_page()
        await page.goto(url)
        await until_in(page, "window.__usable > 0")
        usable.append(await page.evaluate("window.__usable"))
        sizes = await page.evaluate(
            """() => {
              const sum = (kind) => performance.getEntriesByType('resource').filter(kind)
                .reduce((all, r) => all + r.encodedBodySize, 0) / 1000;
              const ends = (end) => (r) => new URL(r.name).pathname.endsWith(end);
              return {scripts: sum(ends('.js')), styles: sum(ends('.css')), all: sum(() => true)};
            }"""
        )
        await context.close()
    return {
        "first_page_usable_p50_ms": round(float(np.percentile(usable, 50))),
        "first_page_usable_max_ms": round(max(usable)),
        "first_page_tries": tries,
        "first_page_scripts_gzip_kb": round(sizes["scripts"], 1),
        "first_page_styles_gzip_kb": round(sizes["styles"], 1),
        "first_page_all_kb": round(sizes["all"], 1),
    }


async def alarm_to_pixel(
    page: Page, settings: Settings, environment: dict[str, str], cookie: str, pages: int, seconds: float
) -> dict[str, Any]:
    """Raise an alarm in each zone in turn while the other pages are open; delays in ms.

    Raises:
        RuntimeError: the other pages or the load did not come to life.
    """
    crowd = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "fangwei.bench.page_crowd",
        *("--port", str(settings.web_port), "--count", str(pages - 1), "--header", f"Cookie: {cookie}"),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert crowd.stdout is not None
    async with asyncio.timeout(CROWD_WITHIN_S):
        opened = (await crowd.stdout.readline()).decode().split()
    if opened[:1] != ["open"] or int(opened[1]) != pages - 1:
        raise RuntimeError(f"not every page could be opened: {' '.join(opened)}")
    load = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "fangwei.bench.mqtt_load",
        *("--port", str(settings.mqtt_port), "--topic", TOPIC, "--points", str(POINTS), "--rate", str(POINTS)),
        *("--seconds", str(seconds), "--edges", str(ZONES), "--edge-value", "60"),
        *("--edge-every", str(EDGE_EVERY_S), "--edge-for", str(seconds)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    printed, _ = await load.communicate()
    if load.returncode != 0:
        raise RuntimeError(f"the load process failed with {load.returncode}")
    edges = {point: stamp / 1e6 for point, stamp in json.loads(printed)["edges"]}
    await until_in(page, f"[...window.__seen.values()].filter(Boolean).length >= {len(edges)}")
    seen: dict[str, float] = dict(await page.evaluate("[...window.__seen]"))
    crowd_said, _ = await crowd.communicate(b"")
    heard = json.loads(crowd_said.decode().strip().splitlines()[-1])
    delays = [seen[point] - at for point, at in edges.items() if seen.get(point)]
    return {
        "alarms_raised": len(edges),
        "alarms_drawn": len(delays),
        "alarm_to_pixel_p50_ms": round(float(np.percentile(delays, 50)), 1),
        "alarm_to_pixel_p99_ms": round(float(np.percentile(delays, 99)), 1),
        "alarm_to_pixel_max_ms": round(max(delays), 1),
        "pages_open": heard["open"] + 1,
        "messages_to_other_pages_per_s": round(heard["messages"] / seconds),
    }


async def run(pages: int, seconds: float, tries: int) -> dict[str, Any]:
    """All figures.

    Raises:
        NoChromiumError: there is no browser.
        RuntimeError: the platform, the pages or the load did not come up.
    """
    path = chromium()
    with tempfile.TemporaryDirectory(prefix="fangwei-bench-") as folder:
        site = Path(folder) / "site"
        write_site(site, POINTS)
        async with platform_on(site, Path(folder)) as (settings, environment):
            settings, processes = await ready(settings)
            async with listening(settings) as (_, reports):
                await until_running(reports)
            url = f"http://127.0.0.1:{settings.web_port}/"
            cookie = await cookie_of(settings)
            async with async_playwright() as playwright:
                running = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
                figures = await first_page(running, url, cookie, tries)
                context = await signed_in(running, url, cookie)
                page = await context.new_page()
                await page.goto(url)
                await until_in(page, "window.__usable > 0")
                before = cpu_seconds({"app": processes.processes["app"]})["app"]
                figures |= await alarm_to_pixel(page, settings, environment, cookie, pages, seconds)
                used = cpu_seconds({"app": processes.processes["app"]})["app"] - before
                figures["door_cpu_seconds"] = round(used, 1)
                await running.close()
            return figures


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--tries", type=int, default=10)
    parser.add_argument("--json", action="store_true", dest="as_json")
    chosen = parser.parse_args(arguments)
    figures = asyncio.run(run(chosen.pages, chosen.seconds, chosen.tries))
    if chosen.as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<32} {value}")


if __name__ == "__main__":
    main()
