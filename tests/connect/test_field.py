"""What devices publish while the connect process is away is read after its restart: all of it, once, as of then."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from tests.conftest import until
from tests.connect.kit import a_site, a_source

from fangwei.bus.client import Bus
from fangwei.connect.base import Installation
from fangwei.connect.field import Position
from fangwei.connect.runner import SourceRunner
from fangwei.core.clock import SECOND, now_ns
from fangwei.core.events import SourceState
from fangwei.core.health import Health
from fangwei.core.ids import point_key
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings


class Plant:
    """The stream, the readings that came, and one MQTT source that is started and ended at will."""

    def __init__(self, settings, bus: Bus) -> None:
        self.settings, self.bus, self.field = settings, bus, bus.open_field()
        self.source = a_source("mqtt", {"topic": "plant/{point}"}, {"T1": "", "T2": ""})
        self.health = Health("connect")
        self.batches: list[Readings] = []
        self.said = 0
        """What `say` published; the broker stores it a moment later, so its own count may lag behind."""

    async def open(self) -> None:
        async def on_batch(batch: Readings) -> None:
            self.batches.append(batch)

        await self.field.ensure(["plant.*"])
        await self.bus.hear_readings(on_batch, "s")
        await self.bus.flush()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[SourceRunner]:
        """The source, read anew as by a new process."""
        installation = Installation(self.settings, self.bus, self.field)
        runner = SourceRunner(self.source, a_site(self.source), installation, self.health)
        task = asyncio.create_task(runner.run())
        try:
            await until(lambda: runner.health().state is SourceState.UP)
            yield runner
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def say(self, point: str, value: float, at: int | None = None) -> None:
        said = {"value": value} if at is None else {"value": value, "time": at}
        await self.bus.publish(f"plant.{point}", json.dumps(said).encode())
        await self.bus.flush()
        self.said += 1

    def of(self, point: str) -> list[tuple[float, int, int, int]]:
        """(value, source time, receive time, quality) in the order of coming."""
        if not self.batches:
            return []
        whole = Readings.concat(self.batches)
        rows = whole.point == point_key(point)
        columns = (whole.value, whole.source_time, whole.receive_time, whole.quality)
        return list(zip(*(column[rows].tolist() for column in columns), strict=True))

    def values(self, point: str) -> list[float]:
        return [value for value, _, _, _ in self.of(point)]

    @property
    def path(self) -> Path:
        return self.settings.data / "connect" / "s.field"

    async def noted(self) -> int:
        """Wait until all that was said is in the stream, and the position on disk is behind it."""
        await until(lambda: self.path.exists() and Position.load(self.path).sequence >= self.said, what="the position")
        return self.said


@pytest.fixture
async def plant(settings, bus) -> Plant:
    one = Plant(settings, bus)
    await one.open()
    return one


def ms() -> int:
    return time.time_ns() // 1_000_000


async def test_what_was_said_once_while_nobody_heard_comes_once_with_the_time_it_was_said(plant):
    async with plant.running():
        await plant.say("T1", 1, ms())
        await plant.noted()
    said = now_ns()
    await plant.say("T1", 2, ms())
    await plant.say("T2", 3)
    away = now_ns()
    async with plant.running():
        await until(lambda: plant.values("T1") == [1, 2] and plant.values("T2") == [3])
        await plant.say("T1", 4, ms())
        await until(lambda: plant.values("T1") == [1, 2, 4])
        await plant.noted()
    value, source_time, receive_time, quality = plant.of("T2")[0]
    assert said - SECOND // 100 <= receive_time <= away + SECOND // 100, "received when the broker got it"
    assert (value, source_time, quality) == (3, receive_time, Quality.SUBSTITUTED)
    assert plant.of("T1")[1][2] <= away + SECOND // 100, "the platform's own restart makes no reading late"
    assert not plant.health.report(0).errors


async def test_a_second_restart_reads_nothing_again(plant):
    async with plant.running():
        await plant.say("T2", 1)
        await plant.noted()
    for _ in range(2):
        async with plant.running() as runner:
            await plant.say("T2", 2)
            await until(lambda: runner.door.readings >= 1)
            await plant.noted()
    assert plant.values("T2") == [1, 2, 2]


async def test_live_messages_do_not_wait_for_a_long_past(plant):
    for number in range(3000):
        await plant.bus.publish("plant.T1", json.dumps({"value": number, "time": ms() - 3000 + number}).encode())
    await plant.bus.flush()
    async with plant.running():
        await plant.say("T2", 7, ms())
        await until(lambda: 7 in plant.values("T2"))
        await until(lambda: len(plant.values("T1")) == 3000)
    assert plant.values("T1") == [float(n) for n in range(3000)], "the past comes whole and in its order"


async def test_the_position_stands_still_while_readings_cannot_be_given_on(plant):
    async with plant.running() as runner:
        await plant.say("T1", 1, ms())
        before = await plant.noted()
        sending = runner.door._outlet

        class Away:
            connected, unsure = False, 0

        runner.door._outlet = Away()
        await plant.say("T1", 2, ms())
        await until(lambda: runner.door.waiting >= 1)
        with pytest.raises(AssertionError, match="the position"):
            await asyncio.wait_for(asyncio.shield(_soon(plant)), 5)
        assert Position.load(plant.path).sequence == before
        runner.door._outlet = sending
        await plant.noted()


async def _soon(plant: Plant) -> None:
    await until(lambda: Position.load(plant.path).sequence >= plant.said, seconds=1.0, what="the position")


async def test_a_damaged_position_reads_everything_again_and_says_so(plant):
    async with plant.running():
        await plant.say("T1", 1, ms())
        await plant.noted()
    plant.path.write_bytes(b"{")
    async with plant.running():
        await until(lambda: plant.values("T1") == [1, 1])
    assert plant.health.error_count("connect.field_position_damaged") == 1


async def test_a_position_of_another_stream_means_nothing(plant):
    plant.path.parent.mkdir(parents=True)
    plant.path.write_bytes(msgspec.json.encode(Position("another time", 1_000)))
    await plant.say("T1", 1, ms())
    async with plant.running():
        await until(lambda: plant.values("T1") == [1])
