"""Units are part of every number: conversion within a quantity, and refusal across quantities."""

from typing import Final

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.core.units import UNITS, written

FACTORS: Final[dict[str, float]] = {
    **{"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0},
    **{"m": 1.0, "mm": 0.001},
    **{"t": 1000.0, "kg": 1.0},
    **{"V": 1.0, "mV": 0.001, "kV": 1000.0},
    **{"%vol": 1.0, "ppm": 1e-4, "ppb": 1e-7},
    **{"mg/m3": 1.0, "ug/m3": 0.001},
}
"""How many of the quantity's own unit one of these is."""


class UnitUnknown(FangweiError):
    """A unit that the house does not know."""

    code = "rulepacks.unit_unknown"
    text = Text("不认识单位“{unit}”", "There is no unit {unit}")
    http_status = 422


class UnitWrong(FangweiError):
    """Two units of different quantities: they cannot be compared."""

    code = "rulepacks.unit_wrong"
    text = Text(
        "{unit} 不能与 {other} 相比：不是同一种量",
        "{unit} cannot be compared with {other}: they measure different things",
    )
    http_status = 422


def convert(value: float, unit: str, other: str) -> float:
    """A number in `unit` as a number in `other`.

    Raises:
        UnitUnknown, UnitWrong

    >>> convert(2, "h", "min"), convert(25000, "ppm", "%vol")
    (120.0, 2.5)
    """
    for name in (unit, other):
        if name not in UNITS:
            raise UnitUnknown(unit=name)
    if unit == other:
        return float(value)
    if UNITS[unit] != UNITS[other] or unit not in FACTORS or other not in FACTORS:
        raise UnitWrong(unit=unit, other=other)
    # rounded where binary fractions would make 30 min more than 30 min
    return round(value * FACTORS[unit] / FACTORS[other], 12)


def said(value: float, unit: str) -> Text:
    """A number with its unit, as people write it; durations to the second.

    >>> said(7201, "s").en, said(0.55, "%vol").zh
    ('2 h 1 s', '0.55 %vol')
    """
    if UNITS.get(unit) == "duration":
        return _duration(convert(value, unit, "s"))
    name = written(unit)
    number = f"{value:.6g}"
    return Text(f"{number} {name.zh}".strip(), f"{number} {name.en}".strip())


def _duration(seconds: float) -> Text:
    sign, rest = ("-" if seconds < 0 else ""), abs(seconds)
    zh, en = [], []
    for size, word, short in ((86400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min")):
        # up to three days are said in hours, as validities are
        if size == 86400 and rest <= 3 * 86400:
            continue
        count, rest = divmod(rest, size)
        if count:
            zh.append(f"{count:.0f} {word}")
            en.append(f"{count:.0f} {short}")
    if rest or not zh:
        zh.append(f"{rest:.3g} 秒")
        en.append(f"{rest:.3g} s")
    return Text(sign + " ".join(zh), sign + " ".join(en))
