"""The engine's memory in a file, replaced as a whole every few seconds: a restart replays seconds, not hours."""

import os
from pathlib import Path

import msgspec

from fangwei.alarms.engine import Snapshot


class CheckpointBroken(Exception):
    """The file is not a checkpoint; the alarms go on from their journal alone."""


def write(path: Path, snapshot: Snapshot) -> None:
    """Replace the file; after a crash there is the old one or the new one, never half of one."""
    write_bytes(path, encode(snapshot))


def encode(snapshot: Snapshot) -> bytes:
    """The snapshot as the file holds it: from here on the engine may change."""
    return msgspec.msgpack.encode(snapshot)


def write_bytes(path: Path, data: bytes) -> None:
    """Replace the file with an encoded snapshot."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read(path: Path) -> Snapshot | None:
    """The last snapshot; None where there is none.

    Raises:
        CheckpointBroken: the file cannot be read.
    """
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Snapshot)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise CheckpointBroken(str(error)) from error
