"""The plant's own sign-in, against a provider that signs for real."""

import time
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from joserfc.jwk import OctKey, RSAKey
from tests.api.conftest import Door, _open
from tests.identity.provider import Provider


@pytest.fixture
async def provider(tmp_path) -> AsyncIterator[Provider]:
    (tmp_path / "oidc-secret").write_text("s3cret of the client\n")
    async with Provider("fangwei", "s3cret of the client") as one:
        yield one


@pytest.fixture
async def door(settings, bus, plant, provider, tmp_path) -> AsyncIterator[Door]:
    changed = msgspec.structs.replace(
        settings,
        oidc_issuer=provider.issuer,
        oidc_client_id="fangwei",
        oidc_client_secret_file=str(tmp_path / "oidc-secret"),
    )
    async for opened in _open(changed, bus, plant):
        yield opened


async def come_back(door, provider, client, back="/incidents/1") -> httpx.Response:
    away = await client.get("/api/sign-in/oidc", params={"back": back})
    assert away.status_code == 303, away.text
    state, code = provider.consent(away.headers["location"])
    return await client.get("/api/sign-in/oidc/callback", params={"state": state, "code": code})


def problem(answer: httpx.Response) -> str:
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?problem=")
    return answer.headers["location"].split("=", 1)[1]


async def test_who_is_known_there_and_has_an_account_is_in(door, provider):
    client = await door.anonymous()
    answer = await come_back(door, provider, client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents/1")
    me = (await client.get("/api/me")).json()
    assert (me["id"], me["proved"]) == ("wang_wei", 0)
    ways = (await client.get("/api/sign-in/ways")).json()
    assert ways["oidc"]["name"]["zh"] == "127.0.0.1"


async def test_who_has_no_account_gets_none(door, provider):
    provider.user = "a-stranger"
    client = await door.anonymous()
    assert problem(await come_back(door, provider, client)) == "identity.oidc_nobody"
    assert (await client.get("/api/me")).status_code == 401
    assert "a-stranger" not in door.gate().people


NOW = int(time.time())


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"}, {"nonce": None}, {"iss": "https://evil.example"}, {"iss": None},
        {"aud": "another-client"}, {"aud": ["fangwei", "other"], "azp": "other"}, {"aud": None},
        {"exp": NOW - 3600}, {"exp": None}, {"iat": NOW + 7200},
        {"preferred_username": None}, {"preferred_username": ["wang_wei"]},
    ],
    ids="-".join,
)  # fmt: skip
async def test_a_token_that_does_not_hold_lets_nobody_in(door, provider, lie):
    provider.lie = lie
    client = await door.anonymous()
    assert problem(await come_back(door, provider, client)) in ("identity.oidc_refused", "identity.oidc_nobody")
    assert (await client.get("/api/me")).status_code == 401


async def test_a_token_signed_by_another_key_or_by_a_shared_secret_is_refused(door, provider):
    client = await door.anonymous()
    provider.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
    assert problem(await come_back(door, provider, client)) == "identity.oidc_refused"
    provider.key, provider.algorithm = OctKey.import_key("s3cret of the client, long enough for HS256"), "HS256"
    assert problem(await come_back(door, provider, client)) == "identity.oidc_refused"


async def test_a_provider_may_change_its_key(door, provider):
    client = await door.anonymous()
    await come_back(door, provider, client)
    provider.key = provider.published = RSAKey.generate_key(2048, parameters={"kid": "one"})
    assert (await come_back(door, provider, client)).headers["location"] == "/incidents/1"


async def test_an_answer_is_good_once_and_for_the_browser_that_went(door, provider):
    client, thief = await door.anonymous(), await door.anonymous()
    away = await client.get("/api/sign-in/oidc")
    state, code = provider.consent(away.headers["location"])
    back = {"state": state, "code": code}
    assert problem(await thief.get("/api/sign-in/oidc/callback", params=back)) == "identity.oidc_refused"
    assert (await client.get("/api/me")).status_code == 401
    assert problem(await client.get("/api/sign-in/oidc/callback", params=back)) == "identity.oidc_refused"
    assert problem(await client.get("/api/sign-in/oidc/callback?error=access_denied")) == "identity.oidc_refused"


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_one_comes_back_to_our_own_page_alone(door, provider, back):
    client = await door.anonymous()
    assert (await come_back(door, provider, client, back)).headers["location"] == "/"


async def test_a_provider_that_says_it_is_another_or_is_reached_openly_is_not_believed(door, provider):
    client = await door.anonymous()
    for about in ({"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}):
        provider.about = about
        assert problem(await client.get("/api/sign-in/oidc")) == "identity.oidc_unreachable"


async def test_a_provider_that_does_not_answer_is_told_and_passwords_go_on(door, provider):
    await provider.__aexit__()
    client = await door.anonymous()
    assert problem(await client.get("/api/sign-in/oidc")) == "identity.oidc_unreachable"
    assert door.health.error_count("identity.oidc_unreachable") == 1
    assert (await door.client.get("/api/me")).status_code == 200
