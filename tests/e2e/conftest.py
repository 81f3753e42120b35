"""The running platform as fixtures: with the example plant, and on a small site that tests speak to by MQTT."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.conftest import REPOSITORY, free_port
from tests.e2e.platform import Platform, started

PORTS = ("web", "nats", "mqtt", "opcua", "modbus", "iec104", "rest")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives the running platform."""
    for item in items:
        if "tests/e2e" in str(item.path):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    """`fangwei up --sim` on the example plant."""
    ports = {name: free_port() for name in PORTS}
    async for one in started(tmp_path, REPOSITORY / "sites" / "battery_plant", ports, "--sim"):
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plant(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """`fangwei up --sim` on the example plant, shared by the tests of a file, which run on one loop
    (`pytest.mark.asyncio(loop_scope="module")`)."""
    ports = {name: free_port() for name in PORTS}
    async for one in started(tmp_path_factory.mktemp("plant"), REPOSITORY / "sites" / "battery_plant", ports, "--sim"):
        yield one


@pytest.fixture
async def bench_platform(tmp_path: Path) -> AsyncIterator[Platform]:
    """`fangwei up` on a generated site of 64 far zones whose points are fed by MQTT."""
    from fangwei.bench.bench_site import write_site

    write_site(tmp_path / "site", 256)
    ports = {name: free_port() for name in PORTS}
    async for one in started(tmp_path, tmp_path / "site", ports):
        yield one


SMALL_DISK_MB = 700
"""Room for the broker, the history's floor of 200 MB, the supervisor's reserve, and something to fill."""


@pytest.fixture
async def small_disk_platform(tmp_path: Path) -> AsyncIterator[Platform]:
    """The bench platform with its data folder on a small disk of its own."""
    from fangwei.bench.bench_site import write_site

    data = tmp_path / "data"
    data.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MB}m", "fangwei-test", str(data)]
    try:
        mounted = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("no mount command: a small disk cannot be made here")
    if mounted.returncode != 0:
        pytest.skip(f"mounting a small disk is not permitted here (needs root): {mounted.stderr.strip()}")
    try:
        write_site(tmp_path / "site", 256)
        ports = {name: free_port() for name in PORTS}
        async for one in started(tmp_path, tmp_path / "site", ports):
            yield one
    finally:
        # Lazily: a process that is still ending must not keep the mount for ever.
        subprocess.run(["umount", "-l", str(data)], check=True)
