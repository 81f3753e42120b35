"""The room on a real bus: what happens in the plant reaches the runs that it concerns, once, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.conftest import migrate_in_thread, until
from tests.flows.test_engine import CLOSE, FORM, GAS, WORK
from tests.flows.tried import LEADER, flow_of, t

from fangwei.bus.client import Bus, Refused
from fangwei.core.clock import now_ns, seconds
from fangwei.core.events import AlarmChange, AlarmEvent, AlarmState, FlowEvent, Hazard, PlantOrder
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.db.session import open_database
from fangwei.feel.interpreter import Feel
from fangwei.flows.cards import Action, Flow, Notify, Stop, Wait, Work
from fangwei.flows.commands import Answer, AskRun, RunsPage, Shown, Signal, Signalled, Start, Submit, TasksPage
from fangwei.flows.service import Room
from fangwei.flows.shelf import SiteShelf
from fangwei.plant.load import load_site

HOT = flow_of(FORM, Work(key="work", name=t("动火"), who=LEADER), CLOSE, work="hot_work")


class Clock:
    """The room's clock: the wall clock and what a test adds."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return now_ns() + self.ahead


class Hall:
    """A room that can be stopped and started again on the same store and bus."""

    def __init__(self, settings: Settings, feel: Feel) -> None:
        self.settings, self.feel, self.clock = settings, feel, Clock()
        self.site = load_site(settings.site)
        self.health = Health("flows")

    async def open(self) -> "Hall":
        self.stop = asyncio.Event()
        self.bus = await Bus.connect(self.settings, self.health)
        self.database = open_database(self.settings)
        self.room = Room(self.site, self.bus, self.database, self.feel, SiteShelf(self.site), self.health, self.clock)
        self.health.state = "starting"
        self.work = asyncio.create_task(self.room.serve(self.stop))
        await until(lambda: self.health.state == "running" or self.work.done())
        return self

    async def close(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self.work, 10)
        await self.bus.close()
        await self.database.close()

    async def publish(self, flow: Flow, id: str = "publish-1") -> None:
        await self.room.definitions.publish(flow, "wu-na", id, now_ns())


@pytest.fixture
async def hall(settings: Settings, bus: Bus, feel: Feel) -> AsyncIterator[Hall]:
    migrate_in_thread(settings)
    made = await Hall(settings, feel).open()
    yield made
    await made.close()


async def start(
    bus: Bus, id: str, zone: str = "yard", place: Any = None, tasks: tuple[str, ...] = (), **more: Any
) -> Any:
    command = Start(id=id, by="li-wei", role="crew", flow="tried", run_zones=[zone], place=place, answers={}, **more)
    answer = msgspec.json.decode(await bus.ask("fw.do.flows.start", command), type=Answer)
    for number, task in enumerate(tasks):
        given = {"o2": 20.9} if task == "gas" else {}
        submit = Submit(id=f"{id}-{number}", by="li-wei", role="crew", run=id, task=task, answers=given)
        answer = msgspec.json.decode(await bus.ask("fw.do.flows.submit", submit), type=Answer)
    return answer.run


async def shown(bus: Bus, run: str) -> Shown:
    return msgspec.json.decode(await bus.ask("fw.ask.flows.run", AskRun(run)), type=Shown)


def alarm(place: tuple[float, float, float], id: str = "g/1", zone: str = "yard", **more: Any) -> AlarmEvent:
    now = now_ns()
    fields: dict[str, Any] = {
        "kind": "combustible_gas", "priority": 2, "change": AlarmChange.RAISED, "state": AlarmState.UNACKED,
    } | more  # fmt: skip
    fields.setdefault("decided_time", now)
    return AlarmEvent(
        id=id, occurrence="g", alarm="EF-GAS-01.hi", point="EF-GAS-01", zone=zone, east=place[0], north=place[1],
        up=place[2], hazard=Hazard.RELEASE, active=True, value=30, limit=25, unit="%LEL", quality=0, source_time=now,
        receive_time=now, message=Text("气", "gas"), **fields,
    )  # fmt: skip


