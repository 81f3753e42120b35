"""The figures of idling: sums, and the field apart from the platform."""

import os

from fangwei.bench.idle import figures
from fangwei.bench.platform_run import cpu_seconds, free_ports, proportional_mb, resident_mb


def test_the_plant_is_counted_in_all_and_left_out_of_the_platform():
    shown = figures({"alarms": 2.0, "sim": 1.0}, {"alarms": 90.0, "sim": 50.0}, {"alarms": 100.0, "sim": 60.0}, 60, 7)
    assert shown["cpu_percent"] == 3.0 and shown["platform_cpu_percent"] == 2.0
    assert shown["pss_mb"] == 140 and shown["platform_pss_mb"] == 90 and shown["rss_mb"] == 160


def test_what_a_process_costs_is_read_from_the_system_and_one_that_ended_is_left_out():
    me = {"me": os.getpid()}
    assert cpu_seconds(me)["me"] > 0
    assert 0 < proportional_mb(me)["me"] <= resident_mb(me)["me"] * 1.01
    assert resident_mb({"gone": 2**22 + 1}) == {}


def test_free_ports_are_different_ones():
    assert len(set(free_ports(20))) == 20
