"""Reading and writing what duty keeps."""

from dataclasses import dataclass, field

import msgspec
from sqlalchemy import select

from fangwei.audit.record import Entry, record
from fangwei.core.events import Notice
from fangwei.db.session import Database
from fangwei.duty.ledger import notice_row
from fangwei.duty.models import DeliveryRow, EscalationRow, NoticeRow
from fangwei.duty.watch import Watch


@dataclass
class Batch:
    """What changed since the last write; the newest of each."""

    watches: dict[str, Watch] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    deliveries: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """(channel, incident) -> (revision, time)."""
    recorded: list[Entry] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.watches or self.notices or self.deliveries)

    def under(self, newer: "Batch") -> None:
        """Put this batch, which could not be written, below what came since."""
        newer.watches = self.watches | newer.watches
        newer.notices = self.notices | newer.notices
        newer.deliveries = self.deliveries | newer.deliveries
        newer.recorded = self.recorded + newer.recorded


@dataclass
class Kept:
    """What was stored."""

    watches: dict[str, Watch]
    deliveries: dict[tuple[str, str], int]
    latest: int
    """Time of the latest write; 0 when nothing was ever written."""


class Store:
    """The duty tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, since: int) -> Kept:
        """Escalations that are not over, or were changed after `since` (UTC ns), with their notices."""
        async with self._database.session() as session:
            rows = (
                await session.scalars(
                    select(EscalationRow).where(
                        EscalationRow.status.not_in(["closed", "dissolved"]) | (EscalationRow.updated >= since)
                    )
                )
            ).all()
            watches = {row.incident: msgspec.json.decode(row.watch, type=Watch) for row in rows}
            wanted = list(watches)
            # in portions: SQLite takes 32,766 variables in one statement, older ones 999
            for start in range(0, len(wanted), 500):
                portion = wanted[start : start + 500]
                for note in await session.scalars(select(NoticeRow).where(NoticeRow.incident.in_(portion))):
                    watches[note.incident].notices[note.id] = msgspec.json.decode(note.notice, type=Notice)
            deliveries = {
                (row.channel, row.incident): row.revision
                for row in await session.scalars(select(DeliveryRow).where(DeliveryRow.time >= since))
            }
            latest = await session.scalar(select(EscalationRow.updated).order_by(EscalationRow.updated.desc()).limit(1))
        return Kept(watches, deliveries, latest or 0)

    async def revision(self, incident: str) -> int | None:
        """The last revision of an incident that duty dealt with; None if it never heard of it."""
        async with self._database.session() as session:
            found: int | None = await session.scalar(
                select(EscalationRow.revision).where(EscalationRow.incident == incident)
            )
            return found

    async def notices(self, incident: str) -> list[Notice]:
        """Every notice of an incident, oldest first."""
        async with self._database.session() as session:
            rows = await session.scalars(
                select(NoticeRow).where(NoticeRow.incident == incident).order_by(NoticeRow.sent, NoticeRow.id)
            )
            return [msgspec.json.decode(row.notice, type=Notice) for row in rows]

    async def notice(self, id: str) -> Notice | None:
        """One notice."""
        async with self._database.session() as session:
            row = await session.get(NoticeRow, id)
            return msgspec.json.decode(row.notice, type=Notice) if row else None

    async def keep(self, batch: Batch, now: int) -> None:
        """Write a batch in one transaction."""
        rows: list[NoticeRow | EscalationRow | DeliveryRow] = []
        for watch in batch.watches.values():
            due = [time for time in (watch.due, watch.everyone_due) if time is not None]
            rows.append(
                EscalationRow(
                    incident=watch.incident.id,
                    revision=watch.incident.revision,
                    status=watch.incident.status.value,
                    step=watch.step,
                    due=min(due, default=None),
                    updated=now,
                    watch=msgspec.json.encode(msgspec.structs.replace(watch, notices={})),
                )
            )
        rows += [notice_row(notice) for notice in batch.notices.values()]
        rows += [
            DeliveryRow(channel=channel, incident=incident, revision=revision, time=time)
            for (channel, incident), (revision, time) in batch.deliveries.items()
        ]
        async with self._database.session() as session, session.begin():
            for row in rows:
                await session.merge(row)
            await session.flush()
            await record(session, batch.recorded)
