"""A night as new users live it: the printed link, a passkey, a leak taken on the phone, one that nobody answers, the
record of it all."""

import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from playwright.async_api import Browser, Locator, Page, expect
from tests.conftest import REPOSITORY, free_port
from tests.e2e.browser import Watched, browser, open_page, picture
from tests.e2e.conftest import PORTS
from tests.e2e.platform import Platform, started
from tests.e2e.signing import printed_links, virtual_authenticator
from tests.e2e.test_page import needs_page
from tests.e2e.watching import ZONE

ESCALATE_S = 4
"""Silence after which the next step is told, in the copied site: a minute there."""

WORDS = {
    "zh": {
        "enter": "登录", "add_passkey": "登记通行密钥", "with_passkey": "用通行密钥登录", "out": "退出登录",
        "set_password": "设置密码", "on_site": "现场版", "crew": "李伟", "supervisor": "赵磊", "auditor": "何平",
        "nobody": "无人接手", "take": "我来处理", "you": "您在处理", "filling": "电解液注液", "far": "NMP 回收",
        "escalated": "无人接手，升级到第 1 级：已通知 赵磊", "its_yours": "已升级到您", "step": "第 1 级升级",
        "closed": "已关闭", "note": "已停泵，人员撤离", "end": "法兰已紧固，气体散尽",
        "exported": "导出（可验证）", "intact": "记录完好",
        "entries": ["接手事件", "通知升级", "事件记录", "关闭事件"],
    },
    "en": {
        "enter": "Sign in", "add_passkey": "Set up a passkey", "with_passkey": "Sign in with a passkey",
        "out": "Sign out", "set_password": "Set the password", "on_site": "On site", "crew": "Li Wei",
        "supervisor": "Zhao Lei",
        "auditor": "He Ping", "nobody": "Nobody has it", "take": "I have it", "you": "You have it",
        "filling": "Electrolyte filling",
        "far": "NMP recovery", "escalated": "Nobody took it, escalated to step 1: Zhao Lei was told",
        "its_yours": "it is now yours", "step": "escalation 1", "closed": "Closed",
        "note": "The pump is off, everybody is out", "end": "The flange is tight, the vapour is gone",
        "exported": "Export, verifiable", "intact": "Record intact",
        "entries": ["Incident taken", "Escalated", "Note", "Incident closed"],
    },
}  # fmt: skip


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[Platform]:
    """The example plant with the same three people on duty at any hour, and little patience with silence."""
    site = tmp_path / "site"
    shutil.copytree(REPOSITORY / "sites" / "battery_plant", site)
    file = yaml.safe_load((site / "duty.yaml").read_text("utf-8"))
    wet = next(shift["zones"] for shift in file["duty"]["shifts"] if shift["person"] == "li-wei")
    file["duty"] |= {
        "escalate_after": ESCALATE_S,
        "shifts": [
            {"person": "li-wei", "zones": wet},
            {"person": "zhao-lei", "step": 1},
            {"person": "wu-na", "step": 2},
        ],
    }
    (site / "duty.yaml").write_text(yaml.safe_dump(file, allow_unicode=True), "utf-8")
    ports = {name: free_port() for name in PORTS}
    async for one in started(tmp_path, site, ports, "--sim"):
        yield one


async def come_in(running: Browser, platform: Platform, link: str, language: str, width=1920, height=1080) -> Watched:
    """A browser of one's own that opens the link from the terminal; its page is left at how to come next time."""
    base = link.partition("/sign-in")[0]
    watched = await open_page(running, base, language=language, width=width, height=height)
    await virtual_authenticator(watched.page)
    await watched.page.goto(link)
    await watched.page.get_by_role("button", name=WORDS[language]["enter"], exact=True).click()
    return watched


async def choose_password(page: Page, words: dict[str, str]) -> None:
    """The step that a link leads to, and that nobody can leave out."""
    await page.locator("input[name=new-password]").fill("seven grey herons")
    await page.get_by_role("button", name=words["set_password"]).click()


async def take_on_the_phone(watched: Watched, words: dict[str, str], language: str) -> None:
    """At 360 px: the row that waits, the page, the one large button."""
    page = watched.page
    await page.locator(".tool.who").click()
    await page.get_by_role("link", name=words["on_site"]).click()
    row = page.locator(".m-row", has_text=words["filling"]).first
    await expect(row).to_be_visible()
    await picture(page, f"story-phone-list-{language}")
    await row.click()
    await page.get_by_role("button", name=words["take"]).click()
    await expect(page.locator(".m-thumb")).to_contain_text(words["you"])
    assert await page.evaluate("() => document.documentElement.scrollWidth") == 360
    await picture(page, f"story-phone-taken-{language}")


async def press_and_stay(page: Page, button: Locator) -> None:
    """Lines that arrive while one aims move the button from under the finger; who sees nothing fill presses again."""
    for _ in range(5):
        await button.hover()
        await page.mouse.down()
        if "holding" in (await button.get_attribute("class") or ""):
            return
        await page.mouse.up()
    raise AssertionError("the button never began to fill")


async def close_by_holding(page: Page, end: str, closed: str) -> None:
    """A tap does nothing; the finger must stay."""
    await page.locator(".close-box input").fill(end)
    button = page.locator(".close-box button")
    await button.scroll_into_view_if_needed()
    await button.click()
    await expect(button).not_to_have_class("holding")
    await expect(page.locator(".incident-head", has_text=closed)).to_have_count(0)
    await press_and_stay(page, button)
    await expect(page.locator(".incident-head", has_text=closed)).to_be_visible()
    await page.mouse.up()


