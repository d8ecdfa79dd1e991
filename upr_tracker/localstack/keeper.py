"""The keeper: parent of both servers, started detached, gone when nobody uses them. Run as
`python -m upr_tracker.localstack.keeper DATA_FOLDER LOCK_DESCRIPTOR` by `stack.py` only."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from upr_tracker.localstack import binaries, postgres, valkey
from upr_tracker.localstack.locks import FileLock, is_held, note_of
from upr_tracker.localstack.paths import Paths, StackError
from upr_tracker.localstack.processes import kill_leftover_groups, stop_all, tail, wait_until

LOOK_EVERY = 0.5  # seconds between looks whether anybody still holds the servers; a tidy leaver tells us at once
START_LIMIT, STOP_LIMIT = 60, 15  # seconds; recovery after a power cut takes a while


@dataclass
class Server:
    """One running server."""

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals
    is_ready: Callable[[], bool]


class Wakeup:
    """Sleeps until a signal or a time limit; `asked` says whether somebody asked us to stop."""

    def __init__(self) -> None:
        self.asked = False
        self._read, write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a server that died wakes us

    def wait(self, seconds: float) -> None:
        """Sleep at most `seconds`."""
        select.select([self._read], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self._read, 512)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def main(data: str, descriptor: str) -> int:
    """Start the servers, keep them while they are used, stop them."""
    wakeup = Wakeup()
    paths, lock = Paths.of(data), FileLock(fd=int(descriptor))
    lock.write_note(state="starting", pid=os.getpid())
    servers: list[Server] = []
    try:
        start(paths, servers)
        lock.write_note(state="ready", pid=os.getpid())
        with FileLock(paths.hold_lock) as hold:
            keep(servers, hold, wakeup)
            lock.write_note(state="stopping", pid=os.getpid())
            kill_children_of_up(paths)
            stop(servers)  # while we hold the lock, so that nobody finds a server that is about to go
    except (StackError, OSError) as error:
        stop(servers)
        lock.write_note(state="failed", pid=os.getpid(), message=str(error))
        return 1
    return 0


def start(paths: Paths, servers: list[Server]) -> None:
    """Start both servers, adding them to `servers`, and wait until they take connections."""
    unsafe = os.environ.get("UPR_FAST_UNSAFE") == "1"
    programs = binaries.find(paths)
    postgres.prepare(paths, programs.postgres, unsafe=unsafe)
    valkey.prepare(paths)
    database = postgres.start(paths, programs.postgres, unsafe=unsafe)
    servers.append(Server("postgres", database, postgres.STOP, lambda: postgres.is_ready(paths, database.pid)))
    broker = valkey.start(paths, programs.valkey, unsafe=unsafe)
    servers.append(Server("valkey", broker, valkey.STOP, lambda: valkey.is_ready(paths)))
    for server in servers:
        settled = wait_until(lambda s=server: s.process.poll() is not None or s.is_ready(), seconds=START_LIMIT)  # type: ignore[misc]
        if not settled or server.process.poll() is not None:
            log = paths.log / f"{server.name}.log"
            raise StackError(f"The local {server.name} did not start. The end of {log}:\n{tail(log)}")


def keep(servers: list[Server], hold: FileLock, wakeup: Wakeup) -> None:
    """Return when nobody uses the servers, when asked to stop, or when one of them has died."""
    while not wakeup.asked:
        for server in servers:
            if server.process.poll() is not None:
                print(f"{server.name} ended with {server.process.returncode}; stopping the rest", flush=True)
                return
        if hold.exclusive(wait=False):
            return
        wakeup.wait(LOOK_EVERY)


def stop(servers: list[Server]) -> None:
    """Stop both servers; each gets time to write what it holds."""
    stop_all(((server.process, server.stop_signal) for server in servers), seconds=STOP_LIMIT)


def kill_children_of_up(paths: Paths) -> None:
    """Kill what a killed `manage.py up` left: its note is emptied when it ends as it should."""
    if not is_held(paths.up_lock):
        kill_leftover_groups(note_of(paths.up_lock).get("groups", {}))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
