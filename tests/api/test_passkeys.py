"""Passkeys through the door, with an authenticator in software."""

import httpx
import pytest
from tests.api.test_routes import fails
from tests.identity.authenticator import Authenticator
from tests.sign_in import signed_in_with_proof

from fangwei.identity.links import link_for


async def named(door):
    """A client of the page opened by its name: passkeys are bound to one."""
    client = httpx.AsyncClient(base_url=f"http://localhost:{door.port}", trust_env=False, timeout=30)
    door.clients.push_async_callback(client.aclose)
    return client


@pytest.fixture
def device(door):
    return Authenticator(f"http://localhost:{door.port}", "localhost")


@pytest.fixture
async def owner(door, device):
    """Somebody who came by a link and registered the device."""
    client = await named(door)
    await client.post("/api/session", json={"link": await link_for(door.settings, "wang_wei")})
    options = (await client.post("/api/account/passkeys/options", json={})).json()
    assert options["rp"]["id"] == "localhost" and "wang_wei" not in options["user"]["id"]
    made = await client.post("/api/account/passkeys", json={"name": "phone", "credential": device.make(options)})
    assert made.status_code == 200, made.text
    return client


async def sign_in(client, device):
    options = (await client.get("/api/sign-in/passkey")).json()
    return await client.post("/api/sign-in/passkey", json={"credential": device.sign(options)})


async def test_a_passkey_signs_in_and_counts_as_a_proof(door, owner, device):
    client = await named(door)
    answer = await sign_in(client, device)
    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] == "wang_wei" and answer.json()["proved"] > 0
    (key,) = (await client.get("/api/account")).json()["passkeys"]
    assert key["name"] == "phone" and key["used"]


async def test_an_answer_is_good_once_and_for_the_browser_that_asked(door, owner, device):
    client, thief = await named(door), await named(door)
    options = (await client.get("/api/sign-in/passkey")).json()
    await thief.get("/api/sign-in/passkey")
    answer = {"credential": device.sign(options)}
    await fails(await thief.post("/api/sign-in/passkey", json=answer), 401, "identity.passkey_refused")
    fresh = (await client.get("/api/sign-in/passkey")).json()
    answer = {"credential": device.sign(fresh)}
    assert (await client.post("/api/sign-in/passkey", json=answer)).status_code == 200
    await fails(await client.post("/api/sign-in/passkey", json=answer), 401, "identity.passkey_refused")


async def test_a_copied_key_is_found_by_its_count(door, owner, device):
    assert (await sign_in(await named(door), device)).status_code == 200
    device.counter = 0
    await fails(await sign_in(await named(door), device), 401, "identity.passkey_refused")


async def test_the_device_must_have_checked_who_holds_it(door, owner, device):
    device.verified = False
    await fails(await sign_in(await named(door), device), 401, "identity.passkey_refused")


@pytest.mark.parametrize("wrong", ["origin", "rp", "key"])
async def test_another_page_another_place_and_another_key_are_refused(door, owner, device, wrong):
    other = Authenticator("http://localhost:9" if wrong == "origin" else device.origin, "localhost")
    other.id, other.key, other.counter = device.id, device.key, device.counter
    if wrong == "rp":
        other.rp = "evil.example"
    if wrong == "key":
        other.key = Authenticator("", "").key
    await fails(await sign_in(await named(door), other), 401, "identity.passkey_refused")
    unknown = Authenticator(device.origin, "localhost")
    await fails(await sign_in(await named(door), unknown), 401, "identity.passkey_refused")


@pytest.mark.parametrize("credential", [{}, {"rawId": 7}, {"response": []}, {"response": {"clientDataJSON": "e30"}}])
async def test_an_answer_that_is_none_is_refused(door, owner, credential):
    client = await named(door)
    await client.get("/api/sign-in/passkey")
    answer = await client.post("/api/sign-in/passkey", json={"credential": credential})
    await fails(answer, 401, "identity.passkey_refused")


async def test_the_second_proof_is_ones_own(door, owner, device):
    options = (await owner.post("/api/account/proof/options", json={})).json()
    assert len(options["allowCredentials"]) == 1
    proved = await owner.post("/api/account/proof", json={"credential": device.sign(options)})
    assert proved.json()["proved"] > 0
    other = await named(door)
    await other.post("/api/session", json={"link": await link_for(door.settings, "chen_jie")})
    options = (await other.post("/api/account/proof/options", json={})).json()
    refused = await other.post("/api/account/proof", json={"credential": device.sign(options)})
    await fails(refused, 401, "identity.passkey_refused")


async def test_several_passkeys_each_removed_on_its_own(door, owner, device):
    second = Authenticator(device.origin, "localhost")
    options = (await owner.post("/api/account/passkeys/options", json={})).json()
    assert len(options["excludeCredentials"]) == 1
    await owner.post("/api/account/passkeys", json={"name": "key", "credential": second.make(options)})
    keys = (await owner.get("/api/account")).json()["passkeys"]
    assert [k["name"] for k in keys] == ["phone", "key"]
    removed = await owner.post(f"/api/account/passkeys/{keys[0]['id']}/remove", json={})
    assert [k["name"] for k in removed.json()["passkeys"]] == ["key"]
    await fails(await sign_in(await named(door), device), 401, "identity.passkey_refused")
    assert (await sign_in(await named(door), second)).status_code == 200
    again = await owner.post(f"/api/account/passkeys/{keys[0]['id']}/remove", json={})
    await fails(again, 404, "identity.passkey_unknown")


async def test_who_only_sits_at_an_open_page_adds_no_passkey(door, owner, device):
    client = await named(door)
    await sign_in(client, device)
    assert (await client.post("/api/account/passkeys/options", json={})).status_code == 200
    gate = door.gate()
    for session in gate.sessions.values():
        session.proved = session.created = 0
        session.created = 1
    refused = await client.post("/api/account/passkeys/options", json={})
    await fails(refused, 403, "identity.proof_missing")


async def test_a_page_opened_by_its_number_says_where_to_open_it(door):
    client = await signed_in_with_proof(door.settings, "crew")
    door.clients.push_async_callback(client.aclose)
    body = await fails(await client.post("/api/account/passkeys/options", json={}), 409, "identity.passkey_not_here")
    assert f"localhost:{door.port}" in body["text"]["zh"]
    assert (await client.get("/api/sign-in/ways")).json()["passkey"] is False
