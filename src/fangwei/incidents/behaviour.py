"""What the transitions of one alarm say about it: fresh news, coming back, chattering, standing.

Pure. Times are UTC nanoseconds of our own clock (receive time), so that a field clock that is wrong by
minutes does
not tear the picture apart. "Chattering" begins with the common test of ISA-18.2 users, three transitions
in 60 s,
made stricter for an alarm that may be a real one fluttering round its limit in a turbulent cloud (see
`judge`).
"""

from bisect import insort
from enum import StrEnum
from itertools import pairwise

import msgspec

from fangwei.core.clock import HOUR, MINUTE, SECOND, seconds
from fangwei.core.events import AlarmEvent

REMEMBERED = 10 * MINUTE
"""Transitions older than this no longer speak about the present."""
MOST_TURNS = 64
FAST_WINDOW = 60 * SECOND
SLOW_WINDOW = 4 * MINUTE
"""Chatter of up to two minutes' period raises three times in this window."""
PROVED = 3
"""Raises that prove chatter: raise, return, raise, return, raise are five transitions."""
STANDING_AFTER = 10 * MINUTE
STANDING_GAP = 60 * SECOND
"""A standing alarm that drops out for less than this and comes back is the same standing alarm."""
SETTLE_LEAST_S = 8.0
SETTLE_BY_EXCURSION_S = 3.0
SETTLE_FACTOR = 2.0
"""Active for this many times its longest usual dwell: it no longer behaves as it used to."""
CLEAR_DWELL_S = 20.0
CLEAR_FACTOR = 5.0
"""One activation this much longer than its other ones is an onset, not chatter."""
EXCURSION_FACTOR = 5.0
EXCURSION_SAMPLES = 8
"""With 8 excursions seen, noise exceeds five times the largest once in a thousand raises (exponential
tails)."""
HABIT_HALF_LIFE = 3 * HOUR
HABIT_KNOWN = 6.0


class Verdict(StrEnum):
    """What an alarm is, judged by its own past."""

    FRESH = "fresh"
    RECURRENT = "recurrent"
    """Came back once by itself: not yet chatter, no longer news of full weight."""
    CHATTERING = "chattering"
    STANDING = "standing"


