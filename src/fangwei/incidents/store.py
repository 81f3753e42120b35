"""Keeping what was decided, beside the decision. One batch is one transaction: events, alarms, cases, lines agree."""

from collections.abc import AsyncIterator, Iterable

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from fangwei.audit.record import Entry, record
from fangwei.core.clock import DAY
from fangwei.core.events import Incident, IncidentStatus, TimelineEntry
from fangwei.db.base import Base
from fangwei.db.session import Database
from fangwei.incidents.behaviour import History
from fangwei.incidents.membership import Case
from fangwei.incidents.models import AlarmRow, DecidedRow, IncidentRow, MemberRow, TimelineRow

DECIDED_KEPT = 2 * DAY
"""Ids are remembered far longer than the bus sends anything again."""


PORTION = 500


class Head(msgspec.Struct):
    """Of an incident that is over, what lists are ordered by; the fields are named as those of `Incident`."""

    id: str
    status: str
    priority: int
    hazard: str
    started: int
    updated: int
    owner: str | None


class Batch(msgspec.Struct):
    """What one transaction keeps; already encoded, so that it is of one moment."""

    decided: dict[str, tuple[int, str | None]] = {}
    alarms: dict[str, tuple[bool, bytes]] = {}
    cases: dict[str, tuple[Incident, bytes]] = {}
    lines: dict[str, tuple[str, TimelineEntry]] = {}
    recorded: list[Entry] = []

    def add(self, later: "Batch") -> None:
        """Join a later batch: its states replace ours."""
        self.decided.update(later.decided)
        self.alarms.update(later.alarms)
        self.cases.update(later.cases)
        self.lines.update(later.lines)
        self.recorded = self.recorded + later.recorded

    def __bool__(self) -> bool:
        return bool(self.decided or self.alarms or self.cases or self.lines)


class Kept(msgspec.Struct):
    """What was found at start."""

    cases: list[Case]
    histories: list[tuple[History, bool]]
    decided: list[str]
    commands: dict[str, str]
    ids: list[str]
    revisions: dict[str, int]
    latest: int | None


