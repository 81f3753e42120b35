"""What the broker keeps of the field's messages: which subjects, and read from where."""

import pytest
from nats.js import JetStreamContext

from fangwei.bus.field import disjoint
from fangwei.core.clock import MINUTE, now_ns


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ([], []),
        (["a.*", "a.*"], ["a.*"]),
        (["a.*", "b.*"], ["a.*", "b.*"]),
        (["a.b", "a.*"], ["a.*"]),
        (["a.>", "a.b.c.d"], ["a.>"]),
        (["a.*.c", "a.b.*"], ["a.*.*"]),
        (["a.*.c", "a.b.>"], ["a.*.>"]),
        (["a.b", "a.b.c"], ["a.b", "a.b.c"]),
        (["a.*", "a.b.c", "a.>"], ["a.>"]),
        (["a.b.*", "a.c.d", "a.*.d"], ["a.*.*"]),
        (["/.g.*", "spBv1//0.g.NDATA.n"], ["/.g.*", "spBv1//0.g.NDATA.n"]),
    ],
)
def test_overlapping_patterns_are_kept_as_one_that_covers_both(patterns, expected):
    assert disjoint(patterns) == expected
    assert disjoint(patterns[::-1]) == expected


async def test_the_stream_follows_the_subjects_of_the_site(bus):
    field = bus.open_field()
    await field.ensure(["a.*"])
    await bus.publish("a.x", b"1")
    await bus.publish("b.x", b"not kept yet")
    await field.ensure(["a.*", "b.*", "a.x"])
    await bus.publish("b.x", b"2")
    await bus.flush()
    reader = await field.read(1, ["a.*", "b.*"])
    got = [(m.sequence, m.subject, m.payload) for m in await reader.next(2, 5.0)]
    await reader.close()
    assert got == [(1, "a.x", b"1"), (2, "b.x", b"2")]
    assert (await field.state()).last == 2
    await field.ensure([])
    with pytest.raises(Exception, match=r"not found|404"):
        await field.state()


async def test_a_reader_gets_its_own_subjects_from_its_position_with_the_brokers_time(bus):
    field = bus.open_field()
    await field.ensure(["a.>", "b.>"])
    before = now_ns()
    for number in range(5):
        await bus.publish(f"{'ab'[number % 2]}.x", b"%d" % number)
    await bus.flush()
    reader = await field.read(2, ["a.>"])
    got = await reader.next(2, 5.0)
    await reader.close()
    assert [(m.sequence, m.payload) for m in got] == [(3, b"2"), (5, b"4")]
    assert all(0 <= m.time - before + 1000 < MINUTE for m in got)


async def test_nothing_to_read_is_no_error_when_the_time_ends_between_two_steps_of_the_client(bus, monkeypatch):
    field = bus.open_field()
    await field.ensure(["a.>"])
    reader = await field.read(1, ["a.>"])
    monkeypatch.setattr(JetStreamContext, "_time_until", lambda *_: 0.0)
    assert await reader.next(2, 0.2) == []
    await reader.close()
