"""The journal in pages: written and waiting events together, in order, each once."""

import pytest
from tests.alarms.alarm_plant import T, gas, limit, site

import fangwei.alarms.models
import fangwei.audit.models  # noqa: F401  # tables belong to the metadata
from fangwei.alarms.engine import Engine
from fangwei.alarms.store import Store, Transitions
from fangwei.core.clock import SECOND
from fangwei.core.events import AlarmEvent
from fangwei.core.health import Health
from fangwei.db.session import Database

ALL = Transitions(0, T + 1000 * SECOND)
NUMBER = 20


async def kept(database: Database, waiting: int) -> tuple[Store, list[str]]:
    """A store with 20 transitions of two alarms, oldest first, of which the last `waiting` are not yet written."""
    desk = Engine(site(gas("G1", limit()), gas("G2", limit())), T).desk
    store, events = Store(database, Health("test")), list[AlarmEvent]()
    for n in range(NUMBER):
        if n == NUMBER - waiting:
            assert await written(store)
        alarm, at = f"G{n % 2 + 1}.hi", T + n * SECOND
        told = desk.raised if n // 2 % 2 == 0 else desk.returned
        for event in told(alarm, at, at, 25.0, 0, at):
            store.keep(event, desk.lives[alarm], desk.seen[alarm])
            events.append(event)
    if not waiting:
        assert await written(store)
    assert len(events) == NUMBER
    return store, [e.id for e in events]


async def written(store: Store) -> bool:
    return await store.drain(10) == 0


@pytest.mark.parametrize("waiting", [0, 3, NUMBER])
@pytest.mark.parametrize("newest_first", [True, False])
async def test_pages_together_are_the_journal_each_event_once(database, waiting, newest_first):
    store, ids = await kept(database, waiting)
    expected = ids[::-1] if newest_first else ids
    found: list[str] = []
    for first in range(0, NUMBER + 7, 7):
        total, items = await store.journal_page(ALL, first, first + 7, newest_first)
        assert total == NUMBER
        found += [e.id for e in items]
    assert found == expected


@pytest.mark.parametrize("waiting", [0, 5])
async def test_what_is_sifted_is_counted_beyond_the_page(database, waiting):
    store, ids = await kept(database, waiting)
    mine = Transitions(0, ALL.end, words=("g2",))
    total, items = await store.journal_page(mine, 2, 4)
    assert total == NUMBER // 2 and [e.id for e in items] == ids[1::2][::-1][2:4]
    elsewhere = Transitions(0, ALL.end, zones=frozenset({"store"}))
    assert await store.journal_page(elsewhere, 0, 10) == (0, [])
    one = Transitions(T, T + 4 * SECOND, alarm="G1.hi")
    assert (await store.journal_page(one, 0, 10))[0] == 2
