import msgspec
import numpy as np
import pytest
from tests.leak.sample import NONE

from fangwei.leak.errors import RoomUnsound
from fangwei.leak.grid import WALLS, grid_of
from fangwei.leak.room import Place, Vent
from fangwei.leak.sample import ROOM


def test_the_sample_room_is_sound_and_has_the_cells_of_its_case() -> None:
    ROOM.check()
    grid = grid_of(ROOM)
    assert (grid.cells, len(grid.owner)) == (5968, 16462)
    assert len(grid.patches[WALLS].cells) == 2876
    assert grid.cells * grid.volume == pytest.approx(746.0)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"vents": (*ROOM.vents[:3], msgspec.structs.replace(ROOM.vents[3], rates={"A": -0.1}))}, "drawn out"),
        ({"vents": (Vent(id="S", name=NONE, box=((5, 5, 2), (5, 6, 3)), rates={"A": 0.1}),)}, "on no wall"),
        ({"vents": (Vent(id="S", name=NONE, box=((0, 5, 2), (1, 6, 3)), rates={"A": 0.1}),)}, "no flat opening"),
        ({"places": (Place(id="G", name=NONE, at=(5, 3, 1)),)}, "not in the air"),
        ({"places": (Place(id="G", name=NONE, at=(25, 3, 1)),)}, "not in the air"),
        ({"size": (20.0, 0.2, 4.0)}, "makes no sense"),
    ],
)
def test_a_room_that_cannot_be_is_refused_with_the_reason(change: dict, word: str) -> None:
    with pytest.raises(RoomUnsound, match=word):
        msgspec.structs.replace(ROOM, **change).check()


def test_a_grid_that_does_not_fit_is_refused() -> None:
    with pytest.raises(RoomUnsound, match="whole number"):
        grid_of(ROOM, 0.3)
    with pytest.raises(RoomUnsound, match="smaller than a cell"):
        grid_of(msgspec.structs.replace(ROOM, vents=(
            Vent(id="S", name=NONE, box=((0, 5.1, 2.1), (0, 5.2, 2.2)), rates={"A": 0.1}),)))  # fmt: skip
    with pytest.raises(RoomUnsound, match="too many"):
        grid_of(ROOM, 0.025)


def test_a_place_is_the_mean_of_the_air_around_it_and_exact_for_what_is_linear() -> None:
    grid = grid_of(ROOM)
    cells, shares = grid.near((6.1, 5.1, 0.6))
    assert shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(shares @ grid.centres[cells], (6.1, 5.1, 0.6))
    cells, shares = grid.near((5.0, 3.4, 1.45))  # inside a machine: the nearest air
    assert shares.sum() == pytest.approx(1)
    assert (grid.ids >= 0).sum() == grid.cells
