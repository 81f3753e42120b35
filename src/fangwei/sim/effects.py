"""What an instrument of each kind would meet at its place: the truth, in the instrument's unit."""

import math

import numpy as np
import numpy.typing as npt

from fangwei.sim.character import Character
from fangwei.sim.physics.substances import canonical, factor
from fangwei.sim.site import Point
from fangwei.sim.world import TRIPPED_FLOW, World

Floats = npt.NDArray[np.float64]

UPSET: dict[str, tuple[float, float]] = {
    "pressure": (1.5, 2.0),
    "level": (3.0, 20.0),
    "process": (5.0, 6.0),
    "vibration": (6.0, 6.0),
    "electrical": (12.0, 6.0),
}
"""Seconds until a burst disturbs the machine's own instruments, and how quickly: pressure falls first, then
the pump cavitates, liquid gathers, spray reaches terminals."""

UPSET_REACH: dict[str, float] = {
    "pressure": 14.0,
    "level": 12.0,
    "process": 18.0,
    "vibration": 26.0,
    "electrical": 14.0,
}
"""Metres from the burst within which a machine feels it. Feed pumps stand far off and race all the same when the
pressure is gone."""

NOT_FLAMMABLE = frozenset({"hf", "smoke", "co2", "nh3", "h2s"})
"""What a combustible-gas detector does not see. It sees every other vapour, whichever one it is set for."""

HEAVY = 50.0
"""g/s from which a release disturbs the machine it comes from."""

EXTINCTION = 8.7
"""m2/g of smoke from flaming combustion (Mulholland & Croarkin 2000, Fire and Materials 24)."""

SEEN_FROM = 25.0
"""Metres over which cameras and flame detectors see."""


