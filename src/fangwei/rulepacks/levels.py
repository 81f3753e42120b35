"""The level of a work by the rows of a pack: the highest whose conditions hold. Pure."""

from collections.abc import Sequence

import msgspec

from fangwei.feel.interpreter import Feel
from fangwei.rulepacks.conditions import unknown, values
from fangwei.rulepacks.pack import Level, Pack
from fangwei.rulepacks.view import View


class LevelAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The level that the facts ask for."""

    level: str | None
    """None: no row holds, or a row that would raise it cannot be told."""
    rank: int
    clauses: tuple[str, ...] = ()
    """Of the rows that hold."""
    missing: tuple[str, ...] = ()
    """Facts that would have to be known."""


def level_of(pack: Pack, work: str, seen: View, feel: Feel) -> LevelAnswer | None:
    """The level of this work by this pack; None when the pack grades it not at all."""
    rows = [row for row in pack.levels if row.work == work]
    if not rows:
        return None
    held, doubtful = _sort(rows, seen, feel)
    best = max(held, key=lambda row: row.rank, default=None)
    rank = best.rank if best else -1
    missing = dict.fromkeys(path for row, paths in doubtful if row.rank > rank for path in paths)
    return LevelAnswer(
        level=None if missing or best is None else best.level,
        rank=rank,
        clauses=tuple(dict.fromkeys(row.clause for row in held if row.rank == rank)),
        missing=tuple(missing),
    )


def rank_of(pack: Pack, work: str, level: str) -> int | None:
    """The rank of a level by name."""
    return next((row.rank for row in pack.levels if row.work == work and row.level == level), None)


def _sort(rows: Sequence[Level], seen: View, feel: Feel) -> tuple[list[Level], list[tuple[Level, tuple[str, ...]]]]:
    """The rows that hold, and those that cannot be told with what is missing."""
    conditions = list(dict.fromkeys(condition for row in rows for condition in (*row.when, *row.any)))
    told = dict(zip(conditions, values(feel, [(condition, seen) for condition in conditions]), strict=True))
    held: list[Level] = []
    doubtful: list[tuple[Level, tuple[str, ...]]] = []
    for row in rows:
        answers = [told[condition] for condition in row.when]
        some = [told[condition] for condition in row.any]
        if False in answers or (some and not any(some) and None not in some):
            continue
        if all(answers) and (not some or any(some)):
            held.append(row)
            continue
        doubted = [c for c in row.when if told[c] is None]
        if not any(some):
            doubted += [c for c in row.any if told[c] is None]
        doubtful.append((row, tuple(path for c in doubted for path in (unknown(c, seen) or (c,)))))
    return held, doubtful
