"""One row of a rule: whether it holds, since when, by what. Pure; ticks are monotonic ns."""

from collections import OrderedDict
from collections.abc import Callable, Mapping

from fangwei.core.clock import seconds
from fangwei.reactions import texts
from fangwei.reactions.compile import Compiled, condition
from fangwei.reactions.rule import AlarmRow, EventRow, IncidentRow, Row, RuleBody, ValueRow
from fangwei.reactions.seen import Input, Place, Seen

STANDING = 1000
"""Alarms that stand at one row; in a worse storm the oldest are taken as gone, the row holds by the others."""
PLACES = 2000
"""Places whose distance is known; a site has some thousand points."""


class RowWatch:
    """A row with its memory.

    A row of alarms or incidents holds while one of them stands, and for the rule's window after it came; a row of
    events for the window; a row of a value while the value is beyond its limit for `for_s`. Blind (no trusted value,
    or the room that would tell is silent) it holds where the rule says `fire`, and keeps what it had where it
    says `hold`.
    """

    def __init__(
        self,
        number: int,
        row: Row,
        body: RuleBody,
        within: Callable[[Place, str], float],
        points: Mapping[str, tuple[str, str]],
    ) -> None:
        self.number = number
        self.row = row
        self.kind = _kind(row)
        self.blind = False
        self.last: Input | None = None
        self.cause = ""
        self.zone, self._unit = points.get(row.point, ("", "")) if isinstance(row, ValueRow) else ("", "")
        """Of a value's point."""
        self._fires_blind = body.blind == "fire"
        self._there = body.there
        self._within = within
        self._near: dict[Place, bool] = {}
        self._condition = Compiled(condition(row))
        self._for = seconds(row.for_s) if isinstance(row, ValueRow) else 0
        self._came: int | None = None
        self._standing: OrderedDict[str, None] = OrderedDict()
        self._over: OrderedDict[str, None] = OrderedDict()
        self._since: int | None = None
        self._level = False

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Under which news it is looked up."""
        match self.row:
            case AlarmRow(kinds=kinds):
                return tuple(("alarm", kind) for kind in kinds) or (("alarm", "*"),)
            case IncidentRow():
                return (("incident", "*"),)
            case ValueRow(point=point):
                return (("value", point),)
            case EventRow(name=name):
                return (("event", name),)

    @property
    def pending(self) -> bool:
        """Whether time alone may make it true."""
        return self._since is not None and not self._level

    def holds(self, tick: int, window: int) -> bool:
        """Whether it holds at `tick`."""
        if self._level or self._standing:
            return True
        return self._came is not None and tick - self._came <= window

    # --- alarms, incidents, signals -----------------------------------------------------------------------------

    def hear(self, seen: Seen, came: int) -> bool:
        """Whether this news makes the row true."""
        if not self._is_there(seen) or self._condition.judge(seen.facts) is not True:
            return False
        self._came = came if self._came is None else max(came, self._came)
        if seen.stands and seen.cause not in self._over:
            self._standing[seen.cause] = None
            if len(self._standing) > STANDING:
                self._standing.popitem(last=False)
        self.last = seen.input(self.number)
        self.cause = seen.cause
        return True

    def ended(self, cause: str) -> None:
        """It is over; also where that is heard before its beginning."""
        self._standing.pop(cause, None)
        self._over[cause] = None
        if len(self._over) > STANDING:
            self._over.popitem(last=False)

    def _is_there(self, seen: Seen) -> bool:
        there = self._there
        if not there.zones or seen.zone in there.zones or any(zone in there.zones for zone in seen.zones):
            return True
        if not there.within_m or seen.place is None:
            return False
        near = self._near.get(seen.place)
        if near is None:
            near = any(self._within(seen.place, zone) <= there.within_m for zone in there.zones)
            if len(self._near) < PLACES:
                self._near[seen.place] = near
        return near

    # --- values -------------------------------------------------------------------------------------------------

    def read(self, value: float | None, ok: bool, quality: int, source_time: int, tick: int) -> bool:
        """Whether this reading makes the row true now."""
        answer = self._condition.judge({"value": value}) if ok and value is not None else None
        assert isinstance(self.row, ValueRow)
        if answer is None:
            self.last = self._input("blind", value, quality, source_time)
            return self._go_blind(f"blind/{self.row.point}/{source_time}")
        was_blind, self.blind = self.blind, False
        if not answer:
            self._since, self._level = None, False
            return False
        if self._since is None or (was_blind and self.cause.startswith("blind/")):
            self._since = tick
            self._level = False
            self.cause = f"value/{self.row.point}/{source_time}"
        self.last = self._input("value", value, quality, source_time)
        return self.ripe(tick)

    def ripe(self, tick: int) -> bool:
        """Whether it has become true, having been beyond its limit for long enough; once per time."""
        if self._since is None or self._level or self.blind or tick - self._since < self._for:
            return False
        self._level, self._came = True, tick
        return True

    def carry_on(self, cause: str, tick: int) -> None:
        """The value has been beyond its limit since before a restart, and has fired for it."""
        self._since, self._level, self._came, self.cause = tick, True, tick, cause

    def blinded(self, now: int, tick: int) -> bool:
        """Its point fell silent; whether that makes the row true."""
        if self.blind or not isinstance(self.row, ValueRow):
            return False
        self.last = self._input("blind", None, 0, now)
        return self._go_blind(f"blind/{self.row.point}/{now}")

    def deafened(self, since: int, now: int, tick: int) -> bool:
        """The room that tells of its events is silent since `since` (0: it speaks); whether that makes it true."""
        if not since:
            if self.blind:
                self.blind = self._level = False
            return False
        if self.blind:
            return False
        self.last = Input(row=self.number, kind="blind", id=self.kind, time=since, text=texts.ROOM_SILENT[self.kind])
        return self._go_blind(f"blind/{self.kind}/{since}")

    def _go_blind(self, cause: str) -> bool:
        if self.blind:
            return False
        self.blind = True
        if not self._fires_blind or self._level:
            return False
        self._level, self.cause = True, cause
        return True

    def _input(self, kind: str, value: float | None, quality: int, time: int) -> Input:
        assert isinstance(self.row, ValueRow)
        point = self.row.point
        return Input(
            row=self.number,
            kind=kind,
            id=point,
            time=time,
            zone=self.zone,
            point=point,
            value=value,
            unit=self._unit,
            quality=quality,
            text=texts.POINT_BLIND if kind == "blind" else None,
        )


def _kind(row: Row) -> str:
    match row:
        case AlarmRow():
            return "alarm"
        case IncidentRow():
            return "incident"
        case ValueRow():
            return "value"
        case EventRow():
            return "event"
