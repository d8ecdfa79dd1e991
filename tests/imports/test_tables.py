"""Tables of every kind are read cell by cell, and whatever is no table is refused with one sentence."""

import datetime as dt
import random
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from imports.compound_files import demands_of
from imports.delimited import delimiter_of, encoding_of
from imports.reading import UnreadableFile
from imports.tables import TableLimits, fold_heading, heads_of, tables_of, text_of
from tests.imports.sheet_files import compound_file, ods_row, save_ods, save_xls, save_xlsx, save_zip, xls_record

ROWS = [["State", "Text"], ["Côte d’Ivoire", "Ratify; “soon”, please"], ["Peru", "naïve – façade"]]
TABLE = '"State","Text"\n"Côte d’Ivoire","Ratify; “soon”, please"\n"Peru","naïve – façade"\n'
KAZAKH = "Мемлекет;Мәтін\nҚазақстан;Заңды қабылдау\nПеру;Сот жүйесін нығайту\n"
RUSSIAN = "Государство;Текст\nКазахстан;Принять закон, и скоро\nПеру;Укрепить суды\n"
SMALL = TableLimits(
    file_bytes=3_000_000, inflated_bytes=2_000_000, rows=1_000, columns=50, cells=10_000, row_characters=5_000,
    text_characters=1_000_000, elements=100_000,
)  # fmt: skip


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def texts_of(path: Path, limits: TableLimits = SMALL) -> list[list[str]]:
    (table,) = tables_of(path, limits)
    return [list(row.texts) for row in table.rows()]


def read_all(path: Path, limits: TableLimits) -> list[str]:
    return [text for table in tables_of(path, limits) for row in table.rows() for text in row.texts]


def refusal_of(path: Path, limits: TableLimits = SMALL) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read_all(path, limits)
    assert path.name in str(refused.value)
    return str(refused.value)


# ------------------------------------------------------------------------------------------------------ delimited text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_text_in_any_encoding_with_any_line_end(tmp_path: Path, encoding: str, line_end: str) -> None:
    path = write(tmp_path / "table.csv", TABLE.replace("\n", line_end).encode(encoding))
    assert texts_of(path) == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_text_in_russian_with_semicolons(tmp_path: Path, encoding: str) -> None:
    rows = texts_of(write(tmp_path / "table.csv", RUSSIAN.encode(encoding)))
    assert rows[1] == ["Казахстан", "Принять закон, и скоро"]


def test_text_in_kazakh(tmp_path: Path) -> None:
    assert texts_of(write(tmp_path / "table.csv", KAZAKH))[1] == ["Қазақстан", "Заңды қабылдау"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_told_from_the_rows(delimiter: str) -> None:
    head = "\n".join(delimiter.join(cells) for cells in (["a", "b", "c"], ["1", '"x,y;z"', "3"], ["4", "5", "6"]))
    assert delimiter_of(head) == delimiter


def test_delimiter_named_in_a_line_of_its_own(tmp_path: Path) -> None:
    path = write(tmp_path / "table.csv", "sep=;\r\na,a;b\r\n1,1,1;2\r\n")
    (table,) = tables_of(path)
    assert [(row.number, row.texts) for row in table.rows()] == [(2, ("a,a", "b")), (3, ("1,1,1", "2"))]


def test_text_with_nul_bytes_loses_them(tmp_path: Path) -> None:
    assert texts_of(write(tmp_path / "table.csv", b"a,b\nx\x00y,\x0bz\n")) == [["a", "b"], ["xy", "z"]]


def test_text_cut_within_a_character_stays_utf_8(tmp_path: Path) -> None:
    content = ("a,b\n" + "né,à\n" * 20).encode()[:-2]
    rows = texts_of(write(tmp_path / "table.csv", content))
    assert rows[1] == ["né", "à"]
    assert rows[-1][1] == "\ufffd"


def test_text_with_a_few_damaged_characters_stays_utf_8() -> None:
    assert encoding_of("Côte d’Ivoire, ".encode() * 30 + b"\xff") == "utf-8"


def test_empty_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    (table,) = tables_of(write(tmp_path / "table.csv", "a,b\n\n,\n1,2\n"))
    assert [(row.number, row.is_empty) for row in table.rows()] == [(1, False), (2, True), (3, True), (4, False)]


def test_quoted_line_ends_stay_within_the_cell(tmp_path: Path) -> None:
    assert texts_of(write(tmp_path / "table.csv", 'a,b\r\n"1\r\n2",3\r\n'))[1] == ["1\n2", "3"]


def test_quotation_never_closed_is_named(tmp_path: Path) -> None:
    message = refusal_of(write(tmp_path / "table.csv", 'a,b\n1,"2\n' + "x,y\n" * 5_000))
    assert "row 2" in message


def test_one_endless_line_is_refused(tmp_path: Path) -> None:
    assert "row 1" in refusal_of(write(tmp_path / "table.csv", b"x" * 2_000_000))


def test_ten_million_columns_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "table.csv", b"a,b\n" + b"," * 10_000_000)
    assert "larger than" in refusal_of(path)
    assert "row 2" in refusal_of(path, TableLimits())


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    assert "50 columns" in refusal_of(write(tmp_path / "table.csv", "a,b\n" + "," * 60 + "\n"))


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    assert "1000 rows" in refusal_of(write(tmp_path / "table.csv", "a,b\n" * 1_001))


