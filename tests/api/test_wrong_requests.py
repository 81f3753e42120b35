"""Every route of the door's own description, asked with wrong things: a sentence each time, never a fault of ours."""

import json
from itertools import cycle
from urllib.parse import quote

import pytest

WRONG = [
    None, True, -1, 0, 1e300, 2**70, "", "x" * 5000, "\x00", "\U0001f525", "../../etc/passwd", "NaN", "*", ">",
    "fw.do.alarms.reset", [], [[]], [None], {}, {"a": {"b": []}}, "1970-01-01", "'; DROP TABLE alarms --",
]  # fmt: skip
BODIES = [b"", b"{", b"null", b"[]", b'"text"', b"NaN", b"[" * 20_000, b"\xff\xfe", b"\x00", b'{"a":1e999}']
JSON = {"content-type": "application/json"}


def addresses(description):
    for path, methods in description["paths"].items():
        for method, route in methods.items():
            yield path, method.upper(), route


def filled(path, text):
    while "{" in path:
        head, rest = path.split("{", 1)
        path = head + text + rest.split("}", 1)[1]
    return path


def fields(route, description):
    """The names of a command's fields."""
    content = route.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = content.get("$ref", "").rsplit("/", 1)[-1]
    return list(description["components"]["schemas"].get(name, {}).get("properties", {}))


def assert_told(answer, asked):
    assert answer.status_code < 500, f"{asked}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", asked
        told = answer.json()
        assert told["text"]["zh"] and told["text"]["en"], asked


@pytest.fixture
async def description(door):
    return (await door.client.get("/api/openapi.json")).json()


async def test_wrong_parameters_are_told_in_a_sentence(door, description):
    asked = 0
    for path, method, route in addresses(description):
        if method != "GET":
            continue
        names = [p["name"] for p in route.get("parameters", ()) if p["in"] == "query"]
        for wrong in WRONG:
            text = wrong if isinstance(wrong, str) else json.dumps(wrong)
            query = "&".join(f"{name}={quote(text)}" for name in names)
            address = filled(path, quote(text, safe="") or "%20")
            assert_told(await door.client.get(f"{address}?{query}"), f"{method} {path} {text[:40]!r}")
            asked += 1
    assert asked > 100


async def test_wrong_fields_of_commands_are_told_in_a_sentence(door, description):
    asked = 0
    for path, method, route in addresses(description):
        if method != "POST" or path.endswith("/photos"):
            continue  # a photo has no fields; tests/api/test_photos.py sends it what is none
        names = fields(route, description)
        address = filled(path, "inc-leak")
        assert names, path
        for turn in range(len(WRONG)):
            values = cycle(WRONG[turn:] + WRONG[:turn])
            body = json.dumps({name: next(values) for name in names}).encode()
            assert_told(await door.client.post(address, content=body, headers=JSON), f"{path} {body[:200]!r}")
            asked += 1
    assert asked > 100


async def test_bodies_that_are_no_command_are_refused(door, description):
    for path, method, _ in addresses(description):
        if method != "POST":
            continue
        for body in BODIES:
            answer = await door.client.post(filled(path, "inc-leak"), content=body, headers=JSON)
            assert_told(answer, f"{path} {body[:20]!r}")
            assert answer.status_code >= 400, path


async def test_other_methods_are_refused(door, description):
    known = {(path, method) for path, method, _ in addresses(description)}
    for path in description["paths"]:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"):
            if (path, method) not in known:
                answer = await door.client.request(method, filled(path, "x"), content=b"{}", headers=JSON)
                assert_told(answer, f"{method} {path}")
                assert answer.status_code >= 400, f"{method} {path}"


async def test_an_address_longer_than_a_file_name_may_be_is_not_there(door):
    assert_told(answer := await door.client.get("/" + "a" * 4000), "a long address")
    assert answer.status_code == 404
