"""A measured fault, replayed through the running platform, becomes an incident that people see on the page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.conftest import REPOSITORY, free_port, until
from tests.e2e.browser import browser
from tests.e2e.conftest import PORTS
from tests.e2e.platform import Platform, started
from tests.e2e.signing import signed_in_page

from fangwei.bench.skab import SPEED, fault_of, first_row_ns
from fangwei.bench.skab_score import judge, news_of
from fangwei.core.events import IncidentStatus
from fangwei.sim.recording import read_recording

FILE = "13.csv"
"""The file that docs/replay-skab.md shows. Its fault closes valve 1 far enough that the flow falls."""

needs_page = pytest.mark.skipif(
    not (REPOSITORY / "src/fangwei/web/index.html").exists(), reason="the page is not built: run make setup"
)


@pytest.fixture
def recording(datasets: Path) -> Path:
    """One recording of the valve bench."""
    file = datasets / "skab" / "valve1" / FILE
    if not file.is_file():
        pytest.skip(f"no SKAB recording at {file}: docs/replay-skab.md says where it comes from")
    return file


@pytest.fixture
async def valve_bench(tmp_path: Path) -> AsyncIterator[Platform]:
    """`fangwei up` on the valve bench."""
    ports = {name: free_port() for name in PORTS}
    async for one in started(tmp_path, REPOSITORY / "sites" / "valve_bench", ports):
        yield one


@needs_page
@pytest.mark.timeout(180)
async def test_a_recorded_fault_of_the_valve_bench_becomes_an_incident_on_the_page(
    recording: Path, valve_bench: Platform
):
    code, printed = await valve_bench.command("replay", str(recording), "--speed", str(SPEED))
    assert code == 0, printed
    start, fault = first_row_ns(printed), fault_of(read_recording(recording))

    def inside(seconds: float) -> bool:
        return fault.begin <= seconds <= fault.end

    def told() -> list:
        return [e for e in valve_bench.incidents if inside((e.incident.updated - start) / 1e9 * SPEED)]

    await until(told, seconds=20, what="an incident is opened or grows inside the recorded fault")
    api = await valve_bench.client()
    listed = (await api.get("/api/incidents", params={"status": list(IncidentStatus)})).json()["items"]
    shown = [(await api.get(f"/api/incidents/{i['id']}")).json() for i in listed]
    news = news_of(shown, start, SPEED)
    verdict = judge(FILE, fault, news)
    assert verdict.hit, f"no alarm inside the fault opened or joined an incident: {news}"
    line = next(n for n in news if n.alarm == verdict.by and inside(n.raised))
    # The alarm may have left again, as one that chatters; that it opened or joined stays in the timeline.
    incident, timeline = next(
        (one["incident"], one["timeline"]) for one in shown if one["incident"]["id"] == line.incident
    )
    said = next(e["text"]["en"] for e in timeline if e["alarm"] == line.alarm and e["kind"] == line.kind)
    point = line.alarm.partition(".")[0]

    async with browser() as running:
        watched = await signed_in_page(running, valve_bench, "shift_supervisor", language="en")
        page = watched.page
        await page.goto(f"{valve_bench.base_url}/incidents")
        row = page.locator(f"a.incident[href='/incidents/{incident['id']}']")
        await expect(row).to_be_visible()
        await row.click()
        await expect(page.locator("h1")).to_have_text(incident["title"]["en"])
        await expect(page.locator("ol.timeline")).to_contain_text(said)
        await page.goto(f"{valve_bench.base_url}/trend?points={point}&span=10m")
        await expect(page.locator("canvas").first).to_be_visible()
        assert watched.wrong == []
