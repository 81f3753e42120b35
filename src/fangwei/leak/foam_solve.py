"""`fangwei leak solve`: write the case, run OpenFOAM beside us with its progress, and bring the field back."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from fangwei.leak.errors import NotConverged, SolverMissing
from fangwei.leak.field import Field
from fangwei.leak.foam_case import RESIDUAL, SNAPSHOTS, STEPS, write_case
from fangwei.leak.foam_import import import_case
from fangwei.leak.grid import grid_of
from fangwei.leak.room import Room

Progress = Callable[[int, int, float], None]
"""Called with (step, steps, the greatest residual of the step)."""

SETTLED = 30 * RESIDUAL
"""Above it the flow is still moving at the end and its last steps are averaged."""
DIVERGED = 0.5
_TIME = re.compile(r"^Time = (\d+)")
_RESIDUAL = re.compile(r"Solving for (?:U[xyz]|p), Initial residual = ([\d.eE+-]+)")


def solve(room: Room, state: str, folder: Path, progress: Progress, steps: int = STEPS) -> Field:
    """The field of one ventilation state, solved on cells of half the transport's edge (decision 0011).

    Raises:
        SolverMissing: there is no OpenFOAM here.
        NotConverged: the solver failed, or ended far from a flow.
        RoomUnsound: the room cannot be computed.
    """
    binary = shutil.which("simpleFoam")
    if binary is None:
        raise SolverMissing()
    room.check()
    write_case(folder, room, state, grid_of(room, room.cell / 2), steps)
    last, worst = _run(binary, folder, steps, progress)
    if last == 0 or worst > DIVERGED:
        raise NotConverged(steps=last, residual=worst)
    field = import_case(folder, room, state, "solved", average=SNAPSHOTS if worst > SETTLED else 1)
    field.made.update(solver=_version(folder), iterations=last, residual=worst)
    return field


def _run(binary: str, folder: Path, steps: int, progress: Progress) -> tuple[int, float]:
    """The last step and its greatest residual of speed and pressure."""
    log = folder / "log"
    step, worst, done = 0, 1.0, 0.0
    with log.open("w") as kept:
        process = subprocess.Popen(  # noqa: S603 - a program of the machine with our own files
            [binary], cwd=folder, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                kept.write(line)
                time, residual = _TIME.match(line), _RESIDUAL.search(line)
                if time:
                    if step:
                        worst, done = done, 0.0
                        progress(step, steps, worst)
                    step = int(time[1])
                elif residual:
                    done = max(done, float(residual[1]))
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait()
    if process.returncode != 0:
        raise NotConverged(steps=step, residual=worst)
    return step, done or worst


def _environment() -> dict[str, str]:
    """Debian's package needs to be told where its own settings are; elsewhere its shell set-up has done so."""
    environment = dict(os.environ)
    if "WM_PROJECT_DIR" not in environment:
        shared = Path("/usr/share/openfoam")
        if shared.is_dir():
            environment["WM_PROJECT_DIR"] = str(shared)
    return environment


def _version(folder: Path) -> str:
    with (folder / "log").open() as log:
        for _, line in zip(range(40), log, strict=False):
            found = re.match(r"Build\s*:\s*([\w.+-]+)", line)
            if found:
                return f"OpenFOAM {found[1]}"
    return "OpenFOAM"
