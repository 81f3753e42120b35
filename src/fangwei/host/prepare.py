"""What must be right before anything starts: the site's files and the store's tables. In a process of its own.

Checking a site and changing tables need libraries (pydantic, shapely, SQLAlchemy) of 90 MB, which the supervisor would
carry for months for the sake of its first second.
"""

import asyncio
import sys

import msgspec

from fangwei.core.errors import FangweiError, Refused
from fangwei.core.events import Problem
from fangwei.core.settings import Settings
from fangwei.core.texts import Text


class PreparingFailed(FangweiError):
    """The check itself broke."""

    code = "host.preparing_failed"
    text = Text("启动前的检查没有完成：{detail}", "The check before the start did not end well: {detail}")


class Prepared(msgspec.Struct):
    """What the supervisor has to know and need not be able to make."""

    name: Text
    """The site's."""
    nothing: bytes
    """An encoded batch without readings (`host.disk`)."""


class Outcome(msgspec.Struct):
    """Answer of the child: what it prepared, or why not."""

    prepared: Prepared | None = None
    problem: Problem | None = None


async def prepare(settings: Settings) -> Prepared:
    """Check the site and bring the tables to this version.

    Raises:
        Refused: the site's files hold mistakes, or the store cannot be used.
        PreparingFailed: the child process ended otherwise.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "fangwei.host.prepare",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaints = await child.communicate(msgspec.json.encode(settings.environment()))
    try:
        outcome = msgspec.json.decode(said, type=Outcome)
    except msgspec.MsgspecError:
        raise PreparingFailed(detail=complaints.decode(errors="replace").strip()[-500:]) from None
    if outcome.prepared is None:
        raise Refused(outcome.problem or Problem("host.not_prepared", Text("未知原因", "for no known reason")))
    return outcome.prepared


def check(settings: Settings) -> Outcome:
    """The child's work."""
    from fangwei.bus import codec
    from fangwei.core.reading import Readings
    from fangwei.db.migrate import migrate
    from fangwei.plant.load import load_site

    try:
        site = load_site(settings.site)
        migrate(settings)
    except FangweiError as error:
        return Outcome(problem=error.problem)
    return Outcome(prepared=Prepared(site.head.name.text, codec.encode(Readings.concat([]))))


def main() -> None:
    """Read the settings (they hold a password, so they come by stdin), answer on stdout."""
    environment = msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, str])
    answer = msgspec.json.encode(check(Settings.from_environment(environment)))
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
