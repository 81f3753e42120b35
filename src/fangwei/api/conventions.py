"""How every list, edit and command of the API behaves, in one place. Pure.

* **Lists** take `offset`, `limit`, `q` and `sort`, and answer `{total, offset, items}`. `sort` names fields, the first
  counts most, `-` before one turns it round: `sort=-since,zone`. Items of equal rank stay in the list's own order, so
  that pages neither repeat nor miss one; items without a value come last either way.
* **Edits** of what two people may edit carry a `revision`, answered as `ETag: "<revision>"`. An edit names the
  revision it was made from by `If-Match`: without it 428, with an older one 412 and the state as it is now in the
  problem's `current`. So the second is told, and nothing of either is lost.
* **Commands** carry an `id` (8 to 64 letters, digits, `-`, `_`) that whoever sends them makes: sent again with the same
  id after a lost answer, a command takes effect once and gives the same answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Header, Query
from starlette.responses import Response

from fangwei.core.errors import FangweiError, RevisionStale
from fangwei.core.lists import MOST, Paging, cut
from fangwei.core.texts import Text

T = TypeVar("T")

Sort = Annotated[
    str,
    Query(
        max_length=200,
        pattern=r"^(-?[a-z][a-z0-9_]*(,-?[a-z][a-z0-9_]*)*)?$",
        description="Fields, the first counts most; `-` turns one round: `-since,zone`",
    ),
]


def paging(
    offset: Annotated[int, Query(ge=0, le=10_000_000, description="How many items to leave out")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many items at most")] = 50,
    sort: Sort = "",
    q: Annotated[str, Query(max_length=200, description="Words that must all occur")] = "",
) -> Paging:
    """The query parameters of every list."""
    return Paging(offset, limit, sort, q)


Listing = Annotated[Paging, Depends(paging)]
"""A route's parameter: `async def listed(want: Listing, ...)`."""


class RevisionMissing(FangweiError):
    """An edit that does not say which state it was made from would overwrite what it has not seen."""

    code = "api.revision_missing"
    text = Text(
        "修改须用 If-Match 写明所依据的版本（取自 ETag）",
        "An edit names the revision it was made from by If-Match (taken from the ETag)",
    )
    http_status = 428


def page(
    rows: Iterable[T],
    want: Paging,
    by: Mapping[str, Callable[[T], Any]] | None = None,
    words: Callable[[T], str] | None = None,
) -> dict[str, Any]:
    """{total, offset, items}: the part of `rows` that is wanted.

    Shapes: `by` gives the sortable fields, `words` the text in which every word of `q` must occur (any case).

    Raises:
        SortUnknown: see core/lists.py.
    """
    total, items = cut(rows, want, by, words)
    return paged(items, total, want.offset)


def paged(items: Sequence[Any], total: int, offset: int) -> dict[str, Any]:
    """The answer of a list whose part was cut elsewhere (in a query)."""
    return {"total": total, "offset": offset, "items": list(items)}


IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=200, description='The ETag of the state this edit was made from, e.g. `"3"`'),
]
"""A route's parameter: `if_match: IfMatch = None`."""


def tag(revision: int) -> str:
    """The ETag of a revision.

    >>> tag(3)
    '"3"'
    """
    return f'"{revision}"'


def tagged(content: Any, revision: int, status: int = 200) -> Response:
    """The thing as JSON (bytes as they are, anything else by msgspec) with its revision as ETag."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return Response(body, status, {"etag": tag(revision)}, "application/json")


def revision_of(if_match: str | None) -> int:
    """The revision that an edit was made from.

    A proxy that compresses may have made the tag a weak one (`W/"3"`): it counts the same, for our tags number states
    and not bytes. `*` ("whatever it is now") is refused: it would overwrite what was not seen.

    >>> revision_of('"3"'), revision_of('W/"12"')
    (3, 12)

    Raises:
        RevisionMissing: there is no such header, or nothing of ours in it.
    """
    number = (if_match or "").strip().removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise RevisionMissing()
    return int(number)


def expect(if_match: str | None, revision: int, current: object) -> None:
    """Refuse an edit that was not made from `revision`; `current` is the thing as it is now.

    Raises:
        RevisionMissing: the edit does not say from which.
        RevisionStale: it was made from another; carries `current`.
    """
    if revision_of(if_match) != revision:
        raise RevisionStale(revision=revision, current=current)
