"""Close to a leak the zone's mean says too little: the plume stands there first and thickest.

A steady point source in air of eddy diffusivity K gives c(r) = q / (4 pi K r) (Carslaw & Jaeger, 10.4).
Its front does not wait for diffusion: a release under pressure drives a jet whose tip runs as sqrt(t) (momentum jet).
"""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

EDDY_DIFFUSIVITY = 0.15
"""m2/s. Industrial hygiene measures 0.05 to 11.5 m2/min in workshops (Keil et al., Mathematical Models for
Estimating Occupational Exposure to Chemicals); a burst stirs its own air, hence the upper end."""

JET_REACH = 3.0
"""The front is this many metres away after one second, and 3 m * sqrt(t) later."""

NEAREST = 0.5
"""Inside the orifice's own cloud the law has no meaning; nearer than this counts as this, m."""

CLEARING = 12.0
"""Seconds in which the plume disperses once the source has stopped."""


def plume(rate: float, distance: Floats, running: float, stopped: float | None = None) -> Floats:
    """Concentration above the zone's mean, g/m3, at `distance` (m) from a source of `rate` g/s.

    `running`: seconds since it began; `stopped`: seconds since it ended, None while it runs.
    """
    if rate <= 0.0 or running <= 0.0:
        return np.zeros_like(distance)
    reach = JET_REACH * math.sqrt(running)
    d = np.maximum(distance, NEAREST)
    # The front is not sharp: a sixth of the distance wide, so that neighbours do not all jump in one instant.
    front = 1.0 / (1.0 + np.exp(np.clip((d - reach) / (d / 6.0), -40.0, 40.0)))
    steady = rate / (4.0 * math.pi * EDDY_DIFFUSIVITY * d)
    faded = 1.0 if stopped is None else math.exp(-stopped / CLEARING)
    return np.asarray(steady * front * faded)
