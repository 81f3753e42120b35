"""The valve bench: limits follow from the fault-free run alone, and the score is what the recording says."""

import datetime
import math

import numpy as np
import pytest
import yaml
from tests.conftest import REPOSITORY

from fangwei.sim.bench_limits import SIGNALS, limits_of, operating_point, points_yaml, rationalised, slopes
from fangwei.sim.bench_score import Span, judge, score, spans
from fangwei.sim.bench_through import spans_of
from fangwei.sim.recording import Recording, read_recording

START = datetime.datetime(2020, 3, 9, tzinfo=datetime.UTC)


def made(level: float = 100.0, rows: int = 2000, seed: int = 1, fault: slice | None = None) -> Recording:
    noise = np.random.default_rng(seed)
    columns = {s.column: level + noise.normal(0.0, 1.0, rows) for s in SIGNALS}
    anomaly = np.zeros(rows)
    if fault is not None:
        anomaly[fault] = 1.0
    return Recording(START, np.arange(rows, dtype=float), columns | {"anomaly": anomaly})


def by_name(limits):
    return {f"{x.point}.{x.id}": x for x in limits}


def test_the_fault_free_run_itself_raises_nothing():
    reference = made()
    assert not [s for x in limits_of(reference) for s in spans(x, reference)]


def test_limits_stand_half_a_band_outside_the_quantiles():
    reference = made()
    x = reference.columns["Pressure"]
    low, high = np.quantile(x, [0.001, 0.999])
    limits = by_name(limits_of(reference))
    assert limits["VB-PRS-01.hi"].at == pytest.approx(high + (high - low) / 2, rel=1e-3)
    assert limits["VB-PRS-01.lo"].at == pytest.approx(low - (high - low) / 2, rel=1e-3)


def test_another_operating_point_scales_what_grows_with_the_pump_and_shifts_the_rest():
    reference, there = made(100.0), made(50.0, seed=2)
    before, after = by_name(limits_of(reference)), by_name(limits_of(reference, point=operating_point(there)))
    assert after["VB-FLO-01.hi"].at == pytest.approx(before["VB-FLO-01.hi"].at / 2, rel=0.01)
    assert after["VB-FLO-01.rate"].at == pytest.approx(before["VB-FLO-01.rate"].at / 2, rel=0.01)
    assert after["VB-PRS-01.hi"].at == pytest.approx(before["VB-PRS-01.hi"].at - 50.0, rel=0.01)
    assert after["VB-PRS-01.rate"].at == before["VB-PRS-01.rate"].at


def test_a_replay_at_speed_sixty_has_delays_and_slopes_of_its_own_time():
    slow, fast = by_name(limits_of(made())), by_name(limits_of(made(), 60.0))
    assert fast["VB-FLO-01.rate"].at == pytest.approx(60 * slow["VB-FLO-01.rate"].at, rel=1e-3)
    assert fast["VB-FLO-01.rate"].window == 1.0
    assert fast["VB-FLO-01.lo"].on_delay == pytest.approx(2.0 / 60.0)
    assert fast["VB-FLO-01.lo"].at == slow["VB-FLO-01.lo"].at


def test_a_slope_needs_half_its_window_and_ignores_where_the_signal_lies():
    seconds = np.arange(200.0)
    found = slopes(seconds, 7.0 + 0.5 * seconds, 60.0)
    assert np.isnan(found[:30]).all()
    assert found[30:] == pytest.approx(0.5)


def test_a_step_in_the_fault_is_a_hit_with_its_delay_and_one_outside_a_false_alarm():
    recording = made(fault=slice(1000, 1400), seed=3)
    recording.columns["Volume Flow RateRMS"][1010:1400] -= 30.0
    recording.columns["Pressure"][500:520] += 30.0
    found = score("x", recording, limits_of(made()))
    assert found.detected
    assert 10.0 <= found.delay <= 15.0
    assert found.by.startswith("VB-FLO-01")
    assert found.false_before >= 1
    assert found.minutes_outside > 0.3


def test_one_wild_sample_raises_no_high_or_low_alarm():
    recording = made(fault=slice(1000, 1400), seed=3)
    recording.columns["Pressure"][500] += 500.0
    levels = [x for x in limits_of(made()) if x.type in ("high", "low")]
    assert score("x", recording, levels).false_before == 0


def test_an_alarm_that_stood_before_the_fault_is_no_detection():
    recording = made(fault=slice(1000, 1400))
    found = judge("x", recording, [Span("a", 900.0, 1500.0)])
    assert not found.detected
    assert math.isnan(found.delay)
    assert found.standing == 1
    assert found.minutes_outside == pytest.approx((100 + 101) / 60, abs=0.05)


def test_a_journal_becomes_spans_in_recorded_time():
    def event(change: str, ns: int) -> dict:
        return {"alarm": "P.hi", "change": change, "source_time": ns}

    events = [event("raised", 3_000_000_000), event("returned", 2_000_000_000), event("raised", 1_000_000_000)]
    assert spans_of(events, 0, 60.0, 600.0) == [Span("P.hi", 60.0, 120.0), Span("P.hi", 180.0, 600.0)]


def test_rationalised_limits_leave_out_cold_and_still_machines_only():
    full, kept = by_name(limits_of(made())), by_name(rationalised(limits_of(made())))
    assert set(full) - set(kept) == {"VB-VIB-01.lo", "VB-VIB-02.lo", "VB-TMP-01.lo", "VB-TMP-02.lo"}


def test_the_committed_site_is_what_the_method_gives(datasets):
    folder = datasets / "skab"
    if not (folder / "anomaly-free.csv").is_file():
        pytest.skip(f"no SKAB recordings at {folder}")
    there = operating_point(read_recording(folder / "valve1" / "0.csv"))
    limits = rationalised(limits_of(read_recording(folder / "anomaly-free.csv"), 60.0, there))
    committed = yaml.safe_load((REPOSITORY / "sites" / "valve_bench" / "points.yaml").read_text(encoding="utf-8"))
    assert yaml.safe_load(points_yaml(limits, 60.0)) == committed