async def test_a_gas_alarm_stops_all_hot_work_within_15_metres_and_none_beyond(hall: Hall, bus: Bus) -> None:
    await hall.publish(HOT)
    for id, place in (("near-one", (14.9, 0, 0)), ("far-away-one", (15.1, 0, 0)), ("no-place", None)):
        assert (await start(bus, id, place=place, tasks=("work.start",))).status == 2
    event = alarm((0.0, 0.0, 0.0))
    for _ in range(3):  # every event may come twice
        await bus.emit("fw.alarms.yard", event, sure_id=event.id)
    await until(lambda: _status(bus, "near-one", 6), "the near work is stopped")
    await until(lambda: _status(bus, "no-place", 6), "work of which nobody knows where it is stops, too")
    assert (await shown(bus, "far-away-one")).run.status == 2
    lines = [line for line in (await shown(bus, "near-one")).history if line.action == "signal"]
    assert len(lines) == 1 and "EF-GAS-01.hi" in lines[0].why


async def _status(bus: Bus, run: str, status: int) -> bool:
    return (await shown(bus, run)).run.status == status


@pytest.mark.parametrize(
    "more",
    [
        {"change": AlarmChange.RETURNED},
        {"priority": 3},
        {"kind": "temperature"},
        {"decided_time": 1_700_000_000 * 10**9},
    ],
    ids=["over", "of low priority", "no gas", "older than the work"],
)
async def test_other_alarms_stop_nothing(hall: Hall, bus: Bus, more: dict[str, Any]) -> None:
    await hall.publish(HOT)
    await start(bus, "near-one", place=(0, 0, 0), tasks=("work.start",))
    await hall.room.on_alarm(alarm((0.0, 0.0, 0.0), **more))
    assert (await shown(bus, "near-one")).run.status == 2


async def test_a_gas_alarm_while_the_room_was_away_stops_the_work_when_it_is_back(hall: Hall, bus: Bus) -> None:
    await hall.publish(HOT)
    await start(bus, "near-one", place=(0, 0, 0), tasks=("work.start",))
    await hall.close()
    event = alarm((1.0, 0.0, 0.0))
    await bus.emit("fw.alarms.yard", event, sure_id=event.id)
    assert await bus.settle() == 0
    await hall.open()
    await until(lambda: _status(bus, "near-one", 6), "the work is stopped")


async def test_an_evacuation_suspends_every_permit_of_its_zones_whatever_it_waits_for(hall: Hall, bus: Bus) -> None:
    await hall.publish(flow_of(FORM, GAS, WORK, CLOSE))
    await start(bus, "working", tasks=("gas", "work.start"))
    await start(bus, "in-application")
    await start(bus, "elsewhere", zone="coating", tasks=("gas", "work.start"))
    signal = Signal(id="evacuate-1", by="zhao-lei", signal="evacuation", zones=["yard"], why="着火")
    told = msgspec.json.decode(await bus.ask("fw.do.flows.signal", signal), type=Signalled)
    assert (told.runs, told.stopped) == (2, 2)
    assert (await shown(bus, "working")).run.status == 6
    assert (await shown(bus, "elsewhere")).run.status == 2
    with pytest.raises(Refused) as refused:
        await bus.ask(
            "fw.do.flows.submit",
            Submit(id="go-on-anyway", by="li-wei", role="crew", run="in-application", task="gas", answers={"o2": 20.9}),
        )
    assert refused.value.code == "flows.run_held"
    again = msgspec.json.decode(await bus.ask("fw.do.flows.signal", signal), type=Signalled)
    assert again.stopped == 2 and len((await shown(bus, "working")).history) == 4, "answered, and not done again"
    over = Signal(id="evacuate-over", by="zhao-lei", signal="evacuation_over", zones=["yard"])
    assert msgspec.json.decode(await bus.ask("fw.do.flows.signal", over), type=Signalled).stopped == 1
    assert (await shown(bus, "in-application")).run.hold is None


