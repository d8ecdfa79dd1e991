"""The processes of `manage.py up`: started together, watched, stopped in order; when one dies the rest stop."""

import contextlib
import errno
import http.client
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from upr_tracker.localstack.locks import FileLock, is_held, note_of
from upr_tracker.localstack.paths import Paths, StackError
from upr_tracker.localstack.processes import kill_leftover_groups, spawn, stop_all, tail

PORTS_TRIED = 20
START_LIMIT = 90  # seconds until the web must answer
STOP_LIMIT = 8  # seconds for each child; then it is killed
LOOK_EVERY = 0.25
PROBLEM = re.compile(r"\b(ERROR|CRITICAL|Traceback)\b")


class Stopped(Exception):
    """Somebody asked us to stop: Ctrl-C, `manage.py down`, or a closed terminal."""


@dataclass(frozen=True)
class Child:
    """One process to run: `stop` asks it to end as it should, `death` reaches it if we are killed."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    pass_fds: Sequence[int] = ()
    stop: signal.Signals = signal.SIGTERM
    death: signal.Signals = signal.SIGTERM


class Supervisor:
    """Runs children in the order given and stops them in that order too."""

    def __init__(self, paths: Paths, project: Path, lock: FileLock, say: Callable[[str], None]) -> None:
        self.paths, self.project, self.lock, self.say = paths, project, lock, say
        self.running: list[tuple[Child, subprocess.Popen[bytes]]] = []
        self._read_to: dict[Path, int] = {}

    def start(self, children: Sequence[Child], address: str) -> None:
        """Start every child, and note its group, so that the keeper finds it should we be killed."""
        for child in children:
            log = self.log_of(child)
            self._read_to[log] = log.stat().st_size if log.exists() else 0
            environment = {**os.environ, "PYTHONUNBUFFERED": "1", **child.environment}
            process = spawn(
                child.command,
                log=log,
                env=environment,
                cwd=self.project,
                death_signal=child.death,
                pass_fds=child.pass_fds,
            )
            self.running.append((child, process))
            groups = {kin.name: running.pid for kin, running in self.running}
            self.lock.write_note(pid=os.getpid(), address=address, groups=groups)

    def log_of(self, child: Child) -> Path:
        """Where a child's output goes."""
        return self.paths.log / f"{child.name}.log"

    def look(self) -> None:
        """Show new problems from the logs; raise StackError when a child or the servers have died."""
        for child, process in self.running:
            self._show_problems(child)
            if process.poll() is not None:
                log = self.log_of(child)
                raise StackError(f"{child.name} ended {how(process.returncode)}. The end of {log}:\n{tail(log)}")
        if not is_held(self.paths.keeper_lock):
            log = self.paths.log / "postgres.log"
            raise StackError(f"The local servers have stopped. The end of {log}:\n{tail(log)}")

    def wait_for_web(self, host: str, port: int, path: str) -> None:
        """Wait until `path` is answered with 200. Raises StackError when a child dies or it takes too long."""
        deadline, answer = time.monotonic() + START_LIMIT, "nothing"
        while time.monotonic() < deadline:
            self.look()
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection(host, port, timeout=10)
                connection.request("GET", path)
                answer = str(connection.getresponse().status)
                connection.close()
                if answer == "200":
                    return
            time.sleep(0.1)
        log = self.paths.log / "web.log"
        raise StackError(f"{path} answered {answer} for {START_LIMIT} seconds. The end of {log}:\n{tail(log)}")

    def watch(self) -> None:
        """Look until something dies (StackError) or somebody asks us to stop (Stopped)."""
        while True:
            self.look()
            time.sleep(LOOK_EVERY)

    def stop(self) -> None:
        """Stop the children one after the other, in order; further signals are ignored meanwhile."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child, process in self.running:
            stop_all([(process, child.stop)], seconds=STOP_LIMIT)
        kill_leftover_groups({child.name: process.pid for child, process in self.running})
        self.running.clear()

    def _show_problems(self, child: Child) -> None:
        log = self.log_of(child)
        if not log.exists() or (size := log.stat().st_size) <= self._read_to[log]:
            return
        with log.open("rb") as file:
            file.seek(self._read_to[log])
            new = file.read(size - self._read_to[log])
        complete = new[: new.rfind(b"\n") + 1]
        self._read_to[log] += len(complete)
        for line in complete.decode(errors="replace").splitlines():
            if PROBLEM.search(line):
                self.say(f"{child.name}: {line.strip()}  (more in {log})")


def how(status: int) -> str:
    """An exit status in words."""
    return f"with status {status}" if status >= 0 else f"by signal {signal.Signals(-status).name}"


@contextlib.contextmanager
def only_one(paths: Paths) -> Iterator[FileLock]:
    """Be the only `manage.py up` of this data folder; a killed one's children are cleared away first."""
    with FileLock(paths.up_lock) as lock:
        if not lock.exclusive(wait=False):
            note = note_of(paths.up_lock)
            raise StackError(
                f"UPR Tracker already runs for {paths.data} at {note.get('address', 'an address not known yet')} "
                f"(process {note.get('pid', '?')}). Stop it with Ctrl-C there, or with `make down`."
            )
        kill_leftover_groups(lock.read_note().get("groups", {}))
        lock.write_note(pid=os.getpid())
        try:
            yield lock
        finally:
            lock.write_note()


@contextlib.contextmanager
def stop_signals() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into `Stopped`."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)
    yield


def listen(host: str, port: int, say: Callable[[str], None]) -> socket.socket:
    """A listening socket on `port`, or on the next free one, which is said. Raises StackError after PORTS_TRIED."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + PORTS_TRIED):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(128)
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                raise StackError(f"Cannot listen on {host} port {candidate}: {error.strerror}") from error
            say(f"port {candidate} is taken, trying {candidate + 1}")
            continue
        return listener
    raise StackError(f"Ports {port} to {port + PORTS_TRIED - 1} of {host} are all taken; choose one with --port.")
