"""Reading and writing what people change of duty: each change, its answer and its record in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import delete, func, select

from fangwei.audit.record import Entry, record
from fangwei.core.clock import DAY, now_ns
from fangwei.core.events import Notice
from fangwei.core.lists import Paging
from fangwei.db.base import Base
from fangwei.db.lists import holding, order_by
from fangwei.db.session import Database
from fangwei.duty.chains import Chain, ChainBody
from fangwei.duty.changes import Body, Change
from fangwei.duty.errors import OtherCommand
from fangwei.duty.models import ChainRow, CommandRow, ContactRow, HandoverRow, NoticeRow, RotaChangeRow
from fangwei.duty.ways import Contact

ANSWERS_KEPT = 30 * DAY
"""A command that was lost on the way is sent again within minutes; a phone that was off for a holiday within weeks."""

NOTICE_SORTS = {
    "sent": NoticeRow.sent,
    "person": NoticeRow.person,
    "channel": NoticeRow.channel,
    "state": NoticeRow.state,
    "step": NoticeRow.step,
}
HANDOVER_SORTS = {"time": HandoverRow.time, "by": HandoverRow.by, "to": HandoverRow.to}

_body = msgspec.json.Decoder(Body)


@dataclass(frozen=True)
class Book:
    """What was kept, at the start."""

    changes: list[Change]
    chains: dict[str, Chain]
    revisions: dict[str, int]
    """Of every chain, also those taken away."""
    contacts: list[tuple[Contact, bytes]]
    """With the sealed address, in the order in which they were made."""


class Ledger:
    """The tables of what people change."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Book:
        """Everything that holds."""
        async with self._database.session() as session:
            changes = [
                Change(id=r.id, number=r.number, time=r.time, by=r.by, why=r.why, body=_body.decode(r.body))
                for r in await session.scalars(select(RotaChangeRow).order_by(RotaChangeRow.number))
            ]
            chains: dict[str, Chain] = {}
            revisions: dict[str, int] = {}
            for row in await session.scalars(select(ChainRow).order_by(ChainRow.revision)):
                revisions[row.chain] = row.revision
                if row.body is None:
                    chains.pop(row.chain, None)
                else:
                    body = msgspec.json.decode(row.body, type=ChainBody)
                    chains[row.chain] = Chain(id=row.chain, revision=row.revision, time=row.time, by=row.by, body=body)
            contacts = [
                (msgspec.json.decode(row.contact, type=Contact), row.address or b"")
                for row in await session.scalars(
                    select(ContactRow).where(ContactRow.removed.is_(None)).order_by(ContactRow.made, ContactRow.id)
                )
            ]
        return Book(changes, chains, revisions, contacts)

    async def answered(self, name: str, id: str) -> msgspec.Raw | None:
        """The answer to a command that was given before.

        Raises:
            OtherCommand: its id was used for another command.
        """
        async with self._database.session() as session:
            row = await session.get(CommandRow, id)
        if row is None:
            return None
        if row.name != name:
            raise OtherCommand(id=id)
        return msgspec.Raw(row.answer)

    async def keep(
        self, name: str, id: str, answer: Any, rows: Sequence[Base], entries: Sequence[Entry]
    ) -> msgspec.Raw:
        """Write rows, the command's answer and the record of it in one transaction; returns the answer."""
        encoded, now = msgspec.json.encode(answer), now_ns()
        async with self._database.session() as session, session.begin():
            for row in rows:
                # Changes and chains are added and never altered: a number that exists is a fault, not an update.
                if isinstance(row, RotaChangeRow | ChainRow):
                    session.add(row)
                else:
                    await session.merge(row)
            session.add(CommandRow(id=id, name=name, time=now, answer=encoded))
            await session.execute(delete(CommandRow).where(CommandRow.time < now - ANSWERS_KEPT))
            await session.flush()
            await record(session, entries)
        return msgspec.Raw(encoded)

    async def contact_row(self, id: str) -> ContactRow | None:
        """A contact as kept."""
        async with self._database.session() as session:
            return await session.get(ContactRow, id)

    async def keep_notice(self, notice: Notice, action: str = "duty.test_contact") -> None:
        """A notice that belongs to no incident (a test, or what a room had people told), in the state it has
        reached."""
        entry = Entry(
            id=f"duty/{notice.id}/{notice.state.value}/{notice.taken}",
            time=now_ns(),
            by=notice.person,
            action=action,
            subject=f"contact/{notice.channel}",
            after={"state": notice.state.value, "taken": notice.taken is not None},
            evidence={"notice": notice.id} | ({"error": notice.error} if notice.error else {}),
        )
        async with self._database.session() as session, session.begin():
            await session.merge(notice_row(notice))
            await session.flush()
            await record(session, [entry])

    async def untaken(self, incident: str) -> list[Notice]:
        """Notices of it that no receiver has confirmed."""
        async with self._database.session() as session:
            rows = await session.scalars(select(NoticeRow.notice).where(NoticeRow.incident == incident))
            found = [msgspec.json.decode(row, type=Notice) for row in rows]
        return [notice for notice in found if notice.taken is None and notice.arrived is None]

    async def receipts(self, person: str | None, incident: str | None, part: Paging) -> tuple[list[Notice], int]:
        """Notices, the newest first unless sorted, and how many there are."""
        n = NoticeRow
        wanted = select(n).where(*holding(part.words, (n.id, n.person, n.incident, n.channel, n.state, n.error)))
        if person is not None:
            wanted = wanted.where(NoticeRow.person == person)
        if incident is not None:
            wanted = wanted.where(NoticeRow.incident == incident)
        async with self._database.session() as session:
            total = await session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
            first, last = part.bounds()
            order = order_by(part.sort, NOTICE_SORTS, "-sent", NoticeRow.id)
            newest = wanted.order_by(*order).offset(first).limit(last - first)
            rows = [msgspec.json.decode(row.notice, type=Notice) for row in await session.scalars(newest)]
        return rows, total

    async def handovers(self, part: Paging) -> tuple[list[bytes], int]:
        """Hand-over notes, the newest first unless sorted, and how many there are; words are those of who gave it to
        whom, and of its id."""
        h = HandoverRow
        wanted = select(h).where(*holding(part.words, (h.id, h.by, h.to)))
        async with self._database.session() as session:
            total = await session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
            first, last = part.bounds()
            order = order_by(part.sort, HANDOVER_SORTS, "-time", h.id)
            newest = wanted.order_by(*order).offset(first).limit(last - first)
            return [row.note for row in await session.scalars(newest)], total

    async def handover(self, id: str) -> bytes | None:
        """One hand-over note."""
        async with self._database.session() as session:
            row = await session.get(HandoverRow, id)
            return row.note if row else None


def notice_row(notice: Notice) -> NoticeRow:
    """A notice as a row."""
    return NoticeRow(
        id=notice.id,
        incident=notice.incident,
        person=notice.person,
        channel=notice.channel,
        step=notice.step,
        state=notice.state.value,
        sent=notice.sent,
        arrived=notice.arrived,
        read=notice.read,
        error=(notice.error or "")[:300] or None,
        notice=msgspec.json.encode(notice),
    )
