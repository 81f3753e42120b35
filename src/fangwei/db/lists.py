"""The order and the words of a list (core/lists.py) as SQL."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_

from fangwei.core.lists import fields

MOST_WORDS = 8
"""Each is a pattern over every row; nobody types more."""


def order_by(sort: str, columns: Mapping[str, Any], usual: str, last: Any) -> list[Any]:
    """ORDER BY for `sort` (`usual` when it is empty): rows without a value come last either way, `last` (a key)
    decides between equals.

    Raises:
        SortUnknown: `sort` names a field that `columns` does not have.
    """
    order: list[Any] = []
    for name, turned in fields(sort or usual, columns):
        column = columns[name]
        order += [column.is_(None), column.desc() if turned else column.asc()]
    return [*order, last]


def holding(words: Iterable[str], columns: Iterable[Any]) -> list[ColumnElement[bool]]:
    """A condition for each word: one of the columns holds it, in any case."""
    places = list(columns)
    conditions: list[ColumnElement[bool]] = []
    for word in list(words)[:MOST_WORDS]:
        like = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        conditions.append(or_(*(column.ilike(like, escape="\\") for column in places)))
    return conditions
