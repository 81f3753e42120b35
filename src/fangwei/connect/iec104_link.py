"""The link rules of IEC 60870-5-104 for a controlling station: numbers, windows, timers. Pure: time is passed
in.

    link = Link(Timers(), now)      # sends STARTDT
    link.receive(frame, now)        # -> the ASDU of an I frame, or None
    link.tick(now)                  # timers
    link.take_outgoing()            # the bytes to send

Any broken rule raises LinkBroken: the standard's answer is to close and start again (5.2).
"""

from collections import deque
from dataclasses import dataclass

from fangwei.connect.iec104_frames import SEQUENCE, Frame, IFrame, SFrame, U, UFrame, encode


class LinkBroken(Exception):
    """The station broke a rule of the link, or did not answer in time; says which."""


@dataclass(frozen=True, slots=True)
class Timers:
    """The parameters of 5.1 and 5.5, seconds and frames; defaults are the standard's."""

    t1: float = 15.0
    """Longest wait for a confirmation."""
    t2: float = 10.0
    """Longest before received frames are confirmed; shorter than t1."""
    t3: float = 20.0
    """Silence after which the link is tested."""
    k: int = 12
    """Most I frames on the way unconfirmed."""
    w: int = 8
    """Received I frames after which we confirm at the latest."""


class Link:
    """One connection's state, from STARTDT on. `now` is any monotonic clock in seconds."""

    def __init__(self, timers: Timers, now: float) -> None:
        self.timers = timers
        self.started = False
        self._sent = 0
        self._received = 0
        self._unconfirmed: deque[float] = deque()
        """When each I frame that is not yet confirmed was sent."""
        self._to_confirm = 0
        self._confirm_since = now
        self._asked: dict[U, float] = {}
        """Confirmation awaited -> since when."""
        self._heard = now
        self._queue: deque[bytes] = deque()
        self._outgoing: list[bytes] = []
        self._control(U.STARTDT_ACT)
        self._asked[U.STARTDT_CON] = now

    def receive(self, frame: Frame, now: float) -> bytes | None:
        """Take a frame in; returns the ASDU when it carries one.

        Raises:
            LinkBroken: a number out of order, a confirmation of nothing, data before STARTDT.
        """
        self._heard = now
        match frame:
            case UFrame(function):
                self._on_control(function)
                self._send_queued(now)
                return None
            case SFrame(receive):
                self._on_confirmed(receive, now)
                return None
            case IFrame(send, receive, asdu):
                if not self.started:
                    raise LinkBroken("data came before data transfer was started")
                if send != self._received:
                    raise LinkBroken(f"frame {send} came, {self._received} was due: frames are lost or doubled")
                self._on_confirmed(receive, now)
                self._received = (self._received + 1) % SEQUENCE
                if self._to_confirm == 0:
                    self._confirm_since = now
                self._to_confirm += 1
                if self._to_confirm >= self.timers.w:
                    self._confirm()
                return asdu

    def send(self, asdu: bytes, now: float) -> None:
        """Send an ASDU now, or when the window opens."""
        self._queue.append(asdu)
        self._send_queued(now)

    def tick(self, now: float) -> None:
        """Let time pass.

        Raises:
            LinkBroken: a confirmation is overdue (t1).
        """
        timers = self.timers
        for function, since in self._asked.items():
            if now - since >= timers.t1:
                raise LinkBroken(f"no {function.name} within {timers.t1:g} s")
        if self._unconfirmed and now - self._unconfirmed[0] >= timers.t1:
            raise LinkBroken(f"a frame was not confirmed within {timers.t1:g} s")
        if self._to_confirm and now - self._confirm_since >= timers.t2:
            self._confirm()
        if now - self._heard >= timers.t3 and U.TESTFR_CON not in self._asked:
            self._control(U.TESTFR_ACT)
            self._asked[U.TESTFR_CON] = now

    def take_outgoing(self) -> bytes:
        """What must be sent now; empty when nothing."""
        out = b"".join(self._outgoing)
        self._outgoing.clear()
        return out

    def _on_control(self, function: U) -> None:
        if function is U.TESTFR_ACT:
            self._control(U.TESTFR_CON)
        elif function in self._asked:
            del self._asked[function]
            if function is U.STARTDT_CON:
                self.started = True
        else:
            raise LinkBroken(f"{function.name} came unasked")

    def _on_confirmed(self, receive: int, now: float) -> None:
        open_frames = len(self._unconfirmed)
        confirmed = (receive - (self._sent - open_frames)) % SEQUENCE
        if confirmed > open_frames:
            raise LinkBroken(f"frame {receive - 1} was confirmed and never sent")
        for _ in range(confirmed):
            self._unconfirmed.popleft()
        self._send_queued(now)

    def _send_queued(self, now: float) -> None:
        while self.started and self._queue and len(self._unconfirmed) < self.timers.k:
            self._outgoing.append(encode(IFrame(self._sent, self._received, self._queue.popleft())))
            self._sent = (self._sent + 1) % SEQUENCE
            self._unconfirmed.append(now)
            self._to_confirm = 0  # an I frame confirms as well

    def _confirm(self) -> None:
        self._outgoing.append(encode(SFrame(self._received)))
        self._to_confirm = 0

    def _control(self, function: U) -> None:
        self._outgoing.append(encode(UFrame(function)))
