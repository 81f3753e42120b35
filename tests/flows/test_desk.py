"""Commands on a real store: each once, all or nothing, and what the store holds wins."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select, text
from tests.conftest import migrate_in_thread
from tests.flows.engine_helpers import EIGHT
from tests.flows.test_engine import CLOSE, FORM, GAS, WORK
from tests.flows.tried import LEADER, flow_of, t

from fangwei.audit.models import EntryRow
from fangwei.core.clock import MINUTE, seconds
from fangwei.core.errors import FangweiError
from fangwei.core.events import FlowEvent
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.session import Database, open_database
from fangwei.feel.interpreter import Feel
from fangwei.flows.cards import Approve, Approver, Branch, Energy, Flow, Form, Isolate, Mode, Notify, SubFlow, Who
from fangwei.flows.commands import (
    Answer,
    AskFindings,
    AskRuns,
    AskTasks,
    Cancel,
    Move,
    Pause,
    Presence,
    Resume,
    RunView,
    Start,
    Submit,
    Tick,
    Withdraw,
)
from fangwei.flows.definitions import Definitions
from fangwei.flows.desk import Desk
from fangwei.flows.engine_errors import (
    AnswersRefused,
    CannotMove,
    CommandTaken,
    DefinitionRefused,
    NotYours,
    ProofNeeded,
    ReasonMissing,
    RunHeld,
    RunOver,
    RunUnknown,
    SecondPerson,
    TaskNotOpen,
    VersionUnknown,
)
from fangwei.flows.models import DefinitionRow, OutRow, RunRow, StepRow
from fangwei.flows.office import Office
from fangwei.flows.shelf import SiteShelf
from fangwei.flows.store import Store
from fangwei.plant.load import load_site

PERMIT = flow_of(FORM, GAS, WORK, CLOSE)


@dataclass
class World:
    """A desk on a store, its clock in the test's hand."""

    database: Database
    store: Store
    definitions: Definitions
    office: Office
    now: int = EIGHT
    desk: Desk | None = None
    work: "asyncio.Task[None] | None" = None
    number: int = 0

    def open(self) -> "World":
        self.desk = Desk(self.store, self.definitions, self.office, Health("test"), lambda: self.now)
        self.work = asyncio.create_task(self.desk.serve())
        return self

    async def close(self) -> None:
        if self.work is not None:
            self.work.cancel()
            await asyncio.gather(self.work, return_exceptions=True)

    async def restart(self) -> None:
        """Nothing is kept in memory over this."""
        await self.close()
        self.definitions = Definitions(self.database)
        self.open()

    async def publish(self, flow: Flow, **more: Any) -> int:
        self.number += 1
        return (await self.definitions.publish(flow, "wu-na", f"publish-{self.number}", self.now, **more)).version

    async def do(self, command: Any) -> RunView:
        assert self.desk is not None
        return msgspec.json.decode(await self.desk.do(command), type=Answer).run

    async def start(self, id: str = "permit-1", by: str = "li-wei", **more: Any) -> RunView:
        more.setdefault("flow", "tried")
        return await self.do(Start(id=id, by=by, role="crew", run_zones=["yard"], **more))

    async def submit(
        self, task: str, run: str = "permit-1", id: str | None = None, by: str = "li-wei", role: str = "crew",
        zones: list[str] | None = None, proved: int | None = None, presence: Presence | None = None, **answers: Any,
    ) -> RunView:  # fmt: skip
        self.number += 1
        return await self.do(
            Submit(
                id=id or f"submit-{self.number}", by=by, role=role, zones=zones, run=run, task=task, answers=answers,
                proved=self.now if proved is None else proved, presence=presence,
            )
        )  # fmt: skip

    async def working(self, run: str = "permit-1") -> RunView:
        await self.start(run, answers={})
        await self.submit("gas", run, o2=20.9)
        return await self.submit("work.start", run)

    async def count(self, table: Any) -> int:
        async with self.database.session() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
async def world(settings: Settings, feel: Feel) -> AsyncIterator[World]:
    settings.data.mkdir(parents=True)
    migrate_in_thread(settings)
    database = open_database(settings)
    site = load_site(settings.site)
    made = World(database, Store(database), Definitions(database), Office(site, feel, SiteShelf(site))).open()
    await made.publish(PERMIT)
    yield made
    await made.close()
    await database.close()


def names(run: RunView) -> list[str]:
    return [task.task for task in run.tasks]


