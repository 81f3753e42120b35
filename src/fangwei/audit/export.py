"""The record as a file: JSON Lines that can be checked without the platform, or CSV for reading.

Of entries that were not asked for the digest alone is in the file, so that the chain can be followed through it and
nothing of them is told (docs/audit.md).
"""

import csv
import io
from collections.abc import Callable, Iterator
from typing import IO, Any

import msgspec
from sqlalchemy import Engine, Table, func, select

from fangwei.audit.check import Link
from fangwei.audit.entry import GENESIS
from fangwei.audit.listing import Wanted, condition, item_of
from fangwei.audit.models import EntryRow, SealRow
from fangwei.audit.seal import Seal
from fangwei.audit.source import StoreSource
from fangwei.core.clock import iso

FORMAT = "fangwei-audit-export-1"
LEFT_OUT_PER_LINE = 500
PORTION = 1000

_entries: Table = EntryRow.__table__  # type: ignore[assignment]  # declared as FromClause
_seals: Table = SealRow.__table__  # type: ignore[assignment]

COLUMNS = (
    "sequence", "time", "by", "action", "subject", "zone", "east", "north", "up", "before", "after", "evidence",
    "words", "hash",
)  # fmt: skip


class Written(msgspec.Struct):
    """What was written: entries shown, and where the exported piece of the chain begins and ends."""

    shown: int
    first: int
    last: int


def counted(engine: Engine, wanted: Wanted) -> tuple[int, int, int]:
    """How many entries the filter finds, the first and the last of them (0 when there are none)."""
    statement = select(func.count(), func.min(_entries.c.sequence), func.max(_entries.c.sequence))
    with engine.connect() as connection:
        count, first, last = connection.execute(statement.where(condition(wanted))).one()
    return int(count), int(first or 0), int(last or 0)


def write_lines(
    engine: Engine, wanted: Wanted, file: IO[bytes], now: int, progress: Callable[[int], None] | None = None
) -> Written:
    """Write JSON Lines: a head, then entries, digests of those left out, seals behind what they seal, an end.

    The file reaches to the first seal behind the last entry shown, so that all of them are proved; where there is none
    yet, to the end of the chain.
    """
    source = StoreSource(engine)
    _, first, last = counted(engine, wanted)
    shown_ones = _sequences(engine, wanted)
    begin = first - 1 if first else source.last()
    upto = min(source.last(), _sealed_from(engine, last) or source.last()) if last else begin
    _line(
        file,
        {
            "kind": "head",
            "format": FORMAT,
            "made": now,
            "filter": wanted.given(),
            "after": {"sequence": begin, "hash": _hash_at(engine, begin).hex()},
            "keys": [{"id": id, "public": public.hex()} for id, public in sorted(source.keys().items())],
        },
    )
    seals = source.seals(max(begin, 1))
    seal = next(seals, None)
    left_out: list[str] = []
    shown, dated, next_shown = 0, True, next(shown_ones, None)

    def flush(sequence: int) -> None:
        if left_out:
            _line(file, {"kind": "left_out", "first": sequence - len(left_out) + 1, "digests": left_out})
            left_out.clear()

    for one in source.links(begin):
        if one.sequence > upto:
            break
        if one.sequence == next_shown:
            flush(one.sequence - 1)
            _line(file, _entry_line(one))
            shown, dated, next_shown = shown + 1, False, next(shown_ones, None)
            if progress is not None and shown % PORTION == 0:
                progress(shown)
        else:
            left_out.append(one.digest.hex())
            if len(left_out) == LEFT_OUT_PER_LINE:
                flush(one.sequence)
        while seal is not None and seal.sequence <= one.sequence:
            # A seal per stretch of entries shown says when they stood; the many others would only fill the file.
            if seal.sequence == one.sequence and not dated:
                flush(one.sequence)
                _line(file, _seal_line(seal))
                dated = True
            seal = next(seals, None)
    flush(upto)
    _line(file, {"kind": "end", "sequence": upto, "shown": shown})
    return Written(shown, begin + 1, upto)


def write_csv(engine: Engine, wanted: Wanted, file: IO[bytes], zone: str) -> Written:
    """Write CSV for a spreadsheet, times in `zone`; nothing of it can be checked but by its hashes."""
    count, first, last = counted(engine, wanted)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    text.write("\ufeff")  # spreadsheets take it for UTF-8 by this alone
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    after = 0
    while True:
        statement = select(_entries).where(condition(wanted), _entries.c.sequence > after)
        with engine.connect() as connection:
            rows = connection.execute(statement.order_by(_entries.c.sequence).limit(PORTION)).all()
        for row in rows:
            item = item_of(row, 0)
            place: list[object] = [*(item.place or ("", "", ""))]
            told = [_json(item.before), _json(item.after), _json(item.evidence), item.words or ""]
            names = [item.by, item.action, item.subject, item.zone or ""]
            values = [item.sequence, iso(item.time, zone), *map(_harmless, names), *place, *map(_harmless, told)]
            writer.writerow([*values, item.hash])
        if len(rows) < PORTION:
            break
        after = rows[-1].sequence
    text.detach()
    return Written(count, first, last)


def _sequences(engine: Engine, wanted: Wanted) -> Iterator[int]:
    after = 0
    while True:
        statement = select(_entries.c.sequence).where(condition(wanted), _entries.c.sequence > after)
        with engine.connect() as connection:
            found = list(connection.execute(statement.order_by(_entries.c.sequence).limit(PORTION)).scalars())
        yield from found
        if len(found) < PORTION:
            return
        after = found[-1]


def _sealed_from(engine: Engine, sequence: int) -> int | None:
    with engine.connect() as connection:
        return connection.execute(select(func.min(_seals.c.sequence)).where(_seals.c.sequence >= sequence)).scalar()


def _hash_at(engine: Engine, sequence: int) -> bytes:
    if sequence == 0:
        return GENESIS
    with engine.connect() as connection:
        found = connection.execute(select(_entries.c.hash).where(_entries.c.sequence == sequence)).scalar()
    return found or GENESIS


def _entry_line(one: Link) -> dict[str, Any]:
    line: dict[str, Any] = {
        "kind": "entry",
        "sequence": one.sequence,
        "body": (one.body or b"").decode(errors="replace"),
        "hash": (one.hash or b"").hex(),
    }
    if one.words is not None and one.salt is not None:
        line |= {"words": one.words, "salt": one.salt.hex()}
    return line


def _seal_line(seal: Seal) -> dict[str, Any]:
    return {
        "kind": "seal",
        "number": seal.number,
        "sequence": seal.sequence,
        "hash": seal.hash.hex(),
        "time": seal.time,
        "key": seal.key,
        "signature": seal.signature.hex(),
    }


def _line(file: IO[bytes], content: dict[str, Any]) -> None:
    file.write(msgspec.json.encode(content) + b"\n")


def _json(value: object) -> str:
    return "" if value is None else msgspec.json.encode(value).decode()


def _harmless(cell: str) -> str:
    """A spreadsheet takes a cell that begins like this for a formula."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
