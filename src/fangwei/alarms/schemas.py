"""Questions and commands of the alarms room (docs/architecture.md)."""

import msgspec

from fangwei.core.events import AlarmState
from fangwei.core.texts import Text


class ListAsked(msgspec.Struct):
    """`fw.ask.alarms.list`."""

    zone: str | None = None
    states: list[AlarmState] | None = None


class JournalAsked(msgspec.Struct):
    """`fw.ask.alarms.journal`: newest first, at most `limit`."""

    start: int
    end: int
    alarm: str | None = None
    limit: int = 1000


class KpiAsked(msgspec.Struct):
    """`fw.ask.alarms.kpi`."""

    start: int
    end: int


class AcknowledgeAsked(msgspec.Struct):
    """`fw.do.alarms.acknowledge`."""

    id: str
    by: str
    alarms: list[str]


class RefusedAlarm(msgspec.Struct):
    """An alarm of a command over many that was refused, and why."""

    alarm: str
    code: str
    message: Text


class Acknowledged(msgspec.Struct):
    """Answer to acknowledge."""

    done: list[str]
    refused: list[RefusedAlarm]


class Command(msgspec.Struct):
    """`fw.do.alarms.shelve|unshelve|take_out|put_back|reset`."""

    id: str
    by: str
    alarm: str
    seconds: float | None = None
    reason: str | None = None
    approved_by: str | None = None
