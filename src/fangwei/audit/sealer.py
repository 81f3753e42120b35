"""Signing the head of the chain. A head that stands still keeps its first seal and renews its last, so that a quiet
year costs two rows and still says every minute that nothing was written."""

from sqlalchemy import Table, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from fangwei.audit.models import HeadRow, KeyRow, SealRow
from fangwei.audit.record import HEAD, SYSTEM, Entry, record
from fangwei.audit.seal import Seal, Signer
from fangwei.db.session import Database

_head: Table = HeadRow.__table__  # type: ignore[assignment]  # declared as FromClause
_seals: Table = SealRow.__table__  # type: ignore[assignment]
_keys: Table = KeyRow.__table__  # type: ignore[assignment]


async def introduce(database: Database, signer: Signer, now: int) -> bool:
    """Put the public key beside the chain and record that it is in use; False where it is known already."""
    async with database.session() as session, session.begin():
        if await session.scalar(select(_keys.c.id).where(_keys.c.id == signer.id)) is not None:
            return False
        await session.execute(insert(_keys), {"id": signer.id, "public": signer.public, "since": now})
        entry = Entry(
            id=f"audit/key/{signer.id}",
            time=now,
            by=SYSTEM,
            action="audit.use_key",
            subject=f"key/{signer.id}",
            after={"key": signer.id, "public": signer.public.hex()},
        )
        await record(session, [entry])
    return True


async def seal_head(database: Database, signer: Signer, now: int) -> Seal:
    """Sign the head as it stands."""
    async with database.session() as session, session.begin():
        head = (await session.execute(select(_head).where(_head.c.id == HEAD))).one()
        newest = (await session.execute(select(_seals).order_by(_seals.c.number.desc()).limit(2))).all()
        number = newest[0].number + 1 if newest else 1
        if len(newest) == 2 and all(s.sequence == head.sequence and s.key == signer.id for s in newest):
            number = newest[0].number
        seal = signer.seal(number, head.sequence, head.hash, now)
        await _put(session, seal)
    return seal


async def _put(session: AsyncSession, seal: Seal) -> None:
    values = {name: getattr(seal, name) for name in seal.__struct_fields__}
    dialect = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = dialect(_seals).values(**values)
    renewed = {name: value for name, value in values.items() if name != "number"}
    await session.execute(statement.on_conflict_do_update(index_elements=["number"], set_=renewed))
