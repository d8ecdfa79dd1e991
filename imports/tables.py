"""The rows of a table somebody sent: .csv and other delimited text, .xlsx, .xls, .ods, told apart by content.

Cells come as values: a formula as what it last came to, a date as a date, never anything that could run. What a file
may ask of us is limited before any library sees it; whatever is beyond the limits, damaged or no table at all is an
`UnreadableFile`, also in the middle of the rows.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from imports.delimited import delimiter_of, encoding_of
from imports.reading import Place, UnreadableFile
from imports.safe_files import kind_of
from imports.workbooks import LIMITS, TableLimits, Value, open_workbook

__all__ = [
    "LIMITS",
    "Table",
    "TableLimits",
    "TableRow",
    "Value",
    "clean",
    "fold_heading",
    "heads_of",
    "tables_of",
    "text_of",
]

HEAD = 20  # rows among which headings are looked for
# Control characters, halves of surrogate pairs and non-characters: no text means them, and PostgreSQL refuses NUL.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?$', re.IGNORECASE)  # what Excel writes above a table to name the delimiter


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row; `number` is the one a spreadsheet program shows beside it, headings and empty rows counted."""

    number: int
    values: tuple[Value, ...]  # from the first column on; "" for an empty cell

    @property
    def texts(self) -> tuple[str, ...]:
        """Each cell as text, as `text_of` gives it."""
        return tuple(map(text_of, self.values))

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything but white space."""
        return not any(not isinstance(value, str) or value.strip() for value in self.values)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, or the one table of a text file. `encoding` says how a text file was read; empty for workbooks."""

    name: str
    encoding: str
    _rows: Callable[[], Iterator[TableRow]]

    def rows(self) -> Iterator[TableRow]:
        """Its rows from the first on, read as they are asked for. Raises `UnreadableFile`, at any row."""
        return self._rows()

    def place(self, row: int | None = None, column: str = "") -> Place:
        """A place in this table, to be named in messages."""
        part = _("sheet “%(name)s”") % {"name": self.name} if self.name else _("the table")
        return Place(part, row, column)


def tables_of(path: Path, limits: TableLimits = LIMITS) -> list[Table]:
    """The tables of a file, in order: every sheet of a workbook, or the one table of a text.

    Raises `UnreadableFile` with one sentence for the person who sent it.
    """
    start = _start_of(path, limits)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        workbook = open_workbook(path, start, limits)
        return [Table(sheet.name, "", _sheet_rows(sheet.rows)) for sheet in workbook]
    kind = kind_of(start)
    if kind:
        raise UnreadableFile(
            _("“%(file)s” is %(kind)s, not a table. Save it as .xlsx or .csv and send that.")
            % {"file": path.name, "kind": kind}
        )
    return [_text_table(path, limits)]


def heads_of(path: Path, limits: TableLimits = LIMITS) -> tuple[tuple[TableRow, ...], ...]:
    """The first rows of each table of a file, enough to find headings in: what sources recognise a file by.

    Kept for the file last asked about, since every source in turn asks about the same one. Raises `UnreadableFile`.
    """
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return _heads_of(path, 0, 0, limits)
    return _heads_of(path, stat.st_size, stat.st_mtime_ns, limits)


@lru_cache(maxsize=2)
def _heads_of(path: Path, _size: int, _changed: int, limits: TableLimits) -> tuple[tuple[TableRow, ...], ...]:
    return tuple(tuple(islice(table.rows(), HEAD)) for table in tables_of(path, limits))


