"""`fangwei up`: start the processes, watch them, restart what dies, end in order."""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

import msgspec

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.bus.server import binary, secret, write_config
from fangwei.bus.sure import NOT_STORED
from fangwei.core.clock import now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.health import Health, HealthReport
from fangwei.core.settings import BROKER_HOST, Settings, sign_in_url
from fangwei.core.texts import Text
from fangwei.host.disk import DiskGuard, room_to_start
from fangwei.host.folder import FolderLock, Running, write_running
from fangwei.host.prepare import FirstLink, Prepared, prepare
from fangwei.host.processes import CHILD_ENVIRONMENT, NICENESS, PROCESSES

SILENT_AFTER_S = 20.0
"""A process that reported once and then not for this long hangs: it is killed and started anew. Well above
what a loaded machine makes a healthy process wait, since a needless restart delays alarms too."""
GRACE_S = 10.0
"""How long a process may take to leave everything in order before it is killed."""
BACKOFF_S = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Waits before successive restarts; the first is short, because somebody may be waiting for an alarm."""
FORGIVEN_AFTER_S = 60.0
"""A process that ran this long starts its back-off anew."""
LOG_LIMIT = 20 * 1024 * 1024


class PortTaken(FangweiError):
    """Another program listens where we must."""

    code = "host.port_taken"
    text = Text(
        "端口 {port}（{use}）已被其他程序占用；请停止该程序，或设置 {variable} 换一个端口",
        "Port {port} ({use}) is taken by another program; stop that, or choose another port with {variable}",
    )


class BrokerFailed(FangweiError):
    """The NATS server did not come up."""

    code = "host.broker_failed"
    text = Text("消息总线启动失败，见日志 {log}", "The message bus did not start; see {log}")


ENDS = ("sim", "connect", "alarms", "incidents", "flows", "historian", "app")
"""The order in which processes are ended."""


class Watched:
    """One child process and its restarts."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], logs: Path) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.log_path = logs / f"{name}.log"
        self.process: asyncio.subprocess.Process | None = None
        self.restarts = 0
        self.last_report: float | None = None
        self.started_at = 0.0

    async def start(self) -> None:
        """Start it, its output going to its log; to nowhere when the disk takes none, for it must run all the same."""
        with contextlib.ExitStack() as opened:
            try:
                log: IO[bytes] | int = opened.enter_context(self._open_log())
            except OSError:
                log = asyncio.subprocess.DEVNULL
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                env={**os.environ, **CHILD_ENVIRONMENT, **self.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A session of its own: Ctrl-C reaches the supervisor alone, which then ends them in order.
                start_new_session=True,
                preexec_fn=partial(_before_it_starts, NICENESS.get(self.name, 0)),
            )
        self.started_at = asyncio.get_running_loop().time()
        self.last_report = None

    async def watch(self, stopping: asyncio.Event, changed: Callable[[str], None]) -> None:
        """Restart it whenever it ends, until `stopping`; `changed` is told, with why when it could not be started."""
        falls = 0
        loop = asyncio.get_running_loop()
        while True:
            if self.process is None:
                try:
                    await self.start()
                except OSError as error:
                    changed(f"{self.name}: {error}")
                    await asyncio.sleep(1.0)
                    continue
                changed("")
            assert self.process is not None
            await self.process.wait()
            if stopping.is_set():
                return
            falls = 0 if loop.time() - self.started_at > FORGIVEN_AFTER_S else falls + 1
            self.restarts += 1
            self.process = None
            changed("")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), BACKOFF_S[min(falls, len(BACKOFF_S)) - 1])
                return

    def hangs(self, now: float) -> bool:
        """It reported, and then fell silent."""
        return self.last_report is not None and now - self.last_report > SILENT_AFTER_S

    def end(self) -> None:
        """Ask it to end; `watch` starts it anew."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()

    def kill(self) -> None:
        """End it at once; `watch` starts it anew."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    async def stop(self) -> None:
        """Ask it to end, and insist after GRACE_S."""
        process = self.process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), GRACE_S)
        except TimeoutError:
            process.kill()
            await process.wait()

    def _open_log(self) -> IO[bytes]:
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_LIMIT:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        return self.log_path.open("ab")


