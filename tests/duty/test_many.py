"""Many escalations at once: kept, recorded and in time."""

import asyncio
import os

from sqlalchemy import text
from tests.conftest import until
from tests.duty.conftest import Running, emit, event, person

from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.events import Notice
from fangwei.core.settings import Settings
from fangwei.db.session import open_database

MANY = int(os.environ.get("FANGWEI_MANY", "200"))
STEP_S = 8.0


async def kept(settings: Settings) -> int:
    database = open_database(settings)
    async with database.session() as session:
        found = (await session.execute(text("SELECT count(*) FROM duty_escalations"))).scalar()
    await database.close()
    return int(found or 0)


async def test_hundreds_of_escalations_due_together_are_told_and_kept_in_time(
    stored: Settings, bus: Bus, said: list[Notice]
) -> None:
    rules = {
        "people": [person("ann"), person("bob")],
        "shifts": [{"person": "ann"}, {"person": "bob", "step": 1}],
        "escalate_after": STEP_S,
        "everyone_after": 600,
    }
    async with Running(stored, rules):
        started = now_ns()
        for number in range(MANY):
            await emit(bus, event(id=f"i{number}"))
        await until(lambda: len(said) >= MANY, "everybody of step 0 is told", 60)

        async def all_kept() -> bool:
            await asyncio.sleep(0.05)
            return await kept(stored) == MANY

        await until(all_kept, "every escalation is kept", 60)
        kept_s = (now_ns() - started) / 1e9
        heard: dict[str, int] = {}

        def note() -> bool:
            for notice in said:
                if notice.person == "bob":
                    heard.setdefault(notice.incident, now_ns())
            return len(heard) == MANY

        await until(note, "everybody of step 1 is told", 60)
    first = {n.incident: n.sent for n in said if n.person == "ann"}
    late = sorted((n.sent - first[n.incident]) / 1e6 - STEP_S * 1e3 for n in said if n.person == "bob")
    assert len(late) == MANY
    print(f"{MANY / kept_s:.0f}/s kept; late: median {late[MANY // 2]:.0f} ms, worst {late[-1]:.0f} ms")
    # A shared machine has pauses of its own; an engine that does 18 a second would be ten seconds late.
    assert late[-1] < 3000 and late[0] >= 0
    assert MANY / kept_s > 20
