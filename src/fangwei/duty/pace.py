"""How often a machine is told of one incident: what matters at once, joins soon, the rest once a second. Pure."""

from dataclasses import dataclass

from fangwei.core.events import Incident

EVERY_S = 1.0
"""A receiver that draws or stores a picture gains nothing from thirty of them a second, and may choke on them."""

JOINS_EVERY_S = 0.1
"""A new alarm may be the first of a leak that begins inside an incident already told: it has a quarter of a second to
reach the receiver, the way through the plant included."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a receiver has: the picture, and when it left (s of a steady clock)."""

    incident: Incident
    at: float


def wait_s(told: Told | None, newer: Incident, now: float) -> float:
    """How long `newer` may wait for what follows it, s; 0 when it has to go now.

    The first word of an incident, another status, owner or incident it was merged into, a higher priority and a zone
    not yet named never wait. A new alarm waits until `JOINS_EVERY_S` after the last picture; returns, values,
    certainties and alarms that left until `EVERY_S` after it.
    """
    if told is None or _matters(told.incident, newer):
        return 0.0
    return max(0.0, told.at + (JOINS_EVERY_S if _joined(told.incident, newer) else EVERY_S) - now)


def _joined(before: Incident, after: Incident) -> bool:
    known = {member.alarm for member in before.members}
    return any(member.alarm not in known for member in after.members)


def _matters(before: Incident, after: Incident) -> bool:
    return (
        before.status is not after.status
        or before.owner != after.owner
        or before.merged_into != after.merged_into
        or after.priority < before.priority
        or not set(after.zones) <= set(before.zones)
    )
