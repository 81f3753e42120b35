"""Each device speaks its protocol to a client that is not ours."""

import asyncio
import contextlib
import json
import sqlite3
import struct
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from pymodbus.client import AsyncModbusTcpClient
from tests.conftest import until

from fangwei.sim.control import AlreadyRunning, Control, NotRunning, ask
from fangwei.sim.devices.opcua import certificate_of
from fangwei.sim.devices.session import Session, broker_address
from fangwei.sim.devices.sparkplug import INT64, REBIRTH, Metric, encode, fields
from fangwei.sim.plant import CannotDo, Plant
from fangwei.sim.run import Running, devices_of


@contextlib.asynccontextmanager
async def alive(plant: Plant, data: Path, *protocols: str) -> AsyncIterator[Running]:
    """The plant with the devices of some protocols, running."""
    sources = [s for s in plant.site.sources.values() if s.protocol in protocols]
    running = Running(plant, devices_of(sources, data))
    task = asyncio.create_task(running.run())
    try:
        yield running
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def mqtt_port(settings, broker, monkeypatch):
    monkeypatch.setenv("FANGWEI_MQTT_PORT", str(settings.mqtt_port))
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", settings.mqtt_port)
            writer.close()
            break
        await asyncio.sleep(0.02)
    return settings.mqtt_port


@contextlib.asynccontextmanager
async def opc_client(plant: Plant, tmp_path: Path, password: str = "secret", secured: bool = True):
    client = Client(plant.site.sources["ua"].options["endpoint"])
    client.application_uri = "urn:fangwei:example-plant"
    client.set_user("op")
    client.set_password(password)
    deadline = time.monotonic() + 10.0
    while True:
        try:
            if secured:
                certificate, key = certificate_of(tmp_path / "client")
                await client.set_security(SecurityPolicyBasic256Sha256, str(certificate), str(key))
            await client.connect()
            break
        except (OSError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):
            await client.disconnect()


class Notes:
    """Collects what an OPC UA subscription tells."""

    def __init__(self) -> None:
        self.values: list[tuple[str, float, ua.DataValue]] = []

    def datachange_notification(self, node, value, data):
        self.values.append((node.nodeid.Identifier, value, data.monitored_item.Value))


async def test_opcua_serves_changes_signed_and_encrypted_to_a_known_user(plant, tmp_path):
    async with alive(plant, tmp_path, "opcua") as running, opc_client(plant, tmp_path) as client:
        notes = Notes()
        subscription = await client.create_subscription(50, notes)
        await subscription.subscribe_data_change([client.get_node(f"ns=2;s=GAS-{k}") for k in (1, 2)])
        running.command("leak", {"zone": "filling"})
        running.hurry.set()
        await until(lambda: [v for p, v, _ in notes.values if v is not None and v > 25.0])
        assert all(d.SourceTimestamp is not None for _, v, d in notes.values if v is not None)
        running.command("fail", {"point": "GAS-1", "mode": "dead"})
        await until(lambda: any(p == "GAS-1" and not d.StatusCode.is_good() for p, _, d in notes.values))


async def test_opcua_refuses_a_wrong_password(plant, tmp_path):
    async with alive(plant, tmp_path, "opcua"):
        with pytest.raises(ua.UaStatusCodeError):
            async with opc_client(plant, tmp_path, password="guessed"):
                pass


async def test_modbus_serves_registers_in_type_order_and_scale_and_refuses_writes(plant, tmp_path):
    async with alive(plant, tmp_path, "modbus") as running:
        await until(lambda: "FLO-1" in running.devices[0].latest)
        client = AsyncModbusTcpClient("127.0.0.1", port=plant.site.sources["mb"].options["port"])
        await until(lambda: running.devices[0].state == "running")
        for _ in range(100):
            if await client.connect():
                break
            await asyncio.sleep(0.05)
        pressure = await client.read_holding_registers(10, count=2, device_id=3)
        low, high = pressure.registers  # word order little: low word first
        assert 0.15 < struct.unpack(">f", struct.pack(">HH", high, low))[0] < 0.27
        flow = (await client.read_input_registers(4, count=1, device_id=3)).registers[0]
        assert 5400 < flow * 0.5 + 100 < 6600
        door = await client.read_coils(17, count=1, device_id=3)
        assert door.bits[0] in (False, True)
        assert (await client.write_register(10, 1, device_id=3)).isError()
        assert (await client.read_holding_registers(10, count=2, device_id=9)).isError()
        client.close()


