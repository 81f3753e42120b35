"""What is really going on in the plant, whether an instrument sees it or not."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fangwei.sim.physics.air import Air
from fangwei.sim.physics.crowd import walk
from fangwei.sim.physics.near import plume
from fangwei.sim.physics.rooms import CLOSED, OPEN, door_between, fresh_flow
from fangwei.sim.physics.runaway import HotCell
from fangwei.sim.physics.substances import CARBONATES, canonical, grams_of_percent
from fangwei.sim.site import Site

Floats = npt.NDArray[np.float64]
Place = tuple[float, float, float]

HF_OF_SALT = 2e-4
"""Grams of hydrogen fluoride per gram of electrolyte vapour in moist air."""

MIST_OF_FLASH = 2e-3
"""Grams of droplets that a smoke detector or camera sees, per gram of flashing liquid."""

MIST_DELAY = 4.0
"""Seconds until mist stands so thick that smoke detectors and cameras take it for smoke."""

INTERLOCK_PERCENT = 1.6
"""The plant's own interlock trips the supply fan of a zone once vapour 3 m from the leak passes this %vol
(40 % of a typical solvent's LEL): the ordinary fan motor is not explosion-proof."""

INTERLOCK_DELAY = 6.0
TRIPPED_FLOW = 0.18
"""Share of the fresh air that the emergency exhaust keeps up."""

DOORS_AFTER = 8.0
"""Seconds until the first people run out of a zone in trouble and leave the doors open."""


@dataclass(slots=True)
class Leak:
    """A release of one substance at one place."""

    zone: int
    place: Place
    substance: str
    rate: float
    """g/s."""
    began: float
    ends: float
    """World seconds."""
    distance: Floats
    """To every point, m."""

    def running(self, time: float) -> bool:
        """Still gives off."""
        return time < self.ends


@dataclass(slots=True)
class Door:
    """A way between two adjoining zones."""

    a: int
    b: int
    distance: Floats
    open_until: float = 0.0


@dataclass
class World:
    """The truth. `step` moves it on; everything else is read by the instruments.

    Invariant: the number of people is constant.
    """

    site: Site
    places: Floats
    """Points x 3, m."""
    seed: int = 1
    time: float = 0.0
    """Seconds since the plant was started."""
    start_of_day: float = 0.0
    """Time of day at the start, as a share of a day; weather follows it."""
    leaks: list[Leak] = field(default_factory=list)
    cells: list[HotCell] = field(default_factory=list)
    cell_distance: list[Floats] = field(default_factory=list)

    def __post_init__(self) -> None:
        zones = list(self.site.zones.values())
        self.zone_index = {z.id: i for i, z in enumerate(zones)}
        named = {canonical(p.substance) for p in self.site.points.values() if p.substance}
        self.substances = sorted(named | {"hf", "co", "h2", "electrolyte", "smoke"})
        self.substance_index = {s: i for i, s in enumerate(self.substances)}
        self.air = Air(np.array([z.volume for z in zones]), len(self.substances))
        self.full_flow = np.array([fresh_flow(z) for z in zones])
        self.fan_on = np.ones(len(zones), dtype=bool)
        self.tripped = np.zeros(len(zones), dtype=bool)
        self._over_since = np.full(len(zones), math.inf)
        self.chance = random.Random(self.seed)
        pairs = {
            (min(i, self.zone_index[n]), max(i, self.zone_index[n]))
            for i, z in enumerate(zones)
            for n in z.adjoins
            if n in self.zone_index and n != z.id
        }
        self.doors = [
            Door(a, b, np.linalg.norm(self.places - np.array(door_between(zones[a], zones[b])), axis=1))
            for a, b in sorted(pairs)
        ]
        self.adjoining: list[list[int]] = [[] for _ in zones]
        for a, b in sorted(pairs):
            self.adjoining[a].append(b)
            self.adjoining[b].append(a)
        self.people = [max(1, round(z.area / 150.0)) if z.use != "outdoor" else 0 for z in zones]
        self.moved: list[tuple[int, int]] = []
        self.source = np.zeros((len(zones), len(self.substances)))

    # ---- what can be done to it

    def start_leak(self, zone: str, place: Place, substance: str, rate: float, seconds: float) -> Leak:
        """Begin a release of `rate` g/s for `seconds`."""
        name = canonical(substance)
        if name not in self.substance_index:
            name = "electrolyte"
        distance = np.linalg.norm(self.places - np.array(place), axis=1)
        leak = Leak(self.zone_index[zone], place, name, rate, self.time, self.time + seconds, distance)
        self.leaks.append(leak)
        return leak

    def start_hot_cell(self, zone: str, place: Place) -> None:
        """Begin a thermal runaway."""
        self.cells.append(HotCell(zone, place))
        self.cell_distance.append(np.linalg.norm(self.places - np.array(place), axis=1))

    def reset(self) -> None:
        """All is well again: fires out, leaks closed, air clean, fans on, people back at work."""
        everyone = sum(self.people)
        self.leaks.clear()
        self.cells.clear()
        self.cell_distance.clear()
        self.air.concentration[:] = 0.0
        self.air.released[:] = self.air.vented[:] = 0.0
        self.fan_on[:] = True
        self.tripped[:] = False
        self._over_since[:] = math.inf
        fresh = [max(1, round(z.area / 150.0)) if z.use != "outdoor" else 0 for z in self.site.zones.values()]
        self.people = fresh if sum(fresh) == everyone else self.people
        for door in self.doors:
            door.open_until = 0.0

    # ---- time

    @property
    def eventful(self) -> bool:
        """Something moves fast enough that instruments should be read more often."""
        return bool(self.leaks or self.cells)

    def step(self, dt: float) -> None:
        """Advance by `dt` seconds."""
        self.time += dt
        self._emit(dt)
        self._move_people(dt)
        self._interlocks()
        self.air.fresh = self.full_flow * np.where(self.fan_on, np.where(self.tripped, TRIPPED_FLOW, 1.0), 0.02)
        exchange = np.zeros_like(self.air.exchange)
        for door in self.doors:
            exchange[door.a, door.b] = exchange[door.b, door.a] = OPEN if self.time < door.open_until else CLOSED
        self.air.exchange = exchange
        self.air.step(dt, self.source)
        gone = self.time - 120.0
        self.leaks = [leak for leak in self.leaks if leak.ends > gone]
        for i in reversed(range(len(self.cells))):
            if self.cells[i].fuel <= 0.0 and self.cells[i].temperature < 45.0:
                del self.cells[i], self.cell_distance[i]

    def _emit(self, dt: float) -> None:
        self.source[:] = 0.0
        for leak in self.leaks:
            if not leak.running(self.time):
                continue
            for substance, share in shares(leak.substance):
                if substance == "smoke":
                    continue  # droplets evaporate on their way: seen near the leak, never in the room at large
                self.source[leak.zone, self.substance_index[substance]] += leak.rate * share
        for cell in self.cells:
            for substance, rate in cell.step(dt, 25.0).items():
                self.source[self.zone_index[cell.zone], self.substance_index[substance]] += rate

    def in_danger(self) -> list[bool]:
        """Zones that people run from: a vapour or smoke cloud one would see, or fire."""
        danger = [False] * len(self.people)
        for leak in self.leaks:
            if leak.rate >= 50.0 and self.time - leak.began > DOORS_AFTER and leak.running(self.time):
                danger[leak.zone] = True
        for cell in self.cells:
            if cell.venting:
                danger[self.zone_index[cell.zone]] = True
        return danger

    def _move_people(self, dt: float) -> None:
        danger = self.in_danger()
        self.moved = walk(self.people, self.adjoining, danger, dt, self.chance)
        for door in self.doors:
            if (door.a, door.b) in self.moved or (door.b, door.a) in self.moved:
                door.open_until = max(door.open_until, self.time + 4.0)
            if danger[door.a] or danger[door.b]:
                # People who run do not close doors behind them.
                door.open_until = max(door.open_until, self.time + 60.0)

    def _interlocks(self) -> None:
        over = np.zeros(len(self.people), dtype=bool)
        three = np.array([3.0])
        for leak in self.leaks:
            if not leak.running(self.time):
                continue
            mean = self.air.concentration[leak.zone, self.substance_index[leak.substance]]
            there = mean + plume(leak.rate, three, self.time - leak.began)[0]
            over[leak.zone] |= there > grams_of_percent(leak.substance, INTERLOCK_PERCENT)
        for zone, flag in enumerate(over):
            self._over_since[zone] = min(self._over_since[zone], self.time) if flag else math.inf
        self.tripped |= self.time - self._over_since >= INTERLOCK_DELAY

    # ---- what an instrument at a place meets

    def concentrations(self, points: npt.NDArray[np.intp], zones: npt.NDArray[np.intp]) -> Floats:
        """g/m3 of every substance at the points (n x substances): zone mean, plumes of leaks and of doors."""
        found = self.air.concentration[zones].copy()
        for leak in self.leaks:
            stopped = None if leak.running(self.time) else self.time - leak.ends
            here = zones == leak.zone
            near = plume(leak.rate, leak.distance[points], self.time - leak.began, stopped) * here
            # Droplets must gather before they dim a beam, and a smoke detector looks twice.
            mist = plume(leak.rate, leak.distance[points], self.time - leak.began - MIST_DELAY, stopped) * here
            for substance, share in shares(leak.substance):
                if substance == "smoke":
                    found[:, self.substance_index[substance]] += share * mist
                    continue
                found[:, self.substance_index[substance]] += share * near
        for cell, distance in zip(self.cells, self.cell_distance, strict=True):
            zone = self.zone_index[cell.zone]
            given = self.source[zone]
            if cell.venting:
                near = plume(1.0, distance[points], cell.age) * (zones == zone)
                found += near[:, None] * given[None, :]
        if self.air.concentration.any():
            for door in self.doors:
                for here, there in ((door.a, door.b), (door.b, door.a)):
                    through = self.air.exchange[here, there] * (
                        self.air.concentration[there] - self.air.concentration[here]
                    )
                    if through.max() > 0.0:
                        near = plume(1.0, door.distance[points], 3600.0) * (zones == here)
                        found += near[:, None] * np.maximum(through, 0.0)[None, :]
        return found


def shares(substance: str) -> Sequence[tuple[str, float]]:
    """What one gram of a release becomes in air: itself, and what it brings along."""
    if substance in CARBONATES:
        return ((substance, 1.0), ("hf", HF_OF_SALT), ("smoke", MIST_OF_FLASH))
    if substance in ("nmp",):
        return ((substance, 1.0), ("smoke", MIST_OF_FLASH))
    return ((substance, 1.0),)
