"""NATS frames cut out of a receive buffer, many at a time, without copying: where each subject and payload
lies.

The protocol (https://docs.nats.io/reference/reference-protocols/nats-protocol):

    MSG <subject> <sid> [reply] <size>\r\n<payload>\r\n
    HMSG <subject> <sid> [reply] <header size> <total size>\r\n<header><payload>\r\n

Everything else is a control line (INFO, PING, PONG, +OK, -ERR) and left to the caller. Compiled by numba:
0.05 us per message against 1 us and more for anything that makes Python objects.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Table = NDArray[np.int64]

MORE = 0
"""The rest is an incomplete frame: read on."""
CONTROL = 1
"""A control line begins here."""
FULL = 2
"""No room for further frames: call again from here."""
TOO_LARGE = 3
"""A frame above the limit begins here; `table[count]` has what its line says."""
BROKEN = 4
"""Not the NATS protocol."""

SID, SUBJECT, SUBJECT_END, PAYLOAD, PAYLOAD_END, FRAME_END = range(6)
"""Columns of the table: subscription id, and positions in the buffer."""
COLUMNS = 6

LONGEST_LINE = 8192
"""Twice the broker's own limit of a control line (4 KiB)."""


@dataclass(frozen=True, slots=True)
class Frames:
    """The messages of one read.

    `buffer` and `table` (shape (n, COLUMNS)) are reused for the next read: copy what must outlive the
    callback.
    """

    buffer: Bytes
    table: Table
    receive_time: int

    def __len__(self) -> int:
        return len(self.table)

    def subject(self, row: int) -> bytes:
        """The subject of a message, copied."""
        return self.buffer[self.table[row, SUBJECT] : self.table[row, SUBJECT_END]].tobytes()

    def payload(self, row: int) -> bytes:
        """The payload of a message, copied."""
        return self.buffer[self.table[row, PAYLOAD] : self.table[row, PAYLOAD_END]].tobytes()


@njit(cache=True, nogil=True)
def split(buffer: Bytes, start: int, end: int, limit: int, table: Table) -> tuple[int, int, int]:
    """Cut `buffer[start:end]` into frames; returns (rows written to `table`, position after the last one,
    why stopped).

    `limit` is the largest payload with its header, in bytes.
    """
    rows = 0
    position = start
    while True:
        if position >= end:
            return rows, position, MORE
        first = buffer[position]
        if first == 72:  # H
            prefix, least = 5, 4
        elif first == 77:  # M
            prefix, least = 4, 3
        else:
            return rows, position, CONTROL
        if rows >= len(table):
            return rows, position, FULL
        # the line's words; an absent reply may leave two spaces
        words = 0
        in_word = False
        subject = subject_end = sid = 0
        number = 0
        previous = 0
        numeric = True
        at = position + prefix
        stop = min(end, position + LONGEST_LINE)
        line_end = -1
        while at < stop:
            byte = buffer[at]
            if byte == 32 or byte == 13:
                if in_word:
                    in_word = False
                    words += 1
                    if words == 1:
                        subject_end = at
                    elif words == 2:
                        if not numeric:
                            return rows, position, BROKEN
                        sid = number
                if byte == 13:
                    line_end = at
                    break
            else:
                if not in_word:
                    in_word = True
                    previous = number
                    number = 0
                    numeric = True
                    if words == 0:
                        subject = at
                if 48 <= byte <= 57 and number < 1_000_000_000_000:
                    number = number * 10 + (byte - 48)
                else:
                    numeric = False
            at += 1
        if line_end < 0:
            return rows, position, (BROKEN if end - position >= LONGEST_LINE else MORE)
        header = previous if prefix == 5 else 0
        if words < least or words > least + 1 or not numeric or header > number:
            return rows, position, BROKEN
        if line_end + 1 >= end:
            return rows, position, MORE
        if buffer[line_end + 1] != 10:
            return rows, position, BROKEN
        body = line_end + 2
        table[rows, 0] = sid
        table[rows, 1] = subject
        table[rows, 2] = subject_end
        table[rows, 3] = body + header
        table[rows, 4] = body + number
        table[rows, 5] = body + number + 2
        if number > limit:
            return rows, position, TOO_LARGE
        if body + number + 2 > end:
            return rows, position, MORE
        if buffer[body + number] != 13 or buffer[body + number + 1] != 10:
            return rows, position, BROKEN
        rows += 1
        position = body + number + 2


def warm() -> None:
    """Compile (or load) the kernel, so that the first messages do not wait for it."""
    line = b"MSG a.b 1 1\r\nx\r\n"
    split(np.frombuffer(bytearray(line), np.uint8), 0, len(line), 1024, np.zeros((4, COLUMNS), np.int64))
