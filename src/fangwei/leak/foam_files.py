"""Reading OpenFOAM's ascii files: lists of numbers, vectors and faces, and the values on each patch."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fangwei.core.texts import Text
from fangwei.leak.errors import CaseUnreadable

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LARGEST = 1 << 30
"""Bytes of one file; a room of two million cells stays below."""
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_LIST = re.compile(r"(\d+)\s*\(")


def read_text(path: Path) -> str:
    """A file without its header and comments.

    Raises:
        CaseUnreadable: missing, too large, compressed or binary.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise CaseUnreadable(file=path.name, why=Text("文件过大", "too large"))
        text = path.read_text(encoding="ascii", errors="strict")
    except FileNotFoundError:
        raise CaseUnreadable(file=path.name, why=Text("没有这个文件", "there is no such file")) from None
    except (UnicodeDecodeError, OSError):
        raise CaseUnreadable(file=path.name, why=Text("不是文本格式", "it is not in ascii format")) from None
    text = _COMMENT.sub("", text)
    if re.search(r"format\s+binary", text[:2000]):
        raise CaseUnreadable(file=path.name, why=Text("请用 ascii 格式写出", "write it in ascii format"))
    start = text.find("FoamFile")
    return text[text.index("}", start) + 1 :] if start >= 0 else text


def labels(path: Path) -> Ints:
    """A labelList."""
    return np.array(_numbers(_list(read_text(path), path), path), dtype=np.int64)


def vectors(path: Path) -> Floats:
    """A vectorField or the inner values of a volVectorField: (n, 3)."""
    text = _inner(read_text(path))
    return _vectors(_list(text, path), path)


def scalars(path: Path) -> Floats:
    """The inner values of a vol- or surfaceScalarField."""
    return np.array(_numbers(_list(_inner(read_text(path)), path), path))


def quads(path: Path) -> list[Ints]:
    """A faceList: the points of each face."""
    text = _list(read_text(path), path)
    return [np.fromstring(m, dtype=np.int64, sep=" ") for m in re.findall(r"\d+\s*\(([\d\s]+)\)", text)]


def blocks(path: Path) -> dict[str, tuple[int, int]]:
    """Each patch's number of faces and its first face."""
    found = re.findall(r"([\w.-]+)\s*\{([^{}]*)\}", read_text(path))
    patches = {}
    for name, inside in found:
        count, start = re.search(r"nFaces\s+(\d+)", inside), re.search(r"startFace\s+(\d+)", inside)
        if count and start:
            patches[name] = (int(count[1]), int(start[1]))
    if not patches:
        raise CaseUnreadable(file=path.name, why=Text("没有边界", "it names no patch"))
    return patches


def on_patches(path: Path, patches: dict[str, tuple[int, int]]) -> dict[str, Floats]:
    """Values of a surfaceScalarField on each patch."""
    text = read_text(path)
    edge = text[text.index("boundaryField") :] if "boundaryField" in text else ""
    values = {}
    for name, (count, _) in patches.items():
        block = re.search(re.escape(name) + r"\s*\{(.*?)\}", edge, re.S)
        inside = block[1] if block else ""
        uniform = re.search(r"value\s+uniform\s+([-\d.eE+]+)", inside)
        if uniform:
            values[name] = np.full(count, float(uniform[1]))
        elif "nonuniform" in inside:
            numbers = np.array(_numbers(_list(inside, path), path)) if count else np.zeros(0)
            values[name] = numbers
        else:
            values[name] = np.zeros(count)
        if len(values[name]) != count:
            raise CaseUnreadable(file=path.name, why=Text(f"{name} 的面数不符", f"{name} has another number of faces"))
    return values


def _inner(text: str) -> str:
    start, end = text.find("internalField"), text.find("boundaryField")
    return text[max(start, 0) : end if end > 0 else len(text)]


def _list(text: str, path: Path) -> str:
    """What stands inside the outermost brackets."""
    found = _LIST.search(text)
    if not found:
        raise CaseUnreadable(file=path.name, why=Text("没有数值表", "it holds no list of values"))
    end = text.rfind(")")
    return text[found.end() : end]


def _numbers(inside: str, path: Path) -> Iterator[float] | list[float]:
    end = inside.find(")")
    try:
        return [float(word) for word in inside[: end if end >= 0 else None].split()]
    except ValueError:
        raise CaseUnreadable(file=path.name, why=Text("数值写错", "a value is no number")) from None


def _vectors(inside: str, path: Path) -> Floats:
    try:
        flat = np.array(inside.replace("(", " ").replace(")", " ").split(), dtype=float)
        return flat.reshape(-1, 3)
    except ValueError:
        raise CaseUnreadable(file=path.name, why=Text("不是三维向量", "its rows are not three numbers")) from None
