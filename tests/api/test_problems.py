"""What went wrong is told the same way everywhere: RFC 9457, a stable code, a sentence in both languages."""

import msgspec
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

from fangwei.api.problems import install, problem
from fangwei.core.errors import FangweiError, Refused, RevisionStale
from fangwei.core.health import Health
from fangwei.core.texts import Text
from fangwei.identity.errors import SignInLocked


class TankFull(FangweiError):
    """Made for these tests."""

    code = "tests.tank_full"
    text = Text("储罐 {tank} 已满", "Tank {tank} is full")
    http_status = 409


class Order(BaseModel):
    alarms: list[int] = Field(max_length=3)
    seconds: float = Field(gt=0)


@pytest.fixture
def health():
    return Health("test")


@pytest.fixture
def client(health):
    app = FastAPI()
    install(app, health)

    @app.get("/full")
    async def full() -> None:
        raise TankFull(tank="T-1")

    @app.get("/over-the-bus")
    async def over_the_bus() -> None:
        told = msgspec.json.encode(RevisionStale(revision=4, current={"at": 25}).problem)
        raise Refused(msgspec.json.decode(told, type=type(TankFull(tank="x").problem)))

    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError("secret of the house")

    @app.post("/order")
    async def order(order: Order, limit: int = 1) -> None: ...

    return TestClient(app, raise_server_exceptions=False)


def told(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:fangwei:{body['code']}"
    assert body["detail"] == body["text"]["en"] and body["text"]["zh"] and body["title"] and body["instance"]
    return body


def test_an_error_of_ours_keeps_its_code_status_and_words(client, health):
    body = told(client.get("/full?x=1"))
    assert (body["status"], body["code"], body["title"]) == (409, "tests.tank_full", "Tank full")
    assert body["text"] == {"zh": "储罐 T-1 已满", "en": "Tank T-1 is full"}
    assert body["instance"] == "/full" and "errors" not in body and "current" not in body


def test_an_error_of_another_process_keeps_its_status_and_what_stands_now(client):
    body = told(client.get("/over-the-bus"))
    assert (body["status"], body["code"], body["current"]) == (412, "fangwei.revision_stale", {"at": 25})


def test_a_fault_of_ours_is_counted_and_tells_nothing_of_the_inside(client, health):
    answer = client.get("/broken")
    assert told(answer)["code"] == "fangwei.internal" and "secret" not in answer.text
    assert health.error_count("api.ZeroDivisionError") == 1


def test_every_field_that_is_wrong_is_named_with_its_place_in_words(client):
    body = told(client.post("/order?limit=many", json={"alarms": [1, "x"], "seconds": 0}))
    assert [e["field"] for e in body["errors"]] == ["query.limit", "body.alarms.1", "body.seconds"]
    assert body["errors"][1]["place"] == {"zh": "alarms 第 2 项", "en": "alarms, item 2"}
    assert body["errors"][2]["text"] == {"zh": "应大于 0.0", "en": "must be greater than 0.0"}
    assert "seconds: must be greater" in body["detail"]


def test_a_body_wrong_in_a_thousand_places_gets_a_short_answer(client):
    answer = client.post("/order", json={"alarms": ["x"] * 1000, "seconds": 1})
    assert told(answer)["code"] == "api.request_malformed" and len(answer.content) < 8000


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b"1" * 5000], ids=lambda c: repr(c[:5]))
def test_a_body_that_is_no_object_is_told_where(client, content):
    body = told(client.post("/order", content=content, headers={"content-type": "application/json"}))
    assert body["status"] == 422 and body["errors"][0]["field"].startswith("body")


def test_other_methods_are_told_which_are_possible(client):
    answer = client.delete("/order")
    assert told(answer)["code"] == "api.method_refused" and answer.headers["allow"] == "POST"


def test_addresses_with_odd_characters_stay_addresses(client):
    assert told(client.get("/%00/%E7%89%9B?\u2028"))["instance"] == "/%00/%E7%89%9B"


def test_whoever_must_wait_is_told_how_long_in_the_header_too():
    assert problem(SignInLocked(seconds=754)).headers["retry-after"] == "754"
    assert "retry-after" not in problem(Refused(FangweiError().problem)).headers
