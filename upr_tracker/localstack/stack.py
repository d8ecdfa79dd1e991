"""Using the servers: hold them, leave them, stop them by hand, remove their data."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from upr_tracker.localstack import postgres, valkey
from upr_tracker.localstack.locks import FileLock, is_held, note_of
from upr_tracker.localstack.paths import Paths, StackError
from upr_tracker.localstack.processes import open_log, tail, wait_until

PROJECT = Path(__file__).resolve().parents[2]
START_LIMIT = 180  # seconds; making a database on a slow disk included
STOP_LIMIT = 30


@contextlib.contextmanager
def servers(data: Path | str, say: Callable[[str], None] = lambda _text: None) -> Iterator[dict[str, str]]:
    """Hold the servers of a data folder, started if need be; give the environment that names them.

    Several processes may hold them at once; the last to leave stops them. `say` is told when something takes time.
    Raises StackError when they cannot be had.
    """
    paths = Paths.of(data)
    hold = enter(paths, say)
    try:
        yield addresses(data)
    finally:
        leave(paths, hold)


def addresses(data: Path | str) -> dict[str, str]:
    """The environment for the servers of a data folder, whether they run or not."""
    paths = Paths.of(data)
    return {
        "UPR_DATA_DIR": str(paths.data),
        "DATABASE_URL": postgres.url(paths, postgres.APP),
        "DATABASE_OWNER_URL": postgres.url(paths, postgres.OWNER),
        "REDIS_URL": valkey.url(paths),
        "SECRET_KEY": _secret_key(paths),
    }


def enter(paths: Paths, say: Callable[[str], None]) -> FileLock:
    """Hold the servers and return the lock; pass it to `leave`, or let the process end with it."""
    paths.prepare()
    hold = FileLock(paths.hold_lock)
    try:
        hold.shared()  # waits while the last user's servers are being stopped
        with FileLock(paths.start_lock) as start:
            start.exclusive()
            _ensure_running(paths, say)
    except BaseException:
        leave(paths, hold)
        raise
    return hold


def leave(paths: Paths, hold: FileLock) -> None:
    """Let go of the servers; whoever is last waits until they have stopped."""
    try:
        if hold.exclusive(wait=False):
            _stop_keeper(paths)
        elif not hold.shared(wait=False):  # the keeper was quicker and is stopping them
            wait_until(lambda: not is_held(paths.keeper_lock), seconds=STOP_LIMIT)
    finally:
        hold.close()


def is_running(data: Path | str) -> bool:
    """Whether the servers of the data folder run."""
    paths = Paths.of(data)
    return is_held(paths.keeper_lock) and note_of(paths.keeper_lock).get("state") == "ready"


def stop(data: Path | str) -> list[str]:
    """Stop `manage.py up` and the servers of a data folder by hand; return what was stopped, in words."""
    paths = Paths.of(data)
    stopped = []
    if is_held(paths.up_lock) and (pid := note_of(paths.up_lock).get("pid")):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        if not wait_until(lambda: not is_held(paths.up_lock), seconds=STOP_LIMIT):
            raise StackError(f"`manage.py up` (process {pid}) does not stop. Kill it with: kill -9 {pid}")
        stopped.append(f"web, worker and beat (process {pid})")
        wait_until(
            lambda: not is_held(paths.keeper_lock), seconds=5
        )  # it takes its servers along, if it was their last user
    if is_held(paths.keeper_lock) or stopped:
        _stop_keeper(paths)
        stopped.append("PostgreSQL and Valkey")
    return stopped


def remove(data: Path | str) -> list[Path]:
    """Stop everything and delete what the servers keep outside the data folder; return the folders deleted."""
    stop(data)
    paths = Paths.of(data)
    outside = [paths.sockets] if paths.account is None else [paths.sockets, paths.home]
    removed = [folder for folder in outside if folder.exists()]
    for folder in removed:
        shutil.rmtree(folder)
    return removed


def _ensure_running(paths: Paths, say: Callable[[str], None]) -> None:
    deadline, started = time.monotonic() + START_LIMIT, False
    while time.monotonic() < deadline:
        keeper = FileLock(paths.keeper_lock)
        with keeper:
            if keeper.exclusive(wait=False):
                if started:
                    raise _did_not_start(paths)
                say("starting PostgreSQL and Valkey" if paths.postgres.exists() else "making the database")
                _start_keeper(paths, keeper)
                started = True
            elif keeper.read_note().get("state") == "ready":
                return
        time.sleep(0.02)
    raise StackError(f"The local servers have not started within {START_LIMIT} seconds; see {paths.log}.")


def _start_keeper(paths: Paths, lock: FileLock) -> None:
    """Start the keeper in a session of its own, with the lock in its hands before we let go of it."""
    lock.write_note(state="starting")
    command = [sys.executable, "-m", "upr_tracker.localstack.keeper", str(paths.data), str(lock.fd)]
    with open_log(paths.log / "localstack.log") as output:
        subprocess.run(
            ["/bin/sh", "-c", '"$@" &', "sh", *command],  # not our child: nobody here would take note of its end
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=PROJECT,
            start_new_session=True,
            pass_fds=[lock.fd],
            check=True,
        )


def _did_not_start(paths: Paths) -> StackError:
    message = note_of(paths.keeper_lock).get("message")
    log = paths.log / "localstack.log"
    return StackError(message or f"The keeper of the local servers died. The end of {log}:\n{tail(log)}")


def _stop_keeper(paths: Paths) -> None:
    def gone() -> bool:
        return not is_held(paths.keeper_lock)

    # A keeper that is only just starting has not written its number yet.
    wait_until(lambda: gone() or "pid" in note_of(paths.keeper_lock), seconds=5)
    if gone():
        return
    pid = note_of(paths.keeper_lock)["pid"]
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    if not wait_until(gone, seconds=STOP_LIMIT):
        raise StackError(f"The local servers do not stop (process {pid}); see {paths.log}.")


def _secret_key(paths: Paths) -> str:
    """A key of this folder's own, so that people stay signed in over a restart; made once, private."""
    path = paths.run / "secret-key"
    if not path.exists():
        paths.run.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"secret-key.{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)  # the first of two processes wins, the other reads its key
        partial.unlink()
    return path.read_text()
