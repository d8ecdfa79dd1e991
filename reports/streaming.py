"""Any table as CSV or lines of JSON, passed through while PostgreSQL makes it: memory stays flat, whatever the size.

A stream says at its end that it is complete, and how many rows it had; one that was broken off does not.
"""

import contextlib
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from django.db import Error, connection, transaction
from django.db.models import QuerySet

from accounts.reader import Reader
from reports.tables.columns import Column, select

BLOCK = 65_536  # bytes that are sent at a time; a row a time would cost more in calls than in data
BOM = b"\xef\xbb\xbf"  # tells Excel that a file is UTF-8


@contextlib.contextmanager
def unhurried(seconds: int, *, snapshot: bool = False) -> Iterator[None]:
    """One transaction with a time limit of its own for each statement, in place of that of pages.

    In a `snapshot` all statements see the same moment; a transaction that has begun already cannot become one.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if snapshot and outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
        yield


class Copying:
    """The rows as blocks of CSV, by COPY; `count` says how many there were, once all have been read."""

    def __init__(self, rows: QuerySet[Any], columns: Sequence[Column], reader: Reader) -> None:
        self.question = select(rows, columns, reader, as_cells=True).query
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        # Every value is quoted and an absent one is not, so that no reader takes a # in a text for a closing line's.
        statement, parameters = self.question.sql_with_params()
        copying = f"COPY ({statement}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
        with connection.cursor() as cursor:
            with connection.wrap_database_errors, cursor.copy(copying, parameters) as copy:
                yield from blocks(bytes(line) for line in copy)
            self.count = cursor.rowcount


def csv_stream(
    rows: QuerySet[Any], columns: Sequence[Column], reader: Reader, *, mark: int, seconds: int, bom: bool = False
) -> Iterator[bytes]:
    """CSV: a line of names, the rows, and a closing line that tells their number and the feed position `mark`.

    Raises what the database raises, after a line that says so.
    """
    yield (BOM if bom else b"") + header(columns)
    copying = Copying(rows, columns, reader)
    try:
        with unhurried(seconds):
            yield from copying
    except Error:
        yield b"# incomplete: stopped before the end; ask for less or try again\n"
        raise  # so that the connection is broken off, and a program that reads no comments notices too
    yield f"# complete: {copying.count} rows, feed position {mark}\n".encode()


def jsonl_stream(pages: Iterator[Sequence[str]], *, mark: int, seconds: int) -> Iterator[bytes]:
    """Lines of JSON: the rows, page by page of one snapshot, and a closing line that tells their number and the mark.

    Raises what the database raises, after a line that says so.
    """
    count = 0
    try:
        with unhurried(seconds, snapshot=True):
            for rows in pages:
                count += len(rows)
                yield "".join(f"{row}\n" for row in rows).encode()
    except Error:
        yield orjson.dumps({"complete": False, "count": count, "mark": mark}, option=orjson.OPT_APPEND_NEWLINE)
        raise
    yield orjson.dumps({"complete": True, "count": count, "mark": mark}, option=orjson.OPT_APPEND_NEWLINE)


def header(columns: Sequence[Column]) -> bytes:
    """The line of names."""
    made = io.StringIO()
    csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow([column.name for column in columns])
    return made.getvalue().encode()


def blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines, gathered into blocks of at least BLOCK bytes."""
    gathered, size = [], 0
    for line in lines:
        gathered.append(line)
        size += len(line)
        if size >= BLOCK:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)
