"""What is taken for a clock that is off, and what is not."""

import random

from fangwei.connect.clock_offset import DISTRUST_S, ENOUGH, ClockOffset
from fangwei.core.clock import HOUR, MILLISECOND, SECOND

START = 1_800_000_000 * SECOND
TOLERANCE = 2 * SECOND


def after(offset: ClockOffset, delays: list[int], start: int = START) -> int:
    """Feed one delay a second; returns the time after the last."""
    for n, delay in enumerate(delays):
        offset.observe(start + n * SECOND, delay)
    return start + len(delays) * SECOND


def test_nothing_is_known_from_a_few_readings() -> None:
    offset = ClockOffset(TOLERANCE)
    after(offset, [HOUR] * (ENOUGH - 1))
    assert offset.offset_ns is None
    assert not offset.untrusted(START)


def test_a_good_clock_is_trusted() -> None:
    offset = ClockOffset(TOLERANCE)
    draw = random.Random(1)
    now = after(offset, [draw.randrange(5 * MILLISECOND, 80 * MILLISECOND) for _ in range(60)])
    assert offset.offset_ns is not None
    assert abs(offset.offset_ns) < 80 * MILLISECOND
    assert not offset.untrusted(now)


def test_a_wrong_time_zone_is_learnt() -> None:
    offset = ClockOffset(TOLERANCE)
    now = after(offset, [-8 * HOUR + 20 * MILLISECOND] * 10)
    assert offset.offset_ns == 8 * HOUR - 20 * MILLISECOND
    assert offset.untrusted(now)


def test_history_sent_after_a_network_cut_is_no_clock() -> None:
    offset = ClockOffset(TOLERANCE)
    now = after(offset, [20 * MILLISECOND] * 30)
    catching_up = [HOUR - n * 2 * 60 * SECOND for n in range(30)]
    now = after(offset, catching_up, now)
    assert offset.offset_ns == -20 * MILLISECOND
    after(offset, [20 * MILLISECOND] * 10, now)
    assert offset.jumps == 0


def test_old_values_at_connecting_are_no_clock() -> None:
    offset = ClockOffset(TOLERANCE)
    now = after(offset, [5 * HOUR] + [30 * MILLISECOND] * 20)
    assert offset.offset_ns == -30 * MILLISECOND
    assert not offset.untrusted(now)


def test_a_jump_is_noticed_once_and_distrusted_for_a_while() -> None:
    offset = ClockOffset(10 * HOUR)
    now = after(offset, [10 * MILLISECOND] * 30)
    now = after(offset, [HOUR] * 30, now)
    assert offset.jumps == 1
    assert offset.offset_ns == -HOUR
    assert offset.untrusted(now - 20 * SECOND)
    assert not offset.untrusted(now + DISTRUST_S * SECOND)


def test_a_slow_drift_is_followed_without_a_jump() -> None:
    offset = ClockOffset(TOLERANCE)
    after(offset, [n * 10 * MILLISECOND for n in range(600)])
    assert offset.jumps == 0
    assert offset.offset_ns is not None
    assert -6 * SECOND < offset.offset_ns < -5.5 * SECOND
