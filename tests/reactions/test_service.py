"""The room on a real broker and store: rules armed by two, causes acted upon once, states that never pretend."""

import asyncio
import os
import random
import signal as signals
import sys
import time
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, text
from tests.conftest import until
from tests.reactions.conftest import Room
from tests.reactions.made import WORDS, alarm, body, signal

from fangwei.audit.models import EntryRow
from fangwei.bus.client import Bus
from fangwei.core.clock import HOUR, SECOND, now_ns
from fangwei.core.errors import Refused
from fangwei.core.events import AlarmEvent, PlantOrder
from fangwei.core.orders import OrderKind, OrderReceipt, ReceiptState
from fangwei.db.session import open_database
from fangwei.duty.chains import Who
from fangwei.reactions.rule import AlarmRow, Broadcast, EventRow, Move, RaiseSignal, RuleBody, StartFlow, TellWho, There

ZONE = "electrolyte_filling"


def rule(**more: Any) -> RuleBody:
    return body(there=There(zones=(ZONE,)), **({"cooldown_s": 0} | more))


def raised(number: int = 1, **more: Any) -> AlarmEvent:
    return alarm(number, **({"zone": ZONE, "time": now_ns()} | more))


async def say(bus: Bus, event: AlarmEvent) -> None:
    await bus.emit(f"fw.alarms.{event.zone}", event, sure_id=event.id)


async def actions(room: Room) -> list[str]:
    database = open_database(room.settings)
    async with database.session() as session:
        found = list(await session.scalars(select(EntryRow.action).order_by(EntryRow.sequence)))
    await database.close()
    return [one for one in found if one != "reactions.save"]


async def refused(work: Any) -> str:
    with pytest.raises(Refused) as error:
        await work
    return error.value.code


async def test_the_example_rules_come_as_drafts_and_none_runs(room: Room):
    listed = await room.ask("list")
    assert listed["total"] == 4
    assert {one["state"] for one in listed["items"]} == {"draft"}


async def test_a_rule_is_armed_by_two_people_after_a_try_and_disarmed_by_one(room: Room):
    await room.save("rule-0001", rule())
    arm = {"rule": "rule-0001", "revision": 1}
    assert await refused(room.do("arm", id="arm-00001", by="wu-na", **arm)) == "reactions.not_tried"
    result = await room.tried("rule-0001")
    assert result["state"] == "done" and result["have_from"] is None and result["notes"]
    assert (await room.do("arm", id="arm-00001", by="wu-na", **arm))["state"] == "arming"
    assert (await room.do("arm", id="arm-00001", by="wu-na", **arm))["state"] == "arming", "the same command again"
    assert await refused(room.do("arm", id="arm-00002", by="wu-na", **arm)) == "reactions.same_person"
    after = await room.do("arm", id="arm-00003", by="gao-yun", **arm)
    assert (after["state"], after["rule"]["armed_by"]) == ("armed", ["wu-na", "gao-yun"])
    assert await refused(room.do("arm", id="arm-00004", by="gao-yun", **arm)) == "reactions.already_armed"
    assert (await room.do("disarm", id="disarm-01", by="li-wei", rule="rule-0001"))["state"] == "draft"
    assert await actions(room) == ["reactions.propose", "reactions.arm", "reactions.disarm"]


async def test_changing_an_armed_rule_leaves_the_armed_version_running_until_it_is_armed_again(room: Room, bus: Bus):
    await room.armed("rule-0001", rule())
    smoke = rule(when=(AlarmRow(kinds=("smoke",)),))
    changed = await room.save("save-00002", smoke, rule="rule-0001", revision=1)
    assert (changed["state"], changed["rule"]["revision"]) == ("changed", 2)
    assert await refused(room.save("save-00003", smoke, rule="rule-0001", revision=1)) == "fangwei.revision_stale"
    await say(bus, raised(1, kind="smoke"))
    await say(bus, raised(2))
    found = await until(lambda: room.firings("rule-0001"), "the firing")
    assert [(one.cause, one.revision) for one in found] == [("GAS-1.hi/2", 1)]


