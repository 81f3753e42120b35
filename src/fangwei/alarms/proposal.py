"""One person proposes, another decides: a limit's new setting, or an alarm out of service. Pure.

Invariants: a proposal is decided once, never by who made it; its content never changes; one whose limit was changed
meanwhile is overtaken and can no longer be approved, because its reviewer would approve a step from elsewhere.
"""

from enum import StrEnum

import msgspec

from fangwei.alarms.errors import OwnProposal, ProposalDecided, ProposalOvertaken
from fangwei.alarms.setting import Setting
from fangwei.core.texts import Text


class ProposalKind(StrEnum):
    """What is asked for."""

    LIMIT = "limit"
    TAKE_OUT = "take_out"


class ProposalState(StrEnum):
    """How far it came."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One proposal. `version`: of the limit in force when it was made; `after` None: back to the site's file."""

    id: str
    kind: ProposalKind
    alarm: str
    point: str
    zone: str
    by: str
    time: int
    reason: str
    state: ProposalState = ProposalState.OPEN
    version: int = 0
    before: Setting | None = None
    after: Setting | None = None
    to_file: bool = False
    notes: list[Text] = []
    """What it makes weaker, as it was told when it was made."""
    until: int | None = None
    """Until when an alarm is meant to be out of service."""
    decided_by: str | None = None
    decided: int | None = None
    comment: str = ""
    decision: str = ""
    """Id of the command that decided it: the same command again gets the same answer."""


def review(proposal: Proposal, by: str, approve: bool, comment: str, command: str, version: int, now: int) -> Proposal:
    """The proposal after a second person's decision; `version`: of the limit in force now.

    Raises:
        OwnProposal: the proposer decides alone.
        ProposalDecided: somebody decided before.
        ProposalOvertaken: the limit was changed since; it may still be rejected.
    """
    if proposal.state is not ProposalState.OPEN:
        if proposal.decision and proposal.decision == command:
            return proposal
        raise ProposalDecided(alarm=proposal.alarm)
    if by == proposal.by:
        raise OwnProposal(alarm=proposal.alarm)
    if approve and proposal.kind is ProposalKind.LIMIT and version != proposal.version:
        raise ProposalOvertaken(alarm=proposal.alarm)
    state = ProposalState.APPROVED if approve else ProposalState.REJECTED
    return msgspec.structs.replace(proposal, state=state, decided_by=by, decided=now, comment=comment, decision=command)


def withdraw(proposal: Proposal, by: str, command: str, now: int) -> Proposal:
    """The proposal taken back by who made it.

    Raises:
        OwnProposal: only the proposer withdraws; another person rejects.
        ProposalDecided: it is decided already.
    """
    if proposal.state is not ProposalState.OPEN:
        if proposal.decision and proposal.decision == command:
            return proposal
        raise ProposalDecided(alarm=proposal.alarm)
    if by != proposal.by:
        raise OwnProposal(alarm=proposal.alarm)
    return msgspec.structs.replace(
        proposal, state=ProposalState.WITHDRAWN, decided_by=by, decided=now, decision=command
    )


def overtaken(proposal: Proposal, now: int) -> Proposal:
    """The proposal after another one changed its limit."""
    return msgspec.structs.replace(proposal, state=ProposalState.OVERTAKEN, decided=now)
