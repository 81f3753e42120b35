"""How far the stream is stored, kept in a file beside the store.

Written after the readings are safe, so it is never ahead of them; a crash between the two stores a second again, which
the key of the readings makes the same rows.
"""

import os
from pathlib import Path

import msgspec


class Position(msgspec.Struct, frozen=True):
    """Sequence of the last stored message, and the stream that counted it (`bus.stored.StreamState.born`)."""

    born: str = ""
    sequence: int = 0


def read(path: Path) -> Position:
    """The kept position; the beginning where there is none or the file is torn (storing again costs nothing)."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Position)
    except (FileNotFoundError, msgspec.MsgspecError):
        return Position()


def write(path: Path, position: Position) -> None:
    """Replace the file as a whole, on disk when this returns. Raises OSError (full disk)."""
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(position))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
