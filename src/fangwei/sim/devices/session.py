"""One MQTT session: connected once, ended once, then a new one. paho runs in its own thread."""

import asyncio
import contextlib
import os
import secrets
import socket

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

KEEPALIVE = 15
OPEN_SECONDS = 5.0


def broker_address() -> tuple[str, int]:
    """The platform's broker, from FANGWEI_MQTT_PORT."""
    return os.environ.get("FANGWEI_MQTT_HOST", "127.0.0.1"), int(os.environ.get("FANGWEI_MQTT_PORT") or 1883)


class Session:
    """A connection to the broker.

    Raises (from `open`):
        OSError: no broker there.
        ConnectionError: the broker refuses us or stays silent.
    """

    def __init__(self, name: str, address: tuple[str, int], will: tuple[str, bytes] | None = None) -> None:
        self.address = address
        self.ended = asyncio.Event()
        self.messages: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(1000)
        self._subscribed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[str] = self._loop.create_future()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"{name}-{secrets.token_hex(3)}")
        self._client.max_queued_messages_set(20000)
        if will is not None:
            self._client.will_set(will[0], will[1], qos=1)
        self._client.on_connect = lambda c, u, f, reason, p: self._later(self._answered, str(reason), reason.is_failure)
        self._client.on_disconnect = lambda c, u, f, reason, p: self._later(self.ended.set)
        self._client.on_subscribe = lambda c, u, mid, reasons, p: self._later(self._subscribed.set)
        self._client.on_message = lambda c, u, m: self._later(self._hear, m.topic, m.payload)

    async def open(self) -> "Session":
        """Connect and wait for the broker's answer."""
        await asyncio.to_thread(self._client.connect, *self.address, KEEPALIVE)
        self._client.loop_start()
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                refused = await self._opened
        except TimeoutError:
            refused = "no answer"
        if refused:
            await self.close()
            raise ConnectionError(f"MQTT {self.address[0]}:{self.address[1]}: {refused}")
        return self

    async def subscribe(self, topic: str) -> None:
        """Hear a topic; messages come into `messages`. Returns when the broker has confirmed."""
        self._subscribed.clear()
        self._client.subscribe(topic, qos=1)
        async with asyncio.timeout(OPEN_SECONDS):
            await self._subscribed.wait()

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> None:
        """Send; the thread behind does the work."""
        self._client.publish(topic, payload, qos)

    async def flush(self, seconds: float = 5.0) -> None:
        """Wait until what was published is on the wire, at most `seconds`."""
        deadline = self._loop.time() + seconds
        # paho has no event for an empty queue.
        while self._client.want_write() and self._loop.time() < deadline and not self.ended.is_set():
            await asyncio.sleep(0.005)

    async def close(self, politely: bool = True) -> None:
        """End the session; impolitely the socket just vanishes and the broker publishes our will."""
        if politely:
            self._client.disconnect()
        else:
            wire = self._client.socket()
            if wire is not None:
                # Shut down, not closed: paho's thread still watches this descriptor and sees the end of it.
                with contextlib.suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)  # type: ignore[attr-defined]  # paho types it too narrowly
        await asyncio.to_thread(self._client.loop_stop)

    def _later(self, call: object, *values: object) -> None:
        # The loop may be closed already while paho's thread says goodbye.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *values)  # type: ignore[arg-type]

    def _answered(self, reason: str, failed: bool) -> None:
        if not self._opened.done():
            self._opened.set_result(reason if failed else "")

    def _hear(self, topic: str, payload: bytes) -> None:
        if not self.messages.full():
            self.messages.put_nowait((topic, payload))