async def test_a_firing_names_its_inputs_and_never_claims_that_a_device_obeyed(room: Room, bus: Bus):
    orders: list[PlantOrder] = []

    async def on_order(order: PlantOrder) -> None:
        orders.append(order)

    await bus.hear_events("fw.orders.>", PlantOrder, on_order)
    await room.armed("rule-0001", rule())
    await say(bus, raised())

    async def sent() -> Any:
        found = await room.firings()
        return found if found and all(c.state == "sent" for c in found[0].commands) else None

    (firing,) = await until(sent, "both orders sent")
    assert [i.id for i in firing.inputs] == ["GAS-1.hi/1"] and firing.inputs[0].value == 31.0
    assert [c.kind for c in firing.commands] == ["broadcast", "fan"]
    assert "no device answers" in firing.commands[1].detail.en  # type: ignore[union-attr]
    fan = next(o for o in orders if o.kind == OrderKind.FAN)
    assert (fan.zones, fan.value, fan.because) == ([ZONE], "full", f"reaction/{firing.id}")
    receipt = OrderReceipt(
        id="r1", order=fan.id, kind=OrderKind.FAN, device="EF-FAN-1", state=ReceiptState.DONE, time=now_ns()
    )
    await bus.emit("fw.receipts.fan", receipt, sure_id="r1")

    async def done() -> Any:
        return (await room.firings())[0].commands[1].state == "done"

    await until(done, "the receipt")
    assert (await actions(room))[-1] == "reactions.fire"


async def test_the_same_event_ten_times_also_after_a_restart_is_one_firing(room: Room, bus: Bus):
    await room.armed("rule-0001", rule())
    event = raised()
    for _ in range(10):
        await bus.emit(f"fw.alarms.{event.zone}", event)
    await until(lambda: room.firings(), "the firing")
    await room.end()
    await room.start()
    await say(bus, event)
    await say(bus, raised(2))

    async def two() -> Any:
        return len(await room.firings()) == 2

    await until(two, "the second cause")
    assert sorted(one.cause for one in await room.firings()) == ["GAS-1.hi/1", "GAS-1.hi/2"]


async def test_what_happened_while_the_room_was_away_is_acted_upon_when_it_is_news_and_listed_when_it_is_not(
    room: Room, bus: Bus
):
    await room.armed("rule-0001", rule())
    database = open_database(room.settings)
    await room.end()
    async with database.session() as session, session.begin():
        # as if it had been armed an hour ago
        row = (await session.execute(text("select rule from reactions_rules where id = 'rule-0001'"))).scalar_one()
        kept = msgspec.json.decode(row)
        kept["armed_at"] -= HOUR
        await session.execute(
            text("update reactions_rules set rule = :r where id = 'rule-0001'"), {"r": msgspec.json.encode(kept)}
        )
    await database.close()
    await say(bus, raised(1, time=now_ns() - 40 * SECOND))
    await say(bus, raised(2))
    assert await bus.settle() == 0
    await room.start()

    async def both() -> Any:
        found = {one.cause: one for one in await room.firings()}
        return found if len(found) == 2 else None

    found = await until(both, "both causes")
    assert found["GAS-1.hi/1"].late and found["GAS-1.hi/1"].commands == []
    assert not found["GAS-1.hi/2"].late and len(found["GAS-1.hi/2"].commands) == 2


async def test_people_are_told_and_flows_started_by_their_rooms_and_asked_again_until_they_answer(room: Room, bus: Bus):
    told: list[dict[str, Any]] = []

    async def tell(order: dict[str, Any]) -> dict[str, Any]:
        told.append(order)
        return {"notices": [{}, {}]}

    then = (TellWho((Who("everyone"),), WORDS), StartFlow("evacuate", {"place": "{zone}", "why": "{point} {value}"}))
    await room.armed("rule-0001", rule(then=then))
    await say(bus, raised())

    async def states(*wanted: str) -> Any:
        found = await room.firings()
        return found[0].commands if found and [c.state for c in found[0].commands] == list(wanted) else None

    waiting = await until(lambda: states("stored", "stored"), "both waiting")
    await until(lambda: room.health.error_count("reactions.nobody_answers") >= 2, "both tried")
    assert waiting[0].state == "stored"
    await bus.answer("fw.do.duty.tell", dict, tell)
    started: list[dict[str, Any]] = []

    async def start(order: dict[str, Any]) -> dict[str, Any]:
        started.append(order)
        return {}

    await bus.answer("fw.do.flows.start", dict, start)
    done = await until(lambda: states("done", "done"), "both answered")
    assert done[0].detail.en == "2 told"
    assert started[0]["answers"] == {"place": ZONE, "why": "GAS-1 31 %LEL"}
    assert (told[0]["zone"], told[0]["who"][0]["kind"]) == (ZONE, "everyone")


