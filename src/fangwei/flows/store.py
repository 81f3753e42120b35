"""The room's tables: reading what a batch of commands needs, and writing what it did in one transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, distinct, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from fangwei.audit.record import Entry, record
from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.db.lists import holding, order_by
from fangwei.db.session import Database
from fangwei.flows.commands import AskFindings, AskRuns, AskTasks, Finding, FindingsPage, Found, Line
from fangwei.flows.engine_errors import RunUnknown
from fangwei.flows.models import DoerRow, FindingRow, OutRow, RunRow, RunZoneRow, StepRow, TaskRow
from fangwei.flows.run import OpenTask, Run

PORTION = 400
"""Ids in one question; older SQLite takes 999 variables."""
FINDINGS_SORTED_BY = {"time": FindingRow.time, "code": FindingRow.code, "zone": FindingRow.zone, "run": FindingRow.run}
SORTED_BY = {
    "started": RunRow.started,
    "updated": RunRow.updated,
    "due": RunRow.due,
    "status": RunRow.status,
    "flow": RunRow.flow,
    "zone": RunRow.zone,
}

_runs: Table = RunRow.__table__  # type: ignore[assignment]  # declared as FromClause
_tasks: Table = TaskRow.__table__  # type: ignore[assignment]
_doers: Table = DoerRow.__table__  # type: ignore[assignment]
_steps: Table = StepRow.__table__  # type: ignore[assignment]
_findings: Table = FindingRow.__table__  # type: ignore[assignment]
_out: Table = OutRow.__table__  # type: ignore[assignment]
_zones: Table = RunZoneRow.__table__  # type: ignore[assignment]

_CHANGING = ("version", "hash", "revision", "status", "updated", "ended", "due", "held", "state", "whole")
_change_run = (
    update(_runs).where(_runs.c.id == bindparam("of")).values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_close_task = delete(_tasks).where(_tasks.c.run == bindparam("of"), _tasks.c.task == bindparam("at"))
_close_doers = delete(_doers).where(_doers.c.run == bindparam("of"), _doers.c.task == bindparam("at"))
_end_finding = (
    update(_findings)
    .where(_findings.c.run == bindparam("of"), _findings.c.key == bindparam("at"), _findings.c.ended.is_(None))
    .values(ended=bindparam("time_"))
)


class RevisionGone(FangweiError):
    """The store holds another revision than we have in memory: somebody else wrote. The batch is done again."""

    code = "flows.revision_gone"
    text = Text("数据已被他处修改", "The run was changed elsewhere")
    http_status = 409


class Kept(msgspec.Struct):
    """A run as it lies in the store."""

    run: Run
    state: bytes
    tasks: list[OpenTask]


class Change(msgspec.Struct):
    """What a batch did to one run. `from_revision` 0: it is new."""

    run: Run
    state: bytes
    from_revision: int
    updated: int
    opened: list[OpenTask]
    closed: list[str]


class Batch(msgspec.Struct):
    """Everything that one transaction writes."""

    changes: list[Change] = []
    steps: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    ended: list[dict[str, Any]] = []
    """Findings that are over: (run, key, time)."""
    out: list[dict[str, Any]] = []
    entries: list[Entry] = []


class Store:
    """The tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(
        self, ids: Sequence[str], runs: Sequence[str]
    ) -> tuple[dict[str, tuple[str, bytes]], dict[str, int]]:
        """Commands that were done already, id -> (by, answer); and the revision at which each run stands."""
        done: dict[str, tuple[str, bytes]] = {}
        stands: dict[str, int] = {}
        async with self._database.session() as session:
            for portion in _portions(ids):
                rows = await session.execute(
                    select(_steps.c.id, _steps.c.by, _steps.c.answer).where(_steps.c.id.in_(portion))
                )
                done |= {row.id: (row.by, row.answer) for row in rows}
            for portion in _portions(runs):
                rows = await session.execute(select(_runs.c.id, _runs.c.revision).where(_runs.c.id.in_(portion)))
                stands |= {row.id: row.revision for row in rows}
        return done, stands

    async def runs(self, ids: Sequence[str]) -> dict[str, Kept]:
        """Runs with their state and open steps; those that do not exist are left out."""
        found: dict[str, Kept] = {}
        async with self._database.session() as session:
            for portion in _portions(ids):
                rows = await session.execute(
                    select(_runs.c.id, _runs.c.state, _runs.c.whole).where(_runs.c.id.in_(portion))
                )
                found |= {row.id: Kept(msgspec.json.decode(row.whole, type=Run), row.state, []) for row in rows}
                for row in await session.execute(select(_tasks.c.run, _tasks.c.line).where(_tasks.c.run.in_(portion))):
                    if row.run in found:
                        found[row.run].tasks.append(msgspec.json.decode(row.line, type=OpenTask))
        return found

    async def write(self, batch: Batch) -> None:
        """All of it or nothing.

        Raises:
            RevisionGone: a run is not what the batch began from.
        """
        async with self._database.session() as session, session.begin():
            await self._write_runs(session, batch.changes)
            # what a step was told before ends with its next judgement; what that one finds stands from now on
            if batch.ended:
                await session.execute(_end_finding, batch.ended)
            for table, rows in ((_steps, batch.steps), (_findings, batch.findings), (_out, batch.out)):
                if rows:
                    await session.execute(insert(table), rows)
            await record(session, batch.entries)

    async def _write_runs(self, session: AsyncSession, changes: Sequence[Change]) -> None:
        old = {c.run.id: c.from_revision for c in changes if c.from_revision}
        for portion in _portions(list(old)):
            rows = await session.execute(
                select(_runs.c.id, _runs.c.revision).where(_runs.c.id.in_(portion)).with_for_update()
            )
            there = {row.id: row.revision for row in rows}
            if any(there.get(id) != old[id] for id in portion):
                raise RevisionGone()
        if new := [c for c in changes if not c.from_revision]:
            await session.execute(insert(_runs), [_row(c) for c in new])
            zones = [{"zone": zone, "run": c.run.id} for c in new for zone in dict.fromkeys(c.run.zones)]
            if zones:
                await session.execute(insert(_zones), zones)
        if again := [c for c in changes if c.from_revision]:
            rows_ = [{"of": c.run.id} | {f"to_{n}": v for n, v in _row(c).items() if n in _CHANGING} for c in again]
            await (await session.connection()).execute(_change_run, rows_)
        if closed := [{"of": c.run.id, "at": task} for c in changes for task in c.closed]:
            connection = await session.connection()
            await connection.execute(_close_task, closed)
            await connection.execute(_close_doers, closed)
        if opened := [(c, task) for c in changes for task in c.opened]:
            await session.execute(insert(_tasks), [_task_row(c.run, task) for c, task in opened])
            doers = [
                {"doer": doer[:80], "run": c.run.id, "task": task.task}
                for c, task in opened
                for doer in dict.fromkeys(task.doers)
            ]
            if doers:
                await session.execute(insert(_doers), doers)

    # --- questions ------------------------------------------------------------------------------------------------

    async def due(self, now: int, most: int) -> tuple[list[str], int | None]:
        """Runs with a timer due at `now`, the one due first first; and when the next one is due."""
        open_ = and_(_runs.c.due.is_not(None), _runs.c.ended.is_(None), _runs.c.held.is_(False))
        async with self._database.session() as session:
            ids = await session.scalars(
                select(_runs.c.id).where(open_, _runs.c.due <= now).order_by(_runs.c.due).limit(most)
            )
            return list(ids), await session.scalar(select(func.min(_runs.c.due)).where(open_, _runs.c.due > now))

    async def in_zones(self, zones: Sequence[str] | None, noun: str | None) -> list[Run]:
        """Open runs that concern one of the zones (None: every run)."""
        wanted = select(_runs.c.whole).where(_runs.c.ended.is_(None))
        if noun is not None:
            wanted = wanted.where(_runs.c.noun == noun)
        if zones is not None:
            inside = select(_zones.c.run).where(_zones.c.zone.in_(list(zones)))
            wanted = wanted.where(_runs.c.id.in_(inside))
        async with self._database.session() as session:
            return [msgspec.json.decode(whole, type=Run) for whole in await session.scalars(wanted)]

    async def kept(self, run: str) -> tuple[Kept, int]:
        """One run, and when it changed last.

        Raises:
            RunUnknown: there is none.
        """
        found = (await self.runs([run])).get(run)
        if found is None:
            raise RunUnknown(run=run)
        async with self._database.session() as session:
            updated = await session.scalar(select(_runs.c.updated).where(_runs.c.id == run))
        return found, updated or found.run.started

    async def history(self, run: str) -> list[Line]:
        """What was done to a run, oldest first."""
        async with self._database.session() as session:
            lines = await session.scalars(
                select(_steps.c.line).where(_steps.c.run == run).order_by(_steps.c.revision, _steps.c.time)
            )
            return [msgspec.json.decode(line, type=Line) for line in lines]

    async def listed(self, asked: AskRuns) -> tuple[int, list[tuple[Run, int]]]:
        """A page of runs."""
        where = _where(asked)
        first, last = asked.bounds()
        order = order_by(asked.sort, SORTED_BY, "-started", RunRow.id)
        async with self._database.session() as session:
            total = await session.scalar(select(func.count()).select_from(RunRow).where(where))
            part = select(RunRow.whole, RunRow.updated).where(where).order_by(*order).offset(first).limit(last - first)
            rows = await session.execute(part)
            return total or 0, [(msgspec.json.decode(r.whole, type=Run), r.updated) for r in rows]

    async def tasks_of(self, asked: AskTasks) -> tuple[int, list[tuple[Run, int, OpenTask]]]:
        """Open steps that a person may do, those with a time first."""
        mine = [f"person:{asked.person}", f"role:{asked.role}"]
        by_role = and_(DoerRow.doer == mine[1])
        if asked.zones is not None:
            by_role = and_(by_role, TaskRow.zone.in_(asked.zones))
        join = and_(DoerRow.run == TaskRow.run, DoerRow.task == TaskRow.task)
        words = holding(asked.words, (RunRow.title, RunRow.id, TaskRow.task))
        where = and_(join, RunRow.id == TaskRow.run, or_(DoerRow.doer == mine[0], by_role), *words)
        async with self._database.session() as session:
            total = await session.scalar(select(func.count(distinct(TaskRow.run + "\n" + TaskRow.task))).where(where))
            rows = await session.execute(_mine(where, asked))
            return total or 0, [
                (msgspec.json.decode(r.whole, type=Run), r.updated, msgspec.json.decode(r.line, type=OpenTask))
                for r in rows
            ]

    async def tasks_in(self, runs: Iterable[str]) -> dict[str, list[OpenTask]]:
        """Open steps of several runs."""
        found: dict[str, list[OpenTask]] = {}
        async with self._database.session() as session:
            for portion in _portions(list(runs)):
                for row in await session.execute(select(_tasks.c.run, _tasks.c.line).where(_tasks.c.run.in_(portion))):
                    found.setdefault(row.run, []).append(msgspec.json.decode(row.line, type=OpenTask))
        return found

    async def findings(self, asked: AskFindings) -> FindingsPage:
        """Alarms and refusals, newest first."""
        conditions = [FindingRow.code.is_not(None) if asked.run is None else FindingRow.run == asked.run]
        if asked.open:
            conditions.append(FindingRow.ended.is_(None))
        if asked.zones is not None:
            conditions.append(FindingRow.zone.in_(asked.zones))
        conditions += holding(asked.words, (FindingRow.code, FindingRow.run, FindingRow.zone))
        first, last = asked.bounds()
        order = order_by(asked.sort, FINDINGS_SORTED_BY, "-time", FindingRow.id)
        async with self._database.session() as session:
            total = await session.scalar(select(func.count()).select_from(FindingRow).where(*conditions))
            rows = await session.scalars(
                select(FindingRow).where(*conditions).order_by(*order).offset(first).limit(last - first)
            )
            items = [
                Finding(
                    id=row.id, run=row.run, zone=row.zone, time=row.time, ended=row.ended, key=row.key,
                    found=msgspec.json.decode(row.line, type=Found),
                )
                for row in rows
            ]  # fmt: skip
        return FindingsPage(total=total or 0, offset=first, items=items)

    # --- the outbox -----------------------------------------------------------------------------------------------

    async def outgoing(self, most: int) -> list[tuple[int, str, str, bytes]]:
        """What is to be said, oldest first: (sequence, id, subject, payload)."""
        async with self._database.session() as session:
            rows = await session.execute(
                select(_out.c.sequence, _out.c.id, _out.c.subject, _out.c.payload).order_by(_out.c.sequence).limit(most)
            )
            return [(row.sequence, row.id, row.subject, row.payload) for row in rows]

    async def said(self, sequences: Sequence[int]) -> None:
        """The stream has these."""
        async with self._database.session() as session, session.begin():
            for portion in _portions(sequences):
                await session.execute(delete(_out).where(_out.c.sequence.in_(portion)))


