"""The facts as conditions see them: times become durations, samples become comparable readings.

`PATHS` is the list of everything a pack may name; a pack that names anything else cannot be loaded.
"""

from typing import Any, Final, get_args, get_origin, get_type_hints

import msgspec

from fangwei.core.clock import to_datetime
from fangwei.core.units import UNITS
from fangwei.rulepacks.facts import Detector, Facts, Linked, Near, Worker
from fangwei.rulepacks.readings import latest, readings
from fangwei.rulepacks.substances import Substances

View = dict[str, Any]

LISTS: Final[dict[str, str]] = {"readings": "reading", "people": "person", "linked": "link", "near": "other"}
"""Lists that a row may be asked for each of, and the name of one item in its conditions."""

DERIVED: Final[dict[str, str | None]] = {
    "times.notice": "s",
    "times.elapsed": "s",
    "times.planned_length": "s",
    "times.left": "s",
    "times.resting_for": "s",
    "times.unanalysed": "s",
    "times.log_gap": "s",
    "times.sign_overdue": "s",
    "times.urgent": None,
    "times.resting": None,
    "analysis.exists": None,
    "analysis.age": "s",
    "analysis.today": None,
    "analysis.quantities": None,
    "detector.lel1": "%LEL",
    "detector.lel2": "%LEL",
    "detector.path1": "LEL.m",
    "detector.path2": "LEL.m",
    "detector.oel1": "%",
    "detector.oel2": "%",
    "detector.vol1": "%vol",
    "detector.vol2": "%vol",
    "major.s": "1",
    "major.r": "1",
    "risk.lec": "1",
    "risk.ls": "1",
}
"""Path -> unit (None: no number) of what is worked out here."""

_READING: Final[dict[str, str | None]] = {
    "quantity": None,
    "substance": None,
    "place": None,
    "age": "s",
    "lel": "%vol",
    "vol": "%vol",
    "percent_lel": "%LEL",
    "oel_share": "%",
}


def _paths() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, kind in get_type_hints(Facts, include_extras=True).items():
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            if name != "times":
                found |= {f"{name}.{inner}": unit for inner, unit in _units(kind).items()}
        elif name not in ("now", "samples", "measures"):
            found[name] = None
    found["readings"] = None
    for item, fields in (("reading", _READING), ("person", _units(Worker)), ("link", _units(Linked))):
        found |= {f"{item}.{field}": unit for field, unit in fields.items()}
    found |= {f"other.{field}": unit for field, unit in _units(Near).items()}
    return found | DERIVED


def _units(struct: type[msgspec.Struct]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, kind in get_type_hints(struct, include_extras=True).items():
        extra = next((m.extra or {} for m in get_args(kind)[1:] if isinstance(m, msgspec.Meta)), {})
        if get_origin(kind) is None or "time" not in extra:
            found[name] = extra.get("unit")
    return found


def view(facts: Facts, known: Substances, major: dict[str, float | None] | None = None) -> View:
    """The facts for conditions. `major`: S and R of the unit (major.py), where somebody worked them out."""
    seen: View = {
        name: _plain(getattr(facts, name))
        for name in Facts.__struct_fields__
        if name not in ("now", "times", "samples", "measures")
    }
    seen["times"] = _times(facts)
    seen["readings"] = readings(facts, known)
    seen["analysis"] = _analysis(facts)
    seen["times"]["unanalysed"] = _unanalysed(seen)
    seen["detector"] |= _set_points(facts.detector)
    seen["major"] |= {"s": None, "r": None} | (major or {})
    seen["risk"] |= _scores(facts)
    return seen


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _times(facts: Facts) -> dict[str, Any]:
    times = facts.times
    resting = times.resting if times.resting is not None else (True if times.paused is not None else None)
    return {
        "notice": _between(times.booked, times.planned_start),
        "elapsed": _between(times.started, facts.now),
        "left": _between(facts.now, times.planned_end),
        "planned_length": _between(times.planned_start, times.planned_end),
        "resting": resting,
        "resting_for": 0.0 if resting is False else _between(times.paused, facts.now),
        "log_gap": _between(times.logged, facts.now),
        "sign_overdue": _between(times.signature_due, facts.now),
        "urgent": times.urgent,
    }


def _between(start: int | None, end: int | None) -> float | None:
    return None if start is None or end is None else (end - start) / 1e9


def _analysis(facts: Facts) -> dict[str, Any]:
    if facts.samples is None:
        return {"exists": None, "age": None, "today": None, "quantities": None}
    last_ones = [sample for sample in latest(facts) if sample.time is not None]
    times = [sample.time for sample in last_ones if sample.time is not None]
    measured = sorted({name for sample in last_ones for name in (sample.quantity, sample.substance) if name})
    if not times:
        return {"exists": False, "age": None, "today": False, "quantities": []}
    last, zone = max(times), facts.site.timezone
    same_day = to_datetime(last, zone).date() == to_datetime(facts.now, zone).date()
    return {"exists": True, "age": (facts.now - last) / 1e9, "today": same_day, "quantities": measured}


def _unanalysed(seen: View) -> float | None:
    """How long the work has rested without a new analysis: since the rest began, or since the last sample in it."""
    resting, age = seen["times"]["resting_for"], seen["analysis"]["age"]
    if resting is None or seen["analysis"]["exists"] is None:
        return None
    return float(resting) if age is None else float(min(resting, age))


def _set_points(detector: Detector) -> dict[str, float | None]:
    """Set points by what they are compared with; None where the unit is another."""
    unit, levels = detector.unit, (detector.level1, detector.level2)
    found: dict[str, float | None] = {}
    for name, units in (("lel", ("%LEL",)), ("path", ("LEL.m",)), ("vol", ("%vol",))):
        found |= {f"{name}{n}": level if unit in units else None for n, level in enumerate(levels, 1)}
    for n, level in enumerate(levels, 1):
        fits = detector.oel and level is not None and UNITS.get(unit or "") in ("mass concentration", "volume fraction")
        found[f"oel{n}"] = round(level / detector.oel * 100, 9) if fits else None  # type: ignore[operator]
    return found


def _scores(facts: Facts) -> dict[str, float | None]:
    risk = facts.risk
    lec = (risk.likelihood, risk.exposure, risk.consequence)
    return {
        "lec": None if None in lec else lec[0] * lec[1] * lec[2],  # type: ignore[operator]
        "ls": None if risk.likelihood is None or risk.severity is None else risk.likelihood * risk.severity,
    }


PATHS: Final[dict[str, str | None]] = _paths()
"""Everything a pack may name -> its unit (None: no number)."""
