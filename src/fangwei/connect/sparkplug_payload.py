"""Sparkplug B payloads: the protobuf wire format read by hand, for the fields that carry readings. Pure.

Field numbers: Eclipse Sparkplug specification 3.0, section 6.4 (Payload, Metric, PropertySet) and its datatype table.
A hand reader because the messages are few and flat, and a hostile payload must end as a named error here.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FLOAT, DOUBLE, BOOLEAN, STRING, DATE_TIME, TEXT = range(1, 15)
NUMBERS = frozenset({INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FLOAT, DOUBLE, BOOLEAN})
STALE_QUALITY, BAD_QUALITY, GOOD_QUALITY = 500, 0, 192
"""Values of the property `Quality`."""

_SIGNED_BITS = {INT8: 8, INT16: 16, INT32: 32, INT64: 64}
METRICS_MOST = 100_000


class NotSparkplug(ValueError):
    """A payload that is not Sparkplug B; says why."""


@dataclass(slots=True)
class Metric:
    """One metric. `value` is None when null, unknown or of a type that is no scalar."""

    name: str | None = None
    alias: int | None = None
    timestamp: int | None = None
    """Milliseconds UTC."""
    datatype: int = 0
    historical: bool = False
    null: bool = False
    quality: int | None = None
    raw: tuple[int, int | bytes] | None = None
    """Field number of the value and what stood there."""

    def value(self, datatype: int) -> float | str | bool | None:
        """The value by a datatype (a DATA message may leave it to the birth)."""
        if self.null or self.raw is None:
            return None
        number, raw = self.raw
        if isinstance(raw, int):
            bits = _SIGNED_BITS.get(datatype)
            if bits is not None and number != 14:
                raw &= (1 << bits) - 1
                return raw - (1 << bits) if raw >> (bits - 1) else raw
            return bool(raw) if number == 14 or datatype == BOOLEAN else raw
        if number == 15:
            return str(raw, "utf-8", "replace")
        return float(struct.unpack("<f" if number == 12 else "<d", raw)[0])


@dataclass(slots=True)
class Payload:
    """One payload. `timestamp` in milliseconds UTC, `seq` 0..255."""

    timestamp: int | None = None
    seq: int | None = None
    metrics: list[Metric] = field(default_factory=list)


def decode(data: bytes) -> Payload:
    """Read a payload.

    Raises:
        NotSparkplug: cut short, wrong wire types, or more than METRICS_MOST metrics.
    """
    payload = Payload()
    for number, value in _fields(data):
        if number == 1:
            payload.timestamp = _integer(value)
        elif number == 2:
            if len(payload.metrics) >= METRICS_MOST:
                raise NotSparkplug(f"more than {METRICS_MOST} metrics")
            payload.metrics.append(_metric(_bytes(value)))
        elif number == 3:
            payload.seq = _integer(value)
    return payload


def rebirth_command(timestamp_ms: int) -> bytes:
    """The NCMD payload that asks a node for its births: `Node Control/Rebirth` = true."""
    name = b"Node Control/Rebirth"
    metric = b"\x0a" + _varint(len(name)) + name + b"\x18" + _varint(timestamp_ms) + b"\x20\x0b" + b"\x70\x01"
    return b"\x08" + _varint(timestamp_ms) + b"\x12" + _varint(len(metric)) + metric


def _metric(data: bytes) -> Metric:
    metric = Metric()
    for number, value in _fields(data):
        if number == 1:
            metric.name = str(_bytes(value), "utf-8", "replace")
        elif number == 2:
            metric.alias = _integer(value)
        elif number == 3:
            metric.timestamp = _integer(value)
        elif number == 4:
            metric.datatype = _integer(value)
        elif number == 5:
            metric.historical = bool(_integer(value))
        elif number == 7:
            metric.null = bool(_integer(value))
        elif number == 9:
            metric.quality = _quality(_bytes(value))
        elif number in (10, 11, 14):
            metric.raw = (number, _integer(value))
        elif number in (12, 13):
            raw = _bytes(value)
            if len(raw) != (4 if number == 12 else 8):
                raise NotSparkplug("a float of the wrong size")
            metric.raw = (number, raw)
        elif number == 15:
            metric.raw = (number, _bytes(value))
    return metric


def _quality(data: bytes) -> int | None:
    keys: list[str] = []
    values: list[int | None] = []
    for number, value in _fields(data):
        if number == 1:
            keys.append(str(_bytes(value), "utf-8", "replace"))
        elif number == 2:
            found = None
            for inner, content in _fields(_bytes(value)):
                if inner in (3, 4) and isinstance(content, int):
                    found = content
            values.append(found)
    for key, quality in zip(keys, values, strict=False):
        if key.casefold() == "quality":
            return quality
    return None


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, integer or bytes); fixed 32 and 64 bit values are their 4 or 8 bytes."""
    at, end = 0, len(data)
    while at < end:
        tag, at = _read_varint(data, at)
        number, wire = tag >> 3, tag & 7
        value: int | bytes
        if wire == 0:
            value, at = _read_varint(data, at)
        elif wire in (1, 5, 2):
            if wire == 2:
                size, at = _read_varint(data, at)
            else:
                size = 8 if wire == 1 else 4
            if at + size > end:
                raise NotSparkplug("cut short")
            value = data[at : at + size]
            at += size
        else:
            raise NotSparkplug(f"wire type {wire}")
        if number == 0:
            raise NotSparkplug("field number 0")
        yield number, value


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise NotSparkplug("a number without end")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _integer(value: int | bytes) -> int:
    if not isinstance(value, int):
        raise NotSparkplug("bytes where a number belongs")
    return value


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise NotSparkplug("a number where bytes belong")
    return value
