"""Published flows: files once by their hash, versions that never change, and the parsed ones kept at hand."""

from collections import OrderedDict
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fangwei.audit.record import Entry, record
from fangwei.core.texts import Text
from fangwei.db.session import Database
from fangwei.feel.interpreter import Feel
from fangwei.flows.cards import Flow, SubFlow
from fangwei.flows.compile import all_cards, compile_flow
from fangwei.flows.definition import Definition
from fangwei.flows.engine_errors import DefinitionRefused, VersionUnknown
from fangwei.flows.models import DefinitionRow, VersionRow

MOST_OPEN = 200
"""Parsed definitions kept; a plant has some dozens."""
DEEPEST = 5
"""Sub-flows inside sub-flows."""


class Version(msgspec.Struct, kw_only=True):
    """A published version, without its cards."""

    flow: str
    version: int
    hash: str
    name: Text
    noun: str
    work: str | None
    standard: str | None
    by: str
    time: int
    why: str
    cards: int
    calls: dict[str, str] = {}
    """Sub-flow -> hash of the version that it runs; pinned, as the version itself is."""
    packs: list[str] = []
    """Rule packs that held when it was published."""


class Definitions:
    """The tables of versions and files. Used by the door (publishing) and by the room (running)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open: OrderedDict[str, Definition] = OrderedDict()

    async def publish(
        self, flow: Flow, by: str, command: str, now: int, why: str = "", packs: list[str] | None = None,
        feel: Feel | None = None,
    ) -> Version:  # fmt: skip
        """Publish the flow as its next version; the same command again answers the same. Runs stay on theirs.

        Raises:
            DefinitionRefused: it cannot be run.
            KeyUnusable, KeyTaken, GoesBackNowhere: it cannot be compiled.
            FeelBroken: a condition is none (where `feel` is given).
        """
        xml = compile_flow(flow)
        async with self._database.session() as session, session.begin():
            known = await session.scalar(select(VersionRow).where(VersionRow.command == command))
            if known is not None:
                return _version(known)
            calls = await self._calls(session, flow)
            definition = Definition(xml, {name: await self._get(session, h, DEEPEST) for name, h in calls.items()})
            if feel is not None:
                for expression in definition.expressions:
                    feel.check(expression)
            latest = await session.scalar(select(func.max(VersionRow.version)).where(VersionRow.flow == flow.id))
            version = Version(
                flow=flow.id, version=(latest or 0) + 1, hash=definition.hash, name=flow.name, noun=flow.noun.value,
                work=flow.work, standard=flow.standard, by=by, time=now, why=why, cards=len(definition.cards),
                calls=calls, packs=packs or [],
            )  # fmt: skip
            if await session.get(DefinitionRow, definition.hash) is None:
                session.add(DefinitionRow(hash=definition.hash, xml=xml))
            session.add(
                VersionRow(
                    flow=flow.id, version=version.version, hash=definition.hash, command=command, time=now, by=by,
                    head=msgspec.json.encode(version), cards=msgspec.json.encode(flow),
                )
            )  # fmt: skip
            await session.flush()
            told = {"version": version.version, "hash": version.hash, "packs": version.packs}
            entry = Entry(
                id=f"flows/{command}", time=now, by=by, action="flows.publish", subject=f"flow/{flow.id}",
                before={"version": latest} if latest else None, after=told, words=why or None,
            )  # fmt: skip
            await record(session, [entry])
            return version

    async def versions(self, flow: str | None = None) -> list[Version]:
        """Every version (of one flow), the newest first."""
        wanted = select(VersionRow.head).order_by(VersionRow.time.desc(), VersionRow.version.desc())
        if flow is not None:
            wanted = wanted.where(VersionRow.flow == flow)
        async with self._database.session() as session:
            return [msgspec.json.decode(head, type=Version) for head in await session.scalars(wanted)]

    async def drawn(self, flow: str, version: int | None = None) -> tuple[Version, Flow]:
        """A version and the cards it was made of.

        Raises:
            VersionUnknown: there is none.
        """
        async with self._database.session() as session:
            row = await _row(session, flow, version)
            return _version(row), msgspec.json.decode(row.cards, type=Flow)

    async def version(self, flow: str, version: int | None = None) -> tuple[Version, Definition]:
        """A version (None: the newest), ready to run.

        Raises:
            VersionUnknown: there is none.
        """
        async with self._database.session() as session:
            row = await _row(session, flow, version)
            return _version(row), await self._get(session, row.hash, DEEPEST)

    async def get(self, hash: str) -> Definition:
        """The definition of a hash.

        Raises:
            VersionUnknown: no such file.
        """
        if (known := self.at_hand(hash)) is not None:
            return known
        async with self._database.session() as session:
            return await self._get(session, hash, DEEPEST)

    def at_hand(self, hash: str) -> Definition | None:
        """The definition, where it is open already."""
        known = self._open.get(hash)
        if known is not None:
            self._open.move_to_end(hash)
        return known

    async def _get(self, session: AsyncSession, hash: str, depth: int) -> Definition:
        if (known := self.at_hand(hash)) is not None:
            return known
        if depth == 0:
            raise DefinitionRefused(
                why=Text(f"子流程套得超过 {DEEPEST} 层", f"sub-flows inside each other more than {DEEPEST} times")
            )
        row = await session.get(DefinitionRow, hash)
        version = await session.scalar(select(VersionRow).where(VersionRow.hash == hash).limit(1))
        if row is None or version is None:
            raise VersionUnknown(flow=hash[:12], version="")
        calls = _version(version).calls
        others = {name: await self._get(session, called, depth - 1) for name, called in calls.items()}
        definition = Definition(row.xml, others)
        self._open[hash] = definition
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)
        return definition

    async def _calls(self, session: AsyncSession, flow: Flow) -> dict[str, str]:
        """The newest version of each flow that is called. A flow that calls itself would never end."""
        names = sorted({card.flow for card in all_cards(flow.cards) if isinstance(card, SubFlow)})
        found: dict[str, str] = {}
        for name in names:
            if name == flow.id:
                raise DefinitionRefused(why=Text("流程不能调用自己", "a flow cannot call itself"))
            found[name] = (await _row(session, name, None)).hash
        return found


async def _row(session: AsyncSession, flow: str, version: int | None) -> VersionRow:
    wanted: Any = select(VersionRow).where(VersionRow.flow == flow)
    if version is not None:
        wanted = wanted.where(VersionRow.version == version)
    row = await session.scalar(wanted.order_by(VersionRow.version.desc()).limit(1))
    if row is None:
        raise VersionUnknown(flow=flow, version="" if version is None else version)
    found: VersionRow = row
    return found


def _version(row: VersionRow) -> Version:
    return msgspec.json.decode(row.head, type=Version)
