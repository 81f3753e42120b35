"""The running platform as fixtures: with the example plant, and on a small site that tests speak to by MQTT."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
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


@pytest.fixture
async def bench_platform(tmp_path: Path) -> AsyncIterator[Platform]:
    """`fangwei up` on a generated site of 64 far zones whose points are fed by MQTT."""
    from fangwei.bench.bench_site import write_site

    write_site(tmp_path / "site", 256)
    ports = {name: free_port() for name in PORTS}
    async for one in started(tmp_path, tmp_path / "site", ports):
        yield one
