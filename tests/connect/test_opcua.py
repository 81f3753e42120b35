"""OPC UA against node-opcua (npm)."""

import asyncio
import math
import time
from pathlib import Path

import pytest
from tests.conftest import free_port, until

from fangwei.connect.base import check_source
from fangwei.connect.opcua_certificates import Pin, own_certificate
from fangwei.core import clock
from fangwei.core.events import SourceState
from fangwei.core.quality import Quality
from fangwei.plant.schema import Source

from .conftest import StartPeer
from .kit import Running, a_source

NODES = {name: {"node": f"ns=1;s={name}"} for name in ("gas", "fan", "level", "door")}
STATES = {"door": {0: "closed", 1: "open"}}


def a_server(port: int, addresses: dict[str, dict[str, str]] = NODES, **options: object) -> Source:
    base = {"endpoint": f"opc.tcp://127.0.0.1:{port}", "sampling_ms": 50, "publish_ms": 50}
    return a_source("opcua", {**base, **options}, addresses)


@pytest.mark.peer
async def test_values_of_every_type_come_as_they_change(start_peer: StartPeer, tmp_path: Path) -> None:
    port = free_port()
    peer = await start_peer("opcua_server.mjs", port, tmp_path / "server")
    async with Running(a_server(port), tmp_path, STATES) as running:
        await until(lambda: all(running.outlet.values(p) for p in NODES), seconds=30)
        assert {p: running.outlet.values(p)[-1] for p in NODES} == {"gas": 1.5, "fan": 1, "level": -7, "door": 0}
        sent = clock.now_ns()
        await peer.tell(set={"gas": 12.5, "door": "open"})
        await until(lambda: running.outlet.last("gas") == (12.5, Quality.GOOD))
        await until(lambda: running.outlet.last("door") == (1.0, Quality.GOOD))
        source_time = running.outlet.of("gas")[-1][0]
        assert abs(source_time - sent) < clock.SECOND
        assert running.runner.health().state is SourceState.UP


@pytest.mark.peer
async def test_status_codes_become_doubts(start_peer: StartPeer, tmp_path: Path) -> None:
    port = free_port()
    peer = await start_peer("opcua_server.mjs", port, tmp_path / "server")
    async with Running(a_server(port), tmp_path, STATES) as running:
        await until(lambda: running.outlet.values("gas"), seconds=30)
        await peer.tell(bad="gas")
        await until(lambda: running.outlet.last("gas")[1] & Quality.BAD)  # type: ignore[index]
        assert math.isnan(running.outlet.values("gas")[-1])
        await peer.tell(uncertain="gas")
        await until(lambda: running.outlet.last("gas") == (5.0, Quality.UNCERTAIN))
        await peer.tell(nan="gas")
        await until(lambda: running.outlet.last("gas")[1] == Quality.NOT_A_NUMBER)  # type: ignore[index]
        await peer.tell(set={"door": "ajar"})
        await until(lambda: running.faults.error_count("connect.value_wrong_type") == 1)
        await peer.tell(set={"gas": 2.0})
        await until(lambda: running.outlet.last("gas") == (2.0, Quality.GOOD))


@pytest.mark.peer
async def test_unknown_nodes_are_refused_by_name_and_the_others_are_read(start_peer: StartPeer, tmp_path: Path) -> None:
    port = free_port()
    await start_peer("opcua_server.mjs", port, tmp_path / "server")
    addresses = {**NODES, "ghost": {"node": "ns=1;s=ghost"}}
    async with Running(a_server(port, addresses), tmp_path, STATES) as running:
        await until(lambda: running.outlet.values("gas"), seconds=30)
        await until(lambda: running.runner.health().state is SourceState.DEGRADED)
        assert "ghost" in running.runner.health().detail
        assert running.outlet.last("ghost")[1] & Quality.BAD  # type: ignore[index]


@pytest.mark.peer
async def test_a_standing_alarm_that_began_before_we_connected_is_a_reading_of_now(
    start_peer: StartPeer, tmp_path: Path
) -> None:
    port = free_port()
    peer = await start_peer("opcua_server.mjs", port, tmp_path / "server")
    await peer.tell(stamp=["gas", 55.0, "2026-01-01T00:00:00Z"])
    async with Running(a_server(port), tmp_path, STATES) as running:
        await until(lambda: running.outlet.values("gas"), seconds=30)
        source_time, receive_time, value, quality = running.outlet.of("gas")[0]
        assert (value, quality, source_time) == (55.0, Quality.SUBSTITUTED, receive_time)
        # what changes later with an old time stays history
        await peer.tell(stamp=["gas", 56.0, "2026-01-01T00:00:01Z"])
        await until(lambda: running.outlet.values("gas")[-1] == 56.0)
        assert running.outlet.of("gas")[-1][0] < receive_time - clock.HOUR


