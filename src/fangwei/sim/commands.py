"""`fangwei sim ...` and `fangwei replay`: the commands of the example plant."""

import asyncio
import contextlib
import datetime
import json
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import click

from fangwei.sim.control import AlreadyRunning, NotRunning, ask
from fangwei.sim.faults import Mode
from fangwei.sim.plant import CannotDo
from fangwei.sim.site import DEFAULT_SITE, SiteUnusable

GIVEN_UP = 2
"""Exit status of a command that could not be carried out."""


def _until_told(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run until it ends, Ctrl-C or SIGTERM."""

    async def body() -> None:
        task = asyncio.ensure_future(work())
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(name, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(body())


def _tell(context: click.Context, do: str, **words: object) -> None:
    try:
        answer = ask(context.obj["data"] / "sim" / "control.json", {"do": do, **words})
    except (NotRunning, CannotDo) as why:
        click.echo(str(why), err=True)
        sys.exit(GIVEN_UP)
    click.echo(answer["text"])


site_option = click.option(
    "--site",
    type=click.Path(path_type=Path),
    envvar="FANGWEI_SITE",
    default=DEFAULT_SITE,
    show_default=True,
    help="站点目录 / site folder",
)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar="FANGWEI_DATA",
    default="data",
    show_default=True,
    help="数据目录 / data folder",
)


@click.group(invoke_without_command=True)
@site_option
@data_option
@click.option("--seed", default=1, show_default=True, help="随机种子 / seed of everything random")
@click.pass_context
def sim(context: click.Context, site: Path, data: Path, seed: int) -> None:
    """示例工厂：真实协议的现场设备 / the example plant: field devices that speak real protocols."""
    context.obj = {"data": data}
    if context.invoked_subcommand is not None:
        return
    from fangwei.sim.run import (
        run,
    )  # the devices' libraries take a second to import; the commands need none of them

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("fangwei.sim").setLevel(logging.INFO)
    try:
        _until_told(lambda: run(site, data, seed))
    except (SiteUnusable, AlreadyRunning) as why:
        click.echo(str(why), err=True)
        sys.exit(GIVEN_UP)


def rate(text: str) -> float:
    """Grams per second of `250`, `250g/s` or `0.3kg/s`.

    Raises:
        click.BadParameter: anything else.
    """
    words = text.strip().lower().removesuffix("/s")
    times = 1.0
    if words.endswith("kg"):
        words, times = words[:-2], 1000.0
    elif words.endswith("g"):
        words = words[:-1]
    try:
        return float(words) * times
    except ValueError:
        raise click.BadParameter(f"{text!r}: 例如 / e.g. 250, 250g/s, 0.3kg/s") from None


def place(text: str) -> tuple[float, float, float]:
    """East, north, up in metres of `12,3.5,1`.

    Raises:
        click.BadParameter: anything else.
    """
    try:
        east, north, up = (float(x) for x in text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text!r}: 例如 / e.g. 80,12,1") from None
    return east, north, up


@sim.command()
@click.argument("zone")
@click.option("--rate", "grams", type=rate, help="g/s，或 0.3kg/s；默认为爆裂级 / or 0.3kg/s; default: a burst")
@click.option("--minutes", type=float, default=5.0, show_default=True, help="持续时间 / duration")
@click.option("--substance", help="物质，默认取该区探测器的 / default: what the zone's detectors look for")
@click.option("--at", "where", type=place, help="东,北,高（米）/ east,north,up in metres")
@click.pass_context
def leak(
    context: click.Context,
    zone: str,
    grams: float | None,
    minutes: float,
    substance: str | None,
    where: tuple[float, ...] | None,
) -> None:
    """在某区域开始泄漏 / start a leak in a zone."""
    _tell(context, "leak", zone=zone, rate=grams, minutes=minutes, substance=substance, at=where)


@sim.command("hot-cell")
@click.argument("point", required=False)
@click.pass_context
def hot_cell(context: click.Context, point: str | None) -> None:
    """电芯热失控 / send a cell into thermal runaway, at a temperature point."""
    _tell(context, "hot_cell", point=point)


@sim.command()
@click.argument("point")
@click.option(
    "--mode",
    type=click.Choice([m.value for m in Mode if m is not Mode.CHATTER]),
    default=Mode.FROZEN.value,
    show_default=True,
    help="失效方式 / in which way",
)
@click.pass_context
def fail(context: click.Context, point: str, mode: str) -> None:
    """使一个传感器失效 / break an instrument."""
    _tell(context, "fail", point=point, mode=mode)


@sim.command()
@click.argument("point")
@click.option("--period", type=float, default=4.0, show_default=True, help="秒 / seconds of one up and down")
@click.pass_context
def chatter(context: click.Context, point: str, period: float) -> None:
    """使一个报警抖动 / let a point toggle around its first limit."""
    _tell(context, "fail", point=point, mode=Mode.CHATTER.value, period=period)


@sim.command()
@click.argument("source")
@click.option("--seconds", type=float, default=30.0, show_default=True, help="断开多久 / for how long")
@click.pass_context
def cut(context: click.Context, source: str, seconds: float) -> None:
    """断开一个数据源的网络 / take the network away from a source."""
    _tell(context, "cut", source=source, seconds=seconds)


@sim.command()
@click.argument("zone")
@click.argument("state", type=click.Choice(["off", "on"]))
@click.pass_context
def fan(context: click.Context, zone: str, state: str) -> None:
    """开关某区域的通风 / switch a zone's ventilation."""
    _tell(context, "fan", zone=zone, on=state == "on")


@sim.command()
@click.pass_context
def reset(context: click.Context) -> None:
    """一切恢复正常 / all is well again."""
    _tell(context, "reset")


@sim.command()
@click.pass_context
def status(context: click.Context) -> None:
    """工厂里正在发生什么 / what is going on in the plant."""
    try:
        answer = ask(context.obj["data"] / "sim" / "control.json", {"do": "status"})
    except (NotRunning, CannotDo) as why:
        click.echo(str(why), err=True)
        sys.exit(GIVEN_UP)
    answer.pop("ok")
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--speed",
    type=click.FloatRange(min=0.0, min_open=True),
    default=60.0,
    show_default=True,
    help="倍速 / times real time",
)
@site_option
@data_option
@click.option("--map", "pairs", multiple=True, metavar="COLUMN=POINT", help="列=测点，可重复 / may be repeated")
@click.option(
    "--map-file",
    type=click.Path(path_type=Path),
    help="YAML 或 JSON，列: 测点；默认站点的 replay.json / column: point; default: the site's replay.json",
)
@click.option(
    "--source", "source_id", help="站点中的数据源，决定报文形式 / source of the site that says how messages look"
)
@click.option(
    "--via",
    type=click.Choice(["mqtt", "opcua"]),
    default="mqtt",
    show_default=True,
    help="经平台的 MQTT，或由本机 OPC UA 服务器 / by the platform's MQTT, or from an OPC UA server of its own",
)
@click.option("--time-column", help="时间列，默认第一列 / default: the first column")
@click.option(
    "--time-format",
    help="strptime 格式或 s/ms/us/ns，默认 ISO 8601 / strptime pattern or s, ms, us, ns; default ISO 8601",
)
@click.option("--separator", help="分隔符，默认自动 / default: found from the header")
def replay(
    file: Path,
    speed: float,
    site: Path,
    data: Path,
    pairs: tuple[str, ...],
    map_file: Path | None,
    source_id: str | None,
    via: str,
    time_column: str | None,
    time_format: str | None,
    separator: str | None,
) -> None:
    """把录制数据当作实时数据发送 / send a recording (CSV, Parquet) as if it were live.

    先运行 fangwei up（同一 --site）/ `fangwei up` must run, on the same --site. 例 / e.g.

    fangwei replay valve1/13.csv --site sites/valve_bench --speed 60

    时间戳：首行用发送时刻，其后各行为该时刻加上（与首行的时间差 ÷ 倍速）。

    Time stamps: the first row gets the moment of sending, each later row that moment plus its distance from the
    first row divided by the speed. Delays and rates of change of the site therefore act on the speeded time.
    """
    from fangwei.sim.recording import RecordingUnusable, read_recording
    from fangwei.sim.replay import BrokerLost, Progress
    from fangwei.sim.replay import replay as play
    from fangwei.sim.replay_plan import mapping_of, sender_of

    def tell(progress: Progress) -> None:
        share = 100.0 * progress.rows / max(1, progress.of)
        click.echo(
            f"{share:5.1f} %  {progress.rows}/{progress.of}  {progress.sent} -> {via}  {progress.recorded:.0f} s",
            err=True,
        )

    async def body() -> None:
        await sender.open()
        try:
            done = await play(recording, mapping, speed, sender, tell)
        finally:
            await sender.close()
        first = datetime.datetime.fromtimestamp(done.started_ns // 10**9, datetime.UTC).replace(
            microsecond=done.started_ns // 1000 % 10**6
        )
        click.echo(
            f"{file.name}: {done.rows} 行 / rows, {done.sent} 个读数 / readings, "
            f"首行时刻 / first row {first:%Y-%m-%dT%H:%M:%S.%f}Z"
        )

    try:
        recording = read_recording(file, time_column, time_format, separator)
        mapping = mapping_of(recording, pairs, map_file, site)
        sender = sender_of(via, source_id, site, data, set(mapping.values()))
        _until_told(body)
    except (RecordingUnusable, SiteUnusable, BrokerLost, OSError) as why:
        click.echo(str(why), err=True)
        sys.exit(GIVEN_UP)
