"""What the record says of exports: who took which readings away."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from fangwei.core.clock import now_ns
from fangwei.core.settings import Settings
from fangwei.historian.errors import ExportUnrecorded
from fangwei.historian.exports import Keep
from fangwei.historian.questions import Export

MOST_NAMED = 50
"""Points named in an entry; of more, their number."""


def recorder(settings: Settings) -> Keep:
    """Records exports in the platform's store, each in the transaction that gives its file its name."""

    async def keep(command: Export, rows: int, put: Callable[[], object]) -> None:
        # An export is rare: the store's libraries, 20 MB, are loaded when the first is made.
        from sqlalchemy.exc import SQLAlchemyError

        from fangwei.audit.record import Entry, record
        from fangwei.db.session import open_database

        entry = Entry(
            id=f"historian/export/{command.id}",
            time=now_ns(),
            by=command.by,
            action="historian.export",
            subject=f"export/{command.id}",
            after={"rows": rows},
            evidence={
                "points": command.points[:MOST_NAMED],
                "point_count": len(command.points),
                "start": command.start,
                "end": command.end,
            },
        )
        database = open_database(settings)
        named: object = None
        try:
            async with database.session() as session, session.begin():
                await record(session, [entry])
                named = put()
        except (SQLAlchemyError, OSError) as error:
            if isinstance(named, Path):
                with contextlib.suppress(OSError):
                    named.unlink()
            raise ExportUnrecorded(why=str(error)[:200]) from error
        finally:
            await database.close()

    return keep
