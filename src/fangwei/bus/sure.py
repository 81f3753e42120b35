"""Messages that must not be lost: sent at once, and again until the stream confirms them.

The live copy goes to everybody with each sending, so sending again has a price. While the stream refuses (a full disk)
or is silent for long, only the oldest message asks again; as soon as it is confirmed the others follow.
"""

import asyncio
from dataclasses import dataclass

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg

from fangwei.core.health import Health

RESEND_AFTER_S = 2.0
LOOK_EVERY_S = 0.25
NOT_STORED = "bus.not_stored"
"""The error counted when a stream refuses a message."""
SILENT_TRIES = 3
"""The oldest message sent so often without an answer: the stream is away, asking for all of them would help nobody."""
WAITING_BYTES = 128 * 1024**2
"""Beyond it the oldest are given up, counted by name: memory must not follow the disk. Live listeners had them."""


@dataclass(slots=True)
class _Waiting:
    subject: str
    payload: bytes
    reply: str
    headers: dict[str, str]
    sent: float
    tries: int = 1


class Sure:
    """The messages of one client that are not confirmed yet."""

    def __init__(self, client: Client, health: Health) -> None:
        self._nc = client
        self._health = health
        self._waiting: dict[int, _Waiting] = {}
        """By number, the oldest first."""
        self._bytes = 0
        self._count = 0
        self._inbox: str | None = None
        self._refused = False
        self._resending: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    async def publish(self, subject: str, payload: bytes, sure_id: str) -> None:
        """Send now; `sure_id` is the same for the same message, so that the stream keeps it once."""
        inbox = await self._confirmations()
        self._count += 1
        number, reply, headers = self._count, f"{inbox}.{self._count}", {"Nats-Msg-Id": sure_id}
        message = _Waiting(subject, payload, reply, headers, asyncio.get_running_loop().time())
        self._waiting[number] = message
        self._bytes += len(payload)
        while self._bytes > WAITING_BYTES and len(self._waiting) > 1:
            oldest = next(iter(self._waiting))
            self._health.error("bus.given_up", f"{self._waiting[oldest].subject}: never confirmed by the stream")
            self._forget(oldest)
        await self._nc.publish(subject, payload, reply=reply, headers=headers)
        if self._resending is None or self._resending.done():
            self._resending = asyncio.get_running_loop().create_task(self._resend())

    async def settle(self, timeout: float) -> int:
        """Wait until everything is confirmed; returns how many are not after `timeout` seconds (0 is good)."""
        deadline = asyncio.get_running_loop().time() + timeout
        while self._waiting and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.01)
        return len(self._waiting)

    def close(self) -> None:
        """Send nothing again."""
        if self._resending is not None:
            self._resending.cancel()

    async def _confirmations(self) -> str:
        """The inbox to which the streams confirm; one subscription for all, since a burst may be hundreds."""
        if self._inbox is None:
            self._inbox = self._nc.new_inbox()
            await self._nc.subscribe(f"{self._inbox}.*", cb=self._on_answer)
        return self._inbox

    async def _on_answer(self, message: Msg) -> None:
        number = int(message.subject.rsplit(".", 1)[1])
        if message.data.startswith(b'{"stream"'):
            self._refused = False
            self._forget(number)
        elif message.data.startswith(b'{"error"'):
            self._refused = True
            waiting = self._waiting.get(number)
            about = waiting.subject if waiting is not None else ""
            self._health.error(NOT_STORED, f"{about}: {_words(message.data)}")

    def _forget(self, number: int) -> None:
        gone = self._waiting.pop(number, None)
        if gone is not None:
            self._bytes -= len(gone.payload)

    async def _resend(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            await asyncio.sleep(LOOK_EVERY_S)
            now = loop.time()
            due = [m for m in self._waiting.values() if now - m.sent >= RESEND_AFTER_S]
            if due and (self._refused or due[0].tries > SILENT_TRIES):
                del due[1:]
            for message in due:
                message.sent, message.tries = now, message.tries + 1
                self._health.count("bus.resent")
                try:
                    await self._nc.publish(
                        message.subject, message.payload, reply=message.reply, headers=message.headers
                    )
                except Exception as error:  # the client's own buffer is full while the broker is away: later
                    self._health.error("bus.not_resent", f"{message.subject}: {type(error).__name__}: {error}")
                    break


def _words(answer: bytes) -> str:
    try:
        return str(msgspec.json.decode(answer)["error"]["description"])
    except (msgspec.MsgspecError, KeyError, TypeError):
        return answer[:200].decode(errors="replace")
