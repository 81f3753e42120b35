"""NATS frames cut out of a buffer, whole, in pieces, and wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangwei.bus import frames as cut


def split(data: bytes, limit: int = 1000, rows: int = 64):
    table = np.zeros((rows, cut.COLUMNS), np.int64)
    count, position, why = cut.split(np.frombuffer(bytearray(data), np.uint8), 0, len(data), limit, table)
    batch = cut.Frames(np.frombuffer(data, np.uint8), table[:count], 0)
    return [(batch.subject(k), batch.payload(k)) for k in range(count)], position, why


def msg(subject: bytes, payload: bytes, reply: bytes = b"") -> bytes:
    return b"MSG %b 7 %b%d\r\n%b\r\n" % (subject, reply, len(payload), payload)


def hmsg(subject: bytes, payload: bytes, header: bytes = b"NATS/1.0\r\nNmqtt-Pub:0\r\n\r\n") -> bytes:
    return b"HMSG %b 7 %d %d\r\n%b%b\r\n" % (
        subject,
        len(header),
        len(header) + len(payload),
        header,
        payload,
    )


cut.warm()
PAYLOADS = st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=12)


@given(PAYLOADS)
def test_every_payload_comes_out_as_it_went_in_whatever_bytes_it_holds(messages):
    data = b"".join((hmsg if header else msg)(b"a.b", payload) for header, payload in messages)
    found, position, why = split(data)
    assert found == [(b"a.b", payload) for _, payload in messages]
    assert (position, why) == (len(data), cut.MORE)


@given(PAYLOADS, st.data())
def test_a_frame_cut_anywhere_waits_for_its_rest(messages, data):
    stream = b"".join((hmsg if header else msg)(b"a.b", payload) for header, payload in messages)
    at = data.draw(st.integers(0, len(stream)))
    first, position, why = split(stream[:at])
    assert why in (cut.MORE, cut.CONTROL)  # a lone byte of a payload is never read as a line
    rest, _, _ = split(stream[position:])
    assert first + rest == [(b"a.b", payload) for _, payload in messages]


def test_a_reply_subject_and_doubled_spaces_are_read_over():
    found, _, _ = split(msg(b"a", b"1", b"_INBOX.x ") + msg(b"b", b"2", b" ") + b"PING\r\n")
    assert found == [(b"a", b"1"), (b"b", b"2")]


def test_control_lines_stop_the_cut_where_they_begin():
    found, position, why = split(msg(b"a", b"1") + b"PING\r\n" + msg(b"a", b"2"))
    assert (len(found), why) == (1, cut.CONTROL)
    assert position == len(msg(b"a", b"1"))


def test_a_frame_above_the_limit_is_named_from_its_line_alone():
    table = np.zeros((4, cut.COLUMNS), np.int64)
    line = b"MSG plant.x.value 1 5000000\r\n{"
    count, position, why = cut.split(np.frombuffer(bytearray(line), np.uint8), 0, len(line), 1000, table)
    assert (count, position, why) == (0, 0, cut.TOO_LARGE)
    subject = slice(table[0, cut.SUBJECT], table[0, cut.SUBJECT_END])
    assert line[subject] == b"plant.x.value"
    assert table[0, cut.FRAME_END] == len(b"MSG plant.x.value 1 5000000\r\n") + 5_000_000 + 2


def test_a_full_table_is_told_and_nothing_is_lost():
    data = msg(b"a", b"1") * 5
    found, position, why = split(data, rows=3)
    assert (len(found), why) == (3, cut.FULL)
    assert len(split(data[position:])[0]) == 2


@pytest.mark.parametrize(
    "line",
    [
        b"MSG a b c d e 5\r\nhello\r\n",
        b"MSG a\r\n",
        b"MSG a x 5\r\nhello\r\n",
        b"MSG a 1 five\r\nhello\r\n",
        b"HMSG a 1 9 5\r\nhello\r\n",
        b"MSG a 1 5\r\nhelloXX",
        b"MSG a 1 99999999999999999999\r\n",
        b"MSG " + b"a" * 9000,
    ],
)
def test_what_is_not_the_protocol_is_said_to_be_broken(line):
    assert split(line)[2] == cut.BROKEN
