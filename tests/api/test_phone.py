"""The phone's page and its worker come with policies of their own."""

import gzip
import re

import pytest
from tests.conftest import REPOSITORY

needs_page = pytest.mark.skipif(
    not (REPOSITORY / "src/fangwei/web/phone.html").exists(), reason="the page is not built: run make setup"
)


@needs_page
@pytest.mark.parametrize("path", ["/m", "/m/", "/m/incident/inc-1", "/m/place/point/EF-GAS-01"])
async def test_every_address_of_the_phone_is_its_own_small_page(door, path: str):
    answer = await door.client.get(path)
    assert answer.status_code == 200
    assert 'rel="manifest"' in answer.text
    assert "nonce" not in answer.headers["content-security-policy"]
    assert "unsafe-eval" not in answer.headers["content-security-policy"]


@needs_page
async def test_the_worker_may_speak_to_the_platform_only_and_is_asked_for_anew(door):
    answer = await door.client.get("/sw.js")
    assert answer.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"
    assert answer.headers["cache-control"] == "no-cache"
    assert "javascript" in answer.headers["content-type"]


@needs_page
async def test_what_the_worker_keeps_is_there_and_small_enough_for_3g(door):
    script = (await door.client.get("/sw.js")).text
    every = set(re.findall(r"/(?:m|assets/[^\"'`,]+|[a-z0-9.-]+\.(?:svg|png|webmanifest))(?=[\"'`,])", script))
    # one list or one string that is split, as the builder finds shorter
    shell = re.search(r"[\"'`]/m[\"'`,].*?(?:\]|\.split\()", script, re.DOTALL)
    assert shell is not None
    at_once = {path for path in every if path in shell[0]}
    assert "/m" in at_once and len(at_once) > 10
    sizes = {}
    for path in every:
        answer = await door.client.get(path)
        assert answer.status_code == 200, path
        sizes[path] = len(gzip.compress(answer.content))
    assert sum(sizes[path] for path in at_once) < 300_000, sizes
    # the drawing of forms, kept from the first time it is needed
    assert 0 < sum(sizes[path] for path in every - at_once) < 200_000, sizes


@needs_page
async def test_it_can_be_installed(door):
    manifest = (await door.client.get("/manifest.webmanifest")).json()
    assert manifest["start_url"] == manifest["scope"] == "/m"
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        answer = await door.client.get(icon["src"])
        assert answer.headers["content-type"] == "image/png"


async def test_camera_and_position_are_allowed_to_our_own_page_only(door):
    policy = (await door.client.get("/api/site")).headers["permissions-policy"]
    assert "camera=(self)" in policy and "geolocation=(self)" in policy and "microphone=()" in policy
