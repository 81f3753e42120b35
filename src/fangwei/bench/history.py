"""What the history costs: rows per second in, CPU and bytes per row, a day of one point, the latest of all.

Runs the historian's own intake and store in this process, fed with encoded messages as the bus would hand them over
(the broker's share is measured by `bench pipeline`). Points report at 1 Hz with +-20 ms of jitter in whole
milliseconds, arrive 1-30 ms later, and walk in steps of their instrument's resolution.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import psutil

from fangwei.bus import codec
from fangwei.bus.stored import Stored
from fangwei.core.clock import DAY, HOUR, MILLISECOND, SECOND, now_ns
from fangwei.core.health import Health
from fangwei.core.reading import Readings
from fangwei.historian.answers import Answers, Lane
from fangwei.historian.chdb_store import ChdbStore
from fangwei.historian.intake import Intake
from fangwei.historian.latest import Latest
from fangwei.historian.questions import AskLatest
from fangwei.plant.schema import Kind
from fangwei.plant.site import SitePoint
from fangwei.quality.screen import Screen

RATE = 500_000
BATCH = 1000
LIVE_POINTS = 5000
DAY_POINTS = 60


class Plant:
    """Readings that look like sensors': `seconds(n)` gives the next n seconds of every point, in order of time."""

    def __init__(self, points: list[SitePoint], start: int, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._keys = np.array([p.key for p in points], np.int64)
        self._phase = self._rng.integers(0, 1000, len(points)) * MILLISECOND
        self._value = np.round(self._rng.uniform(10, 50, len(points)), 2)
        self._now = start

    def seconds(self, n: int) -> Readings:
        """n readings of every point."""
        shape = (n, len(self._keys))
        jitter = self._rng.integers(-20, 20, shape) * MILLISECOND
        source = self._now + np.arange(n)[:, None] * SECOND + self._phase[None, :] + jitter
        steps = np.cumsum(self._rng.choice([-0.01, 0, 0, 0, 0.01], shape), axis=0)
        value = np.round(self._value[None, :] + steps, 2)
        lag = self._rng.integers(1_000_000, 30_000_000, shape)
        self._value = value[-1]
        self._now += n * SECOND
        keys = np.broadcast_to(self._keys, shape).ravel()
        return Readings.of(keys, source.ravel(), (source + lag).ravel(), value.ravel(), np.zeros(keys.size, np.int16))


class Played:
    """The stream of readings without a broker, at RATE."""

    born = "bench"
    lost = 0

    def __init__(self, payloads: list[bytes]) -> None:
        self._payloads = payloads
        self._started = time.monotonic()
        self.position = 0

    async def next(self, most: int, wait: float) -> list[Stored]:
        """What is due by now."""
        due = min(len(self._payloads), int((time.monotonic() - self._started) * RATE / BATCH))
        if due == self.position:
            await asyncio.sleep(0.02)
        first, last = self.position, min(due, self.position + most)
        self.position = last
        return [Stored(i + 1, "fw.readings.bench", self._payloads[i]) for i in range(first, last)]

    async def close(self) -> None:
        """Nothing to end."""


def run(seconds: int = 10) -> dict[str, float]:
    """The figures: rates in readings/s, CPU in us per reading, bytes per reading, times in ms, memory in MB."""
    with tempfile.TemporaryDirectory(prefix="fangwei-bench-") as folder:
        return asyncio.run(_run(Path(folder), seconds))


async def _run(folder: Path, seconds: int) -> dict[str, float]:
    process = psutil.Process()
    figures: dict[str, float] = {"rate": RATE, "seconds": seconds}
    live = [_point(f"L-{i}") for i in range(LIVE_POINTS)]
    daily = [_point(f"D-{i}") for i in range(DAY_POINTS)]
    latest = Latest(live + daily)
    store = ChdbStore(folder)
    screen = Screen(live + daily)
    figures["rss_idle_mb"] = process.memory_info().rss / 1e6

    plant = Plant(live, now_ns() - seconds * (RATE // LIVE_POINTS) * SECOND, 1)
    payloads: list[bytes] = []
    for _ in range(seconds):
        second = plant.seconds(RATE // LIVE_POINTS)
        payloads += [codec.encode(second.take(np.arange(i, i + BATCH))) for i in range(0, RATE, BATCH)]
    health = Health("bench")
    stop = asyncio.Event()
    cpu, clock = time.process_time(), time.monotonic()
    stream = Played(payloads)
    intake = Intake(store, stream, screen, folder / "position.json", health, latest.take)  # type: ignore[arg-type]
    task = asyncio.create_task(intake.run(stop))
    while health.report(0).counts.get("history.stored", 0) < RATE * seconds:
        await asyncio.sleep(0.05)
    took = time.monotonic() - clock
    await _quiet()
    figures["stored_per_s"] = RATE * seconds / took
    figures["cpu_us_per_reading"] = (time.process_time() - cpu) / (RATE * seconds) * 1e6
    stop.set()
    await task
    figures["rss_busy_mb"] = process.memory_info().rss / 1e6

    begin = now_ns() // DAY * DAY - 8 * DAY
    plant = Plant(daily, begin, 2)
    for _ in range(12):
        store.append(plant.seconds(2 * 3600))
    await _quiet()
    key = daily[7].key
    figures["day_of_one_point_ms"] = _timed(
        lambda: store.ask("range", point=key, start=begin - HOUR, end=begin + DAY + HOUR, limit=100_000)
    )
    figures["day_downsampled_ms"] = _timed(
        lambda: store.ask("downsample", points=[key], start=begin, end=begin + DAY, width=DAY // 600)
    )
    answers = Answers(store, latest, Lane())
    starts = []
    for _ in range(5):
        started = time.perf_counter()
        await answers.latest(AskLatest())
        starts.append((time.perf_counter() - started) * 1e3)
    figures["latest_of_all_ms"] = median(starts)
    figures["latest_points"] = LIVE_POINTS
    store.merge()
    kept = store.ask("stored").to_pylist()[0]
    figures["bytes_per_reading"] = kept["bytes"] / kept["rows"]
    figures["day_of_one_point_merged_ms"] = _timed(
        lambda: store.ask("range", point=key, start=begin - HOUR, end=begin + DAY + HOUR, limit=100_000)
    )
    store.close()
    return {name: round(value, 3) for name, value in figures.items()}


def _point(id: str) -> SitePoint:
    return SitePoint.make(id, Kind.TEMPERATURE, "hall", (0, 0, 0), "°C", range=(-1e3, 1e3), max_rate=100.0)


def _timed(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(7):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1e3)
    return median(times)


async def _quiet() -> None:
    # Until the merges of what was stored are through: their CPU belongs to the rows.
    while True:
        before = time.process_time()
        await asyncio.sleep(0.5)
        if time.process_time() - before < 0.05:
            return


if __name__ == "__main__":
    import json

    print(json.dumps(run(), indent=1))
