"""The air of a room in one ventilation state, as the transport needs it: what flows through each face, how it mixes.

A field is solved on cells of half the transport's edge and then added up face by face: what the flow owes to detail
stays in it (on the sample room FAC2 rises from 0.87 to 0.98), while the transport stays small. Adding up loses nothing:
each coarse face carries exactly the air of its four fine ones.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fangwei.core.texts import Text
from fangwei.leak.errors import CaseUnreadable, FieldUnsound
from fangwei.leak.grid import WALLS, Grid

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNBALANCED = 0.01
"""The most that one cell may gain or lose, as a share of the whole ventilation."""


@dataclass(frozen=True)
class Field:
    """m faces between n cells, in the order of the grid."""

    state: str
    flux: Floats
    """(m,) m3/s from owner to neighbour."""
    mixing: Floats
    """(n,) turbulent viscosity, m2/s."""
    vents: dict[str, Floats]
    """m3/s outward through each face of each vent."""
    made: dict[str, Any]
    """Where it is from, which the interface says: `by` (solved, imported, zones, blended), cell, steps, residual."""

    @property
    def exchanged(self) -> float:
        """m3/s that leave the room."""
        return float(sum(np.maximum(v, 0).sum() for v in self.vents.values()))

    def check(self, grid: Grid) -> None:
        """Refuse a field in which air appears or vanishes.

        Raises:
            FieldUnsound: a cell gains or loses more than `UNBALANCED` of the ventilation.
        """
        gain = -np.bincount(grid.owner, self.flux, grid.cells) + np.bincount(grid.neighbour, self.flux, grid.cells)
        for name, outward in self.vents.items():
            np.subtract.at(gain, grid.patches[name].cells, outward)
        worst = float(np.abs(gain).max()) / max(self.exchanged, 1e-9)
        if not np.isfinite(worst) or worst > UNBALANCED:
            raise FieldUnsound(share=worst)


def coarsen(fine: Field, fine_grid: Grid, grid: Grid) -> Field:
    """The same air on cells twice as large.

    Raises:
        CaseUnreadable: the grids do not fit, for an obstacle's edge lies inside a large cell.
    """
    half = np.rint(fine_grid.centres / fine_grid.cell - 0.5).astype(np.int64) // 2
    into = grid.ids[half[:, 0], half[:, 1], half[:, 2]]
    if (into < 0).any() or fine_grid.cells != 8 * grid.cells:
        raise CaseUnreadable(
            file=fine.state,
            why=Text("障碍物边界不在网格线上", "an obstacle's edge lies inside a cell of the transport"),
        )
    owner, neighbour = into[fine_grid.owner], into[fine_grid.neighbour]
    crosses = owner != neighbour
    face = _face_of(grid, owner[crosses], neighbour[crosses])
    flux = np.bincount(face, weights=fine.flux[crosses], minlength=len(grid.owner)).astype(float)
    mixing = np.bincount(into, weights=fine.mixing, minlength=grid.cells) / 8
    vents = {}
    for name, outward in fine.vents.items():
        behind = into[fine_grid.patches[name].cells]
        patch = grid.patches[name].cells
        order = np.argsort(patch)
        at = order[np.searchsorted(patch[order], behind)]
        vents[name] = np.bincount(at, weights=outward, minlength=len(patch)).astype(float)
    return Field(fine.state, flux, mixing, vents, {**fine.made, "carried_on": grid.cell})


def blend(a: Field, b: Field, share: float, state: str) -> Field:
    """Air between two solved states: `share` of `b`. Flux and mixing are linear in it, so no air appears; what is true
    between is not known, and the forecast widens (`made["between"]`)."""
    return Field(
        state,
        (1 - share) * a.flux + share * b.flux,
        (1 - share) * a.mixing + share * b.mixing,
        {name: (1 - share) * a.vents[name] + share * b.vents[name] for name in a.vents},
        {"by": "blended", "between": [a.state, b.state], "share": share},
    )


def save(field: Field, path: Path) -> None:
    """Write it compactly: 4 bytes a number (some 100 kB for 6,000 cells)."""
    arrays: dict[str, Any] = {f"vent.{name}": values.astype(np.float32) for name, values in field.vents.items()}
    arrays["made"] = np.frombuffer(json.dumps({**field.made, "state": field.state}).encode(), dtype=np.uint8)
    arrays["flux"], arrays["mixing"] = field.flux.astype(np.float32), field.mixing.astype(np.float32)
    with path.open("wb") as out:
        np.savez_compressed(out, **arrays)


def load(path: Path, grid: Grid) -> Field:
    """Read what `save` wrote, and check it against the grid.

    Raises:
        CaseUnreadable: the file is none of ours, or belongs to another grid.
        FieldUnsound: air appears or vanishes in it.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            made = json.loads(bytes(stored["made"]))
            vents = {key[5:]: stored[key].astype(float) for key in stored.files if key.startswith("vent.")}
            field = Field(made.pop("state"), stored["flux"].astype(float), stored["mixing"].astype(float), vents, made)
    except (OSError, ValueError, KeyError) as error:
        raise CaseUnreadable(file=path.name, why=Text("不是流场文件", f"it is no field ({error})")) from None
    fits = len(field.flux) == len(grid.owner) and len(field.mixing) == grid.cells
    if not fits or {name: len(v) for name, v in vents.items()} != {
        name: len(p.cells) for name, p in grid.patches.items() if name != WALLS
    }:
        raise CaseUnreadable(file=path.name, why=Text("与房间的网格不符", "it belongs to another grid than the room's"))
    field.check(grid)
    return field


def _face_of(grid: Grid, owner: Ints, neighbour: Ints) -> Ints:
    key = grid.owner * grid.cells + grid.neighbour
    order = np.argsort(key)
    found: Ints = order[np.searchsorted(key[order], owner * grid.cells + neighbour)]
    return found
