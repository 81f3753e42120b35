import asyncio
import gzip

import pytest

from fangwei.core.clock import MINUTE, SECOND, now_ns
from fangwei.core.settings import AddressRefused, Settings

BY = "li_na"


async def fails(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == code
    assert body["text"]["zh"] and body["text"]["en"]
    return body


async def test_site_names_zones_people_and_georeference(door):
    site = (await door.client.get("/api/site")).json()
    assert site["name"] == {"zh": "示例电池厂", "en": "Example battery plant"}
    assert {z["id"] for z in site["zones"]} >= {"filling", "store"}
    assert site["georeference"]["frame"] == "CGCS2000"
    assert [p["id"] for p in site["people"]] == [p.id for p in door.plant.site.duty.people]


async def test_points_are_found_by_id_name_zone_kind_and_gas(door):
    async def ids(query):
        return [p["id"] for p in (await door.client.get(f"/api/points?limit=500&{query}")).json()["items"]]

    assert (await ids("q=fill-gas"))[0] == "FILL-GAS-01"
    assert "FILL-GAS-01" in await ids("q=注液间 可燃")
    assert set(await ids("q=dmc")) == set(await ids("kind=combustible_gas"))
    assert all(i.startswith("STOR") for i in await ids("zone=store"))
    assert await ids("q=no such thing") == []
    page = (await door.client.get("/api/points?limit=2&offset=3")).json()
    assert len(page["items"]) == 2 and page["total"] > 100


async def test_point_tells_its_limits_and_why_they_exist(door):
    point = (await door.client.get("/api/points/FILL-GAS-01")).json()
    assert point["limits"][0]["alarm"] == "FILL-GAS-01.hi"
    assert point["limits"][0]["rationalisation"]["time_to_respond"] == 300
    definition = (await door.client.get("/api/definitions/FILL-GAS-01.hi_hi")).json()
    assert definition["at"] == 25
    await fails(await door.client.get("/api/points/NOPE"), 404, "api.point_unknown")
    await fails(await door.client.get("/api/definitions/NOPE.hi"), 404, "api.alarm_unknown")


async def test_trend_passes_gaps_as_nulls(door):
    end = now_ns()
    answer = await door.client.get(f"/api/trend?point=FILL-TT-01&start={end - 10 * MINUTE}&end={end}&buckets=100")
    series = answer.json()["series"]["FILL-TT-01"]
    assert len(series["time"]) == 100
    assert series["mean"][35] is None and series["mean"][50] is not None


async def test_raw_readings_come_as_csv_in_the_sites_time(door):
    end = now_ns()
    answer = await door.client.get(f"/api/points/FILL-TT-01/readings.csv?start={end - 5 * SECOND}&end={end}")
    lines = answer.text.split("\r\n")
    assert lines[0] == "source_time,receive_time,value,quality"
    assert lines[1].split(",")[0].endswith("+08:00")
    assert answer.headers["x-truncated"] == "false"


@pytest.mark.parametrize(
    "path",
    [
        "/api/trend?point=FILL-TT-01&start=1&end=2",
        "/api/trend?point=FILL-TT-01&start=abc&end=2",
        f"/api/trend?point=FILL-TT-01&start={2 * 10**18}&end={10**18}",
        f"/api/trend?point=..&start={10**18}&end={2 * 10**18}",
        f"/api/trend?start={10**18}&end={2 * 10**18}",
        f"/api/trend?{'&'.join(['point=A'] * 17)}&start={10**18}&end={2 * 10**18}",
        "/api/points?limit=999999",
        "/api/points?kind=nonsense",
        "/api/incidents?status=nonsense",
        "/api/alarms?state=nonsense",
        "/api/incidents/a.b.>",
        "/api/duty/on-duty?zone=*",
        f"/api/latest?{'&'.join(['point=A'] * 501)}",
    ],
)
async def test_malformed_question_is_a_sentence_never_a_500(door, path):
    await fails(await door.client.get(path), 422, "api.request_malformed")


async def test_unknown_address_and_method(door):
    await fails(await door.client.get("/api/nope"), 404, "api.no_such_address")
    await fails(
        await door.client.delete("/api/site", headers={"content-type": "application/json"}), 405, "api.method_refused"
    )
    await fails(await door.client.get("/assets/../../etc/passwd.txt"), 404, "api.no_such_address")
    await fails(await door.client.get("/%2e%2e/%2e%2e/pyproject.toml"), 404, "api.no_such_address")


async def test_incident_comes_with_timeline_and_notices(door):
    point = door.plant.site.points["FILL-GAS-01"]
    alarm = await door.plant.raise_alarm(point, point.limits[0])
    await door.plant.open_incident(alarm, "inc-1", point.name)
    shown = (await door.client.get("/api/incidents/inc-1")).json()
    assert shown["incident"]["id"] == "inc-1"
    assert [line["kind"] for line in shown["timeline"]] == ["opened"]
    assert {n["channel"] for n in shown["notices"]} == {"websocket", "wecom"}
    await fails(await door.client.get("/api/incidents/inc-2"), 404, "incidents.incident_unknown")


async def test_taking_an_incident_reaches_the_room_with_id_and_person(door):
    point = door.plant.site.points["FILL-GAS-01"]
    await door.plant.open_incident(await door.plant.raise_alarm(point, point.limits[0]), "inc-1", point.name)
    taken = await door.client.post("/api/incidents/inc-1/take", json={"id": "click-0001"})
    assert taken.json()["owner"] == BY
    assert door.plant.commands[-1] == ("incidents.take", {"id": "click-0001", "by": BY, "incident": "inc-1"})
    noted = await door.client.post("/api/incidents/inc-1/note", json={"text": "  阀门已关 "})
    assert noted.status_code == 200
    assert door.plant.commands[-1][1]["text"] == "阀门已关"
    assert len(door.plant.commands[-1][1]["id"]) == 32


async def test_nobody_may_say_who_gives_a_command(door):
    answer = await door.client.post("/api/incidents/inc-1/take", json={"by": "wang_wei"})
    await fails(answer, 422, "api.request_malformed")
    nobody = await door.anonymous()
    await fails(await nobody.post("/api/incidents/inc-1/take", json={}), 401, "identity.not_signed_in")
    assert door.plant.commands == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("incidents/inc-1/note", {"text": "   "}),
        ("incidents/inc-1/note", {"text": "x" * 2001}),
        ("alarms/acknowledge", {"alarms": []}),
        ("alarms/acknowledge", {"alarms": ["a"] * 501}),
        ("alarms/acknowledge", {"alarms": [7]}),
        ("alarms/shelve", {"alarm": "A.hi", "seconds": -1, "reason": "test"}),
        ("alarms/shelve", {"alarm": "A.hi", "seconds": 600}),
        ("alarms/shelve", {"alarm": "A.hi", "seconds": "NaN", "reason": "test"}),
        ("alarms/take_out", {"alarm": "A.hi", "reason": "test", "seconds": -1}),
        ("alarms/unshelve", {"alarm": "A.hi", "surprise": 1}),
        ("alarms/unshelve", []),
    ],
)
async def test_malformed_command_is_a_sentence_and_reaches_nobody(door, path, body):
    await fails(await door.client.post(f"/api/{path}", json=body), 422, "api.request_malformed")
    assert door.plant.commands == []


