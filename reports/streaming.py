"""Any table as CSV or lines of JSON, passed through while PostgreSQL makes it: memory stays flat, whatever the size.

A stream says at its end that it is complete, and how many rows it had; one that was broken off does not. It has a time
limit of its own: the database's cannot stop a statement that waits for us to take its rows, while we wait for a reader.
"""

import contextlib
import csv
import io
import math
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any

import orjson
from django.db import Error, connection, transaction
from django.db.models import QuerySet

from accounts.reader import Reader
from reports.tables.columns import Column, select

BLOCK = 65_536  # bytes that are sent at a time; a row a time would cost more in calls than in data
BOM = b"\xef\xbb\xbf"  # tells Excel that a file is UTF-8


class OutOfTime(Exception):
    """A stream did not come to its end in its time."""


@contextlib.contextmanager
def unhurried(seconds: int, *, snapshot: bool = False) -> Iterator[None]:
    """One transaction with time limits of its own, for each statement and between two, in place of those of pages.

    In a `snapshot` all statements see the same moment; a transaction that has begun already cannot become one.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if snapshot and outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute("SELECT set_config(%s, %s, true)", [limit, f"{seconds}s"])
        yield


class Copying:
    """The rows as blocks of CSV, by COPY; `count` says how many there were, once all have been read.

    Reading raises OutOfTime when the `seconds` since it began are over.
    """

    def __init__(
        self, rows: QuerySet[Any], columns: Sequence[Column], reader: Reader, seconds: float = math.inf
    ) -> None:
        self.question = select(rows, columns, reader, as_cells=True).query
        self.seconds = seconds
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        # Every value is quoted and an absent one is not, so that no reader takes a # in a text for a closing line's.
        statement, parameters = self.question.sql_with_params()
        copying = f"COPY ({statement}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
        with connection.cursor() as cursor:
            with connection.wrap_database_errors, cursor.copy(copying, parameters) as copy:
                yield from blocks((bytes(line) for line in copy), self.seconds)
            self.count = cursor.rowcount


def csv_stream(
    rows: QuerySet[Any], columns: Sequence[Column], reader: Reader, *, mark: int, seconds: int, bom: bool = False
) -> Generator[bytes]:
    """CSV: a line of names, the rows, and a closing line that tells their number and the feed position `mark`.

    Raises OutOfTime and what the database raises, after a line that says so.
    """
    yield (BOM if bom else b"") + header(columns)
    copying = Copying(rows, columns, reader, seconds)
    try:
        with unhurried(seconds):
            yield from copying
    except (Error, OutOfTime):
        yield b"# incomplete: stopped before the end; ask for less or try again\n"
        raise  # so that the connection is broken off, and a program that reads no comments notices too
    yield f"# complete: {copying.count} rows, feed position {mark}\n".encode()


def jsonl_stream(pages: Iterator[Sequence[str]], *, mark: int, seconds: int) -> Generator[bytes]:
    """Lines of JSON: the rows, page by page of one snapshot, and a closing line that tells their number and the mark.

    Raises OutOfTime and what the database raises, after a line that says so.
    """
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for rows in pages:
            for row in rows:
                count += 1
                yield f"{row}\n".encode()

    try:
        with unhurried(seconds, snapshot=True):
            yield from blocks(lines(), seconds)
    except (Error, OutOfTime):
        yield orjson.dumps({"complete": False, "count": count, "mark": mark}, option=orjson.OPT_APPEND_NEWLINE)
        raise
    yield orjson.dumps({"complete": True, "count": count, "mark": mark}, option=orjson.OPT_APPEND_NEWLINE)


def header(columns: Sequence[Column]) -> bytes:
    """The line of names."""
    made = io.StringIO()
    csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow([column.name for column in columns])
    return made.getvalue().encode()


def blocks(lines: Iterable[bytes], seconds: float) -> Iterator[bytes]:
    """Lines, gathered into blocks of at least BLOCK bytes. Raises OutOfTime when they took longer than `seconds`."""
    end = time.monotonic() + seconds
    gathered, size = [], 0
    for line in lines:
        gathered.append(line)
        size += len(line)
        if size >= BLOCK:
            yield b"".join(gathered)
            gathered, size = [], 0
            if time.monotonic() > end:
                raise OutOfTime
    if gathered:
        yield b"".join(gathered)
