"""The room's tables. Firings are written many at a time in one transaction, with their commands and their entries in
the record: all are kept or none, and a cause that has fired before changes nothing."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from fangwei.audit.record import SYSTEM, Entry, record
from fangwei.core.clock import DAY, now_ns
from fangwei.db.lists import holding, order_by
from fangwei.db.session import Database
from fangwei.reactions.commands import Posted
from fangwei.reactions.errors import OtherCommand
from fangwei.reactions.models import AnswerRow, CommandRow, FiringRow, RevisionRow, RuleRow
from fangwei.reactions.questions import AskFirings, Firing, Firings, RuleCommand
from fangwei.reactions.rule import Rule

PORTION = 500
"""SQLite takes 32,766 variables in one statement."""
ANSWERS_KEPT = 30 * DAY


class Store:
    """Rules, firings, commands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- firings ------------------------------------------------------------------------------------------------

    async def keep(self, firings: Sequence[tuple[Firing, list[Posted]]]) -> set[str]:
        """Write firings that are new; returns the ids of those."""
        rows = {
            f.id: {"id": f.id, "rule": f.rule, "decided": f.decided, "late": f.late, "firing": msgspec.json.encode(f)}
            for f, _ in firings
        }
        fresh: set[str] = set()
        async with self._database.session() as session, session.begin():
            given = list(rows.values())
            insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
            for start in range(0, len(given), PORTION):
                wanted = insert(FiringRow).values(given[start : start + PORTION])
                fresh.update(await session.scalars(wanted.on_conflict_do_nothing().returning(FiringRow.id)))
            if not fresh:
                return fresh
            commands = [_row(p, p.command) for f, all_posted in firings if f.id in fresh for p in all_posted]
            for start in range(0, len(commands), PORTION):
                await session.execute(insert(CommandRow).values(commands[start : start + PORTION]))
            await record(session, [_fired(f, posted) for f, posted in firings if f.id in fresh])
        return fresh

    async def mark(self, commands: Iterable[RuleCommand]) -> None:
        """Write what became of commands."""
        async with self._database.session() as session, session.begin():
            for command in commands:
                await session.execute(
                    update(CommandRow)
                    .where(CommandRow.id == command.id)
                    .values(state=command.state, command=msgspec.json.encode(command))
                )

    async def command(self, id: str) -> RuleCommand | None:
        """One command."""
        async with self._database.session() as session:
            kept = await session.scalar(select(CommandRow.command).where(CommandRow.id == id))
        return None if kept is None else msgspec.json.decode(kept, type=RuleCommand)

    async def unsent(self) -> list[Posted]:
        """Commands that were stored and not (surely) sent."""
        async with self._database.session() as session:
            rows = await session.execute(
                select(CommandRow.posted, CommandRow.command).where(CommandRow.state == "stored")
            )
            found = []
            for posted, command in rows:
                one = msgspec.json.decode(posted, type=Posted)
                one.command = msgspec.json.decode(command, type=RuleCommand)
                found.append(one)
            return found

    async def fired_since(self, since: int) -> list[Firing]:
        """Firings decided since then, oldest first."""
        async with self._database.session() as session:
            rows = await session.scalars(
                select(FiringRow.firing).where(FiringRow.decided >= since).order_by(FiringRow.decided)
            )
            return [msgspec.json.decode(row, type=Firing) for row in rows]

    async def last_fired(self) -> dict[str, int]:
        """When each rule fired last."""
        async with self._database.session() as session:
            rows = await session.execute(
                select(FiringRow.rule, func.max(FiringRow.decided))
                .where(FiringRow.late.is_(False))
                .group_by(FiringRow.rule)
            )
            return {rule: time for rule, time in rows}

    async def firings(self, asked: AskFirings) -> Firings:
        """A page of firings with the state of each command, newest first."""
        where = and_(
            FiringRow.rule == asked.rule if asked.rule is not None else FiringRow.id.is_not(None),
            *holding(asked.words, (FiringRow.rule, FiringRow.id)),
        )
        first, last = asked.bounds()
        async with self._database.session() as session:
            total = await session.scalar(select(func.count()).select_from(FiringRow).where(where))
            rows = await session.scalars(
                select(FiringRow.firing)
                .where(where)
                .order_by(*order_by(asked.sort, {"decided": FiringRow.decided}, "-decided", FiringRow.id))
                .offset(first)
                .limit(last - first)
            )
            found = {f.id: f for f in (msgspec.json.decode(row, type=Firing) for row in rows)}
            commands = await session.scalars(
                select(CommandRow.command).where(CommandRow.firing.in_(list(found))).order_by(CommandRow.number)
            )
            for kept in commands:
                command = msgspec.json.decode(kept, type=RuleCommand)
                found[command.firing].commands.append(command)
        return Firings(total or 0, first, list(found.values()))

    # --- rules --------------------------------------------------------------------------------------------------

    async def rules(self) -> list[Rule]:
        """Every rule."""
        async with self._database.session() as session:
            rows = await session.scalars(select(RuleRow.rule))
            return [msgspec.json.decode(row, type=Rule) for row in rows]

    async def answered(self, name: str, id: str, by: str) -> msgspec.Raw | None:
        """The answer that this command was given before.

        Raises:
            OtherCommand: its id was another command's, or another person's.
        """
        async with self._database.session() as session:
            row = await session.get(AnswerRow, id)
        if row is None:
            return None
        if (row.name, row.by) != (name, by):
            raise OtherCommand(id=id)
        return msgspec.Raw(row.answer)

    async def put(
        self,
        rules: Sequence[Rule],
        entries: Sequence[Entry],
        answer: tuple[str, str, str, Any] | None,
        saved: bool = False,
    ) -> msgspec.Raw:
        """Write rules (as new revisions where `saved`), the command's answer (id, name, by, answer), the record."""
        encoded, now = msgspec.json.encode(answer[3] if answer else None), now_ns()
        async with self._database.session() as session, session.begin():
            for rule in rules:
                row = RuleRow(id=rule.id, revision=rule.revision, updated=rule.updated, rule=msgspec.json.encode(rule))
                await session.merge(row)
                if saved:
                    body = msgspec.json.encode(rule.body)
                    session.add(
                        RevisionRow(rule=rule.id, revision=rule.revision, time=rule.updated, by=rule.by, body=body)
                    )
            if answer is not None:
                session.add(AnswerRow(id=answer[0], name=answer[1], by=answer[2], time=now, answer=encoded))
                await session.execute(delete(AnswerRow).where(AnswerRow.time < now - ANSWERS_KEPT))
            await session.flush()
            await _record(session, entries)
        return msgspec.Raw(encoded)


async def _record(session: AsyncSession, entries: Sequence[Entry]) -> None:
    if entries:
        await record(session, entries)


def _row(posted: Posted, command: RuleCommand) -> dict[str, Any]:
    return {
        "id": command.id,
        "firing": command.firing,
        "number": command.number,
        "state": command.state,
        "valid_until": posted.valid_until,
        "command": msgspec.json.encode(command),
        "posted": msgspec.json.encode(posted),
    }


def _fired(firing: Firing, posted: list[Posted]) -> Entry:
    return Entry(
        id=f"reactions/{firing.id}",
        time=firing.decided,
        by=SYSTEM,
        action="reactions.late" if firing.late else "reactions.fire",
        subject=f"rule/{firing.rule}",
        zone=firing.zone or None,
        after={"commands": [{"id": p.command.id, "kind": p.command.kind, "zones": p.command.zones} for p in posted]},
        evidence={
            "revision": firing.revision,
            "cause": firing.cause,
            "because": firing.because,
            "inputs": [msgspec.to_builtins(i) for i in firing.inputs],
        },
    )
