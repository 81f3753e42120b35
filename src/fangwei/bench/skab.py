"""`python -m fangwei.bench.skab --datasets DIR`: the valve bench's recordings, judged by the incidents they raise.

Every file gets a platform of its own (`fangwei up` on free ports, a temporary folder) and is sent by `fangwei replay`
at the speed that the committed limits are made for. One platform for all would not do: an incident settles after a
minute without alarms, an hour of the recording at speed 60, and a later file would only join the first one's.
"""

import asyncio
import contextlib
import datetime
import json
import os
import re
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import click
import numpy as np

from fangwei.bench.platform_run import free_ports
from fangwei.bench.skab_score import Fault, Verdict, judge, news_of, report, table, totals
from fangwei.bench.visitor import cookie_of
from fangwei.core.events import IncidentStatus
from fangwei.core.settings import Settings
from fangwei.host.processes import PROCESSES
from fangwei.sim.recording import Recording, RecordingUnusable, read_recording

SPEED = 60.0
"""The speed for which sites/valve_bench is made: its delays, windows and rates are those of such a replay."""
COMMISSIONING = "0.csv"
"""Its first five minutes told the operating point, so it is not as unseen as the others."""
READY_WITHIN_S = 120.0
STILL_S = 2.0
"""Nothing new about incidents for so long after the last row: all is told."""
TOLD_WITHIN_S = 20.0


def fault_of(recording: Recording) -> Fault:
    """The rows whose `anomaly` is 1.

    Raises:
        RecordingUnusable: no such column, or no such row.
    """
    marked = recording.columns.get("anomaly", np.zeros(len(recording.seconds))) > 0.5
    if not marked.any():
        raise RecordingUnusable("没有标记故障的行（anomaly = 1） / no row is marked as a fault (anomaly = 1)")
    at = recording.seconds[marked]
    return Fault(float(at[0]), float(at[-1]), float(recording.seconds[-1]))


def first_row_ns(printed: str) -> int:
    """The source time of the first row, from what `fangwei replay` prints.

    Raises:
        RuntimeError: it is not there.
    """
    found = re.search(r"first row (\S+)Z", printed)
    if found is None:
        raise RuntimeError(f"fangwei replay: {printed[-2000:]}")
    moment = datetime.datetime.fromisoformat(found[1]).replace(tzinfo=datetime.UTC)
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (since // datetime.timedelta(microseconds=1)) * 1000


def get(url: str, cookie: str = "") -> Any:
    """JSON from the platform's own page on loopback."""
    asked = urllib.request.Request(url, headers={"cookie": cookie})  # noqa: S310  (a loopback URL)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=10.0) as answer:
        return json.load(answer)


def incidents(url: str, cookie: str) -> list[dict[str, Any]]:
    """Every incident with its timeline, those that are over too."""
    every = "&".join(f"status={status}" for status in IncidentStatus)
    listed: list[dict[str, Any]] = []
    while True:
        page = get(f"{url}/api/incidents?{every}&sort=started&limit=500&offset={len(listed)}", cookie)
        listed += page["items"]
        if not page["items"] or len(listed) >= page["total"]:
            return [get(f"{url}/api/incidents/{i['id']}", cookie) for i in listed]


@contextlib.asynccontextmanager
async def platform(site: Path, folder: Path) -> AsyncIterator[tuple[str, str, dict[str, str]]]:
    """A fresh `fangwei up`; gives its URL, a session's cookie and the environment by which commands find it.

    Raises:
        RuntimeError: it did not come up; says what it printed.
    """
    web, nats, mqtt = free_ports(3)
    settings = Settings(data=folder / "data", site=site, web_port=web, nats_port=nats, mqtt_port=mqtt)
    environment = {**os.environ, **settings.environment()}
    environment.pop("FANGWEI_NATS_TOKEN", None)
    log = folder / "up.log"
    with log.open("wb") as output:
        up = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "fangwei.cli", "up", env=environment, stdout=output, stderr=output
        )
    try:
        url = f"http://127.0.0.1:{web}"
        deadline = time.monotonic() + READY_WITHIN_S
        while not await asyncio.to_thread(_healthy, url):
            if up.returncode is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the platform did not come up: {log.read_text(errors='replace')[-2000:]}")
            await asyncio.sleep(0.2)
        yield url, await cookie_of(settings), environment
    finally:
        if up.returncode is None:
            up.terminate()
        await up.wait()