def text_of(value: Value) -> str:
    """A cell as text: whole numbers without a point, dates as YYYY-MM-DD, truth as TRUE or FALSE as Excel prints it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def fold_heading(printed: str) -> str:
    """A heading reduced to what stays the same however it is typed: lower-case letters and digits, nothing between."""
    return "".join(letter for letter in printed.casefold() if letter.isalnum())


def clean(text: str) -> str:
    """The text without characters that cannot be printed or stored; line ends and tabs stay."""
    return UNPRINTABLE.sub("", text)


def _start_of(path: Path, limits: TableLimits) -> bytes:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4096)
    except (OSError, ValueError) as error:
        raise UnreadableFile(
            _("“%(file)s” cannot be opened: %(error)s. Check that the file is there, and send it again.")
            % {"file": path.name, "error": getattr(error, "strerror", None) or type(error).__name__}
        ) from error
    if size > limits.file_bytes:
        raise UnreadableFile(
            _("“%(file)s” is larger than %(limit)d MB, the most that is read. Split it into smaller files.")
            % {"file": path.name, "limit": limits.file_bytes // 1_000_000}
        )
    return start


def _sheet_rows(rows: Callable[[], Iterator[tuple[int, list[Value]]]]) -> Callable[[], Iterator[TableRow]]:
    def cleaned() -> Iterator[TableRow]:
        for number, values in rows():
            yield TableRow(number, tuple(clean(value) if isinstance(value, str) else value for value in values))

    return cleaned


# ------------------------------------------------------------------------------------------------------ delimited text


def _text_table(path: Path, limits: TableLimits) -> Table:
    packed = path.read_bytes()
    encoding = encoding_of(packed)
    if encoding is None:
        raise UnreadableFile(
            _("“%(file)s” is neither a workbook nor text. Save the table as .xlsx or .csv and send that.")
            % {"file": path.name}
        )
    head = clean(_open_text(packed, encoding).read(65_536))
    first_line = head.split("\n", 1)[0]
    named = SEPARATOR_LINE.match(first_line.strip())
    delimiter = named[1] if named else delimiter_of(head)

    def rows() -> Iterator[TableRow]:
        for row in _parsed(path.name, packed, encoding, delimiter, limits):
            if not (named and row.number == 1):
                yield row

    return Table("", encoding, rows)


def _open_text(packed: bytes, encoding: str) -> io.TextIOWrapper:
    """The text with every kind of line end as "\\n", bytes that mean nothing in its encoding as U+FFFD."""
    return io.TextIOWrapper(io.BytesIO(packed), encoding, errors="replace", newline=None)


def _parsed(name: str, packed: bytes, encoding: str, delimiter: str, limits: TableLimits) -> Iterator[TableRow]:
    lines = _Lines(name, _open_text(packed, encoding), limits)
    reader = csv.reader(lines, delimiter=delimiter)
    number = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnreadableFile(
                _("“%(file)s” cannot be split into cells at row %(row)d: a quotation mark there is never closed.")
                % {"file": name, "row": number + 1}
            ) from error
        if cells is None:
            return
        number += 1
        lines.row_done(number)
        if len(cells) > limits.columns:
            raise _too_wide(name, number, limits)
        yield TableRow(number, tuple(cells))


class _Lines:
    """Lines for the csv module, which reads on while a quotation is open: no row may take in the whole file."""

    def __init__(self, name: str, text: io.TextIOWrapper, limits: TableLimits) -> None:
        self.name, self.text, self.limits = name, text, limits
        self.row, self.taken = 0, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.text.readline(self.limits.row_characters + 1)
        self.taken += len(line)
        if self.taken > self.limits.row_characters:
            raise UnreadableFile(
                _("“%(file)s” has more than %(limit)d characters in row %(row)d. Save the table as .csv or .xlsx anew.")
                % {"file": self.name, "limit": self.limits.row_characters, "row": self.row + 1}
            )
        if not line:
            raise StopIteration
        return clean(line)

    def row_done(self, number: int) -> None:
        """A row is complete: what the next one takes in is counted from nothing."""
        self.row, self.taken = number, 0
        if number > self.limits.rows:
            raise UnreadableFile(
                _("“%(file)s” has more than %(limit)d rows, the most that is read. Split it into smaller files.")
                % {"file": self.name, "limit": self.limits.rows}
            )


def _too_wide(name: str, row: int, limits: TableLimits) -> UnreadableFile:
    return UnreadableFile(
        _("“%(file)s” has more than %(limit)d columns in row %(row)d. Keep only the columns that are needed.")
        % {"file": name, "limit": limits.columns, "row": row}
    )
