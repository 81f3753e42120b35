import asyncio
import time

import orjson
import pytest
from tests.conftest import until
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fangwei.api import live
from fangwei.bus import codec
from fangwei.core.clock import now_ns
from fangwei.core.reading import Readings
from fangwei.core.texts import Text

TITLE = Text("泄漏", "Leak")


async def hear(socket, type, timeout=5.0):
    """The next frame of a type."""
    async with asyncio.timeout(timeout):
        while True:
            frame = orjson.loads(await socket.recv())
            if frame["type"] == type:
                return frame


async def leak(plant, id="inc-1"):
    point = plant.site.points["FILL-GAS-01"]
    alarm = await plant.raise_alarm(point, point.limits[0])
    return await plant.open_incident(alarm, id, TITLE)


async def test_page_gets_a_snapshot_then_increments(door):
    await leak(door.plant, "before")
    async with door.connect() as first:
        await hear(first, "snapshot")  # before it is served, all would stand in its snapshot
        # the picture is filled by events before the page asks
        async with asyncio.timeout(5):
            while True:
                async with door.connect() as look:
                    if (await hear(look, "snapshot"))["incidents"]:
                        break
        await leak(door.plant, "after")
        # alarms and incidents come by streams of their own, so in any order
        incidents, kinds, alarms = set(), [], set()
        async with asyncio.timeout(5):
            while not ("after" in incidents and "opened" in kinds and "FILL-GAS-01.hi" in alarms):
                frame = orjson.loads(await first.recv())
                match frame["type"]:
                    case "incident":
                        incidents.add(frame["incident"]["id"])
                    case "timeline":
                        kinds += [entry["kind"] for entry in frame["entries"]]
                    case "alarms":
                        alarms |= {row["alarm"] for row in frame["alarms"]}


async def test_beat_comes_every_second_and_says_what_is_confirmed(door):
    async with door.connect() as socket:
        await hear(socket, "beat")
        began = time.monotonic()
        beat = await hear(socket, "beat")
        assert time.monotonic() - began < 2
        assert beat["bus"] is True
        async with asyncio.timeout(5):
            while not all((await hear(socket, "beat"))["confirmed"].values()):
                pass


async def test_a_phone_hears_of_the_plant_and_not_of_sources_and_processes(door):
    async with door.connect() as phone, door.connect() as page:
        await phone.send('{"type": "plant_only"}')
        await phone.send('{"type": "watch", "points": []}')
        await hear(phone, "latest")  # answered after what was said before it
        await hear(page, "snapshot")
        stop = asyncio.Event()
        beating = asyncio.create_task(door.plant.beat(stop))
        try:
            await hear(page, "source")
            await leak(door.plant, "now")
            async with asyncio.timeout(5):
                heard = []
                while "incident" not in heard:
                    heard.append(orjson.loads(await phone.recv())["type"])
        finally:
            beating.cancel()
        assert not {"source", "process"} & set(heard)


async def test_rooms_that_do_not_answer_are_said_to_be_unknown(lonely_door):
    async with lonely_door.connect() as socket:
        snapshot = await hear(socket, "snapshot")
        assert snapshot["incidents"] == []
        assert set(snapshot["confirmed"].values()) == {None}
        await until(lambda: lonely_door.health.error_count("api.unconfirmed.incidents") > 0)


async def test_values_come_only_for_watched_points(door):
    points = [door.plant.site.points[p] for p in ("FILL-GAS-01", "FILL-TT-01")]

    async def say(value):
        now = now_ns()
        batch = Readings.of([p.key for p in points], [now] * 2, [now] * 2, [value] * 2, [0, 0])
        await door.plant.bus.publish("fw.latest", codec.encode(batch))

    async with door.connect() as one, door.connect() as everything:
        await one.send(b'{"type":"watch","points":["FILL-TT-01","NOPE"]}')
        await everything.send('{"type":"watch","points":null}')
        await hear(one, "latest")
        await hear(everything, "latest")
        await say(21.5)
        assert set((await hear(one, "latest"))["latest"]) == {"FILL-TT-01"}
        assert set((await hear(everything, "latest"))["latest"]) == {"FILL-GAS-01", "FILL-TT-01"}


async def test_notice_is_arrived_when_its_person_got_it_and_read_when_opened(door):
    async with door.connect() as socket:
        await socket.send('{"type":"watch","points":["FILL-TT-01"]}')
        await hear(socket, "latest")
        await leak(door.plant)
        notice = (await hear(socket, "notice"))["notice"]
        while notice["channel"] != "websocket":
            notice = (await hear(socket, "notice"))["notice"]
        await socket.send(orjson.dumps({"type": "arrived", "notice": notice["id"]}).decode())
        await until(lambda: ("duty.arrived", {"notice": notice["id"]}) in door.plant.commands)
        await socket.send('{"type":"opened","incident":"inc-1"}')
        await until(lambda: ("duty.read", {"notice": notice["id"]}) in door.plant.commands)


