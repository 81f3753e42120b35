"""A finished OpenFOAM case becomes a field. Any hexahedral case on the room's grid, or on cells of half its edge; the
faces may stand in any order."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from fangwei.core.texts import Text
from fangwei.leak import foam_files
from fangwei.leak.errors import CaseUnreadable
from fangwei.leak.field import Field, coarsen
from fangwei.leak.grid import WALLS, Grid, grid_of
from fangwei.leak.room import Room

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def import_case(folder: Path, room: Room, state: str, by: str = "imported", average: int = 1) -> Field:
    """Read a case (or a folder that holds the fields and `polyMesh` itself): its newest time, or the mean of its last
    `average` ones. Flux is linear, so a mean of air that is conserved is conserved.

    Raises:
        CaseUnreadable: a file is missing or unsound, or the mesh is not the room's.
        FieldUnsound: air appears or vanishes.
    """
    mesh, times = _folders(folder)
    times = times[-max(average, 1) :]
    patches = foam_files.blocks(mesh / "boundary")
    owner, neighbour = foam_files.labels(mesh / "owner"), foam_files.labels(mesh / "neighbour")
    points, faces = foam_files.vectors(mesh / "points"), foam_files.quads(mesh / "faces")
    if any(len(face) != 4 for face in faces) or len(faces) != len(owner):
        raise CaseUnreadable(file="faces", why=Text("只支持六面体网格", "only meshes of boxes are read"))
    middles = points[np.array(faces)].mean(axis=1)
    fluxes = [foam_files.scalars(time / "phi") for time in times]
    nuts = [foam_files.scalars(time / "nut") for time in times]
    if len({len(x) for x in fluxes}) > 1 or len({len(x) for x in nuts}) > 1:
        raise CaseUnreadable(file="phi", why=Text("各时刻大小不同", "its time steps differ in size"))
    flux, nut = np.mean(fluxes, axis=0), np.mean(nuts, axis=0)
    swing = float(np.mean(np.std(fluxes, axis=0)) / max(np.mean(np.abs(flux)), 1e-12))
    cells = int(owner.max()) + 1
    if len(flux) != len(neighbour) or len(nut) != cells:
        raise CaseUnreadable(file="phi", why=Text("与网格不符", "it does not fit the mesh"))
    centres = np.zeros((cells, 3))
    count = np.bincount(owner, minlength=cells) + np.bincount(neighbour, minlength=cells)
    for axis in range(3):
        total = np.bincount(owner, middles[:, axis], cells)
        centres[:, axis] = (total + np.bincount(neighbour, middles[: len(neighbour), axis], cells)) / count
    grid = _grid_like(room, cells)
    number = _numbers(grid, centres, room)
    read = [foam_files.on_patches(time / "phi", patches) for time in times]
    edges = {name: np.mean([one[name] for one in read], axis=0) for name in patches}
    field = Field(
        state,
        _faces(grid, number[owner[: len(neighbour)]], number[neighbour], flux),
        _cells(grid, number, nut),
        {
            name: _vent(grid, name, number[owner[start : start + n]], middles[start : start + n], edges[name])
            for name, (n, start) in patches.items()
            if name in grid.patches and name != WALLS
        },
        {"by": by, "cell": grid.cell, "steps": len(times), "swing": round(swing, 3)},
    )
    if set(field.vents) != set(grid.patches) - {WALLS}:
        missing = ", ".join(sorted(set(grid.patches) - {WALLS} - set(field.vents)))
        raise CaseUnreadable(file="boundary", why=Text(f"缺少风口 {missing}", f"vent {missing} is missing"))
    field.check(grid)
    return field if grid.cell == room.cell else coarsen(field, grid, grid_of(room))


def _folders(folder: Path) -> tuple[Path, list[Path]]:
    """The mesh, and the times that were written, oldest first."""
    if (folder / "polyMesh").is_dir():
        return folder / "polyMesh", [folder]
    inside = folder.iterdir() if folder.is_dir() else ()
    times = [p for p in inside if p.is_dir() and p.name.replace(".", "", 1).isdigit() and p.name != "0"]
    if not times:
        raise CaseUnreadable(file=folder.name, why=Text("没有计算结果", "it holds no finished time step"))
    return folder / "constant" / "polyMesh", sorted(times, key=lambda p: float(p.name))


def _grid_like(room: Room, cells: int) -> Grid:
    for edge in (room.cell, room.cell / 2):
        grid = grid_of(room, edge)
        if grid.cells == cells:
            return grid
    raise CaseUnreadable(
        file="owner", why=Text(f"网格数 {cells} 与房间不符", f"its {cells} cells are not those of the room")
    )


def _numbers(grid: Grid, centres: Floats, room: Room) -> Ints:
    """Our number of each of their cells; the case may stand anywhere in space."""
    index = np.floor((centres - centres.min(axis=0)) / grid.cell + 1e-3).astype(np.int64)
    inside = (index < np.array(grid.shape)).all(axis=1)
    number = np.full(len(centres), -1, dtype=np.int64)
    number[inside] = grid.ids[tuple(index[inside].T)]
    if (number < 0).any() or len(np.unique(number)) != len(number):
        raise CaseUnreadable(file="points", why=Text("网格位置与房间不符", "its cells do not lie where the room's do"))
    return number


def _faces(grid: Grid, owner: Ints, neighbour: Ints, flux: Floats) -> Floats:
    swap = owner > neighbour
    low, high = np.where(swap, neighbour, owner), np.where(swap, owner, neighbour)
    key = grid.owner * grid.cells + grid.neighbour
    order = np.argsort(key)
    wanted = low * grid.cells + high
    at = np.minimum(np.searchsorted(key[order], wanted), len(key) - 1)
    if len(wanted) != len(key) or (key[order][at] != wanted).any():
        raise CaseUnreadable(file="neighbour", why=Text("网格面与房间不符", "its faces are not those of the room"))
    placed = np.zeros(len(key))
    placed[order[at]] = np.where(swap, -flux, flux)
    return placed


def _cells(grid: Grid, number: Ints, values: Floats) -> Floats:
    placed = np.zeros(grid.cells)
    placed[number] = values
    return placed


def _vent(grid: Grid, name: str, behind: Ints, middles: Floats, outward: Floats) -> Floats:
    patch = grid.patches[name].cells
    if sorted(behind) != sorted(patch):
        raise CaseUnreadable(file="boundary", why=Text(f"风口 {name} 位置不符", f"vent {name} lies elsewhere"))
    order = np.argsort(patch)
    placed = np.zeros(len(patch))
    placed[order[np.searchsorted(patch[order], behind)]] = outward
    return placed
