"""The tutorial, as somebody does it who has nothing: every file and every command as it stands there."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import httpx
import pytest
from tests.conftest import REPOSITORY, free_port, until

FENCE = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Reader:
    """Somebody who follows the page in an empty folder; ports are the only thing that is not as written."""

    def __init__(self, page: str, folder: Path) -> None:
        self.folder = folder
        self.web, self.mqtt = free_port(), free_port()
        self.blocks = FENCE.findall((REPOSITORY / "docs" / page).read_text("utf-8"))
        self.platform: asyncio.subprocess.Process | None = None
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("FANGWEI_")} | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "FANGWEI_WEB_PORT": str(self.web),
            "FANGWEI_NATS_PORT": str(free_port()),
            "FANGWEI_MQTT_PORT": str(self.mqtt),
        }

    def next(self, language: str) -> tuple[str, str]:
        """Title and text of the next block, which must be of that language."""
        found, title, text = self.blocks.pop(0)
        assert found == language, f"expected {language}, the page has: {text}"
        return title, text

    def save(self, language: str) -> None:
        """Save the next file where its title says."""
        title, text = self.next(language)
        (self.folder / title).write_text(text.replace('"127.0.0.1", 1883', f'"127.0.0.1", {self.mqtt}'), "utf-8")

    async def start(self, command: str, log: Path) -> asyncio.subprocess.Process:
        with log.open("wb") as out:
            return await asyncio.create_subprocess_shell(
                f"exec {command}", cwd=self.folder, env=self.environment, stdout=out, stderr=out
            )

    async def run(self, *expected: str) -> str:
        """Run the next commands one after the other; they are those expected, and each succeeds."""
        _, text = self.next("sh")
        assert text.split("\n")[:-1] == list(expected)
        said = ""
        for command in expected:
            process = await asyncio.create_subprocess_shell(
                command,
                cwd=self.folder,
                env=self.environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            output, _ = await asyncio.wait_for(process.communicate(), 60)
            assert process.returncode == 0, f"{command}: {output.decode()}"
            said += output.decode()
        return said


@pytest.fixture
async def reader(tmp_path):
    # The English page has the same blocks (tests/docs).
    folder = tmp_path / "my-plant"
    folder.mkdir()
    made = Reader("tutorial.zh.md", folder)
    yield made
    if made.platform and made.platform.returncode is None:
        made.platform.send_signal(signal.SIGINT)
        await asyncio.wait_for(made.platform.wait(), 60)


@pytest.mark.e2e
@pytest.mark.timeout(420)
async def test_a_new_reader_sees_the_alarm_takes_the_incident_and_finds_it_in_the_trend(reader):
    if reader.blocks[0][0] == "console":
        reader.blocks.pop(0)  # the installation, which is done
    assert "workshop/site.yaml" in await reader.run("fangwei site new workshop", "fangwei site check workshop")
    reader.save("yaml")
    assert "1 个报警" in await reader.run("fangwei site check workshop")

    title, command = reader.next("sh")
    assert title == "terminal 1" and command == "fangwei up --site workshop\n"
    log = reader.folder.parent / "up.log"
    reader.platform = await reader.start(command.strip(), log)
    base = f"http://localhost:{reader.web}"
    async with httpx.AsyncClient(base_url=base, trust_env=False) as page:

        async def healthy():
            try:
                return (await page.get("/api/health")).json()["healthy"]
            except httpx.HTTPError:
                assert reader.platform.returncode is None, log.read_text()
                return False

        await until(healthy, "the platform starts", 90)

        link = (await reader.run("fangwei sign-in-link li-wei")).strip().splitlines()[-1]
        assert link.startswith(base), link
        token = re.split(r"[/#=]", link)[-1]
        assert (await page.post("/api/session", json={"link": token})).status_code == 200
        assert (await page.get("/api/me")).json()["id"] == "li-wei"
        chosen = await page.post("/api/account/password", json={"password": "seven grey herons"})
        assert chosen.status_code == 200, chosen.text

        reader.save("python")

        async def incidents():
            return (await page.get("/api/incidents")).json()["items"]

        _, steps = reader.next("sh")
        assert steps == "python sensor.py 3.2 5\npython sensor.py 31.5 10\n"
        well, gas = steps.split("\n")[:2]
        sensor = await reader.start(well, reader.folder.parent / "sensor.log")
        assert await sensor.wait() == 0, (reader.folder.parent / "sensor.log").read_text()
        assert await incidents() == []
        sensor = await reader.start(gas, reader.folder.parent / "sensor.log")
        (incident,) = await until(incidents, "the gas is an incident", 10)
        assert incident["zones"] == ["hall"] and incident["first_out"]["alarm"] == "H-GAS-01.hi"

        taken = await page.post(f"/api/incidents/{incident['id']}/take", json={})
        assert taken.status_code == 200 and taken.json()["owner"] == "li-wei", taken.text
        assert await sensor.wait() == 0

        await reader.run("python sensor.py 4 10")

        async def returned():
            alarms = (await page.get("/api/alarms")).json()["items"]
            return not any(a["active"] for a in alarms if a["alarm"] == "H-GAS-01.hi")

        await until(returned, "the alarm returns", 15)
        closed = await page.post(f"/api/incidents/{incident['id']}/close", json={"text": "软管接头松动，已紧固"})
        assert closed.status_code == 200 and closed.json()["status"] == "closed", closed.text

        start, end = incident["started"] - 20 * 10**9, incident["started"] + 20 * 10**9
        question = f"/api/trend?point=H-GAS-01&start={start}&end={end}&buckets=400"

        async def drawn():
            series = (await page.get(question)).json()["series"]["H-GAS-01"]
            values = {value for value in series["last"] if value is not None}
            return {3.2, 31.5} <= values and None in series["last"]

        await until(drawn, "the step stands in the trend", 15)
        assert "sensors" in await reader.run("fangwei status")
    assert reader.blocks == []
