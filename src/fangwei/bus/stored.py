"""Reading the stream of readings at the reader's own pace, by sequence number, and knowing exactly what was missed.

A follower that keeps its position beside its data needs no acknowledgement on the broker: it asks from its position on,
after a restart as after a torn connection. The sequence numbers of the stream have no holes but for what the broker
discarded, so every hole is either asked for again or counted as lost.
"""

import contextlib
import time
from dataclasses import dataclass

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, StreamInfo
from nats.js.errors import Error as JetStreamError

from fangwei.bus import subjects

LOOK_EVERY_S = 2.0
IDLE_CONSUMER_KEPT_S = 120.0
"""The broker forgets a reader that asked for nothing this long (a reader with a full disk asks again later)."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One message of the stream as it lies there."""

    sequence: int
    subject: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class StreamState:
    """What the stream holds now. `born` tells one stream from another of the same name (a wiped data folder)."""

    born: str
    first: int
    last: int


class StoredReadings:
    """Messages of READINGS after a sequence number, oldest first, without holes; make it with `Bus.open_stored`.

    Invariants: `position` is the sequence of the last message handed out; `born` names the stream it
    counts in; `lost` counts messages that the broker had discarded before they were read.
    """

    def __init__(self, js: JetStreamContext, position: int, born: str) -> None:
        self._js = js
        self._reader: JetStreamContext.PullSubscription | None = None
        self._looked = 0.0
        self.position = position
        self.born = born
        self.lost = 0

    async def state(self) -> StreamState:
        """Ask the broker what the stream holds. Raises nats errors while it is away."""
        return _state(await self._js.stream_info(subjects.READINGS_STREAM))

    async def next(self, most: int, wait: float) -> list[Stored]:
        """Up to `most` messages; an empty list when none came within `wait` seconds or the broker is away."""
        try:
            reader = self._reader or await self._open()
            messages = await reader.fetch(most, timeout=wait)
        except TimeoutError:  # nats-py raises its own and, when the time ends between two steps, asyncio's
            await self._look_again()
            return []
        except (NatsError, JetStreamError, OSError):
            await self.close()
            return []
        return await self._without_holes(messages)

    async def close(self) -> None:
        """Forget the reader on the broker; `next` opens a new one at the position."""
        reader, self._reader = self._reader, None
        if reader is not None:
            with contextlib.suppress(Exception):
                await reader.unsubscribe()

    async def _look_again(self) -> None:
        # Silence may mean that the broker restarted and knows our reader no more, which it tells nobody.
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY_S:
            return
        self._looked = now
        with contextlib.suppress(NatsError, JetStreamError, OSError):
            state = await self.state()
            if state.born != self.born or state.last != self.position:
                await self.close()

    async def _open(self) -> "JetStreamContext.PullSubscription":
        state = await self.state()
        if state.born != self.born:
            # Another stream of the same name: its numbers have nothing to do with ours.
            self.position, self.born = 0, state.born
        # A broker that lost its tail in a power failure gives those numbers out again.
        self.position = min(self.position, state.last)
        if state.first > self.position + 1:
            self.lost += state.first - self.position - 1
            self.position = state.first - 1
        self._reader = await self._js.pull_subscribe(
            f"{subjects.READINGS}.>",
            stream=subjects.READINGS_STREAM,
            config=ConsumerConfig(
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=self.position + 1,
                inactive_threshold=IDLE_CONSUMER_KEPT_S,
                mem_storage=True,
            ),
        )
        return self._reader

    async def _without_holes(self, messages: list[Msg]) -> list[Stored]:
        whole: list[Stored] = []
        for message in messages:
            sequence = message.metadata.sequence.stream
            if sequence <= self.position:
                continue
            if sequence > self.position + 1:
                # Sent to us but not arrived, or discarded by the broker: `_open` finds out which.
                await self.close()
                break
            self.position = sequence
            whole.append(Stored(sequence, message.subject, message.data))
        return whole


def _state(info: StreamInfo) -> StreamState:
    state = info.state
    # An empty stream says first = last + 1 after discards and 0 when it was never used.
    return StreamState(str(info.created), state.first_seq or 1, state.last_seq)
