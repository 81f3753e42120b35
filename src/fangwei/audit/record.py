"""Writing the record, inside the transaction of the change it tells: both are kept or neither.

Call it last in the transaction: it takes the head of the chain, and writers of other rooms wait for it from there on.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fangwei.audit.entry import GENESIS, SYSTEM, Entry, Words, body_of, digest_of, key_of, link
from fangwei.audit.models import EntryRow, HeadRow

__all__ = ["SYSTEM", "Entry", "record"]

HEAD = 1
PORTION = 500
"""SQLite takes 32,766 variables in one statement, older ones 999."""

_entries: Table = EntryRow.__table__  # type: ignore[assignment]  # declared as FromClause
_head: Table = HeadRow.__table__  # type: ignore[assignment]
_read_head = select(_head.c.sequence, _head.c.hash).where(_head.c.id == HEAD).with_for_update()
_move_head = update(_head).where(_head.c.id == bindparam("head"))


async def record(session: AsyncSession, entries: Iterable[Entry]) -> int:
    """Chain the entries to the record within the caller's transaction; returns how many were new.

    An entry whose id is recorded already is left out: a write that is repeated after a restart adds nothing.
    """
    fresh: dict[bytes, Entry] = {}
    for entry in entries:
        fresh.setdefault(key_of(entry.id), entry)
    if not fresh:
        return 0
    head = (await session.execute(_read_head)).one_or_none()
    sequence, before = (head.sequence, head.hash) if head is not None else (0, GENESIS)
    for key in await _known(session, list(fresh)):
        del fresh[key]
    rows = []
    for key, entry in fresh.items():
        sequence += 1
        row = _row(entry, key, sequence, before)
        before = row["hash"]
        rows.append(row)
    if not rows:
        return 0
    await session.execute(insert(_entries), rows)
    moved = {"sequence": sequence, "hash": before}
    if head is None:
        await session.execute(insert(_head), {"id": HEAD, **moved})
    else:
        await session.execute(_move_head, {"head": HEAD, **moved})
    return len(rows)


async def _known(session: AsyncSession, keys: list[bytes]) -> list[bytes]:
    found: list[bytes] = []
    for start in range(0, len(keys), PORTION):
        portion = keys[start : start + PORTION]
        found += await session.scalars(select(_entries.c.key).where(_entries.c.key.in_(portion)))
    return found


def _row(entry: Entry, key: bytes, sequence: int, before: bytes) -> dict[str, Any]:
    words = Words.of(entry.words) if entry.words is not None else None
    body = body_of(entry, words)
    return {
        "sequence": sequence,
        "key": key,
        "body": body.decode(),
        "hash": link(before, sequence, digest_of(body)),
        "words": words.text if words else None,
        "salt": words.salt if words else None,
        **columns_of(entry.time, entry.by, entry.action, entry.subject, entry.zone),
    }


def columns_of(time: int, by: str, action: str, subject: str, zone: str | None) -> dict[str, Any]:
    """What of an entry stands in columns to ask by: as long as the column takes, without NUL."""
    return {
        "time": time,
        "by": _fitting(by, 64),
        "action": _fitting(action, 64),
        "subject": _fitting(subject, 200),
        "zone": None if zone is None else _fitting(zone, 64),
    }


def _fitting(text: str, length: int) -> str:
    return text.replace("\0", "\ufffd")[:length]
