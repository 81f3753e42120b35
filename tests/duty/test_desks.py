"""What people change of duty, on a real bus with a real store: kept, recorded, undone, refused, never told twice."""

import asyncio
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from tests.conftest import until
from tests.duty.conftest import Receiver, Running, emit, event, person

from fangwei.bus import subjects
from fangwei.bus.client import Bus, Refused
from fangwei.core.clock import HOUR, now_ns, to_datetime
from fangwei.core.events import AlarmStatus, Notice, NoticeState
from fangwei.core.ids import new_id
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.duty.changes import ShiftSpec
from fangwei.duty.plan import key_of

ANN = key_of(ShiftSpec("ann"))


def duty(**more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "people": [person("ann"), person("bob"), person("eve")],
        "shifts": [{"person": "ann"}, {"person": "bob", "step": 1}],
        "escalate_after": 60,
        "everyone_after": 600,
    }
    return made | more


async def do(bus: Bus, command: str, **fields: Any) -> Any:
    order = {"id": new_id(), "by": "bob"} | fields
    return msgspec.json.decode(await bus.ask(f"{subjects.DO}.duty.{command}", order))


async def ask(bus: Bus, question: str, **fields: Any) -> Any:
    return msgspec.json.decode(await bus.ask(f"{subjects.ASK}.duty.{question}", fields))


