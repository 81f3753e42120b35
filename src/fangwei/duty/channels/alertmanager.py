"""A webhook in the form of Prometheus Alertmanager (version 4), so that receivers made for it work as they are.

One group per incident (`groupKey`), one alert per member alarm. Source: the webhook_config of the Alertmanager
configuration documentation.
"""

from hashlib import blake2b
from typing import Any

import msgspec

from fangwei.core.clock import iso
from fangwei.core.events import Incident, IncidentMember, IncidentStatus
from fangwei.duty.channels.door import Outgoing
from fangwei.duty.channels.http import HttpPoster

NO_END = "0001-01-01T00:00:00Z"
"""How Alertmanager writes "still firing"."""
_SEVERITY = {1: "critical", 2: "error", 3: "warning", 4: "info"}
_ENDED = frozenset({IncidentStatus.SETTLED, IncidentStatus.CLOSED, IncidentStatus.DISSOLVED})


class AlertmanagerDoor:
    """A `Door`."""

    def __init__(self, url: str, receiver: str) -> None:
        self._poster = HttpPoster(url)
        self._receiver = receiver

    async def send(self, message: Outgoing) -> None:
        """See `Door`."""
        body = alertmanager_body(message.event.incident, self._receiver, message.language)
        await self._poster.post(message, msgspec.json.encode(body))

    async def close(self) -> None:
        """See `Door`."""
        await self._poster.close()


def alertmanager_body(incident: Incident, receiver: str, language: str = "zh") -> dict[str, Any]:
    """An incident as Alertmanager would post a group. Pure."""
    ended = incident.status in _ENDED
    alerts = [_alert(incident, member, ended, language) for member in incident.members]
    common = {
        "incident": incident.id,
        "hazard": incident.hazard.value,
        "priority": str(incident.priority),
        "severity": _SEVERITY.get(incident.priority, "info"),
    }
    if incident.exercise:
        common["exercise"] = "true"
    for alert in alerts:
        alert["labels"] = common | alert["labels"]
        alert["fingerprint"] = _fingerprint(alert["labels"])
    firing = any(alert["status"] == "firing" for alert in alerts)
    return {
        "version": "4",
        "groupKey": f'{{}}:{{incident="{incident.id}"}}',
        "truncatedAlerts": 0,
        "status": "firing" if firing else "resolved",
        "receiver": receiver,
        "groupLabels": {"incident": incident.id},
        "commonLabels": common,
        "commonAnnotations": {
            "summary": getattr(incident.title, language),
            "zones": ", ".join(incident.zones),
            "status": incident.status.value,
        },
        "externalURL": "",
        "alerts": alerts,
    }


def _alert(incident: Incident, member: IncidentMember, ended: bool, language: str) -> dict[str, Any]:
    firing = member.active and not ended
    value = "" if member.value is None else f"{member.value:g} {member.unit}".strip()
    return {
        "status": "firing" if firing else "resolved",
        "labels": {"alertname": member.alarm, "point": member.point, "zone": member.zone, "kind": member.kind},
        "annotations": {
            "summary": getattr(incident.title, language),
            "description": f"{member.alarm} {value}".strip(),
            "value": value,
            "certainty": f"{member.certainty:.2f}",
        },
        "startsAt": iso(member.since),
        "endsAt": NO_END if firing else iso(incident.updated),
        "generatorURL": "",
    }


def _fingerprint(labels: dict[str, str]) -> str:
    # The incident's priority may rise while the alert stays the same one.
    lasting = sorted((k, v) for k, v in labels.items() if k not in ("priority", "severity"))
    return blake2b(repr(lasting).encode(), digest_size=8).hexdigest()
