"""IEC 104 against c104 (a station we did not write, in a process of its own), and against sockets that misbehave."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.conftest import free_port, until

from fangwei.connect import iec104_frames as frames
from fangwei.connect.base import check_source
from fangwei.connect.iec104_frames import FrameReader, IFrame, U, UFrame, encode
from fangwei.core import clock
from fangwei.core.events import SourceState
from fangwei.core.quality import Quality
from fangwei.plant.schema import Source

from .conftest import StartPeer
from .kit import Running, a_source

POINTS = {"float": 11, "single": 12, "scaled": 13, "double": 14, "normal": 15}


def a_station(port: int, points: dict[str, int] = POINTS, **options: object) -> Source:
    base = {"host": "127.0.0.1", "port": port, "common_address": 7}
    return a_source("iec104", {**base, **options}, {p: {"ioa": ioa} for p, ioa in points.items()})


@pytest.mark.peer
async def test_all_values_come_by_interrogation_and_then_as_they_change(start_peer: StartPeer, tmp_path: Path) -> None:
    port = free_port()
    peer = await start_peer("iec104_station.py", port)
    async with Running(a_station(port), tmp_path) as running:
        await until(lambda: all(running.outlet.values(p) for p in POINTS))
        first = {p: running.outlet.values(p)[0] for p in POINTS}
        assert first == pytest.approx({"float": 1.5, "single": 1, "scaled": -300, "double": 2, "normal": 0.5}, abs=1e-4)
        sent = clock.now_ns()
        await peer.tell(set={"11": 12.5})
        await until(lambda: running.outlet.last("float") == (12.5, Quality.GOOD))
        assert abs(running.outlet.of("float")[-1][0] - sent) < clock.SECOND
        await peer.tell(invalid=11)
        await until(lambda: running.outlet.last("float")[1] & Quality.BAD)  # type: ignore[index]
        assert running.runner.health().state is SourceState.UP


@pytest.mark.peer
async def test_points_that_the_station_does_not_know_are_named(start_peer: StartPeer, tmp_path: Path) -> None:
    port = free_port()
    await start_peer("iec104_station.py", port)
    async with Running(a_station(port, {"float": 11, "ghost": 4711}), tmp_path) as running:
        await until(lambda: running.runner.health().state is SourceState.DEGRADED)
        assert "ghost (ioa 4711)" in running.runner.health().detail
        # those it sends and nobody wants are counted by name
        assert running.door.unknown_names["ioa 12"] >= 1


@pytest.mark.peer
async def test_readings_resume_after_the_station_died(start_peer: StartPeer, tmp_path: Path) -> None:
    port = free_port()
    peer = await start_peer("iec104_station.py", port)
    async with Running(a_station(port), tmp_path) as running:
        await until(lambda: 1.0 in running.outlet.values("s-state"))
        await until(lambda: running.outlet.values("float"))
        await peer.kill()
        await until(lambda: running.outlet.values("s-state")[-1] == 0.0)
        before = len(running.outlet.values("float"))
        await start_peer("iec104_station.py", port)
        await until(lambda: len(running.outlet.values("float")) > before, seconds=30)
        await until(lambda: running.outlet.values("s-state")[-1] == 1.0)


class Station:
    """A station written here, to misbehave with."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._frames = FrameReader()
        self._sent = 0
        self.asked: list[frames.Frame] = []

    async def next(self) -> frames.Frame:
        while not self.asked:
            data = await self._reader.read(1000)
            if not data:
                raise ConnectionError
            self.asked.extend(self._frames.feed(data))
        return self.asked.pop(0)

    async def start(self) -> None:
        assert await self.next() == UFrame(U.STARTDT_ACT)
        self.write(encode(UFrame(U.STARTDT_CON)))

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def say(self, type_: int, objects: bytes, cause: int = 3, common: int = 7, count: int = 1) -> None:
        asdu = struct.pack("<BBBBH", type_, count, cause, 0, common) + objects
        self.write(encode(IFrame(self._sent, 0, asdu)))
        self._sent += 1


@asynccontextmanager
async def station(port: int, behave: Callable[[Station], Awaitable[None]]) -> AsyncIterator[list[int]]:
    visits: list[int] = []

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(1)
        try:
            await behave(Station(reader, writer))
            await reader.read(-1)
        except (ConnectionError, frames.FrameBroken):
            pass
        writer.close()

    server = await asyncio.start_server(visit, "127.0.0.1", port)
    yield visits
    server.close()


