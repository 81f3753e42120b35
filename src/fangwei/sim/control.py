"""The door for commands: one JSON line in, one out, on a loopback port written to `data/sim/control.json`.

A port instead of a Unix socket: paths of sockets hold 107 characters at most, and Windows has none. The
secret in the file keeps web pages and other users of the machine out.
"""

import asyncio
import contextlib
import hmac
import json
import os
import secrets
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fangwei.sim.plant import CannotDo

if TYPE_CHECKING:
    from fangwei.sim.run import Running

LINE_LIMIT = 64 * 1024


class NotRunning(Exception):
    """No plant answers."""

    def __init__(self) -> None:
        super().__init__(
            "示例工厂没有运行：先运行 fangwei sim / the example plant is not running: start it with `fangwei sim`"
        )


class AlreadyRunning(Exception):
    """Another plant answers for this data folder."""

    def __init__(self, pid: object) -> None:
        super().__init__(f"示例工厂已在运行（进程 {pid}）/ the example plant is running already (process {pid})")


def ask(path: Path, request: dict[str, Any], seconds: float = 5.0) -> dict[str, Any]:
    """Send one command to the running plant and return its answer.

    Raises:
        NotRunning: nobody answers.
        CannotDo: the plant refuses, and says why.
    """
    try:
        door = json.loads(path.read_text())
        with socket.create_connection(("127.0.0.1", int(door["port"])), timeout=seconds) as connection:
            connection.sendall(json.dumps({**request, "secret": door["secret"]}).encode() + b"\n")
            line = connection.makefile("rb").readline(LINE_LIMIT * 16)
        answer: dict[str, Any] = json.loads(line)
    except (OSError, ValueError, KeyError):
        raise NotRunning from None
    if not answer.get("ok"):
        raise CannotDo(str(answer.get("text", "?")))
    return answer


class Control:
    """Answers commands while entered."""

    def __init__(self, running: "Running", path: Path) -> None:
        self.running = running
        self.path = path
        self._secret = secrets.token_urlsafe(16)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "Control":
        with contextlib.suppress(NotRunning, CannotDo):
            other = await asyncio.to_thread(ask, self.path, {"do": "status"}, 1.0)
            raise AlreadyRunning(other.get("pid"))
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=LINE_LIMIT)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        port = self._server.sockets[0].getsockname()[1]
        self.path.unlink(missing_ok=True)
        self.path.touch(mode=0o600)
        self.path.write_text(json.dumps({"port": port, "secret": self._secret, "pid": os.getpid()}))
        return self

    async def __aexit__(self, *why: object) -> None:
        if self._server is not None:
            self._server.close()
        self.path.unlink(missing_ok=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(5.0):
                request = json.loads(await reader.readline())
            if not hmac.compare_digest(str(request.pop("secret", "")), self._secret):
                writer.close()
                return
            answer = self.answer(request)
        except (ValueError, AttributeError, TimeoutError, ConnectionError):
            answer = {"ok": False, "text": "not a command"}
        with contextlib.suppress(ConnectionError):
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one command; refusals are answers, not exceptions."""
        do = request.pop("do", None)
        try:
            if do == "status":
                return {"ok": True, "pid": os.getpid(), **self.running.state()}
            text = self.running.command(str(do), request)
        except CannotDo as why:
            return {"ok": False, "text": str(why)}
        except (TypeError, ValueError) as why:
            return {"ok": False, "text": f"{do}: {why}"}
        self.running.hurry.set()
        return {"ok": True, "text": text}
