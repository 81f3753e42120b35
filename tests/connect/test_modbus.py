"""Modbus TCP against modbus-serial (npm), and against sockets that misbehave."""

import asyncio
import math
import struct
from pathlib import Path

import pytest
from tests.conftest import free_port, until

from fangwei.connect.base import check_source
from fangwei.core.events import SourceState
from fangwei.core.quality import Quality

from .conftest import StartPeer
from .kit import Running, a_source


def a_device(port: int, addresses: dict, **options: object):  # type: ignore[no-untyped-def]
    base = {"host": "127.0.0.1", "port": port, "poll_ms": 50, "timeout_ms": 400, **options}
    return a_source("modbus", base, addresses, {"T": (0.1, -40.0)})


ADDRESSES = {
    "T": {"register": 0, "type": "int16"},
    "F": {"register": 2, "type": "float32"},
    "L": {"register": 4, "type": "float32", "word_order": "little"},
    "V": {"register": 8, "type": "bit", "bit": 3},
    "C": {"table": "coil", "register": 5},
    "I": {"table": "input", "register": 1, "type": "uint32"},
    "D": {"table": "discrete", "register": 9},
}


def words(form: str, value: float) -> tuple[int, int]:
    return struct.unpack(">HH", struct.pack(form, value))  # type: ignore[return-value]


@pytest.mark.peer
async def test_values_of_every_table_and_type_come_through(start_peer: StartPeer, tmp_path: Path) -> None:
    port = free_port()
    peer = await start_peer("modbus_server.mjs", port)
    high, low = words(">f", 12.75)
    first, second = words(">I", 70_000)
    holding = {0: 650, 2: high, 3: low, 4: low, 5: high, 8: 0b1000}
    await peer.tell(set={"holding": holding, "input": {1: first, 2: second}, "coil": {5: 1}, "discrete": {9: 1}})
    async with Running(a_device(port, ADDRESSES), tmp_path) as running:
        await until(lambda: len(running.outlet.values("D")) >= 3)
        expected = {"T": 25.0, "F": 12.75, "L": 12.75, "V": 1.0, "C": 1.0, "I": 70_000.0, "D": 1.0}
        assert {p: running.outlet.values(p)[0] for p in expected} == expected
        assert running.outlet.last("F") == (12.75, Quality.SUBSTITUTED)
        assert running.runner.health().state is SourceState.UP
        await until(lambda: running.outlet.values("s-state")[-1] == 1.0)


@pytest.mark.peer
async def test_an_illegal_register_is_isolated_and_its_neighbours_go_on(start_peer: StartPeer, tmp_path: Path) -> None:
    port = free_port()
    peer = await start_peer("modbus_server.mjs", port)
    await peer.tell(set={"holding": {n: 100 + n for n in range(20)}}, illegal=[13])
    source = a_device(port, {f"P{n}": {"register": n, "type": "uint16"} for n in range(20)})
    async with Running(source, tmp_path) as running:
        await until(lambda: len(running.outlet.values("P19")) >= 5)
        good = {n: running.outlet.last(f"P{n}") for n in range(20) if n != 13}
        assert good == {n: (100.0 + n, Quality.SUBSTITUTED) for n in range(20) if n != 13}
        value, quality = running.outlet.last("P13")  # type: ignore[misc]
        assert math.isnan(value)
        assert quality & Quality.BAD
        health = running.runner.health()
        assert health.state is SourceState.DEGRADED
        assert "P13" in health.detail
        assert "illegal data address" in health.detail
        # found once, then no more asked for
        assert running.faults.error_count("connect.modbus.refused") <= 6


@pytest.mark.peer
async def test_a_busy_device_makes_its_points_bad_and_then_good_again(start_peer: StartPeer, tmp_path: Path) -> None:
    port = free_port()
    peer = await start_peer("modbus_server.mjs", port)
    async with Running(a_device(port, {"T": {"register": 0, "type": "int16"}}), tmp_path) as running:
        await until(lambda: running.outlet.values("T"))
        await peer.tell(busy=True)
        await until(lambda: running.outlet.last("T")[1] & Quality.BAD)  # type: ignore[index]
        assert running.runner.health().state is SourceState.DEGRADED
        await peer.tell(busy=False)
        await until(lambda: running.outlet.last("T") == (-40.0, Quality.SUBSTITUTED))
        assert running.runner.health().state is SourceState.UP


@pytest.mark.peer
async def test_readings_resume_after_the_device_died_and_its_state_tells(start_peer: StartPeer, tmp_path: Path) -> None:
    port = free_port()
    peer = await start_peer("modbus_server.mjs", port)
    async with Running(a_device(port, {"T": {"register": 0, "type": "int16"}}), tmp_path) as running:
        await until(lambda: 1.0 in running.outlet.values("s-state"))
        await peer.kill()
        await until(lambda: running.outlet.values("s-state")[-1] == 0.0)
        assert running.runner.health().detail
        before = len(running.outlet.values("T"))
        await start_peer("modbus_server.mjs", port)
        await until(lambda: len(running.outlet.values("T")) > before)
        await until(lambda: running.outlet.values("s-state")[-1] == 1.0)


@pytest.mark.parametrize(
    "answer",
    [b"", b"\xff" * 300, b"GET / HTTP/1.1\r\n\r\n" * 5, struct.pack(">HHHBBB", 1, 0, 3, 1, 3, 250)],
    ids=["silence", "noise", "text", "cut short"],
)
async def test_a_peer_that_answers_rubbish_is_named_and_tried_again(answer: bytes, tmp_path: Path) -> None:
    visits = 0

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal visits
        visits += 1
        while await reader.read(1000):
            writer.write(answer)
        writer.close()

    port = free_port()
    server = await asyncio.start_server(visit, "127.0.0.1", port)
    try:
        async with Running(a_device(port, {"T": {"register": 0, "type": "int16"}}), tmp_path) as running:
            await until(lambda: visits >= 2)
            assert running.outlet.values("T") == []
            assert running.faults.error_count("connect.connection_lost") >= 1
            assert running.runner.health().state is SourceState.DOWN
    finally:
        server.close()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"register": 70_000, "type": "int16"}, "65535"),
        ({"register": 1}, "type"),
        ({"register": 1, "type": "bit"}, "bit"),
        ({"register": 1, "type": "int8"}, "int16"),
        ({"register": 1, "type": "int16", "registre": 2}, "registre"),
        ({"table": "coil", "register": 1, "type": "int16"}, "coil"),
        ({"register": 65_535, "type": "float32"}, "65535"),
    ],
)
def test_a_wrong_address_is_refused_with_what_is_allowed(address: dict, said: str) -> None:
    [fault] = check_source(a_device(5020, {"T": address}))
    assert fault.code == "connect.address_invalid"
    assert "T" in fault.message.en
    assert said in fault.message.en


def test_wrong_options_are_refused_by_name() -> None:
    [fault] = check_source(a_source("modbus", {"host": "h", "byte_order": "middle"}, {}))
    assert fault.code == "connect.options_invalid"
    assert "byte_order" in fault.message.en
    assert "'big'" in fault.message.en
