"""Every route of the door's own description, asked with wrong things: a sentence each time, never a fault of ours."""

import asyncio
import contextlib
import json
from itertools import cycle
from urllib.parse import quote

import pytest
from tests.conftest import until

from fangwei.api.guard import MOST_UNDER_WAY, Guard
from fangwei.core.health import Health

WRONG = [
    None, True, -1, 0, 1e300, 2**70, "", "x" * 5000, "\x00", "\U0001f525", "../../etc/passwd", "NaN", "*", ">",
    "fw.do.alarms.reset", [], [[]], [None], {}, {"a": {"b": []}}, "1970-01-01", "'; DROP TABLE alarms --",
]  # fmt: skip
BODIES = [b"", b"{", b"null", b"[]", b'"text"', b"NaN", b"[" * 20_000, b"\xff\xfe", b"\x00", b'{"a":1e999}']
PART = 4
"""Each address gets a quarter of the wrong values, its neighbours the others: there are a hundred addresses."""
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
    for number, (path, method, route) in enumerate(addresses(description)):
        if method != "GET":
            continue
        names = [p["name"] for p in route.get("parameters", ()) if p["in"] == "query"]
        for wrong in WRONG[number % PART :: PART]:
            text = wrong if isinstance(wrong, str) else json.dumps(wrong)
            query = "&".join(f"{name}={quote(text)}" for name in names)
            address = filled(path, quote(text, safe="") or "%20")
            assert_told(await door.client.get(f"{address}?{query}"), f"{method} {path} {text[:40]!r}")
            asked += 1
    assert asked > 100


async def test_wrong_fields_of_commands_are_told_in_a_sentence(door, description):
    asked = 0
    for number, (path, method, route) in enumerate(addresses(description)):
        if method != "POST" or path.endswith("/photos"):
            continue  # a photo has no fields; tests/api/test_photos.py sends it what is none
        names = fields(route, description)
        address = filled(path, "inc-leak")
        assert names, path
        for turn in range(number % PART, len(WRONG), PART):
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


RAW = {
    "nothing like HTTP": b"hello\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "a head without end": b"GET /api/site HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * 200_000,
    "a header with a control character": b"GET /api/site HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\x00b\r\n\r\n",
    "two lengths": b"POST /api/alarms/reset HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    "a length that is none": b"POST /api/alarms/reset HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "no host": b"GET /api/site HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
async def test_bytes_that_are_no_http_get_a_problem_as_well(door, raw):
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(raw)
    with contextlib.suppress(ConnectionError):
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400") and b"application/problem+json" in head
    told = json.loads(body)
    assert told["code"] == "api.http_malformed" and told["text"]["zh"]
    assert (await door.client.get("/api/site")).status_code == 200


async def test_more_requests_than_can_be_held_get_a_problem_and_a_time_to_wait():
    async def never(scope, receive, send):
        await forever.wait()

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    forever, sent, health = asyncio.Event(), [], Health("app")

    async def send(message):
        sent.append(message)

    guard = Guard(never, health)
    scope = {"type": "http", "method": "GET", "path": "/api/site", "headers": [(b"host", b"127.0.0.1")]}
    waiting = [asyncio.create_task(guard(scope, receive, send)) for _ in range(MOST_UNDER_WAY)]
    await until(lambda: guard.under_way == MOST_UNDER_WAY)
    await guard(scope, receive, send)
    assert sent[0]["status"] == 503 and (b"retry-after", b"2") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["code"] == "api.too_busy" and health.error_count("api.too_busy") == 1
    forever.set()
    await asyncio.gather(*waiting)
    assert guard.under_way == 0


HOSTILE = [
    "'; DROP TABLE alarms_occurrence; --", "1' OR '1'='1", "<script>alert(1)</script>", "javascript:alert(1)",
    "../../../../etc/passwd", "..\\..\\windows\\win.ini", "%2e%2e%2fetc%2fpasswd", "file:///etc/passwd", "${jndi:ldap://x/a}",
    "{{7*7}}", "$(reboot)", "`reboot`", "\u202egpj.exe", "a\r\nSet-Cookie: x=1", "NaN", "A" * 60_000,
]  # fmt: skip


async def test_hostile_words_in_a_note_are_words_and_nothing_else(door):
    point = door.plant.site.points["FILL-GAS-01"]
    await door.plant.open_incident(await door.plant.raise_alarm(point, point.limits[0]), "inc-1", point.name)
    for words in HOSTILE:
        answer = await door.client.post("/api/incidents/inc-1/note", json={"text": words})
        assert_told(answer, words[:40])
        if len(words) < 2000:
            assert answer.status_code == 200, words
            assert door.plant.commands[-1][1]["text"] == words.strip()
        else:
            assert answer.status_code == 422


async def test_hostile_words_in_headers_change_nothing(door):
    for words in HOSTILE:
        value = words.encode("utf-8")[:8000].replace(b"\r", b"").replace(b"\n", b"")
        for name in ("X-Forwarded-For", "If-Match", "Accept-Language", "Accept", "User-Agent", "Range", "X-Request-Id"):
            answer = await door.client.get("/api/points?limit=1", headers={name: value})
            assert answer.status_code == 200, (name, words[:40])
            assert "x=1" not in answer.headers.get("set-cookie", "")


async def test_json_that_is_no_utf8_or_nested_without_end_is_told(door):
    for body in (b"\xff\xfe{}", '{"text": "ä"}'.encode("latin-1"), b'{"text":' + b"[" * 30_000, b"9" * 60_000):
        assert_told(
            answer := await door.client.post("/api/incidents/i/note", content=body, headers=JSON), repr(body[:20])
        )
        assert answer.status_code == 422


async def test_other_kinds_of_body_are_refused_with_what_is_wanted(door):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml", ""):
        answer = await door.client.post("/api/incidents/i/note", content=b"{}", headers={"content-type": kind})
        assert_told(answer, kind)
        assert answer.status_code == 415


async def test_an_address_longer_than_a_file_name_may_be_is_not_there(door):
    assert_told(answer := await door.client.get("/" + "a" * 4000), "a long address")
    assert answer.status_code == 404
