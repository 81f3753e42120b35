"""The room cut into equal cells, without those inside obstacles. Pure.

Cells, faces and patches are numbered as OpenFOAM wants them (faces between cells first, in the order of their owner;
then the walls and each vent), so that the same arrays write a case and carry its result.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fangwei.core.texts import Text
from fangwei.leak.errors import RoomUnsound
from fangwei.leak.room import Room

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WALLS = "walls"
MOST_CELLS = 2_000_000


@dataclass(frozen=True)
class Grid:
    """n cells and m faces between them."""

    cell: float
    """Edge, m."""
    shape: tuple[int, int, int]
    ids: Ints
    """shape; the number of each cell, -1 in an obstacle."""
    centres: Floats
    """(n, 3) m."""
    owner: Ints
    """(m,) the cell on the lower side of each face between cells."""
    neighbour: Ints
    """(m,)"""
    axis: Ints
    """(m,) 0 east, 1 north, 2 up: the direction of the face's normal."""
    patches: dict[str, "Patch"]

    @property
    def cells(self) -> int:
        """n."""
        return len(self.centres)

    @property
    def volume(self) -> float:
        """Of a cell, m3."""
        return self.cell**3

    @property
    def area(self) -> float:
        """Of a face, m2."""
        return self.cell**2

    def near(self, at: tuple[float, float, float]) -> tuple[Ints, Floats]:
        """Cells around a place and their shares, which add up to 1 (trilinear; only cells of air count)."""
        low = [int(np.floor(x / self.cell - 0.5)) for x in at]
        cells, shares = [], []
        for corner in np.ndindex(2, 2, 2):
            index = [min(max(a + c, 0), n - 1) for a, c, n in zip(low, corner, self.shape, strict=True)]
            share = 1.0
            for a, c, x in zip(low, corner, at, strict=True):
                part = x / self.cell - 0.5 - a
                share *= part if c else 1 - part
            number = self.ids[index[0], index[1], index[2]]
            if number >= 0 and share > 0:
                cells.append(int(number))
                shares.append(share)
        if not cells:
            offsets = ((self.centres - np.asarray(at)) ** 2).sum(axis=1)
            return np.array([int(np.argmin(offsets))]), np.ones(1)
        numbers, where = np.unique(cells, return_inverse=True)
        total = np.bincount(where, weights=shares)
        return numbers, total / total.sum()


@dataclass(frozen=True)
class Patch:
    """Faces at the edge of the air that belong together."""

    cells: Ints
    """The cell behind each."""
    axis: Ints
    sign: Ints
    """1: the outward normal points up the axis."""


def grid_of(room: Room, cell: float | None = None) -> Grid:
    """Cut `room`.

    Raises:
        RoomUnsound: an edge is no multiple of the cell, a vent covers no face, or there are too many cells.
    """
    edge = cell or room.cell
    shape = tuple(round(length / edge) for length in room.size)
    if any(abs(n * edge - length) > 1e-6 * length for n, length in zip(shape, room.size, strict=True)):
        raise RoomUnsound(
            room=room.id, why=Text(f"边长不是网格 {edge} m 的整数倍", f"no whole number of {edge} m cells")
        )
    if np.prod(shape) > MOST_CELLS:
        raise RoomUnsound(room=room.id, why=Text("网格太多", "too many cells"))
    x, y, z = (np.arange(n) * edge + edge / 2 for n in shape)
    solid = np.zeros(shape, dtype=bool)
    for low, high in room.obstacles:
        inside = [(axis > a) & (axis < b) for axis, a, b in zip((x, y, z), low, high, strict=True)]
        solid |= inside[0][:, None, None] & inside[1][None, :, None] & inside[2][None, None, :]
    # East runs fastest, as in OpenFOAM's own block meshes: neighbours stay close and the matrix narrow.
    ids = np.full(shape, -1, dtype=np.int64)
    air = np.argwhere(~solid.transpose(2, 1, 0))[:, ::-1]
    ids[air[:, 0], air[:, 1], air[:, 2]] = np.arange(len(air))
    centres: Floats = (air.astype(np.float64) + 0.5) * edge
    owner, neighbour, axis_of = [], [], []
    for axis in range(3):
        lower = np.moveaxis(ids, axis, 0)[:-1].ravel()
        upper = np.moveaxis(ids, axis, 0)[1:].ravel()
        both = (lower >= 0) & (upper >= 0)
        owner.append(lower[both])
        neighbour.append(upper[both])
        axis_of.append(np.full(int(both.sum()), axis))
    own, nei, axes = np.concatenate(owner), np.concatenate(neighbour), np.concatenate(axis_of)
    order = np.lexsort((nei, own))
    patches = _patches(room, ids, shape, edge)
    return Grid(edge, (shape[0], shape[1], shape[2]), ids, centres, own[order], nei[order], axes[order], patches)


def _patches(room: Room, ids: Ints, shape: tuple[int, ...], edge: float) -> dict[str, Patch]:
    cells, axes, signs, middles = [], [], [], []
    for axis in range(3):
        for sign in (-1, 1):
            # The other side of each cell's face: beyond the box, or solid.
            beyond = np.full(shape, -1, dtype=np.int64)
            here = [slice(None)] * 3
            there = [slice(None)] * 3
            here[axis], there[axis] = (slice(0, -1), slice(1, None)) if sign > 0 else (slice(1, None), slice(0, -1))
            beyond[tuple(here)] = ids[tuple(there)]
            at = np.argwhere((ids >= 0) & (beyond < 0))
            middle = (at + 0.5) * edge
            middle[:, axis] += sign * edge / 2
            cells.append(ids[at[:, 0], at[:, 1], at[:, 2]])
            axes.append(np.full(len(at), axis))
            signs.append(np.full(len(at), sign))
            middles.append(middle)
    cell, axis_of, sign_of, middle = (np.concatenate(parts) for parts in (cells, axes, signs, middles))
    free = np.ones(len(cell), dtype=bool)
    patches = {}
    for vent in room.vents:
        low, high = np.asarray(vent.box[0]), np.asarray(vent.box[1])
        flat = int(np.argmin(high - low))
        covered = free & (axis_of == flat) & (np.abs(middle[:, flat] - low[flat]) < edge * 0.01)
        for side in {0, 1, 2} - {flat}:
            covered &= (middle[:, side] > low[side]) & (middle[:, side] < high[side])
        if not covered.any():
            raise RoomUnsound(
                room=room.id,
                why=Text(f"风口 {vent.id} 小于网格或被遮挡", f"vent {vent.id} is smaller than a cell, or covered"),
            )
        free &= ~covered
        patches[vent.id] = Patch(cell[covered], axis_of[covered], sign_of[covered])
    walls = Patch(cell[free], axis_of[free], sign_of[free])
    return {WALLS: walls, **patches}
