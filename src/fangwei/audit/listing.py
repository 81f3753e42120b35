"""Asking the record: by time, person, place, kind, subject and words. Synchronous, on a reading engine."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Engine, Row, Table, and_, func, or_, select

from fangwei.audit.models import EntryRow, SealRow

MOST_LISTED = 500

_entries: Table = EntryRow.__table__  # type: ignore[assignment]  # declared as FromClause
_seals: Table = SealRow.__table__  # type: ignore[assignment]


class Wanted(msgspec.Struct, kw_only=True):
    """Which entries; what is None does not matter. Times are UTC ns, `start` is in, `end` is not.

    `action` is a whole action or a room (`alarms`), `subject` a whole subject or its kind (`alarm`); `q` holds words
    that must all occur, in the entry or in what a person wrote beside it.
    """

    start: int | None = None
    end: int | None = None
    person: str | None = None
    zone: str | None = None
    action: str | None = None
    subject: str | None = None
    q: str | None = None

    def given(self) -> dict[str, Any]:
        """What of it is set."""
        return {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) not in (None, "")}


class AskRecord(Wanted, kw_only=True):
    """`fw.ask.audit.list`."""

    offset: int = 0
    limit: int = 50
    sort: str = "-time"


class RecordItem(msgspec.Struct, kw_only=True):
    """An entry as it is shown."""

    sequence: int
    id: str
    time: int
    by: str
    action: str
    subject: str
    zone: str | None = None
    place: list[float] | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    evidence: dict[str, Any] | None = None
    words: str | None = None
    erased: bool = False
    """There were words, and they are erased."""
    sealed: bool = False
    hash: str = ""


class RecordPage(msgspec.Struct):
    """Answer: `total` of the filter, and the part asked for."""

    total: int
    offset: int
    items: list[RecordItem]


def listed(engine: Engine, asked: AskRecord) -> RecordPage:
    """The entries asked for; `sort` is `time` or `-time`, the order in which they were chained."""
    where = condition(asked)
    turned = _entries.c.sequence.asc() if asked.sort == "time" else _entries.c.sequence.desc()
    part = select(_entries).where(where).order_by(turned)
    part = part.limit(max(1, min(asked.limit, MOST_LISTED))).offset(max(0, asked.offset))
    with engine.connect() as connection:
        total = connection.execute(select(func.count()).select_from(_entries).where(where)).scalar() or 0
        sealed = connection.execute(select(func.max(_seals.c.sequence))).scalar() or 0
        rows = connection.execute(part).all()
    return RecordPage(total, asked.offset, [item_of(row, sealed) for row in rows])


def condition(wanted: Wanted) -> ColumnElement[bool]:
    """The filter as SQL."""
    c = _entries.c
    parts: list[ColumnElement[bool]] = []
    if wanted.start is not None:
        parts.append(c.time >= wanted.start)
    if wanted.end is not None:
        parts.append(c.time < wanted.end)
    if wanted.person:
        parts.append(c.by == wanted.person)
    if wanted.zone:
        parts.append(c.zone == wanted.zone)
    if wanted.action:
        parts.append(or_(c.action == wanted.action, c.action.startswith(f"{wanted.action}.", autoescape=True)))
    if wanted.subject:
        whole = "/" in wanted.subject
        parts.append(
            c.subject == wanted.subject if whole else c.subject.startswith(f"{wanted.subject}/", autoescape=True)
        )
    for word in (wanted.q or "").split():
        # JSON escapes quotes and backslashes; words are looked for as they stand there.
        escaped = msgspec.json.encode(word).decode()[1:-1]
        parts.append(or_(c.body.icontains(escaped, autoescape=True), c.words.icontains(word, autoescape=True)))
    return and_(True, *parts)


def item_of(row: Row[Any], sealed: int) -> RecordItem:
    """A row as it is shown. A body that cannot be read (it was tampered with) is shown by its columns."""
    body = _shown(row.body)
    try:
        item = msgspec.json.decode(b'{"sequence":%d,' % row.sequence + body.encode()[1:], type=RecordItem)
        item.erased = item.words is not None and row.words is None
        item.words = None if row.words is None else _shown(row.words)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        item = RecordItem(
            sequence=row.sequence,
            id="",
            time=row.time if isinstance(row.time, int) else 0,
            by=_shown(row.by),
            action=_shown(row.action),
            subject=_shown(row.subject),
            zone=None if row.zone is None else _shown(row.zone),
            evidence={"unreadable": body[:500]},
        )
    item.sealed = row.sequence <= sealed
    item.hash = row.hash.hex() if isinstance(row.hash, bytes) else _shown(row.hash)
    return item


def _shown(value: object) -> str:
    """What stands in a column as text that can be sent on, whatever somebody put there."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return "" if value is None else str(value).encode(errors="replace").decode()
