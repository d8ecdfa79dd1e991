"""The API measured against a floor, against itself at ten times the size, and beside Datasette.

`python -m benchmarks.api` makes two worlds in var/bench, once, starts a production server on each and asks the fixed
file of questions. Ours and the floor take turns, so that whatever else the machine does meanwhile meets both.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import datasette
from benchmarks.lines import Line, at_least, at_most
from benchmarks.load import Measured, ask
from upr_tracker.localstack import servers
from upr_tracker.localstack.processes import spawn, stop_all, wait_until

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "var" / "bench"
SMALL, LARGE = 130_000, 1_300_000
ROUNDS, PER_ROUND = 5, 60  # of ours and the floor in turn
ALONE = 25  # questions asked one after another, for a median


@dataclass(frozen=True)
class World:
    """A world of one size, served by the API and by the floor."""

    size: int
    ours: int  # ports
    floor: int
    asked: Mapping[str, Any]  # what benchmarks.recording wrote

    def paths(self, kind: str) -> list[tuple[str, str]]:
        """Our path and the floor's of each question of a kind."""
        questions = enumerate(self.asked["questions"])
        return [(question["path"], f"/{number}") for number, question in questions if question["kind"] == kind]


def lines(_rows: int = 0, sizes: Sequence[int] = (SMALL, LARGE)) -> Iterator[Line]:
    """One line a figure."""
    with contextlib.ExitStack() as stack:
        worlds = [stack.enter_context(world(size)) for size in sizes]
        yield from against_the_floor(worlds[0])
        yield from asked_again(worlds[0])
        yield from datasette.lines(worlds[0].ours, FOLDER / str(worlds[0].size))
        if len(worlds) > 1:
            from benchmarks import facets

            yield from at_ten_times_the_size(*worlds)
            yield from facets.lines(*worlds)


def against_the_floor(one: World) -> Iterator[Line]:
    """Lists and details beside the smallest application that asks the same of the database."""
    for kind, words, aim in (("list", "lists of 50", 0.35), ("one", "one recommendation", 0.25)):
        ours, floor = in_turn(one, one.paths(kind))
        rate = f"{ours.per_second:.0f} of {floor.per_second:.0f} a second"
        yield at_least(f"{words}, part of the floor's throughput ({rate})", ours.per_second / floor.per_second, aim)
        p95 = f"{ours.p95 * 1000:.1f} and {floor.p95 * 1000:.1f} ms"
        yield at_most(f"{words}, p95 over the floor's ({p95})", ours.p95 / floor.p95, 3)


def in_turn(one: World, paths: Sequence[tuple[str, str]]) -> tuple[Measured, Measured]:
    """Both, in turn."""
    ours, floor = Measured(), Measured()
    for turn in range(ROUNDS + 1):
        mine = ask(one.ours, [path for path, _floor in paths], PER_ROUND)
        its = ask(one.floor, [path for _ours, path in paths], PER_ROUND)
        if turn:  # the first round is for plans and caches
            ours.add(mine)
            floor.add(its)
    return ours, floor


def asked_again(one: World) -> Iterator[Line]:
    """Answers that the asker has already."""
    paths = [path for path, _floor in one.paths("list")]
    marks = [{"If-None-Match": etag_of(one.ours, path)} for path in paths]
    full, again = Measured(), Measured()
    for _turn in range(ROUNDS):
        full.add(ask(one.ours, paths, PER_ROUND))
        again.add(ask(one.ours, paths, PER_ROUND, status=304, headers=marks))
    rate = f"{again.per_second:.0f} and {full.per_second:.0f} a second"
    yield at_least(f"304 over full lists, throughput ({rate})", again.per_second / full.per_second, 3)
    yield at_most("queries of a 304", one.asked["again"], 1)


def etag_of(port: int, path: str) -> str:
    """The mark of an answer."""
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
        return str(response.headers["ETag"])


