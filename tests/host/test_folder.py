"""The data folder has one owner, and says truly whether somebody runs on it."""

import subprocess
import sys

import pytest

from fangwei.host.folder import FolderInUse, FolderLock, NotRunning, Running, read_running, write_running


def running(pid: int) -> Running:
    return Running(
        pid=pid, started=1, site="s", host="127.0.0.1", web_port=1, nats_port=2, mqtt_port=3, processes={"nats": 7}
    )


def test_a_second_platform_on_the_same_folder_is_refused_with_the_pid_of_the_first(tmp_path):
    first = FolderLock(tmp_path)
    with pytest.raises(FolderInUse) as refused:
        FolderLock(tmp_path)
    assert str(tmp_path) in refused.value.message.zh
    first.release()
    FolderLock(tmp_path).release()


def test_the_folder_is_free_again_after_its_owner_was_killed(tmp_path):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys,pathlib\nfrom fangwei.host.folder import FolderLock\n"
            "lock=FolderLock(pathlib.Path(sys.argv[1]))\nprint('held',flush=True)\nsys.stdin.read()",
            str(tmp_path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout and holder.stdout.readline() == b"held\n"
    with pytest.raises(FolderInUse):
        FolderLock(tmp_path)
    holder.kill()
    holder.communicate()
    FolderLock(tmp_path).release()


def test_a_run_file_whose_writer_is_gone_means_that_nobody_runs(tmp_path):
    with pytest.raises(NotRunning):
        read_running(tmp_path)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    write_running(tmp_path, running(gone.pid))
    with pytest.raises(NotRunning):
        read_running(tmp_path)
    import os

    write_running(tmp_path, running(os.getpid()))
    assert read_running(tmp_path).processes == {"nats": 7}
    (tmp_path / "run.json").write_text("{half")
    with pytest.raises(NotRunning):
        read_running(tmp_path)
