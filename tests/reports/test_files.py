"""One question in every form: the same rows, the same values."""

import csv
import datetime
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet
import pytest
from django.contrib.postgres.fields import ArrayField
from django.db.models import TextField, Value
from python_calamine import CalamineWorkbook

from accounts.reader import PUBLIC
from imports.formulas import disarm, rearm
from reports import files
from reports.tables import TABLES, Kind, Table
from reports.tables.columns import disarmed, disarmed_once
from tests.factories import make_state

Rows = list[dict[str, Any]]


def made(table: Table, form: str, folder: Path) -> Path:
    """A file of everything in the table."""
    path = folder / f"{table.name}.{form}"
    rows = table.rows(PUBLIC).order_by(*table.order)
    count = getattr(files, f"write_{form}")(path, rows, table.columns, PUBLIC)
    assert count == rows.count()
    return path


def from_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, armed again."""
    found = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    return [{name: rearm(value) for name, value in row.items()} for row in found]


def as_cells(table: Table, rows: Rows) -> list[dict[str, str]]:
    """Typed rows as CSV prints them."""
    return [{column.name: cell(column.kind, row[column.name]) for column in table.columns} for row in rows]


def cell(kind: Kind, value: Any) -> str:
    if value is None or value == []:
        return ""
    if kind.is_list:
        return " | ".join(value)
    if kind is Kind.BOOLEAN:
        return str(value).lower()
    return f"{value:g}" if kind is Kind.NUMBER else str(value)


@pytest.mark.parametrize("name", TABLES)
def test_parquet_and_json_say_what_csv_says(name: str, record: SimpleNamespace, tmp_path: Path) -> None:
    table = TABLES[name]
    expected = from_csv(made(table, "csv", tmp_path))
    assert expected, "an empty table proves nothing"
    read = pyarrow.parquet.read_table(made(table, "parquet", tmp_path)).to_pylist()
    assert as_cells(table, read) == expected
    lines = made(table, "jsonl", tmp_path).read_text(encoding="utf-8").splitlines()
    assert as_cells(table, [json.loads(line) for line in lines]) == expected


def test_workbook_says_what_csv_says(record: SimpleNamespace, tmp_path: Path) -> None:
    table = TABLES["recommendations"]
    expected = from_csv(made(table, "csv", tmp_path))
    book = CalamineWorkbook.from_path(str(made(table, "xlsx", tmp_path)))
    head, *rows = book.get_sheet_by_index(0).to_python()
    assert head == [column.name for column in table.columns]
    assert [[plain(value) for value in row] for row in rows] == [list(row.values()) for row in expected]


def plain(value: Any) -> str:
    """A cell of a workbook as CSV prints it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) else str(value)


def test_parquet_has_types(record: SimpleNamespace, tmp_path: Path) -> None:
    row = pyarrow.parquet.read_table(made(TABLES["recommendations"], "parquet", tmp_path)).to_pylist()[0]
    assert row["recommending_states"] == ["FRA", "KAZ"]
    assert (row["session"], row["review_day"]) == (48, datetime.date(2025, 1, 23))
    assert (row["sample"], row["lead_progress"]) == (False, "substantial")


def test_workbook_computes_nothing_and_names_nobody(record: SimpleNamespace, tmp_path: Path) -> None:
    with zipfile.ZipFile(made(TABLES["recommendations"], "xlsx", tmp_path)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        about = parts.read("docProps/core.xml").decode()
    assert "HYPERLINK" in sheet
    assert "<f>" not in sheet
    assert "<dc:creator></dc:creator>" in about
    assert str(datetime.datetime.now(datetime.UTC).year) not in about


def test_workbook_that_would_be_too_long_says_what_to_take(
    record: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SHEET_ROWS", 1)
    with pytest.raises(files.TooLarge, match="Parquet"):
        made(TABLES["recommendations"], "xlsx", tmp_path)


def test_nothing_hidden_is_in_any_table(record: SimpleNamespace, tmp_path: Path) -> None:
    hidden = ["gone2222", "sample22", "A draft law was published.", "Read the official gazette."]
    for table in TABLES.values():
        text = made(table, "csv", tmp_path).read_text(encoding="utf-8")
        assert [word for word in hidden if word in text] == []


HOSTILE = "=cmd|x"


def armed(table: Table) -> Table:
    """The table with the same hostile text in every cell of text, whatever kind of expression gives it."""
    plain = iter([True, False] * len(table.columns))
    columns = []
    for column in table.columns:
        if column.kind.is_list:
            source: Any = Value([HOSTILE], output_field=ArrayField(TextField()))
        else:
            source = "hostile" if next(plain) else Value(HOSTILE, output_field=TextField())
        columns.append(replace(column, source=source) if column.kind.is_text else column)
    hostile = Value(HOSTILE, output_field=TextField())
    return replace(table, columns=columns, rows=lambda reader: table.rows(reader).annotate(hostile=hostile))


@pytest.mark.parametrize("name", TABLES)
def test_no_text_is_a_formula_in_any_column_of_any_table(name: str, record: SimpleNamespace, tmp_path: Path) -> None:
    table = armed(TABLES[name])
    found = list(csv.DictReader(io.StringIO(made(table, "csv", tmp_path).read_text(encoding="utf-8"), newline="")))
    assert found
    for row in found:
        for column in table.columns:
            if column.kind.is_text:
                assert row[column.name] == f"'{HOSTILE}", column.name


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@A", "\t=1", "\r1", "'=1", "''-1", "'a", "''", "A=1", "é", "", "1-2"]
)
def test_both_guards_say_what_the_importer_takes_off(text: str, db: None) -> None:
    value = Value(text, output_field=TextField())
    state = make_state()
    row = type(state).objects.annotate(by_case=disarmed(value), at_once=disarmed_once(value)).get()
    assert row.by_case == row.at_once == disarm(text)
    assert rearm(row.by_case) == text
