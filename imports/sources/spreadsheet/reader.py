"""Cells of a table with headings, as text; sheets with the same headings are one table."""

from collections.abc import Iterator, Sequence
from itertools import islice
from math import isfinite
from pathlib import Path

from django.utils.translation import gettext as _

from imports.formulas import rearm
from imports.reading import Problem, Reading, ReadSheet, Severity, UnreadableFile, shorten, tidy
from imports.sheets.roles import own_columns, proposed_columns, signature_of
from imports.tables import Table, TableRow, Value, heads_of, tables_of, text_of

NAME = "spreadsheet"
ROWS = 20_000  # of one file; a State has had at most some 900 recommendations in four cycles
COLUMNS = 100
LONGEST_HEADING = 80  # characters; a longer cell is a sentence

Heads = Sequence[Sequence[TableRow]]


def recognise(path: Path) -> bool:
    """Whether the file is a table with headings and at least one row below them. Never raises for a bad file."""
    try:
        return any(_heading(rows) for rows in heads_of(path))
    except UnreadableFile:
        return False


def read(path: Path) -> Reading:
    """The cells of the sheet whose headings say most, and of those with the same headings; others are named.

    Raises `UnreadableFile` where no sheet has headings, or the table is larger than what becomes drafts at once.
    """
    headings = {index: heading for index, rows in enumerate(heads_of(path)) if (heading := _heading(rows))}
    if not headings:
        message = _("“%(file)s” has no row of headings with a table below it. Name the columns in its first row.")
        raise UnreadableFile(message % {"file": path.name})
    chosen = max(headings.values(), key=_telling)
    signature = signature_of(_cells(chosen))
    tables = tables_of(path)
    wanted = [index for index, heading in headings.items() if signature_of(_cells(heading)) == signature]
    sheets = tuple(_sheet(path, tables[index], headings[index]) for index in wanted)
    others = [] if own_columns(_cells(chosen)) else [tables[index] for index in headings if index not in wanted]
    if sum(len(sheet.rows) for sheet in sheets) > ROWS:
        message = _("“%(file)s” has more than %(limit)d rows. Split it into smaller files.")
        raise UnreadableFile(message % {"file": path.name, "limit": ROWS})
    return Reading(source=NAME, sheets=sheets, problems=tuple(map(_passed_over, others)))


def _heading(rows: Sequence[TableRow]) -> TableRow | None:
    """The row of headings: of the rows that could be it, the one that says most; the first of equals."""
    possible = [row for index, row in enumerate(rows) if _could_be_heading(row) and _followed(rows[index + 1 :])]
    return max(possible, key=_telling, default=None)


def _could_be_heading(row: TableRow) -> bool:
    said = [value for value in row.values if not isinstance(value, str) or value.strip()]
    printed = [tidy(value) for value in said if isinstance(value, str)]
    words = [value for value in printed if any(map(str.isalpha, value))]
    marks = [value for value in printed if not any(map(str.isalnum, value))]  # "№", "#"
    all_of_them = len(words) + len(marks) == len(said)
    return len(words) >= 2 and all_of_them and all(len(word) <= LONGEST_HEADING for word in words)


def _followed(rows: Sequence[TableRow]) -> bool:
    return any(not row.is_empty for row in rows)


def _telling(row: TableRow) -> tuple[bool, int, int]:
    cells = _cells(row)
    return bool(own_columns(cells)), len(proposed_columns(cells)), len([cell for cell in cells if cell])


def _cells(row: TableRow) -> tuple[str, ...]:
    """The headings, without empty ones at the end."""
    cells = [tidy(text) for text in row.texts[:COLUMNS]]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _sheet(path: Path, table: Table, heading: TableRow) -> ReadSheet:
    rows = tuple(islice(_rows(table, heading.number, len(_cells(heading))), ROWS + 1))
    return ReadSheet(table.place().part, heading.number, _cells(heading), rows, has_types=bool(table.name))


def _rows(table: Table, heading: int, width: int) -> Iterator[tuple[int, tuple[str | float, ...]]]:
    for row in table.rows():
        if row.number > heading and not row.is_empty:
            cells = [_cell(value) for value in row.values[:width]]
            yield row.number, tuple(cells + [""] * (width - len(cells)))


def _cell(value: Value) -> str | float:
    if isinstance(value, float) and isfinite(value) and not value.is_integer():
        return value
    return rearm(text_of(value)).strip()


def _passed_over(table: Table) -> Problem:
    reason = _(
        "This sheet has other headings than the one that was read, and was left out. Send it as a file of its own."
    )
    return Problem(table.place(), shorten(table.name), reason, Severity.WARNING)
