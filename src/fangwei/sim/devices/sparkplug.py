"""Sparkplug B 3.0 edge node: birth, data and death certificates, sequence numbers, rebirth on command.

The payload is Protocol Buffers; the few fields used here are written by hand (field numbers of the
specification, section 6.4): timestamp 1, metrics 2, seq 3; in a metric name 1, timestamp 3, datatype 4, is_null 7,
long_value 11, double_value 13, boolean_value 14.
"""

import contextlib
import math
import struct
import time
from dataclasses import dataclass

from fangwei.sim.devices.base import Device
from fangwei.sim.devices.session import Session, broker_address
from fangwei.sim.instruments import Sample
from fangwei.sim.site import Item, Source

INT64, UINT64, DOUBLE, BOOLEAN = 4, 8, 10, 11
REBIRTH = "Node Control/Rebirth"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a payload. `value` None is sent as null."""

    name: str
    value: float | int | bool | None
    datatype: int
    time_ms: int


def varint(number: int) -> bytes:
    """Protocol Buffers' variable-length integer."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _integer(field: int, number: int) -> bytes:
    return varint(field << 3) + varint(number & 0xFFFFFFFFFFFFFFFF)


def _bytes(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def encode(metrics: list[Metric], time_ms: int, seq: int | None) -> bytes:
    """A payload; death certificates carry no sequence number."""
    out = _integer(1, time_ms)
    for m in metrics:
        body = _bytes(1, m.name.encode()) + _integer(3, m.time_ms) + _integer(4, m.datatype)
        if m.value is None:
            body += _integer(7, 1)
        elif m.datatype == DOUBLE:
            body += varint(13 << 3 | 1) + struct.pack("<d", float(m.value))
        elif m.datatype == BOOLEAN:
            body += _integer(14, int(m.value))
        else:
            body += _integer(11, int(m.value))
        out += _bytes(2, body)
    return out if seq is None else out + _integer(3, seq)


def asks_rebirth(payload: bytes) -> bool:
    """An NCMD that sets Node Control/Rebirth to true. Anything malformed asks for nothing."""
    with contextlib.suppress(IndexError, ValueError):
        for field, content in fields(payload):
            if field == 2 and isinstance(content, bytes):
                metric = dict(fields(content))
                if metric.get(1) == REBIRTH.encode() and metric.get(14) == 1:
                    return True
    return False


def fields(payload: bytes) -> list[tuple[int, bytes | int]]:
    """Top-level fields of a message.

    Raises:
        ValueError: an unknown wire type or a truncated message.
    """
    found: list[tuple[int, bytes | int]] = []
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = payload[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 63:
                raise ValueError("varint too long")

    while at < len(payload):
        key = number()
        match key & 7:
            case 0:
                found.append((key >> 3, number()))
            case 1 | 5 as wire:
                size = 8 if wire == 1 else 4
                found.append((key >> 3, payload[at : at + size]))
                at += size
            case 2:
                size = number()
                if at + size > len(payload):
                    raise ValueError("truncated")
                found.append((key >> 3, payload[at : at + size]))
                at += size
            case _:
                raise ValueError("unknown wire type")
    return found


class SparkplugDevice(Device):
    """One edge node with its devices."""

    def __init__(self, source: Source) -> None:
        super().__init__([source])
        self.group, self.node = str(source.options["group"]), str(source.options["node"])
        self._session: Session | None = None
        self._seq = 0
        self._bd_seq = -1
        self._places = {
            p: [(str(i.address.get("device") or ""), str(i.address["metric"]), i) for i in items]
            for p, items in self.items.items()
        }

    async def serve(self) -> None:
        """Be born, report, be reborn on command, until cancelled or disconnected."""
        self._bd_seq = (self._bd_seq + 1) % 256
        will = (self._topic("NDEATH"), encode([self._death_mark()], _now_ms(), None))
        session = await Session(f"node-{self.node}", broker_address(), will).open()
        self._session = session
        try:
            await session.subscribe(self._topic("NCMD"))
            self.inbox.clear()
            self._birth()
            while not session.ended.is_set():
                heard = await self.inbox.take(wait=0.5)
                while not session.messages.empty():
                    _, payload = session.messages.get_nowait()
                    if asks_rebirth(payload):
                        self._birth()
                self._data(heard)
            raise ConnectionError("the broker ended the session")
        finally:
            self._session = None
            await session.close(politely=False)

    def _topic(self, kind: str, device: str = "") -> str:
        tail = f"/{device}" if device else ""
        return f"spBv1.0/{self.group}/{kind}/{self.node}{tail}"

    def _send(self, kind: str, device: str, metrics: list[Metric], qos: int = 0) -> None:
        if self._session is None:
            return
        self._session.publish(self._topic(kind, device), encode(metrics, _now_ms(), self._seq), qos)
        self._seq = (self._seq + 1) % 256

    def _death_mark(self) -> Metric:
        return Metric("bdSeq", self._bd_seq, INT64, _now_ms())

    def _birth(self) -> None:
        self._seq = 0
        by_device: dict[str, list[Metric]] = {"": [self._death_mark(), Metric(REBIRTH, False, BOOLEAN, _now_ms())]}
        for point, places in self._places.items():
            sample = self.latest.get(point)
            for device, name, item in places:
                metric = Metric(name, None, DOUBLE, _now_ms()) if sample is None else _metric(name, item, sample)
                by_device.setdefault(device, []).append(metric)
        self._send("NBIRTH", "", by_device.pop(""))
        for device, metrics in by_device.items():
            self._send("DBIRTH", device, metrics)

    def _data(self, samples: list[Sample]) -> None:
        by_device: dict[str, list[Metric]] = {}
        for sample in samples:
            for device, name, item in self._places[sample.point]:
                by_device.setdefault(device, []).append(_metric(name, item, sample))
        for device, metrics in by_device.items():
            self._send("DDATA" if device else "NDATA", device, metrics)


def _metric(name: str, item: Item, sample: Sample) -> Metric:
    value = sample.value
    if value is not None and not math.isnan(value):
        value = item.raw(value)
    return Metric(name, value, DOUBLE, sample.time_ns // 1_000_000)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
