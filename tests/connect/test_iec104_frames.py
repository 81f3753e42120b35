"""IEC 104 frames and information elements as bytes."""

import struct
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangwei.connect import iec104_frames as frames
from fangwei.connect.iec104_frames import Asdu, FrameBroken, FrameReader, IFrame, SFrame, U, UFrame, encode
from fangwei.core import clock
from fangwei.core.quality import Quality

NUMBERS = st.integers(0, frames.SEQUENCE - 1)
FRAMES = st.one_of(
    st.builds(IFrame, NUMBERS, NUMBERS, st.binary(max_size=249)),
    st.builds(SFrame, NUMBERS),
    st.builds(UFrame, st.sampled_from(list(U))),
)


@given(st.lists(FRAMES, max_size=5), st.integers(1, 7))
def test_what_is_written_is_read_however_the_stream_is_chopped(sent: list[frames.Frame], chop: int) -> None:
    stream = b"".join(map(encode, sent))
    reader = FrameReader()
    read = [f for at in range(0, len(stream), chop) for f in reader.feed(stream[at : at + chop])]
    assert read == sent


@given(st.binary(max_size=600))
def test_noise_is_frames_or_a_named_fault_and_nothing_else(noise: bytes) -> None:
    try:
        for frame in FrameReader().feed(noise):
            if isinstance(frame, IFrame):
                frames.values(frames.asdu_of(frame.asdu))
    except (FrameBroken, frames.AsduBroken):
        pass


@pytest.mark.parametrize("bad", ["16040100", "680301000000", "68ff", "680403000000", "68050100000000", "680400000100"])
def test_a_broken_frame_is_refused(bad: str) -> None:
    with pytest.raises(FrameBroken):
        list(FrameReader().feed(bytes.fromhex(bad)))


def objects(type_: int, data: bytes, count: int = 1, *, sequence: bool = False) -> Asdu:
    return frames.asdu_of(struct.pack("<BBBBH", type_, count | (sequence << 7), 3, 0, 1) + data)


def only(type_: int, element: str) -> tuple[float, Quality]:
    [value] = frames.values(objects(type_, b"\x0b\x00\x00" + bytes.fromhex(element)))
    assert value.ioa == 11
    return value.number, value.quality


@pytest.mark.parametrize(
    ("type_", "element", "number"),
    [
        (1, "01", 1.0),
        (1, "00", 0.0),
        (3, "01", 1.0),
        (3, "02", 2.0),
        (5, "7f00", -1.0),
        (5, "3f00", 63.0),
        (7, "0403020100", 0x01020304),
        (9, "004000", 0.5),
        (9, "008000", -1.0),
        (11, "d4fe00", -300.0),
        (13, "0000c03f00", 1.5),
        (15, "ffffffff05", -1.0),
        (21, "0040", 0.5),
    ],
)
def test_each_element_is_read(type_: int, element: str, number: float) -> None:
    assert only(type_, element) == (number, Quality.GOOD)


@pytest.mark.parametrize(
    ("type_", "element", "quality"),
    [
        (1, "81", Quality.BAD),  # invalid
        (1, "41", Quality.BAD),  # not topical: an old value
        (1, "21", Quality.UNCERTAIN),  # substituted
        (1, "11", Quality.UNCERTAIN),  # blocked
        (13, "0000c03f01", Quality.BAD),  # overflow
        (13, "0000c03f90", Quality.BAD | Quality.UNCERTAIN),
        (3, "00", Quality.UNCERTAIN),  # between the ends
        (3, "03", Quality.BAD),  # faulty
        (15, "0000000080", Quality.BAD),
    ],
)
def test_quality_descriptors_become_doubts(type_: int, element: str, quality: Quality) -> None:
    assert only(type_, element)[1] == quality


def test_a_sequence_counts_the_addresses_up() -> None:
    found = frames.values(objects(1, b"\x0a\x00\x01" + bytes([0, 1, 0]), 3, sequence=True))
    assert [(v.ioa, v.number) for v in found] == [(65546, 0.0), (65547, 1.0), (65548, 0.0)]


@pytest.mark.parametrize("data", [b"", b"\x0b\x00\x00", b"\x0b\x00\x00\x01\x00", b"\x0b\x00\x00\x01" * 2])
def test_objects_that_do_not_fill_the_asdu_are_refused(data: bytes) -> None:
    with pytest.raises(frames.AsduBroken):
        frames.values(objects(1, data))


def cp56(moment: datetime, *, invalid: bool = False, summer: bool = False) -> bytes:
    milliseconds = moment.second * 1000 + moment.microsecond // 1000
    minute, hour = moment.minute | (invalid << 7), moment.hour | (summer << 7)
    return struct.pack("<HBBBBB", milliseconds, minute, hour, moment.day, moment.month, moment.year - 2000)


def test_times_are_read_in_utc_or_the_stations_zone() -> None:
    moment = datetime(2026, 5, 4, 13, 7, 59, 987_000)
    utc = clock.from_datetime(moment.replace(tzinfo=UTC))
    assert frames.cp56time2a(cp56(moment)) == utc
    assert frames.cp56time2a(cp56(moment), ZoneInfo("Asia/Shanghai")) == utc - 8 * clock.HOUR


def test_the_summer_bit_tells_apart_the_hour_that_comes_twice() -> None:
    berlin, moment = ZoneInfo("Europe/Berlin"), datetime(2026, 10, 25, 2, 30)
    first = frames.cp56time2a(cp56(moment, summer=True), berlin)
    second = frames.cp56time2a(cp56(moment), berlin)
    assert first is not None and second is not None
    assert second - first == clock.HOUR


def test_a_time_marked_invalid_or_impossible_is_no_time_and_the_reading_says_so() -> None:
    moment = datetime(2026, 5, 4, 13, 7)
    assert frames.cp56time2a(cp56(moment, invalid=True)) is None
    assert frames.cp56time2a(bytes(7)) is None
    assert frames.cp56time2a(b"\xff" * 7) is None
    [value] = frames.values(objects(30, b"\x0b\x00\x00\x01" + cp56(moment, invalid=True)))
    assert value.time is None
    assert value.quality == Quality.CLOCK_UNTRUSTED
