"""The processes of `manage.py up`: watched together, stopped in order, and none left when their parent is killed."""

import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.localstack.conftest import Run, processes_of
from upr_tracker.localstack import Paths, StackError, supervisor
from upr_tracker.localstack.locks import FileLock
from upr_tracker.localstack.processes import wait_until
from upr_tracker.localstack.supervisor import Child, Supervisor, listen, only_one

Make = Callable[[], Supervisor]


@pytest.fixture
def said() -> list[str]:
    """What the supervisor told the person."""
    return []


@pytest.fixture
def watched(paths: Paths, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """A supervisor of a folder whose servers count as running: the test itself holds the keeper's lock."""
    monkeypatch.setattr(supervisor, "STOP_LIMIT", 1)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    paths.prepare()
    with FileLock(paths.keeper_lock) as keeper, only_one(paths) as lock:
        keeper.exclusive()
        watched = Supervisor(paths, paths.data, lock, said.append)
        yield watched
        watched.stop()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def python(name: str, code: str) -> Child:
    """A child that runs a line of Python; `upr_tracker` in its command line marks it as ours."""
    return Child(name, [sys.executable, "-c", code, "upr_tracker"])


def look_until(watched: Supervisor, condition: Callable[[], bool]) -> None:
    """Look, as `watch` does, until the condition holds or five seconds have passed."""
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        watched.look()
        time.sleep(0.02)


def test_a_taken_port_is_said_and_the_next_one_used(said: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with listen("127.0.0.1", port, said.append) as listener:
            assert listener.getsockname()[1] > port
    assert said[0] == f"port {port} is taken, trying {port + 1}"


def test_an_address_that_is_not_ours_is_an_error() -> None:
    with pytest.raises(StackError, match=r"Cannot listen on 192\.0\.2\.1 port 8000"):
        listen("192.0.2.1", 8000, print)


def test_a_child_that_dies_is_named_with_its_status_and_last_lines(watched: Supervisor) -> None:
    watched.start([python("worker", "print('my last words'); raise SystemExit(3)")], "")
    with pytest.raises(StackError, match=r"worker ended with status 3(.|\n)*my last words"):
        look_until(watched, lambda: False)


def test_a_child_that_is_killed_is_named_with_the_signal(watched: Supervisor) -> None:
    watched.start([python("beat", "import os; os.kill(os.getpid(), 9)")], "")
    with pytest.raises(StackError, match="beat ended by signal SIGKILL"):
        look_until(watched, lambda: False)


def test_servers_that_have_gone_are_an_error(paths: Paths, said: list[str]) -> None:
    paths.prepare()
    with FileLock(paths.up_lock) as lock, pytest.raises(StackError, match="local servers have stopped"):
        Supervisor(paths, paths.data, lock, said.append).look()


def test_problems_in_a_log_are_shown_once(watched: Supervisor, said: list[str]) -> None:
    code = "import time; print('all well'); print('12:00 ERROR mail refused', flush=True); time.sleep(30)"
    watched.start([python("worker", code)], "")
    look_until(watched, lambda: bool(said))
    watched.look()
    assert [line.split("  (")[0] for line in said] == ["worker: 12:00 ERROR mail refused"]


def test_children_stop_in_the_order_they_were_given(watched: Supervisor, paths: Paths) -> None:
    code = (
        "import pathlib, signal, sys\n"
        "def bye(*_):\n with open('order', 'a') as file: file.write('{0} ')\n sys.exit()\n"
        "signal.signal(signal.SIGTERM, bye); pathlib.Path('{0}.up').touch()\n"
        "while True: signal.pause()"
    )
    names = ["web", "beat", "worker"]
    watched.start([python(name, code.format(name)) for name in names], "")
    look_until(watched, lambda: len(list(paths.data.glob("*.up"))) == 3)
    watched.stop()
    assert (paths.data / "order").read_text().split() == names


def test_a_child_that_will_not_stop_is_killed_with_its_own_children(watched: Supervisor, paths: Paths) -> None:
    stubborn = (
        "import os, pathlib, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "if os.fork(): pathlib.Path('up').touch()\n"
        "while True: signal.pause()"
    )
    watched.start([python("worker", stubborn)], "")
    look_until(watched, (paths.data / "up").exists)
    assert len(processes_of(paths)) == 2
    watched.stop()
    assert wait_until(lambda: processes_of(paths) == {}, seconds=5)


def test_a_second_one_for_the_same_folder_is_told_where_the_first_runs(watched: Supervisor, paths: Paths) -> None:
    watched.start([python("web", "import time; time.sleep(30)")], "http://127.0.0.1:8123")
    with pytest.raises(StackError, match=r"already runs for .* at http://127\.0\.0\.1:8123"), only_one(paths):
        pass


def test_sigkill_leaves_no_child_running(paths: Paths, run: Run, tmp_path: Path) -> None:
    """The child ignores SIGTERM and has a child: the kernel's signal does not stop it, the keeper does."""
    script = tmp_path / "up.py"
    script.write_text(
        "import os, sys\n"
        "from upr_tracker.localstack import Paths, servers\n"
        "from upr_tracker.localstack.supervisor import Child, Supervisor, only_one\n"
        "paths = Paths.of(os.environ['UPR_DATA_DIR'])\n"
        "stubborn = 'import os, signal; signal.signal(15, signal.SIG_IGN); os.fork()\\nwhile True: signal.pause()'\n"
        "with servers(paths.data), only_one(paths) as lock:\n"
        "    watched = Supervisor(paths, paths.data, lock, print)\n"
        "    watched.start([Child('worker', [sys.executable, '-c', stubborn, 'upr_tracker'])], '')\n"
        "    watched.watch()\n"
    )
    up = run("-c", f"exec(open({str(script)!r}).read())")

    def stubborn() -> int:
        return sum("signal.pause" in command for command in processes_of(paths).values())

    assert wait_until(lambda: stubborn() == 2, seconds=30)
    up.kill()
    up.wait()
    assert wait_until(lambda: processes_of(paths) == {}, seconds=15), processes_of(paths)
