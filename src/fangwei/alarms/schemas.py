"""Questions and commands of the alarms room (docs/architecture.md)."""

import msgspec

from fangwei.alarms.proposal import Proposal, ProposalKind, ProposalState
from fangwei.alarms.setting import Setting
from fangwei.core.events import AlarmEvent, AlarmState
from fangwei.core.lists import Paging
from fangwei.core.texts import Text


class ListAsked(msgspec.Struct):
    """`fw.ask.alarms.list`."""

    zone: str | None = None
    states: list[AlarmState] | None = None


class JournalAsked(Paging, frozen=True, kw_only=True):
    """`fw.ask.alarms.journal`: newest first, with `sort="time"` oldest first. `q`: only events whose alarm, message,
    person or reason holds each of these words."""

    start: int
    end: int
    alarm: str | None = None
    zones: list[str] | None = None


class JournalPage(msgspec.Struct):
    """Answer to journal."""

    total: int
    offset: int
    items: list[AlarmEvent]


class KpiAsked(msgspec.Struct):
    """`fw.ask.alarms.kpi` and `kpi_report`. `zones` None: the whole site."""

    start: int
    end: int
    zones: list[str] | None = None
    operators: float = 1.0


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
    """`fw.do.alarms.shelve|unshelve|put_back|reset`."""

    id: str
    by: str
    alarm: str
    seconds: float | None = None
    reason: str | None = None


class LimitAsked(msgspec.Struct):
    """`fw.ask.alarms.limit`: one limit with its history."""

    alarm: str


class CheckAsked(msgspec.Struct):
    """`fw.ask.alarms.check_limit`: what a setting would do; None: the file's."""

    alarm: str
    after: Setting | None = None


class Checked(msgspec.Struct):
    """Answer to check_limit: refusals, and what whoever approves must have read."""

    faults: list[Text]
    notes: list[Text]


class ProposeLimit(msgspec.Struct, kw_only=True):
    """`fw.do.alarms.propose_limit`. `after` None: back to the file's value."""

    id: str
    by: str
    alarm: str
    revision: int
    after: Setting | None = None
    reason: str = ""


class ProposeTakeOut(msgspec.Struct, kw_only=True):
    """`fw.do.alarms.propose_take_out`. `seconds`: for how long it is meant to be out of service."""

    id: str
    by: str
    alarm: str
    reason: str = ""
    seconds: float | None = None


class Review(msgspec.Struct, kw_only=True):
    """`fw.do.alarms.review`: approve or reject; `kind` as the person's right is for one kind only."""

    id: str
    by: str
    proposal: str
    kind: ProposalKind
    approve: bool
    comment: str = ""


class Withdraw(msgspec.Struct, kw_only=True):
    """`fw.do.alarms.withdraw`."""

    id: str
    by: str
    proposal: str
    kind: ProposalKind


class ProposalsAsked(Paging, frozen=True, kw_only=True):
    """`fw.ask.alarms.proposals`: newest first unless sorted."""

    kind: ProposalKind | None = None
    state: ProposalState | None = None
    alarm: str | None = None


class Proposals(msgspec.Struct):
    """Answer to proposals."""

    total: int
    offset: int
    items: list[Proposal]


class LimitInForce(msgspec.Struct, kw_only=True):
    """A limit that was changed, as others must know it: `fw.limits.<point>` tells it when it changes, and
    `fw.ask.alarms.limits` answers all of them. `setting` None: the file's again."""

    alarm: str
    point: str
    version: int
    setting: Setting | None
    file_changed: bool = False
