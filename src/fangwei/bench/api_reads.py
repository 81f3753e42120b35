"""`python -m fangwei.bench.api_reads`: what the page's reads cost at 200 a second, before a running example plant.

Signed in, over connections that stay open as a browser's do; a request leaves when it is due, whether the one before
has come back or not, and its time is counted from when it was due. A slow answer therefore delays nothing that follows
and hides nothing. The load runs in this process, beside the platform's own.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from fangwei.bench.platform_run import cpu_seconds, listening, platform_on, ready, until_running
from fangwei.bench.visitor import cookie_of
from fangwei.core.clock import HOUR, MINUTE, now_ns
from fangwei.plant.load import load_site

RATE = 200
SECONDS = 20.0
LINES = 48
"""Connections: eight pages of six, as many as a browser opens to one host."""
SITE = Path(__file__).resolve().parents[3] / "sites" / "battery_plant"
WORDS = ("gas", "注液", "可燃", "temp", "EF-", "室", "泵", "01")


class Line:
    """One connection that stays open: a request, its answer, the next. HTTP/1.1 by hand, since a client library costs
    more than the door does."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port = port
        self._head = f"Host: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nAccept-Encoding: gzip\r\n\r\n"
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def get(self, path: str) -> tuple[int, int]:
        """Status and bytes of the answer."""
        self._writer.write(f"GET {path} HTTP/1.1\r\n{self._head}".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        if "content-length" in fields:
            size = int(fields["content-length"])
            await self._reader.readexactly(size)
            return status, size
        size = 0
        while True:
            piece = int((await self._reader.readuntil(b"\r\n")).strip() or b"0", 16)
            await self._reader.readexactly(piece + 2)
            size += piece
            if piece == 0:
                return status, size

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def reads(points: list[str], incidents: list[str], draw: random.Random) -> tuple[str, str]:
    """One of the page's reads: its kind and address. Weights are how often an open page asks for each."""
    now = now_ns()
    point = draw.choice(points)
    kinds: list[tuple[int, str, str]] = [
        (14, "alarms", "/api/alarms"),
        (12, "incidents", "/api/incidents"),
        (14, "points found", f"/api/points?limit=30&q={draw.choice(WORDS)}"),
        (10, "point", f"/api/points/{point}"),
        (10, "latest", "/api/latest?" + "&".join(f"point={p}" for p in draw.sample(points, 20))),
        (8, "health", "/api/health"),
        (6, "sources", "/api/sources"),
        (6, "on duty", "/api/duty/on-duty"),
        (4, "journal", f"/api/alarms/journal?start={now - HOUR}&end={now}&limit=200"),
        (6, "trend 10 min", f"/api/trend?point={point}&start={now - 10 * MINUTE}&end={now}&buckets=120&aligned=true"),
        (2, "site", "/api/site"),
    ]
    if incidents:
        kinds.append((8, "incident", f"/api/incidents/{draw.choice(incidents)}"))
    chosen = draw.choices(kinds, [weight for weight, _, _ in kinds])[0]
    return chosen[1], quote(chosen[2], safe="/?=&-.")


async def load(port: int, cookie: str, points: list[str], incidents: list[str], rate: float, seconds: float) -> Any:
    """Times in ms by kind, and how many were refused by status."""
    free: asyncio.Queue[Line] = asyncio.Queue()
    lines = [Line(port, cookie) for _ in range(LINES)]
    for line in lines:
        await line.open()
        free.put_nowait(line)
    times: dict[str, list[float]] = defaultdict(list)
    wrong: dict[str, int] = defaultdict(int)
    draw = random.Random(1)

    async def one(due: float, kind: str, path: str) -> None:
        line = await free.get()
        status, _ = await line.get(path)
        free.put_nowait(line)
        times[kind].append((time.perf_counter() - due) * 1e3)
        if status != 200:
            wrong[f"{kind} {status}"] += 1

    began = time.perf_counter()
    asked: list[asyncio.Task[None]] = []
    for n in range(round(rate * seconds)):
        due = began + n / rate
        wait = due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        asked.append(asyncio.create_task(one(due, *reads(points, incidents, draw))))
    await asyncio.gather(*asked)
    for line in lines:
        line.close()
    return times, dict(wrong)


async def run(rate: float, seconds: float) -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory(prefix="fangwei-bench-") as folder:
        async with platform_on(SITE, Path(folder), "--sim") as (settings, _):
            settings, running = await ready(settings)
            async with listening(settings) as (bus, reports):
                await until_running(reports)
                cookie = await cookie_of(settings)
                points = [p for p in load_site(SITE).points if not p.endswith(("-state", "-lag"))]
                listed = json.loads(await bus.ask("fw.ask.incidents.list", {}))
                incidents = [one["id"] for one in listed["items"]]
                await load(settings.web_port, cookie, points, incidents, rate / 4, 3)
                before = cpu_seconds(running.processes)
                began = time.perf_counter()
                times, wrong = await load(settings.web_port, cookie, points, incidents, rate, seconds)
                took = time.perf_counter() - began
                after = cpu_seconds(running.processes)
    every = [t for kind in times.values() for t in kind]
    return {
        "rate_per_s": rate,
        "requests": len(every),
        "p50_ms": _at(every, 50),
        "p99_ms": _at(every, 99),
        "worst_ms": _at(every, 100),
        "p99_ms_by_kind": {kind: _at(found, 99) for kind, found in sorted(times.items())},
        "not_200": wrong,
        "answered_per_s": round(len(every) / took, 1),
        "door_cpu_ms_per_read": round((after["app"] - before["app"]) / len(every) * 1e3, 2),
        "cpu_percent": {name: round((after[name] - before[name]) / took * 100, 1) for name in sorted(before)},
    }


def _at(values: list[float], percent: float) -> float:
    return round(float(np.percentile(values, percent)), 1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description="what the page's reads cost")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked = parser.parse_args(arguments)
    print(json.dumps(asyncio.run(run(asked.rate, asked.seconds)), indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
