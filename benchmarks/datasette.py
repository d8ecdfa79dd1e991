"""Datasette beside the API: the same rows in SQLite, its package in an environment of its own, with its defaults.

Its lists are asked with a facet on each column that has values to choose from; ours are a page and the facets of the
same filter. By default Datasette gives up a facet after 200 ms, and answers without it.
"""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.lines import Line, at_least
from benchmarks.load import Measured, ask
from upr_tracker.localstack.processes import spawn, stop_all, wait_until

COLUMNS = ("state", "session", "cycle", "response", "claim", "status", "action_category")
# The rows with their lists of terms as JSON, which is how Datasette takes several values of one column.
LINKS = {
    "recommending_state": ("recommendingstate", "states_state", "state_id", "iso3"),
    "issue": ("recommendationissue", "issues_issue", "issue_id", "slug"),
    "group_of_persons": ("recommendation_groups", "issues_persongroup", "persongroup_id", "code"),
    "goal": ("recommendation_goals", "issues_goal", "goal_id", "code"),
}
TERMS = ", ".join(
    f"(SELECT json_agg(t.{code})::text FROM recommendations_{links} l JOIN {terms} t ON t.id = l.{key}"
    " WHERE l.recommendation_id = r.id)"
    for links, terms, key, code in LINKS.values()
)
EXPORT = f"""
    SELECT r.public_id, r.state_iso3, r.session_number, r.cycle, r.response, r.claim, r.status, r.action_category,
        {TERMS}, r.text
    FROM recommendations_recommendation r WHERE r.removed_at IS NULL ORDER BY r.id
"""
FILTERS: tuple[dict[str, str], ...] = ({}, {"response": "supported"}, {"state": "KAZ"}, {"status": "regression"})
ROUNDS = 3  # of theirs and ours in turn
SETTINGS = ("facet_time_limit_ms", "sql_time_limit_ms", "num_sql_threads")  # as they come; told beside the figure


def export(file: Path) -> None:
    """Write the rows of the database that DATABASE_URL names into a SQLite file with an index on each column."""
    import psycopg

    names = ("public_id", *COLUMNS, *LINKS, "text")
    with sqlite3.connect(file) as lite, psycopg.connect(os.environ["DATABASE_URL"]) as source:
        lite.execute(f"CREATE TABLE recommendations ({', '.join(names)}, PRIMARY KEY (public_id))")
        with source.cursor("rows") as rows:
            rows.execute(EXPORT)
            lite.executemany(f"INSERT INTO recommendations VALUES ({', '.join('?' * len(names))})", rows)
        for name in COLUMNS:
            lite.execute(f"CREATE INDEX by_{name} ON recommendations ({name})")
        lite.execute("ANALYZE")


def lines(ours: int, folder: Path) -> Iterator[Line]:
    """One line: how many times as many lists with all facets we answer. `folder` holds the SQLite file."""
    program = installed(folder.parent)
    if program is None:
        yield Line("lists with all facets: Datasette cannot be installed here", "skipped")
        return
    asked = urlencode([("_size", "50"), *(("_facet", name) for name in COLUMNS), *(("_facet_array", n) for n in LINKS)])
    pages = [f"/api/v1/recommendations/{part}?{urlencode(each)}" for each in FILTERS for part in ("", "facets/")]
    theirs, mine = Measured(), Measured()
    with served(program, folder / "rows.sqlite") as port:
        paths = [f"/rows/recommendations.json?{asked}&{urlencode(each)}" for each in FILTERS]
        ask(port, paths, len(paths))  # both have their plans and caches
        ask(ours, pages, 5 * len(pages))
        for _turn in range(ROUNDS):  # in turn, so that whatever else the machine does meanwhile meets both
            theirs.add(ask(port, paths, len(paths), at_once=2))
            mine.add(ask(ours, pages, 10 * len(pages), at_once=2))
        answered = sum(len(read(port, path)["facet_results"]) for path in paths)
        settings = read(port, "/-/settings.json")
    rate = mine.per_second / 2  # a page and its facets are one list
    words = f"{rate:.1f} and {theirs.per_second:.2f} a second, {version(program)}"
    yield at_least(f"lists with all facets, times Datasette's ({words})", rate / theirs.per_second, 20)
    defaults = ", ".join(f"{name} {settings[name]}" for name in SETTINGS)
    wanted = len(paths) * (len(COLUMNS) + len(LINKS))
    yield Line(f"facets that Datasette gave up, of {wanted} ({defaults})", str(wanted - answered))


def installed(folder: Path) -> Path | None:
    """Datasette in an environment of its own; None where it cannot be had."""
    program = folder / "datasette" / "bin" / "datasette"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(program.parents[1])], check=True)
        pip = [str(program.with_name("pip")), "install", "-qq", "datasette"]
        if subprocess.run(pip, check=False).returncode:
            return None
    return program


def version(program: Path) -> str:
    """What it calls itself."""
    return subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout.strip()


@contextlib.contextmanager
def served(program: Path, file: Path) -> Iterator[int]:
    """Datasette on a file, as it comes; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = file.with_name("datasette.log")
    process = spawn(
        [str(program), "serve", "-i", str(file), "--host", "127.0.0.1", "--port", str(port)],
        log=log,
        env=os.environ,
        cwd=file.parent,
        death_signal=signal.SIGTERM,
    )
    try:
        wait_until(lambda: answers(port), seconds=60)
        yield port
    finally:
        stop_all([(process, signal.SIGTERM)], seconds=10)


def read(port: int, path: str) -> dict[str, Any]:
    """An answer of it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
        found: dict[str, Any] = json.load(response)
        return found


def answers(port: int) -> bool:
    """Whether anybody listens."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


if __name__ == "__main__":
    export(Path(sys.argv[1]))
