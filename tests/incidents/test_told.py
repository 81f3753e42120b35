"""Who was told what and when, in an incident's story: once each, in both languages, without an echo from duty."""

import asyncio
from dataclasses import replace

import msgspec
import pytest
from tests.duty.conftest import site_of
from tests.incidents.conftest import point_of
from tests.incidents.test_service import Running, fresh, listen, until

from fangwei.bus.client import Bus
from fangwei.core.clock import SECOND, now_ns
from fangwei.core.events import IncidentEvent, Notice, NoticeState
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.duty import models as duty_models
from fangwei.duty.rota import EVERYONE
from fangwei.duty.service import serve as serve_duty
from fangwei.incidents.service import Shown
from fangwei.incidents.told import Told, words
from fangwei.plant.schema import Duty
from fangwei.plant.site import Site

__all__ = ["duty_models"]
ANNOUNCED = 10**18


def notice(state: NoticeState = NoticeState.SENT, **changes: object) -> Notice:
    values: dict[str, object] = {
        "id": "I-1.0.li.websocket", "incident": "I-1", "revision": 1, "person": "li",
        "person_name": Text("李工", "Li"), "channel": "websocket", "step": 0, "state": state,
        "text": Text("", ""), "sent": ANNOUNCED,
    }  # fmt: skip
    return Notice(**{**values, **changes})  # type: ignore[arg-type]


def test_told_read_and_failed_are_lines_and_arrived_is_none():
    told = Told()
    sent = told.line(notice(), ANNOUNCED, ANNOUNCED)
    assert sent is not None and sent.kind == "notice" and sent.time == ANNOUNCED and sent.by == "li"
    assert sent.text == Text("已通知 李工（页面）", "Li was told (page)")
    assert told.line(notice(NoticeState.ARRIVED, arrived=1), ANNOUNCED, ANNOUNCED) is None
    read = told.line(notice(NoticeState.READ, read=ANNOUNCED + 5), ANNOUNCED, ANNOUNCED + 9)
    assert read is not None and read.time == ANNOUNCED + 5 and read.text.en == "Li has read it (page)"
    failed = told.line(notice(NoticeState.FAILED, error="no\nroute"), ANNOUNCED, ANNOUNCED + 7)
    assert failed is not None and failed.text.zh == "未能通知 李工（页面）：no route"
    assert len({sent.id, read.id, failed.id}) == 3


def test_the_same_notice_again_and_its_updates_in_place_make_no_line():
    told = Told()
    first = told.line(notice(), ANNOUNCED, ANNOUNCED)
    assert told.line(notice(), ANNOUNCED, ANNOUNCED + 1) is None
    assert told.line(notice(revision=7, text=Text("扩大", "grown")), ANNOUNCED, ANNOUNCED + 2) is None
    again = Told().line(notice(), None, ANNOUNCED + 3)
    assert again is not None and first is not None and again.id == first.id, "the same line after a restart"


@pytest.mark.parametrize(
    "step, after, begins",
    [(0, 60, "Li was told"), (1, 0, "Li was told"), (1, 60, "Nobody took it, escalated to step 1"),
     (EVERYONE, 300, "Nobody took it, everyone is told")],
)  # fmt: skip
def test_an_escalation_says_so_and_a_stand_in_told_at_once_does_not(step, after, begins):
    said = words(notice(step=step, sent=ANNOUNCED + after * SECOND), ANNOUNCED)
    assert said.en.startswith(begins) and said.zh


def test_braces_and_long_errors_of_a_channel_do_no_harm():
    said = words(notice(NoticeState.FAILED, error="{person} {0}" + "x" * 5000), ANNOUNCED)
    assert "{person} {0}" in said.en and len(said.en) < 400


async def story(bus: Bus, incident: str) -> list[tuple[str, str]]:
    shown = msgspec.json.decode(await bus.ask("fw.ask.incidents.show", {"incident": incident}), type=Shown)
    return [(line.kind, line.text.en) for line in shown.timeline]


