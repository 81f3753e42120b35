"""Who was told, and whether it reached them, is in the record: each state once."""

import msgspec
from tests.audit.reading import recorded
from tests.conftest import migrate_in_thread
from tests.duty.conftest import NOON, incident

from fangwei.core.events import Notice, NoticeState
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.db.session import open_database
from fangwei.duty.keeper import Keeper
from fangwei.duty.recorded import Recorder
from fangwei.duty.store import Store
from fangwei.duty.watch import Watch


def notice(**more: object) -> Notice:
    fields: dict = {
        "id": "i1.0.ann.websocket", "incident": "i1", "revision": 1, "person": "ann", "person_name": Text("安", "Ann"),
        "channel": "websocket", "step": 0, "state": NoticeState.SENT, "text": Text("漏气", "Leak"), "sent": NOON,
    }  # fmt: skip
    return Notice(**(fields | more))


def test_each_state_of_a_notice_is_one_entry_and_an_update_in_place_is_none() -> None:
    recorder = Recorder()
    told = notice()
    sent = recorder.notice(told, incident(), NOON)
    assert sent is not None
    assert (sent.by, sent.action, sent.subject, sent.zone) == ("system", "duty.notify", "incident/i1", "filling")
    assert sent.evidence is not None and sent.evidence["person"] == "ann"
    told.revision = 2
    assert recorder.notice(told, incident(revision=2), NOON) is None
    told.state, told.read = NoticeState.READ, NOON + 5
    read = recorder.notice(told, None, NOON + 6)
    assert read is not None
    assert (read.by, read.action, read.time, read.before) == ("ann", "duty.read", NOON + 5, {"state": "sent"})


def test_sent_at_last_after_it_failed_is_told_beside_the_first_sending() -> None:
    recorder = Recorder()
    ids = []
    for state in (NoticeState.SENT, NoticeState.FAILED, NoticeState.SENT):
        entry = recorder.notice(notice(state=state, error="no route" if state is NoticeState.FAILED else None), None, 1)
        assert entry is not None
        ids.append(entry.id)
    assert len(set(ids)) == 3


def test_an_escalation_is_told_from_the_second_step_on() -> None:
    recorder = Recorder()
    watch = Watch(incident=incident(), step=0, notices={}, failed=[], since=NOON)
    assert recorder.watch(watch, NOON) is None
    watch.step = 1
    step = recorder.watch(watch, NOON + 60)
    assert step is not None
    assert (step.action, step.before, step.after) == ("duty.escalate", {"step": 0}, {"step": 1})
    assert recorder.watch(watch, NOON + 61) is None


def test_what_was_stored_before_a_restart_makes_no_entry() -> None:
    recorder = Recorder()
    told = notice()
    recorder.know(Watch(incident=incident(), step=1, notices={told.id: told}, failed=[]))
    assert recorder.notice(told, None, NOON) is None
    assert recorder.watch(Watch(incident=incident(), step=1, notices={}, failed=[]), NOON) is None


async def test_notices_and_their_entries_are_kept_together_also_after_a_failed_write(settings: Settings) -> None:
    settings.data.mkdir(parents=True)
    database = open_database(settings)
    keeper = Keeper(Store(database), Health("duty"))
    told = notice()
    keeper.note_notice(told, incident())
    assert not await keeper._write()  # no tables yet
    told.state, told.arrived = NoticeState.ARRIVED, NOON + 1
    keeper.note_notice(told, incident())
    migrate_in_thread(settings)
    assert await keeper._write()
    assert [e["action"] for e in await recorded(database)] == ["duty.notify", "duty.arrived"]
    kept = await Store(database).notice(told.id)
    assert kept is not None and kept.state is NoticeState.ARRIVED
    again = Keeper(Store(database), Health("duty"))  # knows nothing, hears the same again
    again.note_notice(msgspec.structs.replace(told, state=NoticeState.SENT), incident())
    again.note_notice(told, incident())
    assert await again._write()
    assert len(await recorded(database)) == 2
    await database.close()
