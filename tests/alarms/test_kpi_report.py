"""What stands behind the figures."""

import msgspec
import pytest
from tests.alarms.test_kpi import START, event

from fangwei.alarms.kpi import Transition, kpi_table
from fangwei.alarms.kpi_report import report
from fangwei.core.clock import DAY, HOUR, MINUTE, SECOND
from fangwei.core.events import AlarmChange

MONTH = 30 * DAY


def test_a_month_of_records_is_enough_and_less_is_said_to_be_an_impression() -> None:
    events = [event(START + HOUR)]
    assert report(events, START, START + MONTH, 1, START - DAY).enough
    short = report(events, START, START + DAY, 1, START - DAY)
    assert not short.enough and "impression" in short.remarks[0].en


def test_a_record_that_begins_inside_the_range_counts_from_there() -> None:
    late = report([], START, START + MONTH, 1, START + 20 * DAY)
    assert (round(late.days), late.enough) == (10, False)
    assert "begins after" in late.remarks[0].en


def test_nothing_recorded_is_not_few_alarms() -> None:
    for first in (None, START + 2 * MONTH):
        nothing = report([], START, START + DAY, 1, first)
        assert "does not mean few" in nothing.remarks[0].en and nothing.days == 0


@pytest.mark.parametrize(("days", "period"), [(1, 10 * MINUTE), (7, 10 * MINUTE), (30, HOUR), (90, DAY)])
def test_the_bars_are_as_fine_as_a_page_can_show(days: int, period: int) -> None:
    found = report([event(START + 1), event(START + period, "B")], START, START + days * DAY, 1, START)
    assert found.counts.period == period and found.counts.counts[:2] == [1, 1]
    assert len(found.counts.counts) == days * DAY // period


def test_floods_top_and_standing_are_listed_with_their_numbers() -> None:
    flood = [event(START + DAY + i * SECOND, f"A{i % 3}", priority=1 + i % 2) for i in range(12)]
    old = event(START - 2 * HOUR, "OLD")
    found = report([*flood, old], START, START + 3 * DAY, 1, START)
    assert [(f.alarms, f.end - f.start) for f in found.floods] == [(12, 10 * MINUTE)]
    assert [(t.alarm, t.count) for t in found.top] == [("A0", 4), ("A1", 4), ("A2", 4)]
    assert ("OLD", START - 2 * HOUR) in [(s.alarm, s.since) for s in found.standing]
    assert [(s.priority, s.count, s.target) for s in found.priorities][:2] == [(1, 6, 1.0), (2, 6, 5.0)]


def test_more_operators_share_the_mean_and_not_the_peak() -> None:
    events = [event(START + i * SECOND, f"A{i}") for i in range(12)]
    one = {r.key: r.value for r in kpi_table(events, START, START + HOUR)}
    two = {r.key: r.value for r in kpi_table(events, START, START + HOUR, 2.0)}
    assert (one["mean_hour"], two["mean_hour"]) == (12, 6)
    assert one["peak_10min"] == two["peak_10min"] == 12
    with pytest.raises(ValueError, match="operator"):
        kpi_table(events, START, START + HOUR, 0.0)


def test_lean_transitions_give_the_same_table_as_the_events() -> None:
    events = [
        event(START + i * MINUTE, f"A{i % 4}", AlarmChange.RAISED if i % 2 else AlarmChange.RETURNED) for i in range(40)
    ]
    lean = [msgspec.convert(e, Transition, from_attributes=True) for e in events]
    assert kpi_table(events, START, START + DAY) == kpi_table(lean, START, START + DAY)