async def test_a_permit_goes_its_way_and_every_step_is_on_the_record(world: World) -> None:
    assert names(await world.start()) == ["apply"]
    assert names(await world.submit("apply", level="I")) == ["gas"]
    refused = await world.submit("gas", o2=19.4)
    assert names(refused) == ["gas"]
    page = await world.store.findings(AskFindings(run="permit-1"))
    assert ["19.4 %vol" in each.found.text.zh for each in page.items] == [True]
    await world.submit("gas", o2=20.9)
    working = await world.submit("work.start")
    assert (working.status, names(working)) == (2, ["work"])
    await world.submit("work")
    done = await world.submit("close", accepted=True)
    assert (done.status, done.outcome, done.tasks) == (3, "done", [])
    async with world.database.session() as session:
        actions = list(await session.scalars(select(EntryRow.action).order_by(EntryRow.sequence)))
    assert actions == ["flows.publish", "flows.start"] + ["flows.submit"] * 6
    history = await world.store.history("permit-1")
    assert [line.revision for line in history] == [1, 2, 3, 4, 5, 6, 7]
    assert (await world.store.findings(AskFindings(run="permit-1", open=True))).items == [], "what passed is over"


async def test_the_same_command_again_is_answered_the_same_and_done_once(world: World) -> None:
    first = await world.start(answers={"level": "I"})
    assert names(first) == ["gas"], "the application came with the start"
    assert await world.start(answers={"level": "I"}) == first
    once = await world.submit("gas", id="measure-1", o2=20.9)
    again = await asyncio.gather(*(world.submit("gas", id="measure-1", o2=20.9) for _ in range(5)))
    await world.restart()
    again.append(await world.submit("gas", id="measure-1", o2=20.9))
    assert all(each == once for each in again)
    assert await world.count(StepRow) == 2
    with pytest.raises(CommandTaken):
        await world.submit("gas", id="measure-1", by="wang-fang", o2=20.9)


async def test_the_same_command_twice_at_once_is_done_once(world: World) -> None:
    await world.start(answers={})
    two = await asyncio.gather(*(world.submit("gas", id="measure-1", o2=20.9) for _ in range(2)))
    assert two[0] == two[1] and await world.count(StepRow) == 2


