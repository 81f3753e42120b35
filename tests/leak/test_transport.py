"""What goes in is there or has gone out; the adjoint says the same as going forward; the sample room's own figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.leak.sample import data
from tests.leak.test_airflow import TUNNEL, straight

from fangwei.leak.foam_import import import_case
from fangwei.leak.grid import grid_of
from fangwei.leak.sample import ROOM
from fangwei.leak.transport import Stepper, mass_error, receptors
from fangwei.leak.validate_room import room_scores

GRID = grid_of(TUNNEL)
STEP = Stepper.of(GRID, straight(GRID), 2.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=GRID.cells, max_size=GRID.cells), st.floats(0, 1e-3))
def test_a_step_keeps_the_vapour_and_is_never_negative(there: list[float], rate: float) -> None:
    before, source = np.array(there), np.zeros(GRID.cells)
    source[5] = rate
    after = STEP.forward(before, source)
    assert mass_error(GRID, STEP.field, before, after, source, STEP.step) < 1e-9
    assert after.min() >= -1e-12
    assert after.max() <= max(before.max(), 0) + rate * STEP.step / GRID.volume + 1e-9


def test_a_steady_leak_ends_at_its_share_of_the_air() -> None:
    source, c = np.zeros(GRID.cells), np.zeros(GRID.cells)
    source[0] = 1e-3
    for _ in range(400):
        c = STEP.forward(c, source)
    out = STEP.field.vents["OUT"] @ c[GRID.patches["OUT"].cells]
    assert out == pytest.approx(1e-3, rel=1e-6)


def test_going_back_from_a_place_says_what_going_forward_says() -> None:
    random = np.random.default_rng(3)
    c, q = random.random(GRID.cells), random.random(GRID.cells) * 1e-3
    places = np.zeros((GRID.cells, 2))
    for n, at in enumerate(((3.6, 0.5, 0.5), (1.0, 0.3, 0.7))):
        cells, shares = GRID.near(at)
        places[cells, n] = shares
    said = receptors(STEP, places, [1, 5, 12]).forecast(c, q)
    seen = {}
    for n in range(1, 13):
        c = STEP.forward(c, q)
        seen[n] = places.T @ c
    np.testing.assert_allclose(said, [seen[1], seen[5], seen[12]], rtol=1e-5)


def test_the_sample_room_is_as_openfoam_says_at_sensors_and_at_people() -> None:
    scores = room_scores(data())
    for which in ("A sensors", "A people", "C sensors", "C people"):
        assert scores[which].fac2 >= 0.92, (which, scores[which])
        assert abs(scores[which].fb) <= 0.2, (which, scores[which])


def test_air_solved_on_small_cells_is_better_than_on_the_transports_own() -> None:
    """Why fields are solved fine and added up (decision 0011): the case beside the series is solved at 0.5 m."""
    folder = data()
    coarse = {state: import_case(folder / f"state_{state}", ROOM, state) for state in "AC"}
    assert room_scores(folder, coarse)["C"].fac2 < room_scores(folder)["C"].fac2
