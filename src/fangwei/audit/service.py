"""The audit room: seals the chain every minute, keeps checking it, answers what people ask of the record.

Rooms write their entries themselves, in their own transactions (`record`); nobody waits for this one.
"""

import asyncio
import contextlib
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from fangwei.audit.errors import ExportFailed, KeyUnusable, NoRecord, TooMuchToExport
from fangwei.audit.export import Written, counted, write_csv, write_lines
from fangwei.audit.faults import Kind
from fangwei.audit.listing import AskRecord, RecordPage, Wanted, listed
from fangwei.audit.models import HeadRow, SealRow
from fangwei.audit.record import Entry, record
from fangwei.audit.seal import Signer, open_signer
from fangwei.audit.sealer import introduce, seal_head
from fangwei.audit.source import open_reading
from fangwei.audit.watch import Watch
from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import MINUTE, SECOND, now_ns
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.db.session import Database, open_database

SEAL_EVERY = MINUTE
BEAT_S = 1.0
RETRY = 5 * SECOND
LAST_SEAL_S = 5.0
MOST_EXPORTED = 200_000
"""One download; about 150 MB. The command line has no limit."""
EXPORT_KEPT_S = 3600.0


class SiteLike(Protocol):
    """What this room, which lies below the plant's, needs of the site."""

    @property
    def head(self) -> Any:
        """The site's head, with its `timezone`."""


class AskStanding(msgspec.Struct):
    """`fw.ask.audit.verify`: how the chain stands; `run` begins a whole check beside."""

    run: bool = False


class FaultTold(msgspec.Struct):
    """One thing that is wrong."""

    kind: Kind
    first: int
    last: int
    text: Text


class Standing(msgspec.Struct, kw_only=True):
    """Answer: how the chain stands. `state`: `intact`, `broken`, or `unknown` before the first check ended."""

    state: str
    checked: int | None
    """When, UTC ns; the check covers entries up to `last`."""
    last: int = 0
    proved_sequence: int = 0
    proved_time: int | None = None
    unsealed: int = 0
    erased: int = 0
    faults: list[FaultTold] = []
    fault_count: int = 0
    followed: int | None = None
    """While a check is under way: the entry it has reached."""
    entries: int = 0
    """In the record now."""
    sealed_sequence: int = 0
    sealed_time: int | None = None
    key: str = ""
    public: str = ""


class ExportRecord(Wanted, kw_only=True):
    """`fw.do.audit.export`; `format` is `jsonl` or `csv`."""

    id: str
    by: str
    format: Literal["jsonl", "csv"] = "jsonl"


class RecordExported(msgspec.Struct):
    """A finished export, in the data folder."""

    path: str
    shown: int