def incident_row(page: Page, zone: str) -> Locator:
    return page.locator("a.incident", has_text=zone).first


@needs_page
@pytest.mark.timeout(240)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_leak_is_taken_on_the_phone_and_what_nobody_answers_is_escalated_closed_and_found_in_the_export(
    night, language, tmp_path
):
    words = WORDS[language]
    links = {said.split(" ")[0]: link for said, link in printed_links(night).items()}
    async with browser() as running:
        # The first sign-in: the link of the terminal, a passkey, and back in by it.
        control = await come_in(running, night, links["赵磊"], language)
        page = control.page
        await page.get_by_role("button", name=words["add_passkey"]).click()
        await expect(page.locator(".plan polygon").first).to_be_visible()
        await page.locator(".tool.who").click()
        await page.get_by_role("button", name=words["out"]).click()
        await page.get_by_role("button", name=words["with_passkey"]).click()
        await expect(page.locator(".tool.who")).to_contain_text(words["supervisor"])

        # A leak is seen by who looks at the overview, and taken by who is near it.
        phone = await come_in(running, night, links["李伟"], language, 360, 780)
        await picture(phone.page, f"story-phone-set-up-{language}")
        await choose_password(phone.page, words)
        await expect(page.locator(".plan polygon").first).to_be_visible()
        code, said = await night.command("sim", "leak", ZONE, "--rate", "300g/s", "--minutes", "1")
        assert code == 0, said
        await expect(incident_row(page, words["filling"])).to_be_visible(timeout=30_000)
        await expect(page.locator(".plan .area .edge").first).to_be_attached()
        await take_on_the_phone(phone, words, language)
        await expect(incident_row(page, words["filling"])).to_contain_text(words["crew"])
        await picture(page, f"story-overview-taken-{language}")

        # What nobody answers goes to the next step, and every page says so.
        code, said = await night.command("sim", "leak", "nmp_recovery", "--minutes", "1")
        assert code == 0, said
        await expect(incident_row(page, words["far"])).to_contain_text(words["nobody"], timeout=30_000)
        await incident_row(page, words["far"]).click()
        await expect(page.locator(".timeline li", has_text=words["escalated"])).to_be_visible(timeout=30_000)
        told = page.locator(".told-box tr", has_text=words["supervisor"])
        await expect(told).to_contain_text(words["step"])
        who = page.locator(".answer", has_text=words["nobody"])
        await expect(who).to_contain_text(words["crew"])
        await expect(who).to_contain_text(re.compile(f"{words['supervisor']}.{{1,2}}{words['step']}"))
        await picture(page, f"story-escalated-{language}")
        incident = page.url.rsplit("/", 1)[-1]
        await page.goto(f"{control.base_url}/duty?tab=contacts")
        await expect(page.locator(".receipt-list li", has_text=words["its_yours"])).to_be_visible()
        await picture(page, f"story-receipts-{language}")
        await page.goto(f"{control.base_url}/duty?tab=handover")
        open_now = page.locator(".open-list li", has_text=words["far"]).first
        await expect(open_now).to_contain_text(words["nobody"], ignore_case=True)

        # It is taken, written down and closed.
        await page.goto(f"{control.base_url}/incidents/{incident}")
        await page.get_by_role("button", name=words["take"]).first.click()
        await expect(page.get_by_text(words["you"]).first).to_be_visible()
        await page.locator(".note-form textarea").fill(words["note"])
        await page.locator(".note-form button").click()
        await expect(page.locator(".timeline").get_by_text(words["note"])).to_be_visible()
        await close_by_holding(page, words["end"], words["closed"])
        await picture(page, f"story-closed-{language}")

        # Who audits finds it again, and takes it away.
        auditor = await come_in(running, night, links["何平"], language)
        record = auditor.page
        await choose_password(record, words)
        await expect(record.locator(".plan polygon").first).to_be_visible()
        await record.goto(f"{auditor.base_url}/records?subject=incident/{incident}")
        for entry in words["entries"]:
            await expect(record.locator("tr.entry", has_text=entry).first).to_be_visible()
        await expect(record.locator("tr.entry", has_text=words["end"])).to_contain_text(words["supervisor"])
        await expect(record.locator(".chain")).to_contain_text(words["intact"])
        await picture(record, f"story-records-{language}")
        async with record.expect_download() as waiting:
            await record.get_by_role("button", name=words["exported"]).click()
        file = tmp_path / "export.jsonl"
        await (await waiting.value).save_as(file)
        assert control.wrong == phone.wrong == auditor.wrong == []

    entries = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    bodies = [json.loads(entry["body"]) for entry in entries if entry["kind"] == "entry"]
    done = {(body["by"], body["action"]) for body in bodies}
    assert {("system", "duty.escalate")} | {
        ("zhao-lei", f"incidents.{verb}") for verb in ("take", "note", "close")
    } <= done
    assert words["note"] in file.read_text("utf-8") and words["end"] in file.read_text("utf-8")
    key = str(night.settings.data / "audit" / "public_key.pem")
    code, said = await night.command("audit", "verify", "--export", str(file), "--public-key", key)
    assert code == 0, said
    code, said = await night.command("audit", "verify", "--language", "en")
    assert code == 0 and "Intact: entries 1 to" in said, said
