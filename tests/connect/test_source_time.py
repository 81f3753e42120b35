"""A source's own time in every form it is written."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangwei.connect.source_time import TimeUnreadable, read_time

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("value", "form", "ns"),
    [
        (1_764_000_000_000_000_001, "ns", 1_764_000_000_000_000_001),
        (1_764_000_000_123, "ms", 1_764_000_000_123_000_000),
        ("1764000000123", "ms", 1_764_000_000_123_000_000),
        ("1764000000.123456789", "s", 1_764_000_000_123_456_789),
        (1_764_000_000.5, "s", 1_764_000_000_500_000_000),
        ("2025-11-24T16:00:00Z", "iso", 1_764_000_000_000_000_000),
        ("2025-11-25T00:00:00.123456789+08:00", "iso", 1_764_000_000_123_456_789),
        ("2025/11/25 00:00:00", "iso", 1_764_000_000_000_000_000),
        ("2025-11-25", "iso", 1_764_000_000_000_000_000),
        ("2016-12-31T23:59:60Z", "iso", 1_483_228_800_000_000_000),
    ],
)
def test_a_time_is_placed_exactly(value, form, ns):
    assert read_time(value, form, SHANGHAI) == ns


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, "ms"), (True, "ms"), ("soon", "ms"), (float("nan"), "s"), (10**30, "ns"), ([1], "s"),
        (5, "iso"), ("2025-13-01T00:00:00Z", "iso"), ("2025-02-30T00:00:00Z", "iso"), ("", "iso"),
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_a_reason(value, form):
    with pytest.raises(TimeUnreadable):
        read_time(value, form, SHANGHAI)


def test_a_local_time_without_a_zone_is_a_guess_and_refused():
    with pytest.raises(TimeUnreadable, match="time zone"):
        read_time("2025-11-25T00:00:00", "iso")


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1)))
def test_iso_agrees_with_the_standard_library(moment):
    aware = moment.replace(tzinfo=UTC)
    expected = (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert read_time(aware.isoformat(), "iso") // 1000 == expected
