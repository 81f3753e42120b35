"""What instruments show when something happens in the plant."""

import itertools
import math

import pytest
from tests.sim.conftest import live

from fangwei.sim.plant import CannotDo, Plant


def first_over(seen, point, limit):
    return next((t for t, v in seen.get(point, []) if v is not None and v > limit), math.inf)


def last(seen, point):
    return seen[point][-1][1]


def test_a_quiet_plant_stays_inside_its_limits_and_every_instrument_reports(plant, site):
    seen = live(plant, 200.0, 1.0)
    assert set(seen) == set(site.points)
    assert all(v < 25.0 for p in ("GAS-1", "GAS-2", "GAS-3") for _, v in seen[p])
    assert all(v == 0.0 for _, v in seen["SMK-1"])
    assert all(v > 4200 for _, v in seen["FLO-1"])


def test_instruments_are_repeated_before_they_would_count_as_stale(plant):
    seen = live(plant, 120.0, 1.0)
    times = [t for t, _ in seen["GAS-1"]]
    assert max(b - a for a, b in itertools.pairwise(times)) <= 20.0 / 2


def test_the_same_seed_gives_the_same_plant_and_another_seed_another(site):
    runs = []
    for seed in (1, 1, 2):
        plant = Plant(site, seed)
        plant.leak("filling")
        runs.append(live(plant, 30.0))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_the_default_leak_passes_25_percent_lel_within_a_second_and_spreads_from_near_to_far(plant):
    live(plant, 20.0, 1.0)
    plant.leak("filling")
    seen = live(plant, 120.0)
    nearest, farther, next_room = (first_over(seen, p, 25.0) for p in ("GAS-1", "GAS-2", "GAS-3"))
    if farther < nearest:
        nearest, farther = farther, nearest
    assert nearest <= 1.0
    assert nearest < farther < next_room < 120.0
    assert first_over(seen, "HF-1", 2.0) < 60.0
    assert last(seen, "O2-1") < 20.5
    assert min(v for _, v in seen["PRS-1"]) < 0.12
    assert last(seen, "FLO-1") < 4200  # the interlock tripped the fan


def test_a_leak_that_ends_lets_the_air_clear(plant):
    plant.leak("filling", minutes=0.5)
    live(plant, 40.0)
    seen = live(plant, 2400.0, 1.0)
    assert last(seen, "GAS-1") < 10.0


def test_a_fan_switched_off_stops_the_flow_and_makes_a_leak_worse(site):
    worst = []
    for on in (True, False):
        plant = Plant(site, 1)
        plant.fan("filling", on)
        plant.leak("filling", rate=30.0, at=(5, 5, 0.5), minutes=10.0)
        seen = live(plant, 400.0, 1.0)
        worst.append(max(v for _, v in seen["GAS-2"]))
    assert last(seen, "FLO-1") < 1000
    assert worst[1] > 1.3 * worst[0]


def test_a_hot_cell_shows_heat_then_smoke_then_flame(plant):
    live(plant, 10.0, 1.0)
    plant.hot_cell("CEL-1")
    seen = live(plant, 240.0)
    heat, smoke, flame = first_over(seen, "CEL-1", 45.0), first_over(seen, "SMK-1", 0.5), first_over(seen, "FLM-1", 0.5)
    assert heat < smoke < flame < 200.0
    assert max(v for _, v in seen["HOT-1"]) > 200.0


def test_instruments_never_move_faster_than_the_site_says_is_possible(plant):
    plant.hot_cell("CEL-1")
    seen = live(plant, 240.0)["CEL-1"]
    for (t1, v1), (t2, v2) in itertools.pairwise(seen):
        assert abs(v2 - v1) <= 30.0 * (t2 - t1) + 1e-9


def test_people_run_from_a_burst_and_leave_the_doors_open(plant):
    everyone = sum(plant.world.people)
    plant.leak("filling")
    seen = live(plant, 90.0)
    assert plant.world.people[0] == 0
    assert sum(plant.world.people) == everyone
    assert 3.0 in [v for _, v in seen["DOR-1"]]


def test_reset_makes_all_well_again(plant):
    plant.leak("filling")
    plant.fail("O2-1", "frozen")
    live(plant, 60.0)
    plant.reset()
    seen = live(plant, 60.0, 1.0)
    assert last(seen, "GAS-1") < 5.0
    assert 5600 < last(seen, "FLO-1") < 6500
    assert len({v for _, v in seen["O2-1"]}) > 1


@pytest.mark.parametrize(
    ("mode", "check"),
    [
        ("frozen", lambda values: len(set(values[1:])) == 1),
        ("dead", lambda values: all(v is None for v in values[1:])),
        ("nan", lambda values: all(math.isnan(v) for v in values[1:])),
        ("drift", lambda values: values[-1] > values[0] + 3.0),
        ("spike", lambda values: max(values) > 25.0 and min(values) < 22.0),
    ],
)
def test_a_failed_instrument_shows_its_failure(plant, mode, check):
    live(plant, 5.0, 1.0)
    plant.fail("O2-1", mode)
    assert check([v for _, v in live(plant, 60.0)["O2-1"]])


def test_a_chattering_point_crosses_its_first_limit_again_and_again(plant):
    plant.fail("GAS-1", "chatter", period=4.0)
    values = [v for _, v in live(plant, 40.0)["GAS-1"]]
    crossings = sum((a > 25.0) != (b > 25.0) for a, b in itertools.pairwise(values))
    assert 18 <= crossings <= 21


@pytest.mark.parametrize(
    "call",
    [
        lambda p: p.leak("nowhere"),
        lambda p: p.leak("filling", rate=math.nan),
        lambda p: p.leak("filling", rate=-1.0),
        lambda p: p.leak("filling", minutes=0.0),
        lambda p: p.fail("NO-SUCH"),
        lambda p: p.fail("GAS-1", "angry"),
        lambda p: p.fail("GAS-1", "chatter", period=0.0),
        lambda p: p.fan("nowhere", False),
        lambda p: p.hot_cell("NO-SUCH"),
    ],
)
def test_senseless_commands_are_refused_with_a_sentence(plant, call):
    with pytest.raises(CannotDo) as refusal:
        call(plant)
    assert len(str(refusal.value)) > 10
    assert not plant.eventful