class Master:
    """A 104 master by raw frames."""

    def __init__(self, reader, writer) -> None:
        self.reader, self.writer, self.received, self.sent = reader, writer, 0, 0

    def control(self, function: int) -> None:
        self.writer.write(bytes([0x68, 4, function, 0, 0, 0]))

    def command(self, unit: bytes) -> None:
        self.writer.write(struct.pack("<BBHH", 0x68, len(unit) + 4, self.sent << 1, self.received << 1) + unit)
        self.sent += 1

    async def frame(self) -> bytes:
        async with asyncio.timeout(10.0):
            _, length = await self.reader.readexactly(2)
            body = await self.reader.readexactly(length)
        if not body[0] & 1:
            assert struct.unpack_from("<H", body)[0] >> 1 == self.received
            self.received += 1
            self.writer.write(struct.pack("<BBHH", 0x68, 4, 1, self.received << 1))
        return body

    async def unit(self, *kinds: int) -> bytes:
        while True:
            body = await self.frame()
            if not body[0] & 1 and body[4] in kinds:
                return body[4:]


async def master_of(plant: Plant) -> Master:
    port = plant.site.sources["rtu"].options["port"]
    for _ in range(200):
        with contextlib.suppress(OSError):
            return Master(*await asyncio.open_connection("127.0.0.1", port))
        await asyncio.sleep(0.05)
    raise AssertionError("no 104 server")


async def test_iec104_answers_start_test_and_interrogation_and_reports_with_time(plant, tmp_path):
    async with alive(plant, tmp_path, "iec104") as running:
        await until(lambda: len(running.devices[0].latest) == 3)
        master = await master_of(plant)
        master.control(0x07)
        assert (await master.frame())[0] == 0x0B
        master.control(0x43)
        assert (await master.frame())[0] == 0x83
        master.command(struct.pack("<BBBBH", 100, 1, 6, 0, 7) + b"\0\0\0\x14")
        assert (await master.unit(100))[2] == 7
        answer = await master.unit(13)
        assert answer[2] == 20
        assert struct.unpack_from("<H", answer, 4)[0] == 7
        assert int.from_bytes(answer[6:9], "little") in (101, 102)
        assert 20.0 < struct.unpack_from("<f", answer, 9)[0] < 45.0
        running.command("hot_cell", {"point": "CEL-1"})
        running.hurry.set()
        report = await master.unit(36)
        milliseconds, minute, hour = struct.unpack_from("<HBB", report, 14)
        assert (milliseconds < 60000, minute < 60, hour < 24) == (True, True, True)
        assert hour == time.gmtime().tm_hour or minute in (0, 59)
        master.writer.close()


async def test_iec104_says_no_to_what_it_does_not_know_and_drops_who_talks_nonsense(plant, tmp_path):
    async with alive(plant, tmp_path, "iec104"):
        master = await master_of(plant)
        master.control(0x07)
        await master.frame()
        master.command(struct.pack("<BBBBH", 45, 1, 6, 0, 7) + b"\1\0\0\1")
        assert (await master.unit(45))[2] == 44 | 0x40
        master.writer.write(b"GET / HTTP/1.1\r\n\r\n")
        async with asyncio.timeout(5.0):
            assert await master.reader.read() is not None  # reads to the end: the connection is closed
        again = await master_of(plant)
        again.control(0x43)
        assert (await again.frame())[0] == 0x83
        again.writer.close()


async def test_iec104_sends_no_more_than_twelve_frames_without_an_acknowledgement(plant, tmp_path):
    async with alive(plant, tmp_path, "iec104") as running:
        master = await master_of(plant)
        master.control(0x07)
        await master.frame()
        link = next(iter(running.devices[0]._links))
        for _ in range(40):
            link.say(b"\x0d\x01\x03\x00\x07\x00" + bytes(8))
        assert link.sent - link.acknowledged == 12
        for _ in range(40):
            await master.frame()
        assert await until(lambda: link.acknowledged == link.sent)
        master.writer.close()


async def test_mqtt_publishes_json_and_keeps_what_a_cut_delays(plant, tmp_path, mqtt_port):
    listener = await Session("listener", broker_address()).open()
    await listener.subscribe("plant/#")
    async with alive(plant, tmp_path, "mqtt") as running:
        topic, payload = await asyncio.wait_for(listener.messages.get(), 10.0)
        body = json.loads(payload)
        assert topic in ("plant/HF-1", "plant/O2-1", "plant/PPL-1")
        assert set(body) == {"v", "t"}
        assert abs(body["t"] / 1000 - time.time()) < 10.0
        running.command("fail", {"point": "HF-1", "mode": "chatter", "period": 0.4})
        running.cut("field", 1.5)
        await until(lambda: running.devices[0].state == "cut")
        began = time.time_ns() // 1_000_000
        while not listener.messages.empty():
            listener.messages.get_nowait()
        await until(lambda: running.devices[0].state == "running")
        back = time.time_ns() // 1_000_000
        late = []
        while not late:
            _, payload = await asyncio.wait_for(listener.messages.get(), 10.0)
            late = [t for t in [json.loads(payload)["t"]] if began <= t < back - 300]
    await listener.close()


