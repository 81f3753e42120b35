"""The series of the sample room, and a time step as OpenFOAM writes it."""

import os
from pathlib import Path

import numpy as np
import pytest

from fangwei.core.texts import Text

NONE = Text("", "")


def data() -> Path:
    """The computed series, or skip."""
    folder = Path(os.environ.get("FANGWEI_DATASETS", "../shared/data")) / "room_openfoam"
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent: the sample room's OpenFOAM case is not compared")
    return folder


def still(folder: Path, cells: int, faces: int, flux: np.ndarray, vents: dict[str, np.ndarray], nut: float) -> None:
    """A finished time step of a case, as OpenFOAM writes it."""
    folder.mkdir()
    head = "FoamFile\n{\n version 2.0;\n format ascii;\n}\n"
    edges = "\n".join(
        f"{name} {{ type calculated; value nonuniform List<scalar> {len(v)}({' '.join(map(str, v))}); }}"
        for name, v in vents.items()
    )
    values = "\n".join(map(repr, map(float, flux)))
    (folder / "phi").write_text(
        f"{head}internalField nonuniform List<scalar> {faces}\n(\n{values}\n);\nboundaryField\n{{\n{edges}\n}}\n"
    )
    mixing = "\n".join([str(nut)] * cells)
    (folder / "nut").write_text(f"{head}internalField nonuniform List<scalar> {cells}\n(\n{mixing}\n);\n")
