"""Scenarios for the correlator: a generated site, a leak with its alarms, chatterers and other things that happen.

Pure and seeded. A scenario is a list of transitions per alarm (time, active, value) with what caused it, so that it
can be played as alarm events (accelerated) or as readings through the whole corridor. The generator knows nothing of
the correlator; its parameters are meant to be wider than any plant.
"""

import math
import random
from dataclasses import dataclass, field
from itertools import combinations

from fangwei.core.events import AlarmChange, AlarmEvent, AlarmState
from fangwei.core.texts import Text
from fangwei.plant.schema import HAZARD_OF, Georeference, Kind, Limit, Name, SiteHead, Storey, Zone
from fangwei.plant.site import Site, SitePoint

KINDS: list[Kind] = [k for k in Kind if k not in (Kind.WEATHER, Kind.SOURCE, Kind.PROCESS)]
UNIT = {
    Kind.COMBUSTIBLE_GAS: "%LEL", Kind.TOXIC_GAS: "ppm", Kind.OXYGEN: "%vol", Kind.TEMPERATURE: "degC",
    Kind.HOT_SPOT: "degC", Kind.SMOKE: "score", Kind.FLAME: "score", Kind.PRESSURE: "kPa", Kind.LEVEL: "%",
    Kind.VENTILATION_FLOW: "m3/h", Kind.VIBRATION: "mm/s", Kind.ELECTRICAL: "mA", Kind.VIDEO_EVENT: "score",
    Kind.ACCESS: "count", Kind.PEOPLE_POSITION: "persons",
}  # fmt: skip
LIMIT = 10.0
SIDE = 30.0
"""Zones are squares of this side, m, unless the shape says otherwise."""
START = 1_790_000_000_000_000_000
CLEAR = 1.0
"""Value of a quiet point; an alarm is a value above LIMIT."""


@dataclass(frozen=True)
class Shape:
    """What a scenario holds; durations in seconds after the start of the play."""

    points: int = 5000
    columns: int = 8
    rows: int = 5
    adjoins_given: bool = True
    sides: tuple[float, float] = (SIDE, SIDE)
    """Lengths of the zones' sides, m, drawn evenly on a log scale; unequal ones stand like bricks, not in a grid."""
    coarse_places: bool = False
    """Every point stands in the middle of its zone."""
    one_place: bool = False
    """Every point of the site is said to stand at one spot: nobody measured."""
    kinds: int = 12
    leak_at: float = 90.0
    leak_alarms: int = 40
    leak_lasts: float = 20.0
    """The first to the last onset."""
    leak_zones: int = 1
    onsets_scattered: bool = False
    """Onsets come in any order of zones instead of spreading."""
    on_delay: float = 0.0
    """Each leak alarm has an on-delay of up to so many seconds."""
    limits: tuple[str, ...] = ("hi",)
    """Each point in the leak has so many alarms, one after the other."""
    sampling: float = 0.0
    """Instruments speak at full multiples of this, s, each with a phase of its own; 0: at each change."""
    source_clock_off: float = 0.0
    """Each source clock is wrong by up to so many seconds."""
    twice: float = 0.0
    """This share of the events comes again."""
    fan: int = 0
    """So often a fan clears the air for half a minute: all leak alarms return, and come again."""
    drift_shuffled: bool = False
    """The second and third zone are reached in the other order."""
    chatterers: int = 500
    chatterers_inside: int = 0
    """Of the chatterers, so many sit in the leak's zones."""
    chatter_period: tuple[float, float] = (0.5, 60.0)
    chatter_duty: tuple[float, float] = (0.1, 0.9)
    chatter_jitter: float = 0.3
    chatter_start: str = "before"
    """`before`: from the start; `with`: at the leak's second; `middle`: during it; `mixed`."""
    chatter_like_leak: bool = False
    """Chatterers are of the leak's own kinds only."""
    chatter_priority: tuple[int, ...] = (2, 3, 3, 4)
    flutter: int = 0
    """So many leak alarms flutter at their limit at first."""
    flutter_lasts: float = 20.0
    single: int = 3
    standing: int = 0
    sensor_failures: int = 0
    second_leak: bool = False
    """Another leak of 15 alarms, as far away as the site allows."""
    electrical_fault: int = 0
    """So many electrical alarms at one spot inside the leak's zones, of another cause."""
    delays: tuple[float, float] = (0.0, 0.3)
    """Latency from source to receipt."""
    returns: bool = False
    """The leak is stopped and its alarms return before the end."""
    after: float = 90.0
    """The play goes on this long after the last onset."""


@dataclass
class Turn:
    """One transition of one alarm."""

    time: float
    alarm: str
    active: bool
    value: float
    latency: float = 0.0
    limit: str = "hi"


