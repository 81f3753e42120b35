"""What is checked before the start, in a process of its own."""

import subprocess
import sys

import msgspec
import pytest
import yaml
from tests.conftest import REPOSITORY

from fangwei.bus import codec
from fangwei.core.errors import Refused
from fangwei.host.prepare import PreparingFailed, prepare


async def test_the_site_is_named_the_tables_are_there_and_the_empty_batch_holds_nothing(settings):
    settings.data.mkdir()
    prepared = await prepare(settings)
    assert prepared.name.zh and prepared.name.en
    assert len(codec.decode(prepared.nothing)) == 0
    assert (settings.data / "fangwei.db").exists()


async def test_a_mistake_in_the_site_refuses_the_start_in_the_words_of_the_check(settings, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.yaml").write_text(yaml.safe_dump({"site": {"id": "x", "nam": "typo"}}))
    with pytest.raises(Refused, match=r"site\.yaml") as refused:
        await prepare(msgspec.structs.replace(settings, site=site))
    assert refused.value.message.zh


async def test_a_check_that_breaks_says_how(settings, tmp_path):
    broken = msgspec.structs.replace(settings, db_url="sqlite+aiosqlite:////nowhere/at/all/x.db")
    with pytest.raises(PreparingFailed, match="unable to open database"):
        await prepare(broken)


def test_the_supervisor_does_without_the_libraries_of_the_rooms():
    heavy = "numpy pyarrow shapely pydantic sqlalchemy alembic zen"
    code = f"import sys, fangwei.host.supervisor; print([m for m in {heavy.split()!r} if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert said.stdout.strip() == "[]"
