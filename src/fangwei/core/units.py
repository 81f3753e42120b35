"""Units a point may use, each with the quantity it measures. %LEL and %vol are different quantities."""

from typing import Final

from fangwei.core.texts import Text

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
    "kV": "voltage",
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
    "d": "duration",
    "persons": "count",
    "count": "count",
    "pieces": "count",
    "score": "confidence",
    "state": "state",
    "1": "dimensionless",
}


WRITTEN: Final[dict[str, Text]] = {
    "degC": Text("°C", "°C"),
    "m3/h": Text("m³/h", "m³/h"),
    "m3/s": Text("m³/s", "m³/s"),
    "mg/m3": Text("mg/m³", "mg/m³"),
    "ug/m3": Text("µg/m³", "µg/m³"),
    "m/s2": Text("m/s²", "m/s²"),
    "LEL.m": Text("LEL·m", "LEL·m"),
    "Ohm": Text("Ω", "Ω"),
    "MOhm": Text("MΩ", "MΩ"),
    "deg": Text("°", "°"),
    "persons": Text("人", "people"),
    "count": Text("次", "times"),
    "pieces": Text("件", "pieces"),
    "score": Text("（置信度）", "(confidence)"),
    "state": Text("", ""),
    "1": Text("", ""),
}


def written(unit: str) -> Text:
    """A unit as people write it in a sentence.

    >>> written("degC").en, written("kPa").zh
    ('°C', 'kPa')
    """
    return WRITTEN.get(unit, Text(unit, unit))


def percent_vol(percent_lel: float, lel_percent_vol: float) -> float:
    """A reading in %LEL as %vol of a gas whose LEL is `lel_percent_vol` (%vol).

    GB 30871-2022 5.3.2 limits are in %vol while instruments show %LEL.

    >>> percent_vol(10, 5.0)
    0.5
    """
    return percent_lel * lel_percent_vol / 100
