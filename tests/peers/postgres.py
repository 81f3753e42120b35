"""A PostgreSQL server of Debian's, for the tests that need a store that has grown."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.conftest import free_port


async def _answering(url: str) -> None:
    import psycopg

    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                await (await psycopg.AsyncConnection.connect(url)).close()
                return
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def postgres() -> AsyncIterator[str]:
    """A PostgreSQL server of Debian's on a free port, as its own user; its SQLAlchemy URL."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install psycopg[binary]")
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    runuser = shutil.which("runuser")
    if not binaries or (os.geteuid() == 0 and runuser is None):
        pytest.skip("no PostgreSQL server on this machine: apt-get install postgresql")
    here, port = binaries[-1].parent, free_port()
    folder = Path(tempfile.mkdtemp(prefix="fangwei-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = [str(runuser), "-u", "postgres", "--"]
    quiet = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    made = await asyncio.create_subprocess_exec(
        *as_user, here / "initdb", "-D", folder / "d", "-A", "trust", "-U", "mes", **quiet
    )
    assert await made.wait() == 0
    server = await asyncio.create_subprocess_exec(
        *as_user, here / "postgres", "-D", folder / "d", "-p", str(port), "-h", "127.0.0.1", "-k", folder, **quiet
    )
    try:
        await _answering(f"postgresql://mes@127.0.0.1:{port}/postgres")
        yield f"postgresql+psycopg://mes@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        await server.wait()
        shutil.rmtree(folder, ignore_errors=True)
