"""One process: connect to the bus, run its rooms until told to stop. `python -m fangwei.host.serve NAME ROOM...`"""

import asyncio
import contextlib
import ctypes
import gc
import importlib
import logging
import signal
import sys

import uvloop

from fangwei.bus.client import Bus
from fangwei.core.errors import FangweiError
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.plant.load import load_site

log = logging.getLogger("fangwei")

SETTLED_AFTER_S = 5.0


class RoomUnknown(FangweiError):
    """Asked to serve a room that does not exist."""

    code = "host.room_unknown"
    text = Text("没有名为 {room} 的模块", "There is no room called {room}")


async def serve_rooms(name: str, rooms: list[str], settings: Settings) -> None:
    """Run `rooms` in this process until SIGTERM or SIGINT; a room that fails ends the process, and the supervisor
    starts it anew: a process that lost a room must not look alive."""
    services = [_service(room) for room in rooms]
    site = load_site(settings.site)
    health = Health(name)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    bus = await Bus.connect(settings, health)
    await bus.ensure_streams()
    beside = [loop.create_task(bus.report_health()), loop.create_task(_give_memory_back(health))]
    # Long-lived objects (site, modules) out of the collector's sight: full collections cost 20-50 ms otherwise.
    gc.collect()
    gc.freeze()
    try:
        async with asyncio.TaskGroup() as group:
            for service in services:
                group.create_task(service.serve(settings, site, bus, health.part(), stop))
    finally:
        for task in beside:
            task.cancel()
        await bus.close()


async def _give_memory_back(health: Health) -> None:
    """What the start needed and freed (site files, tables, replays) goes back to the machine once."""
    while health.report(0).state != "running":
        await asyncio.sleep(1.0)
    await asyncio.sleep(SETTLED_AFTER_S)
    with contextlib.suppress(OSError, AttributeError):
        await asyncio.to_thread(ctypes.CDLL(None).malloc_trim, 0)


def _service(room: str):  # type: ignore[no-untyped-def]  # each room's service module has the same serve()
    if not room.isidentifier():
        raise RoomUnknown(room=room)
    try:
        return importlib.import_module(f"fangwei.{room}.service")
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith(f"fangwei.{room}"):
            raise RoomUnknown(room=room) from error
        raise


def main(arguments: list[str]) -> int:
    """Run as a process; returns its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("asyncua", "pymodbus", "httpx", "httpcore", "apprise"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    name, *rooms = arguments
    try:
        settings = Settings.from_environment()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve_rooms(name, rooms, settings))
    except FangweiError as error:
        log.error("%s  %s", error.message.zh, error.message.en)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
