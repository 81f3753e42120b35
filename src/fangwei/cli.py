"""`fangwei`: one command, a word for each thing one does. Rooms are imported only when their word is used."""

import asyncio
import json
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import click

from fangwei.core.errors import FangweiError
from fangwei.core.settings import Settings, sign_in_url

BORROWED = {"sim": ("fangwei.sim.commands", "sim"), "replay": ("fangwei.sim.commands", "replay")}
"""Commands that another package brings along; imported only when their word is used."""


class OneSentence(click.Group):
    """A group whose errors are sentences, not traces, and whose borrowed commands are imported late."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Our own words and the borrowed ones."""
        return sorted([*super().list_commands(ctx), *BORROWED])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its word."""
        if cmd_name in BORROWED:
            module, name = BORROWED[cmd_name]
            return cast(click.Command, getattr(import_module(module), name))
        return super().get_command(ctx, cmd_name)

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """As click does it; a mistake in our own options is told in both languages."""
        try:
            return super().make_context(*args, **more)
        except click.UsageError as error:
            raise _told(error) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a FangweiError or a mistake in the command line becomes its text in both languages and
        exit code 2."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise _told(error) from None
        except FangweiError as error:
            click.echo(f"{error.message.zh}\n{error.message.en}", err=True)
            ctx.exit(2)


def _told(error: click.UsageError) -> Exception:
    from fangwei.host.usage import show

    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error  # no mistake: a group named without a command shows what there is
    click.echo(show(error), err=True)
    return click.exceptions.Exit(2)


data_option = click.option("--data", type=click.Path(path_type=Path), help="Data folder (FANGWEI_DATA; ./data).")
site_option = click.option("--site", type=click.Path(path_type=Path), help="Site folder (FANGWEI_SITE).")


@click.group(cls=OneSentence)
def main() -> None:
    """Fangwei 防微: stop it while it is small."""


@main.command()
@data_option
@site_option
@click.option("--host", help="Address of the page; others than loopback need TLS or a proxy (FANGWEI_PUBLIC_URL).")
@click.option("--sim", is_flag=True, help="Also run the example plant.")
def up(data: Path | None, site: Path | None, host: str | None, sim: bool) -> None:
    """Start everything on this machine and watch it."""
    import uvloop

    from fangwei.host.supervisor import Supervisor

    settings = Settings.from_environment(data=data, site=site, host=host)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_up(Supervisor, settings, sim))


async def _up(supervisor: Any, settings: Settings, sim: bool) -> None:
    await supervisor(settings, with_sim=sim).run()


@main.command()
@click.argument("rooms", nargs=-1, required=True)
@click.option("--name", help="Name of this process in the health table (default: the first room).")
def serve(rooms: tuple[str, ...], name: str | None) -> None:
    """Run ROOMS in this process, against a bus that runs elsewhere."""
    from fangwei.host import serve as host

    sys.exit(host.main([name or rooms[0], *rooms]))


@main.command()
@data_option
@click.option("--json", "as_json", is_flag=True)
def status(data: Path | None, as_json: bool) -> None:
    """How every process and source is; exit code 1 when something is wrong."""
    import msgspec

    from fangwei.host.status import read_status, render

    result = asyncio.run(read_status(Settings.from_environment(data=data)))
    # Nobody who pipes it into a file has a width.
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
    click.echo(msgspec.json.format(msgspec.json.encode(result)).decode() if as_json else render(result, width))
    sys.exit(0 if result.healthy else 1)


@main.command("sign-in-link")
@click.argument("person", default="administrator")
@data_option
def sign_in_link(person: str, data: Path | None) -> None:
    """Print a one-time sign-in link for PERSON (administrator); who may read the data folder may let anybody in."""
    from fangwei.host.folder import NotRunning, read_running
    from fangwei.identity.links import link_for

    settings = Settings.from_environment(data=data)
    try:
        page_url = read_running(settings.data).page_url
    except NotRunning:
        page_url = settings.page_url
    click.echo(sign_in_url(page_url, asyncio.run(link_for(settings, person))))


language_option = click.option("--language", type=click.Choice(["zh", "en"]), default="zh")


@main.group()
def site() -> None:
    """Site folders: make one, check one, or print the schema for an editor."""


@site.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@language_option
def site_new(folder: Path, language: str) -> None:
    """Make a site FOLDER to begin with: one zone, one person; no points yet."""
    from fangwei.plant.new import new_site

    for line in new_site(folder):
        click.echo(line.zh if language == "zh" else line.en)


@site.command("check")
@click.argument("folder", type=click.Path(path_type=Path))
@language_option
def site_check(folder: Path, language: str) -> None:
    """Check a site FOLDER; every mistake with its file and line."""
    from fangwei.plant.check import check_site

    sys.exit(check_site(folder, language, click.echo))


@site.command("schema")
def site_schema() -> None:
    """Print the JSON Schema of site files."""
    from fangwei.plant.check import print_schema

    sys.exit(print_schema(click.echo))


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@data_option
@site_option
@click.option(
    "--mapping", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="YAML: which column is what."
)
@click.option("--time-column", help="Column of the time (time).")
@click.option("--point", "point_column", help="Column that names the point; without it every column is a point.")
@click.option("--value-column", help="Column of the value, with --point (value).")
@click.option("--zone", help="Time zone of times without offset (the site's).")
@language_option
def import_file(
    file: Path,
    data: Path | None,
    site: Path | None,
    mapping: Path | None,
    time_column: str | None,
    point_column: str | None,
    value_column: str | None,
    zone: str | None,
    language: str,
) -> None:
    """Put a CSV or XLSX FILE of measurements into the history of the running platform; raises no alarm."""
    from fangwei.connect.table_mapping import read_mapping

    options = {"time": time_column, "point": point_column, "value": value_column, "timezone": zone}
    checked = read_mapping(mapping, {name: value for name, value in options.items() if value is not None})
    settings = Settings.from_environment(data=data, site=site)
    sys.exit(asyncio.run(_import(file, settings, checked, language)))


async def _import(file: Path, settings: Settings, mapping: Any, language: str) -> int:
    from fangwei.connect.recorded import import_recorded
    from fangwei.host.status import visit
    from fangwei.plant.load import load_site

    def progress(readings: int) -> None:
        click.echo(f"\r{readings:>12}", nl=False, err=True)

    plant = load_site(settings.site)
    async with visit(settings) as bus:
        watched = sys.stderr.isatty()
        report = await import_recorded(file, plant, mapping, bus, settings, progress if watched else None)
        if watched:
            click.echo(err=True)
    for line in report.lines(plant.head.timezone):
        click.echo(line.zh if language == "zh" else line.en)
    return 1 if report.bad_count or report.unknown_count else 0


@main.group()
def alarms() -> None:
    """The alarm system itself."""


@alarms.command("kpi")
@data_option
@click.option("--days", type=click.FloatRange(min=0.01), default=30.0, help="How far back.")
@language_option
def alarms_kpi(data: Path | None, days: float, language: str) -> None:
    """The ISA-18.2 / EEMUA 191 table of the running platform."""
    from fangwei.alarms.kpi import KpiRow, render
    from fangwei.core.clock import DAY, now_ns

    end = now_ns()
    question = {"start": end - round(days * DAY), "end": end}
    rows = asyncio.run(_ask(data, "fw.ask.alarms.kpi", question, list[KpiRow]))
    click.echo(render(rows, language))


async def _ask(data: Path | None, subject: str, question: Any, type: Any, timeout: float = 30.0) -> Any:
    import msgspec

    from fangwei.host.status import visit

    async with visit(Settings.from_environment(data=data)) as bus:
        return msgspec.json.decode(await bus.ask(subject, question, timeout), type=type)


@main.command()
@click.argument("page", type=click.Choice(["asyncapi", "problems", "roles"]))
def docs(page: str) -> None:
    """Make a PAGE of docs/ anew from the code: the bus (asyncapi), errors (problems), who may do what (roles)."""
    from fangwei.api.docs import PAGES

    PAGES[page]()


@main.group()
def audit() -> None:
    """The record of who did what: check it, take it away, erase words from it."""


public_key_option = click.option(
    "--public-key",
    "public_keys",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Trust this key alone (PEM or hex), kept elsewhere; may be given again.",
)


@audit.command("verify")
@data_option
@public_key_option
@click.option(
    "--export", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Check this export instead."
)
@language_option
def audit_verify(data: Path | None, public_keys: tuple[Path, ...], export: Path | None, language: str) -> None:
    """Follow the whole chain; exit code 1 when anything in it was changed, with the first place named."""
    from fangwei.audit.shell import verify_command

    settings = Settings.from_environment(data=data)
    sys.exit(verify_command(settings, export, list(public_keys), language, _timezone(settings), click.echo))


@audit.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
@click.option("--start", help="From this time on, e.g. 2026-11-25T03:00 (the site's time zone).")
@click.option("--end", help="Before this time.")
@click.option("--zone", help="In this zone of the site.")
@click.option("--person", help="Done by this person (id).")
@click.option("--subject", help="About this, e.g. incident/I-1a2b, or a kind: incident.")
@click.option("--action", help="This action, e.g. alarms.shelve, or a room: alarms.")
@click.option("--words", help="With these words in it.")
@language_option
def audit_export(
    file: Path,
    data: Path | None,
    start: str | None,
    end: str | None,
    zone: str | None,
    person: str | None,
    subject: str | None,
    action: str | None,
    words: str | None,
    language: str,
) -> None:
    """Write entries to FILE: CSV for reading (*.csv), or JSON Lines that can be checked without the platform."""
    from fangwei.audit.listing import Wanted
    from fangwei.audit.shell import export_command, moment

    settings = Settings.from_environment(data=data)
    clock = _timezone(settings)
    wanted = Wanted(
        start=moment(start, clock),
        end=moment(end, clock),
        person=person,
        zone=zone,
        subject=subject,
        action=action,
        q=words,
    )
    sys.exit(export_command(settings, wanted, file, language, clock, click.echo))


@audit.command("erase")
@click.argument("sequence", type=click.IntRange(min=1))
@data_option
@click.option("--by", required=True, help="Who erases (person id).")
@click.option("--ground", required=True, help="On what claim or order; this stays in the record.")
def audit_erase(sequence: int, data: Path | None, by: str, ground: str) -> None:
    """Erase what a person wrote beside entry SEQUENCE; the chain still verifies, and says who erased it."""
    from fangwei.audit.erase import erase_words
    from fangwei.core.clock import now_ns
    from fangwei.db.session import open_database

    async def erase() -> None:
        database = open_database(Settings.from_environment(data=data))
        try:
            await erase_words(database, sequence, by, ground, now_ns())
        finally:
            await database.close()

    asyncio.run(erase())


def _timezone(settings: Settings) -> str:
    """The site's, where its files can be read: an inspector may have the data folder alone."""
    from fangwei.plant.load import load_site

    try:
        return load_site(settings.site).head.timezone
    except (FangweiError, OSError):
        return "UTC"


