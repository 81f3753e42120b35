"""Photos at the door: their own limit and types, hostile ones refused in words, served as pictures and nothing else."""

import io

import httpx
import pytest
from PIL import Image
from starlette.datastructures import Headers
from tests.api.test_routes import fails
from tests.incidents.photo_samples import HOSTILE, SCRIPT, jpeg, with_camera

from fangwei.api.bodies import COMMAND, PHOTO, body_of
from fangwei.api.guard import check
from fangwei.core.texts import Text

MEGABYTE = 2**20


@pytest.fixture
async def incident(door):
    point = door.plant.site.points["FILL-GAS-01"]
    alarm = await door.plant.raise_alarm(point, point.limits[1])
    return await door.plant.open_incident(alarm, "I-1", Text("注液间泄漏", "Leak in filling"))


async def send(door, data, kind="image/jpeg", query="", **headers):
    return await door.client.post(
        f"/api/incidents/I-1/photos?{query}", content=data, headers={"content-type": kind} | headers, timeout=60
    )


async def test_a_photo_comes_back_as_a_picture_of_our_own(door, incident):
    sent = await send(door, with_camera() + SCRIPT, query="text=法兰&id=photo-0001")
    assert sent.status_code == 200, sent.text
    assert sent.json()["text"] == "法兰" and sent.json().get("latitude") is None
    shown = await door.client.get("/api/incidents/I-1/photos/photo-0001")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["content-disposition"].startswith("inline")
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert SCRIPT not in shown.content
    assert Image.open(io.BytesIO(shown.content)).size == (480, 640)
    small = await door.client.get("/api/incidents/I-1/photos/photo-0001?small=true")
    assert len(small.content) < len(shown.content)


async def test_when_and_where_are_kept_only_when_asked(door, incident):
    await send(door, with_camera(), query="keep_place=true")
    (photo,) = (await door.client.get("/api/incidents/I-1/photos")).json()["items"]
    assert photo["latitude"] == 31.308333 and photo["taken"]


@pytest.mark.parametrize("name", ["nothing", "html", "svg", "jpeg cut in the middle", "png whose pixels are rubbish"])
async def test_what_is_no_photo_is_refused_in_words(door, incident, name):
    await fails(await send(door, HOSTILE[name]), 422, "incidents.not_a_photo")
    assert door.plant.photos == {}


@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", "application/json", "multipart/form-data", ""])
async def test_other_types_are_refused_before_they_are_read(door, incident, kind):
    await fails(await send(door, jpeg(), kind), 415, "incidents.photo_type_refused")


async def test_eight_megabytes_are_the_limit_also_when_the_length_is_not_told(door, incident):
    await fails(await send(door, b"x" * (8 * MEGABYTE + 1)), 413, "incidents.photo_too_large")

    async def endless():
        for _ in range(40):
            yield b"\xff" * (MEGABYTE // 4)

    try:
        refused = await send(door, endless())
    except (httpx.WriteError, httpx.ReadError):
        pass  # the door closed while we were still sending
    else:
        await fails(refused, 413, "incidents.photo_too_large")
    assert door.plant.photos == {}


async def test_other_addresses_keep_the_limit_of_commands(door, incident):
    long = await door.client.post("/api/incidents/I-1/note", json={"text": "x" * 70_000})
    await fails(long, 413, "api.body_too_large")
    raw = await door.client.post("/api/incidents/I-1/note", content=jpeg(), headers={"content-type": "image/jpeg"})
    await fails(raw, 415, "api.body_not_json")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/incidents/I-1/photos"), ("POST", "/api/incidents/I-1/photos/"),
        ("POST", "/api/incidents/../photos"), ("POST", "/api/incidents/I-1/photos/x/erase"),
        ("POST", "/api/incidents//photos"), ("POST", "/x/api/incidents/I-1/photos"),
    ],
)  # fmt: skip
def test_the_exception_is_for_one_address(method, path):
    assert body_of(method, path) is COMMAND


def test_a_photo_from_another_page_is_refused():
    headers = Headers({"host": "127.0.0.1:8080", "origin": "http://evil.example", "content-type": "image/jpeg"})
    assert check("POST", headers, False, PHOTO).code == "api.origin_refused"


async def test_an_erased_photo_is_gone(door, incident):
    await send(door, jpeg(), query="id=photo-0001")
    erased = await door.client.post("/api/incidents/I-1/photos/photo-0001/erase", json={"text": "有人脸"})
    assert erased.json()["erased_by"] == "li_na"
    await fails(await door.client.get("/api/incidents/I-1/photos/photo-0001"), 404, "incidents.photo_unknown")


async def test_the_report_is_a_pdf_in_either_language(door, incident):
    await send(door, jpeg(), query="text=法兰")
    for language in ("zh", "en"):
        answer = await door.client.get(f"/api/incidents/I-1/report.pdf?language={language}", timeout=60)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF") and len(answer.content) > 10_000
    await fails(await door.client.get("/api/incidents/nope/report.pdf"), 404, "incidents.incident_unknown")
