"""What a phone needs to apply for a permit and to do its steps: flows on offer, and what open steps ask."""

from tests.api.canned_flows import PERMIT


async def test_a_published_flow_is_on_offer_with_its_first_form_to_who_may_begin_it(door):
    found = (await door.client.get("/api/runs/offers")).json()
    offer = next(o for o in found["items"] if o["flow"] == PERMIT.id)
    assert (offer["version"], offer["noun"], offer["work"]) == (1, "permit", "confined_space")
    assert (offer["first"]["kind"], offer["first"]["as"]["form"]["components"]) == ("form", [])
    # the first step is for the crew, and who asks is not of it
    assert offer["mine"] is False
    assert offer["who"]["en"]


async def test_offers_are_searched_by_their_words(door):
    assert (await door.client.get("/api/runs/offers", params={"q": "confined"})).json()["total"] == 1
    assert (await door.client.get("/api/runs/offers", params={"q": "no such words"})).json()["total"] == 0


async def test_a_run_says_what_its_open_steps_ask_and_what_its_answers_mean(door):
    shown = (await door.client.get("/api/runs/canned-run-2")).json()
    assert {task["task"] for task in shown["run"]["tasks"]} == set(shown["asks"])
    assert shown["asks"]["gas"]["kind"] == "measure"
    assert shown["asks"]["gas"]["as"]["quantities"][0]["unit"] == "%vol"
    assert [card["key"] for card in shown["cards"]] == ["apply", "gas", "work", "close"]
    refused = shown["data"]["gas"]["judged"]
    assert refused["passed"] is False


async def test_a_refusal_stands_until_the_step_is_judged_again(door):
    found = (await door.client.get("/api/runs/canned-run-2")).json()["findings"]
    assert [(f["key"], f["ended"]) for f in found] == [("gas", None)]
    administrator = await door.client_of("administrator")
    body = {"id": "permits-gas-again", "task": "gas", "answers": {"o2": {"value": 20.9, "unit": "%vol"}}}
    assert (await administrator.post("/api/runs/canned-run-2/submit", json=body)).status_code == 200
    found = (await door.client.get("/api/runs/canned-run-2")).json()["findings"]
    assert [f["ended"] is None for f in found] == [False]
