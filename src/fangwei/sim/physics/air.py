"""Gas in rooms: one well-mixed zone each, fresh air in, mixed air out, exchange through doors.

    V dc/dt = q - F c + sum_j X_ij (c_j - c_i)

V volume (m3), F fresh-air flow (m3/s), X exchange with an adjoining zone (m3/s), q source (g/s), c in g/m3.
Solved by implicit Euler, which conserves mass for any step: what was released is in a zone or was vented.
Source: the dilution ventilation equation, as in ACGIH, Industrial Ventilation.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Air:
    """Concentrations of every substance in every zone.

    Invariants: `volume @ concentration + vented == released` for each substance (to rounding);
    concentrations are never negative.
    """

    def __init__(self, volume: Floats, substances: int) -> None:
        self.volume = volume
        zones = len(volume)
        self.fresh: Floats = np.zeros(zones)
        """Fresh-air flow per zone, m3/s; change it when a fan stops."""
        self.exchange: Floats = np.zeros((zones, zones))
        """Symmetric exchange flow between zones, m3/s; change it when a door opens."""
        self.concentration: Floats = np.zeros((zones, substances))
        self.released: Floats = np.zeros(substances)
        self.vented: Floats = np.zeros(substances)

    def step(self, dt: float, source: Floats) -> None:
        """Advance by `dt` seconds with `source` (zones x substances, g/s) constant."""
        if not source.any() and not self.concentration.any():
            return
        storage = self.volume / dt
        matrix = np.diag(storage + self.fresh + self.exchange.sum(axis=1)) - self.exchange
        new = np.asarray(np.linalg.solve(matrix, storage[:, None] * self.concentration + source), dtype=np.float64)
        self.released += source.sum(axis=0) * dt
        self.vented += self.fresh @ new * dt
        self.concentration = new
        if new.max() < 1e-9:
            # Traces below a nanogram per cubic metre would keep the solver busy for hours.
            self.vented += self.volume @ new
            self.concentration = np.zeros_like(new)
