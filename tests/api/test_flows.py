"""Drafts of flows through the door: begun, saved from the state one saw, thrown away."""

import pytest


def flow(id="confined", cards=()):
    return {"id": id, "name": {"zh": "受限空间", "en": "Confined space"}, "noun": "permit", "cards": list(cards)}


def wait(key):
    return {"card": "wait", "key": key, "name": {"zh": "等待", "en": "Wait"}, "duration": 60}


@pytest.fixture
async def engineer(door):
    return await door.client_of("safety_engineer")


async def begun(engineer, id="confined"):
    answer = await engineer.post("/api/flows", json={"id": f"begin-{id}", "flow": flow(id)})
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_draft_is_begun_saved_and_found_again(engineer):
    first = await begun(engineer)
    assert first.headers["etag"] == '"1"'
    saved = await engineer.put(
        "/api/flows/confined/draft",
        json={"id": "save-0001", "flow": flow(cards=[wait("w")])},
        headers={"if-match": first.headers["etag"]},
    )
    assert saved.status_code == 200, saved.text
    shown = (await engineer.get("/api/flows/confined/draft")).json()
    assert shown["revision"] == 2
    assert shown["flow"]["cards"] == [wait("w")]
    listed = (await engineer.get("/api/flows", params={"q": "受限"})).json()
    assert [(row["id"], row["draft"], row["cards"]) for row in listed["items"]] == [("confined", 2, 1)]


async def test_a_save_that_is_sent_again_after_a_lost_answer_takes_effect_once(engineer):
    await begun(engineer)
    body = {"id": "save-0001", "flow": flow(cards=[wait("w")])}
    answers = [
        await engineer.put("/api/flows/confined/draft", json=body, headers={"if-match": '"1"'}) for _ in range(2)
    ]
    assert [a.status_code for a in answers] == [200, 200]
    assert [a.headers["etag"] for a in answers] == ['"2"', '"2"']
    again = await engineer.post("/api/flows", json={"id": "begin-other", "flow": flow("other")})
    twice = await engineer.post("/api/flows", json={"id": "begin-other", "flow": flow("other")})
    assert again.json() == twice.json()


async def test_the_second_of_two_who_save_is_told_and_sees_the_first(engineer):
    await begun(engineer)
    first = {"id": "save-0001", "flow": flow(cards=[wait("first")])}
    await engineer.put("/api/flows/confined/draft", json=first, headers={"if-match": '"1"'})
    second = await engineer.put(
        "/api/flows/confined/draft",
        json={"id": "save-0002", "flow": flow(cards=[wait("second")])},
        headers={"if-match": '"1"'},
    )
    assert second.status_code == 412
    assert second.json()["current"]["flow"]["cards"] == [wait("first")]
    blind = await engineer.put("/api/flows/confined/draft", json={"id": "save-0003", "flow": flow()})
    assert blind.status_code == 428


async def test_an_id_is_taken_once_and_free_again_when_its_draft_is_thrown_away(engineer):
    await begun(engineer)
    taken = await engineer.post("/api/flows", json={"id": "begin-2222", "flow": flow()})
    assert (taken.status_code, taken.json()["code"]) == (409, "flows.id_taken")
    gone = await engineer.post(
        "/api/flows/confined/draft/remove", json={"id": "remove-01"}, headers={"if-match": '"1"'}
    )
    assert gone.status_code == 200
    assert (await engineer.get("/api/flows/confined/draft")).status_code == 404
    anew = await engineer.post("/api/flows", json={"id": "begin-3333", "flow": flow()})
    assert anew.headers["etag"] == '"3"'


@pytest.mark.parametrize("id", ["", "A", "a b", "../x", "x" * 65, "流程"])
async def test_an_id_that_could_mean_something_else_is_refused(engineer, id):
    answer = await engineer.post("/api/flows", json={"flow": flow(id)})
    assert (answer.status_code, answer.json()["code"]) == (422, "flows.malformed")


async def test_a_flow_under_another_ones_address_is_refused(engineer):
    await begun(engineer)
    answer = await engineer.put("/api/flows/confined/draft", json={"flow": flow("other")}, headers={"if-match": '"1"'})
    assert answer.json()["code"] == "flows.malformed"


async def test_hostile_forms_do_not_get_in(engineer):
    form = {"components": [{"type": "html", "content": "<script>1</script>"}]}
    card = {"card": "form", "key": "a", "name": {"zh": "申", "en": "A"}, "who": {"post": "unit_head"}, "form": form}
    answer = await engineer.post("/api/flows", json={"flow": flow(cards=[card])})
    assert (answer.status_code, answer.json()["code"]) == (422, "flows.form_refused")


async def test_every_change_of_a_draft_is_on_the_record(engineer, door):
    await begun(engineer)
    await engineer.put("/api/flows/confined/draft", json={"flow": flow()}, headers={"if-match": '"1"'})
    await engineer.post("/api/flows/confined/draft/remove", json={}, headers={"if-match": '"2"'})
    from sqlalchemy import select

    from fangwei.audit.models import EntryRow

    async with door.gate().store.database.session() as session:
        rows = await session.scalars(select(EntryRow).where(EntryRow.action.startswith("flows.")))
        actions = [row.action for row in sorted(rows, key=lambda row: row.sequence)]
    assert [a for a in actions if a.endswith("_draft")] == [
        "flows.begin_draft",
        "flows.save_draft",
        "flows.remove_draft",
    ]


async def test_who_may_not_draw_may_look(engineer, door):
    await begun(engineer)
    crew = await door.client_of("crew")
    assert (await crew.get("/api/flows/confined/draft")).status_code == 200
    assert (await crew.post("/api/flows", json={"flow": flow("mine")})).status_code == 403
