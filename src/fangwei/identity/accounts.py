"""Accounts made and changed in the program, by an administrator."""

from collections.abc import Collection

import msgspec

from fangwei.audit.record import Entry
from fangwei.core.clock import MINUTE
from fangwei.core.errors import RevisionStale
from fangwei.core.texts import Text
from fangwei.identity.caller import Caller
from fangwei.identity.errors import (
    ExternalTaken,
    LastAdministrator,
    PersonExists,
    PersonUnknown,
    ProofMissing,
    RoleUnknown,
)
from fangwei.identity.gate import Gate
from fangwei.identity.links import make_link
from fangwei.identity.passwords import check_rules
from fangwei.identity.people import ACTIVE, ADMINISTRATOR, PROGRAM, Person
from fangwei.identity.roles import ROLES

FRESH = 30 * MINUTE
"""So long after coming by link or by the plant's own sign-in one may set the first password or passkey."""


class Wanted(msgspec.Struct, kw_only=True):
    """An account as it shall be."""

    name: Text
    role: str
    zones: frozenset[str] | None
    state: str = ACTIVE
    language: str | None = None
    """None: as it was."""
    external: str | None = None
    """None: as it was; empty: none."""


def person_in(gate: Gate, id: str) -> Person:
    """The account.

    Raises:
        PersonUnknown: there is none.
    """
    found = gate.people.get(id)
    if found is None:
        raise PersonUnknown(person=id)
    return found


def _check(gate: Gate, id: str, wanted: Wanted) -> None:
    if wanted.role not in ROLES:
        raise RoleUnknown(role=wanted.role, known=", ".join(ROLES))
    for other in gate.people.values():
        if wanted.external and other.external == wanted.external and other.id != id:
            raise ExternalTaken(external=wanted.external, person=other.id)


async def add(gate: Gate, id: str, wanted: Wanted, by: Caller) -> Person:
    """A new account; made again with the same content it is the same.

    Raises:
        RoleUnknown, ExternalTaken: what is wanted cannot be.
        PersonExists: there is another of that id.
    """
    _check(gate, id, wanted)
    now = gate.clock()
    fresh = Person(
        id=id,
        name=wanted.name,
        role=wanted.role,
        zones=wanted.zones,
        language=wanted.language or "zh",
        source=PROGRAM,
        state=wanted.state,
        edited=True,
        external=wanted.external or None,
        created=now,
        changed=now,
    )
    before = gate.people.get(id)
    if before is not None:
        if before.source == PROGRAM and before.told() == fresh.told() and before.name == fresh.name:
            return before
        raise PersonExists(person=id)
    entry = Entry(time=now, by=by.id, action="identity.add_person", subject=f"person/{id}", after=fresh.told())
    await gate.keep(fresh, entry)
    return fresh


async def edit(gate: Gate, id: str, wanted: Wanted, revision: int, by: Caller) -> Person:
    """An account changed; who may no longer use it is out at once, other rights hold from the next click.

    Raises:
        PersonUnknown: there is none.
        RevisionStale: somebody else changed it meanwhile.
        RoleUnknown, ExternalTaken: what is wanted cannot be.
        LastAdministrator: nobody would be left who can let people in.
    """
    before = person_in(gate, id)
    if before.revision != revision:
        raise RevisionStale(revision=before.revision, current=account(before, gate))
    _check(gate, id, wanted)
    stays = wanted.state == ACTIVE and wanted.role == ADMINISTRATOR
    if before.active and before.role == ADMINISTRATOR and not stays and not _others(gate, id):
        raise LastAdministrator()
    now = gate.clock()
    after = msgspec.structs.replace(
        before,
        name=wanted.name,
        role=wanted.role,
        zones=wanted.zones,
        language=wanted.language or before.language,
        external=before.external if wanted.external is None else wanted.external or None,
        state=wanted.state,
        edited=before.edited or (wanted.role, wanted.zones) != (before.role, before.zones),
        changed=now,
        revision=before.revision + 1,
    )
    action = "identity.disable_person" if before.active and not after.active else "identity.edit_person"
    entry = Entry(time=now, by=by.id, action=action, subject=f"person/{id}", before=before.told(), after=after.told())
    await gate.keep(after, entry)
    return after


def _others(gate: Gate, id: str) -> Collection[str]:
    return [p.id for p in gate.people.values() if p.active and p.role == ADMINISTRATOR and p.id != id]


async def link(gate: Gate, id: str, by: Caller) -> str:
    """A one-time link's token for somebody.

    Raises:
        PersonUnknown: there is no such account, or it may not be used.
    """
    person = person_in(gate, id)
    if not person.active:
        raise PersonUnknown(person=id)
    return await make_link(gate.store, person, by.id, gate.clock())


def may_change_ways(gate: Gate, caller: Caller) -> None:
    """Whether somebody may change how they sign in: after a fresh proof, or just after coming in without one.

    Raises:
        ProofMissing: whoever sits at an open page is not thereby the person.
    """
    now = gate.clock()
    session = gate.sessions.get(caller.session)
    came = session is not None and session.method in ("link", "oidc") and now - session.created <= FRESH
    if not came and not caller.has_proved(now):
        raise ProofMissing()


async def set_own_password(gate: Gate, caller: Caller, password: str) -> None:
    """A person's own new password, which also counts as a proof.

    Raises:
        ProofMissing: see `may_change_ways`.
        PasswordWeak: it would be guessed.
    """
    may_change_ways(gate, caller)
    person = person_in(gate, caller.id)
    check_rules(password, person.id, (person.name.zh, person.name.en))
    await gate.set_password(person, password, by=caller.id, keep=caller.session)
    await gate.prove(caller, "password")


class Account(msgspec.Struct):
    """An account as an administrator sees it. Times in UTC ns."""

    id: str
    name: Text
    role: str
    zones: list[str] | None
    language: str
    external: str | None
    active: bool
    state: str
    source: str
    edited: bool
    password: bool
    """Whether there is one; never which."""
    passkeys: int
    sessions: int
    changed: int
    revision: int


def account(person: Person, gate: Gate) -> Account:
    """An account to be shown."""
    return Account(
        id=person.id,
        name=person.name,
        role=person.role,
        zones=None if person.zones is None else sorted(person.zones),
        language=person.language,
        external=person.external,
        active=person.active,
        state=person.state,
        source=person.source,
        edited=person.edited,
        password=person.password is not None,
        passkeys=len(gate.keys.of(person.id)),
        sessions=sum(1 for s in gate.sessions.values() if s.person == person.id),
        changed=person.changed,
        revision=person.revision,
    )
