"""Reading a file in a process of its own, with limits on memory and time: whatever a file does, only that process dies.

`python -m imports.child FILE [SOURCE]` writes the reading as JSON to its standard output. It opens no connection and
knows no secret: whoever found a way to run code by a file would find no key and no address in its environment.
"""

import errno
import json
import logging
import os
import re
import resource
import signal
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
    shorten,
    split_label,
)

log = logging.getLogger(__name__)

MEMORY_MB = 2048  # of address space; the largest official file needs a tenth
SECONDS = 120  # of processor time
REFUSED = 3  # exit status: the reason stands on standard output
TOO_MUCH = 4  # exit status: no memory was left
KILLED = {-signal.SIGKILL, -signal.SIGXCPU}  # by the limit on processor time, or by the machine that had no memory left

# What the child gets of our environment: how to find programs and modules, how text is written, its own limit.
PASSED_ON = (
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "LD_LIBRARY_PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "UPR_READER_MEMORY_MB",
    "DJANGO_SETTINGS_MODULE",
)
# The settings ask for these and the child uses none of them.
STAND_INS = {
    "SECRET_KEY": "the-child-signs-nothing",
    "SITE_URL": "http://localhost",
    "DATABASE_URL": "postgres://nobody@localhost/nothing",
    "REDIS_URL": "redis://localhost",
    "EMAIL_URL": "smtp://localhost",
    "DEFAULT_FROM_EMAIL": "nobody@localhost",
    "PYTHONUTF8": "1",  # what it writes is UTF-8 wherever it runs
}


def read_in_child(path: Path, source: str = "") -> Reading:
    """The reading of a file. Raises UnreadableFile with a sentence, also when the file was too much to read."""
    command = [sys.executable, "-m", "imports.child", str(path), *([source] if source else [])]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SECONDS * 2, check=False, cwd=_project(), env=_environment()
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(_too_much(path)) from error
    if done.returncode == REFUSED:
        raise UnreadableFile(clean(done.stdout.decode(errors="replace")))
    if done.returncode != 0:
        end = done.stderr[-2000:].decode(errors="replace")
        log.error("Reading %s ended with %s: %s", path.name, done.returncode, end)
        used_up = done.returncode == TOO_MUCH or done.returncode in KILLED
        raise UnreadableFile(_too_much(path) if used_up else _our_fault(path))
    return _reading(clean(json.loads(done.stdout)))


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | STAND_INS


def _too_much(path: Path) -> str:
    message = _("“%(file)s” took too much time or memory to read. Save it anew from its own program and send it again.")
    return message % {"file": path.name}


def _our_fault(path: Path) -> str:
    message = _("“%(file)s” could not be read because of a fault of ours. It is noted in the log.")
    return message % {"file": path.name}


def _project() -> Path:
    return Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Read the file named first, as the source named second, if any."""
    django.setup()  # for the sentences' language; no connection is opened
    import imports.sources  # noqa: F401  before the limit, which is for the file and not for our modules

    memory = int(os.environ.get("UPR_READER_MEMORY_MB", MEMORY_MB)) * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sys.stdout.write(_read(Path(arguments[0]), arguments[1] if len(arguments) > 1 else None))
    except UnreadableFile as error:
        sys.stdout.buffer.write(str(error).encode(errors="replace"))
        return REFUSED
    except MemoryError:
        return TOO_MUCH
    except OSError as error:
        if error.errno != errno.ENOMEM:
            raise
        return TOO_MUCH
    return 0


def _read(path: Path, source: str | None) -> str:
    """The reading as JSON, in ASCII. Raises UnreadableFile."""
    from imports.sources import SOURCES, reader_for

    if source is not None and source not in SOURCES:
        message = _("There is no source “%(name)s”. Use one of: %(known)s.")
        raise UnreadableFile(message % {"name": source, "known": ", ".join(SOURCES)})
    return json.dumps(_plain(reader_for(path, source).read(path)))


PLAIN = ("source", "state_name", "session", "symbol", "printed_totals")
LISTS = ("recommendations", "positions", "problems")


def _plain(reading: Reading) -> dict[str, Any]:
    """A reading as JSON can hold it, without mentions."""
    found = {name: getattr(reading, name) for name in PLAIN}
    return found | {name: [asdict(row) for row in getattr(reading, name)] for name in LISTS}


UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # neither a column nor JSON of PostgreSQL takes these


def clean(value: Any) -> Any:
    """The same value without characters that cannot be stored, in all of its texts; half a character is marked."""
    match value:
        case str():
            return UNSTORABLE.sub(lambda found: "" if found[0] == "\0" else "\N{REPLACEMENT CHARACTER}", value)
        case list():
            return [clean(each) for each in value]
        case dict():
            return {clean(name): clean(each) for name, each in value.items()}
    return value


# The longest that the columns take, where a reader promises no length of its own.
LONGEST = {"symbol": 40, "printed": 150, "label": 20, "suffix": 5}


def _reading(found: dict[str, Any]) -> Reading:
    """A reading from its JSON, cut to what the tables hold; a row whose number is no number is rejected."""
    numbered, problems = _numbered(found["recommendations"])
    answers, others = _numbered(found["positions"])
    problems += others
    problems += [
        Problem(Place(**row["place"]), row["value"], row["reason"], Severity(row["severity"]))
        for row in found["problems"]
    ]
    plain = {name: found[name] for name in PLAIN} | {"symbol": (found["symbol"] or "")[: LONGEST["symbol"]] or None}
    return Reading(
        **plain,
        recommendations=tuple(_recommendation(row) for row in numbered),
        positions=tuple(ReadPosition(**row | _answer(row)) for row in answers),
        problems=tuple(problems),
    )


def _numbered(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The rows whose label is one, and a problem for each of the others: cut short, it would be another's."""
    kept: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for row in rows:
        if len(row["label"]) <= LONGEST["label"] and split_label(row["label"]):
            kept.append(row)
        else:
            reason = _("This is no number of a recommendation, such as 140.7.")
            problems.append(Problem(Place(**row["place"]), shorten(row["label"]), reason))
    return kept, problems


def _recommendation(row: dict[str, Any]) -> ReadRecommendation:
    lists = {name: tuple(row[name]) for name in ("themes", "groups", "goals")}
    lists["states"] = tuple(name[: LONGEST["printed"]] for name in row["states"])
    return ReadRecommendation(**row | _answer(row) | lists | {"suffix": row["suffix"][: LONGEST["suffix"]]})


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    claim = Claim(row["claim"]) if row["claim"] else None
    return {"place": Place(**row["place"]), "response": Response(row["response"]), "claim": claim}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")
    raise SystemExit(main(sys.argv[1:]))
