"""IEC 60870-5-104 controlled station, as much of it as a small terminal unit has.

APCI (5.1 of the standard): U frames STARTDT, STOPDT, TESTFR; I frames with send and receive counts, S frames
as acknowledgement; at most `K` I frames unacknowledged. ASDUs: M_ME_TF_1 (36) and M_SP_TB_1 (30) spontaneous with
time, M_ME_NC_1 (13) and M_SP_NA_1 (1) on interrogation C_IC_NA_1 (100); C_CS_NA_1 (103), clock synchronisation,
is confirmed.
"""

import asyncio
import datetime
import math
import struct
from collections.abc import AsyncIterator
from typing import Any

from fangwei.sim.devices.base import Device, log
from fangwei.sim.instruments import Sample
from fangwei.sim.site import Item, Source

START, MAX_LENGTH = 0x68, 253
STARTDT_ACT, STARTDT_CON, STOPDT_ACT, STOPDT_CON, TESTFR_ACT, TESTFR_CON = 0x07, 0x0B, 0x13, 0x23, 0x43, 0x83
M_SP_NA, M_ME_NC, M_SP_TB, M_ME_TF, C_IC_NA, C_CS_NA = 1, 13, 30, 36, 100, 103
SPONTANEOUS, ACTIVATION, CONFIRMED, TERMINATED, INTERROGATED = 3, 6, 7, 10, 20
UNKNOWN_TYPE, UNKNOWN_ADDRESS = 44, 46
NEGATIVE = 0x40
INVALID = 0x80
K = 12
"""Unacknowledged I frames at most (the standard's default)."""

T1 = 15.0
"""Seconds to wait for an acknowledgement."""


def cp56(time_ns: int) -> bytes:
    """Seven octets of binary time, UTC."""
    t = datetime.datetime.fromtimestamp(time_ns / 1e9, datetime.UTC)
    milliseconds = t.second * 1000 + t.microsecond // 1000
    return struct.pack("<HBBBBB", milliseconds, t.minute, t.hour, t.day | (t.isoweekday() << 5), t.month, t.year % 100)


def information(item: Item, sample: Sample, timed: bool) -> tuple[int, bytes]:
    """Type and information object (address, element, quality, time) of one sample."""
    address: dict[str, Any] = item.address if isinstance(item.address, dict) else {"ioa": int(item.address)}
    single = str(address.get("type") or "").upper().startswith(("M_SP", "SINGLE")) or address.get("type") in (
        M_SP_NA,
        M_SP_TB,
    )
    bad = sample.value is None or math.isnan(sample.value)
    raw = 0.0 if sample.value is None else (math.nan if bad else item.raw(sample.value))
    head = int(address["ioa"]).to_bytes(3, "little")
    if single:
        element = bytes([(0 if bad or not raw else 1) | (INVALID if bad else 0)])
        kind = M_SP_TB if timed else M_SP_NA
    else:
        element = struct.pack("<fB", raw, INVALID if sample.value is None else 0)
        kind = M_ME_TF if timed else M_ME_NC
    return kind, head + element + (cp56(sample.time_ns) if timed else b"")


def asdu(kind: int, cause: int, common_address: int, objects: list[bytes]) -> bytes:
    """Data unit with single objects (SQ = 0)."""
    return struct.pack("<BBBBH", kind, len(objects), cause, 0, common_address) + b"".join(objects)


