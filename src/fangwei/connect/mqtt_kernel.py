"""Flat JSON readings read straight out of the receive buffer: the fast way for the common form of a message.

`{"v": 20.5, "t": 1764000000000000000, ...}` or a bare number, on a topic that names one point. The kernel
takes only what the full reader (mqtt_form.py) would read to the same reading, and leaves every other
message to it: nested values, escapes, text values, doubtful quality, unknown topics, anything malformed. So
there is one authority on what is valid, and a mistake here can cost time but no meaning. Compiled by numba:
0.2 us per message.
"""

# mypy: disable-error-code="assignment, return-value, no-any-return"
# To the compiler int and np.int64 are one type; np.int64(byte) stops it from making a float of uint8 and int.

from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fangwei.bus.frames import Bytes, Table
from fangwei.connect.door import NO_TIME

Words = NDArray[np.int64]

ISO = 0
"""`unit_ns` of times written as ISO 8601 texts; other formats give their nanoseconds per unit."""

_LARGEST_MANTISSA = 922_337_203_685_477_570
_POWERS = 10.0 ** np.arange(23)
_INTEGER_POWERS = 10 ** np.arange(19, dtype=np.int64)


def _column() -> Words:
    return np.zeros(0, np.int64)


@dataclass(slots=True)
class Topics:
    """Which subject feeds which row: a hash table in flat arrays, so that compiled code can search it.

    Invariants: `slots` has a power of two of places, at most half of them taken; a place holds the number
    of an entry plus one. `names[starts[e]:ends[e]]` is the subject of entry e, `rows[e]` its row.
    """

    slots: Words = field(default_factory=lambda: np.zeros(64, np.int64))
    names: Bytes = field(default_factory=lambda: np.zeros(1024, np.uint8))
    starts: Words = field(default_factory=_column)
    ends: Words = field(default_factory=_column)
    rows: Words = field(default_factory=_column)
    count: int = 0

    def add(self, subject: bytes, row: int) -> None:
        """Let a subject feed a row; a subject is added once."""
        if self.count == len(self.rows):
            more = max(64, self.count)
            self.starts, self.ends, self.rows = (
                np.concatenate([a, np.zeros(more, np.int64)]) for a in (self.starts, self.ends, self.rows)
            )
        start = int(self.ends[self.count - 1]) if self.count else 0
        while start + len(subject) > len(self.names):
            self.names = np.concatenate([self.names, np.zeros_like(self.names)])
        self.names[start : start + len(subject)] = np.frombuffer(subject, np.uint8)
        self.starts[self.count], self.ends[self.count] = start, start + len(subject)
        self.rows[self.count] = row
        self.count += 1
        if 2 * self.count > len(self.slots):
            self.slots = np.zeros(4 * len(self.slots), np.int64)
            for entry in range(self.count):
                _place(self.slots, self.names, self.starts, self.ends, entry)
        else:
            _place(self.slots, self.names, self.starts, self.ends, self.count - 1)


@dataclass(frozen=True, slots=True)
class Names:
    """The field names of a form, and the words that mean good quality, each closed by a zero byte."""

    value: Bytes
    time: Bytes
    quality: Bytes
    good: Bytes

    @classmethod
    def of(cls, value: str, time: str | None, quality: str | None, good: list[bytes]) -> "Names":
        """From configured names; a dotted path or a name that is not plain ASCII stays with the full
        reader.
        """
        closed = b"".join(word + b"\0" for word in good)
        return cls(_bytes(value), _bytes(time or ""), _bytes(quality or ""), np.frombuffer(bytearray(closed), np.uint8))


def _bytes(text: str) -> Bytes:
    return np.frombuffer(bytearray(text.encode()), np.uint8)


@njit(cache=True, nogil=True)
def _hash(data: Bytes, start: int, end: int) -> int:
    # FNV-1a, kept in 62 bits
    value = 0x4BF29CE484222325 & 0x3FFFFFFFFFFFFFFF
    for at in range(start, end):
        value = ((value ^ np.int64(data[at])) * 0x100000001B3) & 0x3FFFFFFFFFFFFFFF
    return value ^ (value >> 29)


@njit(cache=True, nogil=True)
def _place(slots: Words, names: Bytes, starts: Words, ends: Words, entry: int) -> None:
    mask = len(slots) - 1
    at = _hash(names, starts[entry], ends[entry]) & mask
    while slots[at]:
        at = (at + 1) & mask
    slots[at] = entry + 1


