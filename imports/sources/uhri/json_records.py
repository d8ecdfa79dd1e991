"""The records of a JSON file one after another, in bounded memory, whatever the file holds.

ijson gives the events of the file. Its own objects are not used, since for them it keeps a path as long as the file is
deep; and it is asked for floats, since a whole number of thousands of digits otherwise ends the process (ijson 3.6).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import ijson
from django.utils.translation import gettext as _

from imports.reading import UnreadableFile

FILE_BYTES = 2_000_000_000
RECORD_BYTES = 2_000_000  # the longest text seen has some ten thousand; every read may take in CHUNK bytes more
DEPTH = 8  # a record is three deep: list, record, list of values
CHUNK = 65_536
BOM = b"\xef\xbb\xbf"
WHITE = b" \t\r\n"
OPENING, CLOSING = ("start_map", "start_array"), ("end_map", "end_array")


def records_of(path: Path) -> Iterator[object]:
    """Each item of the list the file consists of: a dict, a list, or a single value; texts with whatever they hold.

    Raises `UnreadableFile`, at the first item or any later one, for what is no JSON, no list, cut short or hostile.
    """
    try:
        with path.open("rb") as file:
            _check_start(path, file)
            yield from _items(path, _Guarded(path, file))
    except OSError as error:
        raise UnreadableFile(
            _("“%(file)s” cannot be opened: %(error)s. Check that the file is there, and send it again.")
            % {"file": path.name, "error": error.strerror or type(error).__name__}
        ) from error


def _check_start(path: Path, file: BinaryIO) -> None:
    size = path.stat().st_size
    start = file.read(1024)
    file.seek(len(BOM) if start.startswith(BOM) else 0)
    if size > FILE_BYTES:
        raise _refused(path, _("it is larger than %(limit)d MB") % {"limit": FILE_BYTES // 1_000_000})
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(path, _("it is written in UTF-16"))
    first = start.removeprefix(BOM).lstrip(WHITE)[:1]
    if first != b"[":
        why = _("it is one JSON object and no list of records") if first == b"{" else _("it is no list in JSON")
        raise _refused(path, why)


class _Guarded:
    """The file, as ijson wants it; refuses to go on inside a record that is longer than any record is."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self.file = path, file
        self.since_record = 0

    def read(self, size: int) -> bytes:
        """The next bytes; none at the end."""
        chunk = self.file.read(size)
        self.since_record += len(chunk)
        if self.since_record > RECORD_BYTES:
            limit = RECORD_BYTES // 1_000_000
            raise _refused(self.path, _("one of its records is longer than %(limit)d MB") % {"limit": limit})
        return chunk


def _items(path: Path, file: _Guarded) -> Iterator[object]:
    number = 0
    try:
        for item in _build(path, ijson.basic_parse(file, use_float=True, buf_size=CHUNK)):
            number += 1
            file.since_record = 0
            yield item
    except (ijson.JSONError, ValueError, OverflowError, ArithmeticError) as error:
        raise UnreadableFile(
            _(
                "“%(file)s” is cut short or damaged after record %(number)d: it is no sound JSON there. Download it "
                "once more and send that."
            )
            % {"file": path.name, "number": number}
        ) from error


def _build(path: Path, events: Iterator[tuple[str, Any]]) -> Iterator[object]:
    """Each item of the outermost list; what is below it as Python has it."""
    open_ones: list[Any] = []  # the outermost list first
    keys: list[str] = []
    for event, value in events:
        if event == "map_key":
            keys[-1] = value
            continue
        if event in OPENING:
            open_ones.append({} if event == "start_map" else [])
            keys.append("")
            if len(open_ones) > DEPTH:
                raise _refused(path, _("its records are nested too deeply"))
            continue
        if event in CLOSING:
            value = open_ones.pop()
            keys.pop()
            if not open_ones:
                continue  # ijson goes on to see that nothing follows the list
        if len(open_ones) == 1:
            yield value
        elif isinstance(open_ones[-1], dict):
            open_ones[-1][keys[-1]] = value
        else:
            open_ones[-1].append(value)


def _refused(path: Path, why: str) -> UnreadableFile:
    return UnreadableFile(
        _("“%(file)s” is not the JSON export of UHRI: %(why)s. Send the file as it was downloaded.")
        % {"file": path.name, "why": why}
    )
