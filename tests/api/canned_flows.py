"""The flows room itself behind the canned door: it needs a store and a bus, and no plant."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.db.session import open_database
from fangwei.feel.interpreter import Feel
from fangwei.flows.cards import Close, Flow, Form, Measure, Noun, Quantity, Who, Work
from fangwei.flows.commands import Start, Submit
from fangwei.flows.service import Room
from fangwei.flows.shelf import SiteShelf
from fangwei.plant.site import Site

LEADER = Who(role="crew")
OXYGEN = Quantity(key="o2", name=Text("氧气", "Oxygen"), unit="%vol", low=19.5, high=23.5)
PERMIT = Flow(
    id="canned_permit",
    name=Text("有限空间作业票", "Confined-space permit"),
    noun=Noun.PERMIT,
    work="confined_space",
    cards=(
        Form(key="apply", name=Text("申请", "Apply"), who=LEADER, form={"type": "default", "components": []}),
        Measure(key="gas", name=Text("气体检测", "Gas test"), who=LEADER, quantities=(OXYGEN,)),
        Work(key="work", name=Text("作业", "Work"), who=LEADER, quantities=(OXYGEN,), every=900, longest=8 * 3600),
        Close(key="close", name=Text("验收", "Acceptance"), who=LEADER),
    ),
)


@contextlib.asynccontextmanager
async def canned_flows(settings: Settings, site: Site, bus: Bus) -> AsyncIterator[Room]:
    """The room with one published flow and three runs of it; the store is migrated already."""
    database, feel, stop = open_database(settings), Feel(), asyncio.Event()
    room = Room(site, bus, database, feel, SiteShelf(site), Health("flows"))
    work = asyncio.create_task(room.serve(stop))
    try:
        zone = next(iter(site.zones))
        await room.definitions.publish(PERMIT, "canned", "canned-publish", now_ns())
        for number, given in enumerate((None, {}, {})):
            id = f"canned-run-{number}"
            start = Start(id=id, by="canned", role="administrator", flow=PERMIT.id, run_zones=[zone], answers=given)
            await room.desk.do(start)
        bad = {"o2": 18.9}
        await room.desk.do(
            Submit(id="canned-gas-2", by="canned", role="administrator", run="canned-run-2", task="gas", answers=bad)
        )
        yield room
    finally:
        stop.set()
        await asyncio.wait_for(work, 10)
        feel.close()
        await database.close()