class _Link:
    """One connected master."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.sent = self.received = self.acknowledged = 0
        self.started = False
        self.waiting: list[bytes] = []
        self.oldest_unacknowledged: float | None = None

    def control(self, function: int) -> None:
        self.writer.write(bytes([START, 4, function, 0, 0, 0]))

    def acknowledge(self) -> None:
        self.writer.write(struct.pack("<BBHH", START, 4, 1, self.received << 1))

    def say(self, unit: bytes) -> None:
        # A master that does not acknowledge gets nothing more; what waits is bounded, the oldest goes.
        self.waiting.append(unit)
        del self.waiting[:-2000]
        self.pump()

    def pump(self) -> None:
        while self.started and self.waiting and (self.sent - self.acknowledged) % 32768 < K:
            unit = self.waiting.pop(0)
            self.writer.write(struct.pack("<BBHH", START, len(unit) + 4, self.sent << 1, self.received << 1) + unit)
            self.sent = (self.sent + 1) % 32768
            self.oldest_unacknowledged = self.oldest_unacknowledged or asyncio.get_running_loop().time()

    def heard_acknowledgement(self, count: int) -> None:
        if (count - self.acknowledged) % 32768 > (self.sent - self.acknowledged) % 32768:
            raise ValueError("acknowledges frames that were never sent")
        self.acknowledged = count
        pending = self.sent != self.acknowledged
        self.oldest_unacknowledged = asyncio.get_running_loop().time() if pending else None
        self.pump()

    async def frames(self) -> AsyncIterator[bytes]:
        while True:
            start, length = await self.reader.readexactly(2)
            if start != START or not 4 <= length <= MAX_LENGTH:
                raise ValueError("no IEC 104 frame")
            yield await self.reader.readexactly(length)


class Iec104Device(Device):
    """One TCP port; the sources there are told apart by common address."""

    def __init__(self, sources: list[Source]) -> None:
        super().__init__(sources)
        self.address = (str(sources[0].options.get("host", "127.0.0.1")), int(sources[0].options["port"]))
        self._links: set[_Link] = set()

    async def serve(self) -> None:
        """Serve until cancelled."""
        server = await asyncio.start_server(self._accept, *self.address)
        self.inbox.clear()
        try:
            while True:
                self._report(await self.inbox.take(wait=2.0))
                now = asyncio.get_running_loop().time()
                for link in list(self._links):
                    if link.oldest_unacknowledged is not None and now - link.oldest_unacknowledged > T1:
                        link.writer.close()
        finally:
            server.close()
            for link in list(self._links):
                link.writer.transport.abort()

    def _report(self, samples: list[Sample]) -> None:
        links = [link for link in self._links if link.started]
        if not links:
            return
        for source in self.sources:
            mine = {i.point: i for i in source.items}
            groups: dict[int, list[bytes]] = {}
            for sample in samples:
                if sample.point in mine:
                    kind, body = information(mine[sample.point], sample, timed=True)
                    groups.setdefault(kind, []).append(body)
            for kind, bodies in groups.items():
                # 15 objects of 15 octets and the header fit the 249 octets of an ASDU.
                for k in range(0, len(bodies), 15):
                    unit = asdu(kind, SPONTANEOUS, _common(source), bodies[k : k + 15])
                    for link in links:
                        link.say(unit)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = _Link(reader, writer)
        self._links.add(link)
        try:
            async for frame in link.frames():
                self._hear(link, frame)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except (ValueError, struct.error, IndexError) as why:
            log.warning("%s: master dropped: %s", self.name, why)
        finally:
            self._links.discard(link)
            writer.close()

    def _hear(self, link: _Link, frame: bytes) -> None:
        first = frame[0]
        if first & 3 == 3:
            if first == STARTDT_ACT:
                link.control(STARTDT_CON)
                link.started = True
                link.pump()
            elif first == STOPDT_ACT:
                link.started = False
                link.control(STOPDT_CON)
            elif first == TESTFR_ACT:
                link.control(TESTFR_CON)
            return
        link.heard_acknowledgement(struct.unpack_from("<H", frame, 2)[0] >> 1)
        if first & 1:
            return
        if struct.unpack_from("<H", frame)[0] >> 1 != link.received:
            raise ValueError("sequence broken")
        link.received = (link.received + 1) % 32768
        self._command(link, frame[4:])
        link.acknowledge()

    def _command(self, link: _Link, unit: bytes) -> None:
        kind, cause, common = unit[0], unit[2] & 0x3F, struct.unpack_from("<H", unit, 4)[0]
        body = unit[6:]

        def answer(with_cause: int) -> None:
            link.say(asdu(kind, with_cause, common, [body]))

        asked = [s for s in self.sources if common in (_common(s), 0xFFFF)]
        if not asked:
            answer(UNKNOWN_ADDRESS | NEGATIVE)
        elif kind == C_CS_NA:
            answer(CONFIRMED)
        elif kind == C_IC_NA and cause == ACTIVATION:
            answer(CONFIRMED)
            for source in asked:
                self._interrogate(link, source)
            answer(TERMINATED)
        else:
            answer(UNKNOWN_TYPE | NEGATIVE)

    def _interrogate(self, link: _Link, source: Source) -> None:
        groups: dict[int, list[bytes]] = {}
        for item in source.items:
            sample = self.latest.get(item.point)
            if sample is not None:
                kind, body = information(item, sample, timed=False)
                groups.setdefault(kind, []).append(body)
        for kind, bodies in groups.items():
            for k in range(0, len(bodies), 25):
                link.say(asdu(kind, INTERROGATED, _common(source), bodies[k : k + 25]))


def _common(source: Source) -> int:
    return int(source.options.get("common_address", 1))