async def test_broken_json_and_chunked_flood_are_refused(door):
    headers = {"content-type": "application/json"}
    broken = await door.client.post("/api/alarms/acknowledge", content=b"{\xff", headers=headers)
    await fails(broken, 422, "api.request_malformed")

    async def flood():
        for _ in range(100):
            yield b" " * 10_000

    flooded = await door.client.post("/api/alarms/acknowledge", content=flood(), headers=headers)
    await fails(flooded, 413, "api.body_too_large")
    assert door.health.error_count("api.body_too_large") == 1


async def test_another_web_page_can_neither_read_nor_command(door):
    await fails(await door.client.get("/api/site", headers={"host": "evil.example"}), 403, "api.host_refused")
    origin = {"origin": "http://evil.example"}
    refused = await door.client.post("/api/incidents/i/take", json={}, headers=origin)
    await fails(refused, 403, "api.origin_refused")
    assert door.plant.commands == []


async def test_every_answer_carries_the_security_headers(door):
    for path in ("/api/site", "/", "/api/nope"):
        headers = (await door.client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


async def test_room_that_does_not_answer_is_a_503_with_a_sentence(lonely_door):
    body = await fails(await lonely_door.client.get("/api/incidents"), 503, "bus.nobody_answers")
    assert "incidents" in body["text"]["en"] and "fw.ask" not in body["text"]["en"]


async def test_silent_process_is_missing_after_three_seconds(door):
    rows = {r["process"]: r["state"] for r in (await door.client.get("/api/health")).json()["processes"]}
    assert rows["historian"] == "missing"
    stop = asyncio.Event()
    beat = asyncio.create_task(door.plant.beat(stop))

    async def states():
        body = (await door.client.get("/api/health")).json()
        return {r["process"]: r["state"] for r in body["processes"]}

    async with asyncio.timeout(5):
        while (await states())["historian"] != "running":
            await asyncio.sleep(0.05)
    stop.set()
    await beat
    async with asyncio.timeout(6):
        while (await states())["historian"] != "missing":
            await asyncio.sleep(0.1)


async def test_large_answers_are_compressed(door):
    answer = await door.client.get("/api/plan", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(answer.content)) < len(answer.content) / 4


async def test_foreign_address_is_refused_with_a_sentence(settings, bus, plant):
    from fangwei.api.service import serve
    from fangwei.core.health import Health

    open_door = Settings(**{f: getattr(settings, f) for f in settings.__struct_fields__} | {"host": "0.0.0.0"})
    with pytest.raises(AddressRefused) as refusal:
        await serve(open_door, plant.site, bus, Health("app"), asyncio.Event())
    assert "0.0.0.0" in refusal.value.message.zh


async def test_taken_port_is_named(door, settings, bus):
    from fangwei.api.service import PortTaken, serve
    from fangwei.core.health import Health

    with pytest.raises(PortTaken) as refusal:
        await serve(settings, door.plant.site, bus, Health("app"), asyncio.Event())
    assert str(settings.web_port) in refusal.value.message.en
