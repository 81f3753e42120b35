"""The tap against a real broker: floods, large messages, a broker that dies, least rights of strangers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import nats
import pytest
from tests.conftest import until

from fangwei.bus.client import Bus
from fangwei.bus.frames import Frames
from fangwei.bus.server import binary, write_config
from fangwei.bus.tap import LARGEST, Tap
from fangwei.core.health import Health
from fangwei.core.settings import Settings


class Notebook:
    """Writes down what a tap tells."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, bytes]] = []
        self.large: list[tuple[bytes, int]] = []
        self.gaps: list[float] = []
        self.downs: list[str] = []
        self.fail = False

    def frames(self, frames: Frames) -> None:
        if self.fail:
            raise RuntimeError("a listener's mistake")
        self.heard += [(frames.subject(row), frames.payload(row)) for row in range(len(frames))]

    def too_large(self, subject: bytes, size: int) -> None:
        self.large.append((subject, size))

    def connected(self, gap_s: float) -> None:
        self.gaps.append(gap_s)

    def disconnected(self, why: str) -> None:
        self.downs.append(why)


@contextlib.asynccontextmanager
async def tapping(settings: Settings, book: Notebook, health: Health, *subjects: str) -> AsyncIterator[Tap]:
    tap = Tap(settings, health, book)
    for subject in subjects:
        tap.subscribe(subject)
    stop = asyncio.Event()
    task = asyncio.create_task(tap.run(stop))
    await asyncio.wait_for(tap.ready.wait(), 10)
    yield tap
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_ten_thousand_messages_arrive_once_each_and_in_order(settings, bus: Bus):
    book = Notebook()
    async with tapping(settings, book, Health("t"), "plant.*.value"):
        for number in range(10_000):
            await bus.publish(f"plant.p{number % 7}.value", b"%d" % number)
        await bus.flush()
        await until(lambda: len(book.heard) == 10_000)
    assert [int(payload) for _, payload in book.heard] == list(range(10_000))


async def test_a_ten_megabyte_message_is_skipped_and_named_and_the_next_one_arrives(settings, bus: Bus):
    book = Notebook()
    async with tapping(settings, book, Health("t"), "plant.>"):
        await bus.publish("plant.a", b"x" * 10_000_000)
        await bus.publish("plant.a", b"y" * LARGEST)
        await bus.publish("plant.a", b"after")
        await until(lambda: len(book.heard) == 2)
    assert book.large == [(b"plant.a", 10_000_000)]
    assert [len(payload) for _, payload in book.heard] == [LARGEST, 5]
    assert book.downs == []


async def test_a_listener_that_raises_is_counted_and_hears_the_next(settings, bus: Bus):
    book, health = Notebook(), Health("t")
    async with tapping(settings, book, health, "plant.>"):
        book.fail = True
        await bus.publish("plant.a", b"1")
        await until(lambda: health.error_count("tap.listener.RuntimeError") == 1)
        book.fail = False
        await bus.publish("plant.a", b"2")
        await until(lambda: book.heard == [(b"plant.a", b"2")])


async def test_a_killed_broker_leaves_a_named_gap_and_the_subscriptions_come_back(settings, broker, bus: Bus):
    book, health = Notebook(), Health("t")
    async with tapping(settings, book, health, "plant.>") as tap:
        broker.kill()
        await broker.wait()
        await until(lambda: bool(book.downs))
        again = await asyncio.create_subprocess_exec(
            binary(), "-c", str(write_config(settings)),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await until(lambda: len(book.gaps) == 2)
            assert book.gaps[0] == 0 < book.gaps[1]
            assert health.error_count("tap.gap") == 1
            assert tap.publish("plant.a", b"back")
            await until(lambda: book.heard == [(b"plant.a", b"back")])
        finally:
            again.kill()
            await again.wait()


async def test_a_wrong_password_is_a_sentence_and_no_endless_storm(settings, broker):
    book, health = Notebook(), Health("t")
    wrong = Settings(**{f: getattr(settings, f) for f in settings.__struct_fields__} | {"nats_token": "wrong"})
    stop = asyncio.Event()
    task = asyncio.create_task(Tap(wrong, health, book).run(stop))
    await until(lambda: any("Authorization" in why for why in book.downs))
    stop.set()
    await task
    assert health.error_count("tap.down") < 20
    assert book.gaps == []


async def test_nats_without_a_password_is_refused(settings, broker):
    with pytest.raises(Exception, match=r"(?i)authorization"):
        await nats.connect(settings.bus_url, allow_reconnect=False, connect_timeout=2, max_reconnect_attempts=0)
