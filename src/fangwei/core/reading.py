"""Readings in columns: the one shape in which measurements move between rooms.

Reading = (point, source time, receive time, value, quality). A batch is five equally long numpy arrays; a single
reading is a batch of one. Discrete signals are numbers with a name per number (a point's `states`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shorts = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Readings:
    """A batch of readings, shape (n,) each.

    Invariants: all columns have one length; times are UTC nanoseconds; `point` holds `core.ids.point_key`s;
    `quality` holds `core.quality.Quality` bits. A value that is not a number has NOT_A_NUMBER set.

    >>> len(Readings.of([7], [1], [2], [20.5], [0]))
    1
    """

    point: Ints
    source_time: Ints
    receive_time: Ints
    value: Floats
    quality: Shorts

    def __len__(self) -> int:
        return len(self.point)

    @classmethod
    def of(
        cls,
        point: Sequence[int] | Ints,
        source_time: Sequence[int] | Ints,
        receive_time: Sequence[int] | Ints,
        value: Sequence[float] | Floats,
        quality: Sequence[int] | Shorts,
    ) -> "Readings":
        """Columns from any sequences; the lengths must agree."""
        columns = cls(
            np.asarray(point, np.int64),
            np.asarray(source_time, np.int64),
            np.asarray(receive_time, np.int64),
            np.asarray(value, np.float64),
            np.asarray(quality, np.int16),
        )
        if (
            len(
                {
                    len(columns.point),
                    len(columns.source_time),
                    len(columns.receive_time),
                    len(columns.value),
                    len(columns.quality),
                }
            )
            != 1
        ):
            raise ValueError("the columns of a batch have one length")
        return columns

    @classmethod
    def concat(cls, batches: Iterable["Readings"]) -> "Readings":
        """One batch from several, in order."""
        parts = list(batches)
        if not parts:
            return cls.of([], [], [], [], [])
        if len(parts) == 1:
            return parts[0]
        return cls(
            np.concatenate([b.point for b in parts]),
            np.concatenate([b.source_time for b in parts]),
            np.concatenate([b.receive_time for b in parts]),
            np.concatenate([b.value for b in parts]),
            np.concatenate([b.quality for b in parts]),
        )

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Readings":
        """The given rows (indices or a mask) as a new batch."""
        return Readings(
            self.point[rows],
            self.source_time[rows],
            self.receive_time[rows],
            self.value[rows],
            self.quality[rows],
        )