class Supervisor:
    """Everything on one machine. `await Supervisor(settings, with_sim=True).run()` until SIGTERM or Ctrl-C."""

    def __init__(self, settings: Settings, with_sim: bool = False, say: Callable[[str], None] = print) -> None:
        self._say = say
        self._with_sim = with_sim
        room_to_start(settings.data)
        self._lock = FolderLock(settings.data)
        self.settings = msgspec.structs.replace(
            settings,
            data=settings.data.absolute(),
            site=settings.site.absolute(),
            nats_token=settings.nats_token or secret(settings.data, "nats"),
        )
        logs = self.settings.data / "logs"
        environment = self.settings.environment()
        self.broker = Watched("nats", [binary(), "-c", str(self.settings.data / "nats" / "nats.conf")], {}, logs)
        self.rooms = {
            name: Watched(name, [sys.executable, "-m", "fangwei.host.serve", name, *rooms], environment, logs)
            for name, rooms in PROCESSES.items()
        }
        if with_sim:
            # The simulated plant is a stranger: it gets addresses, never the platform's password.
            stranger = {k: v for k, v in environment.items() if k != "FANGWEI_NATS_TOKEN"}
            command = [sys.executable, "-m", "fangwei.cli", "sim"]
            self.rooms["sim"] = Watched("sim", command, stranger, logs)
        self.health = Health("supervisor")
        self.stopping = asyncio.Event()
        self._started = now_ns()
        self._disk: DiskGuard | None = None
        self._refused_at: dict[str, int] = {}
        self._unwritten = False

    async def run(self) -> None:
        """Start everything, watch it, and end it in order.

        Raises:
            FangweiError: the site is invalid, a port is taken, or the bus does not start.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        tasks: list[asyncio.Task[None]] = []
        bus: Bus | None = None
        try:
            prepared = await prepare(self.settings, self._with_sim)
            self._claim_ports()
            write_config(self.settings)
            tasks.append(loop.create_task(self.broker.watch(self.stopping, self._note)))
            await self._broker_up()
            bus = await Bus.connect(self.settings, self.health)
            await bus.ensure_streams()
            await bus.hear_events(f"{subjects.HEALTH}.>", HealthReport, self._on_report)
            tasks.extend(loop.create_task(child.watch(self.stopping, self._note)) for child in self.rooms.values())
            tasks.append(loop.create_task(bus.report_health()))
            self._disk = DiskGuard(self.settings.data, bus, self.health, prepared.nothing, self.broker.end)
            tasks.append(loop.create_task(self._disk.run()))
            self.health.state = "running"
            self._say(_where_to_look(self.settings, prepared))
            await self._watch_for_silence()
        finally:
            self.stopping.set()
            # Speakers first, the broker last: what is under way still finds its way into the stores.
            for name in sorted(self.rooms, key=ENDS.index):
                await self.rooms[name].stop()
            if bus is not None:
                await bus.close()
            await self.broker.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._lock.release()

    async def _watch_for_silence(self) -> None:
        loop = asyncio.get_running_loop()
        while not self.stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), 1.0)
            if self._unwritten:
                self._note()
            for child in self.rooms.values():
                if child.hangs(loop.time()):
                    self.health.error("supervisor.process_hung", child.name)
                    child.last_report = None
                    child.kill()

    async def _on_report(self, report: HealthReport) -> None:
        child = self.rooms.get(report.process)
        if child is not None and child.process is not None and child.process.pid == report.pid:
            child.last_report = asyncio.get_running_loop().time()
        refused = report.errors.get(NOT_STORED)
        if refused is not None and self._disk is not None:
            if refused.last_time != self._refused_at.get(report.process):
                self._disk.suspect()
            self._refused_at[report.process] = refused.last_time

    def _note(self, not_started: str = "") -> None:
        if not_started:
            self.health.error("supervisor.process_not_started", not_started)
        everyone = [self.broker, *self.rooms.values()]
        for child in everyone:
            self.health.gauge(f"restarts.{child.name}", child.restarts)
        running = Running(
            pid=os.getpid(),
            started=self._started,
            site=str(self.settings.site),
            host=self.settings.host,
            web_port=self.settings.web_port,
            nats_port=self.settings.nats_port,
            mqtt_port=self.settings.mqtt_port,
            page_url=self.settings.page_url,
            processes={c.name: c.process.pid for c in everyone if c.process is not None},
        )
        try:
            write_running(self.settings.data, running)
        except OSError as error:
            # A full disk: the file stays as it was. Nobody's restart may hang on it; it is written at the next chance.
            self.health.error("supervisor.run_file_not_written", str(error))
            self._unwritten = True
        else:
            self._unwritten = False

    def _claim_ports(self) -> None:
        for host, port, use, variable in (
            (BROKER_HOST, self.settings.nats_port, "NATS", "FANGWEI_NATS_PORT"),
            (BROKER_HOST, self.settings.mqtt_port, "MQTT", "FANGWEI_MQTT_PORT"),
            (self.settings.host, self.settings.web_port, "HTTP", "FANGWEI_WEB_PORT"),
        ):
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((host, port))
                except OSError:
                    raise PortTaken(port=port, use=use, variable=variable) from None

    async def _broker_up(self) -> None:
        for _ in range(200):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(BROKER_HOST, self.settings.nats_port)
                writer.close()
                return
            if self.stopping.is_set() or self.broker.restarts >= 3:
                break
            await asyncio.sleep(0.05)
        raise BrokerFailed(log=self.broker.log_path)


def _before_it_starts(niceness: int) -> None:
    """In the child: take its place in the queue for the processor, and be asked to end when the supervisor is gone,
    however it went (Linux)."""
    os.nice(niceness)
    with contextlib.suppress(OSError, AttributeError):
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def _where_to_look(settings: Settings, prepared: Prepared) -> str:
    return (
        f"\n  防微 Fangwei: {prepared.name.zh}  {prepared.name.en}\n"
        f"  页面 page     {settings.page_url}\n"
        f"  MQTT          {BROKER_HOST}:{settings.mqtt_port}\n"
        f"  数据 data     {settings.data}   (logs/, history/)\n"
        f"  状态 health   fangwei status --data {settings.data}\n"
        f"  停止 stop     Ctrl-C\n" + _first_links(settings, prepared.links)
    )


def _first_links(settings: Settings, links: list[FirstLink]) -> str:
    if not links:
        return ""
    lines = [
        f"    {link.role.zh} {link.role.en}: {link.name.zh} {link.name.en}\n"
        f"      {sign_in_url(settings.page_url, link.token)}\n"
        for link in links
    ]
    return (
        "\n  首次登录（链接 24 小时内有效，只能用一次）  first sign-in (a link works once, within 24 hours)\n"
        + "".join(lines)
        + "    再发一个 another one: fangwei sign-in-link PERSON\n"
    )
