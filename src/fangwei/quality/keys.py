"""From the 64-bit key of a point to its dense row, inside a numba kernel.

An open-addressing table at most one quarter full: keys are blake2b hashes, so their low bits are uniform and
the first probe nearly always answers.
"""

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

from fangwei.core.reading import Ints

UNKNOWN = -1
"""The row of a key that is not among the points."""


class KeyTable:
    """Keys of the points and their rows, `rows[slot]` being UNKNOWN where the slot is free."""

    def __init__(self, keys: Sequence[int]) -> None:
        if len(set(keys)) != len(keys):
            raise ValueError("two points have one key")
        size = 1 << max(4, (4 * len(keys) - 1).bit_length())
        self.keys = np.zeros(size, np.int64)
        self.rows = np.full(size, UNKNOWN, np.int32)
        for row, key in enumerate(keys):
            slot = key & (size - 1)
            while self.rows[slot] != UNKNOWN:
                slot = (slot + 1) & (size - 1)
            self.keys[slot] = key
            self.rows[slot] = row


@numba.njit(inline="always")
def row_of(keys: Ints, rows: NDArray[np.int32], key: int) -> int:  # pragma: no cover  # compiled
    """The row of `key`, or UNKNOWN."""
    mask = len(keys) - 1
    slot = key & mask
    while rows[slot] != -1:
        if keys[slot] == key:
            return rows[slot]  # type: ignore[no-any-return]
        slot = (slot + 1) & mask
    return -1
