"""What the record says of an incident's revision: one entry each, however many lines it has. Pure."""

from collections import Counter
from typing import Any

from fangwei.audit.record import SYSTEM, Entry
from fangwei.core.events import Incident
from fangwei.incidents.membership import Change

BY_PEOPLE = {
    "taken": "incidents.take",
    "released": "incidents.release",
    "offered": "incidents.hand",
    "offer_withdrawn": "incidents.hand",
    "said_settled": "incidents.settle",
    "closed": "incidents.close",
    "note": "incidents.note",
}
BY_SYSTEM = {
    "opened": "incidents.open",
    "reopened": "incidents.reopen",
    "dissolved": "incidents.dissolve",
    "merged": "incidents.merge",
    "split": "incidents.split",
    "settled": "incidents.settle",
    "escalated": "incidents.grow",
    "grew": "incidents.grow",
    "joined": "incidents.grow",
    "left": "incidents.shrink",
}
"""By the weightiest line, in this order; what a person did comes before all."""
MOST_ALARMS = 20
"""Alarms named in an entry; a cut line may bring thousands, and the incident's own lines name them all."""


class Recorder:
    """Makes the entries of an incident's revisions, each with what changed since the one before.

    Example:
        recorder.know(incident)            # at the start: as it stands
        entry = recorder.entry_of(change)  # None where nothing but values changed
    """

    def __init__(self) -> None:
        self._standing: dict[str, dict[str, Any]] = {}

    def know(self, incident: Incident) -> None:
        """The incident stands like this and that is recorded already."""
        self._standing[incident.id] = _standing(incident)

    def entry_of(self, change: Change) -> Entry | None:
        """The entry of a revision; None for one without lines: values alone changed, which the alarms record."""
        incident, lines = change.incident, change.entries
        if not lines:
            return None
        before, after = self._standing.get(incident.id, {}), _standing(incident)
        if incident.status in ("closed", "dissolved"):
            self._standing.pop(incident.id, None)
        else:
            self._standing[incident.id] = after
        changed = [name for name in after if before.get(name) != after[name]]
        kinds = Counter(line.kind for line in lines)
        kind = next((k for k in (*BY_PEOPLE, *BY_SYSTEM) if k in kinds), "")
        person = next((line.by for line in lines if line.kind == kind and line.by), None) if kind in BY_PEOPLE else None
        words = [line.words for line in lines if line.words and line.kind in BY_PEOPLE]
        evidence: dict[str, Any] = {"revision": incident.revision, "lines": dict(kinds)}
        alarms = list(dict.fromkeys(line.alarm for line in lines if line.alarm))
        if alarms:
            evidence["alarms"] = alarms[:MOST_ALARMS]
        first = incident.first_out
        return Entry(
            id=f"incidents/{incident.id}/{incident.revision}",
            time=incident.updated,
            by=person or SYSTEM,
            action=(BY_PEOPLE | BY_SYSTEM).get(kind, "incidents.update"),
            subject=f"incident/{incident.id}",
            zone=first.zone,
            place=(first.east, first.north, first.up),
            before={name: before.get(name) for name in changed} if before else None,
            after={name: after[name] for name in changed},
            evidence=evidence,
            words="\n".join(words) or None,
        )


def _standing(incident: Incident) -> dict[str, Any]:
    """What of an incident is worth a before and after."""
    return {
        "status": incident.status.value,
        "owner": incident.owner,
        "offered_to": incident.offered_to,
        "priority": incident.priority,
        "zones": incident.zones,
        "members": len(incident.members),
        "merged_into": incident.merged_into,
    }
