"""What counts as told of a recorded fault, and what as false."""

import pytest

from fangwei.bench.skab import first_row_ns
from fangwei.bench.skab_score import Fault, judge, news_of, report, totals

START = 1_790_000_000_000_000_000
SPEED = 60.0
FAULT = Fault(begin=600.0, end=1000.0, length=1200.0)


def line(kind, alarm, at, told=None):
    """A line of a timeline; `at` and `told` in recorded seconds."""

    def ns(seconds):
        return START + int(seconds / SPEED * 1e9)

    return {"kind": kind, "alarm": alarm, "time": ns(at), "recorded": ns(at + 3.0 if told is None else told)}


def judged(*incidents):
    shown = [{"incident": {"id": f"i{k}"}, "timeline": list(lines)} for k, lines in enumerate(incidents)]
    return judge("x.csv", FAULT, news_of(shown, START, SPEED))


def test_an_incident_opened_inside_the_fault_is_a_hit_with_the_delay_until_people_were_told():
    v = judged([line("opened", "F.lo", 640.0, told=645.0)])
    assert (v.hit, v.by, v.delay, v.opened_inside, v.false_incidents) == ("opened", "F.lo", 45.0, 1, 0)


def test_an_alarm_that_joins_inside_is_a_hit_and_the_incident_open_before_is_false():
    v = judged([line("opened", "V.hi", 100.0), line("joined", "F.lo", 640.0), line("joined", "F.rate", 630.0)])
    assert (v.hit, v.by, v.opened_inside, v.false_incidents, v.open_before) == ("joined", "F.rate", 0, 1, True)


def test_a_reading_before_the_fault_told_inside_it_is_no_hit():
    v = judged([line("opened", "V.hi", 598.0, told=601.0)])
    assert v.hit == "" and v.false_incidents == 1


def test_what_is_told_when_the_fault_is_over_is_neither_hit_nor_false():
    v = judged([line("opened", "F.lo", 990.0, told=1010.0)])
    assert (v.hit, v.news_inside, v.false_incidents) == ("", 0, 0)


def test_alarms_after_the_fault_are_false_and_those_after_the_recording_do_not_count():
    v = judged([line("opened", "F.lo", 1100.0), line("joined", "F.hi", 1150.0), line("joined", "F.rate", 1300.0)])
    assert (v.hit, v.false_incidents, v.false_joins) == ("", 1, 1)


@pytest.mark.parametrize(
    "said", [line("opened", "F.data", 700.0), line("raised_again", "F.lo", 700.0), line("joined", None, 700.0)]
)
def test_data_alarms_members_raised_again_and_lines_without_an_alarm_tell_of_no_fault(said):
    assert judged([said]).hit == ""


def test_an_alarm_told_again_by_a_split_counts_once():
    v = judged(
        [line("opened", "V.hi", 100.0), line("joined", "F.lo", 640.0)],
        [line("opened", "F.lo", 640.0, told=700.0)],
    )
    assert (v.news_inside, v.opened_inside, v.delay) == (1, 0, 43.0)


def test_the_file_that_told_the_operating_point_is_also_left_out():
    hit, missed = judged([line("opened", "F.lo", 640.0)]), judged([line("opened", "V.hi", 100.0)])
    from dataclasses import replace

    said = report([replace(hit, file="0.csv"), replace(missed, file="1.csv")], "0.csv")
    assert said["all"]["hits"] == 1 and said["without_0.csv"]["hits"] == 0
    assert said["without_0.csv"]["files"] == 1


def test_chance_is_what_false_news_would_hit_by_falling_anywhere():
    none = totals([judged([line("opened", "F.lo", 640.0)])])
    assert none["hits_by_chance"] == 0.0
    busy = totals(
        [judged([line("opened", "V.hi", 100.0), *(line("joined", f"V{k}.hi", 110.0 + k) for k in range(19))])]
    )
    assert busy["hits"] == 0 and busy["hits_by_chance"] == 1.0  # 20 in 13.3 minutes, 10 expected in the fault


def test_the_first_rows_time_is_read_from_what_replay_prints():
    said = "13.csv: 1147 行 / rows, 9176 个读数 / readings, 首行时刻 / first row 2026-11-24T22:40:01.123456Z\n"
    assert first_row_ns(said) == 1_795_560_001_123_456_000
    with pytest.raises(RuntimeError, match="no broker"):
        first_row_ns("no broker")
