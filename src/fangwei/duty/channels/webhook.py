"""A webhook in our own JSON: the whole incident event, and the notice where a person is meant.

POST url
Fangwei-Notice: <id, the same again when the same is sent again>
{"notice_id": "...", "notice": {...} or null, "id": "...", "change": "...", "incident": {...}, "entries": [...]}
"""

import msgspec

from fangwei.core.events import Incident, Notice, TimelineEntry
from fangwei.duty.channels.door import Outgoing
from fangwei.duty.channels.http import HttpPoster


class WebhookBody(msgspec.Struct):
    """What is posted: the fields of `IncidentEvent` beside the notice."""

    notice_id: str
    notice: Notice | None
    id: str
    change: str
    incident: Incident
    entries: list[TimelineEntry]


class WebhookDoor:
    """A `Door`."""

    def __init__(self, url: str) -> None:
        self._poster = HttpPoster(url)

    async def send(self, message: Outgoing) -> None:
        """See `Door`."""
        event = message.event
        body = WebhookBody(message.id, message.notice, event.id, event.change, event.incident, event.entries)
        await self._poster.post(message, msgspec.json.encode(body))

    async def close(self) -> None:
        """See `Door`."""
        await self._poster.close()
