"""What every channel can do: send one message, or say why it could not."""

from typing import Protocol

import msgspec

from fangwei.core.errors import FangweiError
from fangwei.core.events import IncidentEvent, Notice
from fangwei.core.texts import Text


class ChannelFailed(FangweiError):
    """A channel did not take a message; it is tried again."""

    code = "duty.channel_failed"
    text = Text("通道没有送出：{why}", "The channel did not deliver: {why}")
    http_status = 502


class Outgoing(msgspec.Struct, kw_only=True):
    """One message for one receiver.

    `id` is the same again when the same message is sent again, so that a receiver knows it. `key` names what a newer
    message replaces (the incident, or the notice). `notice` is None for a channel that gets every incident.
    """

    id: str
    key: str
    event: IncidentEvent
    notice: Notice | None = None
    language: str = "zh"


class Door(Protocol):
    """A channel. Safe to use for several messages at once; never blocks the event loop."""

    async def send(self, message: Outgoing) -> None:
        """Deliver one message.

        Raises:
            ChannelFailed: it was not delivered, or nobody knows.
        """

    async def close(self) -> None:
        """Give connections back."""
