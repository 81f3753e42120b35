"""The room on a real broker and store: told once, kept, found again after kill -9."""

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from tests.conftest import until
from tests.incidents.conftest import alarm_event, point_of

from fangwei.alarms.schemas import LimitInForce
from fangwei.alarms.setting import Setting
from fangwei.bench.scenarios import Shape, make_site
from fangwei.bus.client import Bus, Refused
from fangwei.core.clock import now_ns
from fangwei.core.events import AlarmEvent, Incident, IncidentEvent, IncidentStatus
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.incidents import models as models
from fangwei.incidents.service import Listed, Shown, serve
from fangwei.incidents.store import Store
from fangwei.plant.site import Site

SHAPE = Shape(points=300, columns=5, rows=3)
HERE = Path(__file__).resolve().parents[2]


class Running:
    """The room inside the test's own process."""

    def __init__(self, settings: Settings, site: Site, bus: Bus) -> None:
        self.health = Health("incidents")
        self.stop = asyncio.Event()
        self.task = asyncio.ensure_future(serve(settings, site, bus, self.health, self.stop))

    async def ready(self) -> None:
        await until(lambda: self.health.state == "running" or self.task.done())
        if self.task.done():
            self.task.result()

    async def end(self) -> None:
        self.stop.set()
        await self.task


@pytest.fixture
async def room(settings: Settings, plant: Site, bus: Bus, tables: None):
    running = Running(settings, plant, bus)
    await running.ready()
    yield running
    await running.end()


def fresh(site: Site, point: str, ago: float = 0.0, active: bool = True, **more: object) -> AlarmEvent:
    """An alarm of this moment."""
    now = now_ns() - round(ago * 1e9)
    return alarm_event(
        site, point, 0, active, source_time=now, receive_time=now, decided_time=now,
        occurrence=str(more.pop("occurrence", f"{point}.hi@{now}")), **more,
    )  # fmt: skip


async def listen(bus: Bus) -> list[IncidentEvent]:
    told: list[IncidentEvent] = []

    async def on_incident(event: IncidentEvent) -> None:
        told.append(event)

    await bus.hear_events("fw.incidents.>", IncidentEvent, on_incident)
    return told


async def test_an_alarm_is_announced_at_once_and_the_next_one_grows_it(room: Running, bus: Bus, plant: Site):
    told = await listen(bus)
    gas = fresh(plant, point_of(plant, "z1-1", "combustible_gas"))
    begun = now_ns()
    await bus.emit(f"fw.alarms.{gas.zone}", gas, sure_id=gas.id)
    await until(lambda: told)
    assert (now_ns() - begun) / 1e6 < 250
    smoke = fresh(plant, point_of(plant, "z1-1", "smoke"))
    await bus.emit(f"fw.alarms.{smoke.zone}", smoke, sure_id=smoke.id)
    await until(lambda: len(told[-1].incident.members) == 2)
    assert len({t.incident.id for t in told}) == 1
    assert told[0].id == f"{told[0].incident.id}/1"
    listed = msgspec.json.decode(await bus.ask("fw.ask.incidents.list", {"statuses": None, "limit": 10}), type=Listed)
    assert [i.id for i in listed.items] == [told[0].incident.id]


async def test_an_event_heard_twice_counts_once(room: Running, bus: Bus, plant: Site):
    told = await listen(bus)
    gas = fresh(plant, point_of(plant, "z1-1", "combustible_gas"))
    for _ in range(3):
        await bus.emit(f"fw.alarms.{gas.zone}", gas)
    marker = fresh(plant, point_of(plant, "z1-1", "smoke"))
    await bus.emit(f"fw.alarms.{marker.zone}", marker, sure_id=marker.id)
    await until(lambda: told and len(told[-1].incident.members) == 2)
    assert [e.kind for t in told for e in t.entries].count("opened") == 1


