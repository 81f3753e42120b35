"""Signing in, staying in, going out; and everything that must not get in."""

import msgspec
import pytest
from tests.api.test_live import hear
from tests.api.test_routes import fails
from tests.conftest import until
from tests.sign_in import come_by_link
from websockets.exceptions import ConnectionClosed

from fangwei.api import live
from fangwei.api.callers import cookie_name
from fangwei.audit.models import EntryRow
from fangwei.core.clock import DAY, now_ns
from fangwei.db.session import open_database
from fangwei.identity.links import LINK_LASTS, link_for, make_link
from fangwei.identity.store import Session, Store
from fangwei.identity.token_text import hash_of, new_token

GOOD = "注液间的风机今天很安静"
JSON = {"content-type": "application/json"}


async def by_link(door, role):
    """A client of somebody who has just come by a link."""
    client = await come_by_link(door.settings, role)
    door.clients.push_async_callback(client.aclose)
    return client


async def with_password(door, role="crew", password=GOOD):
    """A client of somebody who has set a password after coming by a link."""
    client = await by_link(door, role)
    answer = await client.post("/api/account/password", json={"password": password})
    assert answer.status_code == 200, answer.text
    return client


async def store_of(door):
    database = open_database(door.settings)
    door.clients.push_async_callback(database.close)
    return Store(database)


async def recorded(door, action):
    """What the record says of an action."""
    from sqlalchemy import select

    store = await store_of(door)
    async with store.database.session() as session:
        rows = (await session.scalars(select(EntryRow).where(EntryRow.action == action))).all()
    return [msgspec.json.decode(row.body) for row in rows]


async def test_me_says_who_one_is_and_what_one_may(door):
    client = await door.client_of("crew")
    me = (await client.get("/api/me")).json()
    assert (me["id"], me["role"], me["machine"]) == ("wang_wei", "crew", False)
    assert "alarms.acknowledge" in me["verbs"] and "alarms.shelve" not in me["verbs"]


async def test_a_link_works_once(door):
    link = await link_for(door.settings, "wang_wei")
    one, two = await door.anonymous(), await door.anonymous()
    assert (await one.post("/api/session", json={"link": link})).status_code == 200
    await fails(await two.post("/api/session", json={"link": link}), 401, "identity.link_refused")
    assert door.health.error_count("identity.link_refused") == 1


async def test_who_came_by_a_link_only_looks_until_a_password_is_set(door):
    point = door.plant.site.points["FILL-GAS-01"]
    await door.plant.open_incident(await door.plant.raise_alarm(point, point.limits[0]), "inc-1", point.name)
    client = await by_link(door, "crew")
    assert (await client.get("/api/me")).json()["way_missing"] is True
    assert (await client.get("/api/incidents")).json()["total"] == 1
    refused = await client.post("/api/incidents/inc-1/take", json={})
    body = await fails(refused, 403, "identity.way_missing")
    assert "密码或通行密钥" in body["text"]["zh"] and "passkey" in body["text"]["en"]
    await fails(await client.post("/api/alarms/acknowledge", json={"alarms": ["FILL-GAS-01.hi"]}), 403, body["code"])
    await fails(await client.get("/api/incidents/inc-1/report.pdf"), 403, body["code"])
    assert door.plant.commands == []
    assert (await client.post("/api/account/password", json={"password": GOOD})).status_code == 200
    assert (await client.get("/api/me")).json()["way_missing"] is False
    assert (await client.post("/api/incidents/inc-1/take", json={})).status_code == 200


async def test_who_has_a_password_already_and_comes_by_a_link_may_enter_it_instead(door):
    await with_password(door)
    client = await by_link(door, "crew")
    assert (await client.get("/api/me")).json()["way_missing"] is True
    assert (await client.post("/api/account/proof", json={"password": GOOD})).status_code == 200
    assert (await client.get("/api/me")).json()["way_missing"] is False


