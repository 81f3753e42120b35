"""What the record says of an alarm's transition, of a proposal and of a limit that came into force. Pure."""

from typing import Any

import msgspec

from fangwei.alarms.overrides import Version
from fangwei.alarms.proposal import Proposal, ProposalKind, ProposalState
from fangwei.alarms.setting import Setting
from fangwei.alarms.state import RESET
from fangwei.audit.record import SYSTEM, Entry
from fangwei.core.events import AlarmChange, AlarmEvent

ACTIONS = {
    AlarmChange.RAISED: "alarms.raise",
    AlarmChange.RETURNED: "alarms.return",
    AlarmChange.ACKNOWLEDGED: "alarms.acknowledge",
    AlarmChange.SHELVED: "alarms.shelve",
    AlarmChange.UNSHELVED: "alarms.unshelve",
    AlarmChange.SUPPRESSED: "alarms.suppress",
    AlarmChange.UNSUPPRESSED: "alarms.unsuppress",
    AlarmChange.TAKEN_OUT: "alarms.take_out",
    AlarmChange.PUT_BACK: "alarms.put_back",
}
_BY_DESIGN = (AlarmChange.SUPPRESSED, AlarmChange.UNSUPPRESSED)


def entry_of(event: AlarmEvent) -> Entry:
    """The entry of one transition. Whatever the plant did is done by `system`, with the reading as evidence; a
    suppression by design names its rule; what a person did is that person's, and the reason is in their words."""
    by_person = event.by is not None and event.change not in _BY_DESIGN
    was_reset = event.change is AlarmChange.RETURNED and event.reason == RESET
    evidence: dict[str, Any] = {
        "reading": {
            "point": event.point,
            "source_time": event.source_time,
            "value": event.value,
            "unit": event.unit,
            "quality": event.quality,
        },
        "rule": event.by if event.change in _BY_DESIGN else event.alarm,
        "occurrence": event.occurrence,
    }
    if event.limit is not None:
        evidence["limit"] = event.limit
    if len(event.points) > 1:
        evidence["points"] = event.points
    if event.reason and not by_person:
        evidence["reason"] = event.reason
    after: dict[str, Any] = {"state": event.state.value, "active": event.active, "priority": event.priority}
    if event.until is not None:
        after["until"] = event.until
    return Entry(
        id=f"alarms/{event.id}",
        time=event.decided_time,
        by=(event.by or SYSTEM) if by_person else SYSTEM,
        action="alarms.reset" if was_reset else ACTIONS[event.change],
        subject=f"alarm/{event.alarm}",
        zone=event.zone,
        place=(event.east, event.north, event.up),
        before={"state": event.before.value} if event.before is not None else None,
        after=after,
        evidence=evidence,
        words=event.reason if by_person and not was_reset else None,
    )


def proposed_entry(proposal: Proposal) -> Entry:
    """Somebody proposed something."""
    limit = proposal.kind is ProposalKind.LIMIT
    after: dict[str, Any] = {"proposal": proposal.id, "state": proposal.state.value}
    if limit:
        after["setting"] = _plain(proposal.after)
    if proposal.until is not None:
        after["until"] = proposal.until
    return Entry(
        id=f"alarms/{proposal.id}/proposed",
        time=proposal.time,
        by=proposal.by,
        action="alarms.propose_limit" if limit else "alarms.propose_take_out",
        subject=f"alarm/{proposal.alarm}",
        zone=proposal.zone,
        before={"setting": _plain(proposal.before)} if limit else None,
        after=after,
        evidence={"warned": [note.en for note in proposal.notes]} if proposal.notes else None,
        words=proposal.reason,
    )


def decided_entry(proposal: Proposal) -> Entry:
    """A proposal was decided, withdrawn or overtaken."""
    limit = proposal.kind is ProposalKind.LIMIT
    verb = {
        ProposalState.WITHDRAWN: "alarms.withdraw",
        ProposalState.OVERTAKEN: "alarms.overtake",
    }.get(proposal.state, "alarms.review_limit" if limit else "alarms.review_take_out")
    return Entry(
        id=f"alarms/{proposal.id}/{proposal.state.value}",
        time=proposal.decided or proposal.time,
        by=proposal.decided_by or SYSTEM,
        action=verb,
        subject=f"alarm/{proposal.alarm}",
        zone=proposal.zone,
        before={"proposal": proposal.id, "state": ProposalState.OPEN.value, "by": proposal.by},
        after={"proposal": proposal.id, "state": proposal.state.value},
        words=proposal.comment or None,
    )


def in_force_entry(proposal: Proposal, version: Version) -> Entry:
    """A setting came into force."""
    return Entry(
        id=f"alarms/{version.alarm}/limit/{version.version}",
        time=version.time,
        by=version.approved_by,
        action="alarms.limit_in_force",
        subject=f"alarm/{version.alarm}",
        zone=proposal.zone,
        before={"setting": _plain(version.before)},
        after={"setting": _plain(proposal.after), "version": version.version, "from_file": version.setting is None},
        evidence={"proposal": version.proposal, "proposed_by": version.by},
    )


def _plain(setting: Setting | None) -> Any:
    return msgspec.to_builtins(setting)
