"""A room as the air sees it: a box, what stands in it, where air comes and goes. Metres in the room's own frame (origin
at its lowest south-west corner; east, north, up), m3/s, seconds. Pure data."""

import msgspec

from fangwei.core.texts import Text
from fangwei.leak.errors import RoomUnsound

Box = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Lowest and highest corner."""

BALANCE = 0.02
"""Supply and exhaust of a state may differ by this share; the rest leaks through gaps that the field does not show."""


class Vent(msgspec.Struct, frozen=True, kw_only=True):
    """An opening in a wall, floor or ceiling through which air is moved."""

    id: str
    name: Text
    box: Box
    """Flat: one of its extents is 0, and lies on a wall."""
    rates: dict[str, float]
    """m3/s by ventilation state: above 0 blows in, below 0 draws out; a state not named: shut."""

    @property
    def area(self) -> float:
        """m2."""
        sizes = [high - low for low, high in zip(*self.box, strict=True) if high > low]
        return sizes[0] * sizes[1] if len(sizes) == 2 else 0.0


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where people are, a door, a return duct, or a sensor: what the forecast speaks of."""

    id: str
    name: Text
    at: tuple[float, float, float]


class LeakPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a leak is credible: a flange, a valve, a filling head, a tray."""

    id: str
    name: Text
    at: tuple[float, float, float]
    substance: str
    rates: tuple[float, float]
    """The least and the greatest credible leak, kg/s."""


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """The whole room."""

    id: str
    size: tuple[float, float, float]
    cell: float = 0.5
    """Edge of a cell of the transport grid."""
    obstacles: tuple[Box, ...] = ()
    vents: tuple[Vent, ...] = ()
    places: tuple[Place, ...] = ()
    leak_points: tuple[LeakPoint, ...] = ()

    @property
    def states(self) -> list[str]:
        """Every ventilation state that a vent names."""
        return sorted({state for vent in self.vents for state in vent.rates})

    def check(self) -> None:
        """Refuse a room whose air cannot be computed.

        Raises:
            RoomUnsound: with the first thing that is wrong.
        """
        for which, length in zip(("east", "north", "up"), self.size, strict=True):
            if not 0.5 <= length <= 500 or length < 2 * self.cell:
                self._refuse(f"{which} 长度 {length} m 不合理", f"its {which} extent of {length} m makes no sense")
        for vent in self.vents:
            if vent.area <= 0:
                self._refuse(f"风口 {vent.id} 不是平面开口", f"vent {vent.id} is no flat opening")
            if not any(self._on_wall(vent.box, axis) for axis in range(3)):
                self._refuse(f"风口 {vent.id} 不在墙面上", f"vent {vent.id} lies on no wall")
        for state in self.states:
            rates = [vent.rates.get(state, 0.0) for vent in self.vents]
            into, out = sum(r for r in rates if r > 0), -sum(r for r in rates if r < 0)
            if into <= 0 and out <= 0:
                continue
            if abs(into - out) > BALANCE * max(into, out):
                self._refuse(
                    f"状态 {state} 送风 {into:.3g} 与排风 {out:.3g} m³/s 不平衡",
                    f"in state {state} {into:.3g} m3/s are blown in and {out:.3g} drawn out",
                )
        spots = [(p.id, p.at) for p in self.places] + [(p.id, p.at) for p in self.leak_points]
        for id, at in spots:
            inside = all(0 <= x <= length for x, length in zip(at, self.size, strict=True))
            if not inside or any(_within(at, box) for box in self.obstacles):
                self._refuse(f"{id} 不在空气中", f"{id} is not in the air of the room")

    def _on_wall(self, box: Box, axis: int) -> bool:
        low, high = box[0][axis], box[1][axis]
        return low == high and (abs(low) < 1e-6 or abs(low - self.size[axis]) < 1e-6)

    def _refuse(self, zh: str, en: str) -> None:
        raise RoomUnsound(room=self.id, why=Text(zh, en))


def _within(at: tuple[float, float, float], box: Box) -> bool:
    return all(low < x < high for x, low, high in zip(at, box[0], box[1], strict=True))
