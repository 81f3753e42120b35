"""The data folder: owned by one platform at a time, and where others find out how to reach it."""

import fcntl
import os
from pathlib import Path
from typing import IO

import msgspec

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class FolderInUse(FangweiError):
    """A second platform was started on the same data folder."""

    code = "host.folder_in_use"
    text = Text(
        "数据目录 {folder} 正被另一个平台进程（{pid}）使用；请先停止它，或用 --data 指定别的目录",
        "The data folder {folder} is in use by another platform (process {pid}); stop that one first, or give another "
        "folder with --data",
    )


class NotRunning(FangweiError):
    """No platform runs on this data folder."""

    code = "host.not_running"
    text = Text(
        "数据目录 {folder} 上没有正在运行的平台；用 fangwei up 启动",
        "No platform is running on the data folder {folder}; start one with `fangwei up`",
    )


class Running(msgspec.Struct, kw_only=True):
    """What a running platform says of itself in `run.json`."""

    pid: int
    started: int
    site: str
    host: str
    web_port: int
    nats_port: int
    mqtt_port: int
    page_url: str = ""
    processes: dict[str, int]
    """Process name -> pid, of those that run now."""


class FolderLock:
    """The right to use a data folder, for as long as this object lives; the system frees it even after kill -9."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._file: IO[str] = (folder / "lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            pid = self._file.read().strip() or "?"
            self._file.close()
            raise FolderInUse(folder=folder, pid=pid) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Give the folder back."""
        (self.folder / "run.json").unlink(missing_ok=True)
        self._file.close()


def write_running(folder: Path, running: Running) -> None:
    """Replace run.json in one step, so that a reader never sees half of it."""
    path = folder / "run.json"
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(running)))
    fresh.replace(path)


def read_running(folder: Path) -> Running:
    """What the platform on this folder says.

    Raises:
        NotRunning: there is none, or the one that wrote the file is gone.
    """
    try:
        running = msgspec.json.decode((folder / "run.json").read_bytes(), type=Running)
        os.kill(running.pid, 0)
    except (FileNotFoundError, msgspec.MsgspecError, ProcessLookupError):
        raise NotRunning(folder=folder) from None
    return running
