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

EXAMPLE = "battery_plant"
"""The site whose people are nobody: a link for each role may be printed without giving anything away."""


class PreparingFailed(FangweiError):
    """The check itself broke."""

    code = "host.preparing_failed"
    text = Text("启动前的检查没有完成：{detail}", "The check before the start did not end well: {detail}")


class FirstLink(msgspec.Struct):
    """A one-time sign-in link: shown once on the terminal, kept nowhere."""

    person: str
    name: Text
    role: Text
    token: str


class Prepared(msgspec.Struct):
    """What the supervisor has to know and need not be able to make."""

    name: Text
    """The site's."""
    nothing: bytes
    """An encoded batch without readings (`host.disk`)."""
    links: list[FirstLink] = []
    """For those who must sign in for the first time."""


class Outcome(msgspec.Struct):
    """Answer of the child: what it prepared, or why not."""

    prepared: Prepared | None = None
    problem: Problem | None = None


async def prepare(settings: Settings, with_sim: bool = False) -> Prepared:
    """Check the site, bring the tables to this version and the accounts to the site's people. `with_sim`: the example
    plant runs too, whose people get a link each.

    Raises:
        Refused: the site's files hold mistakes, or the store cannot be used.
        PreparingFailed: the child process ended otherwise.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "fangwei.host.prepare",
        *(["--sim"] if with_sim else []),
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


def check(settings: Settings, with_sim: bool = False) -> Outcome:
    """The child's work."""
    from fangwei.bus import codec
    from fangwei.core.reading import Readings
    from fangwei.db.migrate import migrate
    from fangwei.identity.links import first_links
    from fangwei.identity.roles import ROLES
    from fangwei.plant.load import load_site
    from fangwei.plant.people import listed

    try:
        site = load_site(settings.site)
        migrate(settings)
        example = with_sim and site.head.id == EXAMPLE
        found = asyncio.run(first_links(settings, listed(site), example))
    except FangweiError as error:
        return Outcome(problem=error.problem)
    links = [FirstLink(person.id, person.name, ROLES[person.role], token) for person, token in found]
    return Outcome(prepared=Prepared(site.head.name.text, codec.encode(Readings.concat([])), links))


def main() -> None:
    """Read the settings (they hold a password, so they come by stdin), answer on stdout."""
    environment = msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, str])
    answer = msgspec.json.encode(check(Settings.from_environment(environment), "--sim" in sys.argv[1:]))
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
