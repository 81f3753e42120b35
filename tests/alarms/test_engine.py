"""The whole path without I/O: sources that are down, the platform itself, and going on after a restart."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.alarms.alarm_plant import at, gas, limit, read, rule, site, source, state_point

from fangwei.alarms import checkpoint, limits
from fangwei.alarms.engine import Engine, rehearse
from fangwei.alarms.texts import HISTORY_STOPPED
from fangwei.bus import codec
from fangwei.core.events import AlarmChange, AlarmEvent, AlarmState
from fangwei.core.reading import Readings
from fangwei.plant.site import Site
from fangwei.quality import screen


def told(events: list[AlarmEvent]) -> list[tuple[str, str]]:
    return [(e.alarm, e.change.value) for e in events]


def sourced() -> tuple[Engine, list]:  # type: ignore[type-arg]
    points = [gas(f"G{i}", stale_after=2.0) for i in range(20)]
    state = state_point("plc")
    return Engine(site(*points, state, sources=(source("plc", *(p.id for p in points)),)), at(0)), [*points, state]


def test_a_source_that_is_down_is_one_alarm_instead_of_one_per_point() -> None:
    engine, points = sourced()
    for p in points:
        engine.hear(read(p, 1, 1.0), at(1))
    engine.hear(read(points[-1], 2, 0.0), at(2))
    events = []
    for s in range(3, 30):
        engine.hear(read(points[-1], s, 0.0), at(s))
        events += engine.tick(at(s))
    shown = [e for e in events if e.change is AlarmChange.RAISED and e.state is not AlarmState.SUPPRESSED]
    assert shown == []
    assert len([e for e in events if e.change is AlarmChange.RAISED]) == 20


def test_a_source_that_is_back_gives_its_points_time_to_speak() -> None:
    engine, points = sourced()
    *sensors, state = points
    engine.hear(read(state, 1, 0.0), at(1))
    for s in range(2, 20):
        engine.hear(read(state, s, 0.0), at(s))
        engine.tick(at(s))
    events = []
    for s in range(20, 60):
        for p in points:
            events += engine.hear(read(p, s, 1.0 + s / 100 if p is not state else 1.0), at(s))
        events += engine.tick(at(s))
    assert {e.state for e in events if e.change is AlarmChange.UNSUPPRESSED} == {
        AlarmState.NORMAL,
        AlarmState.RETURNED_UNACKED,
    } - {AlarmState.RETURNED_UNACKED}
    assert len([e for e in events if e.change is AlarmChange.UNSUPPRESSED]) == len(sensors)
    assert not [e for e in events if e.active and e.state is AlarmState.UNACKED]


def test_a_connect_that_died_shows_as_its_sources_silence_before_its_points() -> None:
    engine, points = sourced()
    for p in points:
        engine.hear(read(p, 1, 1.0), at(1))
    events = [e for ms in range(1000, 20_000, 50) for e in engine.tick(at(ms / 1000))]
    shown = [e.alarm for e in events if e.change is AlarmChange.RAISED and e.state is AlarmState.UNACKED]
    assert shown == ["plc-state.data"]


def test_the_historians_stop_and_its_silence_are_alarms_of_the_platform() -> None:
    engine = Engine(site(gas("G1")), at(0))
    assert told(engine.platform_heard("historian", HISTORY_STOPPED, at(1))) == [("platform.historian", "raised")]
    assert told(engine.platform_heard("historian", HISTORY_STOPPED, at(2))) == []
    assert told(engine.platform_heard("historian", None, at(3))) == [("platform.historian", "returned")]
    assert told(engine.tick(at(7))) == []
    events = engine.tick(at(8.1))
    assert told(events) == [("platform.historian", "raised")] and events[0].priority == 2
    assert told(engine.tick(at(60))) == []


def test_a_clock_offset_of_nonsense_is_ignored() -> None:
    engine, _ = sourced()
    engine.clock_offset("plc", float("nan"))
    engine.clock_offset("nobody", 1.0)
    assert not engine.screen.records["clock_offset"].any()


# --- after a crash --------------------------------------------------------------------------------------------


def leak_site() -> Site:
    return site(
        gas("A", limit("hi", at=20.0, deadband=2.0), limit("slow", at=30.0, on_delay=2.0, off_delay=2.0)),
        gas("B", limit("rate", "rate", 5.0), limit("dev", "deviation", 25.0, of="A")),
        rules=(rule("both", {"a": "A", "b": "B"}, when="a > 40 and b > 40", on_delay=1.0),),
    )


STEPS = st.lists(st.tuples(st.sampled_from("AB"), st.floats(0, 100), st.integers(0, 1500)), min_size=2, max_size=60)


@hypothesis_settings(deadline=None, max_examples=80)
@given(STEPS, st.data())
def test_a_crash_at_any_moment_loses_no_alarm_and_announces_none_twice(
    steps: list[tuple[str, float, int]], data: st.DataObject
) -> None:
    batches, now = [], at(1)
    for name, value, gap_ms in steps:
        now += gap_ms * 1_000_000 + 1
        batches.append(Readings.of([gas(name).key], [now], [now], [value], [0]))
    whole = Engine(leak_site(), at(0))
    expected = [e.id for b in batches for e in whole.hear(b, int(b.receive_time[0]))]

    saved = data.draw(st.integers(0, len(batches)))
    died = data.draw(st.integers(saved, len(batches)))
    unsent = data.draw(st.integers(0, 3))
    first = Engine(leak_site(), at(0))
    world: list[AlarmEvent] = []
    for b in batches[:saved]:
        world += first.hear(b, int(b.receive_time[0]))
    stored = checkpoint.encode(first.snapshot(at(0)))
    after: list[AlarmEvent] = []
    for b in batches[saved:died]:
        after += first.hear(b, int(b.receive_time[0]))
    world += after[: max(0, len(after) - unsent)]

    second = Engine(leak_site(), now)
    for event in world:
        second.desk.fold(event)
    snapshot = msgspec.msgpack.decode(stored, type=type(first.snapshot(at(0))))
    second.begin_replay(snapshot, [e.id for e in world])
    overlap = max(0, saved - 3)
    for b in batches[overlap:]:
        world += second.hear(b, int(b.receive_time[0]))
    world += second.end_replay(now)
    ids = [e.id for e in world]
    assert len(ids) == len(set(ids)), "none announced twice"
    assert set(expected) == set(ids), "none lost, none invented"
    assert {a: v.active for a, v in second.desk.lives.items()} == {a: v.active for a, v in whole.desk.lives.items()}


def test_a_reading_heard_again_after_a_crash_does_not_send_back_what_came_after_it() -> None:
    before = Engine(leak_site(), at(0))
    batches = [Readings.of([gas("A").key], [at(t)], [at(t)], [v], [0]) for t, v in ((1, 0.0), (2, 0.0), (9, 21.0))]
    told = [e for b in batches for e in before.hear(b, int(b.receive_time[0]))]
    assert [e.change for e in told] == ["raised"]
    after = Engine(leak_site(), at(9))
    for event in told:
        after.desk.fold(event)
    after.begin_replay(before.snapshot(at(9)), [e.id for e in told])
    again = [e for b in batches[1:] for e in after.hear(b, int(b.receive_time[0]))] + after.end_replay(at(9))
    assert again == []
    assert after.desk.lives["A.hi"].active


@hypothesis_settings(deadline=None, max_examples=60)
@given(STEPS, st.data())
def test_without_a_checkpoint_nothing_told_is_told_again_and_nothing_active_is_forgotten(
    steps: list[tuple[str, float, int]], data: st.DataObject
) -> None:
    batches, now = [], at(1)
    for name, value, gap_ms in steps:
        now += gap_ms * 1_000_000 + 1
        batches.append(Readings.of([gas(name).key], [now], [now], [value], [0]))
    died = data.draw(st.integers(0, len(batches)))
    begin = data.draw(st.integers(0, died))
    first = Engine(leak_site(), at(0))
    world = [e for b in batches[:died] for e in first.hear(b, int(b.receive_time[0]))]
    second = Engine(leak_site(), now)
    for event in world:
        second.desk.fold(event)
    second.begin_replay(None, [e.id for e in world])
    for b in batches[begin:died]:
        world += second.hear(b, int(b.receive_time[0]))
    again = second.end_replay(now)
    ids = [e.id for e in world + again]
    assert len(ids) == len(set(ids))
    active = {a for a, v in first.desk.lives.items() if v.active}
    assert active <= {a for a, v in second.desk.lives.items() if v.active}


def test_without_a_checkpoint_an_active_alarm_goes_on_and_returns_once() -> None:
    first = Engine(leak_site(), at(0))
    world = first.hear(read(gas("A"), 1, 25.0), at(1))
    second = Engine(leak_site(), at(5))
    for e in world:
        second.desk.fold(e)
    second.begin_replay(None, [e.id for e in world])
    assert second.end_replay(at(5)) == []
    assert told(second.hear(read(gas("A"), 6, 25.0), at(6))) == []
    assert [e.id for e in second.hear(read(gas("A"), 7, 1.0), at(7))] == [f"A.hi@{at(1)}/returned"]


def test_a_stale_alarm_raised_before_the_crash_is_not_raised_again() -> None:
    p = gas("A", stale_after=2.0)
    first = Engine(site(p), at(0))
    first.hear(read(p, 1, 5.0), at(1))
    snapshot = first.snapshot(at(1))
    world = first.tick(at(4))
    assert told(world) == [("A.data", "raised")]
    second = Engine(site(p), at(5))
    for e in world:
        second.desk.fold(e)
    second.begin_replay(snapshot, [e.id for e in world])
    events = second.end_replay(at(5))
    for s in range(5, 20):
        events += second.tick(at(s))
    assert told(events) == []
    second.hear(read(p, 20, 5.1), at(20))
    second.hear(read(p, 24, 5.2), at(24))
    assert told(second.hear(read(p, 26, 5.3), at(26))) == [("A.data", "returned")]


def test_a_checkpoint_of_another_site_file_is_not_used() -> None:
    snapshot = Engine(leak_site(), at(0)).snapshot(at(0))
    other = Engine(site(gas("Z", limit())), at(0))
    other.begin_replay(snapshot, [])
    assert other.end_replay(at(1)) == []


def test_half_a_checkpoint_is_named_and_a_missing_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / "alarms" / "checkpoint"
    assert checkpoint.read(path) is None
    data = checkpoint.encode(Engine(leak_site(), at(0)).snapshot(at(0)))
    checkpoint.write_bytes(path, data)
    assert checkpoint.read(path) is not None
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(checkpoint.CheckpointBroken):
        checkpoint.read(path)


def test_the_desk_folded_from_its_events_is_the_desk() -> None:
    engine = Engine(leak_site(), at(0))
    rng = np.random.default_rng(7)
    events: list[AlarmEvent] = []
    for i in range(200):
        p = gas("AB"[i % 2])
        events += engine.hear(read(p, 1 + i * 0.5, float(rng.uniform(0, 60))), at(1 + i * 0.5))
    copy = Engine(leak_site(), at(0))
    for e in events:
        copy.desk.fold(e)
    assert copy.desk.lives == engine.desk.lives


def test_after_the_rehearsal_no_kernel_is_compiled_for_the_first_real_reading() -> None:
    plant = leak_site()
    rehearse(plant)
    compiled = [len(kernel.signatures) for kernel in (limits._apply, limits._tick, screen._examine)]
    engine = Engine(plant, at(0))
    engine.hear(codec.decode(codec.encode(read(gas("A"), 1, 25.0))), at(1))
    engine.hear(read(gas("A"), 2, 1.0), at(2))
    engine.tick(at(3))
    assert compiled == [1, 1, 1]
    assert compiled == [len(kernel.signatures) for kernel in (limits._apply, limits._tick, screen._examine)]
