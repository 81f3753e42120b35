"""kill -9 of the real process in the middle of an escalation: it goes on from where it was; nobody is told twice and
nobody never."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from tests.conftest import until
from tests.duty.conftest import Receiver, event

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import SECOND, now_ns
from fangwei.core.events import Notice, NoticeState
from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate
from fangwei.db.session import open_database

STEP_S = 4.0
"""Longer than a process needs to start, so that the next step is due while it runs again."""


def duty_file(receiver: Receiver) -> dict[str, Any]:
    people = [{"id": id, "name": {"zh": id, "en": id}, "role": "crew", "channels": ["hook"]} for id in ("ann", "bob")]
    return {
        "people": people,
        "channels": [{"id": "hook", "type": "webhook", "url": receiver.url}],
        "shifts": [{"person": "ann"}, {"person": "bob", "step": 1}],
        "escalate_after": STEP_S,
        "everyone_after": 3 * STEP_S,
    }


class Child:
    """The process `incidents` of the platform (rooms duty and incidents), started as the supervisor does."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.process: asyncio.subprocess.Process

    async def start(self) -> None:
        environment = {**os.environ, **self._settings.environment()}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "fangwei.cli", "serve", "duty", "incidents", env=environment
        )

    async def kill(self) -> None:
        if self.process.returncode is None:
            os.kill(self.process.pid, signal.SIGKILL)
        await self.process.wait()


@pytest.fixture
def site(settings: Settings, tmp_path: Path, receiver: Receiver) -> Settings:
    folder = tmp_path / "site"
    shutil.copytree(settings.site, folder)
    (folder / "duty.yaml").write_text(json.dumps({"duty": duty_file(receiver)}))
    (folder / "posts.yaml").unlink()  # its posts are held by people that this duty does not have
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate(settings)
    return msgspec.structs.replace(settings, site=folder)


async def due(settings: Settings) -> int | None:
    """When the kept escalation is due, UTC ns; None when it is not kept (yet)."""
    database = open_database(settings)
    async with database.session() as session:
        found = (await session.execute(text("SELECT due FROM duty_escalations"))).scalar()
    await database.close()
    return found


@pytest.mark.parametrize("moment", ["as soon as step 0 is said", "when step 0 is kept", "while step 1 is being told"])
async def test_killed_escalation_goes_on_where_it_was(
    site: Settings, bus: Bus, receiver: Receiver, moment: str
) -> None:
    said: list[Notice] = []

    async def on_notice(notice: Notice) -> None:
        said.append(notice)

    await bus.hear_events(f"{subjects.NOTICES}.>", Notice, on_notice)
    child = Child(site)
    await child.start()
    try:
        opened = event(zones=["electrolyte_filling"])
        await bus.emit(f"{subjects.INCIDENTS}.i1", opened, sure_id=opened.id)
        await until(lambda: any(n.person == "ann" for n in said), "step 0 is told", 60)
        started = now_ns()
        if moment != "as soon as step 0 is said":

            async def kept() -> bool:
                return await due(site) is not None

            await until(kept, "step 0 is kept")
            first_due = await due(site)
        if moment == "while step 1 is being told":
            await until(lambda: any(n.person == "bob" for n in said), "step 1 is told", 30)
        await child.kill()
        await child.start()
        hooks = [("ann", 0), ("bob", 1)]
        await until(
            lambda: set(hooks) <= {(b["notice"]["person"], b["notice"]["step"]) for b in receiver.got},
            "step 1 is told by every way",
            60,
        )
        if moment == "when step 0 is kept":
            late = min(n.sent for n in said if n.person == "bob") - (first_due or 0)
            assert -SECOND < late < 60 * SECOND, "the time that was promised is the time that holds"
        if moment == "as soon as step 0 is said":
            assert min(n.sent for n in said if n.person == "bob") - started > (STEP_S - 1) * SECOND, "never too early"
    finally:
        await child.kill()
    pages = Counter((n.person, n.step) for n in said if n.channel == "websocket" and n.state is NoticeState.SENT)
    assert pages[("ann", 0)] == 1 and pages[("bob", 1)] == 1, "told once, though it was killed"
    for body, headers in zip(receiver.got, receiver.headers, strict=True):
        # By a channel the same notice may come again where its confirmation died with the process; its id is the same.
        assert headers["fangwei-notice"] == body["notice"]["id"]