async def test_a_newer_link_ends_the_one_before_and_an_old_one_is_refused(door):
    first, second = await link_for(door.settings, "wang_wei"), await link_for(door.settings, "wang_wei")
    client = await door.anonymous()
    await fails(await client.post("/api/session", json={"link": first}), 401, "identity.link_refused")
    assert (await client.post("/api/session", json={"link": second})).status_code == 200
    store = await store_of(door)
    person = (await store.people())["wang_wei"]
    old = await make_link(store, person, "system", now_ns() - LINK_LASTS - 1)
    await fails(await client.post("/api/session", json={"link": old}), 401, "identity.link_refused")


async def test_password_signs_in_and_the_wrong_one_does_not_say_what_was_wrong(door):
    await with_password(door)
    client = await door.anonymous()
    told = []
    for person, password in (("wang_wei", "wrong password"), ("nobody", GOOD), ("li_na", GOOD), ("'; --", "\x00")):
        answer = await client.post("/api/session", json={"person": person, "password": password})
        body = await fails(answer, 401, "identity.sign_in_refused")
        told.append(body["text"])
    assert all(text == told[0] for text in told)
    answer = await client.post("/api/session", json={"person": "wang_wei", "password": GOOD})
    assert answer.json()["id"] == "wang_wei" and answer.json()["proved"] > 0


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_pages_and_only_its_hash_is_kept(door):
    client = await door.anonymous()
    answer = await client.post("/api/session", json={"link": await link_for(door.settings, "wang_wei")})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie and "secure" not in cookie
    token = client.cookies[cookie_name(door.settings)]
    kept = door.settings.data / "fangwei.db"
    everything = b"".join(p.read_bytes() for p in kept.parent.glob("fangwei.db*"))
    assert token.encode() not in everything and hash_of(token) in everything


@pytest.mark.parametrize("cookie", ["", "x", "x" * 43, "x" * 5000, "../../etc/passwd", "a b", "\x7f", "null"])
async def test_a_forged_cookie_lets_nobody_in(door, cookie):
    client = await door.anonymous()
    answer = await client.get("/api/alarms", headers={"cookie": f"{cookie_name(door.settings)}={cookie}"})
    await fails(answer, 401, "identity.not_signed_in")


async def test_a_session_ends_by_its_age_and_by_nobody_using_it(door):
    store, now = await store_of(door), now_ns()
    for created, seen, expires, allowed in (
        (now, now, now + DAY, True),
        (now - 8 * DAY, now, now - 1, False),
        (now - DAY, now - DAY, now + DAY, False),
    ):
        token = new_token()
        await store.open(Session(hash_of(token), "wang_wei", "password", created, seen, expires), [])
        client = await door.anonymous()
        client.cookies.set(cookie_name(door.settings), token, domain="127.0.0.1")
        assert (await client.get("/api/me")).status_code == (200 if allowed else 401)


async def test_signed_out_is_out_and_twice_is_no_mistake(door):
    client = await door.client_of("crew")
    before = dict(client.cookies)
    for _ in range(2):
        assert (await client.request("DELETE", "/api/session", headers=JSON)).status_code == 200
    again = await door.anonymous()
    again.cookies.update(before)
    await fails(await again.get("/api/me"), 401, "identity.not_signed_in")


async def test_a_person_removed_while_signed_in_is_out_at_once_also_on_the_open_line(door):
    admin = await with_password(door, "administrator")
    crew = await door.client_of("crew")
    async with door.connect(crew) as socket:
        await hear(socket, "snapshot")
        shown = await admin.get("/api/people/wang_wei")
        body = {"name": shown.json()["name"], "role": "crew", "zones": None, "state": "disabled"}
        changed = await admin.post("/api/people/wang_wei", json=body, headers={"if-match": shown.headers["etag"]})
        assert changed.json()["state"] == "disabled", changed.text
        await fails(await crew.get("/api/me"), 401, "identity.not_signed_in")
        with pytest.raises(ConnectionClosed) as closed:
            await hear(socket, "no such frame", timeout=2)
        assert closed.value.rcvd.code == live.NOT_IN
    await fails(
        await (await door.anonymous()).post("/api/session", json={"person": "wang_wei", "password": GOOD}),
        401,
        "identity.sign_in_refused",
    )
    (entry,) = await recorded(door, "identity.disable_person")
    assert entry["by"] == "administrator" and entry["subject"] == "person/wang_wei"
    assert (entry["before"]["state"], entry["after"]["state"]) == ("active", "disabled")


