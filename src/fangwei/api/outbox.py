"""What waits to be sent to one page. Pure: no sockets, no clock.

A page on a slow line must neither hold up the others nor fill the memory: its outbox is bounded, incidents
overtake measured values, a newer state of an incident replaces the older one that still waits, and when even that
is too much the page is let go and starts afresh from a snapshot.
"""

from collections import OrderedDict, deque

MAX_FRAMES = 512
"""About two minutes of a quiet plant; a page further behind is better served by a snapshot."""
MAX_CHARS = 8 * 1024 * 1024


class Outbox:
    """Frames for one client in the order in which they shall leave.

    Invariant: `chars` is the length of all frames held; frames are shared between outboxes, never copied.
    """

    def __init__(self, max_frames: int = MAX_FRAMES, max_chars: int = MAX_CHARS) -> None:
        self.max_frames = max_frames
        self.max_chars = max_chars
        self.chars = 0
        self._urgent: OrderedDict[str, str] = OrderedDict()
        self._routine: deque[str] = deque()
        self._number = 0

    def __len__(self) -> int:
        return len(self._urgent) + len(self._routine)

    def put_urgent(self, frame: str, replaces: str | None = None) -> bool:
        """Queue before every routine frame, in place of one of the same `replaces` name that still waits.
        False: the outbox is full and the client must be let go."""
        if replaces is None:
            self._number += 1
            replaces = f"#{self._number}"
        old = self._urgent.get(replaces)
        self._urgent[replaces] = frame
        self.chars += len(frame) - (len(old) if old is not None else 0)
        return self._fits()

    def put(self, frame: str) -> bool:
        """Queue a routine frame. False: the outbox is full and the client must be let go."""
        self._routine.append(frame)
        self.chars += len(frame)
        return self._fits()

    def take(self) -> str | None:
        """The next frame to send, or None when nothing waits."""
        if self._urgent:
            _, frame = self._urgent.popitem(last=False)
        elif self._routine:
            frame = self._routine.popleft()
        else:
            return None
        self.chars -= len(frame)
        return frame

    def _fits(self) -> bool:
        return len(self) <= self.max_frames and self.chars <= self.max_chars
