"""A tap that loses nothing: live messages as they come, and after a restart those that were published meanwhile.

The broker keeps the last minutes of what devices publish (`bus/field.py`). Up to where everything was heard and given
on to the bus is written down five times a second; whenever the tap is connected, the first time or again, what lies
behind that position is read from the broker, beside the live messages and without holding them up. After a crash some
tenths of a second come twice: a reading with a time of its own is the same reading then, one without is stored twice.

The receive time of what is read later is the broker's: the platform had it then, and its own restart does not make a
device late. So a reading from the outage raises its alarm if nothing newer of its point has come, as it must: a device
that publishes on change only will not say it again. Where something newer has come, it is OUT_OF_ORDER and history.
"""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np

from fangwei.bus.field import FieldMessage, FieldStream
from fangwei.bus.frames import COLUMNS, FRAME_END, PAYLOAD, PAYLOAD_END, SID, SUBJECT, SUBJECT_END, Frames
from fangwei.bus.tap import LARGEST, SPACING_S, Listener, Tap
from fangwei.connect.base import Connector
from fangwei.core.clock import MILLISECOND, SECOND, now_ns

NOTE_EVERY_S = 0.2
"""How much comes twice at most after a crash."""
LOOK_EVERY_S = 0.05
"""Whether there is something to read again."""
OVERLAP_NS = 50 * MILLISECOND
"""Read on so far beyond the moment of connecting: the broker stores a message a little later than it tells it."""
SETTLED_S = 0.3
LOT = 1_000
TOGETHER_NS = 10 * MILLISECOND
"""Messages that the broker got within this are read in one go and share a receive time, as live ones do."""
WAITING_MOST = 50_000
"""Readings in the door's queue above which reading again pauses: what is live goes first."""
AGAIN_S = 1.0
STEP_S = 5.0


class Position(msgspec.Struct, frozen=True):
    """Everything of the stream `born` up to `sequence` was given on."""

    born: str = ""
    sequence: int = 0

    def save(self, path: Path) -> None:
        """Write it whole. Not forced to the disk: it must outlive this process, and an older one only costs repeats."""
        beside = path.with_suffix(".new")
        beside.write_bytes(msgspec.json.encode(self))
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Position":
        """The position kept; the beginning where there is none.

        Raises:
            ValueError: the file is damaged.
        """
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except FileNotFoundError:
            return cls()
        except msgspec.MsgspecError as error:
            raise ValueError(f"{path}: {error}") from error


class Hearing(Listener, Protocol):
    """A connector that hears devices through the broker."""


