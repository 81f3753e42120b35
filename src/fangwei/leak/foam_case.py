"""An OpenFOAM case of a room in one ventilation state: steady k-epsilon flow (simpleFoam), ready to run.

Written so that Debian's 1912 and the current releases of OpenFOAM take it. The mesh is written directly: every face is
ours, so the result comes back onto the same grid without searching.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from fangwei.leak.grid import WALLS, Grid, Patch
from fangwei.leak.room import Room

Rows = npt.NDArray[np.float64]

AIR_NU = 1.5e-5
"""Kinematic viscosity of air at 20 degC, m2/s."""
INTENSITY = 0.1
"""Turbulence intensity of supplied air; Nielsen (IEA Annex 20, 1990) measured 4 to 20 % behind diffusers."""
C_MU = 0.09
RESIDUAL = 1e-4
STEPS = 1500
SNAPSHOT = 50
SNAPSHOTS = 10
"""Air that never settles (a jet that swings) is averaged over the last `SNAPSHOTS` times `SNAPSHOT` steps."""


def write_case(folder: Path, room: Room, state: str, grid: Grid, steps: int = STEPS) -> None:
    """Write the whole case into `folder`."""
    for name in ("0", "constant/polyMesh", "system"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shut = {vent.id for vent in room.vents if not vent.rates.get(state)} | {WALLS}
    _mesh(folder / "constant" / "polyMesh", grid, shut)
    _flow(folder / "0", room, state, grid)
    (folder / "constant" / "transportProperties").write_text(
        _head("dictionary", "transportProperties") + f"transportModel Newtonian;\nnu [0 2 -1 0 0 0 0] {AIR_NU};\n"
    )
    (folder / "constant" / "turbulenceProperties").write_text(
        _head("dictionary", "turbulenceProperties")
        + "simulationType RAS;\nRAS { RASModel kEpsilon; turbulence on; printCoeffs off; }\n"
    )
    (folder / "system" / "controlDict").write_text(
        _head("dictionary", "controlDict") + CONTROL % {"steps": steps, "every": SNAPSHOT, "keep": SNAPSHOTS}
    )
    (folder / "system" / "fvSchemes").write_text(_head("dictionary", "fvSchemes") + SCHEMES)
    (folder / "system" / "fvSolution").write_text(_head("dictionary", "fvSolution") + SOLUTION % {"residual": RESIDUAL})


def _head(kind: str, name: str) -> str:
    return f"FoamFile\n{{\n version 2.0;\n format ascii;\n class {kind};\n object {name};\n}}\n"


def _mesh(folder: Path, grid: Grid, shut: set[str]) -> None:
    nx, ny, nz = grid.shape
    node = np.arange((nx + 1) * (ny + 1) * (nz + 1)).reshape(nz + 1, ny + 1, nx + 1).transpose(2, 1, 0)
    corners = np.array(np.meshgrid(*(np.arange(n + 1) for n in grid.shape), indexing="ij"), dtype=float)
    points = (corners.transpose(3, 2, 1, 0).reshape(-1, 3)) * grid.cell
    index = np.rint(grid.centres / grid.cell - 0.5).astype(np.int64)
    inner = _quads(node, index[grid.owner], grid.axis, np.ones(len(grid.owner), dtype=np.int64))
    quads, owners, edges, at = [inner], [grid.owner], [], len(grid.owner)
    for name, patch in grid.patches.items():
        quads.append(_quads(node, index[patch.cells], patch.axis, patch.sign))
        owners.append(patch.cells)
        kind = "wall" if name in shut else "patch"
        edges.append(f"{name} {{ type {kind}; nFaces {len(patch.cells)}; startFace {at}; }}")
        at += len(patch.cells)
    faces, owner = np.concatenate(quads), np.concatenate(owners)
    used, renamed = np.unique(faces, return_inverse=True)
    _table(folder / "points", "vectorField", [f"({x:.9g} {y:.9g} {z:.9g})" for x, y, z in points[used]])
    _table(folder / "faces", "faceList", [f"4({a} {b} {c} {d})" for a, b, c, d in renamed.reshape(-1, 4)])
    note = f"nPoints:{len(used)} nCells:{grid.cells} nFaces:{len(faces)} nInternalFaces:{len(grid.owner)}"
    _table(folder / "owner", "labelList", owner.astype(str).tolist(), note)
    _table(folder / "neighbour", "labelList", grid.neighbour.astype(str).tolist(), note)
    _table(folder / "boundary", "polyBoundaryMesh", edges)


def _quads(node: npt.NDArray[np.int64], at: npt.NDArray[np.int64], axis: npt.NDArray[np.int64],
           sign: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:  # fmt: skip
    """Four corners of a face of each cell, turning so that the normal points along `sign` of `axis`."""
    quads = np.empty((len(at), 4), dtype=np.int64)
    for which in range(3):
        rows = np.flatnonzero(axis == which)
        u, v = [(1, 2), (2, 0), (0, 1)][which]
        for n, (du, dv) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
            corner = at[rows].copy()
            corner[:, which] += sign[rows] > 0
            corner[:, u] += du
            corner[:, v] += dv
            quads[rows, n] = node[corner[:, 0], corner[:, 1], corner[:, 2]]
    turned = sign < 0
    quads[turned] = quads[turned][:, ::-1]
    return quads


def _table(path: Path, kind: str, rows: list[str], note: str = "") -> None:
    head = _head(kind, path.name)
    if note:
        head = head.replace(" object", f' note "{note}";\n object')
    path.write_text(head + f"{len(rows)}\n(\n" + "\n".join(rows) + "\n)\n")


def _flow(folder: Path, room: Room, state: str, grid: Grid) -> None:
    """Supplies blow at their rate; exhausts draw at theirs, but the greatest, which takes what is left by pressure."""
    rates = {vent.id: vent.rates.get(state, 0.0) for vent in room.vents}
    drawn = [name for name, rate in rates.items() if rate < 0]
    equal = len({round(rates[name], 9) for name in drawn}) == 1
    by_pressure = set(drawn) if equal else {min(drawn, key=lambda name: rates[name])} if drawn else set()
    speeds = {name: _speed(grid.patches[name], rate, grid) for name, rate in rates.items()}
    fastest = max([float(np.linalg.norm(speeds[name])) for name, rate in rates.items() if rate > 0] or [0.1])
    length = max([0.1 * np.sqrt(v.area) for v in room.vents if rates[v.id] > 0] or [0.1])
    k = 1.5 * (INTENSITY * fastest) ** 2
    epsilon = C_MU**0.75 * k**1.5 / (0.07 * length / 0.1)
    room_k, room_e = k / 10, epsilon / 100

    def each(wall: str, into: str, out: str, fixed: str) -> str:
        lines = [f"{WALLS} {{ {wall} }}"]
        for name, rate in rates.items():
            kind = wall if rate == 0 else into if rate > 0 else out if name in by_pressure else fixed
            lines.append(f"{name} {{ {kind.replace('SPEED', _vector(speeds[name]))} }}")
        return "boundaryField\n{\n" + "\n".join(lines) + "\n}\n"

    def write(name: str, kind: str, units: str, start: str, edges: str) -> None:
        (folder / name).write_text(
            _head(kind, name) + f"dimensions [{units}];\ninternalField uniform {start};\n" + edges
        )

    at_speed = "type fixedValue; value uniform SPEED;"
    open_out = "type inletOutlet; inletValue uniform (0 0 0); value uniform (0 0 0);"
    write("U", "volVectorField", "0 1 -1 0 0 0 0", "(0 0 0)", each("type noSlip;", at_speed, open_out, at_speed))
    still = "type zeroGradient;"
    write("p", "volScalarField", "0 2 -2 0 0 0 0", "0", each(still, still, "type fixedValue; value uniform 0;", still))
    for name, units, start, room_start, wall in (
        ("k", "0 2 -2 0 0 0 0", k, room_k, "kqRWallFunction"),
        ("epsilon", "0 2 -3 0 0 0 0", epsilon, room_e, "epsilonWallFunction"),
    ):
        out = f"type inletOutlet; inletValue uniform {room_start:.6g}; value uniform {room_start:.6g};"
        edges = each(
            f"type {wall}; value uniform {room_start:.6g};", f"type fixedValue; value uniform {start:.6g};", out, out
        )
        write(name, "volScalarField", units, f"{room_start:.6g}", edges)
    derived = "type calculated; value uniform 0;"
    wall = "type nutkWallFunction; value uniform 0;"
    write("nut", "volScalarField", "0 2 -1 0 0 0 0", "1e-4", each(wall, derived, derived, derived))


def _speed(patch: Patch, rate: float, grid: Grid) -> Rows:
    """Velocity on a vent, m/s: its faces as the grid has them, so that exactly `rate` goes through."""
    normal = np.zeros(3)
    normal[int(patch.axis[0])] = -float(patch.sign[0])
    return normal * rate / (len(patch.cells) * grid.area)


def _vector(row: Rows) -> str:
    return "(" + " ".join(f"{x:.9g}" for x in row) + ")"


CONTROL = """application simpleFoam;
startFrom startTime;
startTime 0;
stopAt endTime;
endTime %(steps)d;
deltaT 1;
writeControl timeStep;
writeInterval %(every)d;
purgeWrite %(keep)d;
writeFormat ascii;
writePrecision 8;
writeCompression off;
timeFormat general;
runTimeModifiable no;
"""

# First the stable scheme of the tutorials; limited second order for speed, upwind for turbulence.
SCHEMES = """ddtSchemes { default steadyState; }
gradSchemes { default Gauss linear; }
divSchemes
{
 default none;
 div(phi,U) bounded Gauss linearUpwind grad(U);
 div(phi,k) bounded Gauss upwind;
 div(phi,epsilon) bounded Gauss upwind;
 div((nuEff*dev2(T(grad(U))))) Gauss linear;
}
laplacianSchemes { default Gauss linear corrected; }
interpolationSchemes { default linear; }
snGradSchemes { default corrected; }
wallDist { method meshWave; }
"""

SOLUTION = """solvers
{
 p { solver GAMG; smoother GaussSeidel; tolerance 1e-7; relTol 0.05; }
 "(U|k|epsilon)" { solver smoothSolver; smoother symGaussSeidel; tolerance 1e-8; relTol 0.1; }
}
SIMPLE
{
 nNonOrthogonalCorrectors 0;
 consistent yes;
 pRefCell 0;
 pRefValue 0;
 residualControl { p %(residual)g; U %(residual)g; "(k|epsilon)" %(residual)g; }
}
relaxationFactors { equations { U 0.8; k 0.7; epsilon 0.7; } }
"""
