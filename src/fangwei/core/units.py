"""Units a point may use, each with the quantity it measures. %LEL and %vol are different quantities."""

from typing import Final

UNITS: Final[dict[str, str]] = {
    "%LEL": "explosive fraction",
    "LEL.m": "explosive path",
    "%vol": "volume fraction",
    "ppm": "volume fraction",
    "ppb": "volume fraction",
    "mg/m3": "mass concentration",
    "ug/m3": "mass concentration",
    "degC": "temperature",
    "K": "temperature",
    "kPa": "pressure",
    "Pa": "pressure",
    "bar": "pressure",
    "MPa": "pressure",
    "m": "length",
    "mm": "length",
    "%": "ratio",
    "m3/h": "volume flow",
    "m3/s": "volume flow",
    "L/min": "volume flow",
    "kg/h": "mass flow",
    "m/s": "speed",
    "m/s2": "acceleration",
    "mm/s": "vibration speed",
    "g": "acceleration",
    "Hz": "frequency",
    "rpm": "rotation",
    "V": "voltage",
    "mV": "voltage",
    "A": "current",
    "mA": "current",
    "kW": "power",
    "kWh": "energy",
    "Ohm": "resistance",
    "MOhm": "resistance",
    "dB": "sound level",
    "%RH": "humidity",
    "deg": "angle",
    "kg": "mass",
    "t": "mass",
    "s": "duration",
    "min": "duration",
    "h": "duration",
    "persons": "count",
    "count": "count",
    "pieces": "count",
    "score": "confidence",
    "state": "state",
    "1": "dimensionless",
}


def percent_vol(percent_lel: float, lel_percent_vol: float) -> float:
    """A reading in %LEL as %vol of a gas whose LEL is `lel_percent_vol` (%vol).

    GB 30871-2022 5.3.2 limits are in %vol while instruments show %LEL.

    >>> percent_vol(10, 5.0)
    0.5
    """
    return percent_lel * lel_percent_vol / 100
