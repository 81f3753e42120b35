"""The guard of the disk: when the broker is started anew, when streams are held back, what the reserve is for."""

import pytest

from fangwei.bus import subjects
from fangwei.core.health import Health
from fangwei.host import disk
from fangwei.host.disk import DiskGuard, Doubt, NoRoom, room_to_start

GIB = 2**30


class FakeBus:
    """A broker's streams: `why` they refuse, and their limits."""

    def __init__(self) -> None:
        self.why = ""
        self.asked = 0
        self.limits = dict(disk.STREAMS)

    async def refusal(self, nothing: bytes) -> str:
        self.asked += 1
        return self.why

    async def stream_bytes(self, name: str) -> int:
        return 5 * disk.SMALLEST_STREAM

    async def limit_stream(self, name: str, most: int) -> None:
        self.limits[name] = most


class Rig:
    def __init__(self, folder) -> None:
        self.bus = FakeBus()
        self.health = Health("supervisor")
        self.health.state = "running"
        self.starts = 0
        self.guard = DiskGuard(folder, self.bus, self.health, b"", self._start)
        self.now = 100.0

    def _start(self) -> None:
        self.starts += 1

    async def looks(self, free: int, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            await self.guard.look(free, self.now)


@pytest.fixture
def rig(tmp_path, monkeypatch) -> Rig:
    monkeypatch.setattr(disk, "RESERVE", 2**16)
    return Rig(tmp_path)


async def test_a_broker_that_met_a_full_disk_is_started_anew_once_there_is_room(rig: Rig):
    await rig.looks(GIB, 1)
    rig.bus.why = "EVENTS: the stream confirms nothing"
    await rig.looks(0, 30)
    assert rig.starts == 0 and rig.health.state == disk.NOT_STORING
    assert rig.health.error_count("supervisor.broker_not_storing") > 5
    await rig.looks(GIB, 3)
    assert rig.starts == 1
    rig.bus.why = ""
    await rig.looks(GIB, 3)
    assert rig.health.state == "running" and rig.starts == 1


async def test_a_broker_that_stays_deaf_is_started_anew_ever_more_seldom(rig: Rig):
    rig.bus.why = "no"
    await rig.looks(disk.TIGHT - 1, 600)
    assert 3 <= rig.starts <= 7


def test_a_slow_broker_on_a_roomy_disk_is_given_more_time():
    doubt, start = Doubt(), False
    tries = 0
    while not start:
        doubt, start = doubt.asked(True, False, GIB, 100.0 + tries)
        tries += 1
    assert tries == disk.REFUSALS_ANYHOW


async def test_on_a_nearly_full_disk_raw_readings_only_replace_older_ones_until_there_is_room(rig: Rig):
    await rig.looks(GIB, 1)
    await rig.looks(disk.TIGHT - 1, 2)
    assert rig.bus.limits[subjects.READINGS_STREAM] == 5 * disk.SMALLEST_STREAM
    assert rig.health.error_count("supervisor.disk_nearly_full") == 1
    await rig.looks(disk.TIGHT + 1, 2)
    assert rig.bus.limits[subjects.READINGS_STREAM] == 5 * disk.SMALLEST_STREAM, "no to and fro at the edge"
    await rig.looks(GIB, 2)
    assert rig.bus.limits == disk.STREAMS


async def test_an_event_that_was_refused_makes_the_guard_ask_at_once(rig: Rig):
    await rig.looks(GIB, 1)
    asked = rig.bus.asked
    await rig.looks(GIB, 3)
    assert rig.bus.asked == asked
    rig.guard.suspect()
    await rig.looks(GIB, 1)
    assert rig.bus.asked == asked + 1


async def test_the_reserve_is_given_up_on_a_full_disk_and_set_up_again(rig: Rig, tmp_path):
    await rig.looks(GIB, 1)
    assert (tmp_path / "reserve").stat().st_size == 2**16
    await rig.looks(disk.RESERVE_GIVEN_BELOW - 1, 1)
    assert not (tmp_path / "reserve").exists()
    assert rig.health.error_count("supervisor.reserve_given_up") == 1
    await rig.looks(disk.ROOMY, 1)
    assert not (tmp_path / "reserve").exists()
    await rig.looks(GIB, 1)
    assert (tmp_path / "reserve").exists()


def test_a_start_on_a_full_disk_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "LEAST_TO_START", 2**62)
    with pytest.raises(NoRoom, match="make room first"):
        room_to_start(tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []
