"""Every instrument of the plant: follows the truth with lag, noise and resolution, reports by exception."""

import random
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fangwei.sim.character import character
from fangwei.sim.effects import Effects
from fangwei.sim.faults import Fault, Mode
from fangwei.sim.site import Point
from fangwei.sim.world import World

Floats = npt.NDArray[np.float64]

SLEW_SHARE = 0.6
"""Instruments stay below the site's fastest possible rate, with room for noise and uneven steps."""

MOVED = 4.0
"""A change of this many noise deviations is news and reported before its time."""

REPEAT = 0.4
"""An unchanged value is repeated after this share of its `stale_after`, so that silence means trouble."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What an instrument reports. `value` None: the instrument is dead."""

    point: str
    value: float | None
    time_ns: int


class Instruments:
    """All instruments of a site. Deterministic for a seed and a sequence of steps."""

    def __init__(self, world: World, points: list[Point], seed: int = 1) -> None:
        self.world = world
        self.points = points
        self.index = {p.id: i for i, p in enumerate(points)}
        # By the point's own name: adding a point to the site leaves the others as they were.
        chances = [random.Random(zlib.crc32(p.id.encode()) ^ seed) for p in points]
        self.characters = [character(p, r) for p, r in zip(points, chances, strict=True)]
        self.effects = Effects(world, points, self.characters)
        self._random = np.random.default_rng(seed)
        self._lag = np.array([c.lag for c in self.characters])
        self._noise = np.array([c.noise for c in self.characters])
        self._step = np.array([c.step for c in self.characters])
        self._low = np.array([c.span[0] for c in self.characters])
        self._high = np.array([c.span[1] for c in self.characters])
        self._slew = np.array([SLEW_SHARE * p.max_rate if p.max_rate else np.inf for p in points])
        self._slew[[p.discrete for p in points]] = np.inf
        self._period = np.array([c.period for c in self.characters])
        self._repeat = np.array([min(REPEAT * (p.stale_after or 150.0), 60.0) for p in points])
        self.followed = self.effects.targets()
        self._clamp()
        self.reported: Floats = np.full(len(points), np.nan)
        self._reported_at: Floats = np.full(len(points), -np.inf)
        self._due_at: Floats = np.array(
            [r.uniform(0.0, min(c.period, 2.0)) for r, c in zip(chances, self.characters, strict=True)]
        )
        self.faults: dict[int, Fault] = {}

    def fail(self, point: str, mode: Mode, period: float = 4.0) -> None:
        """Break an instrument.

        Raises:
            KeyError: there is no such point.
        """
        i = self.index[point]
        low, high = float(self._low[i]), float(self._high[i])
        held = float(self.followed[i])
        if mode is Mode.CHATTER:
            low, high = self._around_first_limit(i)
        self.faults[i] = Fault(mode, self.world.time, held, low, high, period)

    def heal(self) -> None:
        """Repair every instrument."""
        self.faults.clear()

    def step(self, dt: float, now_ns: int) -> list[Sample]:
        """Follow the world for `dt` seconds; returns what is reported at `now_ns`."""
        target = self.effects.targets()
        share = np.where(self._lag > 0.0, 1.0 - np.exp(-dt / np.maximum(self._lag, 1e-9)), 1.0)
        move = (target - self.followed) * share
        self.followed += np.clip(move, -self._slew * dt, self._slew * dt)
        self._clamp()
        shown = self.followed + self._noise * self._random.standard_normal(len(self.points))
        quantised = np.round(shown / np.where(self._step > 0, self._step, 1.0)) * np.where(
            self._step > 0, self._step, 1.0
        )
        shown = np.where(self._step > 0, quantised, np.round(shown))
        shown = np.clip(shown, self._low, self._high)
        time = self.world.time
        news = np.abs(shown - self.reported) > np.where(self._step > 0, MOVED * self._noise, 0.5)
        due = (time >= self._due_at) & (shown != self.reported)
        old = time - self._reported_at >= self._repeat
        chosen = set(np.nonzero(news | due | old | np.isnan(self.reported))[0].tolist())
        samples = []
        for i in sorted(chosen | self.faults.keys()):
            value: float | None = round(float(shown[i]), 9)
            fault = self.faults.get(i)
            if fault is not None:
                value = fault.shows(float(shown[i]), time)
                if i not in chosen and (value is None or value == self.reported[i]):
                    continue
            self.reported[i] = np.nan if value is None else value
            self._reported_at[i] = time
            self._due_at[i] = time + self._period[i]
            samples.append(Sample(self.points[i].id, value, now_ns))
        return samples

    def _clamp(self) -> None:
        self.followed = np.clip(self.followed, self._low, self._high)

    def _around_first_limit(self, i: int) -> tuple[float, float]:
        point, c = self.points[i], self.characters[i]
        limit = point.first("high") or point.first("equals") or point.first("low")
        if limit is None:
            return c.rest, c.trouble
        if limit.type == "equals":
            return c.rest, limit.at
        away = 1.0 if limit.type == "high" else -1.0
        margin = 2.0 * limit.deadband + 0.02 * abs(limit.at) + 1e-6
        return limit.at - away * margin, limit.at + away * margin
