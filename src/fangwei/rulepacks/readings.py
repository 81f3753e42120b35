"""From samples as the instruments showed them to readings that clauses can be compared with.

A combustible reading stands in %vol and in %LEL. Instruments show %LEL of one gas; clause limits are in %vol and depend
on the LEL. With several substances present the reading is judged as each of them, so that the lowest LEL sets the limit
and no other of them would have refused what was let through. Mixtures: the standards are silent, this is the safe side.
"""

from typing import Any

from fangwei.core.errors import FangweiError
from fangwei.core.units import UNITS, percent_vol
from fangwei.rulepacks.facts import Facts, Sample
from fangwei.rulepacks.quantities import convert
from fangwei.rulepacks.substances import Substances

MOLAR_VOLUME = 24.04
"""L/mol at 20 degC and 101.3 kPa, the reference of GBZ 2.1."""

Reading = dict[str, Any]


def latest(facts: Facts) -> list[Sample]:
    """The last sample of each quantity, substance and place; what claims to come from the future is no sample yet."""
    last: dict[tuple[object, ...], Sample] = {}
    for sample in facts.samples or ():
        if sample.time is not None and sample.time > facts.now:
            continue
        key = (sample.quantity, sample.substance, sample.place)
        known = last.get(key)
        if known is None or known.time is None or (sample.time is not None and sample.time >= known.time):
            last[key] = sample
    return list(last.values())


def readings(facts: Facts, known: Substances) -> list[Reading] | None:
    """Every latest sample, ready to be compared; None when nobody said whether there are samples."""
    if facts.samples is None:
        return None
    return [
        _reading(sample, substance, known, facts.now)
        for sample in latest(facts)
        for substance in _present(sample, facts)
    ]


def _present(sample: Sample, facts: Facts) -> tuple[str | None, ...]:
    """The substances a sample is judged as."""
    if sample.quantity != "combustible":
        return (sample.substance,)
    both = dict.fromkeys((*((sample.substance,) if sample.substance else ()), *(facts.work.substances or ())))
    return tuple(both) or (None,)


def _reading(sample: Sample, name: str | None, known: Substances, now: int) -> Reading:
    substance = known.get(name or "")
    lel = substance.lel if substance else None
    reading: Reading = {
        "quantity": sample.quantity,
        "substance": name,
        "place": sample.place,
        "age": None if sample.time is None else (now - sample.time) / 1e9,
        "lel": lel,
        "vol": None,
        "percent_lel": None,
        "oel_share": None,
        "shown": sample.value,
        "shown_unit": sample.unit,
        "problem": None,
    }
    try:
        _compare(reading, sample, substance.oel if substance else None, substance.molar_mass if substance else None)
    except FangweiError as error:
        reading["problem"] = error.message
    return reading


def _compare(reading: Reading, sample: Sample, oel: float | None, molar_mass: float | None) -> None:
    value, unit, lel = sample.value, sample.unit, reading["lel"]
    if value is None or unit is None:
        return
    if sample.quantity == "combustible":
        if unit == "%LEL":
            reading["percent_lel"] = value
            reading["vol"] = None if lel is None else round(percent_vol(value, lel), 12)
        else:
            reading["vol"] = convert(value, unit, "%vol")
            reading["percent_lel"] = None if lel is None else round(reading["vol"] / lel * 100, 12)
    elif sample.quantity == "oxygen":
        reading["vol"] = convert(value, unit, "%vol")
    elif sample.quantity == "toxic":
        if oel is None:
            # the instrument's own set-up: limit and value in one unit
            reading["oel_share"] = None if not sample.oel else round(value / sample.oel * 100, 9)
        elif UNITS.get(unit) == "volume fraction":
            ppm = convert(value, unit, "ppm")
            share = None if molar_mass is None else ppm * molar_mass / MOLAR_VOLUME / oel * 100
            reading["oel_share"] = None if share is None else round(share, 9)
        else:
            reading["oel_share"] = round(convert(value, unit, "mg/m3") / oel * 100, 9)