@dataclass
class Scenario:
    """A site, its transitions in order of receipt, and the truth."""

    site: Site
    turns: list[Turn]
    cause: dict[str, str]
    """Alarm -> cause: `leak`, `leak2`, `chatter`, `single`, `standing`, `electrical`, `data`."""
    first_leak: float
    ends: float
    limits: dict[str, int] = field(default_factory=dict)
    """Point -> priority of its alarms."""
    twice: frozenset[int] = frozenset()
    """Numbers of the transitions that are told twice."""
    clock: dict[str, float] = field(default_factory=dict)
    """Point -> how far its source's clock is ahead, s."""


def make_site(shape: Shape, rng: random.Random) -> Site:
    """Zones side by side, the points spread evenly over them."""
    names = [[f"z{r}-{c}" for c in range(shape.columns)] for r in range(shape.rows)]
    zones: dict[str, Zone] = {}
    north = 0.0
    for r in range(shape.rows):
        east, height = 0.0, _side(shape, rng)
        for c in range(shape.columns):
            width = _side(shape, rng)
            zones[names[r][c]] = Zone(
                id=names[r][c], name=Name(zh=f"{r}区{c}号", en=f"Hall {r}-{c}"), storey="g", floor=0, ceiling=6,
                polygon=[(east, north), (east + width, north), (east + width, north + height), (east, north + height)],
            )  # fmt: skip
            east += width
        north += height
    adjoining: dict[str, frozenset[str]] = {name: frozenset() for name in zones}
    if shape.adjoins_given:
        adjoining = _touching(zones)
        zones = {n: z.model_copy(update={"adjoins": sorted(adjoining[n])}) for n, z in zones.items()}
    points: dict[str, SitePoint] = {}
    order = list(zones)
    for number in range(shape.points):
        zone = zones[order[number % len(order)]]
        kind = KINDS[(number // len(order)) % len(KINDS)]
        (e, n), (east, north) = zone.polygon[0], zone.polygon[2]
        place = ((e + east) / 2, (n + north) / 2, 1.5)
        if shape.one_place:
            place = (1.0, 1.0, 1.0)
        elif not shape.coarse_places:
            place = (rng.uniform(e + 1, east - 1), rng.uniform(n + 1, north - 1), rng.uniform(0.3, 4))
        limit = Limit(id="hi", type="high", at=LIMIT, deadband=0.5, priority=rng.choice((1, 2, 2, 3, 3, 3)))
        name = f"P{number:05d}"
        points[name] = SitePoint.make(
            name, kind, zone.id, place, UNIT[kind], range=(-1000.0, 1000.0), limits=(limit,), hazard=HAZARD_OF[kind]
        )
    head = SiteHead(
        id="bench",
        name=Name(zh="试验场", en="Bench"),
        georeference=Georeference(longitude=120, latitude=30),
        storeys=[Storey(id="g", name=Name(zh="一层", en="Ground"), floor=0, ceiling=6)],
    )
    return Site(head=head, zones=zones, points=points, adjoining=adjoining)


def _side(shape: Shape, rng: random.Random) -> float:
    low, high = shape.sides
    return low if low == high else math.exp(rng.uniform(math.log(low), math.log(high)))


def _touching(zones: dict[str, Zone]) -> dict[str, frozenset[str]]:
    """Zones that share a piece of wall, not only a corner."""
    beside: dict[str, set[str]] = {name: set() for name in zones}
    for a, b in combinations(zones.values(), 2):
        (west, south), (east, north) = a.polygon[0], a.polygon[2]
        (left, low), (right, high) = b.polygon[0], b.polygon[2]
        across = min(east, right) - max(west, left)
        along = min(north, high) - max(south, low)
        if min(across, along) > -0.01 and max(across, along) > 0.5:
            beside[a.id].add(b.id)
            beside[b.id].add(a.id)
    return {name: frozenset(others) for name, others in beside.items()}


def generate(shape: Shape, seed: int) -> Scenario:
    """The scenario of a shape and a seed; the same again for the same two."""
    rng = random.Random(seed)
    site = make_site(shape, rng)
    made = _Maker(shape, site, rng)
    made.leak()
    made.chatter()
    made.others()
    made.turns.sort(key=lambda t: (t.time + t.latency, t.alarm))
    twice = frozenset(n for n in range(len(made.turns)) if shape.twice and rng.random() < shape.twice)
    off = shape.source_clock_off
    clock = {point: rng.uniform(-off, off) for point in made.cause} if off else {}
    return Scenario(site, made.turns, made.cause, made.first, made.ends, made.priority, twice, clock)


class _Maker:
    def __init__(self, shape: Shape, site: Site, rng: random.Random) -> None:
        self.shape, self.site, self.rng = shape, site, rng
        self.turns: list[Turn] = []
        self.cause: dict[str, str] = {}
        self.priority: dict[str, int] = {}
        self.latency: dict[str, float] = {}
        self.phase: dict[str, float] = {}
        self.last: dict[tuple[str, str], Turn] = {}
        self.by_zone: dict[str, list[SitePoint]] = {}
        for point in site.points.values():
            self.by_zone.setdefault(point.zone, []).append(point)
        self.kinds = rng.sample(KINDS, min(shape.kinds, len(KINDS)))
        if Kind.COMBUSTIBLE_GAS not in self.kinds:
            self.kinds[0] = Kind.COMBUSTIBLE_GAS
        row = rng.randrange(shape.rows)
        column = rng.randrange(shape.columns - 2)
        self.zones = [f"z{row}-{column + k}" for k in range(shape.leak_zones)]
        self.far = f"z{(row + shape.rows // 2) % shape.rows}-{(column + shape.columns // 2) % shape.columns}"
        self.first = shape.leak_at
        self.ends = shape.leak_at + shape.leak_lasts + shape.after

    def _free(self, zone: str, kinds: list[Kind] | None = None) -> SitePoint | None:
        free = [p for p in self.by_zone[zone] if p.id not in self.cause and (kinds is None or p.kind in kinds)]
        return self.rng.choice(free) if free else None

    def _take(self, point: SitePoint, cause: str, priority: int | None = None) -> str:
        self.cause[point.id] = cause
        self.priority[point.id] = priority or point.limits[0].priority
        return point.id

    def _turn(self, time: float, alarm: str, active: bool, height: float | None = None, limit: str = "hi") -> None:
        # One alarm's transitions take one way; those of different alarms may cross.
        latency = self.latency.setdefault(alarm, self.rng.uniform(*self.shape.delays))
        if self.shape.sampling:
            phase = self.phase.setdefault(alarm, self.rng.random() * self.shape.sampling)
            time = math.ceil((time - phase) / self.shape.sampling) * self.shape.sampling + phase
            last = self.last.get((alarm, limit))
            if last is not None and last.time == time and last.active != active:
                # Up and down between two samples: nobody saw it.
                self.turns.remove(last)
                del self.last[alarm, limit]
                return
        above = self.rng.expovariate(1 / 2.0) + 0.1 if height is None else height
        value = LIMIT + above if active else LIMIT - 0.6 - self.rng.random() * 3
        turn = Turn(time, alarm, active, value, latency, limit)
        self.last[alarm, limit] = turn
        self.turns.append(turn)

    def _onset(self, alarm: str, at: float, flutter: float) -> None:
        at += self.rng.random() * self.shape.on_delay
        time = at
        while flutter and time < at + flutter:
            share = (time - at) / flutter
            # Turbulence: the active spells grow, the gaps shrink as the cloud thickens.
            self._turn(time, alarm, True)
            time += self.rng.expovariate(1 / (0.4 + 2.5 * share)) + 0.2
            self._turn(time, alarm, False)
            time += self.rng.expovariate(1 / (2.0 - 1.5 * share)) + 0.2
        end = self.ends - self.rng.uniform(5, 25)
        for number, limit in enumerate(self.shape.limits):
            begun = time + number * self.rng.uniform(0.0, 5.0)
            self._turn(begun, alarm, True, limit=limit)
            for switch in range(self.shape.fan):
                clears = self.shape.leak_at + self.shape.leak_lasts * 0.6 + 60.0 * switch
                off = clears + self.rng.uniform(0, 6)
                if off > begun:
                    self._turn(off, alarm, False, limit=limit)
                    self._turn(clears + 30.0 + self.rng.uniform(0, 8), alarm, True, limit=limit)
            if self.shape.returns:
                self._turn(end, alarm, False, limit=limit)

    def leak(self) -> None:
        """Onsets zone after zone, the nearest first."""
        shape = self.shape
        zones = list(self.zones)
        if shape.drift_shuffled and len(zones) == 3:
            zones = [zones[0], zones[2], zones[1]]
        fluttering = set(self.rng.sample(range(shape.leak_alarms), shape.flutter))
        moments = sorted(self.rng.random() ** 1.2 for _ in range(shape.leak_alarms))
        moments[0] = 0.0
        for number, share in enumerate(moments):
            position = (self.rng.random() if shape.onsets_scattered else share) * len(zones)
            zone = zones[min(len(zones) - 1, int(position))]
            wanted = [self.kinds[number % len(self.kinds)]]
            point = self._free(zone, wanted) or self._free(zone, self.kinds) or self._free(zone)
            assert point is not None
            alarm = self._take(point, "leak")
            at = shape.leak_at + share * shape.leak_lasts
            self._onset(alarm, at, shape.flutter_lasts * self.rng.uniform(0.4, 1) if number in fluttering else 0.0)
        if shape.second_leak:
            start = shape.leak_at + self.rng.uniform(-10, 30)
            for number in range(15):
                point = self._free(self.far, [self.kinds[number % len(self.kinds)]]) or self._free(self.far)
                if point is not None:
                    self._onset(self._take(point, "leak2"), start + self.rng.random() * 20 * (number > 0), 0.0)

    def chatter(self) -> None:
        """Alarms that come and go by themselves, each with a period and duty of its own."""
        shape = self.shape
        elsewhere = [z for z in self.site.zones if z not in self.zones]
        for number in range(shape.chatterers):
            zone = (
                self.zones[number % len(self.zones)] if number < shape.chatterers_inside else self.rng.choice(elsewhere)
            )
            point = self._free(zone, self.kinds if shape.chatter_like_leak else None)
            if point is None:
                continue
            alarm = self._take(point, "chatter", self.rng.choice(shape.chatter_priority))
            low, high = shape.chatter_period
            period = math.exp(self.rng.uniform(math.log(low), math.log(high)))
            duty = self.rng.uniform(*shape.chatter_duty)
            time = self._chatter_begins(period)
            while time < self.ends:
                wobble = 1 + shape.chatter_jitter * self.rng.uniform(-1, 1)
                self._turn(time, alarm, True)
                self._turn(time + period * duty * wobble, alarm, False)
                time += period * max(wobble, duty * wobble + 0.05)

    def _chatter_begins(self, period: float) -> float:
        shape = self.shape
        how = shape.chatter_start
        if how == "mixed":
            how = self.rng.choice(("before", "before", "with", "middle"))
        if how == "with":
            return shape.leak_at + self.rng.random()
        if how == "middle":
            return shape.leak_at + self.rng.random() * shape.leak_lasts
        return self.rng.random() * min(period, shape.leak_at)

    def others(self) -> None:
        """Unrelated alarms, standing alarms, failing instruments, a fault of another cause."""
        shape = self.shape
        elsewhere = [z for z in self.site.zones if z not in self.zones and z != self.far]
        for _ in range(shape.single):
            point = self._free(self.rng.choice(elsewhere))
            if point is not None:
                at = shape.leak_at + self.rng.uniform(-20, shape.leak_lasts + 10)
                self._turn(at, self._take(point, "single"), True)
        for _ in range(shape.standing):
            point = self._free(self.rng.choice(self.zones))
            if point is not None:
                self._turn(-1200 + self.rng.random() * 300, self._take(point, "standing"), True)
        for _ in range(shape.sensor_failures):
            point = self._free(self.rng.choice(self.zones))
            if point is not None:
                alarm = self._take(point, "data", 3)
                self._turn(shape.leak_at + self.rng.random() * shape.leak_lasts, alarm, True)
        spot = self.rng.choice(self.zones)
        for _ in range(shape.electrical_fault):
            point = self._free(spot, [Kind.ELECTRICAL])
            if point is not None:
                at = shape.leak_at + shape.leak_lasts * 0.6 + self.rng.random() * 2
                self._turn(at, self._take(point, "electrical"), True)


def events(scenario: Scenario) -> list[AlarmEvent]:
    """The transitions as the alarms room would tell them, in order of receipt."""
    told: list[AlarmEvent] = []
    count: dict[str, int] = {}
    for number, turn in enumerate(scenario.turns):
        point = scenario.site.points[turn.alarm]
        alarm = f"{turn.alarm}.{'data' if scenario.cause[turn.alarm] == 'data' else turn.limit}"
        if turn.active:
            count[alarm] = count.get(alarm, 0) + 1
        happened = START + round(turn.time * 1e9)
        receive = happened + round(turn.latency * 1e9)
        source = happened + round(scenario.clock.get(turn.alarm, 0.0) * 1e9)
        occurrence = f"{alarm}@{count.get(alarm, 0)}"
        told.append(
            AlarmEvent(
                id=f"{occurrence}/{'raised' if turn.active else 'returned'}",
                occurrence=occurrence, alarm=alarm, point=point.id, zone=point.zone,
                east=point.place[0], north=point.place[1], up=point.place[2], kind=str(point.kind),
                hazard=HAZARD_OF[Kind.SOURCE] if alarm.endswith(".data") else point.hazard,
                priority=scenario.limits[turn.alarm],
                change=AlarmChange.RAISED if turn.active else AlarmChange.RETURNED,
                state=AlarmState.UNACKED if turn.active else AlarmState.RETURNED_UNACKED,
                active=turn.active, value=turn.value, limit=LIMIT, unit=point.unit, quality=0,
                source_time=source, receive_time=receive, decided_time=receive + 2_000_000,
                message=Text(f"{point.id} 高", f"{point.id} high"),
            )
        )  # fmt: skip
        if number in scenario.twice:
            told.append(told[-1])
    return told
