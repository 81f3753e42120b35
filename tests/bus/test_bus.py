"""The bus against a real broker: readings round, sure events, followers, questions, least rights of devices."""

import asyncio

import msgspec
import numpy as np
import pytest
from tests.conftest import until

from fangwei.bus import codec, subjects
from fangwei.bus.client import Bus, NobodyAnswers, Refused
from fangwei.core.clock import SECOND, now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.events import Notice, NoticeState
from fangwei.core.health import Health
from fangwei.core.reading import Readings
from fangwei.core.texts import Text


def some_readings(n: int = 5) -> Readings:
    return Readings.of(range(n), [10] * n, [11] * n, np.linspace(0, 1, n), [0] * n)


def a_notice(number: int) -> Notice:
    return Notice(
        id=f"n{number}",
        incident="i",
        revision=1,
        person="li",
        person_name=Text("李", "Li"),
        channel="websocket",
        step=0,
        state=NoticeState.SENT,
        text=Text("", ""),
        sent=number,
    )


def test_readings_survive_the_codec():
    decoded = codec.decode(codec.encode(some_readings()))
    np.testing.assert_array_equal(decoded.value, some_readings().value)
    assert decoded.quality.dtype == np.int16


@pytest.mark.parametrize("payload", [b"", b"{}", b"\x00" * 100, codec.encode(some_readings())[:90]])
def test_what_is_not_readings_is_refused_with_a_reason(payload):
    if payload[:4] != b"\xff\xff\xff\xff" or len(payload) == 90:
        with pytest.raises(codec.NotReadings):
            codec.decode(payload)


async def test_readings_are_heard_live_and_replayed_from_the_stream(bus: Bus):
    heard: list[Readings] = []

    async def on_batch(batch: Readings) -> None:
        heard.append(batch)

    await bus.hear_readings(on_batch)
    for number in range(3):
        await bus.publish_readings("s1", some_readings(), sure_id=f"b{number}")
    await until(lambda: len(heard) == 3)
    assert await bus.settle() == 0
    stored: list[int] = []

    async def on_stored(sequence: int, batch: Readings) -> None:
        stored.append(sequence)

    assert await bus.stored_readings(on_stored) == 3
    assert stored == [1, 2, 3]
    stored.clear()
    await bus.stored_readings(on_stored, after_sequence=2)
    assert stored == [3]


async def test_broken_readings_are_counted_and_the_stream_goes_on(bus: Bus):
    heard: list[Readings] = []

    async def on_batch(batch: Readings) -> None:
        heard.append(batch)

    await bus.hear_readings(on_batch)
    await bus.publish("fw.readings.s1", b"rubbish")
    await bus.publish_readings("s1", some_readings())
    await until(lambda: len(heard) == 1)
    assert bus.health.error_count("readings.broken") == 1


async def test_a_follower_gets_what_was_said_while_it_was_away(settings, broker, bus: Bus):
    for number in range(3):
        await bus.emit("fw.notices.li", a_notice(number), sure_id=f"n{number}")
    assert await bus.settle() == 0
    seen: list[str] = []

    async def on_notice(notice: Notice) -> None:
        seen.append(notice.id)

    first = await Bus.connect(settings, Health("follower"))
    await first.follow_events("fw.notices.>", Notice, on_notice, durable="follower")
    await until(lambda: len(seen) >= 3)
    await first.flush()
    await first.close()
    await bus.emit("fw.notices.li", a_notice(9), sure_id="n9")
    await bus.settle()
    seen.clear()
    second = await Bus.connect(settings, Health("follower"))
    await second.follow_events("fw.notices.>", Notice, on_notice, durable="follower")
    await until(lambda: "n9" in seen)
    assert set(seen) == {"n9"}
    await second.close()


async def test_sure_events_survive_a_killed_broker(settings, broker, bus: Bus):
    broker.kill()
    await broker.wait()
    for number in range(5):
        await bus.emit("fw.notices.li", a_notice(number), sure_id=f"n{number}")
    from fangwei.bus.server import binary, write_config

    again = await asyncio.create_subprocess_exec(
        binary(),
        "-c",
        str(write_config(settings)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert await bus.settle(15) == 0
        seen: set[str] = set()

        async def on_notice(notice: Notice) -> None:
            seen.add(notice.id)

        await bus.follow_events("fw.notices.>", Notice, on_notice, durable="after")
        await until(lambda: len(seen) == 5)
    finally:
        again.kill()
        await again.wait()


async def test_questions_are_answered_refused_or_nobody_is_there(bus: Bus):
    class TooOld(FangweiError):
        code = "x.too_old"
        text = Text("太旧 {age}", "Too old {age}")

    class Question(msgspec.Struct):
        age: int

    async def answerer(question: Question) -> dict[str, int]:
        if question.age > 3:
            raise TooOld(age=question.age)
        return {"age": question.age}

    await bus.answer("fw.ask.x.age", Question, answerer)
    assert await bus.ask("fw.ask.x.age", Question(2)) == b'{"age":2}'
    with pytest.raises(Refused) as refused:
        await bus.ask("fw.ask.x.age", Question(4))
    assert refused.value.problem.code == "x.too_old"
    with pytest.raises(Refused):
        await bus.ask("fw.ask.x.age", {"age": "many"})
    with pytest.raises(NobodyAnswers):
        await bus.ask("fw.ask.nobody.home")


def test_dots_in_mqtt_topics_are_refused():
    assert subjects.mqtt_topic_to_subject("plant/+/gas") == "plant.*.gas"
    with pytest.raises(ValueError, match="dots"):
        subjects.mqtt_topic_to_subject("plant/v1.0/gas")


async def test_replay_since_a_moment_ends_at_once_when_nothing_is_that_young(bus: Bus):
    await bus.publish_readings("s1", some_readings(), sure_id="b1")
    assert await bus.settle() == 0
    stored: list[int] = []

    async def on_stored(sequence: int, batch: Readings) -> None:
        stored.append(sequence)

    async with asyncio.timeout(2):
        await bus.stored_readings(on_stored, since=now_ns() + 3600 * SECOND)
        assert stored == []
        assert await bus.stored_readings(on_stored, since=now_ns() - 3600 * SECOND) == 1


async def test_stored_events_are_replayed_whole_however_fresh_they_are(bus: Bus):
    for round in range(20):
        await bus.emit("fw.notices.li", a_notice(round), sure_id=f"n{round}")
        assert await bus.settle() == 0
        seen: list[str] = []

        async def on_notice(notice: Notice, seen: list[str] = seen) -> None:
            seen.append(notice.id)

        await bus.stored_events("fw.notices.>", Notice, on_notice, since=0)
        assert seen == [f"n{n}" for n in range(round + 1)]
