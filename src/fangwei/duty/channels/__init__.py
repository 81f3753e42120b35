"""Ways to reach people and machines: one file each, behind one small protocol (`door.Door`)."""

from fangwei.duty.channels.alertmanager import AlertmanagerDoor
from fangwei.duty.channels.apprise import AppriseDoor
from fangwei.duty.channels.door import ChannelFailed, Door, Outgoing
from fangwei.duty.channels.webhook import WebhookDoor
from fangwei.plant.schema import Channel

__all__ = ["ChannelFailed", "Door", "Outgoing", "open_door"]


def open_door(channel: Channel) -> Door:
    """The door of a channel of the duty file (checked by `plant.load`: it has the address its type needs)."""
    if channel.type == "webhook":
        return WebhookDoor(channel.url or "")
    if channel.type == "alertmanager":
        return AlertmanagerDoor(channel.url or "", receiver=channel.id)
    return AppriseDoor(channel.urls)
