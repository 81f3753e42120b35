"""Every list is paged, filtered and sorted the same way."""

from typing import Any

import pytest
from tests.api.test_routes import fails

from fangwei.api.docs import openapi
from fangwei.api.reference import operations
from fangwei.core.clock import DAY, now_ns

WHOLE = {"site.get_plan", "alarms.kpi", "duty.on_duty"}
"""No lists that one pages through: a drawing, a table of figures, and the steps of one zone."""


def schema_of(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    answer = next((each for status, each in operation["responses"].items() if status.startswith("2")), {})
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return document["components"]["schemas"].get(name, schema)


def test_what_answers_many_takes_offset_limit_sort_and_q_and_counts_them():
    document, lists = openapi(), 0
    for path, method, operation in operations(document):
        schema = schema_of(document, operation)
        if method != "get":
            continue
        if schema.get("type") == "array":
            assert operation["operationId"] in WHOLE, f"{path} answers a bare array"
        asked = {p["name"] for p in operation.get("parameters", ())}
        if "items" in schema.get("properties", {}):
            lists += 1
            assert {"total", "offset", "items"} <= set(schema["properties"]), path
            assert {"offset", "limit", "sort", "q"} <= asked, path
        elif "offset" in asked:
            raise AssertionError(f"{path} is asked for a page and answers none")
    assert lists >= 16


def lists() -> list[str]:
    document = openapi()
    return [
        path
        for path, method, operation in operations(document)
        if method == "get" and "items" in schema_of(document, operation).get("properties", {})
    ]


@pytest.mark.parametrize("path", lists())
async def test_a_page_begins_where_it_is_asked_to_and_knows_what_it_can_be_sorted_by(door, path):
    client = await door.client_of("administrator")
    point = door.plant.site.points["FILL-GAS-01"]
    await door.plant.open_incident(await door.plant.raise_alarm(point, point.limits[0]), "inc-1", point.name)
    where = path.replace("{person}", "li_na").replace("{incident}", "inc-1")
    span = f"start={now_ns() - DAY}&end={now_ns() + DAY}" if path.endswith("/journal") else ""
    whole = (await client.get(f"{where}?{span}&limit=500")).json()
    assert whole["offset"] == 0 and whole["total"] == len(whole["items"]), whole
    part = (await client.get(f"{where}?{span}&limit=1&offset=1")).json()
    assert part["total"] == whole["total"] and part["offset"] == 1
    assert part["items"] == whole["items"][1:2] or path in MOVING
    none = (await client.get(f"{where}?{span}&q=nothing-holds-this")).json()
    assert none["total"] == 0 and none["items"] == []
    await fails(await client.get(f"{where}?{span}&sort=nonsense"), 422, "api.sort_unknown")
    await fails(await client.get(f"{where}?{span}&limit=501"), 422, "api.request_malformed")


MOVING = {"/api/points", "/api/sources"}
"""Their items carry values of this second."""
