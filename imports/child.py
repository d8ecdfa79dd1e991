"""Reading a file in a process of its own, with limits on memory and time: whatever a file does, only that process dies.

`python -m imports.child FILE [SOURCE]` writes the reading as a line of JSON to its standard output, and after it, of an
export, a line for each of its rows, so that neither side ever holds all of them. It opens no connection and
knows no secret: whoever found a way to run code by a file would find no key and no address in its environment.
"""

import datetime as dt
import errno
import json
import logging
import os
import re
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, cast

import django
from django.utils.translation import gettext as _

from imports.reading import (
    EXPORTS,
    Claim,
    MentionStream,
    PassedOver,
    Place,
    Problem,
    Reading,
    ReadMention,
    ReadPosition,
    ReadRecommendation,
    ReadSheet,
    Response,
    Severity,
    UnreadableFile,
    shorten,
    split_label,
)

log = logging.getLogger(__name__)

MEMORY_MB = 2048  # of address space; the largest official file needs a tenth
SECONDS = 120  # of processor time
EXPORT_SECONDS = 900  # for the whole of UHRI, which takes 40; who consumes it may take longer
PIECE = 1 << 18  # bytes read at once
LONGEST_TEXT = 20_000  # characters of a mention; of the real ones the longest has some 3,000
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
    """The reading of a file. Raises UnreadableFile with a sentence, also when the file was too much to read.

    The mentions of an export are read on while they are consumed, and raise it too; the child ends with its reading.
    """
    child = Child(path, source)
    try:
        reading = _reading(clean(json.loads(next(child.lines))))
        if reading.source in EXPORTS:
            return replace(reading, mentions=MentionStream(child.entries()))
        for _line in child.lines:  # to the end, where its exit status says that all is well
            pass
    except BaseException:
        child.stop()
        raise
    child.stop()
    return reading


