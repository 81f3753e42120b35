"""Machines' tokens: their scopes, their end, and taking them back."""

import pytest
from tests.api.test_live import hear
from tests.api.test_routes import fails
from tests.api.test_sign_in import recorded, with_password
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from fangwei.api import live


async def made(door, admin, **more):
    body = {"id": "click-0001", "name": "gateway", "scopes": ["incidents.read", "alarms.acknowledge"]} | more
    answer = await admin.post("/api/tokens", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def bearing(token):
    return {"authorization": f"Bearer {token}"}


async def test_a_token_opens_its_scopes_and_nothing_else(door):
    admin = await with_password(door, "administrator")
    token = (await made(door, admin))["token"]
    machine = await door.anonymous()
    assert (await machine.get("/api/incidents", headers=bearing(token))).status_code == 200
    await fails(await machine.get("/api/site", headers=bearing(token)), 403, "identity.not_allowed")
    await fails(await machine.get("/api/me", headers=bearing(token)), 403, "identity.not_allowed")
    point = door.plant.site.points["FILL-GAS-01"]
    await door.plant.raise_alarm(point, point.limits[0])
    body = {"alarms": ["FILL-GAS-01.hi"]}
    assert (await machine.post("/api/alarms/acknowledge", json=body, headers=bearing(token))).status_code == 200
    assert door.plant.commands[-1][1]["by"].startswith("machine-")
    listed = await admin.get("/api/tokens")
    (shown,) = listed.json()["items"]
    assert shown["used"] and token not in listed.text


async def test_a_token_of_a_zone_acts_there_alone(door):
    admin = await with_password(door, "administrator")
    token = (await made(door, admin, zones=["coating"]))["token"]
    machine = await door.anonymous()
    body = {"alarms": ["FILL-GAS-01.hi"]}
    answer = await machine.post("/api/alarms/acknowledge", json=body, headers=bearing(token))
    await fails(answer, 403, "identity.not_your_zone")


async def test_a_revoked_token_is_out_at_once_also_on_the_open_line(door):
    admin = await with_password(door, "administrator")
    made_one = await made(door, admin)
    machine = await door.anonymous()
    async with connect(door.live, additional_headers=bearing(made_one["token"])) as socket:
        await hear(socket, "snapshot")
        revoked = await admin.post(f"/api/tokens/{made_one['id']}/revoke", json={})
        assert revoked.json()["revoked"]
        with pytest.raises(ConnectionClosed) as closed:
            await hear(socket, "no such frame", timeout=4)
        assert closed.value.rcvd.code == live.NOT_IN
    answer = await machine.get("/api/incidents", headers=bearing(made_one["token"]))
    await fails(answer, 401, "identity.not_signed_in")
    actions = [await recorded(door, f"identity.{a}_token") for a in ("make", "revoke")]
    assert [len(a) for a in actions] == [1, 1] and made_one["token"] not in str(actions)


async def test_a_token_ends(door):
    admin = await with_password(door, "administrator")
    token = (await made(door, admin, days=1))["token"]
    gate = door.gate()
    (kept,) = gate.keys.machines.values()
    kept.expires = 1
    machine = await door.anonymous()
    await fails(await machine.get("/api/incidents", headers=bearing(token)), 401, "identity.not_signed_in")


@pytest.mark.parametrize("token", ["x", "fwt_", "fwt_" + "A" * 43, "fwt_" + "A" * 5000, "null", "fwt_' OR 1=1 --"])
async def test_a_forged_token_opens_nothing_and_is_counted(door, token):
    machine = await door.anonymous()
    await fails(await machine.get("/api/incidents", headers=bearing(token)), 401, "identity.not_signed_in")
    assert door.health.error_count("identity.token_refused") == 1


async def test_a_token_with_a_session_beside_it_is_the_machine(door):
    admin = await with_password(door, "administrator")
    token = (await made(door, admin))["token"]
    await fails(await admin.get("/api/site", headers=bearing(token)), 403, "identity.not_allowed")


@pytest.mark.parametrize("scope", ["identity.edit", "identity.self", "no.such", ""])
async def test_what_is_for_people_no_machine_gets(door, scope):
    admin = await with_password(door, "administrator")
    answer = await admin.post("/api/tokens", json={"name": "x", "scopes": [scope]})
    await fails(answer, 422, "identity.scope_refused")


async def test_the_same_command_makes_one_token(door):
    admin = await with_password(door, "administrator")
    await made(door, admin)
    again = await admin.post("/api/tokens", json={"id": "click-0001", "name": "gateway", "scopes": ["incidents.read"]})
    await fails(again, 409, "identity.token_made_already")
    assert (await admin.get("/api/tokens")).json()["total"] == 1
