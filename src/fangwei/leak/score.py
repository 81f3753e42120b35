"""How dispersion models are compared with what was measured (Chang & Hanna 2004). Pure."""

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Score(msgspec.Struct, frozen=True):
    """A perfect model: 1, 0, 0."""

    fac2: float
    """Share of pairs within a factor of two."""
    fb: float
    """Fractional bias of the mean; above 0 the model is too low."""
    nmse: float
    """Normalised mean square error."""
    pairs: int


def score(modelled: Floats, observed: Floats, floor: float = 0.0) -> Score:
    """Of pairs whose observation is above `floor`, in the same unit.

    Raises:
        ValueError: no pair is left.
    """
    counts = np.isfinite(observed) & np.isfinite(modelled) & (observed > floor)
    model, seen = modelled[counts], observed[counts]
    if not len(seen):
        raise ValueError("no pair above the floor")
    ratio = model / seen
    within = float(((ratio >= 0.5) & (ratio <= 2.0)).mean())
    bias = 2 * (seen.mean() - model.mean()) / (seen.mean() + model.mean())
    spread = float(((seen - model) ** 2).mean() / max(seen.mean() * model.mean(), 1e-300))
    return Score(within, float(bias), spread, len(seen))