class Room:
    """The running room; `serve` is its life."""

    def __init__(self, settings: Settings, zone: str, bus: Bus, database: Database, health: Health) -> None:
        self._settings = settings
        self._zone = zone
        self._bus = bus
        self._database = database
        self._health = health
        self._engine: Engine | None = None
        self._signer: Signer | None = None
        self._tried = 0
        self._sealed_at = 0
        self._checks: asyncio.Task[None] | None = None
        self._told_faults = 0
        self.watch = Watch(self._reading)

    async def serve(self, stop: asyncio.Event) -> None:
        """Answer, seal and check until `stop`; then seal once more."""
        ask, do = f"{subjects.ASK}.audit", f"{subjects.DO}.audit"
        await self._bus.answer(f"{ask}.list", AskRecord, self.listed)
        await self._bus.answer(f"{ask}.verify", AskStanding, self.standing)
        await self._bus.answer(f"{do}.export", ExportRecord, self.export)
        await self._beat()
        self._health.state = "running"
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BEAT_S)
            if not stop.is_set():
                await self._beat()
        if self._checks is not None:
            self._checks.cancel()
        # Rooms that write have ended by now: this seal covers what they wrote last.
        try:
            await asyncio.wait_for(self.seal(), LAST_SEAL_S)
        except (TimeoutError, SQLAlchemyError, OSError, KeyUnusable) as error:
            self._health.error("audit.not_sealed", f"at the stop: {error}")

    async def listed(self, asked: AskRecord) -> RecordPage:
        """`fw.ask.audit.list`."""
        return await asyncio.to_thread(listed, self._reading(), asked)

    async def standing(self, asked: AskStanding) -> Standing:
        """`fw.ask.audit.verify`."""
        if asked.run:
            self._check(whole=True)
        entries, sealed = await asyncio.to_thread(_newest, self._reading())
        found = self.watch.result
        told = Standing(
            state="unknown" if found is None else "intact" if found.intact else "broken",
            checked=self.watch.checked,
            followed=self.watch.followed,
            entries=entries,
            sealed_sequence=sealed[0],
            sealed_time=sealed[1],
            key=self._signer.id if self._signer else "",
            public=self._signer.public.hex() if self._signer else "",
        )
        if found is not None:
            told.last, told.proved_sequence, told.proved_time = found.last, found.proved_sequence, found.proved_time
            told.unsealed, told.erased, told.fault_count = found.unsealed, found.erased, found.fault_count
            told.faults = [FaultTold(f.kind, f.first, f.last, f.text) for f in found.faults]
        return told

    async def export(self, asked: ExportRecord) -> RecordExported:
        """`fw.do.audit.export`: write the file, and record who took what.

        Raises:
            TooMuchToExport: more entries than one download may hold.
            ExportFailed: the disk refuses.
        """
        wanted = Wanted(**{name: getattr(asked, name) for name in Wanted.__struct_fields__})
        count, _, _ = await asyncio.to_thread(counted, self._reading(), wanted)
        if count > MOST_EXPORTED:
            raise TooMuchToExport(most=MOST_EXPORTED, count=count)
        with contextlib.suppress(SQLAlchemyError, OSError, KeyUnusable):
            await self.seal()  # what was written in the last minute is proved too
        path = self._settings.data / "audit" / "exports" / f"{Path(asked.id).name}.{asked.format}"
        try:
            written = await asyncio.to_thread(self._write, path, wanted, asked.format == "csv")
        except OSError as error:
            path.unlink(missing_ok=True)
            raise ExportFailed(why=str(error)) from error
        entry = Entry(
            id=f"audit/export/{asked.id}",
            time=now_ns(),
            by=asked.by,
            action="audit.export",
            subject=f"export/{asked.id}",
            after={"format": asked.format, "shown": written.shown, "first": written.first, "last": written.last},
            evidence={"filter": wanted.given()},
        )
        async with self._database.session() as session, session.begin():
            await record(session, [entry])
        return RecordExported(str(path.absolute()), written.shown)

    async def seal(self) -> None:
        """Sign the head now. Raises KeyUnusable, SQLAlchemyError, OSError."""
        now = now_ns()
        if self._signer is None:
            signer = await asyncio.to_thread(open_signer, self._settings.data)
            await introduce(self._database, signer, now)
            self._signer = signer
        await seal_head(self._database, self._signer, now)
        self._sealed_at = now

    # --- inside -----------------------------------------------------------------------------------------------

    async def _beat(self) -> None:
        now = now_ns()
        if now - self._sealed_at >= SEAL_EVERY and now - self._tried >= RETRY:
            self._tried = now
            try:
                await self.seal()
            except (SQLAlchemyError, OSError, KeyUnusable) as error:
                self._health.error("audit.not_sealed", str(error))
            self._check(whole=False)
            await asyncio.to_thread(self._forget_exports)
        if self._sealed_at:
            self._health.gauge("audit.seal_age_s", (now_ns() - self._sealed_at) / SECOND)

    def _check(self, whole: bool) -> None:
        if self._checks is None or self._checks.done():
            self._checks = asyncio.get_running_loop().create_task(self._look(whole))

    async def _look(self, whole: bool) -> None:
        try:
            found = await self.watch.look(whole)
        except Exception as error:
            self._health.error("audit.not_checked", f"{type(error).__name__}: {error}")
            return
        self._health.gauge("audit.entries", found.last)
        self._health.gauge("audit.faults", found.fault_count)
        if found.faults and found.fault_count != self._told_faults:
            self._health.error("audit.chain_broken", found.faults[0].text.en)
        self._told_faults = found.fault_count

    def _reading(self) -> Engine:
        if self._engine is None:
            self._engine = open_reading(self._settings.database_url)
        return self._engine

    def _write(self, path: Path, wanted: Wanted, as_csv: bool) -> Written:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            if as_csv:
                return write_csv(self._reading(), wanted, file, self._zone)
            return write_lines(self._reading(), wanted, file, now_ns())

    def _forget_exports(self) -> None:
        folder = self._settings.data / "audit" / "exports"
        if not folder.is_dir():
            return
        for path in folder.iterdir():
            with contextlib.suppress(OSError):
                if now_ns() / SECOND - path.stat().st_mtime > EXPORT_KEPT_S:
                    path.unlink()


def _newest(engine: Engine) -> tuple[int, tuple[int, int | None]]:
    try:
        with engine.connect() as connection:
            head = connection.execute(select(func.max(HeadRow.sequence))).scalar() or 0
            last = select(SealRow.sequence, SealRow.time).order_by(SealRow.number.desc()).limit(1)
            seal = connection.execute(last).one_or_none()
    except SQLAlchemyError as error:
        raise NoRecord(where=engine.url, why=str(error)[:200]) from error
    return head, (seal.sequence, seal.time) if seal else (0, None)


async def serve(settings: Settings, site: SiteLike, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Run the room until `stop`; the tables are there already (`db.migrate`)."""
    database = open_database(settings)
    try:
        await Room(settings, site.head.timezone, bus, database, health).serve(stop)
    finally:
        await database.close()
