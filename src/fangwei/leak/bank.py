"""What every credible leak would do, worked out beforehand for each ventilation state.

A *candidate* is a place where gas may come out: each registered leak point, and a lattice of places nobody registered.
For a steady leak of 1 m3/s from a candidate the bank holds

* `step`   what each receptor (sensor or place) sees, every `TICK` after the onset,
* `fields` the whole room's concentration, every `AGE` after the onset: where a change of ventilation begins,
* `seen`   what each receptor sees later of any concentration, every `LATER`: what a change of ventilation leads to.

All else is linear: other rates by multiplying, growth by adding up onsets. Three minutes of one core for 6,000 cells;
kept on disk by the hash of what it was made of.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fangwei.leak.field import Field
from fangwei.leak.grid import Grid
from fangwei.leak.transport import Stepper

Floats = npt.NDArray[np.float64]
Half = npt.NDArray[np.float16]
Single = npt.NDArray[np.float32]
Place3 = tuple[float, float, float]

TICK = 20.0
"""s; the transport's step and the spacing of `step`."""
AGE = 180.0
"""s between two `fields`; also the spacing of onsets."""
LATER = 60.0
"""s between two `seen`."""
REACH = 7200.0
"""s that `step` and `seen` reach: an hour of what was, an hour of what comes."""
PAST = 3600.0
"""s that onsets go back."""


@dataclass(frozen=True)
class Bank:
    """One ventilation state; p candidates, r receptors, n cells."""

    state: str
    step: Single
    """(REACH / TICK + 1, r, p) volume fraction per m3/s."""
    fields: Half
    """(PAST / AGE + 1, p, n)"""
    seen: Half
    """(REACH / LATER + 1, r, n)"""


def lattice(grid: Grid, spacing: float = 2.5) -> list[Place3]:
    """Places nobody registered: the air cell nearest to each point of a lattice, floor to ceiling."""
    counts = [max(1, round(n * grid.cell / spacing)) for n in grid.shape]
    counts[2] = max(2, counts[2])
    places = []
    for index in np.ndindex(*counts):
        at = [(i + 0.5) / c * n * grid.cell for i, c, n in zip(index, counts, grid.shape, strict=True)]
        cell = grid.centres[int(np.argmin(((grid.centres - at) ** 2).sum(axis=1)))]
        places.append((float(cell[0]), float(cell[1]), float(cell[2])))
    return sorted(set(places))


def weights(grid: Grid, places: Sequence[Place3]) -> Floats:
    """(n, k): each place as a mean over the cells around it."""
    made = np.zeros((grid.cells, len(places)))
    for k, at in enumerate(places):
        cells, shares = grid.near(at)
        made[cells, k] = shares
    return made


def build(grid: Grid, field: Field, receptors: Sequence[Place3], candidates: Sequence[Place3]) -> Bank:
    """Go back from each receptor and forth from each candidate."""
    stepper = Stepper.of(grid, field, TICK)
    sight, leak = weights(grid, receptors), weights(grid, candidates)
    ticks, later, age = round(REACH / TICK), round(LATER / TICK), round(AGE / TICK)
    seen, step, total = (
        [sight.T.astype(np.float16)],
        [np.zeros((len(receptors), len(candidates)))],
        np.zeros_like(sight),
    )
    for n in range(1, ticks + 1):
        sight, of_source = stepper.backward(sight)
        total = total + of_source
        step.append(total.T @ leak)
        if n % later == 0:
            seen.append(sight.T.astype(np.float16))
    c, fields = np.zeros_like(leak), [np.zeros((leak.shape[1], grid.cells), dtype=np.float16)]
    for n in range(1, round(PAST / TICK) + 1):
        c = stepper.forward(c, leak)
        if n % age == 0:
            fields.append(c.T.astype(np.float16))
    return Bank(field.state, np.array(step, dtype=np.float32), np.array(fields), np.array(seen))


def kept(folder: Path, grid: Grid, field: Field, receptors: Sequence[Place3], candidates: Sequence[Place3]) -> Bank:
    """The bank from disk, or made and kept there; a file that cannot be read is made again."""
    words = hashlib.sha256(repr((TICK, AGE, LATER, REACH, PAST, list(receptors), list(candidates))).encode())
    for array in (field.flux, field.mixing, grid.centres):
        words.update(np.ascontiguousarray(array, dtype=np.float32).tobytes())
    base = folder / words.hexdigest()[:24]
    names = ("step", "fields", "seen")
    try:
        step, fields, seen = (np.load(f"{base}.{name}.npy", mmap_mode="r") for name in names)
        return Bank(field.state, step, fields, seen)
    except (OSError, ValueError):
        made = build(grid, field, receptors, candidates)
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            part = Path(f"{base}.{name}.part")
            with part.open("wb") as out:
                np.save(out, getattr(made, name))
            part.replace(f"{base}.{name}.npy")
        return made
