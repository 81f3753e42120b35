"""The whole platform as a user starts it, for tests: free ports, an empty data folder, real processes."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
from tests.conftest import until
from tests.sign_in import signed_in

from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.bus.server import secret
from fangwei.core.events import AlarmChange, AlarmEvent, IncidentEvent, Notice
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.host.folder import Running, read_running
from fangwei.host.processes import PROCESSES

READY_WITHIN_S = 90.0


class Platform:
    """A running `fangwei up`, what one may do to it, and everything it said on the bus since."""

    def __init__(self, settings: Settings, environment: dict[str, str], log: Path) -> None:
        self.settings = settings
        self.environment = environment
        self.log = log
        self.process: asyncio.subprocess.Process
        self.bus: Bus
        self.raised: list[AlarmEvent] = []
        self.incidents: list[IncidentEvent] = []
        self.notices: list[Notice] = []
        self._clients: list[httpx.AsyncClient] = []

    @property
    def base_url(self) -> str:
        """The page."""
        return f"http://127.0.0.1:{self.settings.web_port}"

    @property
    def running(self) -> Running:
        """What the supervisor says runs now."""
        return read_running(self.settings.data)

    async def start(self, *options: str) -> None:
        """`fangwei up`, and wait until every process says that it runs."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "fangwei.cli", "up", *options, env=self.environment, stdout=log, stderr=log
            )
        await until(
            lambda: self._up() or self.process.returncode is not None,
            seconds=READY_WITHIN_S,
            what="the processes start",
        )
        assert self.process.returncode is None, self.log.read_text()
        settings = msgspec.structs.replace(self.settings, nats_token=secret(self.settings.data, "nats"))
        self.bus = await Bus.connect(settings, Health("test"))
        # Followed, not only heard: this listener too loses its line when the broker is killed.
        await self.bus.follow_events(f"{subjects.ALARMS}.>", AlarmEvent, self._on_alarm, durable="test-alarms")
        await self.bus.follow_events(
            f"{subjects.INCIDENTS}.>", IncidentEvent, self._on_incident, durable="test-incidents"
        )
        await self.bus.follow_events(f"{subjects.NOTICES}.>", Notice, self._on_notice, durable="test-notices")
        await self.until_healthy()

    async def until_healthy(self) -> None:
        """Wait until the page says that every process runs."""
        async with httpx.AsyncClient(base_url=self.base_url, trust_env=False) as page:

            async def healthy() -> bool:
                with contextlib.suppress(httpx.HTTPError):
                    processes = (await page.get("/api/health")).json()["processes"]
                    states = {p["process"]: p["state"] for p in processes}
                    return all(states.get(name) == "running" for name in PROCESSES)
                return False

            async with asyncio.timeout(READY_WITHIN_S):
                while not await healthy():
                    await asyncio.sleep(0.1)

    async def client(self, role: str = "shift_supervisor") -> httpx.AsyncClient:
        """A client with the session of the first person of a role; closed with the platform."""
        client = await signed_in(self.settings, role)
        self._clients.append(client)
        return client

    async def command(self, *words: str) -> tuple[int, str]:
        """Run `fangwei WORDS` beside it; returns exit code and output."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "fangwei.cli",
            *words,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, output.decode()

    async def kill(self, name: str) -> None:
        """kill -9 one process, and wait until the supervisor has started it anew."""
        pid = self.running.processes[name]
        os.kill(pid, signal.SIGKILL)
        await until(lambda: self.running.processes.get(name, pid) != pid, seconds=30, what=f"{name} is started anew")

    async def stop(self) -> int:
        """SIGTERM, as a service manager would; returns the exit code."""
        with contextlib.suppress(Exception):
            await self.bus.close()
        while self._clients:
            await self._clients.pop().aclose()
        if self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), 60)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        return self.process.returncode or 0

    def _up(self) -> bool:
        try:
            return set(PROCESSES) <= set(self.running.processes)
        except Exception:
            return False

    async def _on_alarm(self, event: AlarmEvent) -> None:
        if event.change is AlarmChange.RAISED:
            self.raised.append(event)

    async def _on_incident(self, event: IncidentEvent) -> None:
        self.incidents.append(event)

    async def _on_notice(self, notice: Notice) -> None:
        self.notices.append(notice)


async def started(tmp_path: Path, site: Path, ports: dict[str, int], *options: str) -> AsyncIterator[Platform]:
    """A platform on `site` with free ports; ends it afterwards."""
    settings = Settings(
        data=tmp_path / "data",
        site=site,
        web_port=ports["web"],
        nats_port=ports["nats"],
        mqtt_port=ports["mqtt"],
    )
    environment = {**os.environ, **settings.environment()}
    environment.pop("FANGWEI_NATS_TOKEN")
    environment.update({f"FANGWEI_SIM_{name.upper()}_PORT": str(port) for name, port in ports.items()})
    environment["FANGWEI_SIM_SQL_URL"] = f"sqlite:///{tmp_path}/mes.db"
    platform = Platform(settings, environment, tmp_path / "up.log")
    await platform.start(*options)
    try:
        yield platform
    finally:
        await platform.stop()
