"""Whatever apprise can reach: WeCom, DingTalk, Feishu, SMS, mail and a hundred more, by its URLs."""

import asyncio
import logging

import apprise

from fangwei.core.events import IncidentStatus
from fangwei.duty.channels.door import ChannelFailed, Outgoing

TIMEOUT_S = 30.0
"""Mail servers are slow; beyond this the message counts as failed, though its thread may still deliver it."""

# apprise logs the addresses it uses, and they hold keys.
logging.getLogger("apprise").setLevel(logging.CRITICAL)


class AppriseDoor:
    """A `Door`. apprise works with blocking sockets, so each message has a thread."""

    def __init__(self, urls: list[str]) -> None:
        self._urls = urls
        self._sender: apprise.Apprise | None = None

    async def send(self, message: Outgoing) -> None:
        """See `Door`."""
        incident = message.event.incident
        title = getattr(incident.title, message.language)
        words = message.notice.text if message.notice is not None else incident.title
        kind = apprise.NotifyType.FAILURE if incident.priority <= 2 else apprise.NotifyType.WARNING
        if incident.status in (IncidentStatus.SETTLED, IncidentStatus.CLOSED, IncidentStatus.DISSOLVED):
            kind = apprise.NotifyType.SUCCESS
        try:
            delivered = await asyncio.wait_for(
                asyncio.to_thread(self._notify, title, getattr(words, message.language), kind), TIMEOUT_S
            )
        except TimeoutError as error:
            raise ChannelFailed(why=f"no answer for {TIMEOUT_S:.0f} s") from error
        except ChannelFailed:
            raise
        except Exception as error:  # apprise's plugins raise whatever their libraries raise
            raise ChannelFailed(why=type(error).__name__) from error
        if not delivered:
            raise ChannelFailed(why="apprise could not deliver")

    def _notify(self, title: str, body: str, kind: apprise.NotifyType) -> bool:
        if self._sender is None:
            sender = apprise.Apprise()
            for url in self._urls:
                if not sender.add(url):
                    # never with the address: it holds keys
                    scheme = url.split("://", 1)[0] if "://" in url else "?"
                    raise ChannelFailed(why=f"apprise does not understand an address of type {scheme}://")
            self._sender = sender
        return bool(self._sender.notify(body=body, title=title, notify_type=kind))

    async def close(self) -> None:
        """See `Door`."""