async def test_a_stop_with_its_own_reach_is_kept_to(hall: Hall, bus: Bus) -> None:
    near = Work(key="work", name=t("作业"), who=LEADER, stops=(Stop(signal="gas_alarm", within=5),))
    await hall.publish(flow_of(FORM, near, CLOSE))
    for id, place in (("at-4-metres", (4, 0, 0)), ("at-6-metres", (6, 0, 0))):
        await start(bus, id, place=place, tasks=("work.start",))
    await hall.room.on_alarm(alarm((0.0, 0.0, 0.0)))
    assert (await shown(bus, "at-4-metres")).run.status == 6
    assert (await shown(bus, "at-6-metres")).run.status == 2


async def test_a_timer_fires_when_it_is_due_and_after_a_jump_of_the_clock(hall: Hall, bus: Bus) -> None:
    await hall.publish(
        flow_of(
            FORM, Wait(key="cool", name=t("冷却"), duration=0.3), Wait(key="hold", name=t("等"), duration=7200), CLOSE
        )
    )
    await start(bus, "waiting-one")
    await until(lambda: _fired(bus, "cool"), "the short wait is over")
    hall.clock.ahead = seconds(7300)
    await until(lambda: _fired(bus, "hold"), "the long one, too")
    assert [task.task for task in (await shown(bus, "waiting-one")).run.tasks] == ["close"]


async def _fired(bus: Bus, name: str) -> bool:
    return any(name in line.fired for line in (await shown(bus, "waiting-one")).history)


async def test_orders_are_said_once_each_with_an_id_also_when_the_room_was_away(hall: Hall, bus: Bus) -> None:
    fan = Notify(key="fan", name=t("风机"), actions=(Action(kind="fan", target="yard", value="on"),))
    await hall.publish(flow_of(FORM, fan, CLOSE))
    heard: list[PlantOrder] = []
    events: list[FlowEvent] = []

    async def on_order(order: PlantOrder) -> None:
        heard.append(order)

    async def on_event(event: FlowEvent) -> None:
        events.append(event)

    await bus.hear_events("fw.orders.>", PlantOrder, on_order)
    await bus.hear_events("fw.flows.>", FlowEvent, on_event)
    await bus.flush()
    await start(bus, "with-a-fan")
    await until(lambda: heard and events, "the order and how the run stands")
    await until(lambda: _empty(hall), "the outbox is empty")
    assert {order.id for order in heard} == {"with-a-fan/1/order/0"}
    assert events[0].tasks[0].task == "close"


async def _empty(hall: Hall) -> bool:
    return await hall.room._store.outgoing(1) == []


async def test_questions_answer_pages(hall: Hall, bus: Bus) -> None:
    await hall.publish(flow_of(FORM, GAS, CLOSE))
    for number in range(3):
        await start(bus, f"one-of-three-{number}")
    page = msgspec.json.decode(await bus.ask("fw.ask.flows.runs", {"limit": 2, "zone": "yard"}), type=RunsPage)
    assert (page.total, len(page.items), page.items[0].tasks[0].task) == (3, 2, "gas")
    mine = msgspec.json.decode(
        await bus.ask("fw.ask.flows.tasks", {"person": "li-wei", "role": "crew"}), type=TasksPage
    )
    assert mine.total == 3 and mine.items[0].answer["as"]["quantities"][0]["key"] == "o2"
    with pytest.raises(Refused):
        await bus.ask("fw.ask.flows.run", AskRun("nothing-here"))
    with pytest.raises(Refused):
        await start(bus, "in-no-zone", zone="moon")
    with pytest.raises(Refused):
        await bus.ask("fw.do.flows.start", {"id": "malformed-1", "by": "x"})


def test_the_sites_posts_are_those_of_its_file() -> None:
    site = load_site(Path("sites/battery_plant"))
    assert site.posts["site_manager"].persons == ["gao-yun"]
