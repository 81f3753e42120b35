"""Which points have been silent for longer than they promise. Pure: the time is an argument."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fangwei.core.clock import seconds
from fangwei.core.reading import Ints
from fangwei.plant.site import SitePoint

ON_CHANGE_ONLY = np.iinfo(np.int64).max
"""Of a point that promises no rhythm (`stale_after` absent): silence says nothing about it."""


def promises(points: Sequence[SitePoint]) -> Ints:
    """Longest promised silence of each point, ns, shape (points,); ON_CHANGE_ONLY where there is no
    promise."""
    return np.array([ON_CHANGE_ONLY if p.stale_after is None else seconds(p.stale_after) for p in points], np.int64)


def stale(fresh_received: Ints, promise: Ints, watched_since: int, now: int) -> NDArray[np.bool_]:
    """Which points are stale at `now`, shape (points,).

    `fresh_received`: receive time of the last reading that was neither late, nor from the future, nor out of
    order; 0 where there was none: then silence counts from `watched_since`. A point that is only sent old
    readings is stale.

    >>> stale(np.array([0, 90]), np.array([5, 20]), watched_since=100, now=106)
    array([ True, False])
    """
    return now - np.maximum(fresh_received, watched_since) > promise
