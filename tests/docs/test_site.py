"""The documentation is a site that needs nothing from elsewhere, and whose links lead somewhere."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from tests.conftest import REPOSITORY

LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src"}


class Loads(HTMLParser):
    """What a browser fetches by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if (
            tag in LOADED
            and LOADED[tag] in given
            and given.get("rel") not in ("canonical", "alternate", "next", "prev")
        ):
            self.found.append((tag, given[LOADED[tag]]))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    made = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)],
        cwd=REPOSITORY,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


def test_every_page_loads_from_the_site_itself(built):
    pages = list(built.rglob("*.html"))
    assert len(pages) > 15
    for page in pages:
        reader = Loads()
        reader.feed(page.read_text("utf-8"))
        assert reader.found
        for tag, address in reader.found:
            assert not re.match(r"(https?:)?//", address), f"{page.name}: <{tag}> loads {address}"
    for sheet in built.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", sheet.read_text("utf-8")), sheet.name


def test_the_reference_of_the_interface_is_in_it(built):
    page = (built / "api.html").read_text("utf-8")
    assert "/api/alarms/acknowledge" in page and "<!-- reference -->" not in page


def test_every_page_of_docs_is_in_the_navigation():
    # The first tag of a python object is mkdocs' own business.
    text = (REPOSITORY / "mkdocs.yml").read_text("utf-8")
    nav = yaml.safe_load("nav:" + text.split("\nnav:")[1])["nav"]

    def files(entries):
        for entry in entries:
            for content in entry.values() if isinstance(entry, dict) else [entry]:
                yield from files(content) if isinstance(content, list) else [content]

    named = set(files(nav))
    there = {
        p.relative_to(REPOSITORY / "docs").as_posix()
        for p in (REPOSITORY / "docs").rglob("*.md")
        if "_site" not in p.parts
    }
    assert there <= named, f"add to mkdocs.yml: {sorted(there - named)}"


def test_the_two_tutorials_have_the_same_commands_and_files():
    def blocks(name):
        text = (REPOSITORY / "docs" / name).read_text("utf-8")
        found = re.findall(r"^```(.*?)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        return [(head, re.sub(r" +# .*", "", body)) for head, body in found]

    assert blocks("tutorial.zh.md") == blocks("tutorial.en.md")
    assert len(blocks("tutorial.zh.md")) > 6


def test_the_documents_link_is_followed_by_a_file():
    for page in Path(REPOSITORY / "docs").glob("*.md"):
        for target in re.findall(r"\]\(([\w./-]+\.(?:yaml|png|json))\)", page.read_text("utf-8")):
            assert (page.parent / target).is_file(), f"{page.name}: {target}"
