"""How a vapour is carried: one linear finite-volume operator per ventilation state.

    V dc/dt = -A c + q          A: upwind advection and turbulent diffusion nut/Sct + D, out through the vents

stepped implicitly (backward Euler, always stable and never negative), factored once. `c` is the volume fraction of
vapour (1 = pure), `q` its source in m3/s. The same factors, transposed, give the adjoint: what a place will see of any
concentration and any source (Pudykiewicz 1998; Issartel & Baverel 2003).

Passive: the vapour moves with the air. See `richardson.py` for where that stops being true.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from scipy.sparse.linalg import SuperLU, splu

from fangwei.leak.field import Field
from fangwei.leak.grid import Grid

Floats = npt.NDArray[np.float64]

SCHMIDT = 1.0
"""Turbulent Schmidt number; 0.7 to 1.0 in rooms (Tominaga & Stathopoulos 2007). 1.0 is what the sample room used."""
DIFFUSION = 1.0e-5
"""Molecular diffusion of organic vapour in air, m2/s; next to turbulence it only matters where air stands."""


def operator(grid: Grid, field: Field, schmidt: float = SCHMIDT) -> sparse.csc_matrix:
    """A, (n, n) m3/s."""
    own, nei, flux = grid.owner, grid.neighbour, field.flux
    exchange = ((field.mixing[own] + field.mixing[nei]) / 2 / schmidt + DIFFUSION) * grid.area / grid.cell
    forth, back = np.maximum(flux, 0) + exchange, np.minimum(flux, 0) - exchange
    out = np.zeros(grid.cells)
    for name, outward in field.vents.items():
        np.add.at(out, grid.patches[name].cells, np.maximum(outward, 0))
    rows = np.concatenate([own, own, nei, nei, np.arange(grid.cells)])
    columns = np.concatenate([own, nei, own, nei, np.arange(grid.cells)])
    values = np.concatenate([forth, back, -forth, -back, out])
    return sparse.csc_matrix((values, (rows, columns)), shape=(grid.cells, grid.cells))


@dataclass(frozen=True)
class Stepper:
    """One state, one step length."""

    grid: Grid
    field: Field
    step: float
    """Seconds."""
    factors: SuperLU
    """Of V/step + A."""

    @classmethod
    def of(cls, grid: Grid, field: Field, step: float, schmidt: float = SCHMIDT) -> "Stepper":
        """Factor it; some 0.3 s for 6,000 cells."""
        matrix = operator(grid, field, schmidt) + sparse.diags_array(np.full(grid.cells, grid.volume / step))
        return cls(grid, field, step, splu(matrix.tocsc()))

    def forward(self, concentration: Floats, source: Floats) -> Floats:
        """The concentration one step later; both (n,) or (n, k)."""
        later: Floats = self.factors.solve(concentration * (self.grid.volume / self.step) + source)
        return later

    def backward(self, sight: Floats) -> tuple[Floats, Floats]:
        """What a place sees one step later, as weights over now: (of the concentration, of the source).

        `sight` holds weights over the concentration then, (n,) or (n, k).
        """
        of_source: Floats = self.factors.solve(sight, trans="T")
        return of_source * (self.grid.volume / self.step), of_source


@dataclass(frozen=True)
class Receptors:
    """What k places will see in one state, at horizons 1..H steps: y(h) = seen[h] c + gained[h] q, q constant."""

    step: float
    seen: npt.NDArray[np.float32]
    """(H, k, n)"""
    gained: npt.NDArray[np.float32]
    """(H, k, n) per m3/s."""

    def forecast(self, concentration: Floats, source: Floats) -> Floats:
        """(H, k) volume fractions."""
        there = self.seen @ concentration.astype(np.float32)
        return (there + self.gained @ source.astype(np.float32)).astype(np.float64)


def receptors(stepper: Stepper, weights: Floats, horizons: list[int]) -> Receptors:
    """Go back from each place; `weights` (n, k) says what each place averages over, `horizons` counts steps."""
    seen, gained = [], []
    sight, total = weights, np.zeros_like(weights)
    for n in range(1, max(horizons) + 1):
        sight, of_source = stepper.backward(sight)
        total = total + of_source
        if n in horizons:
            seen.append(sight.T.astype(np.float32))
            gained.append(total.T.astype(np.float32))
    return Receptors(stepper.step, np.array(seen), np.array(gained))


def mass_error(grid: Grid, field: Field, before: Floats, after: Floats, source: Floats, step: float) -> float:
    """What a step made or lost of the vapour, as a share of what is there: 0 but for rounding and unbalanced air."""
    held = grid.volume * float(after.sum())
    out = sum(float(np.maximum(outward, 0) @ after[grid.patches[name].cells]) for name, outward in field.vents.items())
    expected = grid.volume * float(before.sum()) + step * (float(source.sum()) - out)
    return abs(held - expected) / max(held, expected, 1e-12)