async def test_a_refused_step_leaves_nothing_behind(world: World) -> None:
    await world.start(answers={})
    before = await world.store.runs(["permit-1"])
    for error, task, answers in (
        (TaskNotOpen, "close", {"accepted": True}),
        (AnswersRefused, "gas", {"judged": {"passed": True}}),
        (AnswersRefused, "gas", {"o2": 20.9, "by_": "somebody"}),
        (AnswersRefused, "gas", {"__proto__": {}}),
        (AnswersRefused, "gas", {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": 1}}}}}}}}}),
        (AnswersRefused, "gas", {"words": "x" * 60_000}),
    ):
        with pytest.raises(error):
            await world.submit(task, **answers)
    with pytest.raises(RunUnknown):
        await world.submit("gas", "permit-2", o2=20.9)
    assert (await world.store.runs(["permit-1"])) == before
    assert names(await world.submit("gas", o2=20.9)) == ["work.start"]


async def test_a_failed_transaction_leaves_neither_state_nor_record_nor_outbox(world: World) -> None:
    await world.start(answers={})
    counts = [await world.count(table) for table in (StepRow, OutRow, EntryRow)]
    async with world.database.session() as session, session.begin():
        await session.execute(text("ALTER TABLE flows_outbox RENAME TO flows_outbox_away"))
    with pytest.raises(Exception, match="flows_outbox"):
        await world.submit("gas", id="measure-1", o2=20.9)
    async with world.database.session() as session, session.begin():
        await session.execute(text("ALTER TABLE flows_outbox_away RENAME TO flows_outbox"))
    assert [await world.count(table) for table in (StepRow, OutRow, EntryRow)] == counts
    assert names(await world.submit("gas", id="measure-1", o2=20.9)) == ["work.start"]


async def test_what_the_store_holds_wins_over_what_is_open(world: World) -> None:
    await world.start(answers={})
    other = World(world.database, world.store, Definitions(world.database), world.office, number=100).open()
    await other.submit("gas", o2=20.9)
    await other.close()
    assert names(await world.submit("work.start")) == ["work"]


async def test_an_outage_of_seven_hours_leaves_one_overdue_retest_and_no_pass(world: World) -> None:
    await world.working()
    await world.close()
    world.now += seconds(7 * 3600)
    await world.restart()
    due, _ = await world.store.due(world.now, 10)
    assert due == ["permit-1"]
    with pytest.raises(TaskNotOpen):
        await world.submit("work.check", o2=20.9)  # quick, but too late: what is due comes first
    run = await world.do(Tick(id="tick-1", by="system", run="permit-1"))
    assert (run.status, names(run)) == (6, ["work.fresh"])
    lines = [line for line in await world.store.history("permit-1") if line.action == "tick"]
    assert [line.fired for line in lines] == [["work.check_opens", "work.check.late"]]
    assert [(j.key, j.passed) for line in lines for j in line.judged] == [("work.check", False)]


async def test_who_may_not_do_a_step_is_told_who_may(world: World) -> None:
    await world.start()
    for by, role, zones in (("he-ping", "auditor", None), ("liu-yang", "crew", ["coating"])):
        with pytest.raises(NotYours) as refused:
            await world.submit("apply", by=by, role=role, zones=zones)
        assert "作业负责人" in refused.value.message.zh
    assert names(await world.submit("apply", by="boss", role="administrator")) == ["gas"]


async def test_an_isolation_is_confirmed_by_another_person(world: World) -> None:
    card = Isolate(
        key="off", name=t("隔离"), who=LEADER, confirm=LEADER, energies=(Energy(key="power", name=t("电")),)
    )  # fmt: skip
    await world.publish(flow_of(card, CLOSE))
    await world.start()
    await world.submit("off", power=True)
    with pytest.raises(SecondPerson):
        await world.submit("off.confirm", power=True)
    assert names(await world.submit("off.confirm", by="wang-fang", power=True)) == ["close"]


async def test_a_signature_needs_a_proof_and_presence_on_site(world: World) -> None:
    sign = Approve(
        key="sign", name=t("审批"), mode=Mode.IN_ORDER,
        by=(Approver(key="head", name=t("车间主任"), who=Who(post="unit_head"), on_site=True),),
    )  # fmt: skip
    await world.publish(flow_of(FORM, sign, CLOSE))
    await world.start(answers={})
    zhao: dict[str, Any] = {"by": "zhao-lei", "role": "shift_supervisor"}
    with pytest.raises(ProofNeeded):
        await world.submit("sign.head", **zhao, proved=world.now - 6 * MINUTE, decision="approved")
    with pytest.raises(ReasonMissing):
        await world.submit("sign.head", **zhao, decision="refused")
    far = await world.submit("sign.head", **zhao, decision="approved")
    assert names(far) == ["sign.head"], "refused: nobody was there"
    old = Presence(zone="yard", time=world.now - 11 * MINUTE)
    elsewhere = Presence(zone="coating", time=world.now)
    for presence in (old, elsewhere):
        await world.submit("sign.head", **zhao, presence=presence, decision="approved")
    codes = [f.found.alarm for f in (await world.store.findings(AskFindings(run="permit-1"))).items]
    assert codes == ["30", "30", "30"]
    there = await world.submit("sign.head", **zhao, presence=Presence(zone="yard", time=world.now), decision="approved")
    assert names(there) == ["close"]


async def test_a_new_version_never_changes_a_run_until_somebody_moves_it(world: World) -> None:
    await world.working()
    extra = Form(key="brief", name=t("交底"), who=LEADER, form={})
    assert await world.publish(flow_of(FORM, GAS, extra, WORK, CLOSE)) == 2
    assert await world.publish(flow_of(FORM, GAS, CLOSE)) == 3
    assert (await world.submit("work")).version == 1
    assert names(await world.start("permit-2", answers={})) == ["gas"]
    await world.submit("gas", "permit-2", o2=20.9)
    await world.restart()
    assert (await world.do(Move(id="move-1", by="wu-na", run="permit-1", version=2, why="新版"))).version == 2
    assert (await world.submit("close", accepted=True)).outcome == "done"
    with pytest.raises(VersionUnknown):
        await world.do(Move(id="move-9", by="wu-na", run="permit-2", version=9, why="?"))


async def test_a_run_whose_place_is_gone_does_not_move(world: World) -> None:
    await world.working()
    await world.publish(flow_of(FORM, GAS, CLOSE))
    with pytest.raises(CannotMove) as refused:
        await world.do(Move(id="move-1", by="wu-na", run="permit-1", version=2, why="新版"))
    assert "work" in refused.value.message.en
    assert (await world.submit("work")).version == 1


async def test_a_definition_is_stored_once_however_many_run(world: World) -> None:
    await asyncio.gather(*(world.start(f"permit-{n}") for n in range(20)))
    await world.publish(PERMIT)
    assert (await world.count(DefinitionRow), await world.count(RunRow)) == (1, 20)
    async with world.database.session() as session:
        row = await session.get(RunRow, "permit-3")
    assert row is not None and len(row.state) < 300 and len(row.whole) < 700


async def test_pausing_stops_the_work_by_its_own_way_and_holds_what_has_none(world: World) -> None:
    await world.working()
    paused = await world.do(Pause(id="pause-1", by="wang-fang", run="permit-1", why="有异味"))
    assert (paused.status, names(paused), paused.hold) == (6, ["work.fresh"], None)
    await world.start("permit-2")
    held = await world.do(Pause(id="pause-2", by="wang-fang", run="permit-2", why="等一等"))
    assert held.hold is not None and held.status == 0
    with pytest.raises(RunHeld):
        await world.submit("apply", "permit-2")
    with pytest.raises(ReasonMissing):
        await world.do(Pause(id="pause-3", by="wang-fang", run="permit-2", why=" "))
    await world.do(Resume(id="resume-1", by="wang-fang", run="permit-2"))
    assert names(await world.submit("apply", "permit-2")) == ["gas"]


async def test_timers_of_a_held_run_wait_and_come_first_when_it_goes_on(world: World) -> None:
    sign = Approve(
        key="sign", name=t("审批"), mode=Mode.ANY, within=3600, by=(Approver(key="a", name=t("甲"), who=LEADER),)
    )
    await world.publish(flow_of(FORM, sign, CLOSE))
    await world.start(answers={})
    await world.do(Pause(id="pause-1", by="wang-fang", run="permit-1", why="?"))
    world.now += seconds(7200)
    assert (await world.store.due(world.now, 10))[0] == []
    await world.do(Resume(id="resume-1", by="wang-fang", run="permit-1"))
    line = (await world.store.history("permit-1"))[-1]
    assert (line.action, line.fired) == ("resume", ["sign.late"])
    overdue = (await world.store.findings(AskFindings())).items
    assert [each.found.alarm for each in overdue] == ["S09"]


async def test_withdrawing_is_the_applicants_and_cancelling_is_said_with_a_reason(world: World) -> None:
    await world.start()
    with pytest.raises(NotYours):
        await world.do(Withdraw(id="withdraw-1", by="wang-fang", run="permit-1", why="?"))
    gone = await world.do(Withdraw(id="withdraw-2", by="li-wei", run="permit-1", why="不做了"))
    assert (gone.status, gone.outcome, gone.tasks) == (5, "withdrawn", [])
    await world.working("permit-2")
    with pytest.raises(ReasonMissing):
        await world.do(Cancel(id="cancel-1", by="wu-na", run="permit-2", why=""))
    void = await world.do(Cancel(id="cancel-2", by="wu-na", run="permit-2", why="方案变了"))
    assert (void.status, void.due) == (4, None)
    with pytest.raises(RunOver):
        await world.submit("work", "permit-2")
    world.now += seconds(30 * 3600)
    assert (await world.store.due(world.now, 10))[0] == []


async def test_ones_own_steps_are_listed_by_post_and_zone(world: World) -> None:
    await world.start()
    mine = AskTasks(person="li-wei", role="crew", zones=["yard", "coating"])
    total, rows = await world.store.tasks_of(mine)
    assert (total, [task.task for _, _, task in rows]) == (1, ["apply"])
    assert (await world.store.tasks_of(AskTasks(person="x", role="crew", zones=["coating"])))[0] == 0
    assert (await world.store.tasks_of(AskTasks(person="x", role="manager")))[0] == 0
    total, runs = await world.store.listed(AskRuns(zone="yard", open=True, q="试"))
    assert (total, runs[0][0].id) == (1, "permit-1")


async def test_what_is_said_is_stored_with_what_caused_it(world: World) -> None:
    tell = Notify(key="tell", name=t("通知"), to=(Who(post="safety_department"),), text=t("开始"))
    await world.publish(flow_of(FORM, tell, CLOSE))
    await world.start(answers={})
    rows = await world.store.outgoing(10)
    assert [subject.split(".")[1] for _, _, subject, _ in rows] == ["flows", "told"]
    event = msgspec.json.decode(rows[0][3], type=FlowEvent)
    assert (event.run, [task.task for task in event.tasks]) == ("permit-1", ["close"])
    await world.store.said([row[0] for row in rows])
    assert await world.store.outgoing(10) == []


async def test_what_cannot_run_is_not_published(world: World, feel: Feel) -> None:
    for flow in (
        flow_of(FORM, SubFlow(key="sub", name=t("子"), flow="nowhere")),
        flow_of(FORM, SubFlow(key="sub", name=t("子"), flow="tried")),
        flow_of(FORM, Branch(key="b", name=t("分"), when="x in [1..2] and y < 1")),
    ):
        with pytest.raises(FangweiError) as refused:
            await world.publish(flow, feel=feel)
        assert isinstance(refused.value, DefinitionRefused | VersionUnknown) or refused.value.code == "feel.broken"
    assert len(await world.definitions.versions("tried")) == 1
