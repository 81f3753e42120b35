"""How far an SQL source was read, kept so that a restart neither loses nor doubles. Pure, but for the file.

Rows are asked for with `cursor >= position`, not `>`: several rows may share one value of the cursor, and some of them
may be written after we looked. The rows already taken at the position itself are remembered by a digest each.
"""

import os
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

SEEN_MOST = 100_000
"""Rows remembered at one value of the cursor; a cursor column with more equal values orders nothing."""


class Stored(msgspec.Struct):
    """The position on disk: the cursor's value as text with its type, and the rows taken at it."""

    kind: str
    text: str
    seen: list[str]


@dataclass(slots=True)
class Position:
    """Where reading stands. `value` None: nothing read yet."""

    value: Any = None
    seen: set[str] = field(default_factory=set)

    def fresh(self, cursor: Any, row: tuple[Any, ...]) -> bool:
        """Whether a row was not taken before; remembers it and moves the position on. Rows come ordered by cursor."""
        digest = blake2b(repr(row).encode(), digest_size=8).hexdigest()
        if self.value is None or cursor != self.value:
            self.value = cursor
            self.seen = {digest}
            return True
        if digest in self.seen:
            return False
        if len(self.seen) < SEEN_MOST:
            self.seen.add(digest)
        return True

    def save(self, path: Path) -> None:
        """Write it so that a crash leaves the old or the new one, whole."""
        kind, text = _text(self.value)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(msgspec.json.encode(Stored(kind, text, sorted(self.seen))))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Position":
        """The position kept, or a new one where there is none.

        Raises:
            ValueError: the file is damaged.
        """
        if not path.exists():
            return cls()
        try:
            stored = msgspec.json.decode(path.read_bytes(), type=Stored)
        except msgspec.MsgspecError as error:
            raise ValueError(f"{path}: {error}") from error
        return cls(_value(stored.kind, stored.text), set(stored.seen))


def _text(value: Any) -> tuple[str, str]:
    if isinstance(value, bool) or value is None:
        raise ValueError(f"a cursor column holds numbers, times or texts, not {value!r}")
    for kind, of in (("int", int), ("float", float), ("decimal", Decimal), ("str", str)):
        if isinstance(value, of):
            return kind, repr(value) if of is float else str(value)
    if isinstance(value, datetime):
        return "datetime", value.isoformat()
    if isinstance(value, date):
        return "date", value.isoformat()
    raise ValueError(f"a cursor column holds numbers, times or texts, not {type(value).__name__}")


def _value(kind: str, text: str) -> Any:
    readers = {
        "int": int, "float": float, "decimal": Decimal, "str": str,
        "datetime": datetime.fromisoformat, "date": date.fromisoformat,
    }  # fmt: skip
    if kind not in readers:
        raise ValueError(f"unknown kind of cursor {kind!r}")
    return readers[kind](text)  # type: ignore[operator]