async def test_what_another_process_ended_is_out_within_seconds(door):
    client = await door.client_of("crew")
    store = await store_of(door)
    await store.end([hash_of(client.cookies[cookie_name(door.settings)])])

    async def out():
        return (await client.get("/api/me")).status_code == 401

    async def wait():
        while not await out():
            pass

    import asyncio

    await asyncio.wait_for(wait(), 10)


async def test_five_wrong_passwords_lock_and_say_for_how_long_the_right_one_too(door):
    await with_password(door)
    client = await door.anonymous()
    for _ in range(5):
        await client.post("/api/session", json={"person": "wang_wei", "password": "wrong password"})
    answer = await client.post("/api/session", json={"person": "wang_wei", "password": GOOD})
    body = await fails(answer, 429, "identity.sign_in_locked")
    assert 0 < int(answer.headers["retry-after"]) <= 30 and answer.headers["retry-after"] in body["text"]["zh"]
    assert door.health.error_count("identity.locked") == 1
    assert len(await recorded(door, "identity.lock")) == 1
    assert len(await recorded(door, "identity.sign_in_refused")) == 5
    link = await link_for(door.settings, "wang_wei")
    assert (await client.post("/api/session", json={"link": link})).status_code == 200


async def test_guessing_links_from_one_address_is_slowed_down(door):
    client = await door.anonymous()
    statuses = [(await client.post("/api/session", json={"link": f"guess-{n}"})).status_code for n in range(25)]
    assert statuses.count(401) == 20 and set(statuses[20:]) == {429}


async def test_a_new_password_needs_a_proof_and_ends_other_sessions(door):
    one = await with_password(door)
    other = await door.anonymous()
    await other.post("/api/session", json={"person": "wang_wei", "password": GOOD})
    store = await store_of(door)
    stale = new_token()
    await store.open(Session(hash_of(stale), "wang_wei", "password", now_ns(), now_ns(), now_ns() + DAY), [])
    third = await door.anonymous()
    third.cookies.set(cookie_name(door.settings), stale, domain="127.0.0.1")
    refused = await third.post("/api/account/password", json={"password": "ein ganz anderes Wort"})
    await fails(refused, 403, "identity.proof_missing")
    weak = await one.post("/api/account/password", json={"password": "wang_wei_2026"})
    await fails(weak, 422, "identity.password_weak")
    assert (await one.post("/api/account/password", json={"password": "ein ganz anderes Wort"})).status_code == 200
    assert (await one.get("/api/me")).status_code == 200
    await fails(await other.get("/api/me"), 401, "identity.not_signed_in")


async def test_the_second_proof_by_password_opens_what_needs_it(door):
    await with_password(door, "administrator")
    admin = await door.client_of("administrator")
    body = {"person": "new-one", "name": {"zh": "新人", "en": "New One"}, "role": "crew"}
    await fails(await admin.post("/api/people", json=body), 403, "identity.proof_missing")
    assert (await admin.post("/api/account/proof", json={"password": GOOD})).status_code == 200
    assert (await admin.post("/api/people", json=body)).status_code == 200
    wrong = await admin.post("/api/account/proof", json={"password": "wrong password"})
    await fails(wrong, 401, "identity.sign_in_refused")
    assert (await admin.post("/api/account/proof", json={"password": GOOD})).json()["proved"] > 0


async def test_one_sees_ones_sessions_and_ends_them(door):
    one, two = await door.client_of("crew"), await door.client_of("crew")
    assert (await two.get("/api/me")).status_code == 200
    mine = (await one.get("/api/account")).json()
    assert [s["current"] for s in mine["sessions"]] == [True, False]
    assert (await one.post("/api/account/sessions/end-others", json={})).json()["sessions"][0]["current"]
    await fails(await two.get("/api/me"), 401, "identity.not_signed_in")
    other = await door.client_of("manager")
    theirs = (await other.get("/api/account")).json()["sessions"][0]["id"]
    await one.post(f"/api/account/sessions/{theirs}/end", json={})
    assert (await other.get("/api/me")).status_code == 200


