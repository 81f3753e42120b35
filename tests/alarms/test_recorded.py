"""Every transition of an alarm is in the record, with who did it and on what evidence; once, and never without it."""

import time

from sqlalchemy import func, select, text
from tests.alarms.alarm_plant import at, gas, limit, read, site
from tests.audit.reading import recorded

from fangwei.alarms.desk import Desk
from fangwei.alarms.engine import Engine
from fangwei.alarms.models import JournalRow
from fangwei.alarms.recorded import entry_of
from fangwei.alarms.state import Acknowledge, Reset, Shelve, TakeOut, Unshelve
from fangwei.alarms.store import Store
from fangwei.core.clock import SECOND
from fangwei.core.events import AlarmEvent
from fangwei.core.health import Health
from fangwei.db.session import Database

G1 = gas("G1", limit())


def night(latch: bool = False) -> tuple[Desk, list[AlarmEvent]]:
    """An alarm is raised, acknowledged, returns; another is shelved and comes back."""
    engine = Engine(site(gas("G1", limit(latch=latch)), gas("G2", limit())), at(0))
    desk = engine.desk
    events = list(engine.hear(read(G1, 1, 25.0), at(1)))
    events += desk.command("G1.hi", Acknowledge("li-wei"), "c1", at(2))
    events += engine.hear(read(G1, 3, 5.0), at(3))
    events += desk.command("G2.hi", Shelve("li-wei", "换探头", at(600)), "c2", at(4))
    events += desk.command("G2.hi", Unshelve("zhang-min"), "c3", at(5))
    return desk, events


def test_what_the_plant_did_is_done_by_the_system_with_the_reading_as_evidence() -> None:
    raised = entry_of(night()[1][0])
    assert (raised.by, raised.action, raised.subject) == ("system", "alarms.raise", "alarm/G1.hi")
    assert (raised.zone, raised.place, raised.time) == ("filling", (1.0, 2.0, 3.0), at(1))
    assert raised.before == {"state": "normal"}
    assert raised.after == {"state": "unack_active", "active": True, "priority": raised.after["priority"]}
    assert raised.evidence is not None
    assert raised.evidence["reading"] == {
        "point": "G1", "source_time": at(1), "value": 25.0, "unit": "%LEL", "quality": 0,
    }  # fmt: skip
    assert (raised.evidence["limit"], raised.evidence["rule"]) == (20.0, "G1.hi")


def test_what_a_person_did_is_theirs_and_the_reason_stands_in_their_words() -> None:
    told = [(e.by, e.action, e.words) for e in map(entry_of, night()[1])]
    assert told == [
        ("system", "alarms.raise", None),
        ("li-wei", "alarms.acknowledge", None),
        ("system", "alarms.return", None),
        ("li-wei", "alarms.shelve", "换探头"),
        ("zhang-min", "alarms.unshelve", None),
    ]


def test_a_shelving_that_ran_out_is_the_systems_and_a_reset_is_the_persons() -> None:
    desk, _ = night(latch=True)
    (reset,) = desk.command("G1.hi", Reset("li-wei"), "c4", at(6))
    assert (entry_of(reset).by, entry_of(reset).action, entry_of(reset).words) == ("li-wei", "alarms.reset", None)
    desk.command("G2.hi", Shelve("li-wei", "换探头", at(20)), "c5", at(7))
    (back,) = desk.time_passes(at(21))
    assert (entry_of(back).by, entry_of(back).action, entry_of(back).before) == (
        "system", "alarms.unshelve", {"state": "shelved"},
    )  # fmt: skip


def test_a_suppression_by_design_names_its_rule_and_no_person() -> None:
    desk, _ = night()
    (hidden,) = desk.suppression("drill", "演练", ["G2.hi"], True, at(8))
    entry = entry_of(hidden)
    assert (entry.by, entry.action, entry.words) == ("system", "alarms.suppress", None)
    assert entry.evidence is not None and entry.evidence["rule"] == "drill" and entry.evidence["reason"] == "演练"


def test_taking_out_of_service_names_who_approved() -> None:
    desk, _ = night()
    (out,) = desk.command("G2.hi", TakeOut("li-wei", "zhang-min", "探头故障"), "c6", at(9))
    assert entry_of(out).words == "探头故障 (zhang-min)"


async def keep(store: Store, desk: Desk, events: list[AlarmEvent]) -> int:
    for event in events:
        store.keep(event, desk.lives[event.alarm], desk.seen[event.alarm])
    return await store.drain(10.0)


async def test_the_journal_and_the_record_hold_the_same_transitions_once(database: Database) -> None:
    desk, events = night()
    assert await keep(Store(database, Health("test")), desk, events[:3]) == 0
    # A restart hears and keeps some of them again.
    assert await keep(Store(database, Health("test")), desk, events) == 0
    assert [told["id"] for told in await recorded(database)] == [f"alarms/{e.id}" for e in events]
    async with database.session() as session, session.begin():
        assert await session.scalar(select(func.count()).select_from(JournalRow)) == len(events)


async def test_where_the_record_cannot_be_written_the_transition_is_not_kept_either_and_both_come_later(
    database: Database,
) -> None:
    desk, events = night()
    health = Health("test")
    store = Store(database, health)
    async with database.session() as session, session.begin():
        await session.execute(text("alter table audit_head rename to elsewhere"))
    assert await keep(store, desk, events) == len(events)
    assert health.error_count("alarms.journal_not_written") == 1
    async with database.session() as session, session.begin():
        assert await session.scalar(select(func.count()).select_from(JournalRow)) == 0
        await session.execute(text("alter table elsewhere rename to audit_head"))
    assert await store.drain(10.0) == 0
    assert len(await recorded(database)) == len(events)


async def test_a_rehearsal_leaves_no_trace(database: Database) -> None:
    desk, events = night()
    await Store(database, Health("test")).rehearse(events[0], desk.lives["G1.hi"], desk.seen["G1.hi"])
    assert await recorded(database) == []


async def test_500_transitions_are_kept_and_recorded_in_one_batch_without_delay(database: Database) -> None:
    engine = Engine(site(*(gas(f"P{i}", limit()) for i in range(500))), at(0))
    events = [e for i in range(500) for e in engine.hear(read(gas(f"P{i}"), 1, 25.0), at(1))]
    store = Store(database, Health("test"))
    await store.rehearse(events[0], engine.desk.lives["P0.hi"], engine.desk.seen["P0.hi"])
    started = time.perf_counter()
    assert await keep(store, engine.desk, events) == 0
    took = time.perf_counter() - started
    assert len(await recorded(database)) == 500
    assert took < 0.5, f"{took * 1000:.0f} ms"  # about 30 ms on a quiet machine
    assert at(1) % SECOND == 0