@pytest.mark.peer
@pytest.mark.parametrize("security", ["sign", "sign_encrypt"])
async def test_signed_and_encrypted_with_user_and_password(
    security: str, start_peer: StartPeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPERATOR_PASSWORD", "right")
    port = free_port()
    await start_peer("opcua_server.mjs", port, tmp_path / "server")
    source = a_server(port, security=security, user="operator", password_env="OPERATOR_PASSWORD")
    async with Running(source, tmp_path, STATES) as running:
        await until(lambda: running.outlet.last("gas") is not None, seconds=30)
    secrets = tmp_path / "data" / "secrets" / "opcua"
    assert (secrets / "own-key.pem").stat().st_mode & 0o077 == 0
    assert (secrets / "pinned" / "s.der").exists()


@pytest.mark.peer
async def test_a_wrong_password_is_said_and_no_reading_comes(
    start_peer: StartPeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPERATOR_PASSWORD", "wrong")
    port = free_port()
    await start_peer("opcua_server.mjs", port, tmp_path / "server")
    source = a_server(port, user="operator", password_env="OPERATOR_PASSWORD")
    async with Running(source, tmp_path, STATES) as running:
        await until(lambda: running.runner.health().state is SourceState.DOWN, seconds=30)
        assert "Bad" in running.runner.health().detail
        assert running.outlet.values("gas") == []
        assert not any("wrong" in text for text in running.errors().values())


async def test_a_password_that_is_not_in_the_environment_is_asked_for_by_name(tmp_path: Path) -> None:
    source = a_server(free_port(), user="operator", password_env="NOT_SET_ANYWHERE")
    async with Running(source, tmp_path, STATES) as running:
        await until(lambda: running.runner.health().state is SourceState.DOWN)
        assert "NOT_SET_ANYWHERE" in running.runner.health().detail


@pytest.mark.peer
async def test_a_server_that_shows_another_certificate_is_refused_until_a_person_agrees(
    start_peer: StartPeer, tmp_path: Path
) -> None:
    port = free_port()
    first = await start_peer("opcua_server.mjs", port, tmp_path / "first")
    source = a_server(port, security="sign_encrypt")
    async with Running(source, tmp_path, STATES) as running:
        await until(lambda: running.outlet.values("gas"), seconds=30)
        await first.kill()
        await start_peer("opcua_server.mjs", port, tmp_path / "impostor")
        await until(lambda: running.faults.error_count("connect.opcua.server_changed"), seconds=30)
        readings = len(running.outlet.values("gas"))
        said = running.runner.health().detail
        assert "another certificate" in said
        pinned = tmp_path / "data" / "secrets" / "opcua" / "pinned" / "s.der"
        assert str(pinned) in said
        assert len(running.outlet.values("gas")) == readings
        pinned.unlink()
        await until(lambda: len(running.outlet.values("gas")) > readings, seconds=40)


@pytest.mark.peer
async def test_readings_resume_after_the_server_died_with_its_current_values(
    start_peer: StartPeer, tmp_path: Path
) -> None:
    port = free_port()
    peer = await start_peer("opcua_server.mjs", port, tmp_path / "server")
    async with Running(a_server(port), tmp_path, STATES) as running:
        await until(lambda: 1.0 in running.outlet.values("s-state"), seconds=30)
        await peer.tell(set={"gas": 30.0})
        await until(lambda: running.outlet.values("gas")[-1] == 30.0)
        await peer.kill()
        await until(lambda: running.outlet.values("s-state")[-1] == 0.0)
        await start_peer("opcua_server.mjs", port, tmp_path / "server")
        await until(lambda: running.outlet.values("gas")[-1] == 1.5, seconds=40)
        await until(lambda: running.outlet.values("s-state")[-1] == 1.0)


async def test_a_peer_that_answers_rubbish_is_named_and_tried_again(tmp_path: Path) -> None:
    visits = 0

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal visits
        visits += 1
        await reader.read(1000)
        writer.write(b"\xff" * 5000)
        await writer.drain()
        writer.close()

    port = free_port()
    server = await asyncio.start_server(visit, "127.0.0.1", port)
    try:
        async with Running(a_server(port, timeout_s=1), tmp_path, STATES) as running:
            await until(lambda: visits >= 2, seconds=20)
            await until(lambda: running.runner.health().state is SourceState.DOWN)
            assert running.runner.door.errors >= 1
    finally:
        server.close()


async def test_a_server_that_accepts_and_stays_silent_is_given_up_in_time(tmp_path: Path) -> None:
    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    port = free_port()
    server = await asyncio.start_server(visit, "127.0.0.1", port)
    started = time.monotonic()
    try:
        async with Running(a_server(port, timeout_s=0.5), tmp_path, STATES) as running:
            await until(lambda: running.runner.health().state is SourceState.DOWN)
            assert time.monotonic() - started < 10
    finally:
        server.close()


def test_our_certificate_is_made_once(tmp_path: Path) -> None:
    first = own_certificate(tmp_path)
    before = first[0].read_bytes()
    assert own_certificate(tmp_path) == first
    assert first[0].read_bytes() == before


def test_the_first_certificate_is_pinned_and_another_is_refused(tmp_path: Path) -> None:
    pin = Pin(tmp_path, "s")
    pin.check(b"one")
    pin.keep(b"one")
    pin.check(b"one")
    with pytest.raises(Exception, match="another certificate"):
        pin.check(b"two")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"endpoint": "http://127.0.0.1"}, "opc"),
        ({"security": "strong"}, "sign_encrypt"),
        ({"policy": "Basic128Rsa15"}, "Basic256Sha256"),
        ({"user": "u"}, "password_env"),
        ({"user": "u", "password": "p"}, "password_env"),
    ],
)
def test_wrong_options_are_refused_with_what_is_allowed(options: dict[str, str], said: str) -> None:
    [fault] = check_source(a_server(4840, **options))
    assert fault.code == "connect.options_invalid"
    assert said in fault.message.en
    assert "'p'" not in fault.message.en


def test_a_wrong_node_is_refused_with_an_example() -> None:
    [fault] = check_source(a_server(4840, {"gas": {"node": "gas"}}))
    assert "ns=2;s=" in fault.message.en