class FieldTap:
    """The tap of one source with its position; `run` until cancelled. Listener and connector are the same object."""

    def __init__(self, connector: Connector, listener: Hearing, *, spacing_s: float = SPACING_S) -> None:
        installation = connector.installation
        self._connector = connector
        self._listener = listener
        self._door = connector.door
        self._bus = installation.bus
        self._stream: FieldStream | None = installation.field
        self._subjects = connector.field_subjects
        self._path = installation.settings.data / "connect" / f"{connector.source.id}.field"
        self._position = Position()
        self._ups = 0
        self._up_at = 0
        self._caught_up = 0
        """The connection (counted in `_ups`) since which nothing is missing."""
        self._first_heard: Counter[tuple[bytes, bytes]] = Counter()
        """Live messages of the moment of connecting, which the stream may hold too: (subject, payload)."""
        self._reached = Position(), 0
        """How far reading again came, on which connection."""
        self._heard = 0
        self._noted = -1
        self._ended = False
        self.tap = Tap(installation.settings, connector.health, self, spacing_s=spacing_s)
        for subject in self._subjects:
            self.tap.subscribe(subject)

    async def run(self) -> None:
        """Hear until cancelled; the tap keeps itself connected."""
        keeping = None if self._stream is None else asyncio.create_task(self._keep(self._stream))
        try:
            await self.tap.run(asyncio.Event())
        finally:
            # Clients swallow a cancellation that meets their own timeout: then the flag ends it at the next step.
            self._ended = True
            if keeping is not None:
                keeping.cancel()
                await asyncio.wait({keeping}, timeout=1.0)

    # --- the side of the tap ------------------------------------------------------------------------------

    def frames(self, frames: Frames) -> None:
        """Live messages."""
        self._heard += len(frames)
        if self._caught_up != self._ups and frames.receive_time < self._up_at + 2 * OVERLAP_NS:
            self._first_heard.update((frames.subject(row), frames.payload(row)) for row in range(len(frames)))
        self._listener.frames(frames)

    def too_large(self, subject: bytes, size: int) -> None:
        """A message was skipped."""
        self._listener.too_large(subject, size)

    def connected(self, gap_s: float) -> None:
        """Connected: from now on live; what was before is read from the stream."""
        self._ups += 1
        self._up_at = now_ns()
        self._first_heard.clear()
        self._listener.connected(gap_s)

    def disconnected(self, why: str) -> None:
        """The tap lost the broker."""
        self._listener.disconnected(why)

    # --- the side of the stream ---------------------------------------------------------------------------

    async def _keep(self, stream: FieldStream) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._position = Position.load(self._path)
        except ValueError as error:
            self._connector.error("field_position_damaged", f"{error}; everything that the broker kept is read again")
        while not self._ended:
            await asyncio.sleep(NOTE_EVERY_S if self._caught_up == self._ups else LOOK_EVERY_S)
            if not self.tap.ready.is_set():
                continue
            try:
                if self._caught_up == self._ups:
                    await self._note(stream)
                else:
                    await self._catch_up(stream)
            except Exception as error:  # whatever it is, what is live goes on
                self._connector.error("field_unread", f"{type(error).__name__}: {error}")
                await asyncio.sleep(AGAIN_S)

    async def _note(self, stream: FieldStream) -> None:
        """Everything that the stream holds now was given on: write that down, once it is true."""
        heard, ups = self._heard, self._ups
        if heard == self._noted:
            return
        state = await stream.state()
        position = Position(state.born, state.last)
        # What was heard last may not be stored yet: only a look that finds nothing new is the last one.
        settled = position == self._position
        async with asyncio.timeout(STEP_S):
            if not await self.tap.heard():
                return
        if not settled:
            await self._given_on(position, ups)
        elif ups == self._ups:
            self._noted = heard

    async def _given_on(self, position: Position, ups: int) -> None:
        async with asyncio.timeout(STEP_S):
            await self._door.all_sent()
            await self._bus.flush()
        # A connection that broke meanwhile may have taken messages with it.
        if ups == self._ups:
            self._position = position
            position.save(self._path)

    async def _catch_up(self, stream: FieldStream) -> None:
        """Read what lies between the position and the live messages."""
        ups, until = self._ups, self._up_at + OVERLAP_NS
        state = await stream.state()
        # Where an attempt on this connection was cut short, the next one goes on: what was read need not come twice.
        reached, of = self._reached
        behind = reached if of == ups else self._position
        start = behind.sequence + 1 if state.born == behind.born else 1
        if start > 1 and state.first > start:
            self._connector.error(
                "field_lost", f"up to {state.first - start} messages were older than the broker keeps", 1
            )
        reader = await stream.read(start, self._subjects)
        position = Position(state.born, max(start - 1, 0))
        count = 0
        try:
            while ups == self._ups and not self._ended:
                lot = await reader.next(LOT, SETTLED_S)
                for together in _groups([message for message in lot if self._missed(message)]):
                    self._read_again(together)
                    count += len(together)
                if lot:
                    position = Position(state.born, lot[-1].sequence)
                    self._reached = position, ups
                if (lot and lot[-1].time > until) or (not lot and now_ns() > until + SETTLED_S * SECOND):
                    break
                while self._door.waiting > WAITING_MOST:
                    await asyncio.sleep(0.02)
        finally:
            await reader.close()
        if count:
            self._connector.health.count("connect.field.read_again", count)
        if ups == self._ups and not self._ended:
            await self._given_on(position, ups)
            self._caught_up = ups
            self._first_heard.clear()

    def _missed(self, message: FieldMessage) -> bool:
        """Whether a message of the stream is from before the connection and was not heard live."""
        if message.time > self._up_at + OVERLAP_NS:
            return False
        said = message.subject.encode(), message.payload
        if message.time < self._up_at - OVERLAP_NS or not self._first_heard[said]:
            return True
        self._first_heard[said] -= 1
        return False

    def _read_again(self, messages: list[FieldMessage]) -> None:
        # Frames as the tap would have cut them, so that there is one way of reading.
        small = [message for message in messages if len(message.payload) <= LARGEST]
        for message in messages:
            if len(message.payload) > LARGEST:
                self._listener.too_large(message.subject.encode(), len(message.payload))
        buffer = bytearray()
        table = np.zeros((len(small), COLUMNS), np.int64)
        for row, message in enumerate(small):
            table[row, SID], table[row, SUBJECT] = 1, len(buffer)
            buffer += message.subject.encode()
            table[row, SUBJECT_END] = table[row, PAYLOAD] = len(buffer)
            buffer += message.payload
            table[row, PAYLOAD_END] = table[row, FRAME_END] = len(buffer)
        if small:
            with self._door.received_before() as at:
                at(small[-1].time)
                self._listener.frames(Frames(np.frombuffer(buffer, np.uint8), table, small[-1].time))


def _groups(messages: list[FieldMessage]) -> list[list[FieldMessage]]:
    """Messages in their order, those within TOGETHER_NS of the first of them together."""
    groups: list[list[FieldMessage]] = []
    for message in messages:
        if groups and 0 <= message.time - groups[-1][0].time < TOGETHER_NS:
            groups[-1].append(message)
        else:
            groups.append([message])
    return groups
