"""What a full disk must not do: let the streams fill the last of it, or leave the broker deaf when there is room again.

nats-server remembers the first write that failed: a stream that met a full disk takes nothing more until the server
starts anew, however much room there is by then (seen with 2.15). So somebody has to ask it, and to start it anew.
"""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from nats.errors import Error as NatsError

from fangwei.bus import subjects
from fangwei.bus.client import READINGS_KEPT_BYTES, Bus
from fangwei.bus.field import KEPT_BYTES as FIELD_KEPT_BYTES
from fangwei.core.errors import FangweiError
from fangwei.core.health import Health
from fangwei.core.texts import Text

TIGHT = 128 * 1024**2
"""Bytes left on the disk below which raw readings may only replace older ones: what is left belongs to the events and
the transactions. History stopped long before (`historian.chdb_store.FREE_FLOOR`)."""
ROOMY = 256 * 1024**2
SMALLEST_STREAM = 16 * 1024**2
STARTABLE = 16 * 1024**2
"""The broker writes its indexes when it ends and starts; with less room a new start would help nothing."""
LOOK_EVERY_S = 1.0
ASK_EVERY_S = 10.0
ASK_IN_DOUBT_S = 2.0
FIRST_PATIENCE_S = 10.0
LONGEST_PATIENCE_S = 600.0
"""A start anew that did not help is tried again after ever longer waits: each costs the alarms a fifth of a second."""
RESERVE = 64 * 1024**2
"""Kept as a file that is given up when somebody else fills the disk: events, transactions and a restart of any process
live on it for days, where a disk with nothing left would let no process start."""
RESERVE_GIVEN_BELOW = 24 * 1024**2
LEAST_TO_START = 32 * 1024**2
REFUSALS_OF_A_FULL_DISK = 2
REFUSALS_ANYHOW = 6
"""Without a full disk to explain them: a broker under an absurd load must not be started anew for being slow."""
STREAMS = {subjects.READINGS_STREAM: READINGS_KEPT_BYTES, subjects.FIELD_STREAM: FIELD_KEPT_BYTES}
NOT_STORING = "broker_not_storing"


class NoRoom(FangweiError):
    """A platform was to start on a disk that is full."""

    code = "host.no_room"
    text = Text(
        "数据目录 {folder} 所在磁盘只剩 {free_mb:.0f} MB，启动至少需要 {least_mb:.0f} MB；请先清理磁盘",
        "{free_mb:.0f} MB are left on the disk of the data folder {folder}; {least_mb:.0f} MB are needed to start; "
        "make room first",
    )


def room_to_start(folder: Path) -> None:
    """Refuse before anything half-written stands in the folder.

    Raises:
        NoRoom: the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < LEAST_TO_START:
        raise NoRoom(folder=folder, free_mb=free / 2**20, least_mb=LEAST_TO_START / 2**20)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is known of the broker's storing. Pure; times in seconds of any one clock."""

    refusals: int = 0
    """In a row; 0 when it stores."""
    next_start: float = 0.0
    """Not started anew before this."""
    patience_s: float = FIRST_PATIENCE_S

    full: bool = False
    """The disk was nearly full since it last stored: that is why."""

    def asked(self, refused: bool, tight: bool, free: int, now: float) -> tuple["Doubt", bool]:
        """After an answer of the broker; also says whether to start it anew now.

        >>> doubt, start = Doubt().asked(True, True, STARTABLE, 0.0)
        >>> start, doubt.asked(True, True, STARTABLE, 2.0)[1], doubt.asked(True, True, 0, 2.0)[1]
        (False, True, False)
        """
        if not refused:
            return Doubt(full=tight), False
        later = replace(self, refusals=self.refusals + 1, full=self.full or tight)
        enough = REFUSALS_OF_A_FULL_DISK if later.full else REFUSALS_ANYHOW
        if later.refusals < enough or free < STARTABLE or now < self.next_start:
            return later, False
        patience = min(2 * self.patience_s, LONGEST_PATIENCE_S)
        return replace(later, next_start=now + self.patience_s, patience_s=patience), True


class DiskGuard:
    """Looks after the disk of a data folder. `start_anew` starts the broker anew; `nothing` is an encoded batch without
    readings, by which the broker is asked."""

    def __init__(self, folder: Path, bus: Bus, health: Health, nothing: bytes, start_anew: Callable[[], None]) -> None:
        self._folder = folder
        self._reserve = folder / "reserve"
        self._bus = bus
        self._health = health
        self._nothing = nothing
        self._start_anew = start_anew
        self._tight: bool | None = None
        self._doubt = Doubt()
        self._asked = 0.0
        self._suspected = False

    def suspect(self) -> None:
        """Somebody's event was not stored: ask soon."""
        self._suspected = True

    async def run(self) -> None:
        """Look until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                await self.look(shutil.disk_usage(self._folder).free, loop.time())
            except (NatsError, OSError) as error:
                # The broker is away or the folder unreadable: both are seen by others and pass; look again.
                self._health.error("supervisor.disk_not_looked_at", f"{type(error).__name__}: {error}")
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self, free: int, now: float) -> None:
        """One look, with `free` bytes left at `now` seconds."""
        self._health.gauge("disk.free_mb", round(free / 2**20, 1))
        free += await self._mind_reserve(free)
        tight = free < (ROOMY if self._tight else TIGHT)
        in_doubt = tight or self._suspected or self._doubt.refusals > 0
        if now - self._asked >= (ASK_IN_DOUBT_S if in_doubt else ASK_EVERY_S):
            self._asked, self._suspected = now, False
            await self._ask(tight, free, now)
        if tight is not self._tight:
            # Not while the broker refuses: changing a stream writes to the disk.
            if self._doubt.refusals == 0:
                await self._limit(tight)
                self._tight = tight
            if tight:
                self._health.error("supervisor.disk_nearly_full", f"{free / 2**20:.0f} MB left in {self._folder}")

    async def _mind_reserve(self, free: int) -> int:
        """Give the reserve up, or set it up; returns how many bytes that gave."""
        kept = self._reserve.exists()
        if kept and free < RESERVE_GIVEN_BELOW:
            self._reserve.unlink()
            self._health.error("supervisor.reserve_given_up", f"{free / 2**20:.0f} MB were left in {self._folder}")
            return RESERVE
        if not kept and free > ROOMY + RESERVE:
            await asyncio.to_thread(_allocate, self._reserve)
        return 0

    async def _ask(self, tight: bool, free: int, now: float) -> None:
        why = await self._bus.refusal(self._nothing)
        self._doubt, start = self._doubt.asked(bool(why), tight, free, now)
        if why:
            self._health.state = NOT_STORING
            self._health.error("supervisor.broker_not_storing", f"{why}; {free / 2**20:.0f} MB left")
        elif self._health.state == NOT_STORING:
            self._health.state = "running"
        if start:
            self._health.count("supervisor.broker_started_anew")
            self._start_anew()

    async def _limit(self, tight: bool) -> None:
        for name, most in STREAMS.items():
            if tight:
                with contextlib.suppress(NatsError):
                    await self._bus.limit_stream(name, max(SMALLEST_STREAM, await self._bus.stream_bytes(name)))
            else:
                await self._bus.limit_stream(name, most)


def _allocate(path: Path) -> None:
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, RESERVE)
