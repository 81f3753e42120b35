"""What rules ask about, gathered from a run: its answers, its times, its samples. Pure.

A form field called `work.level` is the fact `work.level` (rulepacks/facts.py): what a form asks below the name of a
part of the facts goes there, a later form over an earlier one. Samples come from measurements, the rest from the run
itself. What nobody said is unknown.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, get_type_hints
from zoneinfo import ZoneInfo

import msgspec

from fangwei.core.clock import from_datetime, to_datetime
from fangwei.flows.cards import Form, Isolate, Measure, Quantity, Work
from fangwei.flows.definition import Definition
from fangwei.flows.run import Run, Status
from fangwei.rulepacks.facts import Facts, Part, TimeFacts

PARTS: Final[dict[str, Any]] = {
    name: kind
    for name, kind in get_type_hints(Facts).items()
    if name not in ("now", "samples", "approver", "detector", "hazard", "risk", "major", "cap")
}
"""Parts of the facts that a form may ask."""
TIMES: Final = frozenset(TimeFacts.__struct_fields__)
NAMED_BY: Final = {"people": "id", "linked": "kind", "near": "kind"}
"""Lists that a form may ask as a list of words, and the fact that each word is. What holds for each of them is asked
below `<list>_each`: `people_each.certificate`."""
_MEASURED: Final = {"", "sample", "check", "fresh"}


def facts_of(
    definition: Definition,
    run: Run,
    data: Mapping[str, Any],
    now: int,
    zone: str,
    about: Mapping[str, Mapping[str, Any]] | None = None,
) -> Facts:
    """The facts of a run at `now`. `zone`: the site's time zone. `about`: what is known beside the run, part -> fact ->
    value (what the site says of the place; who signs); the run's own answers do not change it."""
    raw: dict[str, Any] = {"site": {"timezone": zone}, "work": {"kind": run.work}}
    for answers in _forms(definition, data):
        for name, value in answers.items():
            if name in PARTS:
                raw[name] = _merged(raw.get(name), _clean(name, _listed(name, value, answers), zone))
    raw["times"] = raw.get("times", {}) | _times(definition, run, data)
    raw["work"]["kind"] = run.work
    raw["day"] = _day(raw, zone) | raw.get("day", {})
    papers = {"ticket": run.status not in (Status.VOID, Status.WITHDRAWN)}
    isolation = _isolated(definition, data)
    raw["papers"] = raw.get("papers", {}) | papers | ({"isolation": isolation} if isolation is not None else {})
    for part, known in (about or {}).items():
        raw[part] = raw.get(part, {}) | dict(known)
    samples = list(samples_of(definition, data))
    return convert({**raw, "now": now, "samples": samples or None})


def convert(raw: Mapping[str, Any]) -> Facts:
    """Facts of plain data; what does not fit its type is unknown, never an error: a rule that needs it refuses."""
    try:
        return msgspec.convert(raw, Facts, strict=False)
    except msgspec.ValidationError:
        return msgspec.convert({name: _fitting(name, value) for name, value in raw.items()}, Facts, strict=False)


def _fitting(name: str, value: Any) -> Any:
    kind = get_type_hints(Facts)[name]
    try:
        msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        if not (isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, Part)):
            return None
        return {field: v for field, v in value.items() if _fits(kind, field, v)}
    return value


def _fits(kind: type, field: str, value: Any) -> bool:
    try:
        msgspec.convert({field: value}, kind, strict=False)
    except msgspec.ValidationError:
        return False
    return True


def _merged(old: Any, new: Any) -> Any:
    return old | new if isinstance(old, dict) and isinstance(new, dict) else new


def _listed(name: str, value: Any, answers: Mapping[str, Any]) -> Any:
    """Words of a list as the things they name; a thing that was given whole stays as it is."""
    if name not in NAMED_BY or not isinstance(value, list):
        return value
    each = answers.get(f"{name}_each")
    shared = {k: v for k, v in each.items() if v not in (None, "")} if isinstance(each, dict) else {}
    return [shared | {NAMED_BY[name]: one} if isinstance(one, str) else one for one in value]


def _clean(name: str, value: Any, zone: str) -> Any:
    """Empty fields of a form are unknown; times become UTC ns."""
    if isinstance(value, dict):
        known = {k: v for k, v in value.items() if v not in (None, "") and not k.endswith("_")}
        if name == "times":
            return {k: v for k, old in known.items() if (v := when(old, zone) if k in TIMES else old) is not None}
        fields = getattr(PARTS[name], "__struct_fields__", None)
        return known if fields is None else {k: v for k, v in known.items() if k in fields}
    return value


