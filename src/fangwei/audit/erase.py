"""Erasing what a person wrote: the words go, their hash stays in the chain, and an entry says who erased them."""

from sqlalchemy import select, update

from fangwei.audit.errors import EntryUnknown, NoWords
from fangwei.audit.models import EntryRow
from fangwei.audit.record import Entry, record
from fangwei.db.session import Database


async def erase_words(database: Database, sequence: int, by: str, ground: str, now: int) -> None:
    """Erase the words beside an entry; `ground` says on what claim or order.

    Raises:
        EntryUnknown: there is no such entry.
        NoWords: nothing is written beside it.
    """
    async with database.session() as session, session.begin():
        found = (
            await session.execute(select(EntryRow.words, EntryRow.zone).where(EntryRow.sequence == sequence))
        ).one_or_none()
        if found is None:
            raise EntryUnknown(sequence=sequence)
        if found.words is None:
            raise NoWords(sequence=sequence)
        await session.execute(update(EntryRow).where(EntryRow.sequence == sequence).values(words=None, salt=None))
        entry = Entry(
            time=now,
            by=by,
            action="audit.erase",
            subject=f"entry/{sequence}",
            zone=found.zone,
            evidence={"ground": ground},
        )
        await record(session, [entry])
