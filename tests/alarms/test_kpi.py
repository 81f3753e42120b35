"""The ISA-18.2 / EEMUA 191 table from journal events."""

import pytest

from fangwei.alarms.kpi import chattering, kpi_table, render
from fangwei.core.clock import DAY, HOUR, MINUTE, SECOND
from fangwei.core.events import AlarmChange, AlarmEvent, AlarmState, Hazard
from fangwei.core.texts import Text

START = 1_700_000_000 * SECOND


def event(
    t: int,
    alarm: str = "A",
    change: AlarmChange = AlarmChange.RAISED,
    priority: int = 4,
    state: AlarmState = AlarmState.UNACKED,
    by: str | None = None,
    reason: str | None = None,
) -> AlarmEvent:
    return AlarmEvent(
        id=f"{alarm}@{t}/{change}", occurrence=f"{alarm}@{t}", alarm=alarm, point=alarm, zone="z", east=0, north=0,
        up=0, kind="process", hazard=Hazard.PROCESS, priority=priority, change=change, state=state, active=True,
        value=1.0, limit=1.0, unit="", quality=0, source_time=t, receive_time=t, decided_time=t,
        message=Text("", ""), by=by, reason=reason,
    )  # fmt: skip


def table(events: list[AlarmEvent], length: int = DAY) -> dict[str, tuple[float, bool | None]]:
    return {r.key: (r.value, r.good) for r in kpi_table(events, START, START + length)}


def test_a_quiet_day_meets_every_target() -> None:
    rows = table([event(START + i * HOUR, f"A{i}", priority=4) for i in range(24)])
    assert rows["total"] == (24, None)
    assert rows["mean_10min"][0] == pytest.approx(24 / 144)
    assert all(good is not False for key, (_, good) in rows.items() if key != "top_ten")


def test_a_flood_lasts_until_fewer_than_five_in_ten_minutes() -> None:
    counts = [11, 6, 5, 4, 6]
    events = [event(START + p * 10 * MINUTE + i, f"A{i}") for p, n in enumerate(counts) for i in range(n)]
    rows = table(events, 50 * MINUTE)
    assert rows["flood"] == (60.0, False)
    assert rows["over_10"] == (20.0, False)
    assert rows["peak_10min"] == (11, False)


def test_the_same_event_twice_and_hidden_alarms_are_not_counted() -> None:
    one = event(START)
    hidden = [event(START + i, f"H{i}", state=s) for i, s in enumerate((AlarmState.SHELVED, AlarmState.SUPPRESSED))]
    assert table([one, one, *hidden])["total"][0] == 1


def test_three_transitions_within_a_minute_chatter_and_three_in_longer_do_not() -> None:
    quick = [event(START), event(START + 30 * SECOND, change=AlarmChange.RETURNED), event(START + 60 * SECOND)]
    slow = [event(START, "B"), event(START + 30 * SECOND, "B", AlarmChange.RETURNED), event(START + 61 * SECOND, "B")]
    assert chattering(quick + slow, START, START + DAY) == ["A"]


def test_an_alarm_active_for_more_than_a_day_is_stale_though_raised_before_the_window() -> None:
    events = [event(START - HOUR), event(START - HOUR, "B"), event(START, "B", AlarmChange.RETURNED)]
    assert table(events)["stale"][0] == 1


def test_the_split_of_priorities_and_what_was_hidden_without_a_person_or_a_reason() -> None:
    events = [event(START + i, f"A{i}", priority=4 if i < 8 else 1) for i in range(10)]
    events.append(event(START + 20, change=AlarmChange.SHELVED, by="li", reason="换探头"))
    events.append(event(START + 21, change=AlarmChange.SHELVED, by="li"))
    rows = {r.key: r for r in kpi_table(events, START, START + DAY)}
    assert rows["priorities"].detail == "20.0/0.0/0.0/80.0"
    assert rows["unsanctioned"].value == 1


def test_no_alarms_is_a_table_of_zeros_and_no_window_is_refused() -> None:
    assert table([])["top_ten"] == (0.0, True)
    with pytest.raises(ValueError, match="after the start"):
        kpi_table([], START, START)


@pytest.mark.parametrize(("language", "words"), [("zh", "报警泛滥时间"), ("en", "Time in flood")])
def test_the_table_reads_in_both_languages(language: str, words: str) -> None:
    text = render(kpi_table([event(START)], START, START + DAY), language)
    assert words in text and len(text.splitlines()) >= 12
