"""The historian with a real broker: crash, restart, full disk, wiped bus: nothing that the stream holds is lost."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import until
from tests.historian.history_samples import a_site, some_points

from fangwei.bus import subjects
from fangwei.bus.client import Bus, Refused
from fangwei.bus.server import binary
from fangwei.core.clock import SECOND, now_ns
from fangwei.core.health import Health
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.core.settings import Settings
from fangwei.historian import service
from fangwei.historian.chdb_store import ChdbStore
from fangwei.historian.errors import HistoryStopped
from fangwei.historian.questions import AskDownsample, AskRange, Export, Historian

POINTS = some_points(4, stale_after=3600.0)
BEGIN = now_ns() // SECOND * SECOND - 3000 * SECOND
"""Of this run, so that the same number is the same batch."""


def batch(number: int, n: int = 100) -> Readings:
    """n readings of each point at times of their own, so that every batch is new."""
    time = BEGIN + (number * n + np.arange(n)) * 1_000_000
    keys = np.repeat([p.key for p in POINTS], n)
    times = np.tile(time, len(POINTS))
    return Readings.of(keys, times, times + 5_000_000, np.arange(len(keys)) * 0.5, np.zeros(len(keys), np.int16))


@asynccontextmanager
async def serving(settings: Settings, open_store=service.open_chdb) -> AsyncIterator[Health]:
    """The service in this process."""
    health = Health("historian")
    own = await Bus.connect(settings, health)
    stop = asyncio.Event()
    task = asyncio.create_task(service.serve(settings, a_site(POINTS), own, health, stop, open_store))
    try:
        await until(lambda: health.state == "running" or task.done())
        yield health
    finally:
        stop.set()
        await task
        await own.close()


def stored(settings: Settings) -> int:
    """Distinct readings in the folder, once nobody else has it."""
    store = ChdbStore(settings.data / "history")
    try:
        return sum(
            store.ask("range", point=p.key, start=0, end=4_000_000_000 * SECOND, limit=10_000_000).num_rows
            for p in POINTS
        )
    finally:
        store.close()


async def test_what_is_sent_is_stored_once_and_answered(bus, settings, tmp_path, tables):
    changed: list[bytes] = []

    async def on_changed(subject: str, payload: bytes) -> None:
        changed.append(payload)

    await bus.hear(subjects.LATEST, on_changed)
    async with serving(settings) as health:
        for number in range(5):
            for _ in range(2):
                await bus.publish_readings("s", batch(number))
        await bus.publish("fw.readings.s", b"rubbish")
        await until(lambda: health.report(0).counts.get("history.stored") == 4000)
        ask = Historian(bus)
        now = now_ns()
        table = await ask.range(AskRange("T-0", now - 4000 * SECOND, now))
        assert table.num_rows == 500
        found = await ask.downsample(AskDownsample(["T-0", "T-1"], now - 4000 * SECOND, now, 10))
        assert sum(found.series["T-1"].count) == 500
        assert len((await ask.latest()).readings) == 4
        assert (await ask.export(Export("x", "li", ["T-0"], now - 4000 * SECOND, now))).rows == 500
        await until(lambda: changed)
        status = await ask.status()
        assert (status.behind, status.lost_messages) == (0, 0)
        with pytest.raises(Refused) as refused:
            await ask.range(AskRange("T-77", 1, 2))
        assert refused.value.problem.code == "historian.point_unknown"
        assert health.error_count("history.not_readings") == 1
    assert stored(settings) == 2000


async def test_late_and_out_of_order_readings_are_kept_with_their_flags(bus, settings):
    now = now_ns()
    key = POINTS[0].key
    async with serving(settings) as health:
        times = [now - 10 * SECOND, now - 20 * SECOND, now + 3600 * SECOND]
        await bus.publish_readings("s", Readings.of([key] * 3, times, [now] * 3, [1.0, 2.0, 3.0], [0] * 3))
        await until(lambda: health.report(0).counts.get("history.stored") == 3)
        table = await Historian(bus).range(AskRange("T-0", now - 60 * SECOND, now + 4000 * SECOND))
        latest = (await Historian(bus).latest(["T-0"])).readings[0]
    flags = [Quality(q) for q in table.column("quality").to_pylist()]
    assert Quality.OUT_OF_ORDER in flags[0]
    assert Quality.LATE in flags[1]
    assert Quality.FUTURE in flags[2]
    assert latest.value == 1.0


CHILD = """
import asyncio, sys
sys.path.insert(0, {root!r})
from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.historian import service
from tests.historian.history_samples import a_site, some_points

