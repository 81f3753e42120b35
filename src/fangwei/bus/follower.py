"""Following the stream of events: one after the other, each finished before it is confirmed, however long it takes."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from nats.aio.msg import Msg

from fangwei.core.health import Health

ACK_WAIT_S = 30.0
AT_WORK_EVERY_S = 10.0
"""A handler may wait for a full disk for hours. It says so to the broker this often, which otherwise would send the
event again each 30 s, and never more after the twentieth time."""
MOST_TRIES = 20
AGAIN_AFTER_S = 5.0


class Follower:
    """Takes messages off the subscription and hands them to `handler` in their order."""

    def __init__(self, type: type[Any], handler: Callable[[Any], Awaitable[None]], health: Health) -> None:
        self._type = type
        self._handler = handler
        self._health = health
        self._waiting: deque[Msg] = deque()
        """The first is the one being handled."""
        self._more = asyncio.Event()

    async def take(self, message: Msg) -> None:
        """A message of the subscription; returns at once."""
        self._waiting.append(message)
        self._more.set()

    async def run(self) -> None:
        """Handle what comes, until cancelled."""
        at_work = asyncio.get_running_loop().create_task(self._say_at_work())
        try:
            while True:
                if not self._waiting:
                    self._more.clear()
                    await self._more.wait()
                try:
                    await self._handle(self._waiting[0])
                except Exception as error:  # the confirmation did not go out: the broker sends the event again
                    self._health.error(f"bus.not_confirmed.{error.__class__.__name__}", str(error))
                finally:
                    self._waiting.popleft()
        finally:
            at_work.cancel()

    async def _handle(self, message: Msg) -> None:
        try:
            event = msgspec.json.decode(message.data, type=self._type)
        except msgspec.MsgspecError as error:
            self._health.error("bus.not_an_event", f"{message.subject}: {error}")
            await message.ack()
            return
        try:
            await self._handler(event)
        except Exception as error:
            self._health.error(f"bus.handler.{error.__class__.__name__}", f"{message.subject}: {error}")
            await message.nak(delay=AGAIN_AFTER_S)
            return
        await message.ack()

    async def _say_at_work(self) -> None:
        while True:
            await asyncio.sleep(AT_WORK_EVERY_S)
            for message in list(self._waiting):
                try:
                    await message.in_progress()
                except Exception as error:
                    self._health.error(f"bus.not_confirmed.{error.__class__.__name__}", str(error))
                    break