class History(msgspec.Struct):
    """The remembered past of one alarm.

    Invariants: `turns` is sorted by time, holds at most `MOST_TURNS` and always the last transition.
    `habit` counts raises judged chatter, halving every three hours, so that a notorious alarm is known
    again after
    a restart and forgiven after a day.
    """

    alarm: str
    turns: list[tuple[int, bool]] = []
    newest_source: int = 0
    raised: AlarmEvent | None = None
    """The latest raising."""
    forgiven: int = 0
    """Raises before this do not count: since then it stayed active far beyond its usual dwell."""
    proved: int = 0
    """When it was last proved to chatter; 0 never."""
    habit: float = 0.0
    habit_time: int = 0
    usual_dwell_s: float = 0.0
    """Longest dwell while chattering, kept longer than the turns."""
    largest_excursion: float = 0.0
    excursions: int = 0
    exceeded: bool = False
    """The present activation began far beyond its usual excursion."""

    def add(self, time: int, active: bool, source_time: int = 0) -> bool:
        """Note a transition, also one that comes late; False when it says what was known already.

        One alarm's transitions keep the order of their source times: they come from one clock, while the moments
        in which we heard of them may have crossed.
        """
        if not self.turns or source_time >= self.newest_source:
            self.newest_source = max(self.newest_source, source_time)
            if self.turns and self.turns[-1][1] == active:
                return False
            self.turns.append((max(time, self.turns[-1][0] + 1) if self.turns else time, active))
        else:
            late = (min(time, self.turns[-1][0] - 1), active)
            if late in self.turns:
                return False
            insort(self.turns, late)
        oldest = self.turns[-1][0] - REMEMBERED
        drop = max(0, len(self.turns) - MOST_TURNS)
        while drop < len(self.turns) - 2 and self.turns[drop + 1][0] < oldest:
            drop += 1
        if drop:
            del self.turns[:drop]
        return True

    def note_excursion(self, event: AlarmEvent) -> None:
        """Remember how far beyond its limit it was when raised."""
        if event.value is None or event.limit is None:
            return
        excursion = abs(event.value - event.limit)
        self.exceeded = (
            self.excursions >= EXCURSION_SAMPLES and excursion > EXCURSION_FACTOR * self.largest_excursion > 0
        )
        if not self.exceeded:
            self.largest_excursion = max(self.largest_excursion, excursion)
        self.excursions += 1

    @property
    def active(self) -> bool:
        """Whether the condition holds after the last transition."""
        return bool(self.turns) and self.turns[-1][1]

    @property
    def active_since(self) -> int | None:
        """When the present activation began; None when not active."""
        return self.turns[-1][0] if self.active else None

    def raises(self, now: int, window: int) -> int:
        """Activations that began within `window` before `now` and are not forgiven."""
        least = max(now - window, self.forgiven)
        count = 0
        for time, active in reversed(self.turns):
            if time < least:
                break
            count += active and time <= now
        return count

    def first_raise(self, since: int) -> int | None:
        """The earliest remembered activation at or after `since`."""
        return next((time for time, active in self.turns if active and time >= since), None)

    def dwells_s(self, most: int = MOST_TURNS) -> list[float]:
        """Lengths of the last `most` completed activations, s, newest first."""
        found: list[float] = []
        later: tuple[int, bool] | None = None
        for turn in reversed(self.turns):
            if later is not None and turn[1] and not later[1]:
                found.append((later[0] - turn[0]) / SECOND)
                if len(found) == most:
                    break
            later = turn
        return found

    def known(self, now: int) -> bool:
        """A notorious chatterer of the last hours."""
        return self.habit_at(now) >= HABIT_KNOWN

    def habit_at(self, now: int) -> float:
        """The habit's weight now."""
        return float(self.habit * 0.5 ** (max(0, now - self.habit_time) / HABIT_HALF_LIFE))

    def learn(self, now: int) -> None:
        """One more raise that was chatter."""
        self.habit = self.habit_at(now) + 1.0
        self.habit_time = now
        self.usual_dwell_s = max([0.9 * self.usual_dwell_s, *self.dwells_s(8)])

    def settle_s(self) -> float:
        """How long it must stay active to be believed, s; 0 for an alarm that never returned by itself."""
        completed = [dwell for dwell in self.dwells_s(12) if dwell < STANDING_AFTER / SECOND]
        longest = max([self.usual_dwell_s, *completed]) if completed or self.usual_dwell_s else 0.0
        if longest == 0.0:
            return 0.0
        if self.exceeded:
            return SETTLE_BY_EXCURSION_S
        return max(SETTLE_LEAST_S, SETTLE_FACTOR * longest + 2.0)

    def settled(self, now: int) -> bool:
        """Active now, and for longer than it ever chattered."""
        since = self.active_since
        return since is not None and now - since >= seconds(self.settle_s())

    def clear_onset(self, now: int, since: int) -> bool:
        """One activation since `since` was long, and far longer than its other ones: the condition was
        real."""
        dwells = [
            (min(end, now) - start) / SECOND
            for (start, on), (end, _) in zip(self.turns, [*self.turns[1:], (now, False)], strict=True)
            if on and start >= since
        ]
        if not dwells:
            return False
        longest = max(dwells)
        dwells.remove(longest)
        usual = sorted(dwells)[len(dwells) // 2] if dwells else self.usual_dwell_s
        return longest >= CLEAR_DWELL_S and longest >= CLEAR_FACTOR * usual


def judge(history: History, now: int) -> Verdict:
    """What the alarm is by its own past, whatever the neighbours do.

    Example: raised, returned and raised again makes RECURRENT; the third raise within four minutes
    CHATTERING;
    staying active for twice its longest dwell makes it FRESH again.
    """
    if _standing(history):
        return Verdict.STANDING
    if history.active and history.settled(now):
        return Verdict.FRESH
    count = history.raises(now, SLOW_WINDOW)
    if count >= PROVED or (count >= 1 and history.known(now)):
        return Verdict.CHATTERING
    if history.proved > history.forgiven and now - history.proved < REMEMBERED:
        return Verdict.CHATTERING
    if count == 2:
        # Twice there and gone again is four transitions; a real alarm that dipped once is still there.
        return Verdict.RECURRENT if history.active else Verdict.CHATTERING
    return Verdict.FRESH


def regular(history: History, now: int) -> bool:
    """The last four or more raises follow each other like clockwork: a machine or a bad contact, not
    turbulence."""
    times = [time for time, active in history.turns if active and time >= max(now - SLOW_WINDOW, history.forgiven)]
    if len(times) < 4:
        return False
    gaps = [later - earlier for earlier, later in pairwise(times)][-6:]
    mean = sum(gaps) / len(gaps)
    spread = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    return bool(spread < 0.12 * mean)


def _standing(history: History) -> bool:
    # A long activation, a short gap, and back: the same standing alarm.
    if len(history.turns) < 3 or not history.active:
        return False
    (start, on), (end, _), (back, _) = history.turns[-3:]
    return on and end - start >= STANDING_AFTER and back - end <= STANDING_GAP
