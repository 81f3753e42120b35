"""Reading the record back in other rooms' tests; the chain is checked on the way."""

import msgspec
from sqlalchemy import select

from fangwei.audit.entry import GENESIS, digest_of, link
from fangwei.audit.models import EntryRow, HeadRow
from fangwei.db.session import Database


async def recorded(database: Database) -> list[dict]:
    """The bodies of all entries, oldest first, with a person's words as they were written."""
    async with database.session() as session, session.begin():
        rows = list(await session.scalars(select(EntryRow).order_by(EntryRow.sequence)))
        head = (await session.scalars(select(HeadRow))).one_or_none()
    before, told = GENESIS, []
    for number, row in enumerate(rows, 1):
        before = link(before, number, digest_of(row.body.encode()))
        assert (row.sequence, row.hash) == (number, before)
        told.append(msgspec.json.decode(row.body) | ({} if row.words is None else {"words": row.words}))
    assert (head.sequence, head.hash) == (len(rows), before) if head else not rows
    return told
