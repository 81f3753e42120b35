"""The phone in a tunnel: what is done without a line arrives once; sign-out clears; a new version loses nothing."""

import asyncio
import io
import re

import pytest
from PIL import Image
from playwright.async_api import expect
from tests.conftest import REPOSITORY, until
from tests.e2e.accessible import AXE, grave_faults
from tests.e2e.browser import browser
from tests.e2e.phone_store import controlled, kept
from tests.e2e.platform import Platform
from tests.e2e.signing import signed_in_page
from tests.e2e.test_faults import ALARM, CALM, Device

pytestmark = pytest.mark.skipif(
    not (REPOSITORY / "src/fangwei/web/phone.html").exists(), reason="the page is not built: run make setup"
)

WORDS = {
    "zh": {"take": "我来处理", "note": "记一笔", "save": "记录", "have": "您在处理", "offline": "无网络",
           "report": "上报", "queued": "已存在本机", "arrived": "已送达", "out": "退出登录", "in": "登录"},
    "en": {"take": "I have it", "note": "Note", "save": "Save", "have": "You have it", "offline": "No line",
           "report": "Report", "queued": "Kept on this phone", "arrived": "Arrived", "out": "Sign out",
           "in": "Sign in"},
}  # fmt: skip


SMALL = """() => [...document.querySelectorAll("a, button, input:not(.sr), select, textarea")].filter((element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 0 && (width < 48 || height < 48);
}).map((element) => element.outerHTML.slice(0, 120))"""
"""What a glove misses."""


def photo() -> bytes:
    sink = io.BytesIO()
    Image.effect_noise((1200, 900), 60).convert("RGB").save(sink, "JPEG")
    return sink.getvalue()


async def an_incident(platform: Platform) -> str:
    """A detector says too much; the id of the incident that is told."""
    device = Device(platform.settings.mqtt_port)
    device.send("P00000", CALM)
    device.send("P00000", ALARM)
    await until(lambda: platform.incidents, seconds=20, what="the incident is told")
    device.close()
    return platform.incidents[0].incident.id