async def test_crew_acts_in_their_own_zones(door):
    admin = await with_password(door, "administrator")
    shown = await admin.get("/api/people/wang_wei")
    body = {"name": shown.json()["name"], "role": "crew", "zones": ["coating"]}
    changed = await admin.post("/api/people/wang_wei", json=body, headers={"if-match": shown.headers["etag"]})
    assert changed.json()["zones"] == ["coating"] and changed.json()["edited"]
    stale = await admin.post("/api/people/wang_wei", json=body, headers={"if-match": shown.headers["etag"]})
    assert (await fails(stale, 412, "fangwei.revision_stale"))["current"]["zones"] == ["coating"]
    crew = await door.client_of("crew")
    point = door.plant.site.points["FILL-GAS-01"]
    alarm = await door.plant.raise_alarm(point, point.limits[0])
    await door.plant.open_incident(alarm, "inc-1", point.name)
    own = door.plant.site.points["COAT-GAS-01"]
    await door.plant.raise_alarm(own, own.limits[0])
    await until(lambda: door.plant.incidents)
    answer = await crew.post("/api/alarms/acknowledge", json={"alarms": ["FILL-GAS-01.hi"]})
    assert "注液间" in (await fails(answer, 403, "identity.not_your_zone"))["text"]["zh"]
    assert (await crew.post("/api/alarms/acknowledge", json={"alarms": ["COAT-GAS-01.hi"]})).status_code != 403
    assert [c for c, _ in door.plant.commands if c == "alarms.acknowledge"] == ["alarms.acknowledge"]


async def test_the_last_administrator_stays(door):
    admin = await with_password(door, "administrator")
    shown = await admin.get("/api/people/administrator")
    body = {"name": shown.json()["name"], "role": "manager"}
    refused = await admin.post("/api/people/administrator", json=body, headers={"if-match": shown.headers["etag"]})
    await fails(refused, 409, "identity.last_administrator")


async def test_accounts_are_added_once_listed_and_never_show_a_secret(door):
    admin = await with_password(door, "administrator")
    body = {"person": "new-one", "name": {"zh": "新人", "en": "New <b>One</b>"}, "role": "crew", "zones": ["coating"]}
    for _ in range(2):
        assert (await admin.post("/api/people", json=body)).status_code == 200
    await fails(await admin.post("/api/people", json=body | {"role": "manager"}), 409, "identity.person_exists")
    await fails(await admin.post("/api/people", json=body | {"role": "king"}), 422, "identity.role_unknown")
    await fails(await admin.post("/api/people", json=body | {"zones": ["moon"]}), 422, "identity.zone_unknown")
    listed = await admin.get("/api/people/accounts?q=new&sort=role")
    assert listed.json()["total"] == 1 and "argon2" not in listed.text
    link = (await admin.post("/api/people/new-one/link", json={})).json()["url"]
    newcomer = await door.anonymous()
    answer = await newcomer.post("/api/session", json={"link": link.split("#")[1]})
    assert answer.json()["id"] == "new-one"
    await fails(await newcomer.get("/api/people/accounts"), 403, "identity.not_allowed")
    assert (await admin.post("/api/people/new-one/sign-out", json={})).json()["sessions"] == 0
    await fails(await newcomer.get("/api/me"), 401, "identity.not_signed_in")


async def test_no_secret_stands_in_the_record(door):
    client = await with_password(door)
    link = await link_for(door.settings, "wang_wei")
    await client.post("/api/session", json={"person": GOOD, "password": GOOD})
    store = await store_of(door)
    from sqlalchemy import select

    async with store.database.session() as session:
        bodies = "".join((await session.scalars(select(EntryRow.body))).all())
    assert GOOD not in bodies and link not in bodies and "argon2" not in bodies
    actions = {a for a in ("sign_in", "set_password", "link", "follow_site") if f'"identity.{a}"' in bodies}
    assert actions == {"sign_in", "set_password", "link", "follow_site"}
