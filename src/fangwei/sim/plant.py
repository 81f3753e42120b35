"""The plant as devices and commands see it: world and instruments in step, and what can be done to them."""

import math
from collections.abc import Callable
from datetime import datetime

import numpy as np

from fangwei.sim.faults import Mode
from fangwei.sim.instruments import Instruments, Sample
from fangwei.sim.physics.rooms import fresh_flow
from fangwei.sim.physics.substances import canonical, grams_of_percent
from fangwei.sim.site import Point, Site, Zone
from fangwei.sim.world import World

FILLS_TO = 1.0
"""If it went on, the default leak would fill its zone to this many times the explosive limit: a burst."""

RATE_RANGE = (100.0, 1500.0)
"""g/s. Below, nobody would call it a burst; above, no pump of such a line delivers it."""

BESIDE = 1.0
"""Metres between the default leak and the detector nearest to it."""


class CannotDo(Exception):
    """A command that makes no sense here; the message says why and what is possible."""


class Plant:
    """A running plant. Invariant: the same seed, calls and steps give the same readings."""

    def __init__(self, site: Site, seed: int = 1, now: datetime | None = None) -> None:
        self.site = site
        points = list(site.points.values())
        places = np.array([p.place for p in points]) if points else np.zeros((0, 3))
        share = 0.0 if now is None else (now.hour * 3600 + now.minute * 60 + now.second) / 86400.0
        self.world = World(site, places, seed, start_of_day=share)
        self.instruments = Instruments(self.world, points, seed)
        self.listeners: list[Callable[[list[Sample]], None]] = []

    def step(self, dt: float, now_ns: int) -> list[Sample]:
        """Advance by `dt` seconds and tell the devices what is new."""
        self.world.step(dt)
        samples = self.instruments.step(dt, now_ns)
        if samples:
            for listener in self.listeners:
                listener(samples)
        return samples

    @property
    def eventful(self) -> bool:
        """Something is going on that deserves a faster beat."""
        return self.world.eventful or bool(self.instruments.faults)

    # ---- commands

    def leak(
        self,
        zone: str,
        rate: float | None = None,
        minutes: float = 5.0,
        substance: str | None = None,
        at: tuple[float, float, float] | None = None,
    ) -> str:
        """Start a release in a zone; returns what was started, in words.

        Raises:
            CannotDo: no such zone, or numbers that are none.
        """
        body = self._zone(zone)
        if not 0.0 < minutes <= 24 * 60:
            raise CannotDo(f"minutes 应在 0 到 1440 之间 / must lie between 0 and 1440, not {minutes}")
        if rate is not None and not (math.isfinite(rate) and 0.0 < rate <= 1e5):
            raise CannotDo(f"rate 应为正数（g/s）/ must be a positive number of g/s, not {rate}")
        detectors = [p for p in self.site.points.values() if p.zone == zone and p.substance]
        flammable = [p for p in detectors if p.kind == "combustible_gas"] or detectors
        detector = self._central(flammable, body)
        chosen = substance or (detector.substance if detector and detector.substance else "electrolyte")
        place = at or self._beside(detector, body)
        # As the world names it: what no detector here looks for counts as electrolyte vapour.
        lel = detector.lel if detector and detector.lel else 4.0
        if rate is None:
            steady = FILLS_TO * grams_of_percent(canonical(chosen), lel) * fresh_flow(body)
            rate = min(RATE_RANGE[1], max(RATE_RANGE[0], steady))
        leak = self.world.start_leak(zone, place, chosen, rate, minutes * 60.0)
        where = ", ".join(f"{x:.1f}" for x in place)
        return f"{leak.substance} {rate:.0f} g/s, {zone} ({where}), {minutes:g} min"

    def hot_cell(self, point: str | None = None) -> str:
        """Start a thermal runaway at a temperature point.

        Raises:
            CannotDo: no such point, or a site without one.
        """
        if point is None:
            warm = [p for p in self.site.points.values() if p.kind in ("temperature", "hot_spot")]
            warm.sort(
                key=lambda p: (
                    "formation" not in self._use(p) and "ageing" not in self._use(p),
                    p.kind != "temperature",
                )
            )
            if not warm:
                raise CannotDo("站点没有温度测点 / the site has no temperature point")
            chosen = next((p for p in warm if "cell" in p.id.lower()), warm[0])
        else:
            chosen = self._point(point)
        self.world.start_hot_cell(chosen.zone, chosen.place)
        return f"{chosen.id} ({chosen.zone})"

    def fail(self, point: str, mode: str = "frozen", period: float = 4.0) -> str:
        """Break an instrument.

        Raises:
            CannotDo: no such point or mode.
        """
        chosen = self._point(point)
        try:
            how = Mode(mode)
        except ValueError:
            raise CannotDo(f"mode {mode!r}: {', '.join(Mode)}") from None
        if not 0.2 <= period <= 3600.0:
            raise CannotDo(f"period 应在 0.2 到 3600 秒之间 / must lie between 0.2 and 3600 s, not {period}")
        self.instruments.fail(chosen.id, how, period)
        return f"{chosen.id}: {how}"

    def fan(self, zone: str, on: bool) -> str:
        """Switch a zone's ventilation.

        Raises:
            CannotDo: no such zone.
        """
        self._zone(zone)
        self.world.fan_on[self.world.zone_index[zone]] = on
        return f"{zone}: {'on' if on else 'off'}"

    def reset(self) -> str:
        """All is well again."""
        self.world.reset()
        self.instruments.heal()
        return "ok"

    def state(self) -> dict[str, object]:
        """What is going on, for `sim status`."""
        world = self.world
        names = list(self.site.zones)
        return {
            "seconds": round(world.time, 1),
            "points": len(self.site.points),
            "leaks": [
                {
                    "zone": names[k.zone],
                    "substance": k.substance,
                    "g_per_s": round(k.rate, 1),
                    "running": k.running(world.time),
                }
                for k in world.leaks
            ],
            "hot_cells": [{"zone": c.zone, "degC": round(c.temperature, 1), "burning": c.burning} for c in world.cells],
            "failed": {self.instruments.points[i].id: str(f.mode) for i, f in self.instruments.faults.items()},
            "fans_off": [n for n, on in zip(names, world.fan_on, strict=True) if not on],
            "fans_tripped": [n for n, off in zip(names, world.tripped, strict=True) if off],
            "people": dict(zip(names, world.people, strict=True)),
        }

    # ---- helpers

    def _zone(self, zone: str) -> Zone:
        found = self.site.zones.get(zone)
        if found is None:
            raise CannotDo(f"没有区域 {zone} / there is no zone {zone}: {', '.join(self.site.zones)}")
        return found

    def _point(self, point: str) -> Point:
        found = self.site.points.get(point)
        if found is None:
            near = [p for p in self.site.points if point.lower() in p.lower()][:8]
            hint = f": {', '.join(near)}" if near else ""
            raise CannotDo(f"没有测点 {point} / there is no point {point}{hint}")
        return found

    def _use(self, point: Point) -> str:
        zone = self.site.zones[point.zone]
        return f"{zone.id} {zone.use}".lower()

    def _central(self, points: list[Point], zone: Zone) -> Point | None:
        """The detector with most company nearby: where a line has been watched, a line may burst."""
        return max(
            points,
            key=lambda p: sum(
                math.exp(-math.dist(p.place, q.place) / 5.0) for q in self.site.points.values() if q.zone == zone.id
            ),
            default=None,
        )

    def _beside(self, detector: Point | None, zone: Zone) -> tuple[float, float, float]:
        if detector is None:
            return zone.centre
        east, north, up = detector.place
        return east + BESIDE, north, max(zone.floor + 0.3, up - 0.3)
