"""IEC 60870-5-104 frames as bytes: APCI and the ASDUs a controlling station needs. Pure.

Sources: IEC 60870-5-104 clause 5 (APCI), IEC 60870-5-101 clause 7.2 (information elements), 7.3 (types).
Octets are counted from the left, multi-octet fields are little-endian, addresses have the fixed widths of
-104: cause 2, common address 2, information object address 3.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import IntEnum

from fangwei.core import clock
from fangwei.core.quality import Quality

START = 0x68
SEQUENCE = 1 << 15
"""Send and receive numbers count modulo this (5.1)."""


class FrameBroken(ValueError):
    """Bytes that are no frame of IEC 104; says which rule they break. The stream cannot be trusted after
    them."""


class AsduBroken(ValueError):
    """A whole frame whose ASDU cannot be read; the next frame can."""


class U(IntEnum):
    """Unnumbered control functions: the first control octet."""

    STARTDT_ACT = 0x07
    STARTDT_CON = 0x0B
    STOPDT_ACT = 0x13
    STOPDT_CON = 0x23
    TESTFR_ACT = 0x43
    TESTFR_CON = 0x83


@dataclass(frozen=True, slots=True)
class IFrame:
    """Numbered information: N(S), N(R), the ASDU."""

    send: int
    receive: int
    asdu: bytes


@dataclass(frozen=True, slots=True)
class SFrame:
    """Numbered supervision: all up to N(R) - 1 has arrived."""

    receive: int


@dataclass(frozen=True, slots=True)
class UFrame:
    """Unnumbered control."""

    function: U


Frame = IFrame | SFrame | UFrame


def encode(frame: Frame) -> bytes:
    """A frame as it goes on the wire.

    >>> encode(UFrame(U.STARTDT_ACT)).hex()
    '680407000000'
    """
    match frame:
        case IFrame(send, receive, asdu):
            return struct.pack("<BBHH", START, 4 + len(asdu), send << 1, receive << 1) + asdu
        case SFrame(receive):
            return struct.pack("<BBHH", START, 4, 1, receive << 1)
        case UFrame(function):
            return bytes((START, 4, function, 0, 0, 0))


def decode(control: bytes) -> Frame:
    """A frame from what follows its length octet.

    Raises:
        FrameBroken: no such control field.
    """
    first = control[0]
    if first & 1 == 0:
        send, receive = struct.unpack_from("<HH", control)
        if receive & 1:
            raise FrameBroken("an I frame whose third control octet is odd")
        return IFrame(send >> 1, receive >> 1, control[4:])
    if len(control) != 4:
        raise FrameBroken(f"an S or U frame of {len(control)} octets, it has 4")
    if first & 3 == 1:
        return SFrame(struct.unpack_from("<H", control, 2)[0] >> 1)
    try:
        return UFrame(U(first))
    except ValueError as error:
        raise FrameBroken(f"control octet {first:#04x} is no function of a U frame") from error


class FrameReader:
    """Cuts a stream of bytes into frames, however the bytes were chopped."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames completed by `data`.

        Raises:
            FrameBroken: bytes that cannot begin or be a frame.
        """
        self._rest += data
        while len(self._rest) >= 2:
            if self._rest[0] != START:
                raise FrameBroken(f"a frame begins with 68, not {self._rest[0]:02x}")
            length = self._rest[1]
            if not 4 <= length <= 253:
                raise FrameBroken(f"a frame of length {length}: 4 to 253 are possible")
            if len(self._rest) < 2 + length:
                return
            control, self._rest = self._rest[2 : 2 + length], self._rest[2 + length :]
            yield decode(control)


class Cause(IntEnum):
    """Causes of transmission that a controlling station acts on (101, 7.2.3)."""

    ACTIVATION = 6
    ACTIVATION_CONFIRMED = 7
    ACTIVATION_ENDED = 10


READING_CAUSES = frozenset([1, 2, 3, 5, 11, 12, *range(20, 42)])
"""Periodic, background, spontaneous, requested, returned by a command, interrogated (station, groups,
counters)."""

END_OF_INITIALISATION = 70
INTERROGATION = 100
COUNTER_INTERROGATION = 101
STATION = 20
"""Qualifier of interrogation: the whole station."""
ALL_COUNTERS = 5
"""Qualifier of counter interrogation: general request, no freeze."""


@dataclass(frozen=True, slots=True)
class Asdu:
    """The head of an ASDU, and the octets of its information objects."""

    type: int
    sequence: bool
    count: int
    cause: int
    negative: bool
    test: bool
    originator: int
    common_address: int
    objects: bytes


@dataclass(frozen=True, slots=True)
class Value:
    """One measured value: object address, number, doubts, source time (UTC ns; None: none given)."""

    ioa: int
    number: float
    quality: Quality
    time: int | None


def asdu_of(data: bytes) -> Asdu:
    """The head of an ASDU.

    Raises:
        AsduBroken: shorter than a head.
    """
    if len(data) < 6:
        raise AsduBroken(f"an ASDU of {len(data)} octets; its head alone has 6")
    type_, vsq, cause, originator, common = struct.unpack_from("<BBBBH", data)
    return Asdu(
        type=type_,
        sequence=bool(vsq & 0x80),
        count=vsq & 0x7F,
        cause=cause & 0x3F,
        negative=bool(cause & 0x40),
        test=bool(cause & 0x80),
        originator=originator,
        common_address=common,
        objects=data[6:],
    )


def command(type_: int, common_address: int, qualifier: int, originator: int = 0) -> bytes:
    """The ASDU of an interrogation (C_IC, C_CI): activation, object address 0, one octet of qualifier.

    >>> command(100, 1, 20).hex()
    '64010600010000000014'
    """
    return struct.pack("<BBBBH", type_, 1, Cause.ACTIVATION, originator, common_address) + bytes((0, 0, 0, qualifier))


Element = tuple[float, Quality]


def _doubts(octet: int, *, overflow: bool) -> Quality:
    """IV, NT, SB, BL (and OV) of a quality descriptor (7.2.6.1-3).

    A value that is invalid, overflowed, or not topical (not refreshed: an old value) is BAD: it must never
    clear an alarm. Substituted by hand or blocked is UNCERTAIN.
    """
    quality = Quality.GOOD
    if octet & 0xC0 or (overflow and octet & 0x01):
        quality |= Quality.BAD
    if octet & 0x30:
        quality |= Quality.UNCERTAIN
    return quality


def _single(data: bytes, at: int) -> Element:
    return float(data[at] & 1), _doubts(data[at], overflow=False)


def _double(data: bytes, at: int) -> Element:
    # 0 between, 1 off, 2 on, 3 faulty (7.2.6.2): neither end position is a fact for 0 and 3
    position = data[at] & 3
    doubt = {0: Quality.UNCERTAIN, 3: Quality.BAD}.get(position, Quality.GOOD)
    return float(position), _doubts(data[at], overflow=False) | doubt


def _step(data: bytes, at: int) -> Element:
    step = data[at] & 0x7F
    return float(step - 128 if step & 0x40 else step), _doubts(data[at + 1], overflow=True)


def _bits(data: bytes, at: int) -> Element:
    return float(struct.unpack_from("<I", data, at)[0]), _doubts(data[at + 4], overflow=True)


def _normalised(data: bytes, at: int) -> Element:
    return struct.unpack_from("<h", data, at)[0] / 32768.0, _doubts(data[at + 2], overflow=True)


def _scaled(data: bytes, at: int) -> Element:
    return float(struct.unpack_from("<h", data, at)[0]), _doubts(data[at + 2], overflow=True)


def _float(data: bytes, at: int) -> Element:
    return struct.unpack_from("<f", data, at)[0], _doubts(data[at + 4], overflow=True)


def _counter(data: bytes, at: int) -> Element:
    number, sequence = struct.unpack_from("<iB", data, at)
    return float(number), Quality.BAD if sequence & 0x80 else Quality.GOOD


def _plain_normalised(data: bytes, at: int) -> Element:
    return struct.unpack_from("<h", data, at)[0] / 32768.0, Quality.GOOD


ELEMENTS: dict[int, tuple[int, Callable[[bytes, int], Element]]] = {
    1: (1, _single),
    3: (1, _double),
    5: (2, _step),
    7: (5, _bits),
    9: (3, _normalised),
    11: (3, _scaled),
    13: (5, _float),
    15: (5, _counter),
    21: (2, _plain_normalised),
}
"""Type without time -> octets of its element and how to read them."""

WITH_TIME = {30: 1, 31: 3, 32: 5, 33: 7, 34: 9, 35: 11, 36: 13, 37: 15}
"""Type with CP56Time2a -> the same type without."""

MONITOR_TYPES = frozenset(ELEMENTS) | frozenset(WITH_TIME)


def values(asdu: Asdu, zone: tzinfo = UTC) -> list[Value]:
    """The values of a monitoring ASDU; `zone` is what the station's clock shows.

    Raises:
        AsduBroken: a type we do not read, or objects that do not fill the ASDU exactly.
    """
    base = WITH_TIME.get(asdu.type, asdu.type)
    if base not in ELEMENTS:
        raise AsduBroken(f"type {asdu.type} is not read")
    size, read = ELEMENTS[base]
    time_size = 7 if asdu.type in WITH_TIME else 0
    step = size + time_size + (0 if asdu.sequence else 3)
    expected = asdu.count * step + (3 if asdu.sequence else 0)
    if asdu.count == 0 or len(asdu.objects) != expected:
        raise AsduBroken(
            f"type {asdu.type} with {asdu.count} objects takes {expected} octets, {len(asdu.objects)} came"
        )
    found: list[Value] = []
    ioa = int.from_bytes(asdu.objects[:3], "little")
    at = 3 if asdu.sequence else 0
    for index in range(asdu.count):
        if not asdu.sequence:
            ioa = int.from_bytes(asdu.objects[at : at + 3], "little")
            at += 3
        number, quality = read(asdu.objects, at)
        at += size
        time: int | None = None
        if time_size:
            time = cp56time2a(asdu.objects[at : at + 7], zone)
            if time is None:
                quality |= Quality.CLOCK_UNTRUSTED
            at += 7
        found.append(Value(ioa + index if asdu.sequence else ioa, number, quality, time))
    return found


def cp56time2a(octets: bytes, zone: tzinfo = UTC) -> int | None:
    """Seven octets of CP56Time2a (7.2.6.18) as UTC ns; None when marked invalid or no such moment exists.

    In a zone with summer time the SU bit tells apart the hour that comes twice.
    """
    milliseconds, minute, hour, day, month, year = struct.unpack("<HBBBBB", octets)
    if minute & 0x80:
        return None
    try:
        moment = datetime(
            2000 + (year & 0x7F),
            month & 0x0F,
            day & 0x1F,
            hour & 0x1F,
            minute & 0x3F,
            milliseconds // 1000,
            tzinfo=zone,
        )
    except ValueError:
        return None
    summer = bool(hour & 0x80)
    other = moment.replace(fold=1)
    if bool(moment.dst()) != summer and bool(other.dst()) == summer:
        moment = other
    rest: int = milliseconds % 1000
    return clock.from_datetime(moment) + rest * clock.MILLISECOND
