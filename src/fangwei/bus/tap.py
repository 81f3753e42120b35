"""A lean listener for floods of small messages: plain NATS subscriptions, handed over read by read.

The general client (client.py) makes an object, parses headers and wakes a task per message: 12 us for each
message that the broker bridged from MQTT. Here a read is cut into frames by one compiled call (frames.py)
and handed over as positions in the receive buffer; while messages stream in, reads are spaced out so that
each carries many.

What a listener must know: core NATS keeps nothing for a listener that is away. Whatever was published while
the tap had no connection is lost to it and cannot be counted; the time is, as `tap.gap`, and each gap is
told to the listener.
"""

import asyncio
import contextlib
import random
import re
from collections import deque
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
import numpy as np

from fangwei.bus import frames as cut
from fangwei.bus.frames import Frames
from fangwei.bus.server import PLATFORM_USER
from fangwei.core.clock import SECOND, now_ns
from fangwei.core.health import Health
from fangwei.core.settings import Settings

LARGEST = 1024 * 1024
"""Bytes of the largest message that is handed over; a larger one is skipped as it arrives, never held."""
BUFFER = 4 * LARGEST
ROWS = 16_384
"""Messages handed over at most at once."""
MANY = 8
"""A read with this many messages means that they stream in."""
SPACING_S = 0.01
"""Between reads while messages stream in: 400 per read at 40,000/s, and never more delay than this. Each read costs
every room downstream one batch: at 4 ms the connect process alone spent 1.4 us more per reading."""
PING_EVERY_S = 5.0
PINGS_UNANSWERED = 2
"""A broker silent for so many pings is gone, whatever the kernel thinks of the connection."""
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
CONNECT_S = 3.0

_PERMISSION = re.compile(rb"permissions violation", re.IGNORECASE)


class Listener(Protocol):
    """Whom a tap tells. Called from the event loop; must not block. What it raises is counted, never the
    end.
    """

    def frames(self, frames: Frames) -> None:
        """Messages; valid during the call only."""

    def too_large(self, subject: bytes, size: int) -> None:
        """A message above LARGEST was skipped."""

    def connected(self, gap_s: float) -> None:
        """Connected and subscribed; `gap_s` seconds were not heard (0 for the first time)."""

    def disconnected(self, why: str) -> None:
        """The connection ended or could not be made; the tap tries again by itself."""


