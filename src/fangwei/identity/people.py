"""Accounts, and how the people of the site's duty file become accounts. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from fangwei.core.texts import Text
from fangwei.identity.roles import ROLES, ZONED

ADMINISTRATOR = "administrator"
"""Role, and id of the account that is made where the duty file names no administrator."""

ACTIVE = "active"
DISABLED = "disabled"
"""By the administrator."""
GONE = "gone"
"""No longer in the duty file."""

SITE = "site"
PROGRAM = "program"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the duty file."""

    id: str
    name: Text
    role: str
    zones: frozenset[str] | None = None
    """Of this person's shifts; None: the whole site."""
    language: str = "zh"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An account.

    Invariant: only an `active` one signs in or does anything.
    """

    id: str
    name: Text
    role: str
    zones: frozenset[str] | None = None
    language: str = "zh"
    source: str = PROGRAM
    state: str = ACTIVE
    edited: bool = False
    """Role or zones were set in the program and no longer follow the duty file."""
    password: str | None = None
    external: str | None = None
    created: int = 0
    changed: int = 0
    revision: int = 1

    @property
    def active(self) -> bool:
        """Whether it may be used."""
        return self.state == ACTIVE

    def told(self) -> dict[str, object]:
        """What the record says of it: neither name nor password."""
        return {
            "role": self.role,
            "zones": None if self.zones is None else sorted(self.zones),
            "language": self.language,
            "state": self.state,
            "external": self.external,
        }


def synchronised(kept: Mapping[str, Person], listed: Iterable[Listed], now: int) -> list[Person]:
    """The accounts to write so that they follow the duty file; empty when they do already.

    Who left the file is `gone` and comes back with it; role and zones set in the program stay. Where nobody is an
    administrator one account is made for the first sign-in.
    """
    news: dict[str, Person] = {}
    seen = set()
    for place, one in enumerate(listed):
        seen.add(one.id)
        before = kept.get(one.id)
        # A nanosecond apart, so that lists keep the file's order.
        after = _new(one, now + place) if before is None else _followed(before, one)
        if after != before:
            news[one.id] = after
    for person in kept.values():
        if person.source == SITE and person.state == ACTIVE and person.id not in seen:
            news[person.id] = msgspec.structs.replace(person, state=GONE)
    everyone = {**kept, **news}
    if not any(p.role == ADMINISTRATOR and p.state == ACTIVE for p in everyone.values()):
        made = everyone.get(ADMINISTRATOR)
        news[ADMINISTRATOR] = (
            Person(
                id=ADMINISTRATOR, name=ROLES[ADMINISTRATOR], role=ADMINISTRATOR, created=now, changed=now, revision=0
            )
            if made is None
            else msgspec.structs.replace(made, role=ADMINISTRATOR, state=ACTIVE, zones=None)
        )
    return [msgspec.structs.replace(p, changed=now, revision=p.revision + 1) for p in news.values()]


def _new(one: Listed, now: int) -> Person:
    role = one.role if one.role in ROLES else ""
    return Person(
        id=one.id,
        name=one.name,
        role=role,
        zones=one.zones if role in ZONED else None,
        language=one.language,
        source=SITE,
        created=now,
        changed=now,
        revision=0,
    )


def _followed(before: Person, one: Listed) -> Person:
    role = one.role if one.role in ROLES else ""
    state = ACTIVE if before.state == GONE else before.state
    after = msgspec.structs.replace(before, name=one.name, language=one.language, state=state, source=SITE)
    if before.edited:
        return after
    return msgspec.structs.replace(after, role=role, zones=one.zones if role in ZONED else None)


def one_of_each_role(people: Iterable[Person]) -> list[Person]:
    """The first active person of each role, in the order of the roles."""
    first: dict[str, Person] = {}
    for person in people:
        if person.active:
            first.setdefault(person.role, person)
    return [first[role] for role in ROLES if role in first]
