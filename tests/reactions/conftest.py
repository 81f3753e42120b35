"""The room on a real broker and store."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from tests.conftest import REPOSITORY, migrate_in_thread, until

from fangwei.audit import models as audit_models
from fangwei.bus.client import Bus
from fangwei.core.errors import Refused
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.plant.load import load_site
from fangwei.plant.site import Site
from fangwei.reactions.questions import Firing, Standing
from fangwei.reactions.rule import RuleBody
from fangwei.reactions.service import serve

assert audit_models


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site(REPOSITORY / "sites" / "battery_plant")


class Room:
    """The running room and a way to speak to it."""

    def __init__(self, settings: Settings, bus: Bus, site: Site) -> None:
        self.settings, self.bus, self.site = settings, bus, site
        self.health = Health("flows")

    async def start(self) -> None:
        self.stop = asyncio.Event()
        self.health = Health("flows")
        self.own = await Bus.connect(self.settings, self.health)
        self.task = asyncio.ensure_future(serve(self.settings, self.site, self.own, self.health, self.stop))
        await until(lambda: self.health.state == "running" or self.task.done(), "the room")
        if self.task.done():
            self.task.result()

    async def end(self) -> None:
        self.stop.set()
        await self.task
        await self.own.close()

    async def do(self, action: str, **order: Any) -> Any:
        try:
            return msgspec.json.decode(await self.bus.ask(f"fw.do.reactions.{action}", order))
        except Refused as error:
            if error.code == "fangwei.internal":
                raise AssertionError(self.health.report(0).errors) from error
            raise

    async def ask(self, question: str, **asked: Any) -> Any:
        return msgspec.json.decode(await self.bus.ask(f"fw.ask.reactions.{question}", asked))

    async def show(self, rule: str) -> Standing:
        return msgspec.json.decode(await self.bus.ask("fw.ask.reactions.show", {"rule": rule}), type=Standing)

    async def firings(self, rule: str | None = None) -> list[Firing]:
        found: list[Firing] = []
        while True:
            asked = {"rule": rule, "limit": 500, "offset": len(found)}
            page = msgspec.json.decode(await self.bus.ask("fw.ask.reactions.firings", asked))
            found += [msgspec.convert(one, Firing) for one in page["items"]]
            if len(found) >= page["total"] or not page["items"]:
                return found

    async def save(self, id: str, body: RuleBody, **more: Any) -> Any:
        return await self.do("save", id=id, by="wu-na", body=msgspec.to_builtins(body), **more)

    async def tried(self, rule: str, id: str = "try-0001") -> Any:
        """Run it against history, which answers as an empty one here."""
        await self.do("dry_run", id=id, by="wu-na", rule=rule)

        async def done() -> Any:
            result = await self.ask("dry_run", id=id)
            return result if result["state"] != "running" else None

        return await until(done, "the dry-run")

    async def armed(self, id: str, body: RuleBody) -> None:
        await self.save(id, body)
        result = await self.tried(id, f"try-{id}")
        assert result["state"] == "done", result
        for by in ("wu-na", "gao-yun"):
            await self.do("arm", id=f"arm-{by}-{id}", by=by, rule=id, revision=1)
        assert (await self.show(id)).state == "armed"


async def empty_history(bus: Bus) -> None:
    """An historian and an alarm journal with nothing in them."""

    async def nothing(_asked: dict[str, Any]) -> dict[str, Any]:
        return {"series": {}, "width": 0}

    async def no_alarms(_asked: dict[str, Any]) -> dict[str, Any]:
        return {"total": 0, "offset": 0, "items": []}

    await bus.answer("fw.ask.historian.downsample", dict, nothing)
    await bus.answer("fw.ask.alarms.journal", dict, no_alarms)


@pytest.fixture
async def room(settings: Settings, bus: Bus, site: Site) -> AsyncIterator[Room]:
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate_in_thread(settings)
    await empty_history(bus)
    running = Room(settings, bus, site)
    await running.start()
    yield running
    await running.end()
