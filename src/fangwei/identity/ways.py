"""Passkeys and machines' tokens in the store."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from fangwei.audit.record import Entry, record
from fangwei.db.session import Database
from fangwei.identity.machines import Machine
from fangwei.identity.models import PasskeyRow, TokenRow
from fangwei.identity.passkeys import Passkey


class Ways:
    """The tables of passkeys and tokens."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def passkeys(self) -> dict[bytes, Passkey]:
        """Every passkey by its credential."""
        async with self.database.session() as session:
            rows = (await session.scalars(select(PasskeyRow).order_by(PasskeyRow.created))).all()
        return {
            row.credential: Passkey(**{name: getattr(row, name) for name in Passkey.__struct_fields__}) for row in rows
        }

    async def add_passkey(self, passkey: Passkey, entry: Entry) -> None:
        """A new one."""
        async with self.database.session() as session, session.begin():
            session.add(PasskeyRow(**{name: getattr(passkey, name) for name in Passkey.__struct_fields__}))
            await record(session, [entry])

    async def use_passkey(self, passkey: Passkey) -> None:
        """Keep its count and when it was used."""
        async with self.database.session() as session, session.begin():
            values = {"sign_count": passkey.sign_count, "used": passkey.used}
            await session.execute(update(PasskeyRow).where(PasskeyRow.id == passkey.id).values(**values))

    async def remove_passkey(self, id: str, entry: Entry) -> None:
        """It no longer lets anybody in."""
        async with self.database.session() as session, session.begin():
            await session.execute(delete(PasskeyRow).where(PasskeyRow.id == id))
            await record(session, [entry])

    async def machines(self) -> dict[bytes, Machine]:
        """Every token by its hash, those that no longer work too."""
        async with self.database.session() as session:
            rows = (await session.scalars(select(TokenRow).order_by(TokenRow.created))).all()
        return {
            row.hash: Machine(
                id=row.id,
                hash=row.hash,
                name=row.name,
                scopes=frozenset(row.scopes),
                zones=None if row.zones is None else frozenset(row.zones),
                made_by=row.made_by,
                created=row.created,
                expires=row.expires,
                used=row.used,
                revoked=row.revoked,
            )
            for row in rows
        }

    async def add_machine(self, machine: Machine, entry: Entry) -> None:
        """A new token."""
        async with self.database.session() as session, session.begin():
            session.add(
                TokenRow(
                    id=machine.id,
                    hash=machine.hash,
                    name=machine.name,
                    scopes=sorted(machine.scopes),
                    zones=None if machine.zones is None else sorted(machine.zones),
                    made_by=machine.made_by,
                    created=machine.created,
                    expires=machine.expires,
                    used=None,
                    revoked=None,
                )
            )
            await record(session, [entry])

    async def revoke_machine(self, id: str, now: int, entries: Sequence[Entry]) -> None:
        """The token works no more."""
        async with self.database.session() as session, session.begin():
            await session.execute(update(TokenRow).where(TokenRow.id == id).values(revoked=now))
            await record(session, entries)

    async def used(self, times: dict[bytes, int]) -> None:
        """When tokens were last used."""
        async with self.database.session() as session, session.begin():
            for hash, used in times.items():
                await session.execute(update(TokenRow).where(TokenRow.hash == hash).values(used=used))