@pytest.mark.timeout(200)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_is_done_in_a_tunnel_arrives_once(bench_platform, language):
    words = WORDS[language]
    incident = await an_incident(bench_platform)
    api = await bench_platform.client("shift_supervisor")
    me = (await api.get("/api/me")).json()["id"]
    async with browser() as running:
        watched = await signed_in_page(
            running, bench_platform, "shift_supervisor", language=language, width=360, height=780
        )
        page = watched.page
        await page.goto(f"{bench_platform.base_url}/m")
        row = page.locator(".m-row").first
        await expect(row).to_be_visible()
        await controlled(page)
        await row.click()
        await expect(page.locator(".m-timeline li").first).to_be_visible()

        async def picture_kept() -> bool:
            return "kept picture" in await kept(page)

        async with asyncio.timeout(15):
            while not await picture_kept():
                await asyncio.sleep(0.1)
        await page.context.set_offline(True)
        # Closed and opened again in the tunnel: the page comes from the phone, and says of when it is.
        await page.goto(f"{bench_platform.base_url}/m/incident/{incident}")
        await expect(page.get_by_role("alert").first).to_contain_text(words["offline"])
        await page.get_by_role("button", name=words["take"]).click()
        await expect(page.locator(".m-thumb")).to_contain_text(words["queued"])
        await page.get_by_label(words["note"]).fill("Valve 3 shut")
        await page.get_by_role("button", name=words["save"], exact=True).click()
        await expect(page.locator(".m-unsent")).to_contain_text("Valve 3 shut")

        await page.goto(f"{bench_platform.base_url}/m/report?zone=z0")
        await page.locator("textarea").fill("Flange drips")
        await page.locator("input[type=file]").set_input_files(
            [{"name": "leak.jpg", "mimeType": "image/jpeg", "buffer": photo()}]
        )
        await expect(page.locator(".m-photo")).to_have_count(1)
        await page.locator(".m-thumb").get_by_role("button", name=words["report"]).click()
        await expect(page.get_by_role("status").first).to_contain_text(words["queued"])
        assert (await api.get(f"/api/incidents/{incident}")).json()["incident"]["owner"] is None
        assert (await api.get("/api/work/hazards")).json()["total"] == 0

        wrong = [w for w in watched.wrong if "ERR_INTERNET_DISCONNECTED" not in w]
        await page.goto(f"{bench_platform.base_url}/m/queue")
        await expect(page.locator(".m-item")).to_have_count(3)
        await page.context.set_offline(False)
        await expect(page.locator(".m-item").get_by_text(words["arrived"])).to_have_count(3, timeout=30_000)

        shown = (await api.get(f"/api/incidents/{incident}")).json()
        assert shown["incident"]["owner"] == me
        kinds = [line["kind"] for line in shown["timeline"] if line["by"] == me]
        assert (kinds.count("taken"), kinds.count("note")) == (1, 1)
        hazards = (await api.get("/api/work/hazards")).json()
        assert (hazards["total"], hazards["items"][0]["words"], hazards["items"][0]["zone"]) == (
            1,
            "Flange drips",
            "z0",
        )
        picture = await api.get(f"/api/work/photos/{hazards['items'][0]['photos'][0]}")
        assert picture.headers["content-type"] == "image/jpeg"

        # Opened again and again: nothing goes out a second time.
        await page.reload()
        await page.goto(f"{bench_platform.base_url}/m/incident/{incident}")
        await expect(page.locator(".m-thumb")).to_contain_text(words["have"])
        assert (await api.get("/api/work/hazards")).json()["total"] == 1
        again = (await api.get(f"/api/incidents/{incident}")).json()
        assert [line["kind"] for line in again["timeline"] if line["by"] == me] == kinds

        await page.goto(f"{bench_platform.base_url}/m/me")
        await page.get_by_role("button", name=words["out"]).click()
        await expect(page.get_by_role("button", name=words["in"], exact=True)).to_be_visible()
        assert await kept(page) == []
        assert (await page.evaluate("() => fetch('/api/me').then((answer) => answer.status)")) == 401
        assert wrong == []


@pytest.mark.timeout(200)
async def test_who_comes_second_is_told_why_and_loses_nothing(bench_platform):
    words = WORDS["zh"]
    incident = await an_incident(bench_platform)
    other = await bench_platform.client("administrator")
    async with browser() as running:
        watched = await signed_in_page(running, bench_platform, "shift_supervisor", width=360, height=780)
        page = watched.page
        for path in ("/m", "/m/tasks", "/m/report?zone=z0", "/m/place/zone/z0", f"/m/incident/{incident}"):
            await page.goto(f"{bench_platform.base_url}{path}")
            await expect(page.locator("main h1, main h2").first).to_be_attached()
            if AXE.exists():
                assert await grave_faults(page, contrast=7) == [], path
            assert await page.evaluate("() => document.documentElement.scrollWidth") == 360, path
            assert await page.evaluate(SMALL) == [], path
        await controlled(page)
        await page.context.set_offline(True)
        await page.get_by_role("button", name=words["take"]).click()
        await expect(page.locator(".m-thumb")).to_contain_text(re.compile(f"{words['queued']}|正在送出"))
        assert (await other.post(f"/api/incidents/{incident}/take", json={})).status_code == 200
        await page.context.set_offline(False)
        await expect(page.get_by_role("link", name=re.compile("未被接受"))).to_be_visible(timeout=30_000)
        await page.goto(f"{bench_platform.base_url}/m/queue")
        await expect(page.locator(".m-item").get_by_role("alert")).to_be_visible()
        shown = (await other.get(f"/api/incidents/{incident}")).json()
        assert shown["incident"]["owner"] == (await other.get("/api/me")).json()["id"]
