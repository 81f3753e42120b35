"""The people of the duty file as accounts are made of them. Pure."""

from fangwei.identity.people import Listed
from fangwei.identity.roles import GUESTS
from fangwei.plant.site import Site


def usual(role: str) -> set[str] | None:
    """What somebody without any shift answers for; None: the whole site."""
    return set() if role in GUESTS else None


def listed(site: Site) -> list[Listed]:
    """Everybody the duty file names, with the zones of their shifts; a shift without zones: the whole site.

    Without any shift one of our own answers for the whole site, so that a small plant needs no rota before it can
    acknowledge; a guest (`identity.roles.GUESTS`) answers for nothing until a shift or an administrator says so.
    """
    zones: dict[str, set[str] | None] = {}
    for shift in site.duty.shifts:
        own = zones.setdefault(shift.person, set())
        zones[shift.person] = None if own is None or not shift.zones else own | set(shift.zones)
    return [
        Listed(
            id=person.id,
            name=person.name.text,
            role=person.role,
            zones=None if (own := zones.get(person.id, usual(person.role))) is None else frozenset(own),
            language=person.language,
        )
        for person in site.duty.people
    ]
