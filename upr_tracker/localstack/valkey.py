"""Valkey: the broker of the worker, and the cache."""

import contextlib
import signal
import socket
import subprocess
from pathlib import Path

from upr_tracker.localstack.paths import Paths
from upr_tracker.localstack.processes import spawn, stop_orphan

STOP = signal.SIGTERM  # saves what it holds, then stops
PID_FILE = "valkey.pid"


def url(paths: Paths) -> str:
    """The address in Celery's notation for a socket; for redis-py write unix:// and db= instead of virtual_host=."""
    return f"redis+socket://{paths.valkey_socket}?virtual_host=0"


def prepare(paths: Paths) -> None:
    """Make the data folder and clear away what a killed server left."""
    if not paths.valkey.exists():
        paths.valkey.mkdir(mode=0o700)
        paths.give(paths.valkey)
    stop_orphan(paths.valkey / PID_FILE, mark=str(paths.valkey_socket), wish=STOP, seconds=5)
    paths.valkey_socket.unlink(missing_ok=True)


def start(paths: Paths, program: Path, *, unsafe: bool) -> subprocess.Popen[bytes]:
    """Start the server; it dies with the keeper. Queued work survives a restart, but for `unsafe` data."""
    options = {
        "port": "0",
        "unixsocket": str(paths.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(paths.valkey),
        "pidfile": str(paths.valkey / PID_FILE),
        "databases": "64",
        "save": "" if unsafe else "60 1",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
    }
    return spawn(
        [str(program), *(part for name, value in options.items() for part in (f"--{name}", value))],
        log=paths.log / "valkey.log",
        env={"LC_ALL": "C", "TZ": "UTC"},
        cwd=paths.valkey,
        death_signal=STOP,
        account=paths.account,
    )


def is_ready(paths: Paths) -> bool:
    """Whether the server answers a PING."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        client.connect(str(paths.valkey_socket))
        client.sendall(b"PING\r\n")
        return client.recv(64).startswith(b"+PONG")
    return False
