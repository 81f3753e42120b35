"""Silence, held against what a point promises."""

import numpy as np

from fangwei.core.clock import SECOND
from fangwei.plant.schema import Kind
from fangwei.plant.site import SitePoint
from fangwei.quality.stale import promises, stale

T = 1_700_000_000 * SECOND


def test_a_point_is_stale_only_beyond_its_promise_and_never_without_one() -> None:
    points = [
        SitePoint.make("A", Kind.PROCESS, "z", (0, 0, 0), "1", stale_after=5.0),
        SitePoint.make("B", Kind.PROCESS, "z", (0, 0, 0), "1"),
    ]
    last = np.array([T, T])
    assert stale(last, promises(points), T, T + 5 * SECOND).tolist() == [False, False]
    assert stale(last, promises(points), T, T + 5 * SECOND + 1).tolist() == [True, False]
    assert stale(last, promises(points), T, T + 10**9 * SECOND).tolist() == [True, False]


def test_a_point_never_heard_is_stale_once_it_was_watched_for_its_promise() -> None:
    promise = np.array([5 * SECOND])
    assert not stale(np.array([0]), promise, T, T + 5 * SECOND)[0]
    assert stale(np.array([0]), promise, T, T + 6 * SECOND)[0]
