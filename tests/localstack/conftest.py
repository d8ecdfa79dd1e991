"""A data folder with servers of its own, and a look at the processes that belong to it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from upr_tracker.localstack import Paths, remove
from upr_tracker.localstack.locks import note_of
from upr_tracker.localstack.stack import PROJECT

Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Paths]:
    """The places of a fresh data folder; whatever a test started there is stopped and removed afterwards."""
    monkeypatch.setenv("UPR_FAST_UNSAFE", "1")
    monkeypatch.setenv("UPR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("UPR_LOCAL", "1")
    places = Paths.of(tmp_path / "var")
    yield places
    remove(places.data)
    assert processes_of(places) == {}


@pytest.fixture
def run() -> Iterator[Run]:
    """Starts `python ARGUMENTS…` in the project's folder; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


def keeper_of(paths: Paths) -> int:
    """The process number of the keeper."""
    return int(note_of(paths.keeper_lock)["pid"])


def processes_of(paths: Paths) -> dict[int, str]:
    """Running processes that name the folder's data or sockets in their command line, or that have them open as cwd."""
    marks = (str(paths.data), str(paths.sockets), str(paths.home) + "/")
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = os.readlink(folder / "cwd")
        except OSError:  # gone meanwhile, or not ours to see
            continue
        if int(folder.name) != os.getpid() and any(mark in command or where.startswith(mark) for mark in marks):
            found[int(folder.name)] = command
    return found
