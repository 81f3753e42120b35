"""The sample room: our transport on our own solved air, against OpenFOAM's series on cells of 0.25 m.

A leak of 1e-3 m3/s at (6.1, 5.1, 0.6) from t = 0; state A until 900 s, then C; eight sensors, six workplaces.
"""

from pathlib import Path

import numpy as np

from fangwei.leak.bank import weights
from fangwei.leak.field import Field
from fangwei.leak.grid import grid_of
from fangwei.leak.sample import PEOPLE, ROOM, SENSORS, sample_field
from fangwei.leak.score import Score, score
from fangwei.leak.transport import Stepper

LEAK_AT = (6.1, 5.1, 0.6)
LEAK = 1e-3
CHANGE = 900.0
STEP = 5.0
FLOOR = 1e-7
"""Volume fraction below which the series is numerical noise."""


def room_scores(folder: Path, fields: dict[str, Field] | None = None) -> dict[str, Score]:
    """Scores by state and by what looks: `A sensors`, `A people`, `A`, `C sensors`, ...

    `fields` by default are our own solutions; `folder` holds leak_s1.csv.

    Raises:
        OSError: the series is absent.
    """
    series = np.genfromtxt(folder / "leak_s1.csv", delimiter=",")
    times, seen = series[:, 0], series[:, 1:]
    grid = grid_of(ROOM)
    air = fields or {state: sample_field(state, grid) for state in "AC"}
    places = weights(grid, [place.at for place in (*SENSORS, *PEOPLE)])
    source = weights(grid, [LEAK_AT])[:, 0] * LEAK
    there, modelled, now = np.zeros(grid.cells), [], 0.0
    for state, until in (("A", CHANGE), ("C", float(times[-1]))):
        stepper = Stepper.of(grid, air[state], STEP)
        while now < until - STEP / 2:
            there = stepper.forward(there, source)
            now += STEP
            if np.isclose(times, now).any():
                modelled.append(places.T @ there)
    model = np.array(modelled)
    first, sensors = times <= CHANGE, len(SENSORS)
    scores = {}
    for state, rows in (("A", first), ("C", ~first)):
        scores[f"{state} sensors"] = score(model[rows, :sensors], seen[rows, :sensors], FLOOR)
        scores[f"{state} people"] = score(model[rows, sensors:], seen[rows, sensors:], FLOOR)
        scores[state] = score(model[rows], seen[rows], FLOOR)
    return scores
