"""Limits, deadbands and delays, as the kernel decides them."""

import numpy as np
import pytest
from tests.alarms.alarm_plant import at, gas, limit, read, site

from fangwei.alarms.engine import Engine
from fangwei.core.events import AlarmChange
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.plant.site import SitePoint


class Run:
    """An engine over some points; every step returns `(alarm, change)` of what it told."""

    def __init__(self, *points: SitePoint) -> None:
        self.engine = Engine(site(*points), at(0))

    def read(self, p: SitePoint, s: float, value: float, quality: Quality = Quality.GOOD) -> list[tuple[str, str]]:
        return self.told(self.engine.hear(read(p, s, value, quality), at(s)))

    def tick(self, s: float) -> list[tuple[str, str]]:
        return self.told(self.engine.tick(at(s)))

    @staticmethod
    def told(events: list) -> list[tuple[str, str]]:  # type: ignore[type-arg]
        return [(e.alarm, e.change.value) for e in events]


RAISED, RETURNED = AlarmChange.RAISED.value, AlarmChange.RETURNED.value


def test_high_raises_beyond_its_value_only_and_returns_below_the_deadband() -> None:
    p = gas("G1", limit(at=20.0, deadband=2.0))
    run = Run(p)
    assert run.read(p, 1, 20.0) == []
    assert run.read(p, 2, 20.1) == [("G1.hi", RAISED)]
    assert run.read(p, 3, 19.0) == []
    assert run.read(p, 4, 18.0) == [("G1.hi", RETURNED)]


def test_low_is_the_mirror_of_high() -> None:
    p = gas("G1", limit("lo", "low", 19.5, deadband=0.5))
    run = Run(p)
    assert run.read(p, 1, 19.4) == [("G1.lo", RAISED)]
    assert run.read(p, 2, 19.9) == []
    assert run.read(p, 3, 20.0) == [("G1.lo", RETURNED)]


def test_equals_is_a_discrete_state() -> None:
    p = gas("F1", limit("fire", "equals", 1.0))
    run = Run(p)
    assert run.read(p, 1, 0.0) == []
    assert run.read(p, 2, 1.0) == [("F1.fire", RAISED)]
    assert run.read(p, 3, 2.0) == [("F1.fire", RETURNED)]


def test_rate_is_the_change_per_second_over_the_window() -> None:
    p = gas("G1", limit("rate", "rate", 1.0, window=10.0))
    run = Run(p)
    assert all(run.read(p, s, 0.5 * s) == [] for s in range(20))
    found = [run.read(p, 20 + s, 9.5 + 3.0 * (s + 1)) for s in range(10)]
    assert [("G1.rate", RAISED)] in found
    assert [("G1.rate", RETURNED)] in [run.read(p, 30 + s, 39.5 + 0.001 * s) for s in range(20)]


def test_rate_of_a_point_that_speaks_less_often_than_its_window() -> None:
    p = gas("G1", limit("rate", "rate", 1.0, window=10.0))
    run = Run(p)
    assert run.read(p, 0, 0.0) == []
    assert run.read(p, 30, 15.0) == []
    assert run.read(p, 60, 60.0) == [("G1.rate", RAISED)]


def test_deviation_is_judged_when_either_point_speaks() -> None:
    a, b = gas("A", limit("dev", "deviation", 5.0, of="B")), gas("B")
    run = Run(a, b)
    assert run.read(a, 1, 50.0) == []
    assert run.read(b, 2, 40.0) == [("A.dev", RAISED)]
    assert run.read(a, 3, 41.0) == [("A.dev", RETURNED)]


def test_deviation_from_an_untrusted_point_does_not_return() -> None:
    a, b = gas("A", limit("dev", "deviation", 5.0, of="B")), gas("B")
    run = Run(a, b)
    run.read(a, 1, 50.0)
    run.read(b, 2, 40.0)
    assert ("A.dev", RETURNED) not in run.read(b, 3, 50.0, Quality.BAD)
    assert ("A.dev", RETURNED) not in run.read(a, 4, 50.0)


def test_on_delay_by_source_time_and_the_occurrence_is_the_first_reading() -> None:
    p = gas("G1", limit(on_delay=3.0))
    run = Run(p)
    assert run.read(p, 1, 30.0) == []
    assert run.read(p, 3.9, 30.1) == []
    events = run.engine.hear(read(p, 4, 30.2), at(4))
    assert [e.id for e in events] == [f"G1.hi@{at(1)}/raised"]


def test_a_good_reading_within_the_on_delay_begins_it_anew() -> None:
    p = gas("G1", limit(on_delay=3.0))
    run = Run(p)
    run.read(p, 1, 30.0)
    run.read(p, 2, 10.0)
    assert run.read(p, 4, 30.1) == []
    assert run.read(p, 7, 30.2) == [("G1.hi", RAISED)]


