"""The data dictionary: every column of every table with its type, its meaning and its values, made from the tables."""

from collections.abc import Iterable, Iterator

from django.utils import translation

from accounts.reader import PUBLIC
from reports.tables import TABLES, Column, Kind, Table
from reports.tables.columns import values

TYPES = {
    Kind.CODE: "code",
    Kind.TEXT: "text",
    Kind.INTEGER: "whole number",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "true or false",
    Kind.DAY: "day",
    Kind.CODES: "list of codes",
    Kind.TEXTS: "list of texts",
}
HEAD = """# Data dictionary

Every column of the tables that are downloaded and released. In CSV and workbooks an absent value is an empty cell and
the values of a list stand between ` | `; in Parquet and JSON they are null and a list. Days are written 2025-01-31.
A code is read as text: `NA` is Namibia, `068` a number of the UN.
"""


def markdown(tables: Iterable[Table] = tuple(TABLES.values())) -> str:
    """The whole dictionary."""
    with translation.override("en"):
        return HEAD + "".join(f"\n{part}" for table in tables for part in _of_table(table))


def _of_table(table: Table) -> Iterator[str]:
    yield f"## {table.name}\n"
    yield f"{table.about} Rows are told apart by {' and '.join(f'`{name}`' for name in table.key)}.\n"
    yield "| Column | Type | Meaning | Values |\n|---|---|---|---|\n" + "".join(
        f"| `{column.name}` | {TYPES[column.kind]} | {column.about} | {_values(table, column)} |\n"
        for column in table.columns
    )


def _values(table: Table, column: Column) -> str:
    return ", ".join(f"`{value}`" for value in values(column, table.rows(PUBLIC).model))