def at_ten_times_the_size(small: World, large: World) -> Iterator[Line]:
    """The same questions where there is ten times as much."""
    times = f"{large.size / small.size:g} times the rows"
    for order in small.asked["orders"]:
        here, there = alone((small, small.asked["orders"][order]), (large, large.asked["orders"][order]))
        ms = f"{there.median * 1000:.1f} and {here.median * 1000:.1f} ms"
        yield at_most(f"a page by {order}, {times} ({ms})", there.median / here.median, 1.5)
    for path, _floor in small.paths("search"):
        here, there = alone((small, [path]), (large, [path]))
        ms = f"{there.median * 1000:.1f} and {here.median * 1000:.1f} ms"
        yield at_most(f"{path.partition('?')[2]}, {times} ({ms})", there.median / here.median, 2)


def alone(small: tuple[World, Sequence[str]], large: tuple[World, Sequence[str]]) -> tuple[Measured, Measured]:
    """Both, one question at a time, in turn."""
    here, there = Measured(), Measured()
    for turn in range(4):
        mine = ask(small[0].ours, small[1], ALONE, at_once=1)
        its = ask(large[0].ours, large[1], ALONE, at_once=1)
        if turn:
            here.add(mine)
            there.add(its)
    return here, there


@contextlib.contextmanager
def world(size: int) -> Iterator[World]:
    """A world, made if need be, with both servers."""
    data = (FOLDER / str(size)).resolve()
    data.mkdir(parents=True, exist_ok=True)
    (data / "static").mkdir(exist_ok=True)
    asked = data / "floor.json"
    with servers(data, lambda text: print(f"bench: {text}", file=sys.stderr)) as found, contextlib.ExitStack() as stack:
        given = os.environ | found | {"UPR_LOCAL": "1", "UPR_FAST_UNSAFE": "1", "FLOOR_FILE": str(asked)}
        given["UPR_API_REQUESTS_A_MINUTE"] = "10000000"  # counted as in production, and never too many
        run([sys.executable, "-m", "benchmarks.world", str(size)], given)
        run([sys.executable, "-m", "benchmarks.recording", str(asked)], given)
        if not (data / "rows.sqlite").exists():
            run([sys.executable, "-m", "benchmarks.datasette", str(data / "rows.sqlite")], given)
        served = {
            "SITE_URL": "http://127.0.0.1",
            "ALLOWED_HOSTS": "127.0.0.1",
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "DEFAULT_FROM_EMAIL": "UPR Tracker <tracker@example.org>",
            "UPR_PROCESS": "web",
        }
        production = {name: value for name, value in (given | served).items() if name != "UPR_LOCAL"}
        ours = stack.enter_context(server("upr_tracker.wsgi", data / "api.log", production))
        floor = stack.enter_context(server("benchmarks.floor:application", data / "floor.log", given))
        ask(ours, ["/api/v1/recommendations/"], 60)  # both processes have read their code
        yield World(size, ours, floor, json.loads(asked.read_text()))


def run(command: Sequence[str], env: Mapping[str, str]) -> None:
    """A command that must succeed."""
    subprocess.run(command, env=dict(env), cwd=ROOT, check=True)


@contextlib.contextmanager
def server(application: str, log: Path, env: Mapping[str, str]) -> Iterator[int]:
    """A production server, as the Dockerfile starts it; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", application, "--bind", f"fd://{listener.fileno()}"]
        command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
        command += ["--no-control-socket"]
        process = spawn(
            command,
            log=log,
            env=env,
            cwd=ROOT,
            death_signal=signal.SIGTERM,
            pass_fds=[listener.fileno()],
        )
    try:
        wait_until(lambda: "Booting worker" in log.read_text(), seconds=30)
        yield port
    finally:
        stop_all([(process, signal.SIGTERM)], seconds=10)


if __name__ == "__main__":
    for line in lines(sizes=[int(size) for size in sys.argv[1:]] or (SMALL, LARGE)):
        print(line, flush=True)
