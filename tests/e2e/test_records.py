"""What happened in the running platform is on its record: found on the page, exported, checked, missed if changed."""

import sqlite3
from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.e2e.browser import browser, picture
from tests.e2e.signing import signed_in_page
from tests.e2e.test_page import needs_page
from tests.e2e.watching import leak_incident


@needs_page
@pytest.mark.timeout(300)
async def test_a_leak_taken_by_a_person_is_found_exported_and_checked(platform, tmp_path: Path):
    supervisor = await platform.client("shift_supervisor")
    incident = await leak_incident(platform, supervisor)
    taken = await supervisor.post(f"/api/incidents/{incident['id']}/take", json={"text": "我去现场"})
    assert taken.status_code == 200, taken.text
    me = (await supervisor.get("/api/me")).json()

    async with browser() as running:
        watched = await signed_in_page(running, platform, "auditor", language="en")
        page = watched.page
        await page.goto(f"{platform.base_url}/records?subject=incident/{incident['id']}")
        row = page.locator("tr.entry", has_text="Incident taken")
        await expect(row).to_contain_text(me["name"]["en"], timeout=20_000)
        await expect(row).to_contain_text("我去现场")
        await expect(row).to_contain_text("nobody has it → taken")
        await expect(page.locator("tr.entry", has_text="Notice sent").first).to_be_visible()
        await expect(page.locator(".chain")).to_contain_text("Record intact")
        async with page.expect_download() as waiting:
            await page.get_by_role("button", name="Export, verifiable").click()
        file = tmp_path / "export.jsonl"
        await (await waiting.value).save_as(file)
        await picture(page, "records-real")
        assert watched.wrong == []

    key = str(platform.settings.data / "audit" / "public_key.pem")
    code, output = await platform.command("audit", "verify", "--export", str(file), "--public-key", key)
    assert code == 0, output
    code, output = await platform.command("audit", "verify", "--language", "en")
    assert code == 0 and "Intact: entries 1 to" in output, output
    assert await platform.stop() == 0
    code, output = await platform.command("audit", "verify", "--language", "en", "--public-key", key)
    assert code == 0 and "not sealed" not in output, "the last seal covers what was written last: " + output

    with sqlite3.connect(platform.settings.data / "fangwei.db") as db:
        (sequence,) = db.execute("select sequence from audit_entries where action = 'incidents.take'").fetchone()
        db.execute(
            "update audit_entries set body = replace(body, ?, 'somebody') where sequence = ?", (me["id"], sequence)
        )
    code, output = await platform.command("audit", "verify", "--language", "en")
    assert code == 1 and f"Entry {sequence} was changed" in output
