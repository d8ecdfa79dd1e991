"""How quick and how frugal downloads are: the CSV of everything against COPY of the same, and memory at 1 and 10 times.

`python -m benchmarks.bulk` measures in the database that the settings name and prints one JSON object.
"""

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.lines import Line, at_most

ROOT = Path(__file__).resolve().parent.parent
SIZE = 130_000
TENTH = "&".join(f"session={number}" for number in range(20, 25))  # 5 sessions of 54
STREAMS = ("recommendations.csv", "dyads.csv")
FILES = ("parquet", "xlsx", "jsonl")
TIMES = 3  # each timing is the best of so many


def lines() -> Iterator[Line]:
    """A world of its own, made once, in servers of its own."""
    environment = os.environ | {"UPR_DATA_DIR": str(ROOT / "var" / "bench" / str(SIZE)), "UPR_LOCAL": "1"}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        environment.pop(name, None)
    within = [sys.executable, "-m", "upr_tracker.localstack", "run", "--", sys.executable, "-m"]
    subprocess.run([*within, "benchmarks.world", str(SIZE)], check=True, cwd=ROOT, env=environment)
    done = subprocess.run([*within, "benchmarks.bulk"], check=True, cwd=ROOT, env=environment, capture_output=True)
    yield from told(json.loads(done.stdout.splitlines()[-1]))


def told(found: dict[str, Any]) -> Iterator[Line]:
    """The figures as lines of the table."""
    rows = found["rows"]
    copied, streamed = found["copy"], found["streams"]["recommendations.csv"]["seconds"]
    yield Line(f"COPY of {rows:,} recommendations, {found['copied'] / 1e6:,.0f} MB: seconds", f"{copied:.1f}")
    yield at_most("recommendations.csv ÷ COPY of the same", streamed / copied, 3)
    for name, stream in found["streams"].items():
        yield Line(
            f"{name}: seconds, rows a second", f"{stream['seconds']:.1f}  {stream['rows'] / stream['seconds']:,.0f}"
        )
        yield at_most(f"{name}: peak memory of the server, everything ÷ a tenth", stream["memory"], 1.1)
    for name, file in found["files"].items():
        yield Line(f"{name} by the worker: seconds, MB", f"{file['seconds']:.1f}  {file['bytes'] / 1e6:,.0f}")
        yield at_most(f"{name}: peak memory of the worker, everything ÷ a tenth", file["memory"], 1.5)


def measure() -> dict[str, Any]:
    """All figures."""
    from accounts.reader import PUBLIC
    from reports.tables import TABLES

    table = TABLES["recommendations"]
    found: dict[str, Any] = {"rows": table.rows(PUBLIC).count(), "streams": {}}
    found["copy"], found["copied"] = min(copy(table) for _time in range(TIMES))
    with server() as (address, leader):
        for name in STREAMS:
            tenth, _rows = read(address, f"{name}?{TENTH}", leader)[1:]
            taken = [read(address, name, leader) for _time in range(TIMES)]
            seconds, peak, rows = min(taken)
            found["streams"][name] = {"seconds": seconds, "rows": rows, "memory": peak / tenth}
    found["files"] = {name: written(name) for name in FILES}
    return found


def copy(table: Any) -> tuple[float, int]:
    """Seconds and bytes of COPY of the same question, into nothing."""
    from django.db import connection

    from accounts.reader import PUBLIC
    from reports.tables import select

    rows = table.rows(PUBLIC).order_by(*table.order)
    statement, parameters = select(rows, table.columns, PUBLIC, as_cells=True).query.sql_with_params()
    began, size = time.monotonic(), 0
    with connection.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)", parameters) as lines:
        for line in lines:
            size += len(line)
    return time.monotonic() - began, size


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """The production server with one process; its address and process id."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [sys.executable, "-m", "gunicorn", "upr_tracker.wsgi", "--bind", f"fd://{listener.fileno()}"]
        command += ["--worker-class", "gthread", "--workers", "1", "--threads", "4", "--no-control-socket"]
        environment = os.environ | {"UPR_PROCESS": "web", "SITE_URL": address}
        started = subprocess.Popen(
            command, cwd=ROOT, env=environment, pass_fds=[listener.fileno()], stderr=subprocess.DEVNULL
        )
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=60).close()
            yield address, started.pid
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait()


def read(address: str, path: str, leader: int) -> tuple[float, float, int]:
    """Seconds of a whole stream, peak memory in MB of the process that serves it, and its rows; it must be complete."""
    children = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
    process = Path("/proc") / children[0]
    (process / "clear_refs").write_text("5")  # the peak begins anew
    began, last = time.monotonic(), b""
    with urllib.request.urlopen(f"{address}/api/v1/{path}", timeout=600) as answer:
        while block := answer.read(1 << 20):
            last = (last + block)[-300:]
    seconds = time.monotonic() - began
    closing = last.decode(errors="replace").rstrip().rpartition("\n")[2]
    if "complete" not in closing or "incomplete" in closing:
        raise SystemExit(f"{path} ended with {closing!r}")
    found = re.search(r"VmHWM:\s+(\d+)", (process / "status").read_text())
    rows = re.search(r"\d{2,}", closing)
    return seconds, int(found[1]) / 1024 if found else 0, int(rows[0]) if rows else 0


def written(form: str) -> dict[str, float]:
    """Seconds, bytes and memory of a file, each in a process of its own, as a worker has."""
    whole: dict[str, float] = json.loads(in_process(form, "whole"))
    tenth: dict[str, float] = json.loads(in_process(form, "tenth"))
    return whole | {"memory": whole["peak"] / tenth["peak"]}


def in_process(form: str, size: str) -> bytes:
    """What `python -m benchmarks.bulk FORM SIZE` prints."""
    command = [sys.executable, "-m", "benchmarks.bulk", form, size]
    return subprocess.run(command, check=True, cwd=ROOT, capture_output=True).stdout


def write(form: str, size: str) -> dict[str, float]:
    """Write one file of everything, or of a tenth, and say what it took."""
    from reports import files
    from reports.questions import Question

    filters = {"session": [str(number) for number in range(20, 25)]} if size == "tenth" else {}
    question = Question("recommendations", filters)
    with tempfile.TemporaryDirectory() as folder:
        path, began = Path(folder) / f"made.{form}", time.monotonic()
        getattr(files, f"write_{form}")(path, question.rows(), question.columns, question.reader)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"seconds": time.monotonic() - began, "bytes": path.stat().st_size, "peak": peak}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")
    import django

    django.setup()
    print(json.dumps(write(*sys.argv[1:3]) if sys.argv[2:] else measure()))
