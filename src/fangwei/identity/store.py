"""Reading and writing accounts, sessions and links; each change with its entries of the record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fangwei.audit.record import Entry, record
from fangwei.core.texts import Text
from fangwei.db.session import Database
from fangwei.identity.models import AttemptRow, LinkRow, PasskeyRow, PersonRow, SessionRow
from fangwei.identity.people import Person


@dataclass(slots=True)
class Session:
    """Somebody signed in on one device. Times in UTC ns."""

    hash: bytes
    person: str
    method: str
    """link, password, passkey or oidc."""
    created: int
    seen: int
    expires: int
    proved: int = 0
    address: str = ""
    agent: str = ""


class Store:
    """The identity tables."""

    def __init__(self, database: Database) -> None:
        self.database = database

    # --- people -----------------------------------------------------------------------------------------------

    async def people(self) -> dict[str, Person]:
        """Every account by id."""
        async with self.database.session() as session:
            rows = (await session.scalars(select(PersonRow).order_by(PersonRow.created, PersonRow.id))).all()
        return {row.id: _person(row) for row in rows}

    async def keep(self, people: Iterable[Person], entries: Sequence[Entry] = ()) -> None:
        """Write accounts, new or changed; the sessions of those that may no longer be used end with it."""
        async with self.database.session() as session, session.begin():
            for person in people:
                await session.merge(_row(person))
                if not person.active:
                    await session.execute(delete(SessionRow).where(SessionRow.person == person.id))
                    await session.execute(delete(LinkRow).where(LinkRow.person == person.id))
            await record(session, entries)

    async def with_credentials(self) -> set[str]:
        """Ids of the people who have a password or a passkey."""
        async with self.database.session() as session:
            passwords = await session.scalars(select(PersonRow.id).where(PersonRow.password.is_not(None)))
            found = set(passwords)
            found.update(await session.scalars(select(PasskeyRow.person)))
        return found

    # --- sessions ---------------------------------------------------------------------------------------------

    async def sessions(self, now: int) -> dict[bytes, Session]:
        """Those that are not over, by hash."""
        async with self.database.session() as session:
            rows = (await session.scalars(select(SessionRow).where(SessionRow.expires > now))).all()
        return {row.hash: _session(row) for row in rows}

    async def session(self, hash: bytes) -> Session | None:
        """One session."""
        async with self.database.session() as session:
            row = await session.get(SessionRow, hash)
        return None if row is None else _session(row)

    async def open(self, new: Session, entries: Sequence[Entry]) -> None:
        """Somebody signed in."""
        async with self.database.session() as session, session.begin():
            session.add(_session_row(new))
            await record(session, entries)

    async def proved(self, hash: bytes, now: int, entries: Sequence[Entry]) -> None:
        """A second proof was given in this session."""
        async with self.database.session() as session, session.begin():
            await session.execute(update(SessionRow).where(SessionRow.hash == hash).values(proved=now))
            await record(session, entries)

    async def seen(self, times: dict[bytes, int]) -> None:
        """When sessions were last used."""
        async with self.database.session() as session, session.begin():
            for hash, seen in times.items():
                await session.execute(update(SessionRow).where(SessionRow.hash == hash).values(seen=seen))

    async def end(self, hashes: Iterable[bytes], entries: Sequence[Entry] = ()) -> None:
        """Sessions are over."""
        async with self.database.session() as session, session.begin():
            for hash in hashes:
                await session.execute(delete(SessionRow).where(SessionRow.hash == hash))
            await record(session, entries)

    async def sweep(self, before: int, idle_before: int, attempts_before: int) -> None:
        """Forget what is long over: sessions, links and attempts."""
        async with self.database.session() as session, session.begin():
            await session.execute(
                delete(SessionRow).where((SessionRow.expires < before) | (SessionRow.seen < idle_before))
            )
            await session.execute(delete(LinkRow).where(LinkRow.expires < before))
            await session.execute(delete(AttemptRow).where(AttemptRow.last < attempts_before))

    # --- links ------------------------------------------------------------------------------------------------

    async def add_link(self, hash: bytes, person: str, made_by: str, now: int, expires: int, entry: Entry) -> None:
        """A one-time link for a person; an earlier one that was not used ends with it."""
        async with self.database.session() as session, session.begin():
            await session.execute(delete(LinkRow).where(LinkRow.person == person, LinkRow.used.is_(None)))
            session.add(LinkRow(hash=hash, person=person, made_by=made_by, created=now, expires=expires, used=None))
            await record(session, [entry])

    async def use_link(self, hash: bytes, now: int) -> str | None:
        """Use a link up: the person's id, or None when it is unknown, used or too old. Of two who use it at the same
        time one gets in."""
        async with self.database.session() as session, session.begin():
            used = await session.execute(
                update(LinkRow)
                .where(LinkRow.hash == hash, LinkRow.used.is_(None), LinkRow.expires > now)
                .values(used=now)
            )
            if used.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has it
                return None
            return await session.scalar(select(LinkRow.person).where(LinkRow.hash == hash))

    # --- wrong passwords --------------------------------------------------------------------------------------

    async def attempts(self) -> dict[bytes, tuple[int, int]]:
        """Wrong passwords and the time of the last, by key."""
        async with self.database.session() as session:
            rows = (await session.scalars(select(AttemptRow))).all()
        return {row.key: (row.wrong, row.last) for row in rows}

    async def keep_attempts(self, kept: dict[bytes, tuple[int, int]], entries: Sequence[Entry] = ()) -> None:
        """Write counts of wrong passwords; a count of 0 is forgotten."""
        async with self.database.session() as session, session.begin():
            for key, (wrong, last) in kept.items():
                if wrong:
                    await session.merge(AttemptRow(key=key, wrong=wrong, last=last))
                else:
                    await session.execute(delete(AttemptRow).where(AttemptRow.key == key))
            await record(session, entries)

    async def count(self) -> int:
        """How many accounts there are."""
        async with self.database.session() as session:
            return await session.scalar(select(func.count()).select_from(PersonRow)) or 0


async def set_password(session: AsyncSession, person: str, hash: str, now: int) -> None:
    """A person's new password, within the caller's transaction."""
    values: dict[str, Any] = {"password": hash, "changed": now, "revision": PersonRow.revision + 1}
    await session.execute(update(PersonRow).where(PersonRow.id == person).values(**values))


def _person(row: PersonRow) -> Person:
    return Person(
        id=row.id,
        name=Text(row.name_zh, row.name_en),
        role=row.role,
        zones=None if row.zones is None else frozenset(row.zones),
        language=row.language,
        source=row.source,
        state=row.state,
        edited=row.edited,
        password=row.password,
        external=row.external,
        created=row.created,
        changed=row.changed,
        revision=row.revision,
    )


def _row(person: Person) -> PersonRow:
    return PersonRow(
        id=person.id,
        name_zh=person.name.zh[:100],
        name_en=person.name.en[:100],
        role=person.role,
        zones=None if person.zones is None else sorted(person.zones),
        language=person.language,
        source=person.source,
        state=person.state,
        edited=person.edited,
        password=person.password,
        external=person.external,
        created=person.created,
        changed=person.changed,
        revision=person.revision,
    )


def _session(row: SessionRow) -> Session:
    return Session(
        row.hash, row.person, row.method, row.created, row.seen, row.expires, row.proved, row.address, row.agent
    )


def _session_row(one: Session) -> SessionRow:
    return SessionRow(
        hash=one.hash,
        person=one.person,
        method=one.method,
        created=one.created,
        seen=one.seen,
        expires=one.expires,
        proved=one.proved,
        address=one.address[:64],
        agent=one.agent[:200],
    )
