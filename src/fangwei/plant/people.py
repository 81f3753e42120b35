"""The people of the duty file as accounts are made of them. Pure."""

from fangwei.identity.people import Listed
from fangwei.plant.site import Site


def listed(site: Site) -> list[Listed]:
    """Everybody the duty file names, with the zones of their shifts; a shift without zones, or no shift: the whole
    site."""
    zones: dict[str, set[str] | None] = {}
    for shift in site.duty.shifts:
        own = zones.setdefault(shift.person, set())
        zones[shift.person] = None if own is None or not shift.zones else own | set(shift.zones)
    return [
        Listed(
            id=person.id,
            name=person.name.text,
            role=person.role,
            zones=None if not (own := zones.get(person.id)) else frozenset(own),
            language=person.language,
        )
        for person in site.duty.people
    ]
