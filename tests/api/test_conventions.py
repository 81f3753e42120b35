"""Lists, edits and commands behave the same everywhere."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangwei.api.conventions import RevisionMissing, expect, page, revision_of, tag, tagged
from fangwei.core.errors import RevisionStale
from fangwei.core.lists import Paging, SortUnknown, ordered

ROWS = [("a", 2, None), ("b", 1, 5), ("c", 2, 3), ("d", 1, None)]
BY = {"id": lambda r: r[0], "size": lambda r: r[1], "since": lambda r: r[2]}


def ids(rows):
    return "".join(r[0] for r in rows)


def test_items_of_equal_rank_stay_in_the_lists_order_either_way():
    assert ids(ordered(ROWS, "size", BY)) == "bdac"
    assert ids(ordered(ROWS, "-size", BY)) == "acbd"
    assert ids(ordered(ROWS, "size,-id", BY)) == "dbca"


def test_items_without_a_value_come_last_either_way():
    assert ids(ordered(ROWS, "since", BY)) == "cbad"
    assert ids(ordered(ROWS, "-since", BY)) == "bcad"


def test_a_field_that_cannot_be_sorted_by_is_refused_with_those_that_can():
    with pytest.raises(SortUnknown, match="id, since, size"):
        ordered(ROWS, "colour", BY)


def test_a_page_counts_what_was_found_not_what_it_shows():
    shown = page(ROWS, Paging(offset=1, limit=1, sort="-id", q="2"), BY, lambda r: str(r))
    assert shown == {"total": 2, "offset": 1, "items": [ROWS[0]]}
    assert page(ROWS, Paging(offset=100))["items"] == []


@given(
    st.lists(st.tuples(st.integers(), st.none() | st.integers(0, 3))),
    st.integers(1, 7),
    st.sampled_from(["", "k", "-k"]),
)
def test_pages_together_are_the_list_each_item_once(rows, limit, sort):
    by = {"k": lambda r: r[1]}
    pages = [page(rows, Paging(at, limit, sort), by)["items"] for at in range(0, len(rows), limit)]
    assert [row for each in pages for row in each] == ordered(rows, sort, by)


def test_an_edit_without_its_revision_is_refused_and_a_stale_one_gets_the_state_as_it_is():
    expect(tag(4), 4, "now")
    for nothing in (None, "", "*", '"abc"', '"-1"', '"٣"', '"' + "9" * 30 + '"', '"1", "2"'):
        with pytest.raises(RevisionMissing) as missing:
            expect(nothing, 4, "now")
        assert missing.value.http_status == 428
    with pytest.raises(RevisionStale) as stale:
        expect(tag(3), 4, {"at": 25})
    assert stale.value.http_status == 412 and stale.value.current == {"at": 25}


@given(st.integers(0, 10**15))
def test_a_revision_comes_back_from_its_tag(revision):
    assert revision_of(tag(revision)) == revision_of(f"W/{tag(revision)}") == revision


def test_a_thing_is_answered_with_its_revision():
    answer = tagged({"at": 1}, 7)
    assert answer.headers["etag"] == '"7"' and msgspec.json.decode(answer.body) == {"at": 1}
