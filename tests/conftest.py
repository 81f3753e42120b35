"""Fixtures shared by the rooms' tests: a real broker on free ports, an empty data folder, measured data."""

import asyncio
import inspect
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from fangwei.bus.client import Bus
from fangwei.bus.server import binary, write_config
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.db.migrate import migrate

REPOSITORY = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(condition: Callable[[], Any], what: str = "", seconds: float = 20.0) -> Any:
    """Poll until the condition (or what it awaits) holds, and return what it gave; fails in words when it never
    does."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain for {what or inspect.getsource(condition).strip()}")
        await asyncio.sleep(0.01)


def migrate_in_thread(settings: Settings) -> None:
    """Alembic runs a loop of its own, which a running loop does not allow beside it."""
    thread = threading.Thread(target=migrate, args=(settings,))
    thread.start()
    thread.join()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a fresh installation on free ports."""
    return Settings(
        data=tmp_path / "data",
        site=REPOSITORY / "sites" / "battery_plant",
        web_port=free_port(),
        nats_port=free_port(),
        mqtt_port=free_port(),
        nats_token="token-of-this-test",
    )


@pytest.fixture
async def broker(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """A real nats-server with the platform's own configuration."""
    settings.data.mkdir(parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        binary(),
        "-c",
        str(write_config(settings)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    yield process
    if process.returncode is None:
        process.kill()
    await process.wait()


@pytest.fixture
async def bus(settings: Settings, broker: asyncio.subprocess.Process) -> AsyncIterator[Bus]:
    """A platform client on that broker, with the streams made."""
    client = await Bus.connect(settings, Health("test"))
    await client.ensure_streams()
    yield client
    await client.close()


@pytest.fixture
def datasets() -> Path:
    """Folder of the measured data sets; tests that need one skip with a sentence where it is missing."""
    folder = Path(os.environ.get("FANGWEI_DATASETS", str(REPOSITORY.parent / "shared" / "data")))
    if not folder.is_dir():
        pytest.skip(f"no data sets at {folder}: set FANGWEI_DATASETS")
    return folder
