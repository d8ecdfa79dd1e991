"""A table as a file: CSV, lines of JSON, Parquet, a workbook. Rows pass through; no file stands in memory.

No file says who made it or with what clock: a workbook has no author, and its days are those of the data.
"""

import datetime
import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import xlsxwriter
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.reader import Reader
from reports import streaming
from reports.tables.columns import BETWEEN, Column, Kind, select

CHUNK = 2_000  # rows fetched at a time
GROUP = 20_000  # rows of a row group of Parquet: what a reader of one column skips or takes
SHEET_ROWS = 1_048_575  # below the headings; the format holds no more
CELL_CHARACTERS = 32_767  # the format holds no more
Told = Callable[[int], None]
Row = tuple[Any, ...]


class TooLarge(Exception):
    """The format cannot hold so much. The text is a sentence for whoever asked."""


def silent(done: int) -> None:
    """Tells nobody how many rows are done."""


def rows_of(rows: QuerySet[Any], columns: Sequence[Column], reader: Reader, told: Told) -> Iterator[Row]:
    """The rows by a server-side cursor, telling how many are done after each chunk."""
    for done, row in enumerate(select(rows, columns, reader).iterator(chunk_size=CHUNK), 1):
        yield row
        if done % CHUNK == 0:
            told(done)


def write_csv(path: Path, rows: QuerySet[Any], columns: Sequence[Column], reader: Reader) -> int:
    """CSV without a closing line, for a file that comes with its size and checksum; the number of rows."""
    copying = streaming.Copying(rows, columns, reader)
    with path.open("wb") as file:
        file.write(streaming.header(columns))
        for block in copying:
            file.write(block)
    return copying.count


def write_jsonl(path: Path, rows: QuerySet[Any], columns: Sequence[Column], reader: Reader, told: Told = silent) -> int:
    """One JSON object a line, by column; several values are a list, an absent one is null. The number of rows."""
    names, count = [column.name for column in columns], 0
    with path.open("wb") as file:
        for row in rows_of(rows, columns, reader, told):
            file.write(orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


def write_parquet(
    path: Path, rows: QuerySet[Any], columns: Sequence[Column], reader: Reader, told: Told = silent
) -> int:
    """Parquet with a typed column each, several values as a list; the number of rows."""
    import pyarrow.parquet  # here, because it costs every process that imports it a second and 60 MB

    schema = pyarrow.schema([(column.name, _arrow(column.kind)) for column in columns])
    found, count = rows_of(rows, columns, reader, told), 0
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while group := list(islice(found, GROUP)):
            arrays = [
                pyarrow.array(values, type=field.type)
                for values, field in zip(zip(*group, strict=True), schema, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            count += len(group)
    return count


def _arrow(kind: Kind) -> Any:
    import pyarrow

    types = {
        Kind.INTEGER: pyarrow.int64(),
        Kind.NUMBER: pyarrow.float64(),
        Kind.BOOLEAN: pyarrow.bool_(),
        Kind.DAY: pyarrow.date32(),
    }
    return pyarrow.list_(pyarrow.string()) if kind.is_list else types.get(kind, pyarrow.string())


def write_xlsx(path: Path, rows: QuerySet[Any], columns: Sequence[Column], reader: Reader, told: Told = silent) -> int:
    """A workbook of one sheet; texts stay texts, so that none is computed. The number of rows. Raises TooLarge."""
    options = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_urls": False}
    count = 0
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)})  # not when or by whom
        sheet = book.add_worksheet("Data")
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, [column.name for column in columns], book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for count, row in enumerate(rows_of(rows, columns, reader, told), 1):
            if count > SHEET_ROWS:
                raise TooLarge(_("A sheet holds 1,048,575 rows. Ask for less, or take Parquet or CSV."))
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                _put(sheet, count, place, column.kind, value, days)
    return count


def _put(sheet: Any, row: int, place: int, kind: Kind, value: Any, days: Any) -> None:
    if value is None:
        return
    if kind is Kind.DAY:
        sheet.write_datetime(row, place, value, days)
    elif kind is Kind.BOOLEAN:
        sheet.write_boolean(row, place, value)
    elif kind in {Kind.INTEGER, Kind.NUMBER}:
        sheet.write_number(row, place, value)
    elif text := BETWEEN.join(value) if kind.is_list else value:
        sheet.write_string(row, place, text if len(text) <= CELL_CHARACTERS else f"{text[: CELL_CHARACTERS - 1]}…")


WRITERS = {"parquet": write_parquet, "xlsx": write_xlsx}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "cff": "text/yaml; charset=utf-8",
}


def media_type(name: str) -> str:
    """The type of a file by its name."""
    return MEDIA_TYPES.get(name.rpartition(".")[2], "text/plain; charset=utf-8")


def sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
