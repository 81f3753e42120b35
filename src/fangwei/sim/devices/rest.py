"""REST: a small HTTP server whose JSON holds the latest values at the paths that the sources name."""

import asyncio
import json
import math
from typing import Any
from urllib.parse import urlsplit

from fangwei.sim.devices.base import Device
from fangwei.sim.devices.mqtt import put, stamp
from fangwei.sim.site import Source

REQUEST_LIMIT = 16 * 1024
REQUEST_SECONDS = 10.0


class RestDevice(Device):
    """One port; a path per source."""

    def __init__(self, sources: list[Source]) -> None:
        super().__init__(sources)
        url = urlsplit(str(sources[0].options["url"]))
        self.address = (url.hostname or "127.0.0.1", url.port or 80)
        self._paths = {urlsplit(str(s.options["url"])).path or "/": s for s in sources}
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self) -> None:
        """Serve until cancelled."""
        server = await asyncio.start_server(self._accept, *self.address, limit=REQUEST_LIMIT)
        try:
            while True:
                await self.inbox.take()
        finally:
            server.close()
            for writer in list(self._writers):
                writer.transport.abort()

    def document(self, source: Source) -> dict[str, Any]:
        """The JSON of one source as of now."""
        body: dict[str, Any] = {}
        newest = 0
        for item in source.items:
            sample = self.latest.get(item.point)
            path = item.address.get("path") if isinstance(item.address, dict) else item.address
            sound = sample is not None and sample.value is not None and not math.isnan(sample.value)
            put(
                body,
                str(path or item.point),
                item.raw(sample.value) if sound and sample and sample.value is not None else None,
            )
            newest = max(newest, sample.time_ns if sample else 0)
        if source.options.get("time"):
            put(
                body,
                str(source.options["time"]),
                stamp(newest, str(source.options.get("time_format") or "iso")),
            )
        return body

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            async with asyncio.timeout(None) as patience:
                while True:
                    patience.reschedule(asyncio.get_running_loop().time() + REQUEST_SECONDS * 6)
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                    method, _, rest = head.partition(" ")
                    source = self._paths.get(urlsplit(rest.split(" ")[0]).path)
                    if method not in ("GET", "HEAD"):
                        self._answer(writer, "405 Method Not Allowed", {"error": "GET only"})
                    elif source is None:
                        self._answer(
                            writer,
                            "404 Not Found",
                            {"error": "no such document", "known": sorted(self._paths)},
                        )
                    else:
                        self._answer(writer, "200 OK", self.document(source))
                    await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, TimeoutError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    @staticmethod
    def _answer(writer: asyncio.StreamWriter, status: str, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
