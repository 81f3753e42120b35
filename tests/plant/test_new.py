"""A new site is a site: it passes the check, and nothing that was there is touched."""

from pathlib import Path

import pytest

from fangwei.plant.load import load_site
from fangwei.plant.new import FolderNotEmpty, FolderUnwritable, SiteNameUnfit, new_site


def test_a_new_site_passes_the_check_and_bears_the_folders_name(tmp_path):
    told = new_site(tmp_path / "some" / "workshop")
    site = load_site(tmp_path / "some" / "workshop")
    assert site.head.id == "workshop" and list(site.zones) == ["hall"]
    assert [p.id for p in site.duty.people] == ["li-wei"]
    assert "site.yaml" in told[0].zh and "fangwei site check" in told[1].en


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "empty").mkdir()
    new_site(tmp_path / "empty")
    assert (tmp_path / "empty" / "site.yaml").exists()


def test_a_folder_with_files_and_a_file_are_left_alone(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("there", "file"):
        with pytest.raises(FolderNotEmpty):
            new_site(tmp_path / name)
    assert [p.name for p in (tmp_path / "there").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["车间", "a b", "-x", ".hidden", "x" * 65, "a{b}", "a:b"])
def test_a_name_that_can_be_no_id_is_refused(tmp_path, name):
    with pytest.raises(SiteNameUnfit):
        new_site(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_a_sentence():
    with pytest.raises(FolderUnwritable, match="/proc"):
        new_site(Path("/proc/nothing/here"))