@njit(cache=True, nogil=True)
def _find(
    slots: Words, names: Bytes, starts: Words, ends: Words, rows: Words, data: Bytes, start: int, end: int
) -> int:
    mask = len(slots) - 1
    at = _hash(data, start, end) & mask
    while slots[at]:
        entry = slots[at] - 1
        if ends[entry] - starts[entry] == end - start:
            same = True
            offset = starts[entry] - start
            for k in range(start, end):
                if names[k + offset] != data[k]:
                    same = False
                    break
            if same:
                return rows[entry]
        at = (at + 1) & mask
    return -1


@njit(cache=True, nogil=True)
def _space(data: Bytes, at: int, end: int) -> int:
    while at < end and (data[at] == 32 or data[at] == 10 or data[at] == 13 or data[at] == 9):
        at += 1
    return at


@njit(cache=True, nogil=True)
def _number(data: Bytes, at: int, end: int) -> tuple[int, int, int, bool]:
    """A JSON number as (position after it or -1, mantissa, exponent of ten, whether negative)."""
    negative = False
    if at < end and data[at] == 45:
        negative = True
        at += 1
    mantissa = 0
    digits = 0
    first = at
    while at < end and 48 <= data[at] <= 57:
        if mantissa > _LARGEST_MANTISSA:
            return -1, 0, 0, False
        mantissa = mantissa * 10 + (np.int64(data[at]) - 48)
        at += 1
        digits += 1
    if digits == 0 or (digits > 1 and data[first] == 48):
        return -1, 0, 0, False
    exponent = 0
    if at < end and data[at] == 46:
        at += 1
        fraction = at
        while at < end and 48 <= data[at] <= 57:
            if mantissa > _LARGEST_MANTISSA:
                return -1, 0, 0, False
            mantissa = mantissa * 10 + (np.int64(data[at]) - 48)
            at += 1
        exponent = fraction - at
        if exponent == 0:
            return -1, 0, 0, False
    if at < end and (data[at] == 101 or data[at] == 69):
        at += 1
        minus = False
        if at < end and (data[at] == 45 or data[at] == 43):
            minus = data[at] == 45
            at += 1
        power = 0
        start = at
        while at < end and 48 <= data[at] <= 57 and at - start < 4:
            power = power * 10 + (np.int64(data[at]) - 48)
            at += 1
        if at == start or at - start == 4:
            return -1, 0, 0, False
        exponent += -power if minus else power
    return at, mantissa, exponent, negative


@njit(cache=True, nogil=True)
def _halves(x: float) -> tuple[float, float]:
    # Veltkamp's splitting: two halves of 26 bits whose products are exact
    c = 134217729.0 * x
    high = c - (c - x)
    return high, x - high


@njit(cache=True, nogil=True)
def _real(mantissa: int, exponent: int) -> tuple[bool, float]:
    """mantissa * 10**exponent as the nearest float; False where this way is not exact enough.

    Powers of ten up to 22 are exact floats. A mantissa below 2**53 is one too, so that one operation rounds
    once; a longer one is taken as the sum of two floats and the error of the division brought back in.
    """
    if exponent < -22 or exponent > 22:
        return mantissa == 0, 0.0
    if mantissa <= 9007199254740992:
        if exponent < 0:
            return True, mantissa / _POWERS[-exponent]
        return True, mantissa * _POWERS[exponent]
    if exponent > 0:
        return False, 0.0
    if exponent == 0:
        return True, float(mantissa)
    high = float(mantissa)
    low = float(mantissa - np.int64(high))
    power = _POWERS[-exponent]
    quotient = high / power
    product = quotient * power
    qh, ql = _halves(quotient)
    ph, pl = _halves(power)
    error = ((qh * ph - product) + qh * pl + ql * ph) + ql * pl
    return True, quotient + ((high - product) - error + low) / power


@njit(cache=True, nogil=True)
def _text(data: Bytes, at: int, end: int) -> int:
    """The position after a plain string (its opening quote at `at`), or -1: escapes, control or non-ASCII
    bytes.
    """
    at += 1
    while at < end:
        byte = data[at]
        if byte == 34:
            return at + 1
        if byte == 92 or byte < 32 or byte > 126:
            return -1
        at += 1
    return -1


@njit(cache=True, nogil=True)
def _same(data: Bytes, start: int, end: int, word: Bytes) -> bool:
    if end - start != len(word):
        return False
    for k in range(len(word)):  # noqa: SIM110  # numba compiles no generator expressions
        if data[start + k] != word[k]:
            return False
    return True


