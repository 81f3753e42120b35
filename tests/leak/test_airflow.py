"""A case is written, a finished one comes back as a field, and a field that makes air is refused."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.leak.sample import NONE, still

from fangwei.leak.errors import CaseUnreadable, FieldUnsound, RoomUnsound
from fangwei.leak.field import Field, blend, coarsen, load, save
from fangwei.leak.foam_case import write_case
from fangwei.leak.foam_import import import_case
from fangwei.leak.grid import WALLS, Grid, grid_of
from fangwei.leak.room import Room, Vent
from fangwei.leak.sample import ROOM

TUNNEL = Room(
    id="tunnel",
    size=(4.0, 1.0, 1.0),
    vents=(
        Vent(id="IN", name=NONE, box=((0, 0, 0), (0, 1, 1)), rates={"A": 0.5}),
        Vent(id="OUT", name=NONE, box=((4, 0, 0), (4, 1, 1)), rates={"A": -0.5}),
    ),
)


def straight(grid: Grid, rate: float = 0.5) -> Field:
    """Air that goes straight through the tunnel."""
    lanes = grid.shape[1] * grid.shape[2]
    flux = np.where(grid.axis == 0, rate / lanes, 0.0)
    vents = {"IN": np.full(lanes, -rate / lanes), "OUT": np.full(lanes, rate / lanes)}
    return Field("A", flux, np.full(grid.cells, 1e-3), vents, {"by": "solved"})


@pytest.mark.parametrize("edge", [0.5, 0.25])
def test_a_case_that_was_written_and_finished_comes_back_as_it_was(tmp_path: Path, edge: float) -> None:
    grid = grid_of(TUNNEL, edge)
    write_case(tmp_path, TUNNEL, "A", grid)
    air = straight(grid)
    walls = np.zeros(len(grid.patches[WALLS].cells))
    still(tmp_path / "100", grid.cells, len(grid.owner), air.flux, {WALLS: walls, **air.vents}, 1e-3)
    back = import_case(tmp_path, TUNNEL, "A")
    expected = straight(grid_of(TUNNEL))
    np.testing.assert_allclose(back.flux, expected.flux, atol=1e-9)
    np.testing.assert_allclose(back.mixing, expected.mixing)
    for name in ("IN", "OUT"):
        np.testing.assert_allclose(back.vents[name], expected.vents[name])
    assert back.exchanged == pytest.approx(0.5)


def test_air_that_swings_is_averaged_and_says_by_how_much(tmp_path: Path) -> None:
    grid = grid_of(TUNNEL)
    write_case(tmp_path, TUNNEL, "A", grid)
    walls = {WALLS: np.zeros(len(grid.patches[WALLS].cells))}
    for time, rate in (("50", 0.4), ("100", 0.6)):
        air = straight(grid, rate)
        still(tmp_path / time, grid.cells, len(grid.owner), air.flux, {**walls, **air.vents}, 1e-3)
    assert import_case(tmp_path, TUNNEL, "A").exchanged == pytest.approx(0.6)
    mean = import_case(tmp_path, TUNNEL, "A", average=10)
    assert mean.exchanged == pytest.approx(0.5)
    assert mean.made["swing"] == pytest.approx(0.2)


def test_a_case_that_is_not_the_rooms_or_is_broken_is_refused_with_the_file(tmp_path: Path) -> None:
    grid = grid_of(TUNNEL)
    with pytest.raises(CaseUnreadable, match="no finished time step"):
        import_case(tmp_path, TUNNEL, "A")
    write_case(tmp_path, TUNNEL, "A", grid)
    air = straight(grid)
    walls = {WALLS: np.zeros(len(grid.patches[WALLS].cells))}
    still(tmp_path / "9", grid.cells, len(grid.owner), air.flux, {**walls, **air.vents}, 1e-3)
    with pytest.raises(CaseUnreadable, match="cells are not those"):
        import_case(tmp_path, ROOM, "A")
    phi = tmp_path / "9" / "phi"
    whole = phi.read_text()
    phi.write_text(whole.replace("0.125", "many", 1))
    with pytest.raises(CaseUnreadable, match="no number"):
        import_case(tmp_path, TUNNEL, "A")
    phi.write_text(whole.replace("ascii", "binary"))
    with pytest.raises(CaseUnreadable, match="ascii"):
        import_case(tmp_path, TUNNEL, "A")
    phi.unlink()
    with pytest.raises(CaseUnreadable, match="phi: there is no such file"):
        import_case(tmp_path, TUNNEL, "A")


def test_a_field_that_makes_air_is_refused() -> None:
    grid = grid_of(TUNNEL)
    air = straight(grid)
    air.check(grid)
    air.flux[3] += 0.1
    with pytest.raises(FieldUnsound):
        air.check(grid)
    air.flux[3] = np.nan
    with pytest.raises(FieldUnsound):
        air.check(grid)


def test_a_field_is_kept_small_and_read_back_only_onto_its_own_grid(tmp_path: Path) -> None:
    grid, path = grid_of(TUNNEL), tmp_path / "A.npz"
    save(straight(grid), path)
    back = load(path, grid)
    np.testing.assert_allclose(back.flux, straight(grid).flux)
    assert back.made == {"by": "solved"}
    with pytest.raises(CaseUnreadable, match="another grid"):
        load(path, grid_of(ROOM))
    path.write_bytes(b"PK no field")
    with pytest.raises(CaseUnreadable, match="no field"):
        load(path, grid)


def test_adding_up_keeps_all_air_and_refuses_obstacles_across_cells() -> None:
    fine, grid = grid_of(TUNNEL, 0.25), grid_of(TUNNEL)
    small = coarsen(straight(fine), fine, grid)
    small.check(grid)
    np.testing.assert_allclose(small.flux, straight(grid).flux, atol=1e-12)
    crooked = msgspec.structs.replace(TUNNEL, obstacles=(((1, 0, 0), (1.75, 0.5, 0.5)),))
    with pytest.raises(CaseUnreadable, match="obstacle"):
        coarsen(straight(grid_of(crooked, 0.25)), grid_of(crooked, 0.25), grid_of(crooked))


def test_air_between_two_states_conserves_air_and_says_what_it_is_between() -> None:
    grid = grid_of(TUNNEL)
    between = blend(straight(grid, 0.2), straight(grid, 0.6), 0.25, "B")
    between.check(grid)
    assert between.exchanged == pytest.approx(0.3)
    assert between.made["by"] == "blended"


def test_a_room_with_a_vent_in_no_state_is_a_wall_there(tmp_path: Path) -> None:
    write_case(tmp_path, ROOM, "C", grid_of(ROOM))
    boundary = (tmp_path / "constant" / "polyMesh" / "boundary").read_text()
    assert "S2 { type wall" in boundary
    assert "S1 { type patch" in boundary
    assert "S2 { type noSlip" in (tmp_path / "0" / "U").read_text()
    assert RoomUnsound.http_status == 400