def when(value: Any, zone: str) -> Any:
    """A time of a form in UTC ns: ISO 8601; without an offset it is the site's time. Other values as they are; None
    when it is no time."""
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)))


def _forms(definition: Definition, data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Answers of forms, those given first first."""
    given = [
        data[c.key] for c in definition.cards.values() if isinstance(c, Form) and isinstance(data.get(c.key), dict)
    ]
    yield from sorted(given, key=lambda answers: str(answers.get("at_", "")))


def samples_of(definition: Definition, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every sample that stands in the data."""
    for card in definition.cards.values():
        if not isinstance(card, Measure | Work):
            continue
        for part in _MEASURED if isinstance(card, Work) else {""}:
            answers = data.get(card.key)
            answers = answers.get(part) if part and isinstance(answers, dict) else answers
            if isinstance(answers, dict):
                for quantity in card.quantities:
                    yield from readings(quantity, answers, data)


def readings(quantity: Quantity, answers: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The samples of one quantity: a number, or a list of `{value, unit?, time?, place?, substance?}`. Their time is
    their own, else the answers' `time`, else when they were entered."""
    given = answers.get(quantity.key)
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, bool) or not isinstance(one, int | float | dict):
            continue
        own = one if isinstance(one, dict) else {"value": one}
        if isinstance(own.get("value"), bool) or not isinstance(own.get("value"), int | float):
            continue
        time = own.get("time") or answers.get("time") or answers.get("at_")
        yield {
            "quantity": kind_of(quantity),
            "value": float(own["value"]),
            "unit": own.get("unit") or quantity.unit,
            "substance": own.get("substance") or substance_of(quantity, data),
            "time": when(time, "UTC"),
            "place": own.get("place") or answers.get("place"),
            "by": answers.get("by_"),
        }


def kind_of(quantity: Quantity) -> str:
    """`oxygen`, `combustible` or `toxic`: what rules tell apart."""
    if quantity.key in ("o2", "oxygen") or quantity.substance in ("o2", "oxygen"):
        return "oxygen"
    return "combustible" if quantity.unit == "%LEL" or quantity.key in ("lel", "combustible", "gas") else "toxic"


def substance_of(quantity: Quantity, data: Mapping[str, Any]) -> str | None:
    """The substance, or what a field says it is (`=apply.medium`)."""
    named = quantity.substance
    if named is None or not named.startswith("="):
        return named
    found: Any = data
    for part in named[1:].split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else None


def _times(definition: Definition, run: Run, data: Mapping[str, Any]) -> dict[str, Any]:
    times: dict[str, Any] = {"booked": run.started}
    for card in definition.cards.values():
        work = data.get(card.key)
        if not isinstance(card, Work) or not isinstance(work, dict):
            continue
        started = when(_at(work, "start"), "UTC")
        if started is not None:
            times["started"] = started
            logged = [t for part in ("start", "check", "fresh", "sample") if (t := when(_at(work, part), "UTC"))]
            times["logged"] = max(logged)
    if run.status == Status.PAUSED:
        times |= {"paused": run.status_since, "resting": True}
    elif run.status == Status.WORKING:
        times["resting"] = False
    return times


def _at(work: Mapping[str, Any], part: str) -> Any:
    answers = work.get(part)
    return answers.get("at_") if isinstance(answers, dict) else None


def _day(raw: Mapping[str, Any], zone: str) -> dict[str, bool]:
    """Rest day and night of the planned time; holidays nobody but a person or a calendar knows."""
    start, end = raw.get("times", {}).get("planned_start"), raw.get("times", {}).get("planned_end")
    if not isinstance(start, int):
        return {}
    first = to_datetime(start, zone)
    last = to_datetime(end, zone) if isinstance(end, int) else first
    nights = {first.hour, last.hour} & {22, 23, 0, 1, 2, 3, 4, 5}
    return {
        "rest_day": first.weekday() >= 5 or last.weekday() >= 5,
        "night": bool(nights) or last.date() > first.date(),
    }


def _isolated(definition: Definition, data: Mapping[str, Any]) -> bool | None:
    """Whether every energy that the flow cuts off was confirmed; None: the flow cuts none."""
    cards = [card for card in definition.cards.values() if isinstance(card, Isolate)]
    if not cards:
        return None
    return all(_confirmed(card, data) for card in cards)


def _confirmed(card: Isolate, data: Mapping[str, Any]) -> bool:
    place = data.get(card.key)
    confirm = place.get("confirm") if isinstance(place, dict) else None
    return isinstance(confirm, dict) and all(confirm.get(energy.key) is True for energy in card.energies)