class Effects:
    """Targets of all points. Pure apart from the world it reads."""

    def __init__(self, world: World, points: list[Point], characters: list[Character]) -> None:
        self.world = world
        self.points = points
        self.characters = characters
        self.zone = np.array([world.zone_index[p.zone] for p in points], dtype=np.intp)
        self._all = np.arange(len(points), dtype=np.intp)
        self._gas_factor = np.zeros(len(points))
        self._gas_column = np.zeros(len(points), dtype=np.intp)
        for i, p in enumerate(points):
            substance = canonical(p.substance) if p.substance else "electrolyte"
            self._gas_factor[i] = factor(substance, p.unit, p.lel)
            self._gas_column[i] = world.substance_index.get(substance, world.substance_index["electrolyte"])
        vapours = [s for s in world.substances if s != "smoke"]
        self._vapours = [world.substance_index[s] for s in vapours]
        self._percent = np.array([factor(s, "%vol", None) for s in vapours])
        fuels = [s for s in vapours if s not in NOT_FLAMMABLE]
        self._fuels = [world.substance_index[s] for s in fuels]
        self._fuel_percent = np.array([factor(s, "%vol", None) for s in fuels])
        self._door = [self._nearest_door(i) for i in range(len(points))]
        self._opened: dict[int, float] = {}

    def targets(self) -> Floats:
        """What every instrument would settle at now."""
        world, time = self.world, self.world.time
        quiet = np.array([c.quiet(time) for c in self.characters])
        found = quiet.copy()
        air = world.concentrations(self._all, self.zone) if self._disturbed else None
        for i, point in enumerate(self.points):
            match point.kind:
                case "combustible_gas" if air is not None:
                    found[i] += float(air[i, self._fuels] @ self._fuel_percent) * 100.0 / (point.lel or 4.0)
                case "toxic_gas" if air is not None:
                    found[i] += air[i, self._gas_column[i]] * self._gas_factor[i]
                case "oxygen" if air is not None:
                    displaced = float(air[i, self._vapours] @ self._percent)
                    found[i] *= max(0.0, 1.0 - displaced / 100.0)
                case "smoke" if air is not None:
                    found[i] = self._smoke(i, quiet[i], air[i])
                case "flame":
                    found[i] = self._flame(i, quiet[i])
                case "temperature" | "hot_spot":
                    found[i] = self._heat(i, quiet[i])
                case "ventilation_flow":
                    found[i] *= self._fan(i)
                case "video_event":
                    found[i] = self._video(i, quiet[i])
                case "access":
                    found[i] = self._access(i)
                case "people_position" if not point.discrete:
                    found[i] = world.people[self.zone[i]]
                case "people_position":
                    found[i] = self._distress(i)
                case "weather":
                    found[i] = self._weather(i, quiet[i])
                case "pressure" | "level" | "process" | "vibration" | "electrical":
                    found[i] = self._machine(i, quiet[i])
                case _:
                    pass
        return found

    @property
    def _disturbed(self) -> bool:
        return self.world.eventful or bool(self.world.air.concentration.any())

    def _smoke(self, i: int, quiet: float, air: Floats) -> float:
        obscured = 100.0 * (1.0 - math.exp(-EXTINCTION * air[self.world.substance_index["smoke"]]))
        if self.points[i].discrete:
            return 1.0 if obscured > 3.0 else quiet
        return float(quiet + obscured)

    def _flame(self, i: int, quiet: float) -> float:
        near = self._nearest_fire(i)
        if near is None:
            return quiet
        return 1.0 if self.points[i].discrete else quiet + 100.0 * min(1.0, (8.0 / max(near, 1.0)) ** 2)

    def _nearest_fire(self, i: int) -> float | None:
        seen = [
            float(d[i])
            for cell, d in zip(self.world.cells, self.world.cell_distance, strict=True)
            if cell.burning and self.world.zone_index[cell.zone] == self.zone[i] and d[i] < SEEN_FROM
        ]
        return min(seen, default=None)

    def _heat(self, i: int, quiet: float) -> float:
        value = quiet
        for cell, distance in zip(self.world.cells, self.world.cell_distance, strict=True):
            if self.world.zone_index[cell.zone] != self.zone[i]:
                continue
            excess, d = cell.temperature - 25.0, float(distance[i])
            if self.points[i].kind == "hot_spot":
                # A thermal camera shows the hottest spot of its picture; far off it is smaller than a pixel.
                value = max(value, 25.0 + excess * min(1.0, (8.0 / max(d, 0.1)) ** 2))
            else:
                value += excess * math.exp(-d / 1.2) + 0.02 * excess * min(1.0, 5.0 / max(d, 0.1))
        return value

    def _fan(self, i: int) -> float:
        zone = self.zone[i]
        if not self.world.fan_on[zone]:
            return 0.02
        return TRIPPED_FLOW if self.world.tripped[zone] else 1.0

    def _video(self, i: int, quiet: float) -> float:
        hazard = self.points[i].hazard
        zone = self.zone[i]
        if hazard in ("fire", ""):
            cells = zip(self.world.cells, self.world.cell_distance, strict=True)
            smoking = any(c.venting and self.world.zone_index[c.zone] == zone and d[i] < SEEN_FROM for c, d in cells)
            fog = any(
                k.rate >= 4 * HEAVY and self._age(k.zone, i, k.distance[i], k.began) > 8.0 for k in self.world.leaks
            )
            if smoking or fog:
                return 0.93
        if hazard in ("release", "") and any(
            k.rate >= HEAVY and self._age(k.zone, i, k.distance[i], k.began) > 5.0 for k in self.world.leaks
        ):
            return 0.9
        return quiet

    def _age(self, zone: int, i: int, distance: float, began: float) -> float:
        """Seconds for which something in view of point `i` goes on; negative when out of view."""
        return self.world.time - began if zone == self.zone[i] and distance < SEEN_FROM else -1.0

    def _access(self, i: int) -> float:
        door = self._door[i]
        if door is None or self.world.time >= self.world.doors[door].open_until:
            self._opened.pop(i, None)
            return 0.0
        since = self._opened.setdefault(i, self.world.time)
        held = self.world.time - since > 30.0 and 3 in self.points[i].states
        return 3.0 if held else 1.0

    def _nearest_door(self, i: int) -> int | None:
        own = [k for k, d in enumerate(self.world.doors) if self.zone[i] in (d.a, d.b)]
        return min(own, key=lambda k: float(self.world.doors[k].distance[i]), default=None)

    def _distress(self, i: int) -> float:
        for leak in self.world.leaks:
            if leak.rate >= HEAVY and 12.0 < self._age(leak.zone, i, leak.distance[i], leak.began) < 90.0:
                return 1.0 if self._nearest_of_kind(i, leak.distance) else 0.0
        return 0.0

    def _nearest_of_kind(self, i: int, distance: Floats) -> bool:
        mine = self.points[i]
        return not any(
            distance[k] < distance[i] and p.kind == mine.kind and p.discrete == mine.discrete and p.zone == mine.zone
            for k, p in enumerate(self.points)
        )

    def _weather(self, i: int, quiet: float) -> float:
        c = self.characters[i]
        day = math.sin((self.world.time / 86400.0 + self.world.start_of_day - 0.375) * 2.0 * math.pi)
        match self.points[i].unit.lower():
            case "degc" | "°c" | "℃":
                return quiet + 0.8 * c.sway * day
            case "%rh":
                return quiet - 0.8 * c.sway * day
            case "mm" | "mm/h":
                return 0.0
            case "w/m2":
                return max(0.0, 800.0 * day)
            case _:
                return quiet

    def _machine(self, i: int, quiet: float) -> float:
        point, c = self.points[i], self.characters[i]
        zone = self.zone[i]
        if point.unit == "Pa":
            # Room pressure is what the fans hold up against the doors.
            return quiet * self._fan(i)
        upset = self._upset(i)
        if point.discrete:
            if point.kind == "process" and (self.world.tripped[zone] or not self.world.fan_on[zone]):
                return 0.0
            fire = self._nearest_fire(i)
            return 1.0 if point.kind == "electrical" and fire is not None and fire < 3.0 else quiet
        return quiet + upset * (c.trouble - quiet)

    def _upset(self, i: int) -> float:
        delay, tau = UPSET[self.points[i].kind]
        reach = UPSET_REACH["vibration" if self.points[i].unit == "A" else self.points[i].kind]
        worst = 0.0
        for leak in self.world.leaks:
            if leak.zone != self.zone[i] or leak.rate < HEAVY:
                continue
            near = min(1.0, 1.8 * (1.0 - float(leak.distance[i]) / reach))
            running = min(self.world.time, leak.ends) - leak.began - delay
            if near <= 0.0 or running <= 0.0:
                continue
            fading = math.exp(-max(0.0, self.world.time - leak.ends) / 20.0)
            worst = max(worst, near * (1.0 - math.exp(-running / tau)) * fading)
        if self.points[i].kind == "electrical":
            for cell, distance in zip(self.world.cells, self.world.cell_distance, strict=True):
                if distance[i] < 1.5 and cell.venting:
                    worst = 1.0
        return worst