@njit(cache=True, nogil=True)
def _word(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """`true`, `false`, `null` as (position after it, 1 / 0 / 2), or (-1, 0)."""
    if end - at >= 4 and data[at] == 116 and data[at + 1] == 114 and data[at + 2] == 117 and data[at + 3] == 101:
        return at + 4, 1
    if end - at >= 4 and data[at] == 110 and data[at + 1] == 117 and data[at + 2] == 108 and data[at + 3] == 108:
        return at + 4, 2
    if (
        end - at >= 5
        and data[at] == 102
        and data[at + 1] == 97
        and data[at + 2] == 108
        and data[at + 3] == 115
        and data[at + 4] == 101
    ):
        return at + 5, 0
    return -1, 0


@njit(cache=True, nogil=True)
def _two(data: Bytes, at: int) -> int:
    a, b = np.int64(data[at]) - 48, np.int64(data[at + 1]) - 48
    if a < 0 or a > 9 or b < 0 or b > 9:
        return -1
    return a * 10 + b


@njit(cache=True, nogil=True)
def _iso(data: Bytes, at: int, end: int) -> tuple[bool, int]:
    """`YYYY-MM-DDTHH:MM:SS[.fff](Z|+HH:MM)` between two positions, as UTC nanoseconds; False: read it the
    long way.
    """
    if end - at < 20:
        return False, 0
    century, year, month, day = _two(data, at), _two(data, at + 2), _two(data, at + 5), _two(data, at + 8)
    hour, minute, second = _two(data, at + 11), _two(data, at + 14), _two(data, at + 17)
    if min(century, year, month, day, hour, minute, second) < 0:
        return False, 0
    year += 100 * century
    if year < 1970 or year > 2200:  # 64 bits of nanoseconds end in 2262
        return False, 0
    if data[at + 4] != 45 or data[at + 7] != 45 or data[at + 13] != 58 or data[at + 16] != 58:
        return False, 0
    if data[at + 10] != 84 and data[at + 10] != 32:
        return False, 0
    if month < 1 or month > 12 or day < 1 or day > 28 or hour > 23 or minute > 59 or second > 59:
        # days 29 to 31 need the calendar's own check of the month
        if not (28 < day <= 31 and 1 <= month <= 12 and hour <= 23 and minute <= 59 and second <= 59):
            return False, 0
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        last = 30 if month in (4, 6, 9, 11) else (29 if leap else 28) if month == 2 else 31
        if day > last:
            return False, 0
    position = at + 19
    fraction = 0
    if data[position] == 46:
        position += 1
        start = position
        while position < end and 48 <= data[position] <= 57 and position - start < 9:
            fraction = fraction * 10 + (np.int64(data[position]) - 48)
            position += 1
        if position == start:
            return False, 0
        fraction *= _INTEGER_POWERS[9 - (position - start)]
    shift = 0
    placed = False
    if position < end and data[position] == 90:
        position += 1
        placed = True
    elif end - position == 6 and (data[position] == 43 or data[position] == 45) and data[position + 3] == 58:
        hours, minutes = _two(data, position + 1), _two(data, position + 4)
        if hours < 0 or minutes < 0:
            return False, 0
        shift = (hours * 60 + minutes) * (1 if data[position] == 43 else -1)
        position += 6
        placed = True
    if position != end or not placed:
        return False, 0
    # days since 1970 (H. Hinnant, "chrono-compatible low-level date algorithms")
    y = year - 1 if month <= 2 else year
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    seconds = days * 86400 + hour * 3600 + minute * 60 + second - shift * 60
    return True, seconds * 1_000_000_000 + fraction


@njit(cache=True, nogil=True)
def _reading(
    data: Bytes, at: int, end: int, value_name: Bytes, time_name: Bytes, quality_name: Bytes, good: Bytes, unit_ns: int
) -> tuple[bool, float, int]:
    """One payload as (read, value, source time); False leaves it to the full reader."""
    at = _space(data, at, end)
    if at >= end:
        return False, 0.0, 0
    if data[at] != 123:  # a bare number
        at, mantissa, exponent, negative = _number(data, at, end)
        if at < 0 or _space(data, at, end) != end:
            return False, 0.0, 0
        exact, value = _real(mantissa, exponent)
        return exact, (-value if negative else value), NO_TIME
    seen_value = seen_time = False
    value = 0.0
    time = NO_TIME
    at = _space(data, at + 1, end)
    while True:
        if at >= end or data[at] != 34:
            return False, 0.0, 0
        name = at + 1
        at = _text(data, at, end)
        if at < 0:
            return False, 0.0, 0
        name_end = at - 1
        at = _space(data, at, end)
        if at >= end or data[at] != 58:
            return False, 0.0, 0
        at = _space(data, at + 1, end)
        if at >= end:
            return False, 0.0, 0
        byte = data[at]
        start = at
        if _same(data, name, name_end, value_name):
            if seen_value:
                return False, 0.0, 0
            seen_value = True
            if byte == 116 or byte == 102:
                at, number = _word(data, at, end)
                if at < 0:
                    return False, 0.0, 0
                value = float(number)
            else:
                at, mantissa, exponent, negative = _number(data, at, end)
                if at < 0:
                    return False, 0.0, 0
                exact, value = _real(mantissa, exponent)
                if not exact:
                    return False, 0.0, 0
                if negative:
                    value = -value
        elif len(time_name) and _same(data, name, name_end, time_name):
            if seen_time:
                return False, 0.0, 0
            seen_time = True
            if unit_ns == ISO:
                if byte != 34:
                    return False, 0.0, 0
                at = _text(data, at, end)
                if at < 0:
                    return False, 0.0, 0
                exact, time = _iso(data, start + 1, at - 1)
                if not exact:
                    return False, 0.0, 0
            else:
                at, mantissa, exponent, negative = _number(data, at, end)
                if at < 0 or negative or exponent > 0 or exponent < -18:
                    return False, 0.0, 0
                scale = _INTEGER_POWERS[-exponent]
                if unit_ns % scale or mantissa > 9_000_000_000_000_000_000 // (unit_ns // scale):
                    return False, 0.0, 0
                time = mantissa * (unit_ns // scale)
        else:
            if byte == 34:
                at = _text(data, at, end)
            elif byte == 116 or byte == 102 or byte == 110:
                at, _ = _word(data, at, end)
            else:
                at, _, _, _ = _number(data, at, end)
            if at < 0:
                return False, 0.0, 0
            if len(quality_name) and _same(data, name, name_end, quality_name):
                # words that mean good, each closed by a zero byte
                is_good = False
                first = 0
                for k in range(len(good)):
                    if good[k] == 0:
                        if k - first == at - start:
                            same = True
                            for j in range(k - first):
                                if good[first + j] != data[start + j]:
                                    same = False
                                    break
                            is_good = is_good or same
                        first = k + 1
                if not is_good:
                    return False, 0.0, 0
        at = _space(data, at, end)
        if at >= end:
            return False, 0.0, 0
        if data[at] == 125:
            break
        if data[at] != 44:
            return False, 0.0, 0
        at = _space(data, at + 1, end)
    return seen_value and _space(data, at + 1, end) == end, value, time


@njit(cache=True, nogil=True)
def read(
    data: Bytes,
    table: Table,
    slots: Words,
    names: Bytes,
    starts: Words,
    ends: Words,
    rows: Words,
    value_name: Bytes,
    time_name: Bytes,
    quality_name: Bytes,
    good: Bytes,
    unit_ns: int,
    last_time: Words,
    last_value: NDArray[np.float64],
    marks: Words,
    this_round: int,
    out_row: Words,
    out_value: NDArray[np.float64],
    out_time: Words,
    left: Words,
) -> tuple[int, int, int]:
    """Read all messages of `table`; returns (readings written to `out_*`, messages left in `left`,
    repetitions).

    Repetitions are messages equal in row, time and value to the row's previous reading (a redelivered QoS 1
    message); they are dropped. `last_time` and `last_value` (one place per row) carry over from call to
    call. Once a message of a row is left, so are the later ones of that row in this call (`marks`): its
    order is kept.
    """
    done = 0
    missed = 0
    repeated = 0
    for message in range(len(table)):
        row = _find(slots, names, starts, ends, rows, data, table[message, 1], table[message, 2])
        taken = False
        if row >= 0 and marks[row] != this_round:
            taken, value, time = _reading(
                data, table[message, 3], table[message, 4], value_name, time_name, quality_name, good, unit_ns
            )
        if not taken:
            if row >= 0:
                marks[row] = this_round
            left[missed] = message
            missed += 1
        elif time != NO_TIME and time == last_time[row] and value == last_value[row]:
            repeated += 1
        else:
            last_time[row] = time
            last_value[row] = value
            out_row[done] = row
            out_value[done] = value
            out_time[done] = time
            done += 1
    return done, missed, repeated