def test_the_clock_completes_an_on_delay_when_no_reading_comes_with_the_same_occurrence() -> None:
    p = gas("G1", limit(on_delay=3.0))
    run = Run(p)
    run.read(p, 1, 30.0)
    assert run.tick(4.0) == []
    events = run.engine.tick(at(4.2))
    assert [e.id for e in events] == [f"G1.hi@{at(1)}/raised"]


def test_off_delay_holds_through_a_short_dip() -> None:
    p = gas("G1", limit(off_delay=5.0))
    run = Run(p)
    run.read(p, 1, 30.0)
    run.read(p, 2, 10.0)
    assert run.read(p, 4, 30.1) == []
    assert run.read(p, 5, 10.1) == []
    assert run.tick(10.05) == []
    assert run.tick(10.2) == [("G1.hi", RETURNED)]


def test_an_off_delay_does_not_run_out_in_the_silence_of_a_stale_point() -> None:
    p = gas("G1", limit(off_delay=5.0), stale_after=2.0)
    run = Run(p)
    run.read(p, 1, 30.0)
    run.read(p, 2, 10.0)
    assert [c for c in run.tick(20) if c[0] == "G1.hi"] == []


@pytest.mark.parametrize(
    "doubt",
    [Quality.BAD, Quality.OUT_OF_RANGE, Quality.IMPOSSIBLE_RATE, Quality.FROZEN, Quality.STALE, Quality.NOT_A_NUMBER],
)
def test_an_untrusted_value_never_clears(doubt: Quality) -> None:
    p = gas("G1", limit())
    run = Run(p)
    run.read(p, 1, 30.0)
    value = float("nan") if doubt is Quality.NOT_A_NUMBER else 1.0
    assert ("G1.hi", RETURNED) not in run.read(p, 2, value, doubt)


def test_an_untrusted_value_beyond_the_limit_raises() -> None:
    p = gas("G1", limit())
    assert ("G1.hi", RAISED) in Run(p).read(p, 1, 90.0, Quality.BAD)


@pytest.mark.parametrize(("s", "delay"), [(-100.0, 100.0), (100.0, -100.0)])
def test_a_reading_that_is_not_fresh_neither_raises_nor_clears(s: float, delay: float) -> None:
    p = gas("G1", limit())
    run = Run(p)
    assert Run.told(run.engine.hear(read(p, s, 90.0, delay_s=delay), at(0))) == []
    run.read(p, 1, 30.0)
    assert Run.told(run.engine.hear(read(p, s + 1.5, 1.0, delay_s=delay), at(1.5))) == []


def test_an_older_reading_does_not_clear_what_a_newer_one_raised() -> None:
    p = gas("G1", limit())
    run = Run(p)
    run.read(p, 5, 30.0)
    assert run.read(p, 4, 1.0) == []


def test_more_edges_than_fit_in_one_call_are_all_told() -> None:
    p = gas("G1", limit())
    n = 12_000
    values = np.where(np.arange(n) % 2 == 0, 30.0, 10.0)
    times = at(1) + np.arange(n) * 1_000_000
    engine = Engine(site(p), at(0))
    events = engine.hear(Readings.of(np.full(n, p.key), times, times, values, np.zeros(n)), at(20))
    assert len(events) == n and len({e.id for e in events}) == n


def test_a_doubt_raises_the_data_alarm_in_words_and_it_goes_after_the_doubt() -> None:
    p = gas("G1", range=(0.0, 100.0))
    run = Run(p)
    events = run.engine.hear(read(p, 1, 150.0), at(1))
    assert [(e.alarm, e.priority, e.hazard.value) for e in events] == [("G1.data", 3, "data")]
    assert "超出量程" in events[0].message.zh and "out of range" in events[0].message.en
    assert run.read(p, 2, 50.0) == []
    assert run.read(p, 8, 51.0) == [("G1.data", RETURNED)]


def test_a_silent_point_raises_its_data_alarm_once_and_the_first_word_ends_it() -> None:
    p = gas("G1", stale_after=3.0)
    run = Run(p)
    run.read(p, 1, 5.0)
    assert run.tick(3.9) == []
    events = run.engine.tick(at(4.3))
    assert [(e.alarm, e.change.value, e.source_time) for e in events] == [("G1.data", RAISED, at(4))]
    assert "stale" in events[0].message.en
    assert run.tick(60) == []
    run.read(p, 61, 5.1)
    run.read(p, 63, 5.2)
    assert run.read(p, 66, 5.3) == [("G1.data", RETURNED)]


def test_unknown_points_are_counted_and_the_rest_of_the_batch_is_judged() -> None:
    p = gas("G1", limit())
    engine = Engine(site(p), at(0))
    batch = Readings.concat([Readings.of([12345], [at(1)], [at(1)], [99.0], [0]), read(p, 1, 30.0)])
    assert len(engine.hear(batch, at(1))) == 1
    assert engine.screen.unknown == {12345: 1}
