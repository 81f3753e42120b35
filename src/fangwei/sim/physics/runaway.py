"""Thermal runaway of a cell: it heats itself, vents, burns, and is spent.

Self-heating grows exponentially with temperature (Semenov's law, its early stage quickened so that a
spectator need not wait hours); venting
begins near 130 degC, fire near 250 degC (Feng et al. 2018, Energy Storage Materials 10: T1, T2, T3).
"""

import math
from dataclasses import dataclass

VENTS_AT = 130.0
BURNS_AT = 250.0
PEAK = 720.0
FUEL = 1500.0
"""Grams of gas, smoke and aerosol a module gives off in all."""

VENT_RATE = 3.0
FIRE_RATE = 12.0
"""g/s while venting and while burning."""

OF_VENT_GAS: dict[str, float] = {"h2": 0.02, "co": 0.12, "hf": 0.02, "electrolyte": 0.5, "smoke": 0.1}
OF_FIRE_GAS: dict[str, float] = {"co": 0.10, "hf": 0.03, "smoke": 0.35}
"""Mass fractions; the rest is CO2 and water, which no detector here looks for."""


@dataclass(slots=True)
class HotCell:
    """One cell on its way. Temperatures in degC."""

    zone: str
    place: tuple[float, float, float]
    temperature: float = 30.0
    fuel: float = FUEL
    age: float = 0.0

    @property
    def venting(self) -> bool:
        """Gives off gas and smoke."""
        return self.fuel > 0.0 and self.temperature >= VENTS_AT

    @property
    def burning(self) -> bool:
        """Shows flame."""
        return self.fuel > 0.0 and self.temperature >= BURNS_AT

    def step(self, dt: float, ambient: float) -> dict[str, float]:
        """Advance by `dt` seconds; returns what it gives off, g/s by substance.

        Steps are cut to a quarter of a second inside: the exponential would overshoot a longer one.
        """
        self.age += dt
        given: dict[str, float] = {}
        left = dt
        while left > 1e-9:
            h = min(0.25, left)
            left -= h
            cooling = (self.temperature - ambient) / 90.0
            heating = 0.8 * math.exp(min(self.temperature - 40.0, 260.0) / 45.0) if self.fuel > 0.0 else 0.0
            self.temperature = min(PEAK, self.temperature + h * (heating - cooling))
            if self.venting:
                rate = FIRE_RATE if self.burning else VENT_RATE
                amount = min(self.fuel, rate * h)
                self.fuel -= amount
                for substance, part in (OF_FIRE_GAS if self.burning else OF_VENT_GAS).items():
                    given[substance] = given.get(substance, 0.0) + part * amount / dt
        return given
