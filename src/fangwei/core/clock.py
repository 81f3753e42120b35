"""Time. Everything inside is UTC nanoseconds since 1970 in an int; text and zones exist at the edges."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 3600 * SECOND
DAY = 24 * HOUR

# A source time outside these years is a broken clock or a wrong unit (seconds sent as nanoseconds), never news.
EARLIEST = 946_684_800 * SECOND  # 2000-01-01
LATEST = 4_102_444_800 * SECOND  # 2100-01-01


def now_ns() -> int:
    """The wall clock, UTC nanoseconds. Pure modules take the time as an argument instead of calling this."""
    return time.time_ns()


def seconds(value: float) -> int:
    """A duration in seconds as nanoseconds."""
    return round(value * SECOND)


def to_datetime(ns: int, zone: str = "UTC") -> datetime:
    """UTC nanoseconds as an aware datetime in `zone` (microsecond precision)."""
    whole, rest = divmod(ns, SECOND)
    return datetime.fromtimestamp(whole, UTC).replace(microsecond=rest // 1000).astimezone(ZoneInfo(zone))


def from_datetime(moment: datetime) -> int:
    """An aware datetime as UTC nanoseconds.

    Raises:
        ValueError: the datetime is naive; a time without a zone is a guess.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be placed")
    delta = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds * 1000


def iso(ns: int, zone: str = "UTC") -> str:
    """UTC nanoseconds as ISO 8601 with milliseconds and offset, for people and JSON.

    >>> iso(0)
    '1970-01-01T00:00:00.000+00:00'
    """
    return to_datetime(ns, zone).isoformat(timespec="milliseconds")
