"""The room's tables. A step is one transaction: read, decide, write, beside its line; the command's id is the key of
the line, so that the same command twice is one step, whoever sends it again and after however long."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fangwei.audit.record import Entry, record
from fangwei.db.lists import holding, order_by
from fangwei.db.session import Database
from fangwei.work.errors import HazardUnknown, IdTaken
from fangwei.work.figures import Closed, Figures, closing
from fangwei.work.hazards import OVER, FoundHazard, HazardLevel, HazardLine, HazardStatus
from fangwei.work.models import HazardRow, StepRow
from fangwei.work.questions import SORTED_BY, Filter, Listed

Made = tuple[FoundHazard, HazardLine]


SORTS: dict[str, Any] = {name: getattr(HazardRow, name) for name in SORTED_BY}


class Store:
    """Hazards and their steps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(self, id: str, by: str, make: Callable[[], Made]) -> FoundHazard:
        """A new hazard; the same id by the same person again answers what is there.

        Raises:
            IdTaken: the id belongs to another person's entry.
        """
        async with self._database.session() as session, session.begin():
            known = await self._known(session, id, by)
            if known is not None:
                return known
            hazard, line = make()
            session.add(_row(hazard))
            session.add(_step(hazard, line))
            await session.flush()
            await record(session, [_entry(None, hazard, line)])
            return hazard

    async def step(self, id: str, by: str, hazard: str, make: Callable[[FoundHazard], Made]) -> FoundHazard:
        """One step on a hazard; the same command again answers the hazard as it stands now.

        Raises:
            HazardUnknown: there is none of that id.
            IdTaken: the command's id was another person's.
        """
        async with self._database.session() as session, session.begin():
            known = await self._known(session, id, by)
            if known is not None:
                return known
            row = await session.get(HazardRow, hazard, with_for_update=True)
            if row is None:
                raise HazardUnknown(hazard=hazard)
            before = _hazard(row)
            after, line = make(before)
            for name, value in _columns(after).items():
                setattr(row, name, value)
            session.add(_step(after, line))
            await session.flush()
            await record(session, [_entry(before, after, line)])
            return after

    async def show(self, hazard: str) -> tuple[FoundHazard, list[HazardLine]]:
        """A hazard and its history, oldest first.

        Raises:
            HazardUnknown: there is none of that id.
        """
        async with self._database.session() as session:
            row = await session.get(HazardRow, hazard)
            if row is None:
                raise HazardUnknown(hazard=hazard)
            lines = await session.scalars(select(StepRow.line).where(StepRow.hazard == hazard).order_by(StepRow.number))
            return _hazard(row), [msgspec.json.decode(line, type=HazardLine) for line in lines]

    async def photos(self) -> set[str]:
        """Every picture that a step names."""
        async with self._database.session() as session:
            lines = await session.scalars(select(StepRow.line).where(StepRow.has_photos))
            return {photo for line in lines for photo in msgspec.json.decode(line, type=HazardLine).photos}

    async def listed(self, asked: Filter, now: int) -> Listed:
        """The page of the list that was asked for."""
        where = _where(asked, now)
        first, last = asked.bounds()
        # Without a deadline last, in either direction: they are no news in a list by deadline.
        order = order_by(asked.sort, SORTS, "-reported", HazardRow.id)
        async with self._database.session() as session:
            total = await session.scalar(select(func.count()).select_from(HazardRow).where(where))
            part = select(HazardRow.whole).where(where).order_by(*order).offset(first).limit(last - first)
            items = [msgspec.json.decode(whole, type=FoundHazard) for whole in await session.scalars(part)]
        return Listed(total=total or 0, offset=first, items=items)

    async def figures(self, start: int, end: int, zones: list[str] | None, now: int, own: str | None = None) -> Figures:
        """What waits now, and how long what closed in [start, end) took; in `zones`, and `own` ones anywhere."""
        mine = _seen(zones, own)
        open_now = and_(mine, HazardRow.status.not_in([str(s) for s in OVER]))
        async with self._database.session() as session:

            async def count(where: ColumnElement[bool]) -> int:
                return await session.scalar(select(func.count()).select_from(HazardRow).where(where)) or 0

            rows = await session.execute(
                select(HazardRow.seen, HazardRow.closed, HazardRow.deadline, HazardRow.level).where(
                    mine,
                    HazardRow.status == str(HazardStatus.VERIFIED),
                    HazardRow.closed >= start,
                    HazardRow.closed < end,
                )
            )
            closed = [Closed(r.seen, r.closed, r.deadline, HazardLevel(r.level)) for r in rows]
            return Figures(
                open=await count(open_now),
                overdue=await count(and_(open_now, HazardRow.deadline < now)),
                waiting_check=await count(and_(mine, HazardRow.status == str(HazardStatus.FIXED))),
                reported=await count(and_(mine, HazardRow.reported >= start, HazardRow.reported < end)),
                closing=closing(closed),
                by_level={str(level): closing(c for c in closed if c.level is level) for level in HazardLevel},
            )

    async def _known(self, session: AsyncSession, id: str, by: str) -> FoundHazard | None:
        done = await session.get(StepRow, id)
        if done is None:
            return None
        if done.by != by:
            raise IdTaken()
        row = await session.get(HazardRow, done.hazard)
        return None if row is None else _hazard(row)


