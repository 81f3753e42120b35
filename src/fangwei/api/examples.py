"""An example for any schema of ours, in the words of the example plant. Pure.

The documents of the HTTP door (OpenAPI) and of the bus (AsyncAPI) show one for every body, answer and message. They
are made from the schemas, so that none can say what the schema does not allow; `NAMES` and `TYPES` make them speak.
"""

import re
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

TIME = 1_790_000_000_000_000_000
"""21 September 2026, UTC ns."""
PHOTO = "4f6a0c92d1b87e35" * 4

TYPES: dict[str, Any] = {
    "Text": {"zh": "电解液注液间可燃气体泄漏", "en": "Combustible gas leak in electrolyte filling"},
    "AlarmChange": "raised",
    "AlarmState": "unack_active",
    "IncidentStatus": "owned",
    "NoticeState": "arrived",
    "SourceState": "up",
}
"""By the schema's name."""

NAMES: dict[str, Any] = {
    "id": "9f1c2ab47d3e4c01",
    "by": "li-wei",
    "person": "li-wei",
    "owner": "li-wei",
    "approved_by": "wang-fang",
    "point": "EF-GAS-01",
    "points": ["EF-GAS-01"],
    "alarm": "EF-GAS-01.hi_hi",
    "alarms": ["EF-GAS-01.hi_hi"],
    "incident": "inc-20260921-0001",
    "run": "permit-20260921-0001",
    "flow": "confined_space",
    "task": "gas",
    "occurrence": "EF-GAS-01.hi_hi/1790000000000000000",
    "notice": "inc-20260921-0001-li-wei-websocket",
    "zone": "electrolyte_filling",
    "zones": ["electrolyte_filling"],
    "storey": "ground",
    "source": "gas_panel",
    "process": "connect",
    "protocol": "modbus",
    "channel": "websocket",
    "kind": "combustible_gas",
    "hazard": "release",
    "substance": "DMC",
    "role": "shift_supervisor",
    "priority": 1,
    "unit": "%LEL",
    "value": 31.5,
    "limit": 25.0,
    "at": 25.0,
    "deadband": 2.0,
    "seconds": 1800.0,
    "lag_s": 0.04,
    "clock_offset_s": 0.002,
    "quality": 0,
    "key": "per_10_min",
    "step": 0,
    "revision": 3,
    "certainty": 0.93,
    "east": 57.5,
    "north": 18.0,
    "up": 0.5,
    "place": [57.5, 18.0, 0.5],
    "polygon": [[45.0, 0.0], [70.0, 0.0], [70.0, 36.0], [45.0, 36.0]],
    "longitude": 119.5,
    "latitude": 26.6,
    "timezone": "Asia/Shanghai",
    "text": "已关闭进料阀，人员撤离",
    "words": "二层东侧护栏松动",
    "photo": PHOTO,
    "photos": [PHOTO],
    "reason": "传感器更换，已有便携仪监护",
    "detail": "",
    "code": "api.point_unknown",
    "title": "Point unknown",
    "instance": "/api/points/EF-GAS-99",
    "status": 404,
    "q": "注液 可燃",
    "sort": "-since",
    "day": "2026-09-21",
    "days": ["mon", "fri"],
    "as_day": "sun",
    "first": "2026-09-21",
    "last": "2026-09-27",
    "date": "2026-09-21",
    "other_day": "2026-09-24",
    "offset": 0,
    "total": 1,
    "start": TIME - 3600 * 10**9,
    "end": TIME,
    "giver": "li-wei",
    "taker": "wang-fang",
    "deputy": "wang-fang",
    "why": "与王芳换班",
}
"""By the field's name, where the schema allows it."""
TIMES = ("time", "since", "started", "updated", "announced", "changed", "sent", "source_time", "receive_time")
NAMES |= dict.fromkeys((*TIMES, "decided_time", "recorded", "last_reading", "last_time"), TIME)

DEEPEST = 16
"""No answer of ours nests deeper; a schema that refers to itself ends here."""


def example(schema: Schema, components: Mapping[str, Schema], name: str = "", depth: int = 0) -> Any:
    """A value that `schema` allows; `components` are the schemas its `$ref`s name, `name` the field it stands in.

    >>> example({"type": "object", "properties": {"point": {"type": "string"}}}, {})
    {'point': 'EF-GAS-01'}
    """
    if "$ref" in schema:
        called = str(schema["$ref"]).rsplit("/", 1)[-1]
        if called in TYPES:
            return TYPES[called]
        return example(components[called], components, name, depth + 1) if depth < DEEPEST else {}
    if "examples" in schema:
        return schema["examples"][0]
    for fixed in ("const", "example"):
        if fixed in schema:
            return schema[fixed]
    if name in NAMES and allows(schema, NAMES[name], components):
        return NAMES[name]
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            first = [each for each in schema[several] if each.get("type") != "null"]
            return example(first[0], components, name, depth) if first else None
    return _by_type(schema, components, name, depth)


def allows(schema: Schema, value: Any, components: Mapping[str, Schema]) -> bool:
    """Whether the schema allows a value of `NAMES`: type, choice, pattern and bounds."""
    if "$ref" in schema:
        return allows(components[str(schema["$ref"]).rsplit("/", 1)[-1]], value, components)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return any(allows(each, value, components) for each in schema[several])
    if "enum" in schema:
        return value in schema["enum"]
    match schema.get("type"):
        case "string":
            fits = isinstance(value, str) and re.search(schema.get("pattern", ""), value) is not None
            return fits and schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        case "integer":
            return isinstance(value, int) and _within(schema, value)
        case "number":
            return isinstance(value, int | float) and _within(schema, value)
        case "array":
            if not isinstance(value, list):
                return False
            first = schema.get("prefixItems", [])
            items = schema.get("items", {})
            rest = value[len(first) :]
            if rest and items is False:  # a tuple: so many and no more
                return False
            return len(value) >= len(first) and all(
                allows(one, each, components) for one, each in zip([*first, *[items] * len(rest)], value, strict=True)
            )
    return False


def _within(schema: Schema, value: float) -> bool:
    least, most = schema.get("minimum", value), schema.get("maximum", value)
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    return least <= value <= most and (above is None or value > above) and (below is None or value < below)


def _by_type(schema: Schema, components: Mapping[str, Schema], name: str, depth: int) -> Any:
    match schema.get("type"):
        case "object":
            made = {k: example(v, components, k, depth + 1) for k, v in schema.get("properties", {}).items()}
            more = schema.get("additionalProperties")
            if not made and isinstance(more, Mapping):
                made["EF-GAS-01"] = example(more, components, "", depth + 1)
            return made
        case "array":
            if "prefixItems" in schema:
                return [example(each, components, "", depth + 1) for each in schema["prefixItems"]]
            items = schema.get("items")
            one = example(items, components, name.removesuffix("s"), depth + 1) if isinstance(items, Mapping) else 0
            return [one] * max(1, schema.get("minItems", 1))
        case "string":
            return schema.get("default") or "x" * max(1, schema.get("minLength", 1))
        case "integer" | "number":
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
            return schema.get("default") or (least + 1 if "exclusiveMinimum" in schema else least)
        case "boolean":
            return schema.get("default", True)
    return schema.get("default")
