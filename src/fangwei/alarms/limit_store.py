"""Changed limits and proposals in their tables. A person waits for these writes: an error is theirs to hear."""

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fangwei.alarms.models import ProposalRow, StandingRow, VersionRow
from fangwei.alarms.overrides import Standing, Version
from fangwei.alarms.proposal import Proposal
from fangwei.alarms.schemas import ProposalsAsked
from fangwei.audit.record import Entry, record
from fangwei.db.lists import holding, order_by
from fangwei.db.session import Database

SORTS = {
    "time": ProposalRow.time,
    "alarm": ProposalRow.alarm,
    "kind": ProposalRow.kind,
    "state": ProposalRow.state,
}


class LimitStore:
    """Reads and writes the record of limits; raises SQLAlchemyError or OSError while the store is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standings(self) -> tuple[dict[str, Standing], list[str]]:
        """Every limit that has a record, and what could not be read of it."""
        unreadable: list[str] = []
        current: dict[str, Version] = {}
        async with self._database.session() as session, session.begin():
            revisions = {row.alarm: row.revision for row in await session.scalars(select(StandingRow))}
            newest = select(VersionRow.alarm, func.max(VersionRow.version).label("version")).group_by(VersionRow.alarm)
            last = newest.subquery()
            rows = await session.scalars(
                select(VersionRow).join(
                    last, (VersionRow.alarm == last.c.alarm) & (VersionRow.version == last.c.version)
                )
            )
            for row in rows:
                try:
                    current[row.alarm] = msgspec.json.decode(row.body, type=Version)
                except msgspec.MsgspecError as error:
                    unreadable.append(f"{row.alarm}: {error}")
        alarms = revisions.keys() | current.keys()
        return {a: Standing(alarm=a, revision=revisions.get(a, 0), current=current.get(a)) for a in alarms}, unreadable

    async def versions(self, alarm: str, most: int = 200) -> list[Version]:
        """What was in force, newest first."""
        async with self._database.session() as session, session.begin():
            query = select(VersionRow.body).where(VersionRow.alarm == alarm).order_by(VersionRow.version.desc())
            return [msgspec.json.decode(b, type=Version) for b in await session.scalars(query.limit(most))]

    async def proposal(self, id: str) -> Proposal | None:
        """The proposal of this id."""
        async with self._database.session() as session, session.begin():
            row = await session.get(ProposalRow, id)
        return msgspec.json.decode(row.body, type=Proposal) if row else None

    async def proposals(self, asked: ProposalsAsked) -> tuple[int, list[Proposal]]:
        """How many there are, and the part of them that is asked for.

        Raises:
            SortUnknown: they cannot be sorted by that.
        """
        query = select(ProposalRow).where(*holding(asked.words, (ProposalRow.alarm, ProposalRow.id)))
        for column, wanted in (
            (ProposalRow.kind, asked.kind),
            (ProposalRow.state, asked.state),
            (ProposalRow.alarm, asked.alarm),
        ):
            if wanted is not None:
                query = query.where(column == str(wanted))
        first, last = asked.bounds()
        async with self._database.session() as session, session.begin():
            total = (await session.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
            order = order_by(asked.sort, SORTS, "-time", ProposalRow.id.desc())
            rows = list(await session.scalars(query.order_by(*order).offset(first).limit(last - first)))
        return total, [msgspec.json.decode(row.body, type=Proposal) for row in rows]

    async def keep(
        self, standing: Standing | None, proposals: list[Proposal], version: Version | None, entries: list[Entry]
    ) -> None:
        """Write one decision with its record, or nothing of it."""
        async with self._database.session() as session, session.begin():
            if standing is not None:
                await session.merge(StandingRow(alarm=standing.alarm, revision=standing.revision))
            for proposal in proposals:
                await _put(session, proposal)
            if version is not None:
                body = msgspec.json.encode(version)
                session.add(VersionRow(alarm=version.alarm, version=version.version, time=version.time, body=body))
            await session.flush()
            await record(session, entries)


async def _put(session: AsyncSession, proposal: Proposal) -> None:
    row = ProposalRow(
        id=proposal.id,
        alarm=proposal.alarm,
        kind=proposal.kind.value,
        state=proposal.state.value,
        time=proposal.time,
        body=msgspec.json.encode(proposal),
    )
    await session.merge(row)
