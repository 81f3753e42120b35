"""What the posterior means for each place: bands of the concentration ahead, and the chance that a limit is crossed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fangwei.leak.source import Follower, Posterior, unit_growth

Floats = npt.NDArray[np.float64]

AHEAD = tuple(float(60 * n) for n in range(1, 61))
"""s ahead."""
FACTOR = 0.5
"""Standard deviation of the logarithm of the model's error at a place; the sample room's states give 0.25 to 0.5."""
COVERS = 0.995
"""Hypotheses are taken until they hold so much of the posterior."""
MOST = 400


@dataclass(frozen=True)
class Forecast:
    """H horizons, k places."""

    ahead: Floats
    """(H,) s."""
    median: Floats
    """(H, k) volume fraction."""
    low: Floats
    """5 %"""
    high: Floats
    """95 %"""
    crossed: Floats
    """(H, k) chance that the limit has been crossed by then."""


def forecast(follower: Follower, posterior: Posterior, places: list[int], limits: Floats) -> Forecast:
    """Of the receptors `places`, with their limits as volume fractions; leaks and ventilation go on as they are."""
    weight = posterior.weight.reshape(-1)
    order = np.argsort(weight)[::-1][:MOST]
    enough = int(np.searchsorted(np.cumsum(weight[order]), COVERS * posterior.leak)) + 1
    order = order[:enough]
    candidate, onset, growth, rate = np.unravel_index(order, posterior.weight.shape)
    share = weight[order] / max(weight[order].sum(), 1e-300) * posterior.leak
    said = np.empty((len(AHEAD), len(places), len(order)))
    for n, ahead in enumerate(AHEAD):
        unit = follower.receptors_at(ahead)[places]
        grown = unit_growth(unit, follower.onset_times, follower.now) * _grows_on(follower, ahead)
        both = np.stack([unit, grown], axis=-1)
        said[n] = both[:, candidate, onset, growth] * posterior.rates[rate]
    peak = np.maximum.accumulate(said, axis=0)
    with np.errstate(divide="ignore"):
        over = _above(np.log(np.maximum(peak, 1e-300) / limits[None, :, None]) / FACTOR)
    crossed = (over * share).sum(axis=2)
    low, median, high = (_quantile(said, share, q) for q in (0.05, 0.5, 0.95))
    widen = np.exp(1.645 * FACTOR)
    return Forecast(np.array(AHEAD), median, low / widen, high * widen, crossed)


def _grows_on(follower: Follower, ahead: float) -> npt.NDArray[np.float32]:
    """A growing leak is taken to grow on at its pace for a quarter of an hour, then to stay."""
    span = np.maximum(follower.now - follower.onset_times, 180.0)
    grown: npt.NDArray[np.float32] = (1 + np.minimum(ahead, 900.0) / 2 / span).astype(np.float32)
    return grown


def _above(z: Floats) -> Floats:
    """Normal distribution; Abramowitz & Stegun 26.2.17 is good to 1e-7, scipy's is at hand."""
    from scipy.special import ndtr

    made: Floats = ndtr(z)
    return made


def _quantile(said: Floats, share: Floats, q: float) -> Floats:
    """(H, k): of the mixture with `no leak` (nothing) beside it."""
    order = np.argsort(said, axis=2)
    total = np.cumsum(share[order], axis=2) + (1 - share.sum())
    at = np.argmax(total >= q - 1e-12, axis=2)
    value = np.take_along_axis(np.take_along_axis(said, order, 2), at[..., None], 2)[..., 0]
    return np.where(q <= 1 - share.sum(), 0.0, value)