@main.group()
def bench() -> None:
    """Measure; each prints one JSON object with --json."""


@bench.command("pipeline")
@click.option("--mode", type=click.Choice(["batched", "single"]), default="batched")
@click.option("--rate", type=float, help="Readings a second (500,000 batched, 40,000 single).")
@click.option("--seconds", type=float, default=20.0)
@click.option("--points", type=int, default=5000)
@click.option("--json", "as_json", is_flag=True)
def bench_pipeline(mode: str, rate: float | None, seconds: float, points: int, as_json: bool) -> None:
    """Readings through the whole corridor under load."""
    from fangwei.bench import pipeline

    rate = rate or (500_000.0 if mode == "batched" else 40_000.0)
    _print_figures(asyncio.run(pipeline.run(mode, rate, seconds, points)), as_json)


@bench.command("incidents")
@click.option("--seed", type=int, default=1)
@click.option("--pure", is_flag=True, help="Straight into the correlator, many seeds, accelerated time.")
@click.option("--seeds", type=int, default=20, help="How many seeds with --pure.")
@click.option("--json", "as_json", is_flag=True)
def bench_incidents(seed: int, pure: bool, seeds: int, as_json: bool) -> None:
    """One incident out of a leak among chatter: an easy and a hard scenario on 5,000 points."""
    from fangwei.bench import incidents

    _print_figures(asyncio.run(incidents.run(seed, pure, seeds)), as_json)


@bench.command("history")
@click.option("--seconds", type=click.IntRange(min=1), default=10, help="Of 500,000 readings/s.")
@click.option("--json", "as_json", is_flag=True)
def bench_history(seconds: int, as_json: bool) -> None:
    """What history costs: rows in, bytes at rest, a day of one point, the latest of all."""
    from fangwei.bench import history

    _print_figures(history.run(seconds), as_json)


@bench.command("idle")
@click.option("--seconds", type=click.FloatRange(min=1), default=60.0)
@site_option
@click.option("--json", "as_json", is_flag=True)
def bench_idle(seconds: float, site: Path | None, as_json: bool) -> None:
    """What the example plant costs when nothing happens: processor and memory of every process."""
    from fangwei.bench import idle

    _print_figures(asyncio.run(idle.run(seconds, site)), as_json)


def _print_figures(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:<28} {value}")


if __name__ == "__main__":
    main()
