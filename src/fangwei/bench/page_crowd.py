"""Pages that are open elsewhere: websockets in a process of their own that ask for every point, as the overview does.

    python -m fangwei.bench.page_crowd --port 8080 --count 499

Says `open N` when all of them have their first picture; runs until its standard input closes, then prints one JSON
object: how many were still open, and how many messages and bytes came. It must cost next to nothing beside what it
measures, so it reads no more of a frame than its head (RFC 6455, section 5.2).
"""

import argparse
import asyncio
import base64
import json
import secrets
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


@dataclass
class Came:
    """What came in over all connections, and how many of them still stand."""

    open: int = 0
    messages: int = 0
    bytes: int = 0


def masked(opcode: int, payload: bytes) -> bytes:
    """A frame from a client: always masked, here with zeros, which leaves the payload as it is.

    >>> masked(0x1, b"hi").hex()
    '8182000000006869'
    """
    size = len(payload)
    head = (
        struct.pack(">BB", 0x80 | opcode, 0x80 | size) if size < 126 else struct.pack(">BBH", 0x80 | opcode, 254, size)
    )
    return head + b"\0\0\0\0" + payload


class OnePage(asyncio.Protocol):
    """One page: shakes hands, watches everything, takes what comes, answers pings."""

    def __init__(self, came: Came, request: bytes, ready: asyncio.Future[None]) -> None:
        self.came = came
        self.request = request
        self.ready = ready
        self.rest = b""
        self.shaken = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask to be a websocket."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Count whole frames; keep the rest."""
        self.came.bytes += len(data)
        data = self.rest + data
        if not self.shaken:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self.rest = head
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self.ready.set_exception(ConnectionError(head.decode("latin-1").splitlines()[0]))
                return
            self.shaken = True
            self.transport.write(masked(TEXT, b'{"type":"watch","points":null}'))
        at = 0
        while (end := self._frame(data, at)) is not None:
            at = end
        self.rest = data[at:]

    def _frame(self, data: bytes, at: int) -> int | None:
        """Where the frame that begins at `at` ends; None when it is not whole yet."""
        if len(data) < at + 2:
            return None
        opcode, size, begin = data[at] & 0xF, data[at + 1] & 0x7F, at + 2
        if size == 126:
            if len(data) < begin + 2:
                return None
            size, begin = int.from_bytes(data[begin : begin + 2], "big"), begin + 2
        elif size == 127:
            if len(data) < begin + 8:
                return None
            size, begin = int.from_bytes(data[begin : begin + 8], "big"), begin + 8
        if len(data) < begin + size:
            return None
        if opcode == PING:
            self.transport.write(masked(PONG, data[begin : begin + size]))
        elif opcode == CLOSE:
            self.transport.close()
        else:
            self.came.messages += 1
            if not self.ready.done():
                self.came.open += 1
                self.ready.set_result(None)
        return begin + size

    def connection_lost(self, exc: Exception | None) -> None:
        """A page that was let go is one page less."""
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("closed before its first picture"))
        else:
            self.came.open -= 1


def handshake(port: int, headers: Sequence[str]) -> bytes:
    """The request that turns a connection into a websocket (RFC 6455, section 4.1)."""
    lines = [
        "GET /api/live HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: http://127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(secrets.token_bytes(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def crowd(port: int, count: int, headers: Sequence[str]) -> Came:
    """Hold `count` pages open until standard input closes.

    Raises:
        ConnectionError: the door refused one.
    """
    came = Came()
    loop = asyncio.get_running_loop()
    pages = []
    for _ in range(count):
        ready = loop.create_future()
        page = OnePage(came, handshake(port, headers), ready)
        await loop.create_connection(lambda page=page: page, "127.0.0.1", port)  # type: ignore[misc]
        # One after the other: five hundred handshakes at once would only measure the backlog.
        await ready
        pages.append(page)
    print(f"open {came.open}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    still = Came(came.open, came.messages, came.bytes)
    for page in pages:
        page.transport.close()
    return still


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of this process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, default=499)
    parser.add_argument("--header", action="append", default=[], help="a line for the handshake, 'Cookie: ...'")
    chosen = parser.parse_args(arguments)
    came = asyncio.run(crowd(chosen.port, chosen.count, chosen.header))
    print(json.dumps({"open": came.open, "messages": came.messages, "bytes": came.bytes}))


if __name__ == "__main__":
    main()