async def test_person_who_signs_on_later_gets_the_notices_that_wait(door):
    await leak(door.plant)
    await until(lambda: door.plant.notices)
    async with door.connect() as socket:
        async with asyncio.timeout(5):
            while True:
                async with door.connect() as look:
                    if (await hear(look, "snapshot"))["incidents"]:
                        break
        assert (await hear(socket, "notice"))["notice"]["person"] == "li_na"


async def test_page_of_nobody_is_closed_and_told_why(door):
    nobody = await door.anonymous()
    async with door.connect(nobody) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 5)
        assert closed.value.rcvd.code == live.NOT_IN


async def test_page_is_closed_at_once_when_its_person_signs_out(door):
    crew = await door.client_of("crew")
    async with door.connect(crew) as socket, door.connect() as other:
        await hear(socket, "snapshot")
        await crew.request("DELETE", "/api/session", headers={"content-type": "application/json"})
        began = time.monotonic()
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(5):
                while True:
                    await socket.recv()
        assert closed.value.rcvd.code == live.NOT_IN
        assert time.monotonic() - began < 1
        await hear(other, "beat")


@pytest.mark.parametrize("said", ["not json", "[]", '{"type":7}', '{"type":"watch","points":"all"}'])
async def test_unreadable_message_ends_that_page_only(door, said):
    async with door.connect() as bad, door.connect() as good:
        await bad.send(said)
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(5):
                while True:
                    await bad.recv()
        assert closed.value.rcvd.code == live.UNREADABLE
        await hear(good, "beat")


async def test_socket_of_another_web_page_is_refused(door):
    with pytest.raises(InvalidStatus):
        async with door.connect(origin="http://evil.example"):
            pass


async def test_slow_page_is_let_go_and_others_do_not_wait(door):
    async with door.connect(max_queue=1) as slow, door.connect() as quick:
        await hear(quick, "snapshot")
        slow.transport.pause_reading()
        big = Text("大" * 20_000, "big" * 20_000)
        incident = await leak(door.plant)
        worst = 0.0
        for _ in range(1500):
            incident.revision += 1
            await door.plant.tell(incident, "note", big)
            began = time.monotonic()
            await hear(quick, "timeline")
            worst = max(worst, time.monotonic() - began)
            if door.health.error_count(f"api.page_dropped.{live.TOO_SLOW}"):
                break
        assert door.health.error_count(f"api.page_dropped.{live.TOO_SLOW}") == 1
        assert worst < 1.0
        await hear(quick, "beat")
        slow.transport.abort()


async def test_pages_are_told_when_the_platform_stops(settings, bus, plant):
    from tests.api.conftest import _open

    opened = _open(settings, bus, plant)
    door = await anext(opened)
    async with door.connect() as socket:
        await hear(socket, "snapshot")
        ending = asyncio.create_task(anext(opened, None))
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(5):
                while True:
                    await socket.recv()
        await ending
        assert closed.value.rcvd.code == live.GOING_DOWN


async def test_incident_reaches_fifty_pages_quickly(door, capsys):
    """Prints the delay from the event on the bus to the page; asserts only that every page got every event."""
    sockets = [await door.connect() for _ in range(50)]
    incident = await leak(door.plant)
    delays: list[float] = []
    events = 40

    async def listen(socket):
        seen = 0
        while seen < events:
            frame = orjson.loads(await socket.recv())
            if frame["type"] == "timeline" and frame["entries"][0]["kind"] == "note":
                delays.append((time.time_ns() - frame["entries"][0]["time"]) / 1e6)
                seen += 1

    listening = [asyncio.create_task(listen(s)) for s in sockets]
    for n in range(events):
        incident.revision += 1
        await door.plant.tell(incident, "note", Text(str(n), str(n)))
        await asyncio.sleep(0.02)
    async with asyncio.timeout(20):
        await asyncio.gather(*listening)
    for socket in sockets:
        await socket.close()
    delays.sort()
    with capsys.disabled():
        p50, p99 = delays[len(delays) // 2], delays[int(len(delays) * 0.99)]
        print(f"\nincident -> 50 pages: p50 {p50:.1f} ms, p99 {p99:.1f} ms (pages in the same process)")
    assert len(delays) == 50 * events
