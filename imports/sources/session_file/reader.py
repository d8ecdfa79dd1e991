"""Whether a file is a session file, and whether it fits its schema. `imports.session_file` loads what it says."""

import re
from pathlib import Path

from imports.reading import Reading, UnreadableFile
from imports.session_file.reading import LARGEST, BadSessionFile, read_session_file

NAME = "session_file"
# The two keys that every session file has at its top, as YAML or as JSON writes them.
KEYS = (re.compile(rb'^\s*"?session"?\s*:\s*[0-9]', re.MULTILINE), re.compile(rb'^\s*"?reviews"?\s*:', re.MULTILINE))
ON_ONE_LINE = (re.compile(rb'"session"\s*:\s*[0-9]'), re.compile(rb'"reviews"\s*:\s*\['))
PROBLEMS = 50  # told at once


def recognise(path: Path) -> bool:
    """Whether the file's content is a session file's. Never raises for a bad file."""
    try:
        with path.open("rb") as file:
            packed = file.read(LARGEST)
    except (OSError, ValueError):
        return False
    if packed.startswith((b"PK", b"%PDF", b"\xd0\xcf\x11\xe0")):
        return False
    keys = ON_ONE_LINE if packed.lstrip().startswith(b"{") else KEYS
    return all(key.search(packed) for key in keys)


def read(path: Path) -> Reading:
    """The session that a file is of, once all of it fits the schema. Raises `UnreadableFile` with every problem."""
    try:
        found = read_session_file(path)
    except BadSessionFile as error:
        raise UnreadableFile(sentences(error)) from error
    return Reading(source=NAME, session=found.content["session"])


def sentences(error: BadSessionFile) -> str:
    """What is wrong with a file, a line each, as many as a person reads."""
    return "\n".join(error.problems[:PROBLEMS])