async def test_taken_noted_closed_with_the_same_command_counted_once(room: Running, bus: Bus, plant: Site):
    told = await listen(bus)
    gas = fresh(plant, point_of(plant, "z1-1", "combustible_gas"))
    await bus.emit(f"fw.alarms.{gas.zone}", gas, sure_id=gas.id)
    await until(lambda: told)
    name = told[0].incident.id
    order = {"id": "c1", "by": "li", "incident": name}
    for _ in range(2):
        answer = msgspec.json.decode(await bus.ask("fw.do.incidents.take", order), type=Incident)
        assert (answer.status, answer.owner) == (IncidentStatus.OWNED, "li")
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.do.incidents.take", {"id": "c2", "by": "wang", "incident": name})
    assert refused.value.problem.code == "incidents.taken"
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.do.incidents.close", {"id": "c3", "by": "li", "incident": name})
    assert refused.value.problem.code == "incidents.still_active"
    await bus.ask("fw.do.incidents.note", {"id": "c4", "by": "li", "incident": name, "text": "阀门已关"})
    await bus.ask("fw.do.incidents.close", {"id": "c5", "by": "li", "incident": name, "text": "探头在标定"})
    shown = msgspec.json.decode(await bus.ask("fw.ask.incidents.show", {"incident": name}), type=Shown)
    assert shown.incident.status is IncidentStatus.CLOSED
    assert [e.kind for e in shown.timeline] == ["opened", "taken", "note", "closed"]
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.do.incidents.take", {"id": "c6", "by": "li", "incident": name})
    assert refused.value.problem.code == "incidents.over"
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.ask.incidents.show", {"incident": "I-nothing"})
    assert refused.value.problem.code == "incidents.unknown"


