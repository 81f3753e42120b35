"""A full disk: history stops and says so, alarms and incidents go on, and all is well again when there is room."""

import asyncio
import contextlib
import os
import shutil
import time
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from tests.conftest import until
from tests.e2e.platform import Platform
from tests.e2e.test_faults import ALARM, CALM, Device

from fangwei.bus import subjects
from fangwei.core.events import AlarmChange, AlarmEvent

TOLD_WITHIN_S = 1.0
PAGES = ("/api/health", "/api/incidents", "/api/alarms", "/api/site")


class Disk:
    """The platform's small disk, which somebody else fills."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    @property
    def free(self) -> int:
        return shutil.disk_usage(self._folder).free

    def fill(self, leave: int) -> None:
        """Take everything but `leave` bytes."""
        self._count += 1
        with (self._folder / f"foreign-{self._count}").open("wb") as file:
            # The platform writes meanwhile: most of it at once, the last pages one by one.
            os.posix_fallocate(file.fileno(), 0, max(1, self.free - leave - 2**20))
            file.seek(0, os.SEEK_END)
            with contextlib.suppress(OSError):
                while self.free > leave:
                    os.write(file.fileno(), bytes(4096))

    async def fill_to_the_last_byte(self) -> None:
        """As a log that runs away: it takes the platform's reserve too, as soon as that is given up."""
        self.fill(0)
        await until(lambda: self.free > 0, seconds=15, what="the reserve is given up")
        self.fill(0)

    def empty(self) -> None:
        """Give it all back."""
        for file in self._folder.glob("foreign-*"):
            file.unlink()