async def test_sparkplug_is_born_reports_is_reborn_on_command_and_dies_by_its_will(plant, tmp_path, mqtt_port):
    host = await Session("host", broker_address()).open()
    await host.subscribe("spBv1.0/g/#")
    async with alive(plant, tmp_path, "sparkplug") as running:

        async def hear(kind: str) -> dict[int, object]:
            while True:
                topic, payload = await asyncio.wait_for(host.messages.get(), 15.0)
                if f"/{kind}/" in topic:
                    return dict(fields(payload)) | {-1: topic}

        born = await hear("NBIRTH")
        assert born[3] == 0
        device = await hear("DBIRTH")
        assert device[3] == 1
        assert device[-1] == "spBv1.0/g/DBIRTH/n/d1"
        rebirth = encode([Metric(REBIRTH, True, 11, 0)], 0, None)
        host.publish("spBv1.0/g/NCMD/n", rebirth)
        assert (await hear("NBIRTH"))[3] == 0
        running.cut("node", 0.5)
        death = await hear("NDEATH")
        metric = dict(fields(death[2]))
        assert (metric[1], metric[4], metric[11]) == (b"bdSeq", INT64, 0)
        again = dict(fields((await hear("NBIRTH"))[2]))
        assert again[1] in (b"bdSeq", REBIRTH.encode())
    await host.close()


async def test_the_mes_database_gets_rows_with_rising_ids(plant, tmp_path):
    async with alive(plant, tmp_path, "sql"):

        def rows() -> list[tuple]:
            with (
                contextlib.suppress(sqlite3.OperationalError),
                contextlib.closing(sqlite3.connect(tmp_path / "mes.db")) as db,
            ):
                return db.execute("select id, tag, value, at from rows order by id").fetchall()
            return []

        found = await until(rows)
        assert found[0][1] == "rate"
        assert 800 < found[0][2] < 1400
        assert found[0][3].endswith("+00:00")


async def test_rest_serves_the_latest_values_and_knows_no_other_page(plant, tmp_path):
    url = plant.site.sources["weather"].options["url"]
    async with alive(plant, tmp_path, "rest") as running, httpx.AsyncClient() as client:
        await until(lambda: "WND-1" in running.devices[0].latest)
        for _ in range(100):
            with contextlib.suppress(httpx.ConnectError):
                answer = await client.get(url)
                break
            await asyncio.sleep(0.05)
        body = answer.json()
        assert 0.0 < body["current"]["wind_speed"] < 10.0
        assert body["current"]["time"].endswith("+00:00")
        assert (await client.get(url + "/elsewhere")).status_code == 404
        assert (await client.post(url)).status_code == 405


async def test_a_cut_server_is_gone_and_comes_back(plant, tmp_path):
    port = plant.site.sources["rtu"].options["port"]
    async with alive(plant, tmp_path, "iec104", "rest") as running:
        master = await master_of(plant)
        running.cut("rtu", 1.0)
        async with asyncio.timeout(5.0):
            with contextlib.suppress(ConnectionError):
                await master.reader.read()
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", port)
        assert running.devices[1].state == "running"  # the others do not notice
        again = await master_of(plant)
        again.writer.close()
        master.writer.close()


async def test_a_taken_port_is_a_failure_of_that_device_only_and_it_gets_in_once_free(plant, tmp_path):
    port = plant.site.sources["rtu"].options["port"]
    squatter = await asyncio.start_server(lambda r, w: None, "127.0.0.1", port)
    async with alive(plant, tmp_path, "iec104", "rest") as running:
        rtu, rest = running.devices
        await until(lambda: rtu.state == "failed")
        assert "address already in use" in rtu.last_error
        assert rest.state == "running"
        squatter.close()
        await squatter.wait_closed()
        (await master_of(plant)).writer.close()


async def test_commands_reach_the_running_plant_and_only_with_its_secret(plant, tmp_path):
    door = tmp_path / "sim" / "control.json"
    with pytest.raises(NotRunning):
        ask(door, {"do": "status"})
    async with alive(plant, tmp_path) as running, Control(running, door):
        answer = await asyncio.to_thread(ask, door, {"do": "leak", "zone": "filling"})
        assert "dmc" in answer["text"]
        state = await asyncio.to_thread(ask, door, {"do": "status"})
        assert state["leaks"][0]["zone"] == "filling"
        with pytest.raises(CannotDo, match="nowhere"):
            await asyncio.to_thread(ask, door, {"do": "leak", "zone": "nowhere"})
        with pytest.raises(CannotDo, match="dance"):
            await asyncio.to_thread(ask, door, {"do": "dance"})
        with pytest.raises(CannotDo):
            await asyncio.to_thread(ask, door, {"do": "leak", "zone": "filling", "colour": "green"})
        with pytest.raises(AlreadyRunning):
            async with Control(running, door):
                pass
        reader, writer = await asyncio.open_connection("127.0.0.1", json.loads(door.read_text())["port"])
        writer.write(b'{"do": "reset"}\n')
        assert await asyncio.wait_for(reader.read(), 5.0) == b""
        writer.close()
        assert plant.world.leaks
        assert door.stat().st_mode & 0o077 == 0
    with pytest.raises(NotRunning):
        ask(door, {"do": "status"})
