"""The valve bench's recordings played through the running platform, judged by its own alarm journal.

`FANGWEI_SITE=sites/valve_bench fangwei up` runs; then `python -m fangwei.sim.bench_through FILE...` replays the files
one after the other by MQTT, asks the page's HTTP door for the journal (with a token that an administrator makes), and
prints the same table as `bench_score`.
"""

import asyncio
import json
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import click

from fangwei.sim.bench_score import Score, Span, judge, table
from fangwei.sim.recording import Recording, read_recording
from fangwei.sim.replay import MqttSender, replay
from fangwei.sim.replay_plan import mapping_of, sender_of

PAGE = 500
PAUSE = 3.0
"""Seconds between two files: longer than a slope's window at speed 60, so that no slope spans two recordings."""


def spans_of(events: list[dict[str, Any]], start_ns: int, speed: float, until: float) -> list[Span]:
    """Alarms of a journal (any order) as spans in recorded seconds; what has not returned stands until the end."""
    begun: dict[str, float] = {}
    found: list[Span] = []
    for event in sorted(events, key=lambda e: int(e["source_time"])):
        at = (int(event["source_time"]) - start_ns) / 1e9 * speed
        alarm = str(event["alarm"])
        if event["change"] == "raised":
            begun.setdefault(alarm, at)
        elif event["change"] == "returned" and alarm in begun:
            found.append(Span(alarm, begun.pop(alarm), at))
    return found + [Span(alarm, at, until) for alarm, at in begun.items()]


async def play(files: list[Path], site: Path, data: Path, speed: float, url: str, token: str) -> list[Score]:
    """Replay each file and judge what the platform's journal says about it."""
    scores = []
    for file in files:
        recording = read_recording(file)
        mapping = mapping_of(recording, (), None, site)
        sender = sender_of("mqtt", None, site, data, set(mapping.values()))
        assert isinstance(sender, MqttSender)
        await sender.open()
        done = await replay(recording, mapping, speed, sender, lambda p: None)
        await sender.close()
        await asyncio.sleep(PAUSE)
        events = await asyncio.to_thread(journal, url, token, done.started_ns, time.time_ns())
        scores.append(_judge(file.name, recording, events, done.started_ns, speed))
        click.echo(table(scores[-1:]).splitlines()[-1], err=True)
    return scores


def journal(url: str, token: str, start_ns: int, end_ns: int) -> list[dict[str, Any]]:
    """The alarm events between two source times."""
    bearing = {"authorization": f"Bearer {token}"}
    events: list[dict[str, Any]] = []
    while True:
        part = {"start": start_ns, "end": end_ns, "sort": "time", "limit": PAGE, "offset": len(events)}
        address = f"{url}/api/alarms/journal?{urllib.parse.urlencode(part)}"
        asked = urllib.request.Request(address, headers=bearing)  # noqa: S310  (a loopback URL)
        with urllib.request.urlopen(asked, timeout=10.0) as answer:  # noqa: S310
            page = json.load(answer)
        events += page["items"]
        if not page["items"] or len(events) >= page["total"]:
            return events


def _judge(name: str, recording: Recording, events: list[dict[str, Any]], start_ns: int, speed: float) -> Score:
    last = float(recording.seconds[-1])
    # Alarms of the health of a source are no verdict on the bench.
    own = [
        e for e in events if str(e["point"]).startswith("VB-") and e["kind"] != "source" and "data" not in e["alarm"]
    ]
    return judge(name, recording, [s for s in spans_of(own, start_ns, speed, last) if 0.0 <= s.begin <= last])


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--site", type=click.Path(path_type=Path), default="sites/valve_bench", show_default=True)
@click.option("--data", type=click.Path(path_type=Path), envvar="FANGWEI_DATA", default="data", show_default=True)
@click.option("--speed", type=click.FloatRange(min=0.0, min_open=True), default=60.0, show_default=True)
@click.option("--url", default="http://127.0.0.1:8080", show_default=True)
@click.option(
    "--token", envvar="FANGWEI_TOKEN", required=True, help="A machine's token with alarms.read (FANGWEI_TOKEN)."
)
def main(files: tuple[Path, ...], site: Path, data: Path, speed: float, url: str, token: str) -> None:
    """Replay FILES through the running platform and score its alarms against their `anomaly` column."""
    click.echo(table(asyncio.run(play(list(files), site, data, speed, url, token))))


if __name__ == "__main__":
    main()