class Tap:
    """Subscriptions on a connection of their own. `run` keeps it connected until `stop`.

    Example:
        tap = Tap(settings, health, listener)
        tap.subscribe("plant.*.value")
        await tap.run(stop)
    """

    def __init__(self, settings: Settings, health: Health, listener: Listener, *, spacing_s: float = SPACING_S) -> None:
        address = urlsplit(settings.bus_url.split(",")[0])
        if address.scheme != "nats" or address.hostname is None:
            raise ValueError(f"a tap speaks plain NATS (nats://host:port), not {settings.bus_url!r}")
        self._host, self._port = address.hostname, address.port or 4222
        self._password = settings.nats_token
        self._health = health
        self._listener = listener
        self._spacing_s = spacing_s
        self._subjects: dict[int, str] = {}
        self._connection: _Connection | None = None
        self._lost_at: int | None = None
        self.ready = asyncio.Event()
        """Set while connected and subscribed."""

    def subscribe(self, subject: str) -> int:
        """Listen to a subject, now and after every reconnection; returns the id found in `Frames.table`."""
        sid = len(self._subjects) + 1
        self._subjects[sid] = subject
        if self._connection is not None and self.ready.is_set():
            self._connection.send(b"SUB %b %d\r\n" % (subject.encode(), sid))
        return sid

    def publish(self, subject: str, payload: bytes) -> bool:
        """Say something on the same connection; False when there is none."""
        if self._connection is None or not self.ready.is_set():
            return False
        self._connection.send(b"PUB %b %d\r\n%b\r\n" % (subject.encode(), len(payload), payload))
        return True

    async def heard(self) -> bool:
        """Wait until everything that the broker had for this connection before the call was handed over; False where
        the connection is not there or ended meanwhile.
        """
        if self._connection is None or not self.ready.is_set():
            return False
        answered = self._connection.ping()
        await asyncio.wait((answered, self._connection.closed), return_when=asyncio.FIRST_COMPLETED)
        return answered.done()

    async def run(self, stop: asyncio.Event) -> None:
        """Connect, listen, connect again, until `stop` is set or the task is cancelled."""
        cut.warm()
        stopping = asyncio.create_task(stop.wait())
        failures = 0
        try:
            while not stop.is_set():
                connection = _Connection(self)
                try:
                    why = await self._one_connection(connection, stopping)
                finally:
                    connection.abort()
                    self._connection = None
                    was_up = self.ready.is_set()
                    self.ready.clear()
                if stop.is_set():
                    return
                if was_up:
                    failures = 0
                    self._lost_at = now_ns()
                self._tell_down(why)
                wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures, 8))
                failures += 1
                await asyncio.wait((stopping,), timeout=wait_s * random.uniform(0.5, 1))  # noqa: S311
        finally:
            stopping.cancel()

    async def _one_connection(self, connection: "_Connection", stopping: "asyncio.Task[object]") -> str:
        """Listen on one connection until it ends; returns why it did."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_S):
                await loop.create_connection(lambda: connection, self._host, self._port)
                await asyncio.wait((connection.subscribed, connection.closed), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            return f"no answer from {self._host}:{self._port} in {CONNECT_S:g} s"
        except OSError as error:
            return str(error)
        if not connection.closed.done():
            self._now_up(connection)
            pinging = asyncio.create_task(connection.ping_for_ever())
            try:
                await asyncio.wait((connection.closed, stopping), return_when=asyncio.FIRST_COMPLETED)
            finally:
                pinging.cancel()
        return connection.closed.result() if connection.closed.done() else ""

    def connect_line(self) -> bytes:
        """The CONNECT of the platform's own user, with all subscriptions and a PING that asks whether they
        hold.
        """
        greeting: dict[str, object] = {
            "verbose": False, "pedantic": False, "headers": True,
            "protocol": 1, "lang": "python", "version": "1",
            "name": f"{self._health.process}-tap",
        }  # fmt: skip
        if self._password:
            greeting |= {"user": PLATFORM_USER, "pass": self._password}
        lines = [b"CONNECT " + msgspec.json.encode(greeting)]
        lines += [b"SUB %b %d" % (subject.encode(), sid) for sid, subject in self._subjects.items()]
        return b"\r\n".join([*lines, b"PING", b""])

    def hand_over(self, frames: Frames) -> None:
        """Give messages to the listener."""
        try:
            self._listener.frames(frames)
        except Exception as error:
            self._health.error(f"tap.listener.{type(error).__name__}", f"{len(frames)} messages: {error}", len(frames))

    def skip(self, subject: bytes, size: int) -> None:
        """Tell the listener of a message that is too large."""
        with contextlib.suppress(Exception):
            self._listener.too_large(subject, size)

    def complain(self, name: str, detail: str) -> None:
        """Count an error of the connection."""
        self._health.error(name, detail)

    @property
    def spacing_s(self) -> float:
        """Seconds between reads while messages stream in."""
        return self._spacing_s

    def _now_up(self, connection: "_Connection") -> None:
        self._connection = connection
        gap_s = 0.0 if self._lost_at is None else (now_ns() - self._lost_at) / SECOND
        if self._lost_at is not None:
            self._health.error("tap.gap", f"{gap_s:.3f} s were not heard: {', '.join(self._subjects.values())}")
        self._lost_at = None
        self.ready.set()
        try:
            self._listener.connected(gap_s)
        except Exception as error:
            self._health.error(f"tap.listener.{type(error).__name__}", str(error))

    def _tell_down(self, why: str) -> None:
        self._health.error("tap.down", why)
        try:
            self._listener.disconnected(why)
        except Exception as error:
            self._health.error(f"tap.listener.{type(error).__name__}", str(error))


class _Connection(asyncio.BufferedProtocol):
    """One TCP connection: receives into one buffer, cuts it, answers the broker's control lines."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._loop = loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._memory = bytearray(BUFFER)
        self._view = memoryview(self._memory)
        self._bytes = np.frombuffer(self._memory, np.uint8)
        self._table = np.zeros((ROWS, cut.COLUMNS), np.int64)
        self._start = 0
        self._end = 0
        self._to_skip = 0
        self._greeted = False
        self._pings = 0
        self._error = ""
        self._unanswered: deque[asyncio.Future[None]] = deque()
        """PINGs in the order in which their PONGs will come."""
        self.subscribed: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[str] = loop.create_future()

    # --- the side of asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # it is a stream

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(self._error or (str(exc) if exc else "the broker closed the connection"))

    def get_buffer(self, sizehint: int) -> memoryview:
        if self._start == self._end:
            self._start = self._end = 0
        elif BUFFER - self._end < LARGEST:
            # only the tail of an incomplete frame is moved, at most once per two megabytes
            self._view[: self._end - self._start] = bytes(self._view[self._start : self._end])
            self._start, self._end = 0, self._end - self._start
        return self._view[self._end :]

    def buffer_updated(self, nbytes: int) -> None:
        self._end += nbytes
        self._pings = 0
        handed = self._consume(now_ns())
        if handed >= MANY and self._tap.spacing_s > 0 and self._transport is not None:
            self._transport.pause_reading()
            self._loop.call_later(self._tap.spacing_s, self._read_on)

    def eof_received(self) -> bool:
        return False

    def _read_on(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    # --- the side of NATS

    def _consume(self, received: int) -> int:
        handed = 0
        while True:
            if self._to_skip:
                gone = min(self._to_skip, self._end - self._start)
                self._start += gone
                self._to_skip -= gone
                if self._to_skip:
                    return handed
            rows, self._start, why = cut.split(self._bytes, self._start, self._end, LARGEST, self._table)
            if rows:
                handed += rows
                self._tap.hand_over(Frames(self._bytes, self._table[:rows], received))
            if why == cut.MORE:
                return handed
            if why == cut.CONTROL:
                line_end = self._memory.find(b"\r\n", self._start, self._end)
                if line_end < 0:
                    if self._end - self._start > LARGEST:
                        self._fail("a control line without end")
                    return handed
                line = bytes(self._view[self._start : line_end])
                self._start = line_end + 2
                self._control(line)
            elif why == cut.TOO_LARGE:
                _, subject, subject_end, _, payload_end, frame_end = self._table[rows].tolist()
                payload = self._table[rows, cut.PAYLOAD].item()
                self._tap.skip(bytes(self._view[subject:subject_end]), payload_end - payload)
                self._to_skip = frame_end - self._start
            elif why == cut.BROKEN:
                self._fail(f"not the NATS protocol: {bytes(self._view[self._start : self._start + 80])!r}")
                return handed

    def _control(self, line: bytes) -> None:
        if line == b"PING":
            self.send(b"PONG\r\n")
        elif line == b"PONG":
            if self._unanswered and not (answered := self._unanswered.popleft()).done():
                answered.set_result(None)
        elif line.startswith(b"INFO"):
            if not self._greeted:
                self._greeted = True
                self.send(self._tap.connect_line())
                self._unanswered.append(self.subscribed)
        elif line.startswith(b"-ERR"):
            words = line[4:].strip(b" '").decode(errors="replace")
            if _PERMISSION.search(line):
                self._tap.complain("tap.refused", words)
            else:
                self._error = f"the broker says: {words}"

    def send(self, data: bytes) -> None:
        """Write to the broker."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def ping(self) -> asyncio.Future[None]:
        """Ask; done when the broker answered, after everything it had sent before."""
        answered: asyncio.Future[None] = self._loop.create_future()
        self._unanswered.append(answered)
        self.send(b"PING\r\n")
        return answered

    def abort(self) -> None:
        """End the connection now."""
        if self._transport is not None:
            self._transport.abort()

    async def ping_for_ever(self) -> None:
        """Ask a silent broker whether it is there; end the connection when it is not."""
        while True:
            await asyncio.sleep(PING_EVERY_S)
            if self._pings >= PINGS_UNANSWERED:
                self._fail(f"the broker was silent for {self._pings * PING_EVERY_S:g} s")
                return
            self._pings += 1
            self.ping()

    def _fail(self, why: str) -> None:
        self._error = why
        self._start = self._end = self._to_skip = 0
        self.abort()
