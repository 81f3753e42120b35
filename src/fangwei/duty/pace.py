"""How often a machine is told of one incident: what matters at once, the rest about once a second. Pure."""

from dataclasses import dataclass

from fangwei.core.events import Incident

EVERY_S = 1.0
"""A receiver that draws or stores a picture gains nothing from thirty of them a second, and may choke on them."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a receiver has: the picture, and when it left (s of a steady clock)."""

    incident: Incident
    at: float


def wait_s(told: Told | None, newer: Incident, now: float) -> float:
    """How long `newer` may wait for what follows it, s; 0 when it has to go now.

    The first word of an incident, another status, owner or incident it was merged into, a higher priority and a zone
    not yet named never wait. Joins, returns and certainties do, until `EVERY_S` after the last picture.
    """
    if told is None or _matters(told.incident, newer):
        return 0.0
    return max(0.0, told.at + EVERY_S - now)


def _matters(before: Incident, after: Incident) -> bool:
    return (
        before.status is not after.status
        or before.owner != after.owner
        or before.merged_into != after.merged_into
        or after.priority < before.priority
        or not set(after.zones) <= set(before.zones)
    )
