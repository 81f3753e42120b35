"""What is checked before the start, in a process of its own."""

import subprocess
import sys

import msgspec
import pytest
import yaml
from tests.conftest import REPOSITORY

from fangwei.bus import codec
from fangwei.core.errors import Refused
from fangwei.db.session import open_database
from fangwei.host.prepare import PreparingFailed, prepare
from fangwei.identity.errors import PersonUnknown
from fangwei.identity.links import link_for
from fangwei.identity.roles import ROLES
from fangwei.identity.store import Store
from fangwei.identity.token_text import hash_of


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


async def test_the_first_start_has_a_link_for_the_administrator_and_with_the_example_plant_for_each_role(settings):
    settings.data.mkdir()
    alone = await prepare(settings)
    assert [link.person for link in alone.links] == ["administrator"]
    with_plant = await prepare(settings, with_sim=True)
    assert {link.role.en for link in with_plant.links} == {name.en for name in ROLES.values()}
    first = next(link for link in with_plant.links if link.role == ROLES["crew"])
    assert first.person == "li-wei"
    kept = b"".join(path.read_bytes() for path in settings.data.glob("fangwei.db*"))
    for link in with_plant.links:
        assert link.token.encode() not in kept and hash_of(link.token) in kept


async def test_a_plant_of_ones_own_gets_no_links_for_its_people_even_with_the_example_running(settings):
    settings.data.mkdir()
    own = msgspec.structs.replace(settings, site=REPOSITORY / "sites" / "valve_bench")
    assert [link.person for link in (await prepare(own, with_sim=True)).links] == ["administrator"]


async def test_who_has_a_way_in_gets_no_link(settings):
    settings.data.mkdir()
    await prepare(settings)
    database = open_database(settings)
    store = Store(database)
    person = (await store.people())["administrator"]
    await store.keep([msgspec.structs.replace(person, password="$argon2id$...")])
    await database.close()
    assert (await prepare(settings)).links == []


async def test_a_link_is_made_beside_the_platform_for_people_who_exist(settings):
    settings.data.mkdir()
    await prepare(settings)
    assert len(await link_for(settings, "li-wei")) == 43
    with pytest.raises(PersonUnknown):
        await link_for(settings, "nobody")


def test_the_supervisor_does_without_the_libraries_of_the_rooms():
    heavy = "numpy pyarrow shapely pydantic sqlalchemy alembic zen"
    code = f"import sys, fangwei.host.supervisor; print([m for m in {heavy.split()!r} if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert said.stdout.strip() == "[]"