def _mine(where: ColumnElement[bool], asked: AskTasks) -> Any:
    first, last = asked.bounds()
    # grouped, not DISTINCT: PostgreSQL wants sort columns in a DISTINCT list, and compares no blobs it need not
    keys = (
        select(TaskRow.run.label("run"), TaskRow.task.label("task"), func.min(TaskRow.due).label("due"),
               func.min(TaskRow.opened).label("opened"))
        .where(where).group_by(TaskRow.run, TaskRow.task).subquery()
    )  # fmt: skip
    by = {"due": keys.c.due, "opened": keys.c.opened, "run": keys.c.run}
    order = [*order_by(asked.sort, by, "due,opened", keys.c.run), keys.c.task]
    return (
        select(RunRow.whole, RunRow.updated, TaskRow.line)
        .join(keys, and_(keys.c.run == TaskRow.run, keys.c.task == TaskRow.task))
        .where(RunRow.id == TaskRow.run)
        .order_by(*order)
        .offset(first)
        .limit(last - first)
    )


def _portions(items: Sequence[Any]) -> Iterable[list[Any]]:
    for start in range(0, len(items), PORTION):
        yield list(items[start : start + PORTION])


def _row(change: Change) -> dict[str, Any]:
    run = change.run
    return {
        "id": run.id, "flow": run.flow, "version": run.version, "hash": run.hash, "revision": run.revision,
        "noun": run.noun, "work": run.work, "title": run.title[:200], "zone": run.zones[0] if run.zones else "",
        "status": run.status, "applicant": run.applicant, "started": run.started, "updated": change.updated,
        "ended": run.ended, "due": None if run.hold else run.due, "held": run.hold is not None,
        "state": change.state, "whole": msgspec.json.encode(run),
    }  # fmt: skip


