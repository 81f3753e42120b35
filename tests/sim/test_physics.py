"""The laws the plant must obey, whatever its rooms look like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangwei.sim.physics.air import Air
from fangwei.sim.physics.crowd import walk
from fangwei.sim.physics.near import plume
from fangwei.sim.physics.runaway import FUEL, HotCell
from fangwei.sim.physics.substances import factor, grams_of_percent

flows = st.floats(0.0, 50.0)


@given(
    volumes=st.lists(st.floats(5.0, 5000.0), min_size=3, max_size=3),
    fresh=st.lists(flows, min_size=3, max_size=3),
    door=flows,
    rate=st.floats(0.0, 2000.0),
    dt=st.floats(0.05, 60.0),
)
def test_gas_is_conserved_what_was_released_is_in_a_room_or_was_vented(volumes, fresh, door, rate, dt):
    air = Air(np.array(volumes), 1)
    air.fresh = np.array(fresh)
    air.exchange[0, 1] = air.exchange[1, 0] = air.exchange[1, 2] = air.exchange[2, 1] = door
    source = np.array([[rate], [0.0], [0.0]])
    for _ in range(20):
        air.step(dt, source)
    held = float((air.volume @ air.concentration)[0])
    assert held + air.vented[0] == pytest.approx(air.released[0], rel=1e-6, abs=1e-6)
    assert air.released[0] == pytest.approx(20 * rate * dt)
    assert (air.concentration >= 0.0).all()


def peak(fresh: float) -> float:
    air = Air(np.array([1000.0]), 1)
    air.fresh = np.array([fresh])
    for _ in range(300):
        air.step(1.0, np.array([[100.0]]))
    return float(air.concentration[0, 0])


def test_more_ventilation_means_a_lower_peak():
    peaks = [peak(f) for f in (0.0, 0.5, 2.0, 8.0)]
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[-1] == pytest.approx(100.0 / 8.0, rel=0.12)  # near the steady state q/F


def test_a_leak_decays_with_the_air_change_once_it_has_stopped():
    air = Air(np.array([1000.0]), 1)
    air.fresh = np.array([2.0])
    air.concentration[0, 0] = 10.0
    for _ in range(5000):
        air.step(0.1, np.zeros((1, 1)))
    assert air.concentration[0, 0] == pytest.approx(10.0 * np.exp(-1.0), rel=0.01)  # one air change in 500 s


def test_gas_passes_through_an_open_door_and_not_through_none():
    closed, opened = Air(np.array([500.0, 500.0]), 1), Air(np.array([500.0, 500.0]), 1)
    opened.exchange[0, 1] = opened.exchange[1, 0] = 2.0
    for air in (closed, opened):
        for _ in range(60):
            air.step(1.0, np.array([[50.0], [0.0]]))
    assert closed.concentration[1, 0] == 0.0
    assert 0.0 < opened.concentration[1, 0] < opened.concentration[0, 0]


def test_the_plume_falls_with_distance_and_its_front_takes_time():
    near, far = plume(500.0, np.array([1.0, 10.0]), 0.3)
    assert near > 100.0
    assert far < 1.0
    later = plume(500.0, np.array([1.0, 10.0]), 60.0)
    assert later[1] > 10.0
    assert later[0] > later[1]
    assert plume(500.0, np.array([1.0]), 60.0, stopped=60.0)[0] < 0.02 * later[0]


def test_units_of_gas_detectors_follow_from_molar_mass():
    assert factor("dmc", "%LEL", 4.2) * grams_of_percent("dmc", 4.2) == pytest.approx(100.0)
    assert factor("co", "ppm", None) == pytest.approx(factor("co", "mg/m3", None) * 24.45 / 28.01)


def test_a_cell_in_runaway_heats_faster_and_faster_vents_then_burns_then_is_spent():
    cell = HotCell("z", (0, 0, 0))
    temperatures, gas, burnt = [], 0.0, False
    for _ in range(4000):
        given_off = cell.step(0.25, 25.0)
        gas += sum(given_off.values()) * 0.25
        temperatures.append(cell.temperature)
        burnt |= cell.burning
    first = next(i for i, t in enumerate(temperatures) if t > 60.0)
    second = next(i for i, t in enumerate(temperatures) if t > 130.0)
    assert temperatures[second] - temperatures[second - 4] > temperatures[first] - temperatures[first - 4]
    assert burnt
    assert cell.fuel == 0.0
    assert 0.0 < gas < FUEL
    assert temperatures[-1] < 60.0


def test_a_long_step_through_a_runaway_ends_where_short_ones_end():
    one, many = HotCell("z", (0, 0, 0)), HotCell("z", (0, 0, 0))
    one.step(100.0, 25.0)
    for _ in range(400):
        many.step(0.25, 25.0)
    assert one.temperature == pytest.approx(many.temperature, rel=1e-6)


def test_people_leave_danger_nobody_appears_or_is_lost():
    import random

    people = [10, 5, 0]
    chance = random.Random(3)
    for _ in range(300):
        walk(people, [[1], [0, 2], [1]], [True, False, False], 1.0, chance)
        assert sum(people) == 15
    assert people[0] == 0