def _healthy(url: str) -> bool:
    with contextlib.suppress(OSError, ValueError):
        states = {p["process"]: p["state"] for p in get(f"{url}/api/health")["processes"]}
        return all(states.get(name) == "running" for name in PROCESSES)
    return False


async def play(file: Path, site: Path) -> Verdict:
    """Replay one file into a platform of its own and judge the incidents.

    Raises:
        RecordingUnusable: the file is none, or marks no fault.
        RuntimeError: the platform or the replay failed.
    """
    fault = fault_of(read_recording(file))
    with tempfile.TemporaryDirectory(prefix="fangwei-skab-") as folder:
        async with platform(site, Path(folder)) as (url, cookie, environment):
            command = [sys.executable, "-m", "fangwei.cli", "replay", str(file), "--speed", str(SPEED)]
            sending = await asyncio.create_subprocess_exec(
                *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
            )
            printed, _ = await sending.communicate()
            if sending.returncode != 0:
                raise RuntimeError(f"fangwei replay: {printed.decode(errors='replace')[-2000:]}")
            shown = await _all_told(url, cookie)
    return judge(file.name, fault, news_of(shown, first_row_ns(printed.decode()), SPEED))


async def _all_told(url: str, cookie: str) -> list[dict[str, Any]]:
    deadline = time.monotonic() + TOLD_WITHIN_S
    held: list[dict[str, Any]] = []
    lines, since = -1, time.monotonic()
    while time.monotonic() - since < STILL_S and time.monotonic() < deadline:
        held = await asyncio.to_thread(incidents, url, cookie)
        count = sum(len(one["timeline"]) for one in held)
        if count != lines:
            lines, since = count, time.monotonic()
        await asyncio.sleep(0.2)
    return held


@click.command()
@click.option(
    "--datasets",
    type=click.Path(path_type=Path),
    envvar="FANGWEI_DATASETS",
    default="../shared/data",
    show_default=True,
    help="数据集目录，含 skab/valve1 / folder of the data sets, with skab/valve1 in it",
)
@click.option(
    "--site",
    type=click.Path(path_type=Path),
    default="sites/valve_bench",
    show_default=True,
    help="站点目录 / site folder",
)
@click.option("--file", "names", multiple=True, help="只放这些文件，如 13.csv / only these, as 13.csv")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def main(datasets: Path, site: Path, names: tuple[str, ...], as_json: bool) -> None:
    """逐个回放阀门试验台的录制，按事件评分 / replay the valve bench's recordings and score the incidents.

    每个文件约 30 秒 / about 30 seconds a file.
    """
    folder = datasets / "skab" / "valve1"
    files = sorted((folder / n for n in names) if names else folder.glob("*.csv"), key=lambda f: (len(f.name), f.name))
    if not files:
        click.echo(f"{folder} 中没有录制文件；用 --datasets 指定 / no recordings in {folder}; say --datasets", err=True)
        sys.exit(2)
    verdicts = []
    for file in files:
        try:
            verdicts.append(asyncio.run(play(file, site)))
        except (RecordingUnusable, RuntimeError) as why:
            click.echo(f"{file.name}: {why}", err=True)
            sys.exit(2)
        click.echo(table(verdicts[-1:]).splitlines()[-1], err=True)
    if as_json:
        click.echo(json.dumps(report(verdicts, COMMISSIONING), indent=1))
        return
    click.echo(table(verdicts))
    for name, some in (
        ("all", verdicts),
        (f"without {COMMISSIONING}", [v for v in verdicts if v.file != COMMISSIONING]),
    ):
        click.echo(f"\n{name}")
        for key, value in totals(some).items():
            click.echo(f"  {key:<36} {value}")


if __name__ == "__main__":
    main()