async def test_a_circle_is_refused_and_a_rule_that_fires_itself_is_stopped_while_the_others_go_on(room: Room, bus: Bus):
    loop = rule(when=(EventRow("loop.a"),), then=(RaiseSignal("loop.a"),))
    assert await refused(room.save("rule-0000", loop)) == "reactions.rule_refused"
    echoing = rule(when=(EventRow("echo.back"),), then=(RaiseSignal("echo.out"),), per_hour=1000)
    await room.armed("rule-0001", echoing)
    await room.armed("rule-0002", rule())
    began = time.monotonic()

    async def echo(_subject: str, payload: bytes) -> None:
        # a foreign system that answers without naming the cause
        said = msgspec.json.decode(payload)
        await bus.emit("fw.signals.echo.back", signal(0, "echo.back", zone=ZONE, time=now_ns(), id=f"{said['id']}-x"))

    await bus.hear("fw.signals.echo.out", echo)
    await bus.emit("fw.signals.echo.back", signal(1, "echo.back", zone=ZONE, time=now_ns()))

    async def stopped() -> Any:
        standing = await room.show("rule-0001")
        return standing if standing.state == "stopped" else None

    standing = await until(stopped, "the stop")
    assert time.monotonic() - began < 1.5
    assert standing.rule.stopped is not None and "5" in standing.rule.stopped.zh
    await say(bus, raised())
    await until(lambda: room.firings("rule-0002"), "the other rule")

    async def recorded() -> bool:
        return "reactions.stop" in await actions(room)

    await until(recorded, "the stop in the record")
    await room.end()
    await room.start()
    assert (await room.show("rule-0001")).state == "stopped"


async def test_a_storm_is_counted_bounded_and_holds_nobody_up(room: Room, bus: Bus):
    await room.armed("rule-0001", rule(cooldown_s=300))
    began = time.monotonic()
    for number in range(10_000):
        event = raised(number)
        await bus.emit(f"fw.alarms.{event.zone}", event)
    await bus.flush()

    async def heard() -> Any:
        return (await room.show("rule-0001")).held == 9_999

    await until(heard, "every event held back but the first")
    assert time.monotonic() - began < 15
    assert len(await room.firings()) == 1


async def test_a_store_that_takes_nothing_does_not_keep_a_fan_waiting_and_the_firing_is_stored_after(
    room: Room, bus: Bus
):
    await room.armed("rule-0001", rule(then=(Move("fan", "full"), Broadcast(WORDS))))
    orders: list[str] = []

    async def on_order(order: PlantOrder) -> None:
        orders.append(order.id)

    await bus.hear_events("fw.orders.>", PlantOrder, on_order)
    database = open_database(room.settings)
    async with database.engine.connect() as connection:
        await connection.execute(
            text("create trigger full before insert on reactions_firings begin select raise(abort, 'disk full'); end")
        )
        await connection.commit()
        await say(bus, raised())
        await until(lambda: len(orders) == 2, "orders without a store")
        assert room.health.error_count("reactions.not_stored") >= 2
        assert await room.firings() == []
        await connection.execute(text("drop trigger full"))
        await connection.commit()
    await database.close()
    (firing,) = await until(lambda: room.firings(), "the firing stored")
    assert [c.id for c in firing.commands] == sorted(orders)
    assert len(orders) == 2


@pytest.mark.timeout(120)
async def test_kill_9_loses_no_cause_and_acts_upon_none_twice(room: Room, bus: Bus):
    await room.armed("rule-0001", rule(per_hour=1000))
    await room.end()
    orders: dict[str, int] = {}

    async def on_order(order: PlantOrder) -> None:
        orders[order.id] = orders.get(order.id, 0) + 1

    await bus.hear_events("fw.orders.>", PlantOrder, on_order)
    chance = random.Random(7)
    said, killed = 0, 0
    while killed < 6:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "fangwei.host.serve", "flows", "reactions",
            env=os.environ | room.settings.environment(),
        )  # fmt: skip
        alive = time.monotonic() + 20
        before = len(orders)
        while time.monotonic() < alive and len(orders) <= before:
            said += 1
            await say(bus, raised(said))
            await asyncio.sleep(0.1)
        for _ in range(chance.randrange(1, 40)):
            said += 1
            await say(bus, raised(said))
            await asyncio.sleep(chance.random() * 0.01)
        process.send_signal(signals.SIGKILL)
        await process.wait()
        killed += 1
    await room.start()

    async def all_fired() -> Any:
        found = {one.cause: one for one in await room.firings()}
        return (
            found if len(found) >= said and all(c.state == "sent" for f in found.values() for c in f.commands) else None
        )

    found = await until(all_fired, f"{said} causes", 40)
    acted = [one for one in found.values() if not one.late]
    assert len(found) == said and len(acted) + sum(one.late for one in found.values()) == said
    ids = {c.id for one in acted for c in one.commands}
    assert set(orders) == ids, "each command was said, and none that is not stored"