def _task_row(run: Run, task: OpenTask) -> dict[str, Any]:
    return {
        "run": run.id, "task": task.task, "zone": run.zones[0] if run.zones else "", "opened": task.opened,
        "due": task.due, "line": msgspec.json.encode(task),
    }  # fmt: skip


def _where(asked: AskRuns) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    for column, value in (
        (RunRow.flow, asked.flow), (RunRow.noun, asked.noun), (RunRow.work, asked.work),
        (RunRow.applicant, asked.applicant),
    ):  # fmt: skip
        if value is not None:
            conditions.append(column == value)
    if asked.status is not None:
        conditions.append(RunRow.status.in_(asked.status))
    if asked.zone is not None:
        conditions.append(RunRow.id.in_(select(RunZoneRow.run).where(RunZoneRow.zone == asked.zone)))
    if asked.open is not None:
        conditions.append(RunRow.ended.is_(None) if asked.open else RunRow.ended.is_not(None))
    if asked.zones is not None:
        inside = RunRow.id.in_(select(RunZoneRow.run).where(RunZoneRow.zone.in_(asked.zones)))
        conditions.append(or_(inside, RunRow.applicant == asked.own))
    conditions += holding(asked.words, (RunRow.title, RunRow.id, RunRow.flow))
    return and_(*conditions)