def test_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with path.open("wb") as file:
        file.truncate(100_000_000)  # a hole: takes no room on the disk
    assert "larger than 50 MB" in refusal_of(path, TableLimits())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<html><body><table></table></body></html>", "web page"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (bytes(range(32)) * 40, "neither a workbook nor text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2000, "damaged workbook"),
        (b"PK\x03\x04" + b"x" * 500, "cut short or damaged"),
    ],
)
def test_file_that_is_no_table_is_named_for_what_it_is(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in refusal_of(write(tmp_path / "table.xlsx", content))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal_of(tmp_path / "none.csv")
    with pytest.raises(UnreadableFile):
        heads_of(tmp_path / "none.csv")


# ----------------------------------------------------------------------------------------------------------- workbooks


def test_xlsx_cells_are_values(tmp_path: Path) -> None:
    path = save_xlsx(
        tmp_path / "book.xlsx", [["State", None, "When"], ["Peru", 2.5, dt.date(2024, 1, 2)], [True, 3, ""]]
    )
    (table,) = tables_of(path)
    rows = list(table.rows())
    assert rows[1].values == ("Peru", 2.5, dt.date(2024, 1, 2))
    assert [row.texts for row in rows] == [("State", "", "When"), ("Peru", "2.5", "2024-01-02"), ("TRUE", "3", "")]
    assert str(table.place(2, "When")) == "sheet “Export”, row 2, column “When”"


def test_xlsx_rows_and_columns_keep_their_places(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "book.xlsx", sheet='<row r="3"><c r="C3"><v>7</v></c></row>')
    (table,) = tables_of(path)
    assert [(row.number, row.texts) for row in table.rows() if not row.is_empty] == [(3, ("", "", "7"))]


def test_formula_is_read_as_what_it_came_to(tmp_path: Path) -> None:
    sheet = '<row><c><f>HYPERLINK("https://example.org","go")</f><v>5</v></c><c t="str"><f>1+1</f><v>two</v></c></row>'
    assert texts_of(save_xlsx(tmp_path / "book.xlsx", sheet=sheet)) == [["5", "two"]]


def test_xls_and_ods_are_read(tmp_path: Path) -> None:
    assert texts_of(save_xls(tmp_path / "book.xls", [["State", "Қазақстан"], ["Peru", 2.5]]))[1] == ["Peru", "2.5"]
    assert texts_of(save_ods(tmp_path / "book.ods", ods_row("State", "Қазақстан"))) == [["State", "Қазақстан"]]


def test_xls_columns_keep_their_places(tmp_path: Path) -> None:
    assert texts_of(save_xls(tmp_path / "book.xls", [["a", "b"]], at=(1, 2)))[1] == ["", "", "a", "b"]


@pytest.mark.parametrize("name", ["book.xlsx", "book.ods", "book.xls", "book.csv", "book", "book.pdf"])
def test_kind_is_told_from_content_and_not_from_the_name(tmp_path: Path, name: str) -> None:
    assert texts_of(save_xlsx(tmp_path / name, [["a"]])) == [["a"]]
    assert texts_of(save_ods(tmp_path / name, ods_row("b"))) == [["b"]]
    assert texts_of(save_xls(tmp_path / name, [["c"]])) == [["c"]]
    assert texts_of(write(tmp_path / name, "d,e\n")) == [["d", "e"]]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"><v>1</v></c><c r="ALL1"><v>1</v></c>',  # 1,000 columns
        '<c r="XFD1048576"><v>1</v></c>',
        '<c r="A1048576"><v>1</v></c>',
        '<c r="A1"/></row><row r="999999999"><c><v>1</v></c>',
        "<c><v>1</v></c>" * 60,
    ],
)
def test_sheet_that_reaches_far_is_refused_before_it_is_loaded(tmp_path: Path, cell: str) -> None:
    sheet = f'<row r="1"><c r="A1"><v>1</v></c></row><row>{cell}</row>'
    assert "too large" in refusal_of(save_xlsx(tmp_path / "book.xlsx", sheet=sheet))


