"""Reading a file in a process of its own, with limits on memory and time: whatever a file does, only that process dies.

`python -m imports.child FILE [SOURCE]` writes the reading as JSON to its standard output. It opens no connection.
"""

import json
import logging
import os
import resource
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django
from django.utils.translation import gettext as _

from imports.reading import (
    Claim,
    Place,
    Problem,
    Reading,
    ReadPosition,
    ReadRecommendation,
    Response,
    Severity,
    UnreadableFile,
)

log = logging.getLogger(__name__)

MEMORY_MB = 2048  # of address space; the largest official file needs a tenth
SECONDS = 120  # of processor time
REFUSED = 3  # exit status: the reason stands on standard output


def read_in_child(path: Path, source: str = "") -> Reading:
    """The reading of a file. Raises UnreadableFile with a sentence, also when the file was too much to read."""
    command = [sys.executable, "-m", "imports.child", str(path), *([source] if source else [])]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS * 2, check=False, cwd=_project())
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(_too_much(path)) from error
    if done.returncode == REFUSED:
        raise UnreadableFile(done.stdout.decode())
    if done.returncode != 0:
        log.warning(
            "Reading %s ended with %s: %s", path.name, done.returncode, done.stderr[-2000:].decode(errors="replace")
        )
        raise UnreadableFile(_too_much(path))
    return _reading(json.loads(done.stdout))


def _too_much(path: Path) -> str:
    message = _("“%(file)s” took too much time or memory to read. Save it anew from its own program and send it again.")
    return message % {"file": path.name}


def _project() -> Path:
    return Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Read the file named first, as the source named second, if any."""
    django.setup()  # for the sentences' language; no connection is opened
    memory = int(os.environ.get("UPR_READER_MEMORY_MB", MEMORY_MB)) * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from imports.sources import SOURCES, reader_for

    path, source = Path(arguments[0]), arguments[1] if len(arguments) > 1 else None
    try:
        if source is not None and source not in SOURCES:
            known = ", ".join(SOURCES)
            raise UnreadableFile(
                _("There is no source “%(name)s”. Use one of: %(known)s.") % {"name": source, "known": known}
            )
        reading = reader_for(path, source).read(path)
    except UnreadableFile as error:
        sys.stdout.write(str(error))
        return REFUSED
    json.dump(_plain(reading), sys.stdout)
    return 0


PLAIN = ("source", "state_name", "session", "symbol", "printed_totals")
LISTS = ("recommendations", "positions", "problems")


def _plain(reading: Reading) -> dict[str, Any]:
    """A reading as JSON can hold it, without mentions."""
    found = {name: getattr(reading, name) for name in PLAIN}
    return found | {name: [asdict(row) for row in getattr(reading, name)] for name in LISTS}


def _reading(found: dict[str, Any]) -> Reading:
    """A reading from its JSON."""
    recommendations = [
        ReadRecommendation(
            **row | _answer(row) | {name: tuple(row[name]) for name in ("states", "themes", "groups", "goals")}
        )
        for row in found["recommendations"]
    ]
    positions = [ReadPosition(**row | _answer(row)) for row in found["positions"]]
    problems = [
        Problem(Place(**row["place"]), row["value"], row["reason"], Severity(row["severity"]))
        for row in found["problems"]
    ]
    plain = {name: found[name] for name in PLAIN}
    return Reading(
        **plain, recommendations=tuple(recommendations), positions=tuple(positions), problems=tuple(problems)
    )


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    claim = Claim(row["claim"]) if row["claim"] else None
    return {"place": Place(**row["place"]), "response": Response(row["response"]), "claim": claim}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")
    raise SystemExit(main(sys.argv[1:]))
