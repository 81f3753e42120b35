"""Whoever answers for some zones sees and acts there as the roles say, and nowhere else."""

from typing import Any

import httpx
from tests.api.test_duty import CHAIN, post
from tests.api.test_routes import fails
from tests.sign_in import signed_in_with_proof

from fangwei.core.clock import DAY, now_ns

FOUND = {"words": "阀门滴漏", "kind": "leak"}


async def narrowed(door: Any, role: str, person: str, zones: list[str]) -> httpx.AsyncClient:
    """A client of a person who answers for these zones only."""
    admin = await signed_in_with_proof(door.settings, "administrator")
    door.clients.push_async_callback(admin.aclose)
    shown = await admin.get(f"/api/people/{person}")
    body = {"name": shown.json()["name"], "role": role, "zones": zones}
    answer = await admin.post(f"/api/people/{person}", json=body, headers={"if-match": shown.headers["etag"]})
    assert answer.status_code == 200, answer.text
    return await door.client_of(role)


async def report(client: httpx.AsyncClient, zone: str, id: str) -> None:
    answer = await client.post("/api/work/hazards", json=FOUND | {"id": id, "zone": zone})
    assert answer.status_code == 200, answer.text


async def seen(client: httpx.AsyncClient) -> list[str]:
    return sorted(h["id"] for h in (await client.get("/api/work/hazards")).json()["items"])


async def test_a_contractor_without_a_shift_sees_what_they_reported_or_were_given(door):
    contractor = await door.client_of("contractor")
    assert (await contractor.get("/api/me")).json()["zones"] == []
    await report(door.client, "filling", "hazard-01")
    await report(contractor, "store", "hazard-02")
    assert await seen(contractor) == ["hazard-02"] and await seen(door.client) == ["hazard-01", "hazard-02"]
    await fails(await contractor.get("/api/work/hazards/hazard-01"), 403, "identity.not_your_zone")
    done = {"words": "已修"}
    tried = await contractor.post("/api/work/hazards/hazard-01/fix", json=done, headers={"if-match": '"1"'})
    await fails(tried, 403, "identity.not_your_zone")
    order = {"person": "ma_chao", "deadline": now_ns() + DAY}
    given = await door.client.post("/api/work/hazards/hazard-01/assign", json=order, headers={"if-match": '"1"'})
    assert given.status_code == 200, given.text
    assert await seen(contractor) == ["hazard-01", "hazard-02"]
    assert (await contractor.get("/api/work/hazards/hazard-01")).status_code == 200
    fixed = await contractor.post("/api/work/hazards/hazard-01/fix", json=done, headers={"if-match": '"2"'})
    assert fixed.status_code == 200, fixed.text


async def test_a_contractor_acts_on_no_incident_where_they_do_not_answer(door):
    point = door.plant.site.points["FILL-GAS-01"]
    await door.plant.open_incident(await door.plant.raise_alarm(point, point.limits[0]), "inc-1", point.name)
    contractor = await door.client_of("contractor")
    assert (await contractor.get("/api/incidents/inc-1")).status_code == 200, "everybody sees what is dangerous"
    answer = await contractor.post("/api/incidents/inc-1/note", json={"text": "here"})
    await fails(answer, 403, "identity.not_your_zone")


async def test_a_supervisor_of_one_zone_decides_on_hazards_and_shifts_there_only(door):
    await report(door.client, "filling", "hazard-01")
    lead = await narrowed(door, "shift_supervisor", "li_na", ["coating"])
    order = {"person": "wang_wei", "deadline": now_ns() + DAY}
    tried = await lead.post("/api/work/hazards/hazard-01/assign", json=order, headers={"if-match": '"1"'})
    assert "注液间" in (await fails(tried, 403, "identity.not_your_zone"))["text"]["zh"]
    shift = {"type": "add", "first": "2026-11-23", "shift": {"person": "wang_wei", "zones": ["coating"]}}
    assert (await post(door, "/changes", {"why": "more", "body": shift}, 0, client=lead)).status_code == 200
    for zones in (["coating", "filling"], []):
        more = shift | {"shift": {"person": "wang_wei", "zones": zones}}
        refused = await post(door, "/changes", {"why": "more", "body": more}, 1, client=lead)
        await fails(refused, 403, "identity.not_your_zone")
    away = {"type": "absence", "person": "wang_wei", "start": "2026-11-23T00:00", "end": "2026-11-24T00:00"}
    refused = await post(door, "/changes", {"why": "ill", "body": away}, 1, client=lead)
    assert "全厂" in (await fails(refused, 403, "identity.not_your_zone"))["text"]["zh"]


async def test_a_safety_engineer_of_one_zone_keeps_the_chains_of_that_zone_only(door):
    whole = await door.client_of("safety_engineer")
    everywhere = (await post(door, "/chains", {"body": CHAIN}, client=whole)).json()
    one = await narrowed(door, "safety_engineer", "chen_jie", ["coating"])
    own = CHAIN | {"zones": ["coating"]}
    made = await post(door, "/chains", {"body": own}, client=one)
    assert made.status_code == 200, made.text
    await fails(await post(door, "/chains", {"body": CHAIN}, client=one), 403, "identity.not_your_zone")
    path = f"/chains/{everywhere['id']}"
    taken = await post(door, path, {"body": own}, 1, "PUT", one)
    await fails(taken, 403, "identity.not_your_zone")
    await fails(await post(door, f"{path}/remove", {}, 1, client=one), 403, "identity.not_your_zone")
    assert (await post(door, f"/chains/{made.json()['id']}/remove", {}, 1, client=one)).status_code == 200