async def refused(bus: Bus, command: str, **fields: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        await do(bus, command, **fields)
    return refusal.value


async def recorded(settings: Settings) -> list[tuple[str, str, str, str]]:
    """(action, by, subject, body) of every entry of the record."""
    database = open_database(settings)
    async with database.session() as session:
        rows = await session.execute(text('SELECT action, "by", subject, body FROM audit_entries ORDER BY sequence'))
        found = [tuple(row) for row in rows]
    await database.close()
    return found  # type: ignore[return-value]


def today() -> date:
    return to_datetime(now_ns(), "Asia/Shanghai").date()


def away(person: str = "ann", deputy: str | None = None) -> dict[str, Any]:
    start = to_datetime(now_ns() - HOUR, "Asia/Shanghai").replace(tzinfo=None, microsecond=0)
    end = start + timedelta(hours=6)
    body = {"type": "absence", "person": person, "start": start.isoformat(), "end": end.isoformat()}
    return body | ({"deputy": deputy} if deputy else {})


async def test_deputy_is_told_at_once_after_the_change_and_after_a_restart(
    stored: Settings,
    bus: Bus,
    said: list[Notice],
) -> None:
    async with Running(stored, duty()):
        told = await do(bus, "change_rota", why="ill", revision=0, body=away(deputy="eve"))
        assert told["number"] == 1 and "由 eve同志 代班" in told["text"]["zh"]
        await emit(bus, event())
        await until(lambda: bool(said), "somebody is told")
    async with Running(stored, duty()):
        await emit(bus, event(id="i2"))
        await until(lambda: any(n.incident == "i2" for n in said), "somebody is told")
    assert {n.person for n in said} == {"eve"}
    entries = [e for e in await recorded(stored) if e[0] == "duty.rota"]
    assert [(by, subject) for _, by, subject, _ in entries] == [("bob", "rota/1")]
    assert '"deputy":"eve"' in entries[0][3] and "ill" not in entries[0][3], "a person's words stand beside the chain"


async def test_change_that_leaves_nobody_is_refused_in_words_until_it_is_accepted(stored: Settings, bus: Bus) -> None:
    async with Running(stored, duty()):
        preview = await ask(bus, "preview", body=away())
        refusal = await refused(bus, "change_rota", why="ill", revision=0, body=away())
        assert refusal.code == "duty.leaves_gap" and "无人值班" in refusal.message.zh
        assert len(preview["gaps"]) == len(refusal.current["gaps"]) >= 1
        assert (await ask(bus, "changes"))["total"] == 0, "nothing was kept"
        await do(bus, "change_rota", why="ill", revision=0, body=away(), accept_gaps=True)
        week = await ask(bus, "week")
        assert week["revision"] == 1 and week["gaps"]
        hatched = [gap for row in week["rows"] if row["step"] == 0 for gap in row["gaps"]]
        assert hatched


async def test_second_of_two_people_is_told_and_the_same_command_twice_counts_once(stored: Settings, bus: Bus) -> None:
    async with Running(stored, duty()):
        body = {"type": "swap", "key": ANN, "day": today().isoformat(), "giver": "ann", "taker": "eve"}
        same = {"id": new_id(), "by": "bob", "why": "swap", "revision": 0, "body": body}
        first = await bus.ask(f"{subjects.DO}.duty.change_rota", same)
        again = await bus.ask(f"{subjects.DO}.duty.change_rota", same)
        assert first == again
        refusal = await refused(bus, "change_rota", why="other", revision=0, body=away(deputy="eve"))
        assert (refusal.code, refusal.http_status) == ("fangwei.revision_stale", 412)
        assert refusal.current == {"revision": 1}
        other = await refused(bus, "save_chain", id=same["id"], body=CHAIN)
        assert other.code == "duty.command_malformed"
        assert (await ask(bus, "changes"))["total"] == 1


async def test_undo_is_a_new_row_and_the_change_stays_in_the_list(stored: Settings, bus: Bus) -> None:
    async with Running(stored, duty()):
        change = await do(bus, "change_rota", why="ill", revision=0, body=away(deputy="eve"))
        await do(bus, "change_rota", why="well", revision=1, body={"type": "undo", "change": change["id"]})
        listed = (await ask(bus, "changes"))["items"]
        on_duty = await ask(bus, "on_duty", zone="store")
    assert [item["number"] for item in listed] == [2, 1]
    assert listed[1]["undone_by"] == listed[0]["id"] and listed[0]["text"]["en"].startswith("Undone: ")
    assert [p["id"] for p in on_duty[0]["people"]] == ["ann"]


CHAIN: dict[str, Any] = {
    "name": {"zh": "漏气", "en": "Leaks"},
    "hazards": ["release"],
    "steps": [
        {"wait_s": 0, "who": [{"kind": "person", "id": "eve"}]},
        {"wait_s": 600, "who": [{"kind": "everyone"}]},
    ],
    "repeat_s": 60,
}


async def test_saved_chain_decides_who_is_told_and_an_older_revision_is_refused(
    stored: Settings,
    bus: Bus,
    said: list[Notice],
) -> None:
    async with Running(stored, duty()):
        chain = await do(bus, "save_chain", body=CHAIN)
        view = await ask(bus, "dry_run", zone="filling", hazard="release", priority=1)
        assert view["chain"] == chain["id"]
        assert [(s["after_s"], [p["id"] for p in s["people"]]) for s in view["steps"]] == [
            (0, ["eve"]),
            (600, ["ann", "bob", "eve"]),
        ]
        await do(bus, "save_chain", body=CHAIN | {"repeat_s": 90}, chain=chain["id"], revision=1)
        stale = await refused(bus, "save_chain", body=CHAIN, chain=chain["id"], revision=1)
        assert stale.http_status == 412 and stale.current["body"]["repeat_s"] == 90
        await emit(bus, event())
        await until(lambda: bool(said), "somebody is told")
    async with Running(stored, duty()):
        listed = await ask(bus, "chains")
        assert [(c["id"], c["revision"]) for c in listed["items"]] == [(chain["id"], 2)]
        await do(bus, "remove_chain", chain=chain["id"], revision=2)
        assert (await ask(bus, "chains"))["items"] == []
        assert (await refused(bus, "remove_chain", chain=chain["id"], revision=3)).http_status == 404
    assert {n.person for n in said} == {"eve"}


async def test_channel_of_ones_own_carries_notices_and_its_address_is_never_given_out(
    stored: Settings,
    bus: Bus,
    said: list[Notice],
    receiver: Receiver,
) -> None:
    secret = "k3y-t0-n0b0dy"
    address = f"{receiver.url}?key={secret}"
    contact = {"by": "ann", "person": "ann", "name": "phone", "type": "webhook"}
    async with Running(stored, duty()) as room:
        answers = [await do(bus, "save_contact", **contact, address=address)]
        id = answers[0]["id"]
        test = await do(bus, "test_contact", by="ann", person="ann", contact=id)
        assert test["state"] == "sent" and test["taken"] == 1
        assert receiver.got[0]["notice"]["text"]["zh"].startswith("【测试】")
        assert receiver.got[0]["incident"]["exercise"] is True
        await emit(bus, event())
        await until(lambda: len(receiver.got) == 2, "the notice goes by it")
        answers.append(await do(bus, "save_contact", **contact, contact=id, revision=1, max_priority=1))
        answers.append(await ask(bus, "contacts", person="ann"))
        assert (await refused(bus, "save_contact", **contact, contact=id, revision=1)).http_status == 412
        health = room.health.report(1)
    async with Running(stored, duty()):
        answers.append(await ask(bus, "contacts", person="ann"))
        await do(bus, "test_contact", by="ann", person="ann", contact=id)
        await until(lambda: len(receiver.got) == 3, "after a restart the address is still known")
        answers.append(await ask(bus, "receipts", person="ann"))
    shown = [c for c in answers[3] if c["own"]]
    assert [(c["name"], c["revision"], c["max_priority"], c["usable"]) for c in shown] == [("phone", 2, 1, True)]
    assert shown[0]["last_test"]["state"] == "sent"
    assert {n["channel"] for n in answers[4]["items"]} == {id, "websocket"}
    everything = msgspec.json.encode([answers, health]).decode() + repr(await recorded(stored)) + repr(said)
    assert secret not in everything
    assert secret.encode() not in (stored.data / "fangwei.db").read_bytes()


async def test_fate_of_a_failed_test_is_shown(stored: Settings, bus: Bus, receiver: Receiver) -> None:
    receiver.answers = [404]
    async with Running(stored, duty()):
        made = await do(bus, "save_contact", by="ann", person="ann", name="x", type="webhook", address=receiver.url)
        test = await do(bus, "test_contact", by="ann", person="ann", contact=made["id"])
        assert (test["state"], test["error"]) == ("failed", "HTTP 404")
        listed = await ask(bus, "contacts", person="ann")
    assert [c["last_test"]["state"] for c in listed if c["own"]] == ["failed"]


async def test_test_by_the_page_arrives_when_the_page_says_so(
    stored: Settings,
    bus: Bus,
    said: list[Notice],
) -> None:
    async with Running(stored, duty()):
        test = await do(bus, "test_contact", by="ann", person="ann", contact="websocket")
        await until(lambda: bool(said), "the page hears it")
        await bus.ask(f"{subjects.DO}.duty.arrived", {"notice": test["id"]})

        async def arrived() -> bool:
            listed = await ask(bus, "contacts", person="ann")
            return bool(listed[0]["last_test"]["state"] == "arrived")

        await until(arrived, "its arrival is shown")


async def test_quiet_hours_never_silence_priority_1_and_the_last_open_channel_stays(stored: Settings, bus: Bus) -> None:
    night = {"start": "22:00", "end": "06:00", "still": 0}
    contact = {"by": "ann", "person": "ann", "type": "webhook", "address": "https://gw.example/x"}
    async with Running(stored, duty()):
        refusal = await refused(bus, "save_contact", **contact, name="phone", quiet=[night])
        assert refusal.code == "duty.priority_one_silenced" and "优先级 1" in refusal.message.zh
        open_one = await do(bus, "save_contact", **contact, name="work")
        await do(bus, "save_contact", **contact, name="phone", quiet=[night])
        refusal = await refused(bus, "remove_contact", by="ann", person="ann", contact=open_one["id"], revision=1)
        assert refusal.code == "duty.priority_one_silenced"


async def test_new_address_gets_what_the_old_one_could_not_take(
    stored: Settings,
    bus: Bus,
    receiver: Receiver,
) -> None:
    contact = {"by": "ann", "person": "ann", "name": "phone", "type": "webhook"}
    async with Running(stored, duty()) as room:
        made = await do(bus, "save_contact", **contact, address="http://127.0.0.1:9/none")
        await emit(bus, event())
        await until(lambda: room.health.error_count("duty.channel_failed") > 0, "it fails")
        await do(bus, "save_contact", **contact, contact=made["id"], revision=1, address=receiver.url)
        await until(lambda: len(receiver.got) == 1, "the new address has it")
    assert receiver.got[0]["notice"]["person"] == "ann"


async def test_handover_lists_what_is_open_and_the_incoming_person_confirms(stored: Settings, bus: Bus) -> None:
    async def alarms(_: dict[str, Any]) -> list[AlarmStatus]:
        return []

    await bus.answer("fw.ask.alarms.list", dict, alarms)
    async with Running(stored, duty()):
        await emit(bus, event(owner="ann"))

        async def heard() -> bool:
            return len((await ask(bus, "open"))["incidents"]) == 1

        await until(heard, "the incident is open")
        note = await do(bus, "hand_over", by="ann", to="bob", text="pump 3 is noisy")
        assert [i["id"] for i in note["open"]["incidents"]] == ["i1"]
        assert note["open"]["standing"] == []
        assert note["open"]["sources"] is None, "what nobody answers is unknown, never nothing"
        unknown = [words["zh"] for words in note["open"]["unknown"]]
        assert unknown == ["采集服务没有回应，情况未知"]

        own = await refused(bus, "confirm_handover", by="ann", handover=note["id"])
        assert own.code == "duty.handover_not_yours"
        done = await do(bus, "confirm_handover", by="bob", handover=note["id"], text="read")
        assert done["confirmed"] and done["revision"] == 2
        twice = await refused(bus, "confirm_handover", by="bob", handover=note["id"])
        assert twice.code == "duty.handover_confirmed"
        assert (await refused(bus, "hand_over", by="ann", to="ann")).code == "duty.same_person"
    async with Running(stored, duty()):
        listed = await ask(bus, "handovers")
    assert listed["total"] == 1 and listed["items"][0]["answer"] == "read"
    assert [a for a, *_ in await recorded(stored) if a == "duty.handover"] == ["duty.handover"] * 2


async def test_notice_of_a_channel_that_was_not_taken_before_a_kill_is_sent_after_it(
    stored: Settings,
    bus: Bus,
    receiver: Receiver,
) -> None:
    held = asyncio.Event()
    slow = Receiver()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        held.set()
        await asyncio.sleep(30)
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    slow.port = server.sockets[0].getsockname()[1]
    rules = duty(people=[person("ann", "sms"), person("bob")])
    room = await Running(stored, rules | {"channels": [{"id": "sms", "type": "webhook", "url": slow.url}]}).__aenter__()
    await emit(bus, event())
    await asyncio.wait_for(held.wait(), 10)
    await room.kill()
    server.close()
    async with Running(stored, rules | {"channels": [{"id": "sms", "type": "webhook", "url": receiver.url}]}):
        await until(lambda: len(receiver.got) == 1, "it is sent after the restart")

        async def taken() -> bool:
            notices = await ask(bus, "notices", incident="i1")
            return any(n["channel"] == "sms" and n["taken"] == 1 for n in notices)

        await until(taken, "that it was taken is kept")
    assert receiver.headers[0]["fangwei-notice"] == "i1.0.ann.sms"


async def test_state_of_a_notice_is_still_sent_while_nobody_confirmed_it(
    stored: Settings,
    bus: Bus,
    said: list[Notice],
) -> None:
    async with Running(stored, duty()):
        await emit(bus, event())
        await until(lambda: bool(said), "somebody is told")

        async def kept() -> bool:
            return bool((await ask(bus, "receipts", person="ann"))["total"])

        await until(kept, "the receipt is kept")
        items = (await ask(bus, "receipts", person="ann"))["items"]
    assert [(n["state"], n.get("arrived"), n.get("read")) for n in items] == [(NoticeState.SENT.value, None, None)]
