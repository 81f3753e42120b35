"""What devices publish, kept by the broker for a few minutes: so that a restart of the process that hears them loses
nothing.

A tap (tap.py) hears live messages by core NATS and is told nothing of those it missed. The stream FIELD holds the same
messages beside it; whoever was away reads from the sequence number up to which it had finished.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from fangwei.bus import subjects
from fangwei.bus.stored import StreamState
from fangwei.core.clock import from_datetime

KEPT_S = 300
"""Longer than any restart; a process away for longer is an outage that people know of."""
KEPT_BYTES = 256 * 1024**2
"""A minute of 40,000 messages a second. In files: the broker's memory stays small, and its own crash keeps them."""
IDLE_READER_KEPT_S = 60.0


@dataclass(frozen=True, slots=True)
class FieldMessage:
    """One message as the device sent it; `time` is when the broker got it (UTC ns)."""

    sequence: int
    time: int
    subject: str
    payload: bytes


class FieldReader:
    """Messages of some subjects from a sequence number on, oldest first; made by `FieldStream.read`."""

    def __init__(self, subscription: JetStreamContext.PullSubscription) -> None:
        self._subscription = subscription

    async def next(self, most: int, wait: float) -> list[FieldMessage]:
        """Up to `most` messages; none where there are none within `wait` seconds. Raises nats errors."""
        try:
            messages = await self._subscription.fetch(most, timeout=wait)
        except TimeoutError:  # nats-py raises its own and, when the time ends between two steps, asyncio's
            return []
        found = []
        for message in messages:
            about = message.metadata
            found.append(
                FieldMessage(about.sequence.stream, from_datetime(about.timestamp), message.subject, message.data)
            )
        return found

    async def close(self) -> None:
        """Forget the reader on the broker."""
        with contextlib.suppress(Exception):
            await self._subscription.unsubscribe()


class FieldStream:
    """The stream FIELD; make it with `Bus.open_field`. Every method raises nats errors while the broker is away."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js

    async def ensure(self, patterns: Sequence[str]) -> None:
        """Keep what is published under `patterns` (NATS subjects, may overlap) from now on; without any, nothing."""
        if not patterns:
            with contextlib.suppress(NotFoundError):
                await self._js.delete_stream(subjects.FIELD_STREAM)
            return
        config = StreamConfig(
            name=subjects.FIELD_STREAM,
            subjects=disjoint(patterns),
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            max_age=KEPT_S,
            max_bytes=KEPT_BYTES,
            discard=DiscardPolicy.OLD,
            no_ack=True,
            duplicate_window=1,
        )
        try:
            await self._js.update_stream(config)
        except NotFoundError:
            await self._js.add_stream(config)

    async def state(self) -> StreamState:
        """What the stream holds now."""
        info = await self._js.stream_info(subjects.FIELD_STREAM)
        return StreamState(str(info.created), info.state.first_seq or 1, info.state.last_seq)

    async def read(self, start: int, patterns: Sequence[str]) -> FieldReader:
        """Messages of `patterns` from sequence number `start` on."""
        config = ConsumerConfig(
            ack_policy=AckPolicy.NONE,
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=max(1, start),
            filter_subjects=disjoint(patterns),
            inactive_threshold=IDLE_READER_KEPT_S,
            mem_storage=True,
        )
        return FieldReader(await self._js.pull_subscribe("", stream=subjects.FIELD_STREAM, config=config))


def disjoint(patterns: Sequence[str]) -> list[str]:
    """Patterns that match at least what the given ones match, of which no two match the same subject: a stream takes
    no others. Patterns that overlap are replaced by one that covers both, which may match more.

    >>> disjoint(["plant.*.gas", "plant.hall.>", "bench.*", "bench.*"])
    ['bench.*', 'plant.*.>']
    """
    apart: list[str] = []
    for pattern in patterns:
        while (other := next((a for a in apart if _overlap(a, pattern)), None)) is not None:
            apart.remove(other)
            pattern = _join(other, pattern)
        apart.append(pattern)
    return sorted(apart)


def _overlap(one: str, other: str) -> bool:
    levels, others = one.split("."), other.split(".")
    for level, against in zip(levels, others, strict=False):
        if ">" in (level, against):
            return True
        if level != against and "*" not in (level, against):
            return False
    return len(levels) == len(others)


def _join(one: str, other: str) -> str:
    joined: list[str] = []
    for level, against in zip(one.split("."), other.split("."), strict=False):
        if ">" in (level, against):
            joined.append(">")
            break
        joined.append(level if level == against else "*")
    return ".".join(joined)
