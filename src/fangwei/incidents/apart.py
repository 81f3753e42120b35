"""Work on strangers' files and long documents in a process of its own, of bounded memory and time.

`python -m fangwei.incidents.apart MODULE ARGUMENTS` limits itself, then runs the module.
"""

import asyncio
import contextlib
import resource
import runpy
import sys
from collections.abc import AsyncIterator

from fangwei.core.errors import FangweiError
from fangwei.incidents.texts import TooBusy

MEMORY = 1536 * 1024**2
"""Address space of a worker: a photo of 6000 x 6000 takes 110 MB a copy, the interpreter 200 MB."""
SECONDS = 30
AT_ONCE = 2
MOST_WAITING = 8


class WorkFailed(FangweiError):
    """The worker died, took too long or wanted too much memory; what it was given is to blame."""

    code = "incidents.work_failed"


class Workers:
    """Runs modules as child processes, `AT_ONCE` at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def run(self, module: str, data: bytes, *arguments: str) -> bytes:
        """What `python -m module arguments` writes when it is given `data`.

        Raises:
            TooBusy: too many wait already.
            WorkFailed: it ended badly.
        """
        async with self._place():
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", __name__, module, *arguments,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                out, err = await asyncio.wait_for(process.communicate(data), SECONDS * 2)
            except BaseException as error:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
                if isinstance(error, TimeoutError):
                    raise WorkFailed() from error
                raise
            if process.returncode != 0:
                raise WorkFailed() from RuntimeError(err.decode(errors="replace")[-500:])
            return out

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise TooBusy()
        self._waiting += 1
        try:
            async with self._turn:
                yield
        finally:
            self._waiting -= 1


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit()
    sys.argv.pop(0)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
