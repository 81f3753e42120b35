"""Site frame and earth, zones and neighbours."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from fangwei.plant.geometry import Earth, Plan, distance
from fangwei.plant.load import load_site
from fangwei.plant.schema import Georeference

PLANT = Plan(load_site(Path(__file__).resolve().parents[2] / "sites" / "battery_plant", {}))
EARTH = Earth(Georeference(longitude=119.5426, latitude=26.6681, rotation=12.5))


@given(st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_there_and_back_is_the_same_place_to_the_millimetre(east: float, north: float) -> None:
    back = EARTH.to_site(*EARTH.to_earth(east, north))
    assert distance((east, north, 0), (float(back[0]), float(back[1]), 0)) < 1e-3


@given(st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_metres_of_the_frame_are_metres_on_the_ground(east: float, north: float) -> None:
    longitude, latitude = EARTH.to_earth(east, north)
    _, _, ground = Geod(ellps="GRS80").inv(119.5426, 26.6681, float(longitude), float(latitude))
    assert ground == pytest.approx(distance((0, 0, 0), (east, north, 0)), abs=0.005)


def test_rotation_turns_the_frames_north_clockwise() -> None:
    azimuth, _, _ = Geod(ellps="GRS80").inv(119.5426, 26.6681, *map(float, EARTH.to_earth(0.0, 100.0)))
    assert azimuth == pytest.approx(12.5, abs=0.001)


def test_zone_of_a_place_minds_the_notch_the_storey_and_the_outside() -> None:
    assert PLANT.zone_at((98, 23, 1)) == "switch_room"
    assert PLANT.zone_at((90, 23, 1)) == "electrolyte_filling"
    assert PLANT.zone_at((90, 23, 11)) == "roof"
    assert PLANT.zone_at((90, 23, 8)) is None, "above the ceiling of the filling room"
    assert PLANT.zone_at((-5, -5, 1)) is None


def test_every_point_lies_in_its_zone() -> None:
    for point in PLANT.site.points.values():
        assert PLANT.distance_to_zone(point.place, point.zone) < 1e-6, point.id


def test_neighbourhood_counts_openings_both_ways() -> None:
    steps = PLANT.steps
    assert steps["electrolyte_store"]["electrolyte_filling"] == 1
    assert steps["electrolyte_filling"]["nmp_recovery"] == 3
    assert all(steps[b][a] == n for a, row in steps.items() for b, n in row.items())


def test_distance_to_a_zone_counts_height_too() -> None:
    assert PLANT.distance_to_zone((80, 10, 9), "electrolyte_filling") == pytest.approx(4)
    assert PLANT.distance_to_zone((60, 10, 2), "electrolyte_filling") == pytest.approx(12)


def test_centre_of_an_l_shaped_zone_lies_inside_it() -> None:
    for id, middle in PLANT.centroids.items():
        assert PLANT.distance_to_zone(middle, id) == 0, id
