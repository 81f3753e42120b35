"""An import on the record: that it began, before anything is sent, and what became of it."""

import getpass
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from fangwei.audit.record import Entry, record
from fangwei.bus.client import Bus
from fangwei.connect.table import ImportReport, TableMapping, digest_of, import_table
from fangwei.core.clock import now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.ids import new_id
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.db.session import open_database
from fangwei.plant.site import Site

CONSOLE = "console"
"""Who acts on the command line: whoever may use the machine; the system's user is in the evidence."""


class ImportUnrecorded(FangweiError):
    """What cannot be put on the record is not imported."""

    code = "connect.import_unrecorded"
    text = Text("导入 {path} 未能写入操作记录：{why}", "The import of {path} could not be put on the record: {why}")
    http_status = 503


async def import_recorded(
    path: Path,
    site: Site,
    mapping: TableMapping,
    bus: Bus,
    settings: Settings,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """`import_table`, with an entry before and one after, also when it fails.

    Raises:
        ImportUnrecorded: the record cannot be written; when that shows at the start, nothing was imported.
        TableUnreadable, ImportUnconfirmed: as `import_table`.
    """
    subject = f"file/{new_id()}"
    name: dict[str, Any] = {"name": path.name[:200]}
    user = "?"
    with suppress(Exception):  # a user without a name: no ground to refuse
        user = getpass.getuser()
    begun = name | {"blake2b": digest_of(path)}
    await _write(settings, path, Entry(
        time=now_ns(), by=CONSOLE, action="connect.import", subject=subject, after=begun, evidence={"os_user": user}
    ))  # fmt: skip
    report: ImportReport | None = None
    why: str | None = None
    try:
        report = await import_table(path, site, mapping, bus, progress)
    except Exception as error:
        why = str(error)[:300]
        raise
    finally:
        if report is not None:
            name |= {
                "readings": report.readings,
                "unusable": report.bad_count,
                "unknown": report.unknown_count,
                "start": report.first,
                "end": report.last,
            }
        evidence = {"error": why or "interrupted"} if report is None else None
        await _write(settings, path, Entry(
            time=now_ns(), by=CONSOLE, action="connect.imported", subject=subject, after=name, evidence=evidence
        ))  # fmt: skip
    return report


async def _write(settings: Settings, path: Path, entry: Entry) -> None:
    database = open_database(settings)
    try:
        async with database.session() as session, session.begin():
            await record(session, [entry])
    except (SQLAlchemyError, OSError) as error:
        raise ImportUnrecorded(path=path, why=str(error)[:200]) from error
    finally:
        await database.close()
