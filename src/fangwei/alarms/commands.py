"""What people ask of the alarms and tell them; each command is done once however often its id arrives."""

from collections.abc import Awaitable, Callable

import msgspec

from fangwei.alarms import errors
from fangwei.alarms.desk import Desk
from fangwei.alarms.schemas import AcknowledgeAsked, Acknowledged, Command, RefusedAlarm
from fangwei.alarms.state import Acknowledge, Event, PutBack, Reset, Shelve, Unshelve
from fangwei.core.clock import seconds
from fangwei.core.errors import FangweiError
from fangwei.core.events import AlarmEvent

LOGIC = "logic:"
"""Who begins with this is a program: it may never shelve gas, fire or evacuation alarms."""
MOST_REMEMBERED = 10_000
FOREVER_S = 1e9
"""Any longer is refused all the same; keeps a hostile number from overflowing."""

Tell = Callable[[list[AlarmEvent]], Awaitable[None]]


class Commands:
    """Commands to a desk. `answers`: those done before, by id."""

    def __init__(self, desk: Desk, answers: dict[str, bytes], kept: Callable[[str, bytes, int], None]) -> None:
        self._desk = desk
        self._answers = answers
        self._kept = kept

    async def acknowledge(self, asked: AcknowledgeAsked, now: int, tell: Tell) -> bytes:
        """Acknowledge many; what is refused is named with its reason, the rest is done.

        Raises:
            PersonMissing: nobody signs.
        """
        if asked.id in self._answers:
            return self._answers[asked.id]
        if not asked.by.strip():
            raise errors.PersonMissing()
        outcome, events = Acknowledged([], []), []
        for alarm in dict.fromkeys(asked.alarms):
            try:
                events += self._desk.command(alarm, Acknowledge(asked.by), asked.id, now)
                outcome.done.append(alarm)
            except FangweiError as error:
                outcome.refused.append(RefusedAlarm(alarm, error.code, error.message))
        answer = self._remember(asked.id, msgspec.json.encode(outcome), now)
        await tell(events)
        return answer

    async def do(self, name: str, asked: Command, now: int, tell: Tell) -> bytes:
        """One command to one alarm; the answer is its status.

        Raises:
            FangweiError: refused (errors.py); a refusal is not remembered, the sender may ask again.
        """
        if asked.id in self._answers:
            return self._answers[asked.id]
        if not asked.by.strip():
            raise errors.PersonMissing()
        events = self._desk.command(asked.alarm, event_of(name, asked, now), asked.id, now)
        answer = self._remember(asked.id, msgspec.json.encode(self._desk.status(asked.alarm)), now)
        await tell(events)
        return answer

    def _remember(self, id: str, answer: bytes, now: int) -> bytes:
        self._answers[id] = answer
        while len(self._answers) > MOST_REMEMBERED:
            del self._answers[next(iter(self._answers))]
        self._kept(id, answer, now)
        return answer


def event_of(name: str, asked: Command, now: int) -> Event:
    """The event for the state machine that a command of this name means."""
    reason = asked.reason or ""
    match name:
        case "shelve":
            wanted = asked.seconds if asked.seconds is not None else 0.0
            until = now + seconds(min(max(wanted, -FOREVER_S), FOREVER_S))
            return Shelve(asked.by, reason, until, automatic=asked.by.startswith(LOGIC))
        case "unshelve":
            return Unshelve(asked.by)
        case "put_back":
            return PutBack(asked.by)
        case "reset":
            return Reset(asked.by)
    raise ValueError(f"no command {name}")
