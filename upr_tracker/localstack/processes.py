"""Starting processes that die with their parent, and stopping them."""

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypedDict

from upr_tracker.localstack.paths import Account

LOG_LIMIT = 5_000_000  # bytes; a longer log is set aside at the next start
PR_SET_PDEATHSIG = 1
# Loaded before any fork: the child between fork and exec must not import or allocate much.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class AsAccount(TypedDict, total=False):
    """Arguments of subprocess that change the user."""

    user: int
    group: int
    extra_groups: list[str | int]


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    death_signal: signal.Signals,
    account: Account | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, writing to `log`; on Linux it gets `death_signal` if we die."""
    with open_log(log) as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            start_new_session=True,
            pass_fds=pass_fds,
            preexec_fn=death_with_parent(death_signal),
            **as_account(account),
        )


def as_account(account: Account | None) -> AsAccount:
    """The arguments of subprocess that run a command as `account`; none for our own user."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


@contextlib.contextmanager
def open_log(path: Path) -> Iterator[int]:
    """A descriptor that appends to the log, after setting a very long one aside as `<name>.1`."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_name(path.name + ".1"))
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield fd
    finally:
        os.close(fd)


def death_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """What a child runs before its program, so that the kernel sends it `death_signal` when we die (Linux only)."""
    return partial(_die_with_parent, death_signal, os.getpid())


def _die_with_parent(death_signal: int, parent: int) -> None:
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)


def stop_all(processes: Iterable[tuple[subprocess.Popen[bytes], signal.Signals]], *, seconds: float) -> None:
    """Ask each process to stop with its signal; whoever has not after `seconds` is killed with its whole group."""
    running = list(processes)
    for process, wish in running:
        if process.poll() is None:
            process.send_signal(wish)
    deadline = time.monotonic() + seconds
    for process, _wish in running:
        try:
            process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            kill_group(process.pid)
            process.wait()


def kill_group(leader: int) -> None:
    """SIGKILL to every process of the group; nothing when there is none."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def kill_leftover_groups(groups: Mapping[str, int]) -> None:
    """Kill what is left of the process groups of a `manage.py up` that did not end as it should.

    While a group has members its number is not given to a new process, so a leader that is gone, or is still one of
    ours, means that the group is ours.
    """
    for leader in groups.values():
        if (command := command_of(leader)) == "" or "upr_tracker" in command:
            kill_group(leader)


def is_alive(pid: int) -> bool:
    """Whether a process with this number runs (a zombie counts as gone where /proc tells)."""
    stat = Path(f"/proc/{pid}/stat")
    if sys.platform == "linux":
        try:
            return re.search(rb"\) (\S)", stat.read_bytes()).group(1) != b"Z"  # type: ignore[union-attr]
        except (FileNotFoundError, ProcessLookupError):
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def command_of(pid: int) -> str:
    """The command line of a running process; empty when it is gone."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout


def stop_orphan(pid_file: Path, *, mark: str, wish: signal.Signals, seconds: float) -> None:
    """Stop the server a pid file names if it is ours (its command line holds `mark`), then remove the file.

    A pid file survives a power cut, and its number may by now be somebody else's process, which is left alone.
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        pid_file.unlink(missing_ok=True)
        return
    if mark in command_of(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, wish)
        if not wait_until(lambda: not is_alive(pid), seconds=seconds):
            kill_group(pid)
            wait_until(lambda: not is_alive(pid), seconds=5)
    pid_file.unlink(missing_ok=True)


def wait_until(condition: Callable[[], bool], *, seconds: float, every: float = 0.02) -> bool:
    """Wait for `condition`; False when it has not come true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, indented; a sentence when there is nothing in it."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 20_000))
            last = file.read().decode(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        last = []
    return "\n".join(f"    {line}" for line in last) if last else f"    ({path} is empty)"
