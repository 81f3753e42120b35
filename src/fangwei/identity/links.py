"""One-time sign-in links: made by who may read the data folder, or by the administrator for a colleague."""

from collections.abc import Iterable

from fangwei.audit.record import SYSTEM, Entry
from fangwei.core.clock import DAY, now_ns
from fangwei.core.settings import Settings
from fangwei.db.session import open_database
from fangwei.identity.errors import PersonUnknown
from fangwei.identity.people import ADMINISTRATOR, Listed, Person, one_of_each_role, synchronised
from fangwei.identity.store import Store
from fangwei.identity.token_text import hash_of, new_token

LINK_LASTS = DAY


async def make_link(store: Store, person: Person, made_by: str, now: int) -> str:
    """A new link's token for a person; it is shown once and kept as a hash."""
    token = new_token()
    entry = Entry(
        time=now,
        by=made_by,
        action="identity.link",
        subject=f"person/{person.id}",
        after={"expires": now + LINK_LASTS},
    )
    await store.add_link(hash_of(token), person.id, made_by, now, now + LINK_LASTS, entry)
    return token


async def link_for(settings: Settings, person: str) -> str:
    """A link's token for a person of the platform whose data folder this is; it need not run.

    Raises:
        PersonUnknown: there is no such account, or it may not be used.
    """
    database = open_database(settings)
    try:
        store = Store(database)
        found = (await store.people()).get(person)
        if found is None or not found.active:
            raise PersonUnknown(person=person)
        return await make_link(store, found, SYSTEM, now_ns())
    finally:
        await database.close()


async def person_of_role(settings: Settings, role: str) -> str:
    """Id of the first person of a role.

    Raises:
        PersonUnknown: nobody has it.
    """
    database = open_database(settings)
    try:
        people = (await Store(database).people()).values()
    finally:
        await database.close()
    found = next((p.id for p in one_of_each_role(people) if p.role == role), None)
    if found is None:
        raise PersonUnknown(person=role)
    return found


async def synchronise(store: Store, listed: Iterable[Listed]) -> None:
    """Make the accounts follow the duty file, with an entry of the record for each that changed."""
    now = now_ns()
    kept = await store.people()
    news = synchronised(kept, listed, now)
    entries = [
        Entry(
            time=now,
            by=SYSTEM,
            action="identity.follow_site",
            subject=f"person/{person.id}",
            before=kept[person.id].told() if person.id in kept else None,
            after=person.told(),
        )
        for person in news
    ]
    if news:
        await store.keep(news, entries)


async def first_links(settings: Settings, listed: Iterable[Listed], one_per_role: bool) -> list[tuple[Person, str]]:
    """Accounts made to follow the site; then (person, link token) for whoever must sign in for the first time: an
    administrator while none has a password or passkey, and with `one_per_role` also the first of every other role who
    has neither."""
    database = open_database(settings)
    try:
        store = Store(database)
        await synchronise(store, listed)
        people = list((await store.people()).values())
        able = await store.with_credentials()
        firsts = one_of_each_role(people)
        administrators = {p.id for p in people if p.role == ADMINISTRATOR and p.active}
        wanted = [
            p
            for p in firsts
            if (p.role == ADMINISTRATOR and not administrators & able)
            or (one_per_role and p.role != ADMINISTRATOR and p.id not in able)
        ]
        return [(person, await make_link(store, person, SYSTEM, now_ns())) for person in wanted]
    finally:
        await database.close()