async def test_a_store_that_fails_delays_no_announcement_and_is_tried_again(
    room: Running, bus: Bus, plant: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    told = await listen(bus)
    real = Store.keep

    async def broken(self: Store, batch: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Store, "keep", broken)
    gas = fresh(plant, point_of(plant, "z1-1", "combustible_gas"))
    begun = now_ns()
    await bus.emit(f"fw.alarms.{gas.zone}", gas, sure_id=gas.id)
    await until(lambda: told)
    assert (now_ns() - begun) / 1e6 < 250
    await until(lambda: room.health.error_count("incidents.not_stored") > 0)
    monkeypatch.setattr(Store, "keep", real)
    database = open_database(settings)
    store = Store(database)
    async with asyncio.timeout(20):
        while await store.incident(told[0].incident.id) is None:
            await asyncio.sleep(0.05)
    await database.close()


CHILD = """
import asyncio, random, sys
from fangwei.bench.scenarios import Shape, make_site
from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.incidents import keeper
from fangwei.incidents.service import serve
keeper.GATHER_S = float(sys.argv[1])
async def main():
    health = Health("incidents")
    settings = Settings.from_environment()
    bus = await Bus.connect(settings, health)
    stop = asyncio.Event()
    task = asyncio.ensure_future(
        serve(settings, make_site(Shape(points=300, columns=5, rows=3), random.Random(1)), bus, health, stop))
    while health.state != "running":
        await asyncio.sleep(0.01)
        if task.done():
            task.result()
    print("running", flush=True)
    await task
asyncio.run(main())
"""


async def start_child(settings: Settings, gather_s: float) -> asyncio.subprocess.Process:
    environment = {**os.environ, **settings.environment(), "PYTHONPATH": str(HERE / "src")}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, str(gather_s), stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert child.stdout is not None
    assert (await asyncio.wait_for(child.stdout.readline(), 60)).strip() == b"running"
    return child


@pytest.mark.parametrize("gather_s", [0.01, 30.0], ids=["stored before the kill", "nothing stored before the kill"])
async def test_kill_9_loses_no_alarm_and_announces_nothing_twice(
    settings: Settings, plant: Site, bus: Bus, tables: None, gather_s: float
):
    told = await listen(bus)
    kinds = ["combustible_gas", "smoke", "temperature", "oxygen", "pressure", "flame"]
    alarms = [fresh(plant, point_of(plant, "z1-1", kind)) for kind in kinds]
    child = await start_child(settings, gather_s)
    try:
        for alarm in alarms[:3]:
            await bus.emit(f"fw.alarms.{alarm.zone}", alarm, sure_id=alarm.id)
        await until(lambda: told and len(told[-1].incident.members) == 3)
        assert await bus.settle() == 0
        child.send_signal(signal.SIGKILL)
        await child.wait()
        # Alarms go on while nobody is there.
        for alarm in alarms[3:]:
            await bus.emit(f"fw.alarms.{alarm.zone}", alarm, sure_id=alarm.id)
        assert await bus.settle() == 0
        child = await start_child(settings, 0.01)
        await until(lambda: len(told[-1].incident.members) == 6, seconds=60)
        shown = msgspec.json.decode(
            await bus.ask("fw.ask.incidents.show", {"incident": told[0].incident.id}), type=Shown
        )
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    assert {m.alarm for m in shown.incident.members} == {a.alarm for a in alarms}
    assert len({t.incident.id for t in told}) == 1
    lines = Counter(e.id for t in told for e in t.entries)
    assert [e.kind for t in told for e in t.entries].count("opened") == 1
    assert max(lines.values()) == 1
    assert len({t.id for t in told}) == len(told)
    assert sum(e.kind == "joined" for e in shown.timeline) == 5


def test_the_child_plant_is_the_test_plant(plant: Site):
    import random

    assert make_site(SHAPE, random.Random(1)).points == plant.points


async def test_those_that_are_over_are_paged_after_the_live_ones_and_found_by_words(
    room: Running, bus: Bus, plant: Site
):
    told = await listen(bus)
    zones = [z for z in plant.zones][:3]
    for zone in zones:
        gas = fresh(plant, point_of(plant, zone, "combustible_gas"))
        await bus.emit(f"fw.alarms.{gas.zone}", gas, sure_id=gas.id)
        await until(lambda zone=zone: any(zone in t.incident.zones for t in told), f"an incident in {zone}")
    ids = list(dict.fromkeys(t.incident.id for t in told))
    over = ids[0]
    await bus.ask("fw.do.incidents.close", {"id": "close-it-1", "by": "li_na", "incident": over, "text": "done"})

    async def listed(**asked: object) -> Listed:
        question = {"statuses": [*IncidentStatus]} | asked
        return msgspec.json.decode(await bus.ask("fw.ask.incidents.list", question), type=Listed)

    whole = await listed()
    assert whole.total == len(ids) and whole.items[-1].id == over
    pages = [(await listed(offset=n, limit=1)).items[0].id for n in range(whole.total)]
    assert pages == [i.id for i in whole.items]
    newest = await listed(sort="-started", limit=2)
    assert [i.started for i in newest.items] == sorted((i.started for i in whole.items), reverse=True)[:2]
    assert [i.id for i in (await listed(zone=zones[0], statuses=["closed"])).items] == [over]
    assert (await listed(q=over)).total == 1 and (await listed(q="no such thing")).total == 0


async def test_a_limit_that_was_made_more_urgent_raises_the_incident_that_its_alarm_stands_in(
    room: Running, bus: Bus, plant: Site
):
    told = await listen(bus)
    point = next(p for p in plant.points.values() if p.limits)
    limit = point.limits[0]
    raised = fresh(plant, point.id, priority=3, alarm=f"{point.id}.{limit.id}")
    await bus.emit(f"fw.alarms.{raised.zone}", raised, sure_id=raised.id)
    await until(lambda: told)
    setting = Setting(at=limit.at, priority=1)
    changed = LimitInForce(alarm=raised.alarm, point=point.id, version=1, setting=setting)
    await bus.emit(f"fw.limits.{point.id}", changed)
    await until(lambda: told[-1].incident.priority == 1, "the incident is as urgent as the limit")
    assert told[-1].change == "escalated" and told[-1].incident.revision == 2
