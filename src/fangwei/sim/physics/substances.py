"""What the plant's air may hold, and how its mass becomes what an instrument shows."""

MOLAR_MASS: dict[str, float] = {
    "dmc": 90.08,
    "emc": 104.10,
    "dec": 118.13,
    "ec": 88.06,
    "electrolyte": 95.0,
    "nmp": 99.13,
    "hydrogen": 2.016,
    "h2": 2.016,
    "methane": 16.04,
    "ch4": 16.04,
    "hf": 20.01,
    "hydrogen_fluoride": 20.01,
    "co": 28.01,
    "carbon_monoxide": 28.01,
    "co2": 44.01,
    "nh3": 17.03,
    "ammonia": 17.03,
    "h2s": 34.08,
    "voc": 90.0,
    "propane": 44.1,
    "ethanol": 46.07,
    "ethylene": 28.05,
}
"""g/mol. Names as site files write them, lower case."""

CANONICAL: dict[str, str] = {
    "hydrogen_fluoride": "hf",
    "carbon_monoxide": "co",
    "hydrogen": "h2",
    "methane": "ch4",
    "ammonia": "nh3",
    "dimethyl_carbonate": "dmc",
    "ethyl_methyl_carbonate": "emc",
    "diethyl_carbonate": "dec",
    "n-methylpyrrolidone": "nmp",
    "n_methyl_2_pyrrolidone": "nmp",
    "氟化氢": "hf",
    "一氧化碳": "co",
    "氢气": "h2",
    "碳酸二甲酯": "dmc",
}

TYPICAL_MOLAR_MASS = 80.0
"""For a substance this table does not know: a solvent."""

MOLAR_VOLUME = 24.45
"""Litres per mole of gas at 25 degC and 101.3 kPa."""

CARBONATES = frozenset({"dmc", "emc", "dec", "ec", "electrolyte"})
"""Solvents that carry LiPF6; in moist air the salt gives off hydrogen fluoride."""


def canonical(name: str) -> str:
    """One name per substance, whichever way the site writes it."""
    key = name.strip().lower().replace(" ", "_")
    return CANONICAL.get(key, key)


def grams_of_percent(substance: str, percent: float) -> float:
    """g/m3 of `percent` by volume."""
    return percent / 100.0 * MOLAR_MASS.get(substance, TYPICAL_MOLAR_MASS) / MOLAR_VOLUME * 1000.0


def factor(substance: str, unit: str, lel: float | None) -> float:
    """What to multiply g/m3 with to get the instrument's unit.

    >>> round(factor("dmc", "%LEL", 4.2), 3)  # 154.7 g/m3 is the explosive limit
    0.646
    >>> round(factor("hf", "ppm", None) / 1000, 3)  # ppm per mg/m3
    1.222
    """
    mass = MOLAR_MASS.get(substance, TYPICAL_MOLAR_MASS)
    percent = MOLAR_VOLUME / mass / 10.0
    match unit.lower().replace(" ", ""):
        case "%lel" | "%lfl":
            return percent / (lel or 4.0) * 100.0
        case "ppm" | "umol/mol" | "µmol/mol" | "μmol/mol":
            return percent * 1e4
        case "ppb":
            return percent * 1e7
        case "mg/m3" | "mg/m³":
            return 1000.0
        case "ug/m3" | "µg/m³" | "μg/m³" | "µg/m3":
            return 1e6
        case _:
            return percent
