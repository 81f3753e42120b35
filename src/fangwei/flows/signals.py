"""Which runs an event stops: how near it is, and how they hear of it. Pure.

A gas alarm of the two highest priorities stops all hot work within 15 m (GB 30871-2022 1.3 keeps hot work away from
gas), and whatever work names `gas_alarm` among its stops, as near as it says. What has no place is near: not knowing
is never safe. An evacuation stops every permit in its zones.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import Final

from fangwei.core.events import AlarmChange, AlarmEvent
from fangwei.flows.cards import Stop, Work
from fangwei.flows.commands import Signal, Strike
from fangwei.flows.definition import Definition
from fangwei.flows.engine import STOPPED
from fangwei.flows.run import Run, Status

GAS: Final = "gas_alarm"
EVACUATION: Final = "evacuation"
OVER: Final = "evacuation_over"
"""Lets go what an evacuation holds."""
HOT_WORK_M: Final = 15.0
MOST_URGENT: Final = 2
GASES: Final = frozenset({"combustible_gas", "toxic_gas"})
Place = tuple[float, float, float]


def is_gas(event: AlarmEvent) -> bool:
    """An alarm of gas that stops work."""
    return event.change is AlarmChange.RAISED and event.kind in GASES and event.priority <= MOST_URGENT


def metres(one: Place, other: Place) -> float:
    """Straight through the air; walls do not count: gas finds its way.

    >>> metres((0, 0, 0), (9, 12, 0))
    15.0
    """
    return math.dist(one, other)


def gas_reaches(run: Run, definition: Definition, zone: str, place: Place) -> bool:
    """Whether an alarm there stops this run."""
    stops = [stop for stop in _stops(definition) if stop.signal == GAS]
    near = [stop.within for stop in stops]
    if run.work == "hot_work":
        near.append(HOT_WORK_M)
    if not near:
        return False
    if any(within is None for within in near) and zone in run.zones:
        return True
    reach = max((within for within in near if within is not None), default=None)
    if reach is None:
        return False
    if run.place is None:
        return True
    return metres(run.place, place) <= reach


def reaches(run: Run, definition: Definition, signal: Signal) -> bool:
    """Whether a signal that somebody gave is for this run."""
    if signal.works is not None and run.work not in signal.works:
        return False
    within = signal.within
    if within is None:
        within = min((s.within for s in _stops(definition) if s.signal == signal.signal and s.within), default=None)
    if within is None or signal.place is None or run.place is None:
        return True
    return metres(run.place, signal.place) <= within


def strike(cause: str, run: Run, names: Sequence[str], why: str, by: str, hold: bool, before: int) -> Strike:
    """The run's share of the signal; its id is the same again for the same cause."""
    digest = hashlib.sha256(cause.encode()).hexdigest()[:32]
    return Strike(
        id=f"signal:{digest}:{run.id}", by=by, run=run.id, names=list(names), why=why, signal=names[0], hold=hold,
        before=before,
    )  # fmt: skip


def names_for(signal: str) -> tuple[str, ...]:
    """What a run may wait for instead of the signal itself: work that does not name it is paused all the same."""
    return (signal, STOPPED) if signal in (GAS, EVACUATION) else (signal,)


def holds(signal: str, run: Run) -> bool:
    """Whether a run that does not wait for the signal is held: in an evacuation nothing of a permit goes on."""
    if signal == EVACUATION:
        return run.noun == "permit"
    return signal == GAS and run.status in (Status.ISSUED, Status.WORKING)


def first_the_working(runs: Iterable[Run]) -> list[Run]:
    """Those that work come first: they are what the signal is for."""
    return sorted(runs, key=lambda run: (run.status != Status.WORKING, run.status != Status.ISSUED, run.started))


def _stops(definition: Definition) -> list[Stop]:
    return [stop for card in definition.cards.values() if isinstance(card, Work) for stop in card.stops]