@pytest.fixture
def manned(plant: Site) -> Site:
    """The plant with one person on duty and one behind."""
    duty = Duty.model_validate(
        {
            "people": [
                {"id": "li", "name": {"zh": "李工", "en": "Li"}, "role": "shift_supervisor"},
                {"id": "wu", "name": {"zh": "吴工", "en": "Wu"}, "role": "safety_engineer"},
            ],
            "shifts": [{"person": "li"}, {"person": "wu", "step": 1}],
            "escalate_after": 60.0,
        }
    )
    return replace(plant, duty=duty, head=plant.head or site_of({}).head)


async def test_duty_and_incidents_do_not_answer_each_other_without_end(
    settings: Settings, manned: Site, bus: Bus, tables: None
):
    told = await listen(bus)
    notices: list[Notice] = []

    async def on_notice(one: Notice) -> None:
        notices.append(one)

    await bus.hear_events("fw.notices.>", Notice, on_notice)
    room = Running(settings, manned, bus)
    stop = asyncio.Event()
    other = await Bus.connect(settings, Health("duty"))
    health = Health("duty")
    duty = asyncio.create_task(serve_duty(settings, manned, other, health, stop))
    await room.ready()
    await until(lambda: health.state == "running" or duty.done())
    try:
        gas = fresh(manned, point_of(manned, "z1-1", "combustible_gas"))
        await bus.emit(f"fw.alarms.{gas.zone}", gas, sure_id=gas.id)
        await until(lambda: any(e.change == "notice" for e in told))
        incident = told[0].incident.id
        li = next(n for n in notices if n.person == "li" and n.channel == "websocket")
        await bus.ask("fw.do.duty.read", {"notice": li.id})
        await until(lambda: sum(len(e.entries) for e in told if e.change == "notice") == 2)
        # A further alarm is a real revision; what comes after it must again be lines only.
        smoke = fresh(manned, point_of(manned, "z1-1", "smoke"))
        await bus.emit(f"fw.alarms.{smoke.zone}", smoke, sure_id=smoke.id)
        await until(lambda: any(len(e.incident.members) == 2 for e in told))
        await bus.settle()
        await until_quiet(told, notices)
        lines = [line for e in told if e.change == "notice" for line in e.entries]
        assert len(lines) == len({line.id for line in lines}) == 2
        highest = max(e.incident.revision for e in told if e.change != "notice")
        assert all(e.incident.revision <= highest for e in told), "a notice made a revision"
        assert {n.state for n in notices if n.id == li.id} == {NoticeState.SENT, NoticeState.READ}
        kept = await story(bus, incident)
        assert kept.count(("notice", "Li was told (page)")) == 1
        assert kept.count(("notice", "Li has read it (page)")) == 1
    finally:
        stop.set()
        await asyncio.wait_for(duty, 20)
        await other.close()
        await room.end()


async def until_quiet(told: list[IncidentEvent], notices: list[Notice], quiet_s: float = 2.0) -> None:
    """Until nothing was said for a while; an echo would never end."""
    loop = asyncio.get_running_loop()
    seen, since = -1, loop.time()
    async with asyncio.timeout(30):
        while loop.time() - since < quiet_s:
            if len(told) + len(notices) != seen:
                seen, since = len(told) + len(notices), loop.time()
            await asyncio.sleep(0.05)


async def test_what_was_told_while_incidents_was_away_is_in_the_story_once(
    settings: Settings, plant: Site, bus: Bus, tables: None
):
    told = await listen(bus)
    line = await Bus.connect(settings, Health("first"))
    first = Running(settings, plant, line)
    await first.ready()
    gas = fresh(plant, point_of(plant, "z1-1", "combustible_gas"))
    await bus.emit(f"fw.alarms.{gas.zone}", gas, sure_id=gas.id)
    await until(lambda: told)
    incident = told[0].incident.id
    await first.end()
    await line.close()
    for _ in range(2):
        said = notice(id=f"{incident}.0.li.websocket", incident=incident, sent=now_ns())
        await bus.emit("fw.notices.li", said)
    own = await Bus.connect(settings, Health("second"))
    second = Running(settings, plant, own)
    await second.ready()
    try:
        async with asyncio.timeout(20):
            while ("notice", "Li was told (page)") not in (lines := await story(bus, incident)):
                await asyncio.sleep(0.05)
        assert lines.count(("notice", "Li was told (page)")) == 1
    finally:
        await second.end()
        await own.close()