def _seen(zones: list[str] | None, own: str | None) -> ColumnElement[bool]:
    if zones is None:
        return HazardRow.id.is_not(None)
    if own is None:
        return HazardRow.zone.in_(zones)
    return or_(HazardRow.zone.in_(zones), HazardRow.reporter == own, HazardRow.assignee == own)


def _where(asked: Filter, now: int) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if asked.status is not None:
        conditions.append(HazardRow.status.in_([str(s) for s in asked.status]))
    conditions.append(_seen(asked.zones, asked.own))
    for column, value in (
        (HazardRow.zone, asked.zone),
        (HazardRow.point, asked.point),
        (HazardRow.assignee, asked.assignee),
        (HazardRow.reporter, asked.reporter),
        (HazardRow.level, None if asked.level is None else str(asked.level)),
    ):
        if value is not None:
            conditions.append(column == value)
    if asked.overdue:
        conditions += [HazardRow.deadline < now, not_(HazardRow.status.in_([str(s) for s in OVER]))]
    conditions += holding(asked.words, (HazardRow.words, HazardRow.id))
    return and_(*conditions)


def _hazard(row: HazardRow) -> FoundHazard:
    return msgspec.json.decode(row.whole, type=FoundHazard)


def _columns(hazard: FoundHazard) -> dict[str, Any]:
    return {
        "status": str(hazard.status),
        "level": str(hazard.level),
        "kind": str(hazard.kind),
        "zone": hazard.zone,
        "point": hazard.point,
        "words": hazard.words,
        "reporter": hazard.reporter,
        "assignee": hazard.assignee,
        "fixed_by": hazard.fixed_by,
        "seen": hazard.seen,
        "reported": hazard.reported,
        "updated": hazard.updated,
        "deadline": hazard.deadline,
        "closed": hazard.closed,
        "revision": hazard.revision,
        "whole": msgspec.json.encode(hazard),
    }


def _row(hazard: FoundHazard) -> HazardRow:
    return HazardRow(id=hazard.id, **_columns(hazard))


def _step(hazard: FoundHazard, line: HazardLine) -> StepRow:
    return StepRow(
        id=line.id,
        hazard=line.hazard,
        number=hazard.revision,
        time=line.time,
        by=line.by,
        action=line.action,
        has_photos=bool(line.photos),
        line=msgspec.json.encode(line),
    )


def _entry(before: FoundHazard | None, after: FoundHazard, line: HazardLine) -> Entry:
    was, now = ({} if h is None else _told(h) for h in (before, after))
    changed = {k: v for k, v in now.items() if was.get(k) != v}
    return Entry(
        id=f"work/{line.id}",
        time=line.time,
        by=line.by,
        action=f"work.{line.action}",
        subject=f"hazard/{after.id}",
        zone=after.zone,
        place=None,
        before={k: was[k] for k in changed} if before else None,
        after=changed,
        evidence={"photos": line.photos} if line.photos else None,
        words=line.words or None,
    )


def _told(hazard: FoundHazard) -> dict[str, Any]:
    """The state as the record tells it: without what a person wrote, which stands beside the chain."""
    told: dict[str, Any] = msgspec.to_builtins(hazard)
    return {k: v for k, v in told.items() if k not in ("id", "words", "photos", "fix_photos", "updated")}