class Store:
    """The room's tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, batch: Batch) -> None:
        """Write a batch; the same batch twice is the same as once."""
        async with self._database.session() as session, session.begin():
            await self._upsert(
                session, DecidedRow, [{"id": k, "time": t, "answer": a} for k, (t, a) in batch.decided.items()]
            )
            await self._upsert(
                session,
                AlarmRow,
                [{"alarm": k, "waiting": w, "state": s} for k, (w, s) in batch.alarms.items()],
            )
            await self._upsert(session, IncidentRow, [_row(i, s) for i, s in batch.cases.values()])
            for incident, _ in batch.cases.values():
                await session.execute(delete(MemberRow).where(MemberRow.incident == incident.id))
            await self._upsert(session, MemberRow, [m for i, _ in batch.cases.values() for m in _members(i)])
            await self._upsert(session, TimelineRow, [line_row(i, e) for i, e in batch.lines.values()])
            await record(session, batch.recorded)

    async def load(self, most_decided: int) -> Kept:
        """Everything needed to go on where the last process ended."""
        live = (IncidentStatus.OPEN, IncidentStatus.OWNED, IncidentStatus.SETTLED)
        async with self._database.session() as session:
            rows = (await session.scalars(select(IncidentRow.state).where(IncidentRow.status.in_(live)))).all()
            alarms = (await session.execute(select(AlarmRow.state, AlarmRow.waiting))).all()
            decided = (
                await session.execute(
                    select(DecidedRow.id, DecidedRow.answer).order_by(DecidedRow.time.desc()).limit(most_decided)
                )
            ).all()
            latest = await session.scalar(select(func.max(IncidentRow.updated)))
            recent = (latest or 0) - DECIDED_KEPT
            ids = (
                await session.execute(select(IncidentRow.id, IncidentRow.revision).where(IncidentRow.updated > recent))
            ).all()
        return Kept(
            cases=[msgspec.json.decode(state, type=Case) for state in rows],
            histories=[(msgspec.json.decode(state, type=History), waiting) for state, waiting in alarms],
            decided=[row.id for row in reversed(decided) if row.answer is None],
            commands={row.id: row.answer for row in decided if row.answer is not None},
            ids=[row.id for row in ids],
            revisions={row.id: row.revision for row in ids},
            latest=latest,
        )

    async def forget(self, now: int) -> None:
        """Drop ids that nobody will send again."""
        async with self._database.session() as session, session.begin():
            await session.execute(delete(DecidedRow).where(DecidedRow.time < now - DECIDED_KEPT))

    async def incident(self, incident: str) -> Incident | None:
        """One incident as last kept."""
        async with self._database.session() as session:
            picture = await session.scalar(select(IncidentRow.picture).where(IncidentRow.id == incident))
        return None if picture is None else msgspec.json.decode(picture, type=Incident)

    async def heads(self, statuses: Iterable[IncidentStatus]) -> AsyncIterator[Head]:
        """Incidents of these statuses by their columns alone."""
        r = IncidentRow
        columns = (r.id, r.status, r.priority, r.hazard, r.started, r.updated, r.owner)
        async with self._database.session() as session:
            rows = (await session.execute(select(*columns).where(r.status.in_([str(s) for s in statuses])))).all()
        for row in rows:
            yield Head(*row)

    async def over(self, statuses: Iterable[IncidentStatus]) -> AsyncIterator[Incident]:
        """Incidents of these statuses, whole, in portions: a year of them is more than one answer of the store."""
        names, at = [str(s) for s in statuses], ""
        while True:
            query = select(IncidentRow.id, IncidentRow.picture).where(IncidentRow.status.in_(names))
            async with self._database.session() as session:
                further = query.where(IncidentRow.id > at).order_by(IncidentRow.id).limit(PORTION)
                rows = (await session.execute(further)).all()
            for row in rows:
                yield msgspec.json.decode(row.picture, type=Incident)
            if len(rows) < PORTION:
                return
            at = rows[-1].id

    async def pictures(self, ids: list[str]) -> dict[str, Incident]:
        """Incidents by id."""
        async with self._database.session() as session:
            rows = await session.scalars(select(IncidentRow.picture).where(IncidentRow.id.in_(ids))) if ids else ()
            found = [msgspec.json.decode(row, type=Incident) for row in rows]
        return {i.id: i for i in found}

    async def timeline(self, incident: str) -> list[TimelineEntry]:
        """An incident's lines in the order in which they were recorded."""
        async with self._database.session() as session:
            rows = await session.scalars(select(TimelineRow.line).where(TimelineRow.incident == incident))
            lines = [msgspec.json.decode(row, type=TimelineEntry) for row in rows]
        return sorted(lines, key=line_order)

    async def _upsert(self, session: AsyncSession, table: type[Base], rows: list[dict[str, object]]) -> None:
        if not rows:
            return
        # Rows go beside the statement: one with its rows inside would be compiled anew each time, 10 ms and more.
        insert = pg_insert if self._database.engine.dialect.name == "postgresql" else sqlite_insert
        keys = [column.name for column in table.__table__.primary_key]
        statement = insert(table)
        rest = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest), rows)


def line_order(entry: TimelineEntry) -> tuple[int, int]:
    """Lines sort by when they were recorded, then by their number."""
    number = entry.id.rpartition("/")[2]
    return entry.recorded, int(number) if number.isdigit() else 0


def _row(incident: Incident, state: bytes) -> dict[str, object]:
    return {
        "id": incident.id,
        "status": str(incident.status),
        "priority": incident.priority,
        "hazard": str(incident.hazard),
        "started": incident.started,
        "updated": incident.updated,
        "revision": incident.revision,
        "owner": incident.owner,
        "merged_into": incident.merged_into,
        "picture": msgspec.json.encode(incident),
        "state": state,
    }


def _members(incident: Incident) -> list[dict[str, object]]:
    return [
        {
            "incident": incident.id,
            "alarm": m.alarm,
            "occurrence": m.occurrence,
            "point": m.point,
            "zone": m.zone,
            "kind": m.kind,
            "priority": m.priority,
            "since": m.since,
            "certainty": m.certainty,
        }
        for m in incident.members
    ]


def line_row(incident: str, entry: TimelineEntry) -> dict[str, object]:
    """A line as its row."""
    return {
        "id": entry.id,
        "incident": incident,
        "time": entry.time,
        "recorded": entry.recorded,
        "kind": entry.kind,
        "alarm": entry.alarm,
        "by": entry.by,
        "line": msgspec.json.encode(entry),
    }
