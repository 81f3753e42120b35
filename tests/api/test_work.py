"""Hazards through the door: the rules of every list, edit and command hold for them."""

import io

from PIL import Image

from fangwei.core.clock import DAY, now_ns

FOUND = {"id": "phone-0001", "zone": "filling", "words": "阀门滴漏", "kind": "leak"}


async def report(door, **more):
    return await door.client.post("/api/work/hazards", json=FOUND | more)


async def test_reported_twice_with_one_id_is_one_hazard(door):
    for _ in range(2):
        answer = await report(door)
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == '"1"'
    listed = (await door.client.get("/api/work/hazards")).json()
    assert (listed["total"], listed["offset"], listed["items"][0]["id"]) == (1, 0, "phone-0001")


async def test_an_edit_without_the_revision_it_was_made_from_is_refused_and_an_older_one_sees_the_present(door):
    await report(door)
    person = door.plant.site.duty.people[1].id
    order = {"person": person, "deadline": now_ns() + DAY}
    address = "/api/work/hazards/phone-0001/assign"
    assert (await door.client.post(address, json=order)).status_code == 428
    first = await door.client.post(address, json=order, headers={"if-match": '"1"'})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    second = await door.client.post(address, json=order, headers={"if-match": '"1"'})
    assert second.status_code == 412
    assert second.json()["current"]["assignee"] == person


async def test_show_has_the_history_and_the_revision(door):
    await report(door)
    shown = await door.client.get("/api/work/hazards/phone-0001")
    assert shown.headers["etag"] == '"1"'
    assert [line["action"] for line in shown.json()["history"]] == ["report"]
    assert (await door.client.get("/api/work/hazards/nothing-here")).status_code == 404


async def test_wrong_reports_are_told(door):
    for wrong in (
        {"zone": "nowhere"},
        {"words": "  "},
        {"kind": "dragon"},
        {"photos": ["../../etc"]},
        {"place": [1e9, 0]},
        {"seen": 5},
        {"id": "x"},
    ):
        answer = await report(door, **wrong)
        assert 400 <= answer.status_code < 500, wrong
        assert answer.json()["text"]["zh"]


async def test_the_sheet_of_codes_prints_without_script_and_loads_nothing(door):
    answer = await door.client.get("/api/work/codes?zone=filling")
    assert answer.status_code == 200
    assert "script" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<svg" in answer.text and "http" not in answer.text.replace("http://www.w3.org/2000/svg", "")
    assert (await door.client.get("/api/work/codes?zone=nowhere")).status_code == 404


async def test_figures_say_what_is_open(door):
    await report(door)
    figures = (await door.client.get("/api/work/hazards/figures")).json()
    assert (figures["open"], figures["closing"]["count"], figures["closing"]["median_h"]) == (1, 0, None)


def jpeg(colour: str = "red") -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(sink, "JPEG", comment=b"where I live")
    return sink.getvalue()


async def test_a_photo_is_kept_as_our_own_picture_and_once(door):
    headers = {"content-type": "image/jpeg"}
    first, second = [await door.client.post("/api/work/photos", content=jpeg(), headers=headers) for _ in range(2)]
    assert first.status_code == 200, first.text
    assert first.json()["id"] == second.json()["id"]
    picture = await door.client.get(f"/api/work/photos/{first.json()['id']}")
    assert picture.headers["content-type"] == "image/jpeg"
    assert b"where I live" not in picture.content
    small = await door.client.get(f"/api/work/photos/{first.json()['id']}?small=true")
    assert Image.open(io.BytesIO(small.content)).size == (480, 360)
    assert (await door.client.get(f"/api/work/photos/{'0' * 64}")).status_code == 404
    assert (await door.client.get("/api/work/photos/..%2f..%2fetc")).status_code in (404, 422)


async def test_what_is_no_photo_is_refused(door):
    for content, kind in (
        (b"<svg onload=alert(1)>", "image/svg+xml"),
        (b"GIF89a<script>", "image/jpeg"),
        (b"", "image/png"),
    ):
        answer = await door.client.post("/api/work/photos", content=content, headers={"content-type": kind})
        assert 400 <= answer.status_code < 500, kind
