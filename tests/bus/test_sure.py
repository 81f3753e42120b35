"""Messages that must not be lost, against a client whose stream refuses, is silent, or confirms."""

import asyncio
from types import SimpleNamespace

import pytest
from tests.conftest import until

from fangwei.bus import sure
from fangwei.bus.follower import MOST_TRIES, Follower
from fangwei.bus.sure import Sure
from fangwei.core.events import SourceHealth, SourceState
from fangwei.core.health import Health

CONFIRMED = b'{"stream":"EVENTS","seq":1}'
REFUSED = b'{"error":{"code":503,"err_code":10077,"description":"no space left on device"},"stream":"EVENTS","seq":0}'


class FakeClient:
    """Answers each publishing with `answer`, or with silence."""

    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer
        self.sent: list[str] = []

    def new_inbox(self) -> str:
        return "_INBOX.x"

    async def subscribe(self, subject, cb) -> None:
        self.cb = cb

    async def publish(self, subject, payload, reply, headers) -> None:
        self.sent.append(headers["Nats-Msg-Id"])
        if self.answer is not None:
            await self.cb(SimpleNamespace(subject=reply, data=self.answer))


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(sure, "RESEND_AFTER_S", 0.02)
    monkeypatch.setattr(sure, "LOOK_EVERY_S", 0.01)


@pytest.mark.parametrize("answer", [REFUSED, None])
async def test_while_the_stream_takes_nothing_only_the_oldest_asks_again_then_all_follow(quick, answer):
    client, health = FakeClient(answer), Health("test")
    messages = Sure(client, health)
    for number in range(50):
        await messages.publish("fw.x", b"x", f"m{number}")
    await until(lambda: client.sent.count("m0") > 12)
    assert client.sent.count("m49") <= sure.SILENT_TRIES + 1
    assert len(messages) == 50
    if answer is not None:
        assert health.error_count("bus.not_stored") >= 50
    client.answer = CONFIRMED
    await until(lambda: len(messages) == 0)
    assert await messages.settle(1) == 0


async def test_what_is_held_is_bounded_and_what_is_given_up_is_counted(monkeypatch):
    monkeypatch.setattr(sure, "WAITING_BYTES", 1000)
    client, health = FakeClient(None), Health("test")
    messages = Sure(client, health)
    for number in range(30):
        await messages.publish("fw.x", b"x" * 100, f"m{number}")
    assert len(messages) == 10 and health.error_count("bus.given_up") == 20
    assert len(client.sent) == 30, "the live copy leaves in any case"
    messages.close()


class FakeMessage:
    """One delivery of the stream and what was said back."""

    subject = "fw.sources.s"

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.said: list[str] = []

    async def ack(self) -> None:
        self.said.append("ack")

    async def nak(self, delay: float) -> None:
        self.said.append("nak")

    async def in_progress(self) -> None:
        self.said.append("at work")


async def test_a_handler_that_waits_for_the_disk_says_it_is_at_work_and_keeps_the_order(monkeypatch):
    import msgspec

    monkeypatch.setattr("fangwei.bus.follower.AT_WORK_EVERY_S", 0.01)
    event = SourceHealth(
        source="s", protocol="p", state=SourceState.UP, since=0, time=0, readings=0, errors=0, last_reading=None,
        lag_s=None, clock_offset_s=None,
    )  # fmt: skip
    first, second = (FakeMessage(msgspec.json.encode(msgspec.structs.replace(event, time=n))) for n in (1, 2))
    room, order = asyncio.Event(), []

    async def handler(heard: SourceHealth) -> None:
        await room.wait()
        order.append(heard.time)

    follower = Follower(SourceHealth, handler, Health("test"))
    running = asyncio.create_task(follower.run())
    await follower.take(first)
    await follower.take(second)
    await until(lambda: first.said.count("at work") > MOST_TRIES and second.said.count("at work") > MOST_TRIES)
    room.set()
    await until(lambda: "ack" in second.said)
    assert order == [1, 2] and first.said[-1] == "ack"
    running.cancel()


async def test_what_is_no_event_is_confirmed_and_what_fails_is_asked_for_again():
    health = Health("test")

    async def handler(heard: SourceHealth) -> None:
        raise RuntimeError("no")

    follower = Follower(dict, handler, health)
    running = asyncio.create_task(follower.run())
    broken, failing = FakeMessage(b"{"), FakeMessage(b"{}")
    await follower.take(broken)
    await follower.take(failing)
    await until(lambda: failing.said)
    assert broken.said == ["ack"] and failing.said == ["nak"]
    assert health.error_count("bus.not_an_event") == 1 and health.error_count("bus.handler.RuntimeError") == 1
    running.cancel()