async def main():
    settings = Settings.from_environment()
    health = Health("historian")
    bus = await Bus.connect(settings, health)
    site = a_site(some_points(4, stale_after=3600.0))
    task = asyncio.create_task(service.serve(settings, site, bus, health, asyncio.Event()))
    said = 0
    while not task.done():
        await asyncio.sleep(0.05)
        now = health.report(0).counts.get("history.stored", 0)
        if now != said:
            said = now
            print(now, flush=True)
    await task

asyncio.run(main())
"""


async def test_kill_9_of_the_historian_loses_nothing_the_stream_holds(bus, settings):
    code = CHILD.format(root=str(Path(__file__).parents[2]))
    environment = {**os.environ, **settings.environment()}
    number = 0
    for _ in range(2):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, env=environment, stdout=asyncio.subprocess.PIPE
        )
        heard = asyncio.create_task(child.stdout.readline())
        while not heard.done():
            await bus.publish_readings("s", batch(number), sure_id=f"b{number}")
            number += 1
            await asyncio.sleep(0.01)
        assert int(heard.result()) > 0
        for _ in range(10):
            await bus.publish_readings("s", batch(number), sure_id=f"b{number}")
            number += 1
        child.send_signal(signal.SIGKILL)
        await child.wait()
    assert await bus.settle() == 0
    async with serving(settings):
        await until(lambda: _caught_up(bus))
    assert stored(settings) == number * 400


async def _caught_up(bus: Bus) -> bool:
    status = await Historian(bus).status()
    return status.behind == 0 and status.rows > 0


class FullDisk(ChdbStore):
    """A store whose disk is full as long as `full` says so."""

    full = True

    def append(self, readings: Readings) -> None:
        if FullDisk.full:
            raise HistoryStopped(free_mb=1, floor_mb=200)
        super().append(readings)


async def test_a_full_disk_stops_history_only_and_is_caught_up_by_itself(bus, settings, monkeypatch):
    monkeypatch.setattr("fangwei.historian.intake.RETRY_S", 0.1)
    FullDisk.full = True
    async with serving(settings, lambda s: FullDisk(s.data / "history")) as health:
        for number in range(5):
            await bus.publish_readings("s", batch(number), sure_id=f"b{number}")
        await until(lambda: health.state == "history_stopped")
        await bus.publish_readings("s", batch(9), sure_id="b9")
        ask = Historian(bus)

        last = int(batch(9).source_time.max())
        await until(lambda: _newest(ask, last))
        assert health.error_count("history.no_room") > 0
        FullDisk.full = False
        await until(lambda: health.state == "running" and health.report(0).counts.get("history.stored") == 2400)
    assert stored(settings) == 2400


async def _newest(ask: Historian, at_least: int) -> bool:
    return max((r.source_time for r in (await ask.latest()).readings), default=0) >= at_least - 2 * SECOND


async def test_a_broker_that_restarts_is_followed_again(bus, settings, broker):
    async with serving(settings) as health:
        await bus.publish_readings("s", batch(0), sure_id="b0")
        await until(lambda: health.report(0).counts.get("history.stored") == 400)
        broker.kill()
        await broker.wait()
        again = await asyncio.create_subprocess_exec(
            binary(), "-c", str(settings.data / "nats" / "nats.conf"),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await until(lambda: bus.connected)
            await bus.publish_readings("s", batch(1), sure_id="b1")
            await until(lambda: health.report(0).counts.get("history.stored") == 800)
        finally:
            again.terminate()
            await again.wait()
    assert stored(settings) == 800


async def test_a_stream_made_anew_is_read_from_its_beginning(bus, settings):
    async with serving(settings) as health:
        for number in range(3):
            await bus.publish_readings("s", batch(number), sure_id=f"b{number}")
        await until(lambda: health.report(0).counts.get("history.stored") == 1200)
    await bus._js.delete_stream("READINGS")
    await bus.ensure_streams()
    await bus.publish_readings("s", batch(3), sure_id="b3")
    async with serving(settings) as health:
        await until(lambda: health.report(0).counts.get("history.stored") == 400)
    assert stored(settings) == 1600


async def test_what_the_stream_dropped_before_it_was_stored_is_counted(bus, settings):
    async with serving(settings) as health:
        await bus.publish_readings("s", batch(0), sure_id="b0")
        await until(lambda: health.report(0).counts.get("history.stored") == 400)
    for number in range(1, 4):
        await bus.publish_readings("s", batch(number), sure_id=f"b{number}")
    assert await bus.settle() == 0
    await bus._js.purge_stream("READINGS", seq=4)
    async with serving(settings) as health:
        await until(lambda: health.report(0).counts.get("history.stored") == 400)
        assert health.error_count("history.lost") == 2