class Child:
    """The reading process: lines of JSON come out of it, and in the end a status."""

    def __init__(self, path: Path, source: str) -> None:
        command = [sys.executable, "-m", "imports.child", str(path), *([source] if source else [])]
        self.path = path
        self.said = TemporaryFile()  # noqa: SIM115  its errors, for the log; a second pipe could fill up and stop it
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.said, cwd=_project(), env=_environment()
        )
        self.lines = self._lines()

    def entries(self) -> Iterator[ReadMention | Problem | PassedOver]:
        """What the rows of an export came to, one at a time; who stops asking, or never begins, ends the process."""
        entries = self._entries()
        next(entries)  # to the inside of its `try`: of a generator that has not begun nothing is run when it goes
        return cast("Iterator[ReadMention | Problem | PassedOver]", entries)

    def _entries(self) -> Iterator[ReadMention | Problem | PassedOver | None]:
        """Nothing at first, then the entries."""
        try:
            yield None
            yield from map(_entry, self.lines)
        finally:
            self.stop()

    def _lines(self) -> Iterator[bytes]:
        """The lines that it writes, to a good end; raises UnreadableFile at any other."""
        assert self.process.stdout is not None
        rest: list[bytes] = []
        while piece := self._piece(self.process.stdout.fileno()):
            head, newline, tail = piece.rpartition(b"\n")
            if newline:
                yield from (b"".join(rest) + head).split(b"\n")
                rest = [tail]
            else:
                rest.append(piece)
        self._end(b"".join(rest))

    def _piece(self, pipe: int) -> bytes:
        """What it has written since; nothing at its end. Silence for too long is taken for a loop."""
        if not select.select([pipe], [], [], SECONDS * 2)[0]:
            raise UnreadableFile(_too_much(self.path))
        return os.read(pipe, PIECE)

    def _end(self, rest: bytes) -> None:
        """Raise UnreadableFile unless it ended well; `rest` is why it refuses the file, where it does."""
        status = self.process.wait(timeout=SECONDS)
        self.said.seek(max(0, self.said.seek(0, os.SEEK_END) - 2000))
        end = self.said.read().decode(errors="replace")
        if status == REFUSED:
            raise UnreadableFile(clean(rest.decode(errors="replace")))
        if status != 0:
            log.error("Reading %s ended with %s: %s", self.path.name, status, end)
            used_up = status == TOO_MUCH or status in KILLED
            raise UnreadableFile(_too_much(self.path) if used_up else _our_fault(self.path))

    def stop(self) -> None:
        """Whoever wants no more of it ends it; what has ended stays ended."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        self.said.close()


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
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, EXPORT_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for line in _read(Path(arguments[0]), arguments[1] if len(arguments) > 1 else None):
            sys.stdout.write(line + "\n")
    except UnreadableFile as error:
        sys.stdout.flush()
        sys.stdout.buffer.write(" ".join(str(error).split("\n")).encode(errors="replace"))
        return REFUSED
    except MemoryError:
        return TOO_MUCH
    except OSError as error:
        if error.errno != errno.ENOMEM:
            raise
        return TOO_MUCH
    return 0


def _read(path: Path, source: str | None) -> Iterator[str]:
    """The reading as JSON, in ASCII, and a line for each row of an export. Raises UnreadableFile."""
    from imports.sources import SOURCES, reader_for

    if source is not None and source not in SOURCES:
        message = _("There is no source “%(name)s”. Use one of: %(known)s.")
        raise UnreadableFile(message % {"name": source, "known": ", ".join(SOURCES)})
    found = reader_for(path, source)
    if found.NAME in EXPORTS:
        resource.setrlimit(resource.RLIMIT_CPU, (EXPORT_SECONDS, EXPORT_SECONDS))
    reading = found.read(path)
    yield json.dumps(_plain(reading))
    for entry in reading.mentions.entries():
        yield json.dumps(_line(entry), default=str)


def _line(entry: ReadMention | Problem | PassedOver) -> list[object]:
    """What one row came to, as JSON can hold it: a letter for its sort, and its values."""
    match entry:
        case ReadMention():
            if len(entry.text) > LONGEST_TEXT:
                what = _("This text is longer than %(n)d characters and was left out.") % {"n": LONGEST_TEXT}
                return _line(Problem(entry.place, shorten(entry.text), what))
            return ["m", [getattr(entry, name) for name in MENTION], _at(entry.place)]
        case Problem():
            return ["p", _at(entry.place), entry.value, entry.reason, entry.severity]
    return ["o", entry.kind]


def _at(place: Place) -> list[object]:
    return [place.part, place.row, place.column]


def _entry(line: bytes) -> ReadMention | Problem | PassedOver:
    """What a line of an export says, cut to what the tables hold."""
    said = json.loads(line)
    if b"\\u0000" in line or b"\\ud" in line:  # in ASCII whatever cannot be stored looks so
        said = clean(said)
    match said:
        case ["m", values, place]:
            return _mention(dict(zip(MENTION, values, strict=True)), Place(*place))
        case ["p", place, value, reason, severity]:
            return Problem(Place(*place), value, reason, Severity(severity))
    return PassedOver(said[1])


def _mention(row: dict[str, Any], place: Place) -> ReadMention:
    published = dt.date.fromisoformat(row["published"]) if row["published"] else None
    lists = {name: tuple(row[name]) for name in ("issues", "groups", "goals")}
    cut = {"key": row["key"][: LONGEST["key"]], "label": row["label"] if len(row["label"]) <= LONGEST["label"] else ""}
    cut |= {"states": tuple(name[: LONGEST["printed"]] for name in row["states"])}
    given = row | lists | cut | {"response": Response(row["response"]), "published": published}
    return ReadMention(**given | {"claim": Claim(row["claim"]) if row["claim"] else None, "place": place})


PLAIN = ("source", "state_name", "session", "symbol", "printed_totals")
LISTS = ("recommendations", "positions", "sheets", "problems")


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
LONGEST = {"symbol": 40, "printed": 150, "label": 20, "suffix": 5, "key": 100}
MENTION = tuple(each.name for each in fields(ReadMention) if each.name != "place")


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
        sheets=tuple(map(_sheet, found["sheets"])),
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


def _sheet(found: dict[str, Any]) -> ReadSheet:
    rows = tuple((number, tuple(cells)) for number, cells in found["rows"])
    return ReadSheet(found["part"], found["heading_row"], tuple(found["headings"]), rows, found["has_types"])


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    claim = Claim(row["claim"]) if row["claim"] else None
    return {"place": Place(**row["place"]), "response": Response(row["response"]), "claim": claim}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")
    raise SystemExit(main(sys.argv[1:]))
