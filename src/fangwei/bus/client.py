"""One connection of one process to the bus.

Live messages go by core NATS and wait for nobody. What must not be lost is published `sure`: sent at once, and sent
again in the background until the stream says it has it. Followers hear live messages and, beside them, whatever the
stream holds since they last confirmed; so each event may come twice and handlers know it by its id.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from fangwei.bus import subjects
from fangwei.bus.field import FieldStream
from fangwei.bus.follower import ACK_WAIT_S, MOST_TRIES, Follower
from fangwei.bus.server import PLATFORM_USER
from fangwei.bus.stored import StoredReadings
from fangwei.bus.sure import Sure
from fangwei.core.clock import from_datetime, to_datetime
from fangwei.core.errors import FangweiError
from fangwei.core.errors import Refused as Refused
from fangwei.core.events import Problem
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.core.texts import Text

if TYPE_CHECKING:
    from fangwei.core.reading import Readings

# The codec brings numpy and Arrow, 50 MB; processes that only pass words on (supervisor, commands) go without.
E = TypeVar("E", bound=msgspec.Struct)
T = TypeVar("T")
Handler = Callable[[E], Awaitable[None]]
Answerer = Callable[[bytes], Awaitable[bytes]]

READINGS_KEPT_S = 6 * 3600
READINGS_KEPT_BYTES = 4 * 1024**3
"""How much the bus keeps of raw readings for a historian or alarm process that was away; discards the oldest."""
EVENTS_KEPT_S = 30 * 24 * 3600
PENDING_BYTES = 128 * 1024**2
"""Held by the client while the broker restarts."""
CONFIRMED_WITHIN_S = 2.0
"""A stream that works confirms within milliseconds, under the heaviest load within tenths of a second."""


class NobodyAnswers(FangweiError):
    """A room was asked and is not there, or too slow."""

    code = "bus.nobody_answers"
    text = Text(
        "{room} 暂时没有回应，请稍后重试；如持续出现请运行 fangwei status 查看",
        "{room} does not answer now; try again, and run `fangwei status` if it stays so",
    )
    http_status = 503


class Bus:
    """A connected client; make it with `await Bus.connect(...)`, end it with `await bus.close()`."""

    def __init__(self, client: Client, health: Health) -> None:
        self._nc = client
        self._js = client.jetstream()
        self.health = health
        self._sure = Sure(client, health)
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def connect(cls, settings: Settings, health: Health) -> "Bus":
        """Connect, waiting for the broker as long as it takes; reconnects by itself ever after."""

        async def on_error(error: Exception) -> None:
            health.error("bus.error", str(error))

        async def on_disconnect() -> None:
            health.count("bus.disconnects")

        client = await nats.connect(
            settings.bus_url,
            user=PLATFORM_USER if settings.nats_token else None,
            password=settings.nats_token or None,
            name=health.process,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.1,
            connect_timeout=2,
            allow_reconnect=True,
            pending_size=PENDING_BYTES,
            error_cb=on_error,
            disconnected_cb=on_disconnect,
        )
        return cls(client, health)

    async def ensure_streams(self) -> None:
        """Create or update the streams; idempotent, called by the supervisor's first process and by tests."""
        for config in (
            StreamConfig(
                name=subjects.READINGS_STREAM,
                subjects=[f"{subjects.READINGS}.>"],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_age=READINGS_KEPT_S,
                max_bytes=READINGS_KEPT_BYTES,
                discard=DiscardPolicy.OLD,
                duplicate_window=120,
            ),
            StreamConfig(
                name=subjects.EVENTS_STREAM,
                subjects=subjects.EVENTS_SUBJECTS,
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_age=EVENTS_KEPT_S,
                max_bytes=1024**3,
                discard=DiscardPolicy.OLD,
                duplicate_window=3600,
            ),
        ):
            try:
                kept = (await self._js.stream_info(str(config.name))).config
            except NotFoundError:
                await self._js.add_stream(config)
                continue
            if set(kept.subjects or ()) == set(config.subjects or ()) and kept.max_age == config.max_age:
                continue  # changing a stream writes to the disk, which may be full; its size is `host.disk`'s business
            await self._js.update_stream(config)

    async def refusal(self, nothing: bytes) -> str:
        """Why the streams take nothing now; empty when they take what is said. A stream that met a full disk does not
        say so, it is silent.

        Says `nothing`, an encoded batch without readings, and an empty word that nobody hears. Raises nats errors while
        the broker is away.
        """
        for stream, subject, payload in (
            (subjects.READINGS_STREAM, f"{subjects.READINGS}.probe", nothing),
            (subjects.EVENTS_STREAM, subjects.EVENTS_PROBE, b""),
        ):
            try:
                await self._js.publish(subject, payload, timeout=CONFIRMED_WITHIN_S, stream=stream)
            except APIError as error:
                return f"{stream}: {error.description or error}"
            except (NatsTimeout, NoStreamResponseError):
                await self._nc.flush()  # a broker that is away altogether raises here
                return f"{stream}: the stream confirms nothing"
        return ""

    async def limit_stream(self, name: str, most: int) -> None:
        """Let a stream keep `most` bytes from now on, the newest; does nothing when there is no such stream.

        Raises nats errors while the broker is away or refuses.
        """
        with contextlib.suppress(NotFoundError):
            config = (await self._js.stream_info(name)).config
            if config.max_bytes != most:
                config.max_bytes = most
                await self._js.update_stream(config)

    async def stream_bytes(self, name: str) -> int:
        """What a stream takes on the disk; 0 when there is none. Raises nats errors while the broker is away."""
        try:
            return (await self._js.stream_info(name)).state.bytes
        except NotFoundError:
            return 0

    # --- saying -----------------------------------------------------------------------------------------------

    async def publish(self, subject: str, payload: bytes) -> None:
        """Say it once to whoever listens now."""
        await self._nc.publish(subject, payload)

    async def publish_readings(self, source: str, readings: "Readings", sure_id: str | None = None) -> None:
        """Send a batch; with `sure_id` (unique per batch) it is sent again until the stream has it."""
        from fangwei.bus import codec

        subject = f"{subjects.READINGS}.{source}"
        payload = codec.encode(readings)
        if sure_id is None:
            await self._nc.publish(subject, payload)
        else:
            await self._sure.publish(subject, payload, sure_id)

    async def emit(self, subject: str, event: msgspec.Struct, sure_id: str | None = None) -> None:
        """Send an event as JSON. With `sure_id` (the event's id) it is not lost while the broker restarts."""
        await self.say(subject, msgspec.json.encode(event), sure_id)

    async def say(self, subject: str, payload: bytes, sure_id: str | None = None) -> None:
        """Like `emit`, of an event that is encoded already."""
        if sure_id is None:
            await self._nc.publish(subject, payload)
        else:
            await self._sure.publish(subject, payload, sure_id)

    async def settle(self, timeout: float = 5.0) -> int:
        """Wait until everything sent `sure` is confirmed; returns how many are not (0 is good)."""
        return await self._sure.settle(timeout)

    # --- hearing ----------------------------------------------------------------------------------------------

    async def hear(self, subject: str, handler: Callable[[str, bytes], Awaitable[None]]) -> None:
        """Call `handler(subject, payload)` for each live message. An exception is counted, never the end."""

        async def on_message(message: Msg) -> None:
            try:
                await handler(message.subject, message.data)
            except Exception as error:
                self.health.error(f"bus.handler.{type(error).__name__}", f"{message.subject}: {error}")

        await self._nc.subscribe(subject, cb=on_message, pending_msgs_limit=-1, pending_bytes_limit=-1)

    async def hear_events(self, subject: str, type: type[E], handler: Handler[E]) -> None:
        """Like `hear`, decoded; what cannot be decoded is counted."""

        async def on_payload(name: str, payload: bytes) -> None:
            try:
                event = msgspec.json.decode(payload, type=type)
            except msgspec.MsgspecError as error:
                self.health.error("bus.not_an_event", f"{name}: {error}")
                return
            await handler(event)

        await self.hear(subject, on_payload)

    async def follow_events(
        self, subject: str, type: type[E], handler: Handler[E], durable: str, live: Handler[E] | None = None
    ) -> None:
        """Hear events live and catch up with those missed while away; each may come twice, handlers know its id.

        `live`, where given, hears the live ones instead of `handler`: so a room can decide at once, and let `handler`
        wait until what was decided is stored before the event counts as finished.

        `durable` names the follower; what its handler finished without an exception is not sent again after a
        restart. A handler that raises gets the event again after 5 s, at most 20 times.
        """
        await self.hear_events(subject, type, live or handler)

        follower = Follower(type, handler, self.health)
        self._spawn(follower.run())
        await self._js.subscribe(
            subject,
            stream=subjects.EVENTS_STREAM,
            durable=durable,
            cb=follower.take,
            manual_ack=True,
            config=ConsumerConfig(
                ack_policy=AckPolicy.EXPLICIT,
                deliver_policy=DeliverPolicy.ALL,
                ack_wait=ACK_WAIT_S,
                max_deliver=MOST_TRIES,
                max_ack_pending=256,
            ),
        )

    async def stored_events(self, subject: str, type: type[E], handler: Handler[E], since: int) -> None:
        """Replay the events of `subject` that the stream holds now, oldest first, from time `since` (UTC ns)."""
        async for message in self._replay(subjects.EVENTS_STREAM, subject, since=since):
            try:
                event = msgspec.json.decode(message.data, type=type)
            except msgspec.MsgspecError as error:
                self.health.error("bus.not_an_event", f"{message.subject}: {error}")
                continue
            await handler(event)

    async def hear_readings(self, handler: Callable[["Readings"], Awaitable[None]], source: str = ">") -> None:
        """Call `handler` for each live batch; broken messages are counted by name."""
        from fangwei.bus import codec

        async def on_payload(name: str, payload: bytes) -> None:
            try:
                readings = codec.decode(payload)
            except codec.NotReadings as error:
                self.health.error("readings.broken", f"{name}: {error}")
                return
            await handler(readings)

        await self.hear(f"{subjects.READINGS}.{source}", on_payload)

    async def stored_readings(
        self,
        handler: Callable[[int, "Readings"], Awaitable[None]],
        after_sequence: int = 0,
        since: int | None = None,
    ) -> int:
        """Replay what the stream holds now, oldest first, as `handler(stream sequence, batch)`.

        From `after_sequence` + 1, or from receive time `since` (UTC ns). Ends at the newest message of the moment
        it was called; returns that one's sequence, or `after_sequence` when there was nothing.
        """
        from fangwei.bus import codec

        sequence = after_sequence
        async for message in self._replay(
            subjects.READINGS_STREAM, f"{subjects.READINGS}.>", after_sequence=after_sequence, since=since
        ):
            sequence = message.metadata.sequence.stream
            try:
                readings = codec.decode(message.data)
            except codec.NotReadings as error:
                self.health.error("readings.broken", f"{message.subject}: {error}")
                continue
            await handler(sequence, readings)
        return sequence

    async def _replay(
        self, stream: str, subject: str, after_sequence: int = 0, since: int | None = None
    ) -> AsyncIterator[Msg]:
        """The messages of `subject` that the stream holds at this moment, oldest first, and then an end."""
        try:
            newest = await self._js.get_last_msg(stream, subject)
        except NotFoundError:
            return
        last = newest.seq or 0
        if last <= after_sequence:
            return
        config = ConsumerConfig(ack_policy=AckPolicy.NONE)
        if since is None:
            config.deliver_policy = DeliverPolicy.BY_START_SEQUENCE
            config.opt_start_seq = after_sequence + 1
        else:
            if newest.time is not None and from_datetime(newest.time) < since:
                return
            config.deliver_policy = DeliverPolicy.BY_START_TIME
            config.opt_start_time = to_datetime(since)
        subscription = await self._js.subscribe(subject, stream=stream, ordered_consumer=True, config=config)
        try:
            while True:
                try:
                    message = await subscription.next_msg(timeout=5)
                except NatsTimeout:
                    return  # what was newest has been discarded meanwhile
                yield message
                if message.metadata.sequence.stream >= last:
                    return
        finally:
            with contextlib.suppress(Exception):
                await subscription.unsubscribe()

    def open_stored(self, after_sequence: int = 0, born: str = "") -> StoredReadings:
        """The stream's readings after a sequence number, at the reader's own pace (`bus/stored.py`)."""
        return StoredReadings(self._js, after_sequence, born)

    def open_field(self) -> FieldStream:
        """The stream of what devices published lately (`bus/field.py`)."""
        return FieldStream(self._js)

    # --- asking -----------------------------------------------------------------------------------------------

    async def ask(self, subject: str, question: Any = None, timeout: float = 5.0) -> bytes:
        """Ask a room (`fw.ask...`) or command it (`fw.do...`); returns the answer's bytes.

        Raises:
            NobodyAnswers: no room listens, or none in `timeout` seconds.
            Refused: the room answered with a problem.
        """
        try:
            reply = await self._nc.request(subject, msgspec.json.encode(question), timeout=timeout)
        except (NoRespondersError, NatsTimeout) as error:
            raise NobodyAnswers(room=subject) from error
        if reply.headers and reply.headers.get("Fangwei-Problem"):
            raise Refused(msgspec.json.decode(reply.data, type=Problem))
        return reply.data

    async def answer(self, subject: str, question_type: type[T], answerer: Callable[[T], Awaitable[Any]]) -> None:
        """Answer questions on `subject`. The answerer returns bytes as they are, or anything msgspec encodes as JSON.

        A FangweiError becomes a Problem; any other exception is counted and becomes a Problem without details.
        """

        async def on_message(message: Msg) -> None:
            try:
                question = msgspec.json.decode(message.data, type=question_type)
                result = await answerer(question)
                payload = result if isinstance(result, bytes) else msgspec.json.encode(result)
                await message.respond(payload)
                return
            except msgspec.MsgspecError as error:
                problem = Problem(
                    "bus.question_malformed",
                    Text(f"请求格式不对：{error}", f"The request is malformed: {error}"),
                    422,
                )
            except FangweiError as error:
                problem = error.problem
            except Exception as error:
                self.health.error(f"bus.answer.{type(error).__name__}", f"{message.subject}: {error}")
                told = Text("内部错误，已记录", "Internal error; it has been recorded")
                problem = Problem("fangwei.internal", told, 502)
            if message.reply:
                await self._nc.publish(
                    message.reply, msgspec.json.encode(problem), headers={"Fangwei-Problem": problem.code}
                )

        async def concurrently(message: Msg) -> None:
            self._spawn(on_message(message))

        await self._nc.subscribe(subject, cb=concurrently)
        # Who says next that it runs must be found by who asks next; without a broker there is nobody to ask.
        with contextlib.suppress(Exception):
            await self._nc.flush(timeout=1)

    # --- life -------------------------------------------------------------------------------------------------

    async def report_health(self, every: float = 1.0) -> None:
        """Say how this process is, until cancelled."""
        while True:
            self.health.gauge("bus.unsure", len(self._sure))
            await self.emit(f"{subjects.HEALTH}.{self.health.process}", self.health.report(os.getpid()))
            await asyncio.sleep(every)

    async def flush(self) -> None:
        """Wait until the broker has taken everything sent so far."""
        await self._nc.flush()

    async def close(self) -> None:
        """Settle what is unsure, then hang up."""
        await self.settle(2.0)
        self._sure.close()
        for task in list(self._tasks):
            task.cancel()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._nc.drain(), 2)
        if not self._nc.is_closed:
            # A connection that is being made anew meanwhile may break under the hand that closes it.
            with contextlib.suppress(Exception):
                await self._nc.close()

    @property
    def connected(self) -> bool:
        """Whether the broker is reachable now."""
        return bool(self._nc.is_connected)

    @property
    def unsure(self) -> int:
        """How many messages sent `sure` are not yet confirmed by the stream."""
        return len(self._sure)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
