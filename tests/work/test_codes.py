"""The sheet that is printed and hung up."""

import pytest
from tests.api.canned_site import canned_site

from fangwei.work.codes import sheet


def test_a_zone_has_its_own_code_and_one_for_each_of_its_points():
    site = canned_site()
    page = sheet(site, "filling", "nonce")
    points = [p for p in site.points.values() if p.zone == "filling" and p.kind != "source"]
    assert page.count("<svg") == 1 + len(points)
    assert all(f"<code>{p.id}</code>" in page for p in points)
    assert '<style nonce="nonce">' in page and "<script" not in page


def test_without_a_zone_every_zone_is_on_the_sheet():
    site = canned_site()
    assert sheet(site, None, "n").count("<svg") == len(site.zones)


def test_a_zone_that_is_not_there():
    with pytest.raises(KeyError):
        sheet(canned_site(), "nowhere", "n")
