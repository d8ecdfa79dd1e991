"""`manage.py up` as a person uses it: real processes, on a fresh folder, from the first start to a kill."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.localstack.conftest import Run, processes_of
from upr_tracker.localstack import Paths
from upr_tracker.localstack.locks import note_of
from upr_tracker.localstack.processes import is_alive, wait_until
from upr_tracker.localstack.stack import PROJECT

UP = (str(PROJECT / "manage.py"), "up")


@contextmanager
def running_up(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`manage.py up` once it has said its address, and the file it talks to."""
    output = folder / "up.txt"
    with output.open("wb") as file:
        up = subprocess.Popen([sys.executable, *UP, *arguments], cwd=PROJECT, stdout=file, stderr=subprocess.STDOUT)
    try:
        ready = wait_until(lambda: "Ctrl-C stops" in output.read_text() or up.poll() is not None, seconds=120)
        assert ready, output.read_text()
        assert up.poll() is None, output.read_text()
        yield up, output
    finally:
        up.kill()
        up.wait()


def address_in(said: str) -> str:
    """The address that `up` told."""
    found = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert found, said
    return found.group()


def check_first_start(paths: Paths, run: Run, up: subprocess.Popen[bytes], output: Path, taken: int) -> None:
    """It took the next port, serves, refuses a second one of its kind, and stops on Ctrl-C within seconds."""
    assert f"port {taken} is taken, trying {taken + 1}" in output.read_text()
    with urllib.request.urlopen(address_in(output.read_text()), timeout=30) as page:
        assert page.status == 200
    second = run(*UP)
    assert "already runs for" in second.communicate(timeout=60)[0]
    assert second.returncode == 1
    started = time.monotonic()
    up.send_signal(signal.SIGINT)
    assert up.wait(timeout=30) == 0
    assert time.monotonic() - started < 20
    assert "stopped web, beat and worker" in output.read_text()
    assert processes_of(paths) == {}


def check_links_of_commands(run: Run, address: str) -> None:
    """A command run by hand prints links to where the site answered last."""
    made = run(str(PROJECT / "manage.py"), "create_person", "new@demo.localhost", "--name", "New", "--role", "admin")
    said = made.communicate(timeout=60)[0]
    assert f"{address}/account/password/reset/key/" in said, said


def test_up_serves_and_stops_and_survives_every_end(paths: Paths, run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running_up(tmp_path, "--port", str(port)) as (up, output):
            check_first_start(paths, run, up, output, port)
    check_links_of_commands(run, address_in(output.read_text()))

    with running_up(tmp_path) as (up, output):  # a second start keeps the data
        assert "migrations: up to date" in output.read_text()
        assert "48.yaml: unchanged" in output.read_text()
        os.kill(note_of(paths.up_lock)["groups"]["worker"], signal.SIGKILL)
        assert up.wait(timeout=30) == 1
        assert "worker ended by signal SIGKILL. The end of" in output.read_text()
        assert processes_of(paths) == {}

    with running_up(tmp_path) as (up, output):
        groups = note_of(paths.up_lock)["groups"]
        assert sorted(groups) == ["beat", "web", "worker"]
        up.kill()
        up.wait()
        assert wait_until(lambda: processes_of(paths) == {}, seconds=20), processes_of(paths)
        assert [name for name, leader in groups.items() if is_alive(leader)] == []


def test_up_refuses_to_show_demo_passwords_to_the_network(paths: Paths, run: Run) -> None:
    up = run(*UP, "--host", "0.0.0.0")
    assert "it listens on 127.0.0.1, localhost, ::1 only" in up.communicate(timeout=60)[0]
    assert up.returncode == 1


def test_down_says_what_it_stopped(paths: Paths, run: Run) -> None:
    down = str(PROJECT / "manage.py"), "down"
    assert f"Nothing runs for {paths.data}" in run(*down).communicate(timeout=60)[0]
    holder = run("-m", "upr_tracker.localstack", "run", "--", "sleep", "60")
    assert wait_until(lambda: note_of(paths.keeper_lock).get("state") == "ready", seconds=30)
    assert "Stopped PostgreSQL and Valkey." in run(*down).communicate(timeout=60)[0]
    assert [command for command in processes_of(paths).values() if "sleep" not in command] == []
    assert holder.poll() is None
