"""`fangwei status` says "all is well" only of what is known to be."""

import unicodedata

import msgspec
import pytest

from fangwei.core.clock import SECOND, now_ns
from fangwei.core.events import SourceHealth, SourceState
from fangwei.core.health import ErrorCount, HealthReport
from fangwei.host.folder import Running
from fangwei.host.processes import PROCESSES
from fangwei.host.status import fit, judge, render

NOW = now_ns()
RUNNING = Running(pid=1, started=NOW, site="x", host="127.0.0.1", web_port=1, nats_port=2, mqtt_port=3, processes={})


def report(name, **more):
    return HealthReport(process=name, pid=7, time=NOW, started=NOW - 60 * SECOND, **more)


def source(name="gas", **more):
    fixed = {"state": SourceState.UP, "errors": 0} | more
    return SourceHealth(
        source=name,
        protocol="modbus",
        since=NOW,
        time=NOW,
        readings=1,
        last_reading=NOW,
        lag_s=0.1,
        clock_offset_s=None,
        **fixed,
    )


def all_processes(**more):
    return [report(name, **more) for name in PROCESSES]


def last_line(status):
    return render(status).splitlines()[-1]


def test_all_is_well_when_every_process_runs_and_every_source_is_up():
    status = judge(RUNNING, all_processes(), [source(errors=5), source(errors=5)])
    assert status.healthy and last_line(status) == "一切正常 all is well"


def test_a_silent_process_is_named():
    status = judge(RUNNING, all_processes()[1:], [])
    assert not status.healthy and status.missing == [next(iter(PROCESSES))]
    assert "is silent" in render(status) and last_line(status).endswith("something is wrong")


@pytest.mark.parametrize("state", ["starting", "stopping", "failed"])
def test_a_process_that_speaks_but_does_not_run_is_not_well(state):
    assert not judge(RUNNING, [*all_processes(), report("connect", state=state)], []).healthy


def test_a_source_that_is_down_is_named_with_its_detail():
    status = judge(RUNNING, all_processes(), [source(state=SourceState.DOWN, detail="connection refused")])
    assert not status.healthy and "connection refused" in render(status)


def test_a_source_that_is_up_but_counts_new_errors_is_not_well():
    status = judge(RUNNING, all_processes(), [source(errors=5), source(errors=8)])
    assert not status.healthy and status.growing == {"source/gas": 3}
    assert "5" not in status.worries[0].en and "3 more errors" in status.worries[0].en
    assert "8 (+3)" in render(status)


def test_errors_that_a_process_counts_meanwhile_are_told_though_nothing_is_down():
    before = report("connect", errors={"mqtt.not_json": ErrorCount(1, "x", NOW)})
    after = report("connect", errors={"mqtt.not_json": ErrorCount(4, "x", NOW), "late": ErrorCount(1, "y", NOW)})
    status = judge(RUNNING, [before, *all_processes(), after], [])
    assert status.growing == {"connect/mqtt.not_json": 3, "connect/late": 1}
    assert status.healthy and "errors are being counted" in last_line(status)


def test_messages_that_stay_unconfirmed_are_not_well_and_those_on_their_way_are():
    waiting, none = {"bus.unsure": 2.0}, {"bus.unsure": 0.0}
    stuck = judge(RUNNING, all_processes(gauges=waiting) + all_processes(gauges=waiting), [])
    assert not stuck.healthy and "2 messages" in stuck.worries[0].en
    assert judge(RUNNING, all_processes(gauges=waiting) + all_processes(gauges=none), []).healthy


def test_a_page_that_cannot_confirm_what_it_shows_is_not_well():
    after = report("app", errors={"api.unconfirmed.alarms": ErrorCount(1, "x", NOW)})
    status = judge(RUNNING, [*all_processes(), after], [])
    assert not status.healthy and "about alarms" in status.worries[0].en


def test_the_figures_one_asks_for_are_shown():
    status = judge(RUNNING, [*all_processes(), report("historian", gauges={"history.behind": 12.0})], [])
    assert "history behind by 12 batches" in render(status)


def test_long_details_are_cut_to_the_width_of_the_terminal():
    long = "坏报文 " * 100 + "\nsecond line"
    processes = [*all_processes(), report("connect", errors={"x": ErrorCount(1, long, NOW)})]
    for line in render(judge(RUNNING, processes, [source(detail=long)]), 80).splitlines():
        assert sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) <= 80
    assert fit("short", 80) == "short"


def test_it_is_json_as_well():
    status = judge(RUNNING, all_processes(), [source()])
    assert msgspec.json.decode(msgspec.json.encode(status), type=type(status)) == status
