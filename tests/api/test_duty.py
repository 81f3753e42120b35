"""Duty through the door: lists, edits that two people make, refusals in words."""

import pytest

from fangwei.core.ids import new_id

BY = "li_na"
AWAY = {"type": "absence", "person": "wang_wei", "start": "2026-11-23T00:00", "end": "2026-11-24T00:00"}
CHAIN = {
    "name": {"zh": "漏气", "en": "Leaks"},
    "steps": [
        {"wait_s": 0, "who": [{"kind": "step", "step": 0}]},
        {"wait_s": 60, "who": [{"kind": "everyone"}]},
    ],
}


async def post(door, path, body=None, revision=None, method="POST", client=None):
    headers = {} if revision is None else {"If-Match": f'"{revision}"'}
    json = {"id": new_id()} | (body or {})
    return await (client or door.client).request(method, f"/api/duty{path}", json=json, headers=headers)


async def test_week_carries_the_revision_that_a_change_must_name(door):
    week = await door.client.get("/api/duty/week?first=2026-11-23&days=7")
    assert week.headers["etag"] == '"0"' and len(week.json()["days"]) == 7
    body = {"why": "ill", "body": AWAY | {"deputy": "chen_jie"}}
    assert (await post(door, "/changes", body)).status_code == 428
    assert (await post(door, "/changes", body, 7)).status_code == 412
    assert (await post(door, "/changes", body, 0)).status_code == 200
    stale = await post(door, "/changes", body, 0)
    assert stale.status_code == 412 and stale.json()["current"] == {"revision": 1}


async def test_gap_is_told_before_it_is_saved_and_undo_closes_it(door):
    preview = (await door.client.post("/api/duty/changes/preview", json={"body": AWAY})).json()
    assert "无人值班" in preview["gaps"][0]["zh"]
    refusal = await post(door, "/changes", {"why": "ill", "body": AWAY}, 0)
    assert refusal.status_code == 409 and refusal.json()["code"] == "duty.leaves_gap"
    assert refusal.json()["current"]["gaps"]
    change = (await post(door, "/changes", {"why": "ill", "body": AWAY, "accept_gaps": True}, 0)).json()
    undone = await post(door, f"/changes/{change['id']}/undo", {"why": "well again"}, 1)
    assert undone.status_code == 200
    listed = (await door.client.get("/api/duty/changes")).json()
    assert listed["total"] == 2 and listed["items"][1]["undone_by"] == undone.json()["id"]


async def test_chain_is_edited_by_revision_and_tried_without_being_saved(door):
    assert (await post(door, "/chains", {"body": CHAIN})).status_code == 403, "chains are the safety engineer's"
    safety = await door.client_of("safety_engineer")
    made = await post(door, "/chains", {"body": CHAIN}, client=safety)
    assert made.headers["etag"] == '"1"'
    path = f"/chains/{made.json()['id']}"
    edit = {"body": CHAIN | {"repeat_s": 60}}
    assert (await post(door, path, edit, method="PUT", client=safety)).status_code == 428
    assert (await post(door, path, edit, 1, "PUT", safety)).headers["etag"] == '"2"'
    stale = await post(door, path, edit, 1, "PUT", safety)
    assert stale.status_code == 412 and stale.json()["current"]["body"]["repeat_s"] == 60
    view = (await door.client.post("/api/duty/dry-run", json={"zone": "filling", "body": CHAIN})).json()
    assert [step["after_s"] for step in view["steps"]] == [0, 60]
    endless = CHAIN | {"steps": CHAIN["steps"][:1]}
    refusal = await post(door, "/chains", {"body": endless}, client=safety)
    assert refusal.status_code == 422 and "最后一步" in refusal.json()["text"]["zh"]
    assert (await post(door, f"{path}/remove", revision=2, client=safety)).status_code == 200
    assert (await door.client.get("/api/duty/chains")).json()["items"] == []


async def test_contact_never_shows_its_address_again(door):
    path = f"/people/{BY}/contacts"
    address = "https://gw.example/hook/SECRET"
    made = await post(door, path, {"name": "手机", "type": "webhook", "address": address})
    listed = await door.client.get(f"/api/duty{path}")
    assert "SECRET" not in made.text + listed.text + repr(door.plant.duty.ledger.entries)
    assert [c["shown"] for c in listed.json()["items"] if c["own"]] == ["https://gw.example/…"]
    id = made.json()["id"]
    edit = {"name": "手机", "type": "webhook", "max_priority": 2}
    assert (await post(door, f"{path}/{id}", edit, 1, "PUT")).json()["max_priority"] == 2
    quiet = edit | {"quiet": [{"start": "22:00", "end": "06:00", "still": 1}]}
    assert (await post(door, f"{path}/{id}", quiet, 2, "PUT")).status_code == 200
    crew = await door.client_of("crew")
    assert (await crew.get(f"/api/duty{path}")).json()["code"] == "duty.contact_not_yours"
    assert (await post(door, f"{path}/{id}/test", client=crew)).status_code == 403
    assert (await post(door, f"{path}/{id}/remove", revision=3)).status_code == 200


async def test_handover_is_confirmed_by_the_incoming_person_only(door):
    point = door.plant.site.points["FILL-GAS-01"]
    first = await door.plant.raise_alarm(point, point.limits[0])
    await door.plant.open_incident(first, "inc-1", first.message)
    note = (await post(door, "/handovers", {"to": "wang_wei", "text": "three pumps run"})).json()
    assert [i["id"] for i in note["open"]["incidents"]] == ["inc-1"] and note["open"]["counts"]["standing"] == 1
    assert (await post(door, f"/handovers/{note['id']}/confirm")).status_code == 409
    crew = await door.client_of("crew")
    confirmed = await post(door, f"/handovers/{note['id']}/confirm", client=crew)
    assert confirmed.json()["confirmed"]
    assert (await door.client.get("/api/duty/handovers")).json()["total"] == 1
    assert (await door.client.get(f"/api/duty/handovers/{note['id']}")).json()["text"] == "three pumps run"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/changes", {"why": "x", "body": AWAY}),
        ("/changes", {"why": "ill", "body": AWAY | {"type": "nothing"}}),
        ("/changes", {"why": "ill", "body": AWAY | {"start": "2026-11-23T00:00+08:00"}}),
        ("/changes", {"why": "ill", "body": AWAY | {"start": "31.12."}}),
        ("/chains", {"body": CHAIN | {"steps": []}}),
        ("/chains", {"body": CHAIN | {"name": {"zh": "", "en": "x"}}}),
        ("/people/li_na/contacts", {"name": "x", "type": "pigeon", "address": "x"}),
        ("/people/li_na/contacts", {"name": "x", "type": "webhook", "address": "file:///etc/passwd"}),
        ("/handovers", {"to": "../x"}),
    ],
)
async def test_malformed_is_422_with_a_sentence(door, path, body):
    client = await door.client_of("administrator" if path == "/chains" else "shift_supervisor")
    answer = await post(door, path, body, 0, client=client)
    assert answer.status_code == 422, answer.text
    assert answer.json()["text"]["zh"] and answer.json()["text"]["en"]
