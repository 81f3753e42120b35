"""The sample room, on which every validation indoors stands: 20 x 10 x 4 m, two machine blocks, two supplies and two
exhausts; state A blows and draws by all (6 air changes an hour), state C from S1 to E2 only (3)."""

from importlib.resources import as_file, files

from fangwei.core.texts import Text
from fangwei.leak.field import Field, load
from fangwei.leak.grid import Grid, grid_of
from fangwei.leak.room import Place, Room, Vent

_BLOW = 2 / 3


def _place(id: str, zh: str, en: str, *at: float) -> Place:
    return Place(id=id, name=Text(zh, en), at=(at[0], at[1], at[2]))


_SENSORS_AT = [
    (2, 5, 2.5), (6, 5, 2.5), (10, 5, 2.5), (14, 5, 2.5), (18, 5, 2.5), (10, 1, 2.5), (10, 9, 2.5), (19, 5, 0.8),
]  # fmt: skip
_PEOPLE_AT = [(3, 5, 1.6), (8, 5, 1.6), (13, 5, 1.6), (17, 5, 1.6), (8, 1, 1.6), (13, 9, 1.6)]
SENSORS = tuple(_place(f"sensor{n}", f"探头{n}", f"Detector {n}", *at) for n, at in enumerate(_SENSORS_AT, 1))
PEOPLE = tuple(_place(f"person{n}", f"岗位{n}", f"Workplace {n}", *at) for n, at in enumerate(_PEOPLE_AT, 1))

ROOM = Room(
    id="sample",
    size=(20.0, 10.0, 4.0),
    obstacles=(((4, 2, 0), (16, 3.5, 1.5)), ((4, 6.5, 0), (16, 8, 1.5))),
    vents=(
        Vent(id="S1", name=Text("送风1", "Supply 1"), box=((0, 2, 3), (0, 3, 3.5)), rates={"A": _BLOW, "C": _BLOW}),
        Vent(id="S2", name=Text("送风2", "Supply 2"), box=((0, 7, 3), (0, 8, 3.5)), rates={"A": _BLOW}),
        Vent(id="E1", name=Text("排风1", "Exhaust 1"), box=((20, 2, 0.5), (20, 3, 1)), rates={"A": -_BLOW}),
        Vent(
            id="E2", name=Text("排风2", "Exhaust 2"), box=((20, 7, 0.5), (20, 8, 1)), rates={"A": -_BLOW, "C": -_BLOW}
        ),
    ),
    places=(*SENSORS, *PEOPLE),
)


def sample_field(state: str, grid: Grid | None = None) -> Field:
    """Our own solution of state `A` or `C`, made by `foam_solve.solve`."""
    with as_file(files("fangwei.leak") / "sample_room" / f"{state}.npz") as path:
        return load(path, grid or grid_of(ROOM))
