"""Whoever asks too often is slowed down, nobody else is, and the alarm path never."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.api.test_routes import fails

from fangwei.api import rates
from fangwei.api.rates import Rate, Rates
from fangwei.core.clock import SECOND
from fangwei.core.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, rate_per_s=1, rate_burst=10, machine_rate_per_s=1, machine_rate_burst=30)


def test_a_burst_is_let_through_then_as_many_as_the_rate_says():
    made = Rates(Rate(50, 200), Rate(0, 0))
    assert [made.wait("li", False, 0) for _ in range(200)] == [0] * 200
    assert made.wait("li", False, 0) == SECOND // 50
    assert made.wait("wang", False, 0) == 0, "another person has a bucket of their own"
    assert made.wait("li", False, SECOND // 50) == 0 and made.wait("li", False, SECOND // 50) > 0
    later = 3600 * SECOND
    assert sum(made.wait("li", False, later) == 0 for _ in range(500)) == 200, "a pause earns no more than a burst"
    assert all(made.wait("plc", True, 0) == 0 for _ in range(5000)), "0 a second: no limit"


@given(st.lists(st.integers(0, SECOND // 2), max_size=80), st.integers(1, 40), st.integers(1, 20))
def test_nobody_gets_more_than_burst_and_rate_allow(pauses, per_s, burst):
    made, now, let = Rates(Rate(per_s, burst), Rate(1, 1)), 0, 0
    for pause in pauses:
        now += pause
        wait = made.wait("li", False, now)
        let += wait == 0
        if wait:
            assert made.wait("li", False, now + wait) == 0, "who waits as long as said is let through"
            now, let = now + wait, let + 1
    assert let <= burst + now * per_s / SECOND + 1e-6


def test_callers_without_end_are_forgotten_once_they_are_quiet(monkeypatch):
    monkeypatch.setattr(rates, "MOST_CALLERS", 10)
    made = Rates(Rate(1, 2), Rate(1, 2))
    for n in range(100):
        assert made.wait(f"address 10.0.0.{n}", False, n * SECOND) == 0
    assert len(made._buckets) <= 10


async def test_a_person_is_told_how_long_to_wait_and_may_still_say_i_have_it(door):
    answers = [await door.client.get("/api/plan") for _ in range(30)]
    assert answers[0].status_code == 200
    refused = next(a for a in answers if a.status_code == 429)
    body = await fails(refused, 429, "api.too_often")
    assert refused.headers["retry-after"] == "1" and "1 秒" in body["text"]["zh"]
    assert door.health.error_count("api.too_often") > 0
    point = door.plant.site.points["FILL-GAS-01"]
    await door.plant.open_incident(await door.plant.raise_alarm(point, point.limits[0]), "inc-1", point.name)
    for _ in range(15):
        assert (await door.client.post("/api/incidents/inc-1/take", json={})).status_code == 200
        answer = await door.client.post("/api/alarms/acknowledge", json={"alarms": ["FILL-GAS-01.hi"]})
        assert answer.status_code == 200
    crew = await door.client_of("crew")
    assert (await crew.get("/api/plan")).status_code == 200, "somebody else is not slowed down"


async def test_who_is_not_signed_in_is_known_by_the_address(door):
    nobody = await door.anonymous()
    codes = [(await nobody.get("/api/health")).status_code for _ in range(30)]
    assert codes[0] == 200 and 429 in codes
