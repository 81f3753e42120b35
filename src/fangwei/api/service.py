"""The application process: HTTP and live push."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from fangwei.api.app import make_app
from fangwei.api.live import MESSAGE_LIMIT, Hub
from fangwei.api.wire import HEADERS_LIMIT, Wire
from fangwei.bus.client import Bus
from fangwei.core.errors import FangweiError
from fangwei.core.health import Health
from fangwei.core.settings import Settings, refuse_open_address
from fangwei.core.texts import Text
from fangwei.db.session import open_database
from fangwei.identity.gate import Gate
from fangwei.identity.links import synchronise
from fangwei.plant.people import listed
from fangwei.plant.site import Site


class PortTaken(FangweiError):
    """Another program listens where the page should be."""

    code = "api.port_taken"
    text = Text(
        "无法在 {host}:{port} 打开页面：{why}。请关闭占用该端口的程序，或设置 FANGWEI_WEB_PORT",
        "The page cannot listen on {host}:{port}: {why}. Stop the other program or set FANGWEI_WEB_PORT",
    )


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the process that holds us decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: `stop` ends us."""
        yield


def _listen(settings: Settings) -> socket.socket:
    # Bound here rather than by uvicorn, which ends the whole process when the port is taken.
    host = "127.0.0.1" if settings.host == "localhost" else settings.host
    # The protocol is named: asyncio switches Nagle's delay off (40 ms an answer) only where it sees TCP.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, settings.web_port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


async def _keep_up(hub: Hub, gate: Gate) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(hub.run())
        group.create_task(gate.run())


async def serve(settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event) -> None:
    """Serve until `stop` is set.

    Raises:
        AddressRefused: settings.host is not a loopback address and nothing protects the line.
        PortTaken: the port cannot be listened on.
    """
    refuse_open_address(settings)
    database = open_database(settings)
    gate = Gate(database, health)
    await synchronise(gate.store, listed(site))
    await gate.load()
    hub = Hub(site, bus, health, gate)
    app = make_app(site, bus, health, hub, gate, settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.web_port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        ws_max_size=MESSAGE_LIMIT,
        # Deflating each frame for each page would undo "encode once for all".
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
        http=Wire,
        h11_max_incomplete_event_size=HEADERS_LIMIT,
        proxy_headers=bool(settings.behind_proxy),
        forwarded_allow_ips=settings.proxies,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
    )
    try:
        listener = _listen(settings)
    except OSError as error:
        raise PortTaken(host=settings.host, port=settings.web_port, why=error.strerror or error) from error
    await hub.listen()
    keeping_up = asyncio.create_task(_keep_up(hub, gate))
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopped = asyncio.create_task(stop.wait())
    health.state = "running"
    try:
        done, _ = await asyncio.wait({keeping_up, serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopped}:
            task.result()
    finally:
        health.state = "stopping"
        hub.stop()
        server.should_exit = True
        for task in (keeping_up, stopped):
            task.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(serving, keeping_up, stopped, return_exceptions=True), 6)
        listener.close()
        await gate.compare()
        await database.close()
