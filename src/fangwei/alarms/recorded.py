"""What the record says of an alarm's transition. Pure."""

from typing import Any

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