class Watch:
    """The platform, a device that speaks to it, and what one expects of both."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.device = Device(platform.settings.mqtt_port)
        self.disk = Disk(platform.settings.data)
        self.sent: dict[str, int] = {}
        self.returned: set[str] = set()

    async def listen(self) -> None:
        """Hear what returns, and have somebody signed in before the disk is full."""
        self.page = await self.platform.client()
        await self.platform.bus.hear_events(f"{subjects.ALARMS}.>", AlarmEvent, self._on_alarm)

    async def _on_alarm(self, event: AlarmEvent) -> None:
        if event.change is AlarmChange.RETURNED:
            self.returned.add(event.alarm)

    async def leak(self, within: float = TOLD_WITHIN_S) -> None:
        """The next far zone has gas: alarm, incident and notice come in time."""
        point = f"P{len(self.sent):05d}"
        platform = self.platform
        self.device.send(point, CALM)
        self.device.send(point, ALARM)
        self.sent[point] = 2
        began = time.monotonic()

        def told() -> bool:
            ids = {e.incident.id for e in platform.incidents if point in {m.point for m in e.incident.members}}
            return any(n.incident in ids for n in platform.notices)

        await until(told, seconds=30, what=f"{point} is told")
        assert time.monotonic() - began < within, f"told after {time.monotonic() - began:.2f} s"
        assert {f"{point}.hi", f"{point}.hi_hi"} <= {e.alarm for e in platform.raised}

    async def page_answers(self) -> None:
        """Every page within the second."""
        for path in PAGES:
            answer = await self.page.get(path, timeout=TOLD_WITHIN_S)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"

    async def status(self) -> dict[str, Any]:
        """`fangwei status --json`."""
        _, output = await self.platform.command("status", "--json")
        return msgspec.json.decode(output)

    async def until_status(self, condition: Any, seconds: float, what: str) -> dict[str, Any]:
        """Ask for the status until it is as expected."""
        deadline = time.monotonic() + seconds
        while not condition(status := await self.status()):
            assert time.monotonic() < deadline, f"waited {seconds} s in vain until {what}: {status}"
        return status

    async def kept(self, point: str) -> int:
        """How many readings of a point the history holds."""
        now = time.time_ns()
        question = {"point": point, "start": now - 3600 * 10**9, "end": now + 10**9, "limit": 1000}
        return pa.ipc.open_stream(await self.platform.bus.ask("fw.ask.historian.range", question)).read_all().num_rows

    async def until_history_caught_up(self) -> None:
        """Every reading that was sent is in the history."""
        deadline = time.monotonic() + 40
        while (kept := {p: await self.kept(p) for p in self.sent}) != self.sent:
            assert time.monotonic() < deadline, f"history never caught up: {kept}"
            await asyncio.sleep(0.2)

    async def until_well(self) -> None:
        """The disk has room again: every process runs, the data alarm returned, history is whole, events are kept."""
        await until(lambda: "platform.historian" in self.returned, seconds=40, what="the data alarm of history returns")
        await self.until_status(lambda s: s["healthy"], 40, "all is well")
        await self.until_history_caught_up()
        await self.until_status(
            lambda s: all(p["gauges"].get("bus.unsure") == 0 for p in s["processes"].values()), 40, "events are kept"
        )


@pytest.fixture
async def watch(small_disk_platform: Platform):
    one = Watch(small_disk_platform)
    await one.listen()
    yield one
    one.device.close()


async def test_on_a_full_disk_history_stops_alarms_go_on_and_room_makes_it_whole(watch: Watch):
    platform, before = watch.platform, watch.platform.running.processes
    await watch.leak()
    watch.disk.fill(100 * 2**20)
    await watch.leak()
    await until(
        lambda: "platform.historian" in {e.alarm for e in platform.raised},
        seconds=20,
        what="history raises a data alarm",
    )
    code, words = await platform.command("status")
    assert code == 1 and "history_stopped" in words and "history.no_room" in words
    await watch.leak()
    await watch.page_answers()

    await watch.disk.fill_to_the_last_byte()
    for _ in range(4):
        await watch.leak()
        await watch.page_answers()
    errors = {
        "alarms": "alarms.journal_not_written",
        "incidents": "incidents.not_stored",
        "supervisor": "supervisor.broker_not_storing",
    }
    status = await watch.until_status(
        lambda s: all(name in s["processes"][process]["errors"] for process, name in errors.items()),
        30,
        "what cannot be stored is counted by name",
    )
    assert not status["healthy"]
    assert not status["missing"], "a process died or hangs"
    await watch.leak()

    watch.disk.empty()
    await watch.until_well()
    await watch.leak()
    after = platform.running.processes
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"nats"}, "only the broker may be started anew, which forgets a full disk in no other way"


async def test_on_the_reserve_of_a_full_disk_any_process_starts_anew(watch: Watch):
    await watch.leak()
    watch.disk.fill(0)
    await until(lambda: watch.disk.free > 0, seconds=15, what="the reserve is given up")
    await watch.until_status(
        lambda s: s["processes"].get("supervisor", {}).get("state") == "running", 30, "the broker stores again"
    )
    for name in ("alarms", "incidents", "historian", "connect", "app", "nats"):
        await watch.platform.kill(name)
        # Any process but the historian is back within seconds; the historian waits for room without dying.
        await watch.until_status(lambda s: not s["missing"], 60, f"{name} is back")
        await watch.leak(within=20.0)
    watch.disk.empty()
    await watch.until_well()


async def test_processes_killed_on_a_disk_without_a_byte_left_come_back_and_alarms_go_on(watch: Watch):
    await watch.leak()
    await watch.disk.fill_to_the_last_byte()
    for name in ("alarms", "historian", "connect", "app", "incidents"):
        pid = watch.platform.running.processes[name]
        os.kill(pid, 9)
        await watch.until_status(
            lambda s, name=name, pid=pid: s["processes"].get(name, {}).get("pid", pid) != pid,
            60,
            f"{name} is back",
        )
    await watch.leak(within=30.0)
    await watch.page_answers()
    watch.disk.empty()
    await watch.until_well()


async def test_a_start_on_a_full_disk_is_refused_with_a_sentence(watch: Watch):
    assert await watch.platform.stop() == 0
    watch.disk.fill(1 * 2**20)
    reserve = watch.platform.settings.data / "reserve"
    assert reserve.exists()
    code, words = await watch.platform.command("up")
    assert code == 2
    assert "make room first" in words and "清理磁盘" in words
