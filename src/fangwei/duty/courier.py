"""Carries the messages of one channel: at once, in order, again after a failure, never in another channel's way."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import msgspec

from fangwei.core.events import IncidentStatus, TimelineEntry
from fangwei.core.health import Health
from fangwei.duty.channels import ChannelFailed, Door, Outgoing
from fangwei.duty.pace import Told, wait_s

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
MOST_ATTEMPTS = 60
"""About fifty minutes of trying; then the message is given up, counted and marked failed."""
AT_ONCE = 16
MOST_ENTRIES = 500
"""Timeline lines kept for a receiver that is away."""

OnSent = Callable[[Outgoing], Awaitable[None]]
OnFailed = Callable[[Outgoing, str], Awaitable[None]]


class Courier:
    """One channel's messages. For each `key` (an incident or notice) one message is under way at a time; one that
    waits is replaced by a newer one, with the timeline lines of both. Pictures of an incident for a machine keep the
    pace of `pace`; notices to people never wait.
    """

    def __init__(
        self,
        channel: str,
        door: Door,
        health: Health,
        sent: OnSent,
        failed: OnFailed,
        first_wait_s: float = FIRST_WAIT_S,
    ) -> None:
        self.channel = channel
        self._door = door
        self._health = health
        self._sent = sent
        self._failed = failed
        self._first_wait_s = first_wait_s
        self._waiting: dict[str, Outgoing] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._told: dict[str, Told] = {}
        self._wakes: dict[str, asyncio.Event] = {}
        self._closed = False
        self._slots = asyncio.Semaphore(AT_ONCE)

    def post(self, message: Outgoing) -> None:
        """Take a message; returns at once."""
        key = message.key
        if key in self._tasks:
            older = self._waiting.get(key)
            self._waiting[key] = message if older is None else _joined(older, message)
            if key in self._wakes:
                self._wakes[key].set()
            return
        task = asyncio.get_running_loop().create_task(self._carry(message))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._done(key))

    def drop(self, key: str) -> None:
        """Nothing more needs to be sent for `key`; what is under way now still goes."""
        self._waiting.pop(key, None)

    @property
    def busy(self) -> int:
        """How many messages are not delivered yet."""
        return len(self._tasks) + len(self._waiting)

    async def close(self, grace_s: float = 1.0) -> None:
        """Let what is under way arrive for a moment, then end; what did not is sent after the restart."""
        self._closed = True
        for wake in self._wakes.values():
            wake.set()
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=grace_s)
        for task in list(self._tasks.values()):
            task.cancel()
        await self._door.close()

    async def _carry(self, message: Outgoing) -> None:
        attempt = 0
        delivered = False
        while True:
            newer = self._waiting.pop(message.key, None)
            if newer is not None:
                message = newer if delivered else _joined(message, newer)
                delivered = False
            message = await self._paced(message)
            try:
                async with self._slots:
                    await self._door.send(message)
            except Exception as error:  # whatever a channel's library raises, the next message must still go
                attempt += 1
                why = str(error.values["why"]) if isinstance(error, ChannelFailed) else type(error).__name__
                self._health.error("duty.channel_failed", f"{self.channel}: {why}")
                await self._failed(message, why)
            else:
                attempt, delivered = 0, True
                self._health.count(f"duty.sent.{self.channel}")
                self._remember(message)
                await self._sent(message)
                if message.key not in self._waiting:
                    return
                continue
            if attempt >= MOST_ATTEMPTS:
                self._health.error("duty.gave_up", f"{self.channel}: {message.id}")
                return
            wait = min(LONGEST_WAIT_S, self._first_wait_s * 2 ** min(attempt - 1, 10))
            # Jitter, so that a receiver that comes back is not met by everybody in the same instant.
            await asyncio.sleep(wait * random.uniform(0.75, 1.25))  # noqa: S311

    async def _paced(self, message: Outgoing) -> Outgoing:
        """The message with all that came while it kept the pace; what matters, or the end, cuts the wait short."""
        if message.notice is not None:
            return message
        key, clock = message.key, asyncio.get_running_loop().time
        while not self._closed:
            wait = wait_s(self._told.get(key), message.event.incident, clock())
            if wait == 0.0:
                break
            wake = self._wakes[key] = asyncio.Event()
            try:
                await asyncio.wait_for(wake.wait(), wait)
            except TimeoutError:
                pass
            finally:
                del self._wakes[key]
            newer = self._waiting.pop(key, None)
            if newer is not None:
                message = _joined(message, newer)
        return message

    def _remember(self, message: Outgoing) -> None:
        incident = message.event.incident
        if message.notice is not None:
            return
        if incident.status in (IncidentStatus.CLOSED, IncidentStatus.DISSOLVED):
            self._told.pop(message.key, None)
        else:
            self._told[message.key] = Told(incident, asyncio.get_running_loop().time())

    def _done(self, key: str) -> None:
        del self._tasks[key]
        waiting = self._waiting.pop(key, None)
        if waiting is not None and not self._closed:
            self.post(waiting)


def _joined(older: Outgoing, newer: Outgoing) -> Outgoing:
    """The newer message with the older one's lines before its own: nothing of the timeline is lost on the way."""
    lines: dict[str, TimelineEntry] = {line.id: line for line in (*older.event.entries, *newer.event.entries)}
    event = msgspec.structs.replace(newer.event, entries=list(lines.values())[-MOST_ENTRIES:])
    return msgspec.structs.replace(newer, event=event)
