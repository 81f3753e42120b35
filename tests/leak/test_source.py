"""A leak that the model itself makes is found: which, since when, how strong; and nothing is found where nothing is."""

import numpy as np
import pytest
from tests.leak.test_airflow import TUNNEL, straight

from fangwei.leak.bank import TICK, Bank, build, kept, lattice, weights
from fangwei.leak.forecast import forecast
from fangwei.leak.grid import grid_of
from fangwei.leak.source import Follower, Sensor, infer
from fangwei.leak.transport import Stepper

GRID = grid_of(TUNNEL)
LEAKS = [(0.75, 0.25, 0.25), (2.25, 0.75, 0.75)]
RECEPTORS = [(1.25, 0.25, 0.25), (2.75, 0.75, 0.75), (3.75, 0.5, 0.5)]
"""Two sensors, one place of people."""
RATE = 3e-5
NOISE = 2e-6


@pytest.fixture(scope="module")
def banks() -> dict[str, Bank]:
    fields = {"slow": straight(GRID, 0.02), "fast": straight(GRID, 0.08)}
    return {state: build(GRID, field, RECEPTORS, LEAKS) for state, field in fields.items()}


def followed(banks: dict[str, Bank], leak: int | None, states: list[str], onset: int = 30) -> Follower:
    """A plant that follows the banks' own fields, looked at through noise."""
    random = np.random.default_rng(5)
    follower = Follower(banks, [Sensor(30.0, NOISE)] * 2, 2, (1e-6, 1e-3), states[0])
    steppers = {state: Stepper.of(GRID, straight(GRID, rate), TICK) for state, rate in (("slow", 0.02), ("fast", 0.08))}
    there, shown, sight = np.zeros(GRID.cells), np.zeros(2), weights(GRID, RECEPTORS)
    source = weights(GRID, [LEAKS[leak or 0]])[:, 0] * RATE
    for n, state in enumerate(states):
        there = steppers[state].forward(there, source * (leak is not None and n >= onset))
        shown = shown + (1 - np.exp(-TICK / 30)) * ((sight.T @ there)[:2] - shown)
        follower.tick(shown + random.normal(0, NOISE, 2), state)
    return follower


@pytest.mark.parametrize("leak", [0, 1])
def test_the_leak_that_leaks_is_named_with_its_rate(banks: dict[str, Bank], leak: int) -> None:
    follower = followed(banks, leak, ["slow"] * 75)
    found = infer(follower)
    assert found.leak > 0.99
    assert int(found.by_candidate.argmax()) == leak
    low, _, high = found.rate()
    assert low <= RATE <= high


def test_nothing_is_found_where_nothing_leaks(banks: dict[str, Bank]) -> None:
    assert infer(followed(banks, None, ["slow"] * 120)).leak < 0.05


def test_dead_sensors_say_nothing_and_the_posterior_is_the_prior(banks: dict[str, Bank]) -> None:
    follower = followed(banks, 0, ["slow"] * 60)
    follower.read[:] = np.nan
    found = infer(follower)
    assert not found.informed
    assert found.leak == pytest.approx(1e-3, rel=1e-6)


def test_a_change_of_ventilation_is_followed(banks: dict[str, Bank]) -> None:
    states = ["slow"] * 45 + ["fast"] * 30
    follower = followed(banks, 0, states)
    found = infer(follower)
    assert found.leak > 0.99
    assert int(found.by_candidate.argmax()) == 0
    low, _, high = found.rate()
    assert low <= RATE <= high


def test_the_forecast_holds_what_comes_within_its_band_and_crosses_when_it_does(banks: dict[str, Bank]) -> None:
    follower = followed(banks, 1, ["slow"] * 48)
    limit = np.array([RATE / 0.02 / 2])  # half of what is reached in the end
    ahead = forecast(follower, infer(follower), [2], limit)
    in_the_end = RATE / 0.02
    assert ahead.low[-1, 0] <= in_the_end <= ahead.high[-1, 0]
    assert ahead.crossed[-1, 0] > 0.6
    assert (np.diff(ahead.crossed[:, 0]) >= -1e-12).all()


def test_a_bank_is_kept_on_disk_and_made_again_when_it_cannot_be_read(tmp_path) -> None:
    field = straight(GRID)
    made = kept(tmp_path, GRID, field, RECEPTORS, LEAKS)
    files = sorted(tmp_path.iterdir())
    again = kept(tmp_path, GRID, field, RECEPTORS, LEAKS)
    np.testing.assert_array_equal(made.step, again.step)
    files[0].write_bytes(b"broken")
    np.testing.assert_array_equal(kept(tmp_path, GRID, field, RECEPTORS, LEAKS).seen, made.seen)


def test_the_lattice_stands_in_the_air() -> None:
    at = lattice(GRID, 1.0)
    assert len(at) == len(set(at)) >= 8
    assert all(0 < x < 4 for x, _, _ in at)