def test_empty_cells_far_away_do_no_harm(tmp_path: Path) -> None:
    sheet = '<row><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row><row r="1048576"><c s="1"/></row>'
    assert texts_of(save_xlsx(tmp_path / "book.xlsx", sheet=sheet)) == [["1"]]


def test_long_shared_string_in_many_cells_is_refused(tmp_path: Path) -> None:
    strings = f"<si><t>{'x' * 30_000}</t></si>"
    few, many = ('<row><c t="s"><v>0</v></c></row>' * count for count in (3, 40))
    assert len(texts_of(save_xlsx(tmp_path / "few.xlsx", sheet=few, strings=strings))) == 3
    assert "more text" in refusal_of(save_xlsx(tmp_path / "many.xlsx", sheet=many, strings=strings))


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "book.xlsx", [["a"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * 5_000_000)
    assert "unpacks to more than 2 MB" in refusal_of(path)


def test_entities_are_refused(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    path = save_zip(tmp_path / "book.xlsx", {"xl/workbook.xml": f"{doctype}<workbook>&b;</workbook>"})
    assert "document type" in refusal_of(path)


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    assert "nested" in refusal_of(save_xlsx(tmp_path / "book.xlsx", sheet="<a>" * 150 + "</a>" * 150))


def test_sheet_in_a_part_that_hides_from_the_check_is_refused(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "book.xlsx", [["a"]])
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name).decode() for name in archive.namelist()}
    contents["xl/media/picture.png"] = contents.pop("xl/worksheets/sheet1.xml")
    relations = "xl/_rels/workbook.xml.rels"
    contents[relations] = contents[relations].replace("worksheets/sheet1.xml", "media/picture.png")
    assert "unusual names" in refusal_of(save_zip(path, contents))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"word/document.xml": "<a/>"}, "Word document"),
        ({"xl/workbook.bin": ""}, ".xlsb"),
        ({"readme.txt": "hello"}, "zip archive"),
        ({"xl/workbook.xml": "<workbook>"}, "not sound XML"),
    ],
)
def test_archive_that_is_no_workbook_is_named(tmp_path: Path, parts: dict[str, str], said: str) -> None:
    assert said in refusal_of(save_zip(tmp_path / "book.xlsx", parts))


def test_protected_workbook_is_named(tmp_path: Path) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    assert "password" in refusal_of(write(tmp_path / "book.xlsx", content))


REPEATED = (
    '<table:table-cell office:value-type="string" table:number-columns-repeated="{}"><text:p>x</text:p>'
    "</table:table-cell>"
)


@pytest.mark.parametrize(
    "table",
    [
        f"<table:table-row>{REPEATED.format(10_000_000)}</table:table-row>",
        f'<table:table-row table:number-rows-repeated="2000000000">{REPEATED.format(1)}</table:table-row>',
        f'<table:table-row table:number-rows-repeated="900">{REPEATED.format(40)}</table:table-row>',
        '<table:table-row table:number-rows-repeated="9999999999999999999999"/>' + ods_row("x"),
    ],
)
def test_ods_that_repeats_cells_is_refused(tmp_path: Path, table: str) -> None:
    assert "too large" in refusal_of(save_ods(tmp_path / "book.ods", table))


def test_ods_that_repeats_a_long_text_is_refused(tmp_path: Path) -> None:
    table = f"<table:table-row>{REPEATED.format(45).replace('>x<', '>' + 'x' * 30_000 + '<')}</table:table-row>"
    assert "more text" in refusal_of(save_ods(tmp_path / "book.ods", table))


def test_ods_with_empty_rows_and_cells_to_the_end_is_read(tmp_path: Path) -> None:
    cell = '<table:table-cell table:number-columns-repeated="16384"/>'
    empty = f'<table:table-row table:number-rows-repeated="1048575">{cell}</table:table-row>'
    assert texts_of(save_ods(tmp_path / "book.ods", ods_row("x") + empty)) == [["x"]]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (xls_record(0x0200, struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 0xFFFF, 0)), "no .xls can have"),
        (xls_record(0x0200, struct.pack("<IIHHH", 5, 2, 0, 1, 0)), "no .xls can have"),
        (xls_record(0x0203, struct.pack("<HHHd", 65_535, 0, 0, 1.0)), "too large"),
        (xls_record(0x0203, struct.pack("<HHHd", 0, 65_535, 0, 1.0)), "too large"),
        (xls_record(0x0203, struct.pack("<HHHd", 900, 40, 0, 1.0)), "too large"),
        (xls_record(0x00BD, struct.pack("<HH", 0, 40) + bytes(6 * 20) + struct.pack("<H", 59)), "too large"),
    ],
)
def test_xls_that_reaches_far_is_refused_before_it_is_loaded(tmp_path: Path, more: bytes, said: str) -> None:
    assert said in refusal_of(save_xls(tmp_path / "book.xls", [["a"]], more=more))


