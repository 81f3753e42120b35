"""Templates, faults in words, files from outside and play-throughs through the door; nothing of it is kept."""

import pytest

from fangwei.flows.compile import compile_flow
from fangwei.flows.library import template


@pytest.fixture
async def engineer(door):
    return await door.client_of("safety_engineer")


async def shown(engineer, id="confined_space_gb46768"):
    answer = await engineer.get(f"/api/flows/templates/{id}")
    assert answer.status_code == 200, answer.text
    return answer.json()["flow"]


async def test_the_list_of_templates_marks_what_binds_this_plant(engineer):
    answer = (await engineer.get("/api/flows/templates", params={"limit": 50})).json()
    assert answer["total"] == 10
    fits = {row["id"] for row in answer["items"] if row["fits"] and row["work"] == "confined_space"}
    assert fits == {"confined_space_gb46768"}
    found = (await engineer.get("/api/flows/templates", params={"q": "动火"})).json()
    assert [row["id"] for row in found["items"]] == ["hot_work"]


async def test_a_template_begins_a_draft_and_an_unknown_one_is_not_found(engineer):
    flow = await shown(engineer)
    begun = await engineer.post("/api/flows", json={"id": "begin-template", "flow": flow})
    assert begun.status_code == 200, begun.text
    assert (await engineer.get("/api/flows/templates/nothing")).json()["code"] == "flows.template_unknown"


async def test_faults_are_told_at_their_card(engineer):
    flow = await shown(engineer)
    clean = (await engineer.post("/api/flows/lint", json={"flow": flow})).json()
    assert clean["publishable"] and {p["severity"] for p in clean["problems"]} <= {"note"}
    for card in flow["cards"]:
        if card["key"] == "sign":
            card["by"] = []
    told = (await engineer.post("/api/flows/lint", json={"flow": flow})).json()
    assert not told["publishable"]
    assert ("sign", "error") in [(p["card"], p["severity"]) for p in told["problems"]]


async def test_a_file_of_ours_is_imported_and_a_hostile_one_is_not(engineer):
    xml = compile_flow(template("drill").flow).decode()
    found = (await engineer.post("/api/flows/import", json={"xml": xml})).json()
    assert found["not_run"] == [] and found["flow"]["id"] == "drill"
    hostile = '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    answer = await engineer.post("/api/flows/import", json={"xml": hostile})
    assert (answer.status_code, answer.json()["code"]) == (422, "flows.bpmn_refused")
    script = xml.replace("<bpmn:endEvent", '<bpmn:scriptTask id="evil" name="坏"/><bpmn:endEvent', 1)
    listed = (await engineer.post("/api/flows/import", json={"xml": script})).json()
    assert listed["flow"] is None and [one["element"] for one in listed["not_run"]] == ["evil"]


async def test_a_play_goes_step_by_step_and_says_why_it_does_not(engineer):
    flow = await shown(engineer)
    begun = (await engineer.post("/api/flows/play", json={"flow": flow})).json()
    assert [task["task"] for task in begun["open"]] == ["apply"] and begun["history"][0]["deed"] == "start"
    deeds = [{"deed": "do", "task": "apply", "answers": {"space": "1 号罐"}}]
    played = (await engineer.post("/api/flows/play", json={"flow": flow, "deeds": deeds})).json()
    assert [task["task"] for task in played["open"]] == ["isolate"]
    deeds += [{"deed": "push", "seconds": 60}, {"deed": "do", "task": "close"}]
    refused = (await engineer.post("/api/flows/play", json={"flow": flow, "deeds": deeds})).json()
    assert refused["refused"]["zh"] and [task["task"] for task in refused["open"]] == ["isolate"]


@pytest.mark.parametrize(
    "deed",
    [
        {"deed": "push", "seconds": 0},
        {"deed": "push", "seconds": 1e12},
        {"deed": "fly"},
        {"deed": "do", "task": "a b"},
    ],
)
async def test_a_deed_that_is_none_is_refused(engineer, deed):
    answer = await engineer.post("/api/flows/play", json={"flow": await shown(engineer), "deeds": [deed]})
    assert answer.status_code == 422


async def test_who_may_not_draw_sees_templates_only(door):
    crew = await door.client_of("crew")
    flow = await shown(crew)
    for path in ("lint", "play"):
        assert (await crew.post(f"/api/flows/{path}", json={"flow": flow})).status_code == 403
