"""The alarms process on a real bus: at once, after kill -9, and with a store that is away."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import msgspec
import pytest
from tests.alarms.alarm_plant import gas, limit, site, source, state_point
from tests.conftest import until

import fangwei.alarms.models  # noqa: F401  # its tables belong to the metadata
from fangwei.alarms.limit_store import LimitStore
from fangwei.alarms.overrides import LimitState
from fangwei.alarms.schemas import Command, JournalPage, LimitInForce
from fangwei.alarms.service import Alarms
from fangwei.alarms.store import Store
from fangwei.bus import subjects
from fangwei.bus.client import Bus, Refused
from fangwei.core.clock import MILLISECOND, SECOND, now_ns
from fangwei.core.events import AlarmChange, AlarmEvent, AlarmState, AlarmStatus, SourceHealth, SourceState
from fangwei.core.health import Health, HealthReport
from fangwei.core.ids import point_key
from fangwei.core.reading import Readings
from fangwei.core.settings import Settings
from fangwei.db.base import Base
from fangwei.db.session import Database, open_database

REPOSITORY = Path(__file__).resolve().parents[2]
POINTS = [gas(f"G{i}", limit(), limit("slow", at=30.0, on_delay=1.0)) for i in range(40)]


def now_reading(point: str, value: float, ago_ms: int = 0) -> Readings:
    t = now_ns() - ago_ms * MILLISECOND
    return Readings.of([point_key(point)], [t], [t], [value], [0])


@pytest.fixture
async def heard(bus: Bus) -> list[AlarmEvent]:
    events: list[AlarmEvent] = []

    async def on_event(event: AlarmEvent) -> None:
        events.append(event)

    await bus.hear_events(f"{subjects.ALARMS}.>", AlarmEvent, on_event)
    await bus.flush()
    return events


async def a_service(settings: Settings, bus: Bus, database: Database) -> Alarms:
    service = Alarms(settings, site(*POINTS), bus, bus.health, Store(database, bus.health), LimitStore(database))
    await service.start()
    await bus.flush()
    return service


async def test_a_leak_is_told_at_once_listed_acknowledged_and_journalled(
    settings: Settings, bus: Bus, database: Database, heard: list[AlarmEvent]
) -> None:
    service = await a_service(settings, bus, database)
    await bus.publish_readings("plc", now_reading("G1", 25.0))
    await until(lambda: bool(heard), "the alarm")
    assert heard[0].alarm == "G1.hi"
    listed = msgspec.json.decode(await bus.ask("fw.ask.alarms.list", {}), type=list[AlarmStatus])
    assert [(s.alarm, s.state) for s in listed] == [("G1.hi", AlarmState.UNACKED)]
    await bus.ask("fw.do.alarms.acknowledge", {"id": "c1", "by": "li", "alarms": ["G1.hi"]})
    await until(lambda: len(heard) == 2, "the acknowledgement")
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.do.alarms.unshelve", {"id": "c2", "by": "li", "alarm": "G1.hi"})
    assert refused.value.problem.code == "alarms.not_shelved"
    asked = {"start": 0, "end": now_ns() + SECOND}
    journal = msgspec.json.decode(await bus.ask("fw.ask.alarms.journal", asked), type=JournalPage)
    assert [e.change for e in journal.items] == [AlarmChange.ACKNOWLEDGED, AlarmChange.RAISED]
    kpi = msgspec.json.decode(await bus.ask("fw.ask.alarms.kpi", {**asked, "start": now_ns() - 3600 * SECOND}))
    assert {r["key"]: r["value"] for r in kpi}["total"] == 1
    await service.end()


async def test_a_restart_in_order_keeps_what_people_did(
    settings: Settings, bus: Bus, database: Database, heard: list[AlarmEvent]
) -> None:
    service = await a_service(settings, bus, database)
    await bus.publish_readings("plc", Readings.concat([now_reading("G1", 25.0), now_reading("G2", 25.0)]))
    await until(lambda: len(heard) == 2, "the alarms")
    shelve = {"id": "c1", "by": "li", "alarm": "G1.hi", "seconds": 600, "reason": "换探头"}
    await bus.ask("fw.do.alarms.shelve", shelve)
    await bus.ask("fw.do.alarms.acknowledge", {"id": "c2", "by": "li", "alarms": ["G2.hi"]})
    await service.end()
    again = Alarms(settings, site(*POINTS), bus, bus.health, Store(database, bus.health), LimitStore(database))
    await again.start()
    states = {s.alarm: s.state for s in again.engine.desk.statuses(None, None)}
    assert states == {"G1.hi": AlarmState.SHELVED, "G2.hi": AlarmState.ACKED}
    assert again.engine.desk.status("G1.hi").reason == "换探头"
    told = len(heard)
    await again.commands.do("shelve", msgspec.convert(shelve, Command), now_ns(), again._tell)
    assert len(heard) == told, "a command with a known id is not done again"
    await again.end()


class Child:
    """The service as a process of its own."""

    def __init__(self, settings: Settings, bus: Bus) -> None:
        self.settings, self.bus = settings, bus
        self.running: set[int] = set()

    async def listen(self) -> None:
        async def on_health(report: HealthReport) -> None:
            if report.state == "running":
                self.running.add(report.pid)

        await self.bus.hear_events(f"{subjects.HEALTH}.alarms", HealthReport, on_health)

    async def start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.alarms.alarms_child", str(self.settings.data), str(self.settings.nats_port),
            cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )  # fmt: skip
        await until(lambda: process.pid in self.running or process.returncode is not None, "the start")
        assert process.returncode is None
        return process


async def test_kill_9_in_the_middle_of_a_leak_loses_no_alarm_and_announces_none_twice(
    settings: Settings, bus: Bus, database: Database, heard: list[AlarmEvent]
) -> None:
    child = Child(settings, bus)
    await child.listen()
    process = await child.start()
    expected: set[str] = set()

    async def leak(first: int, last: int) -> None:
        for i in range(first, last):
            reading = now_reading(f"G{i}", 35.0)
            expected.add(f"G{i}.hi@{reading.source_time[0]}/raised")
            expected.add(f"G{i}.slow@{reading.source_time[0]}/raised")
            await bus.publish_readings("plc", reading, sure_id=f"batch-{i}")
            await asyncio.sleep(0.005)

    try:
        await leak(0, 15)
        await until(lambda: len(heard) >= 10, "the first alarms")
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await leak(15, 30)  # while nobody decides
        assert await bus.settle() == 0
        process = await child.start()
        await leak(30, 40)
        await until(lambda: expected <= {e.id for e in heard}, "every alarm")
        raised = [e.id for e in heard if e.change is AlarmChange.RAISED and not e.alarm.startswith("platform.")]
        assert sorted(raised) == sorted(expected)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_store_that_is_away_delays_no_alarm_and_is_written_when_it_is_back(
    settings: Settings, bus: Bus, heard: list[AlarmEvent]
) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    away = open_database(settings)  # no tables yet: every statement fails
    service = await a_service(settings, bus, away)
    await bus.publish_readings("plc", now_reading("G1", 25.0))
    await until(lambda: bool(heard), "the alarm")
    await until(lambda: bus.health.error_count("alarms.journal_not_written") > 0, "the counted error")
    async with away.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    store = Store(away, Health("test"))

    async def written() -> int:
        return len(await store.journal(0, now_ns() + SECOND))

    async with asyncio.timeout(20):
        while await written() < 1:
            await asyncio.sleep(0.05)
    await service.end()
    await away.close()


async def test_broken_batches_and_unknown_points_are_counted_and_the_stream_goes_on(
    settings: Settings, bus: Bus, database: Database, heard: list[AlarmEvent]
) -> None:
    service = await a_service(settings, bus, database)
    await bus.publish("fw.readings.plc", b"not arrow")
    await bus.publish_readings("plc", now_reading("nobody", 1.0))
    await bus.publish_readings("plc", now_reading("G1", 25.0))
    await until(lambda: bool(heard), "the alarm")
    assert bus.health.error_count("readings.broken") == 1
    assert service.engine.screen.unknown_readings == 1
    await service.end()


async def test_a_known_clock_offset_makes_a_wrong_clock_fresh(
    settings: Settings, bus: Bus, database: Database, heard: list[AlarmEvent]
) -> None:
    plant = site(*POINTS, sources=(source("plc", "G1"),))
    service = Alarms(settings, plant, bus, bus.health, Store(database, bus.health), LimitStore(database))
    await service.start()
    health = SourceHealth(
        source="plc", protocol="mqtt", state=SourceState.UP, since=0, time=now_ns(), readings=1, errors=0,
        last_reading=None, lag_s=None, clock_offset_s=-60.0,
    )  # fmt: skip
    await bus.emit("fw.sources.plc", health)
    await until(lambda: service.engine.screen.records["clock_offset"].min() < 0, "the offset")
    t = now_ns()
    await bus.publish_readings("plc", Readings.of([point_key("G1")], [t - 60 * SECOND], [t], [25.0], [0]))
    await until(lambda: bool(heard), "the alarm")
    await service.end()


async def test_a_leak_passes_the_many_suppressed_data_alarms_of_a_source_that_went_down(
    settings: Settings, bus: Bus, database: Database, heard: list[AlarmEvent]
) -> None:
    many = [gas(f"M{i}") for i in range(300)]
    plant = site(*POINTS, *many, state_point("plc"), sources=(source("plc", *(p.id for p in many)),))
    service = Alarms(settings, plant, bus, bus.health, Store(database, bus.health), LimitStore(database))
    await service.start()
    batch = Readings.concat([now_reading("plc-state", 0.0), now_reading("G1", 25.0)])
    await bus.publish_readings("plc", batch)
    await until(lambda: len(heard) > 300, "all of it")
    assert heard[0].alarm == "G1.hi"
    assert {e.change for e in heard[1:]} == {AlarmChange.SUPPRESSED} and len({e.id for e in heard}) == len(heard)
    await service.end()


# --- limits that people set -----------------------------------------------------------------------------------


def proposing(id: str, revision: int = 0, at: float = 22.0, alarm: str = "G1.hi", **more: object) -> dict[str, object]:
    return {
        "id": id,
        "by": "li",
        "alarm": alarm,
        "revision": revision,
        "reason": "现场复核",
        "after": {"at": at},
        **more,
    }


def reviewing(id: str, proposal: str, by: str = "wang", kind: str = "limit", **more: object) -> dict[str, object]:
    return {"id": id, "by": by, "proposal": proposal, "kind": kind, "approve": True, **more}


async def limit_state(bus: Bus, alarm: str = "G1.hi") -> LimitState:
    return msgspec.json.decode(await bus.ask("fw.ask.alarms.limit", {"alarm": alarm}), type=LimitState)


async def test_a_limit_approved_by_a_second_person_is_in_force_at_once_told_and_kept_over_a_restart(
    settings: Settings, bus: Bus, database: Database, heard: list[AlarmEvent]
) -> None:
    # A line of its own, which goes with it: nobody who has ended answers beside the one that comes after.
    line = await Bus.connect(settings, Health("alarms"))
    service = await a_service(settings, line, database)
    news: list[LimitInForce] = []

    async def on_limit(limit: LimitInForce) -> None:
        news.append(limit)

    await bus.hear_events(f"{subjects.LIMITS}.>", LimitInForce, on_limit)
    await bus.publish_readings("plc", Readings.concat([now_reading("G1", 19.0), now_reading("G2", 25.0)]))
    await until(lambda: len(heard) == 1, "the alarm of the other point")
    await bus.ask("fw.do.alarms.propose_limit", proposing("prop-1", at=15.0))
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.do.alarms.review", reviewing("rev-1", "prop-1", by="li"))
    assert (refused.value.code, refused.value.http_status) == ("alarms.own_proposal", 403)
    assert len(heard) == 1, "a proposal changes nothing"
    await bus.ask("fw.do.alarms.review", reviewing("rev-2", "prop-1"))
    await until(lambda: len(heard) == 2 and bool(news), "the alarm of the limit that now lies below the value")
    assert (heard[1].alarm, heard[1].limit, heard[1].value) == ("G1.hi", 15.0, 19.0)
    assert (news[0].alarm, news[0].version) == ("G1.hi", 1)
    await service.end()
    await line.close()

    again = Alarms(settings, site(*POINTS), bus, bus.health, Store(database, bus.health), LimitStore(database))
    await again.start()
    assert {s.alarm for s in again.engine.desk.statuses(None, None)} == {"G1.hi", "G2.hi"}, "no state is lost"
    assert len(heard) == 2, "nothing is told twice"
    state = await limit_state(bus)
    assert (state.in_force.at, state.file.at, state.overridden, state.revision) == (15.0, 20.0, True, 2)
    assert [(v.version, v.by, v.approved_by) for v in state.versions] == [(1, "li", "wang")]
    await bus.ask("fw.do.alarms.propose_limit", proposing("prop-2", 2, after=None))
    await bus.ask("fw.do.alarms.review", reviewing("rev-3", "prop-2"))
    await until(lambda: len(heard) == 3, "the return to the file's limit")
    assert heard[2].change is AlarmChange.RETURNED
    state = await limit_state(bus)
    assert (state.in_force.at, state.overridden, state.version) == (20.0, False, 2)
    await again.end()


async def test_the_second_of_two_proposers_is_told_what_the_first_proposed_and_approving_one_overtakes_the_other(
    settings: Settings, bus: Bus, database: Database
) -> None:
    service = await a_service(settings, bus, database)
    await bus.ask("fw.do.alarms.propose_limit", proposing("prop-1"))
    await bus.ask("fw.do.alarms.propose_limit", proposing("prop-1"))
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.do.alarms.propose_limit", proposing("prop-2", by="chen", at=23.0))
    assert refused.value.http_status == 412
    current = msgspec.convert(refused.value.current, LimitState)
    assert (current.revision, [p.id for p in current.proposals]) == (1, ["prop-1"]), (
        "the same command twice counts once"
    )
    await bus.ask("fw.do.alarms.propose_limit", proposing("prop-2", 1, by="chen", at=23.0))
    await bus.ask("fw.do.alarms.review", reviewing("rev-1", "prop-2"))
    state = await limit_state(bus)
    assert {p.id: p.state for p in state.proposals} == {"prop-1": "overtaken", "prop-2": "approved"}
    assert state.in_force.at == 23.0
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.do.alarms.review", reviewing("rev-2", "prop-1"))
    assert refused.value.code == "alarms.proposal_decided"
    await service.end()


async def test_out_of_service_waits_for_the_approval_of_a_second_person(
    settings: Settings, bus: Bus, database: Database, heard: list[AlarmEvent]
) -> None:
    service = await a_service(settings, bus, database)
    ask = {"id": "out-1", "by": "li", "alarm": "G1.hi", "reason": "探头送检", "seconds": 3600}
    await bus.ask("fw.do.alarms.propose_take_out", ask)
    assert service.engine.desk.status("G1.hi").state is AlarmState.NORMAL
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.do.alarms.review", reviewing("rev-1", "out-1", kind="limit"))
    assert refused.value.code == "alarms.proposal_unknown", "the right to review limits is not the right to do this"
    await bus.ask("fw.do.alarms.review", reviewing("rev-2", "out-1", kind="take_out"))
    await until(lambda: bool(heard), "out of service")
    status = service.engine.desk.status("G1.hi")
    assert (status.state, status.by, status.until is not None) == (AlarmState.OUT_OF_SERVICE, "li", True)
    assert status.reason == "探头送检 (wang)"
    await bus.ask("fw.do.alarms.put_back", {"id": "c1", "by": "li", "alarm": "G1.hi"})
    assert service.engine.desk.status("G1.hi").state is AlarmState.NORMAL
    await service.end()


async def test_with_the_store_away_nothing_is_changed_and_the_limits_come_when_it_is_back(
    settings: Settings, bus: Bus, heard: list[AlarmEvent]
) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    away = open_database(settings)  # no tables yet
    service = await a_service(settings, bus, away)
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.do.alarms.propose_limit", proposing("prop-1"))
    assert (refused.value.code, refused.value.http_status) == ("alarms.limits_not_loaded", 503)
    async with away.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await until(lambda: service.register.loaded, "the limits")
    await bus.ask("fw.do.alarms.propose_limit", proposing("prop-1"))
    await service.end()
    await away.close()
