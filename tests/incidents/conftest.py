"""A small plant and alarms of it, for the rules of incidents."""

from dataclasses import dataclass, field

import pytest

from fangwei.bench.scenarios import START, Shape, make_site
from fangwei.core.clock import seconds
from fangwei.core.events import AlarmChange, AlarmEvent, AlarmState, Hazard
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.db.base import Base
from fangwei.db.session import open_database
from fangwei.incidents.correlate import Correlator, Tick
from fangwei.incidents.membership import Change
from fangwei.plant.site import Site


@pytest.fixture
async def tables(settings: Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(settings)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await database.close()


@pytest.fixture(scope="session")
def plant() -> Site:
    """Zones z0-0 .. z2-4 of 30 m, each adjoining its neighbours in the grid, 20 points each."""
    import random

    return make_site(Shape(points=300, columns=5, rows=3), random.Random(1))


def point_of(site: Site, zone: str, kind: str, number: int = 0) -> str:
    """The id of a point of that kind in that zone."""
    return sorted(p.id for p in site.points.values() if p.zone == zone and p.kind == kind)[number]


def alarm_event(
    site: Site,
    point: str,
    at: float,
    active: bool = True,
    *,
    priority: int = 2,
    value: float | None = None,
    **more: object,
) -> AlarmEvent:
    """An alarm of `point` raised or returned `at` seconds after the start."""
    spot = site.points[point]
    time = START + seconds(at)
    alarm = str(more.pop("alarm", f"{point}.hi"))
    occurrence = str(more.pop("occurrence", f"{alarm}@{time}"))
    change = more.pop("change", AlarmChange.RAISED if active else AlarmChange.RETURNED)
    values: dict[str, object] = {
        "id": f"{occurrence}/{change}",
        "occurrence": occurrence,
        "alarm": alarm,
        "point": point,
        "zone": spot.zone,
        "east": spot.place[0],
        "north": spot.place[1],
        "up": spot.place[2],
        "kind": str(spot.kind),
        "hazard": spot.hazard,
        "priority": priority,
        "change": change,
        "state": AlarmState.UNACKED if active else AlarmState.RETURNED_UNACKED,
        "active": active,
        "value": (12.0 if active else 5.0) if value is None else value,
        "limit": 10.0,
        "unit": spot.unit,
        "quality": 0,
        "source_time": time,
        "receive_time": time,
        "decided_time": time,
        "message": Text(f"{point} 高", f"{point} high"),
    }
    values.update(more)
    return AlarmEvent(**values)  # type: ignore[arg-type]


@dataclass
class Play:
    """Feeds a correlator by seconds of scenario time, ticking in between."""

    site: Site
    correlator: Correlator = field(init=False)
    changes: list[Change] = field(default_factory=list)
    clock: float = 0.0

    def __post_init__(self) -> None:
        self.correlator = Correlator(self.site)

    def until(self, at: float) -> list[Change]:
        """Let time pass to `at`, a tick each second."""
        made: list[Change] = []
        while self.clock + 1 <= at:
            self.clock += 1
            made += self.correlator.decide(Tick(), START + seconds(self.clock))
        self.clock = max(self.clock, at)
        self.changes += made
        return made

    def hear(self, point: str, at: float, active: bool = True, **more: object) -> list[Change]:
        """The alarm of a point comes or goes at a time."""
        self.until(at)
        made = self.correlator.decide(alarm_event(self.site, point, at, active, **more), START + seconds(at))
        self.changes += made
        return made

    def spell(self, point: str, start: float, length: float, **more: object) -> None:
        """One activation."""
        self.hear(point, start, True, **more)
        self.hear(point, start + length, False, **more)

    @property
    def live(self) -> list[list[str]]:
        """Points of each live incident, sorted."""
        cases = sorted(self.correlator.desk.cases.values(), key=lambda c: (c.began, c.id))
        return [sorted(m.face.point for m in c.members.values()) for c in cases]

    @property
    def kinds_of_lines(self) -> list[str]:
        """The kinds of all lines so far."""
        return [e.kind for c in self.changes for e in c.entries]


@pytest.fixture
def play(plant: Site) -> Play:
    """A fresh correlator on the small plant."""
    return Play(plant)


__all__ = ["Hazard", "Play", "alarm_event", "point_of"]
