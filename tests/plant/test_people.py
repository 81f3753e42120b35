"""What the people of the duty file answer for."""

from fangwei.plant.people import listed
from fangwei.plant.schema import Duty, Georeference, Name, SiteHead
from fangwei.plant.site import Site

N = Name(zh="名", en="name")


def zones_of(role: str, *shifts: list[str]) -> frozenset[str] | None:
    duty = Duty.model_validate(
        {
            "people": [{"id": "a", "name": {"zh": "甲", "en": "A"}, "role": role}],
            "shifts": [{"person": "a", "zones": zones} for zones in shifts],
        }
    )
    head = SiteHead(id="s", name=N, georeference=Georeference(longitude=120, latitude=30), storeys=[])
    (one,) = listed(Site(head=head, zones={}, points={}, duty=duty))
    return one.zones


def test_zones_are_those_of_all_shifts_and_a_shift_without_zones_is_the_whole_site():
    assert zones_of("crew", ["filling"], ["store", "filling"]) == {"filling", "store"}
    assert zones_of("crew", ["filling"], []) is None and zones_of("contractor", []) is None


def test_a_contractor_without_a_shift_answers_for_nothing_and_one_of_our_own_for_everything():
    assert zones_of("contractor") == frozenset()
    assert zones_of("contractor", ["filling"]) == {"filling"}
    assert zones_of("crew") is None