def test_long_shared_string_of_an_xls_in_many_cells_is_refused(tmp_path: Path) -> None:
    def rows(count: int) -> list[list[str | float]]:
        return [["x" * 4_000] for _row in range(count)]

    assert len(texts_of(save_xls(tmp_path / "few.xls", rows(100)))) == 100
    assert "more text" in refusal_of(save_xls(tmp_path / "many.xls", rows(260)))


def test_strings_of_an_xls_that_go_on_in_another_record_are_measured() -> None:
    """A string may break off anywhere, and goes on after a byte saying how wide its characters now are."""
    first = struct.pack("<IIHB", 3, 3, 5, 1) + "ab".encode("utf-16-le")
    second = b"\x00cde" + struct.pack("<HBH", 2, 8, 1) + b"fg" + b"\0\0\0\0" + struct.pack("<HB", 4, 0) + b"h"
    records = xls_record(0x00FC, first) + xls_record(0x003C, second) + xls_record(0x003C, b"\x01" + bytes(6))
    sheet = xls_record(0x0809, bytes(16))
    for index in (0, 1, 2, 2, 7):
        sheet += xls_record(0x00FD, struct.pack("<HHHI", 0, 0, 0, index))
    begin = xls_record(0x0809, bytes(16))
    offset = len(begin) + 4 + 4 + len(records) + 4
    stream = begin + xls_record(0x0085, struct.pack("<I", offset)) + records + xls_record(0x000A, b"") + sheet
    (demand,) = demands_of(compound_file(stream))
    assert demand.characters == 5 + 2 + 4 + 4


def test_compound_file_whose_sectors_run_in_a_circle_is_refused(tmp_path: Path) -> None:
    content = bytearray(save_xls(tmp_path / "book.xls", [["a"]]).read_bytes())
    content[512 + 4 * 4 : 512 + 5 * 4] = struct.pack("<I", 2)
    assert "damaged" in refusal_of(write(tmp_path / "book.xls", bytes(content)))


# -------------------------------------------------------------------------------------------------------- single cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is ", "as it is "),
        (5.0, "5"),
        (2.5, "2.5"),
        (7, "7"),
        (1e300, "1e+300"),
        (False, "FALSE"),
        (dt.datetime.fromisoformat("2024-01-02"), "2024-01-02"),
        (dt.datetime.fromisoformat("2024-01-02T03:04"), "2024-01-02 03:04:00"),
        (dt.time(3, 4), "03:04:00"),
        (dt.timedelta(hours=30), "1 day, 6:00:00"),
    ],
)
def test_value_as_text(value: str | float | dt.date | dt.time | dt.timedelta, text: str) -> None:
    assert text_of(value) == text


def test_headings_are_compared_without_case_and_punctuation() -> None:
    assert fold_heading(" To-Rgrp\n") == fold_heading("TO RGRP") == "torgrp"


# -------------------------------------------------------------------------------------------------------- damaged files


@pytest.fixture(scope="module")
def sound_files(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    path = tmp_path_factory.mktemp("sound") / "table"
    rows: list[list[str | float]] = [["State", "Text", "Session"]]
    rows += [["Peru", f"Text {number}", 20] for number in range(20)]
    return [
        save_xlsx(path, rows).read_bytes(),
        save_xls(path, rows).read_bytes(),
        save_ods(path, "".join(ods_row(*map(str, row)) for row in rows)).read_bytes(),
        TABLE.encode("mac_roman"),
        TABLE.encode("utf-16"),
    ]


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 4), seed=st.integers(0, 2**32), changes=st.integers(1, 12), cut=st.floats(0, 1))
def test_damaged_file_is_read_or_refused(
    tmp_path: Path, sound_files: list[bytes], which: int, seed: int, changes: int, cut: float
) -> None:
    content = bytearray(sound_files[which])
    chance = random.Random(seed)
    for _change in range(changes):
        content[chance.randrange(len(content))] = chance.randrange(256)
    if cut < 0.3:
        del content[int(len(content) * cut / 0.3) :]
    path = write(tmp_path / "table", bytes(content))
    with suppress(UnreadableFile):
        assert not any("\0" in text for text in read_all(path, SMALL))


@given(st.binary(max_size=300))
def test_any_bytes_have_an_encoding_that_decodes_them_or_none(content: bytes) -> None:
    encoding = encoding_of(content)
    assert encoding is None or isinstance(content.decode(encoding, "replace"), str)
