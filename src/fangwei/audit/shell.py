"""The record on the command line. Works on the data folder whether or not the platform runs, and only reads it."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fangwei.audit.errors import ExportFailed, TimeUnreadable
from fangwei.audit.export import Written, write_csv, write_lines
from fangwei.audit.export_source import ExportSource
from fangwei.audit.listing import Wanted
from fangwei.audit.seal import key_id, read_public
from fangwei.audit.source import Source, StoreSource, open_reading
from fangwei.audit.verify import Report, verify
from fangwei.core.clock import from_datetime, now_ns
from fangwei.core.settings import Settings

Say = Callable[[str], None]


def verify_command(
    settings: Settings, export: Path | None, public_keys: list[Path], language: str, zone: str, say: Say
) -> int:
    """Check the data folder's chain, or an export's; the exit code: 0 intact, 1 not."""
    trusted = {key_id(public): public for public in map(read_public, public_keys)} if public_keys else None
    source: Source = StoreSource(open_reading(settings.database_url)) if export is None else ExportSource(export)
    found = verify(source, trusted, _progress())
    _end_progress()
    _say(found, language, zone, say)
    return 0 if found.intact else 1


def export_command(settings: Settings, wanted: Wanted, file: Path, language: str, zone: str, say: Say) -> int:
    """Write FILE: CSV where its name ends so, JSON Lines otherwise. A whole file or none.

    Raises:
        ExportFailed: it cannot be written.
    """
    engine = open_reading(settings.database_url)
    StoreSource(engine)  # says with a sentence that there is no record
    fresh = file.with_name(file.name + ".new")
    try:
        with fresh.open("wb") as out:
            if file.suffix.lower() == ".csv":
                written = write_csv(engine, wanted, out, zone)
            else:
                written = write_lines(engine, wanted, out, now_ns(), _progress())
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ExportFailed(why=str(error)) from error
    _end_progress()
    say(_told(written, file, language))
    return 0


def moment(given: str | None, zone: str) -> int | None:
    """A time as people write it, in `zone` where it names none; UTC ns.

    Raises:
        TimeUnreadable: it is none.
    """
    if given is None:
        return None
    try:
        parsed = datetime.fromisoformat(given.strip())
    except ValueError:
        raise TimeUnreadable(given=given[:50]) from None
    return from_datetime(parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone)))


def _say(found: Report, language: str, zone: str, say: Say) -> None:
    for line in found.lines(zone):
        say(line.zh if language == "zh" else line.en)


def _told(written: Written, file: Path, language: str) -> str:
    if language == "zh":
        return f"{file}：{written.shown} 条（链上第 {written.first} 至 {written.last} 条）"
    return f"{file}: {written.shown} entries (of the chain from {written.first} to {written.last})"


def _progress() -> Callable[[int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(sequence: int) -> None:
        sys.stderr.write(f"\r{sequence:>12}")

    return show


def _end_progress() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\n")