SINGLE = b"\x0c\x00\x00"


async def test_broken_asdus_are_counted_and_the_stream_goes_on(tmp_path: Path) -> None:
    async def behave(it: Station) -> None:
        await it.start()
        it.say(1, b"\x0c")  # cut short
        it.say(99, b"\x0c\x00\x00\x01")  # no such type
        it.say(1, SINGLE + b"\x01", cause=47)
        it.say(1, SINGLE + b"\x01", common=8)
        it.say(1, SINGLE + b"\x01", cause=3 | 0x80)  # a test of the line is no reading
        it.say(13, SINGLE + struct.pack("<f", float("nan")) + b"\0")
        it.say(1, SINGLE + b"\x01")

    port = free_port()
    async with station(port, behave), Running(a_station(port), tmp_path) as running:
        await until(lambda: running.outlet.last("single") == (1.0, Quality.SUBSTITUTED))
        assert len(running.outlet.values("single")) == 2
        assert running.outlet.of("single")[0][3] == Quality.SUBSTITUTED | Quality.NOT_A_NUMBER
        counted = {
            name: running.faults.error_count(f"connect.iec104.{name}")
            for name in ("asdu_broken", "cause_unexpected", "other_station", "test_data")
        }
        assert counted == {"asdu_broken": 2, "cause_unexpected": 1, "other_station": 1, "test_data": 1}


async def test_noise_resets_the_connection_and_the_next_one_serves(tmp_path: Path) -> None:
    visits = 0

    async def behave(it: Station) -> None:
        nonlocal visits
        visits += 1
        await it.start()
        if visits == 1:
            it.write(b"\xde\xad\xbe\xef" * 100)
            return
        it.say(1, SINGLE + b"\x01")

    port = free_port()
    async with station(port, behave), Running(a_station(port), tmp_path) as running:
        await until(lambda: running.outlet.values("single") == [1.0])
        assert running.faults.error_count("connect.iec104.frame_broken") == 1


async def test_a_lost_frame_resets_the_connection(tmp_path: Path) -> None:
    async def behave(it: Station) -> None:
        await it.start()
        it.say(1, SINGLE + b"\x01")
        it._sent += 1
        it.say(1, SINGLE + b"\x00")

    port = free_port()
    async with station(port, behave) as visits, Running(a_station(port), tmp_path) as running:
        await until(lambda: len(visits) >= 2)
        assert 0.0 not in running.outlet.values("single")
        assert "lost or doubled" in running.errors()["connect.iec104.link_broken"]


async def test_a_refused_interrogation_is_said(tmp_path: Path) -> None:
    async def behave(it: Station) -> None:
        await it.start()
        await it.next()
        it.say(100, b"\0\0\0\x14", cause=7 | 0x40)

    port = free_port()
    async with station(port, behave), Running(a_station(port), tmp_path) as running:
        await until(lambda: running.runner.health().state is SourceState.DEGRADED)
        assert "refuses interrogation" in running.runner.health().detail


async def test_a_station_that_starts_anew_is_interrogated_anew(tmp_path: Path) -> None:
    asked: list[frames.Frame] = []

    async def behave(it: Station) -> None:
        await it.start()
        asked.append(await it.next())
        it.say(100, b"\0\0\0\x14", cause=10)
        it.say(70, b"\0\0\0\0", cause=4)
        while True:
            asked.append(await it.next())

    port = free_port()
    async with station(port, behave), Running(a_station(port), tmp_path):
        await until(lambda: len([f for f in asked if isinstance(f, IFrame) and f.asdu[0] == 100]) == 2)


@pytest.mark.parametrize(
    ("options", "address", "said"),
    [
        ({"t1": 5, "t2": 10}, {"ioa": 1}, "t2"),
        ({"common_address": 0}, {"ioa": 1}, "common_address"),
        ({"time_zone": "Moon/Sea"}, {"ioa": 1}, "Asia/Shanghai"),
        ({}, {"ioa": 0}, "ioa"),
        ({}, {"ioa": 1, "type": 2}, "types"),
    ],
)
def test_wrong_configuration_is_refused_with_what_is_allowed(options: dict, address: dict, said: str) -> None:
    [fault] = check_source(a_source("iec104", {"host": "h", **options}, {"p": address}))
    assert said in fault.message.en
