"""Codes are stable, each means one thing, and each says it in both languages."""

import re
from collections import Counter

from tests.conftest import REPOSITORY

from fangwei.api import codes


def test_the_page_is_up_to_date():
    assert (REPOSITORY / codes.FILE).read_text("utf-8") == codes.page(), "run: fangwei docs problems"


def test_a_code_means_one_thing_and_has_its_room_in_front():
    found = codes.errors()
    assert len(found) > 60
    twice = [code for code, times in Counter(kind.code for kind in found).items() if times > 1]
    assert twice == []
    for kind in found:
        assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", kind.code), kind
        assert 400 <= kind.http_status < 600, kind


def test_every_error_speaks_both_languages_and_says_when():
    for kind in codes.errors():
        assert kind.text.zh.strip() and kind.text.en.strip(), kind
        assert re.search(r"[\u4e00-\u9fff]", kind.text.zh) or "{" in kind.text.zh, f"{kind}: {kind.text.zh}"
        assert (kind.__doc__ or "").strip(), kind
        assert set(re.findall(r"\{(\w+)", kind.text.zh)) == set(re.findall(r"\{(\w+)", kind.text.en)), kind
