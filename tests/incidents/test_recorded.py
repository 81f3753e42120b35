"""Every revision of an incident that says something is one entry of the record."""

import msgspec
from tests.audit.reading import recorded
from tests.conftest import until
from tests.incidents.conftest import alarm_event, point_of
from tests.incidents.test_service import Running, fresh

from fangwei.bus.client import Bus
from fangwei.core.clock import seconds
from fangwei.core.events import Incident
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.incidents.correlate import Correlator
from fangwei.incidents.recorded import Recorder
from fangwei.incidents.service import Listed
from fangwei.plant.site import Site

START = 1_700_000_000_000_000_000


def story(plant: Site) -> list:
    """Opened by gas, joined by smoke, taken, noted, closed."""
    correlator, now = Correlator(plant), START
    changes = []
    for kind in ("combustible_gas", "smoke"):
        changes += correlator.decide(alarm_event(plant, point_of(plant, "z1-1", kind), 0), now := now + seconds(1))
    incident = changes[0].incident.id
    for name, text in (("take", None), ("note", "阀门已关"), ("close", "已处理")):
        changes += correlator.command(name, incident, "li-wei", text, now := now + seconds(1))
    return changes


def test_a_story_is_told_by_who_did_what_with_before_and_after(plant: Site) -> None:
    recorder = Recorder()
    entries = [entry for change in story(plant) if (entry := recorder.entry_of(change)) is not None]
    assert [(e.action, e.by, e.words) for e in entries] == [
        ("incidents.open", "system", None),
        ("incidents.grow", "system", None),
        ("incidents.take", "li-wei", None),
        ("incidents.note", "li-wei", "阀门已关"),
        ("incidents.close", "li-wei", "已处理"),
    ]
    opened, grown, taken, _, closed = entries
    assert opened.before is None and opened.after is not None and opened.after["members"] == 1
    assert (grown.before, grown.after) == ({"members": 1}, {"members": 2})
    assert (taken.before, taken.after) == (
        {"status": "open", "owner": None}, {"status": "owned", "owner": "li-wei"},
    )  # fmt: skip
    assert closed.after == {"status": "closed"}
    assert opened.zone == "z1-1" and opened.place is not None
    assert grown.evidence is not None and grown.evidence["alarms"] == [f"{point_of(plant, 'z1-1', 'smoke')}.hi"]


def test_after_a_restart_the_before_is_what_the_store_had(plant: Site) -> None:
    changes = story(plant)
    recorder = Recorder()
    recorder.know(changes[1].incident)
    taken = recorder.entry_of(changes[2])
    assert taken is not None and taken.before == {"status": "open", "owner": None}


def test_a_revision_without_a_word_is_no_entry(plant: Site) -> None:
    change = story(plant)[0]
    assert Recorder().entry_of(msgspec.structs.replace(change, entries=[])) is None


async def test_the_room_records_what_it_keeps_and_a_restart_records_nothing_twice(
    settings: Settings, plant: Site, bus: Bus, tables: None
) -> None:
    inside = await Bus.connect(settings, Health("incidents"))
    room = Running(settings, plant, inside)
    await room.ready()
    gas = fresh(plant, point_of(plant, "z1-1", "combustible_gas"))
    await bus.emit(f"fw.alarms.{gas.zone}", gas, sure_id=gas.id)
    database = open_database(settings)

    async def listed() -> list[Incident]:
        return msgspec.json.decode(await bus.ask("fw.ask.incidents.list", {}), type=Listed).items

    while not (live := await listed()):
        pass
    order = {"id": "command-1", "by": "li-wei", "incident": live[0].id, "text": "我来"}
    await bus.ask("fw.do.incidents.take", order)
    await bus.ask("fw.do.incidents.take", order)
    await room.end()
    await inside.close()
    told = await recorded(database)
    assert [(e["action"], e["by"]) for e in told] == [("incidents.open", "system"), ("incidents.take", "li-wei")]
    assert told[1]["words"] == "我来" and told[1]["subject"] == f"incident/{live[0].id}"
    inside = await Bus.connect(settings, Health("incidents"))
    again = Running(settings, plant, inside)
    await again.ready()
    await bus.emit(f"fw.alarms.{gas.zone}", gas)
    await bus.ask("fw.do.incidents.take", order)
    await bus.ask("fw.do.incidents.note", order | {"id": "command-2", "text": "看到了"})
    await until(lambda: again.health.report(0).counts.get("incidents.kept", 0) > 0)
    await again.end()
    await inside.close()
    assert [e["action"] for e in await recorded(database)] == ["incidents.open", "incidents.take", "incidents.note"]
    await database.close()
