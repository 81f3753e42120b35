"""Limits over the door with the alarms room behind it: two people, one limit."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.api.canned_plant import CannedPlant
from tests.api.canned_site import canned_site
from tests.api.conftest import Door, _open
from tests.conftest import until
from tests.sign_in import signed_in_with_proof

from fangwei.alarms.limit_store import LimitStore
from fangwei.alarms.service import Alarms
from fangwei.alarms.store import Store
from fangwei.bus.client import Bus
from fangwei.core.clock import DAY, HOUR, now_ns
from fangwei.core.ids import point_key
from fangwei.core.reading import Readings
from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate
from fangwei.db.session import open_database

ALARM = "FILL-GAS-01.hi"
POINT = "FILL-GAS-01"
FIRST, REVIEWER, THIRD = "shift_supervisor", "safety_engineer", "safety_data_officer"


@pytest.fixture
async def room(settings: Settings, bus: Bus) -> AsyncIterator[Alarms]:
    settings.data.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(migrate, settings)
    database = open_database(settings)
    service = Alarms(settings, canned_site(), bus, bus.health, Store(database, bus.health), LimitStore(database))
    await service.start()
    await bus.flush()
    yield service
    await service.end()
    await database.close()


@pytest.fixture
async def plant_door(settings: Settings, bus: Bus, room: Alarms) -> AsyncIterator[Door]:
    async for opened in _open(settings, bus, CannedPlant(canned_site(), bus)):
        yield opened


def setting(at: float = 12.0, **more: object) -> dict[str, object]:
    return {"at": at, "deadband": 1, "on_delay": 0, "off_delay": 0, "priority": 2, "why": None, **more}


async def as_one(door: Door, role: str) -> httpx.AsyncClient:
    """A client of that role whose proof is fresh; the same one each time."""
    made = door.__dict__.setdefault("proved", {})
    if role not in made:
        made[role] = await signed_in_with_proof(door.settings, role)
        door.clients.push_async_callback(made[role].aclose)
    return made[role]


async def propose(
    door: Door, by: str = FIRST, tag: str | None = '"0"', after: object = None, **more: object
) -> httpx.Response:
    headers = {"if-match": tag} if tag is not None else {}
    body = {"after": after or setting(), "reason": "现场复核", **more}
    client = await as_one(door, by)
    return await client.post(f"/api/alarms/limits/{ALARM}/propose", json=body, headers=headers)


async def review(door: Door, proposal: str, by: str = REVIEWER, what: str = "limit", approve: bool = True):
    client = await as_one(door, by)
    return await client.post(f"/api/alarms/review_{what}", json={"proposal": proposal, "approve": approve})


async def test_a_review_needs_the_right_and_a_proof_that_is_fresh(plant_door: Door) -> None:
    proposed = (await propose(plant_door)).json()
    assert (await review(plant_door, proposed["id"], by=THIRD)).status_code == 403
    unproved = await plant_door.client_of(REVIEWER)
    answer = await unproved.post("/api/alarms/review_limit", json={"proposal": proposed["id"], "approve": True})
    assert answer.json()["code"] == "identity.proof_missing"
    auditor = await as_one(plant_door, "auditor")
    headers = {"if-match": '"1"'}
    body = {"after": setting(), "reason": "现场复核"}
    denied = await auditor.post(f"/api/alarms/limits/{ALARM}/propose", json=body, headers=headers)
    assert denied.status_code == 403


async def test_a_limit_goes_from_proposal_to_force_and_the_page_shows_it(plant_door: Door) -> None:
    door = plant_door
    before = await door.client.get(f"/api/alarms/limits/{ALARM}")
    assert (before.headers["etag"], before.json()["in_force"]["at"]) == ('"0"', 10.0)
    proposed = (await propose(door)).json()
    assert proposed["state"] == "open" and any("safety-critical" in n["en"] for n in proposed["notes"])
    assert (await door.client.get(f"/api/definitions/{ALARM}")).json()["at"] == 10, "a proposal changes nothing"
    assert (await review(door, proposed["id"])).json()["state"] == "approved"

    async def in_force() -> dict[str, object] | None:
        definition = (await door.client.get(f"/api/definitions/{ALARM}")).json()
        return definition if definition["at"] == 12 else None

    definition = await until(in_force, "the approved limit is shown", 10)
    assert definition["overridden"] and definition["file"]["at"] == 10 and definition["version"] == 1
    assert definition["rationalisation"] is None, "the setting says all of it, also that there is no record"
    point = (await door.client.get(f"/api/points/{POINT}")).json()
    assert [(each["id"], each["at"]) for each in point["limits"]] == [("hi", 12), ("hi_hi", 25)]
    assert point["limits_known"] is True
    changed = (await door.client.get("/api/definitions?changed=true")).json()
    assert [row["alarm"] for row in changed["items"]] == [ALARM]


async def test_the_second_editor_is_told_what_stands_and_may_go_on_from_there(plant_door: Door) -> None:
    door = plant_door
    assert (await propose(door, tag=None)).status_code == 428
    first = (await propose(door)).json()
    second = await propose(door, by=THIRD, after=setting(11.5))
    assert second.status_code == 412
    problem = second.json()
    assert problem["code"] == "alarms.limit_changed"
    assert [p["id"] for p in problem["current"]["proposals"]] == [first["id"]]
    tag = f'"{problem["current"]["revision"]}"'
    again = await propose(door, by=THIRD, after=setting(11.5), tag=tag)
    assert again.status_code == 200
    listed = (await door.client.get("/api/alarms/proposals?state=open&kind=limit")).json()
    assert listed["total"] == 2 and {p["by"] for p in listed["items"]} == {"li_na", "sun_yue"}


async def test_the_same_command_twice_is_one_proposal(plant_door: Door) -> None:
    sent = [await propose(plant_door, id="command-0001") for _ in range(2)]
    assert [r.status_code for r in sent] == [200, 200]
    assert (await plant_door.client.get("/api/alarms/proposals")).json()["total"] == 1


@pytest.mark.parametrize(
    ("after", "status", "code"),
    [
        (setting(1e9), 422, "alarms.setting_refused"),
        (setting(26), 422, "alarms.setting_refused"),
        (setting(2), 422, "alarms.setting_refused"),
        (setting("much"), 422, "api.request_malformed"),
        (setting(12, priority=9), 422, "api.request_malformed"),
        (setting(12, on_delay=-1), 422, "api.request_malformed"),
        ({"at": 12}, 422, "api.request_malformed"),
        ("12", 422, "api.request_malformed"),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words(plant_door: Door, after: object, status: int, code: str) -> None:
    answer = await propose(plant_door, after=after)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_check_tells_faults_and_what_would_happen_and_changes_nothing(plant_door: Door) -> None:
    path = f"/api/alarms/limits/{ALARM}/check"
    good = (await plant_door.client.post(path, json={"after": setting()})).json()
    assert good["faults"] == [] and good["notes"]
    bad = (await plant_door.client.post(path, json={"after": setting(26)})).json()
    assert "must lie below" in bad["faults"][0]["en"]
    assert (await plant_door.client.get(f"/api/alarms/limits/{ALARM}")).headers["etag"] == '"0"'


@pytest.mark.parametrize("alarm", ["NOPE.hi", f"{POINT}.data", f"{POINT}.nope", "x"])
async def test_what_has_no_limit_is_not_found(plant_door: Door, alarm: str) -> None:
    answer = await plant_door.client.get(f"/api/alarms/limits/{alarm}")
    assert (answer.status_code, answer.json()["code"]) == (404, "alarms.limit_unknown")


async def test_out_of_service_is_asked_for_by_one_and_approved_by_another(plant_door: Door, room: Alarms) -> None:
    door = plant_door
    body = {"alarm": ALARM, "reason": "探头送检", "seconds": 3600}
    asked = (await (await as_one(door, FIRST)).post("/api/alarms/take_out", json=body)).json()
    assert asked["state"] == "open"
    assert (await review(door, asked["id"])).status_code == 404, "a reviewer of limits decides on limits"
    own = await review(door, asked["id"], by=FIRST, what="take_out")
    assert (own.status_code, own.json()["code"]) == (403, "alarms.own_proposal")
    done = await review(door, asked["id"], what="take_out")
    assert done.json()["state"] == "approved"
    assert room.engine.desk.status(ALARM).state == "out_of_service"


async def test_definitions_are_listed_with_those_that_nobody_rationalised(plant_door: Door) -> None:
    get = plant_door.client.get
    everything = (await get("/api/definitions?limit=500")).json()
    none = (await get("/api/definitions?limit=500&rationalised=false")).json()
    some = (await get("/api/definitions?limit=500&rationalised=true")).json()
    assert everything["total"] == none["total"] + some["total"] and none["total"] and some["total"]
    assert all(row["rationalisation"] is None for row in none["items"])
    page = (await get("/api/definitions?q=fill gas&sort=-priority&limit=1&offset=1")).json()
    assert page["total"] == 8 and len(page["items"]) == 1
    assert (await get("/api/definitions?sort=nonsense")).status_code == 422


async def test_the_report_and_the_journal_come_for_zones_and_as_csv(plant_door: Door, bus: Bus, room: Alarms) -> None:
    t = now_ns()
    batch = Readings.of([point_key(p) for p in (POINT, "STOR-GAS-01")], [t, t], [t, t], [30.0, 15.0], [0, 0])
    await bus.publish_readings("x", batch)
    await until(lambda: len(room.engine.desk.statuses(None, None)) >= 3)
    span = f"start={t - DAY}&end={t + HOUR}"
    report = (await plant_door.client.get(f"/api/alarms/kpi/report?{span}&zone=filling&operators=2")).json()
    rows = {row["key"]: row["value"] for row in report["rows"]}
    assert rows["total"] == 2 and not report["enough"] and report["remarks"]
    journal = (await plant_door.client.get(f"/api/alarms/journal?{span}&zone=store")).json()
    assert [e["alarm"] for e in journal["items"]] == ["STOR-GAS-01.hi"]
    found = (await plant_door.client.get(f"/api/alarms/journal?{span}&q=fill hi_hi")).json()
    assert [e["alarm"] for e in found["items"]] == [f"{POINT}.hi_hi"]
    csv = await plant_door.client.get(f"/api/alarms/journal.csv?{span}&language=en")
    assert csv.headers["x-truncated"] == "false"
    lines = csv.text.lstrip("\ufeff").strip().split("\r\n")
    assert lines[0].startswith("time,alarm,message") and len(lines) == 4
    assert (await plant_door.client.get(f"/api/alarms/kpi/report?start={t}&end={t - DAY}")).status_code == 422
    assert (await plant_door.client.get(f"/api/alarms/kpi?{span}&operators=0")).status_code == 422


async def test_nobody_decides_on_a_limit_that_he_proposed(plant_door: Door) -> None:
    proposed = (await propose(plant_door, by=REVIEWER)).json()
    answer = await review(plant_door, proposed["id"])
    assert (answer.status_code, answer.json()["code"]) == (403, "alarms.own_proposal")
