"""Which part of a list is wanted, in which order: one way for every room and for the API. Pure.

`sort` names fields, the first counts most, `-` before one turns it round: `-since,zone`. Items of equal rank stay in
the list's own order, so that pages neither repeat nor miss one; items without a value come last either way. `q` are
words that must all occur, in any case.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text

T = TypeVar("T")

MOST = 500
"""Items of a page: what a person scrolls through, and an answer of some 500 kB."""


class SortUnknown(FangweiError):
    """The list cannot be sorted by that."""

    code = "api.sort_unknown"
    text = Text("不能按 {field} 排序，可用：{known}", "The list cannot be sorted by {field}; it can by {known}")
    http_status = 422


class Paging(msgspec.Struct, frozen=True):
    """Which part of a list is wanted, in which order; questions to rooms that list something are made of it."""

    offset: int = 0
    limit: int = 50
    sort: str = ""
    q: str = ""
    """Words that must all occur."""

    def bounds(self, most: int = MOST) -> tuple[int, int]:
        """First and last (exclusive) position wanted, at most `most` items.

        >>> Paging(offset=-3, limit=10_000).bounds()
        (0, 500)
        """
        first = max(0, self.offset)
        return first, first + max(1, min(self.limit, most))

    @property
    def words(self) -> list[str]:
        """The words of `q`, folded."""
        return self.q.casefold().split()


def fields(sort: str, known: Iterable[str]) -> list[tuple[str, bool]]:
    """The fields of `sort` and whether each is turned round, the first counts most.

    >>> fields("-since,zone", ["since", "zone"])
    [('since', True), ('zone', False)]

    Raises:
        SortUnknown: a field is not among the known ones.
    """
    names = set(known)
    found = [(part.removeprefix("-"), part.startswith("-")) for part in sort.split(",") if part]
    for name, _ in found:
        if name not in names:
            raise SortUnknown(field=name, known=", ".join(sorted(names)) or "-")
    return found


def ordered(rows: Iterable[T], sort: str, by: Mapping[str, Callable[[T], Any]]) -> list[T]:
    """`rows` by the fields of `sort`, each a key function of `by`; empty keeps the order.

    >>> ordered([3, 1, 2], "-size", {"size": lambda n: n})
    [3, 2, 1]

    Raises:
        SortUnknown: `sort` names a field that `by` does not have.
    """
    result = list(rows)
    for name, turned in reversed(fields(sort, by)):
        key = by[name]
        valued = [row for row in result if key(row) is not None]
        # sorted() keeps equals in order, also with reverse=True
        result = sorted(valued, key=key, reverse=turned) + [row for row in result if key(row) is None]
    return result


def holds(text: str, words: Iterable[str]) -> bool:
    """Whether the text holds each of these folded words.

    >>> holds("Filling hall", ["hall", "fill"]), holds("Filling hall", ["store"])
    (True, False)
    """
    folded = text.casefold()
    return all(word in folded for word in words)


def cut(
    rows: Iterable[T],
    want: Paging,
    by: Mapping[str, Callable[[T], Any]] | None = None,
    text: Callable[[T], str] | None = None,
    most: int = MOST,
) -> tuple[int, list[T]]:
    """How many rows were found, and those that are wanted. `by` gives the sortable fields, `text` where words are
    looked for.

    Raises:
        SortUnknown: see `ordered`.
    """
    found = list(rows)
    if text is not None and (words := want.words):
        found = [row for row in found if holds(text(row), words)]
    found = ordered(found, want.sort, by or {})
    first, last = want.bounds(most)
    return len(found), found[first:last]
