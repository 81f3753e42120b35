"""A source's own time, in whatever form it is written, as UTC nanoseconds."""

import re
from datetime import UTC, date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fangwei.core.clock import SECOND

TimeFormat = Literal["ns", "us", "ms", "s", "iso"]

NANOSECONDS: dict[str, int] = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": SECOND}
"""Nanoseconds of one unit."""

_NUMBER = re.compile(r"\s*([+-]?\d{1,19})(?:\.(\d{0,18}))?\s*")
_ISO = re.compile(
    r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?)?"
    r"\s*(Z|z|[+-]\d{2}:?\d{2})?\s*"
)
_MOST = 2**63 - 1


class TimeUnreadable(ValueError):
    """A time that cannot be placed; says why."""


def read_time(value: Any, form: TimeFormat, zone: ZoneInfo | None = None) -> int:
    """A time as UTC nanoseconds: a number, or digits in a text, of the unit `form`; or ISO 8601 text.

    `zone` places ISO times that name no offset. Decimal digits of texts and integers are exact; a float
    carries what a float carries (0.2 us in today's seconds).

    >>> read_time("2026-11-24T20:00:00.000000001+08:00", "iso") % 10
    1
    >>> read_time("1.5", "ms")
    1500000

    Raises:
        TimeUnreadable: of another type or form, not a date, an offset is missing and no zone given, or so
        large
            that 64 bits do not hold it.
    """
    if isinstance(value, datetime):
        return _in_calendar(_of_datetime(value, zone), value)
    if form == "iso":
        if not isinstance(value, str):
            raise TimeUnreadable(f"{_short(value)} is not an ISO 8601 text")
        return _in_calendar(_of_iso(value, zone), value)
    unit = NANOSECONDS[form]
    if isinstance(value, bool):
        raise TimeUnreadable(f"{value} is not a time")
    if isinstance(value, int):
        ns = value * unit
    elif isinstance(value, float):
        if value - value != 0.0:
            raise TimeUnreadable(f"{value} is not a time")
        whole = int(value // 1)
        ns = whole * unit + round((value - whole) * unit)
    elif isinstance(value, str):
        found = _NUMBER.fullmatch(value)
        if found is None:
            raise TimeUnreadable(f"{_short(value)} is not a number of {form}")
        digits = found[2] or ""
        part = int(digits or "0") * unit // 10 ** len(digits)
        ns = int(found[1]) * unit + (-part if found[1].startswith("-") else part)
    else:
        raise TimeUnreadable(f"{_short(value)} is not a time")
    return _in_calendar(ns, value)


def _in_calendar(ns: int, value: Any) -> int:
    if abs(ns) > _MOST:
        raise TimeUnreadable(f"{_short(value)} is beyond any calendar; is the unit right?")
    return ns


def _of_iso(text: str, zone: ZoneInfo | None) -> int:
    found = _ISO.fullmatch(text[:64])
    if found is None:
        raise TimeUnreadable(f"{_short(text)} is not an ISO 8601 time")
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    try:
        leap = second == "60"  # a leap second has no place of its own in UTC nanoseconds
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), 59 if leap else int(second or 0)
        )
    except ValueError as error:
        raise TimeUnreadable(f"{_short(text)} is no date: {error}") from error
    if offset is None:
        if zone is None:
            raise TimeUnreadable(f"{_short(text)} names no offset from UTC, and no time zone is configured")
        whole = _seconds(moment.replace(tzinfo=zone).astimezone(UTC))
    else:
        digits = offset[1:].replace(":", "") if offset not in "Zz" else "0000"
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        whole = _seconds(moment.replace(tzinfo=UTC)) - (-60 if offset[0] == "-" else 60) * minutes
    return (whole + leap) * SECOND + int((fraction or "0")[:9].ljust(9, "0"))


def _of_datetime(value: datetime, zone: ZoneInfo | None) -> int:
    if value.tzinfo is None:
        if zone is None:
            raise TimeUnreadable(f"{value} names no offset from UTC, and no time zone is configured")
        value = value.replace(tzinfo=zone)
    return _seconds(value.astimezone(UTC)) * SECOND + value.microsecond * 1000


def _seconds(moment: datetime) -> int:
    days = moment.date() - date(1970, 1, 1)
    return days.days * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second


def _short(value: object) -> str:
    return repr(value)[:60] if isinstance(value, (str, int, float, type(None))) else type(value).__name__
