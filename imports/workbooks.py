"""Opening an .xlsx, .xls or .ods workbook that a stranger sent.

python-calamine reads the cells. It holds a sheet as a full rectangle, from its first filled cell to its last, with a
copy of the text in every cell, and aborts the whole process where that does not fit into memory: two cells in opposite
corners of a sheet are enough, or one long shared string named in many cells. So an archive is first inflated once, and
each of its XML parts walked by expat with document types refused, to learn how large that rectangle and its text would
be; the records of an .xls are walked likewise. Whoever reads files of strangers still does so in a child process with
limited memory.
"""

import datetime as dt
import re
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import IO
from xml.parsers import expat

from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, load_workbook

from imports.compound_files import CANNOT_FOLLOW, demands_of
from imports.reading import UnreadableFile

Value = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta


@dataclass(frozen=True, slots=True)
class TableLimits:
    """How much a table may ask of us. The largest seen, UPR Info's 17-20.csv: 2 MB, 7,984 rows, 11 columns."""

    file_bytes: int = 50_000_000
    xls_bytes: int = 25_000_000
    members: int = 2_000
    inflated_bytes: int = 300_000_000
    elements: int = 20_000_000  # of XML, all parts together; a million take about a second
    depth: int = 100
    rows: int = 300_000
    columns: int = 1_000
    cells: int = 5_000_000  # of all sheets, empty ones between filled ones included; each costs calamine 32 bytes
    text_characters: int = 300_000_000  # of all cells, a text used in many cells counted for each
    row_characters: int = 1_000_000  # of one row of a delimited text


LIMITS = TableLimits()
CHUNK = 65_536
CONTENT = "content.xml"  # where an .ods keeps all its sheets
CELL = re.compile(r"([A-Za-z]{1,7})([0-9]{1,9})")
DATA_PARTS = ("/worksheet", "/sharedStrings", "/styles", "/officeDocument")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by name; `rows` gives each row's number, from 1, and its cells from the first column on."""

    name: str
    rows: Callable[[], Iterator[tuple[int, list[Value]]]]


def open_workbook(path: Path, start: bytes, limits: TableLimits) -> list[Sheet]:
    """The sheets of a workbook whose first bytes are `start`, hidden ones too, charts not; each is loaded when asked.

    Raises `UnreadableFile` for what is damaged, protected, too large or no workbook.
    """
    if start.startswith(b"PK"):
        stat = path.stat()
        _check_once(path, stat.st_size, stat.st_mtime_ns, limits)
    else:
        _check_compound_file(path, limits)
    try:
        workbook = load_workbook(BytesIO(path.read_bytes()))  # given a path, it would go by the file's name
    except PasswordError as error:
        raise _protected(path.name) from error
    except BaseException as error:
        raise _unless_meant(error, path.name) from error
    names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    return [Sheet(name, partial(_rows, path.name, workbook, name, limits)) for name in names]


def _rows(file: str, workbook: CalamineWorkbook, name: str, limits: TableLimits) -> Iterator[tuple[int, list[Value]]]:
    try:
        sheet = workbook.get_sheet_by_name(name)
        height, width, start = sheet.total_height, sheet.total_width, sheet.start
        rows = sheet.iter_rows()
    except BaseException as error:
        raise _unless_meant(error, file) from error
    if height > limits.rows or width > limits.columns or height * width > limits.cells:
        raise too_large(file, limits)
    left = [""] * (start[1] if start else 0)  # calamine leaves out empty columns before the first filled one
    for number, cells in enumerate(rows, start=1):
        yield number, [*left, *cells]


def _unless_meant(error: BaseException, file: str) -> BaseException:
    """`UnreadableFile` for what calamine raises at a bad file, Rust's panics too, which are no `Exception`."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        return error
    return _damaged(file)


def _damaged(file: str) -> UnreadableFile:
    return UnreadableFile(
        _("“%(file)s” is a damaged workbook, or none, and cannot be read. Open it, save it as .xlsx and send that.")
        % {"file": file}
    )


def too_large(file: str, limits: TableLimits) -> UnreadableFile:
    """The refusal of a sheet beyond the limits."""
    return UnreadableFile(
        _(
            "“%(file)s” is too large: at most %(rows)d rows, %(columns)d columns and %(cells)d cells are read. Remove "
            "what stands far from the table, or split it into smaller files."
        )
        % {"file": file, "rows": limits.rows, "columns": limits.columns, "cells": limits.cells}
    )


def _protected(file: str) -> UnreadableFile:
    return UnreadableFile(
        _("“%(file)s” is protected by a password. Save it without one and send it again.") % {"file": file}
    )


def _refused(file: str, why: str) -> UnreadableFile:
    return UnreadableFile(
        _("“%(file)s” is refused as unsafe: %(why)s. Copy the table into a new workbook and send that.")
        % {"file": file, "why": why}
    )


def _check_compound_file(path: Path, limits: TableLimits) -> None:
    if path.stat().st_size > limits.xls_bytes:
        raise UnreadableFile(
            _("“%(file)s” is larger than %(limit)d MB, the most that is read of an .xls. Save it as .xlsx or .csv.")
            % {"file": path.name, "limit": limits.xls_bytes // 1_000_000}
        )
    packed = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in packed:
        raise _protected(path.name)
    walk = _Walk(path.name, limits)
    try:
        for demand in demands_of(packed):
            if not demand.is_possible:
                raise _refused(path.name, _("a sheet claims a size that no .xls can have"))
            walk.count(demand.records)
            walk.sheet(demand.rows, demand.columns)
            walk.sheet_done(demand.rows, demand.columns)
            walk.write(demand.characters)
    except CANNOT_FOLLOW as error:
        raise _damaged(path.name) from error


# ------------------------------------------------------------------------------------------------------- the archive


@lru_cache(maxsize=4)
def _check_once(path: Path, _size: int, _changed: int, limits: TableLimits) -> None:
    """Remember which files passed: a large one takes half a minute, and is opened to be recognised and to be read."""
    _check_archive(path, limits)


def _check_archive(path: Path, limits: TableLimits) -> None:
    """Walk every XML part once and refuse what calamine could not hold."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(path.name, members, limits)
            _check_kind(path.name, archive)
            walk = _Walk(path.name, limits)
            for member in sorted(members, key=lambda member: "sharedstrings" not in member.filename.lower()):
                with archive.open(member) as part:
                    walk.part(member.filename, part)
    except expat.ExpatError as error:
        raise UnreadableFile(
            _("“%(file)s” is damaged: a part of it is not sound XML. Open it and save it again.") % {"file": path.name}
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise UnreadableFile(
            _("“%(file)s” is cut short or damaged and cannot be unpacked. Download or save it once more and send that.")
            % {"file": path.name}
        ) from error


def _check_members(file: str, members: list[zipfile.ZipInfo], limits: TableLimits) -> None:
    if len(members) > limits.members:
        raise _refused(file, _("it holds %(count)d parts, more than any workbook needs") % {"count": len(members)})
    names = [member.filename.lower().replace("\\", "/") for member in members]
    if len(set(names)) < len(names):
        raise _refused(file, _("it holds a part twice"))
    if any(member.flag_bits & 0x1 for member in members):
        raise _protected(file)
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise _refused(file, _("it is packed in a way spreadsheet programs do not use"))


def _check_kind(file: str, archive: zipfile.ZipFile) -> None:
    names = {member.filename.lower() for member in archive.infolist()}
    kind = ""
    if "xl/workbook.bin" in names:
        kind = _("a binary workbook (.xlsb)")
    elif "word/document.xml" in names:
        kind = _("a Word document")
    elif "ppt/presentation.xml" in names:
        kind = _("a presentation")
    elif ("xl/workbook.xml" in names) == (_is_ods(archive) and CONTENT in names):  # neither, or a riddle
        kind = _("a zip archive of other files")
    if kind:
        raise UnreadableFile(
            _("“%(file)s” is %(kind)s, not a table. Save the table as .xlsx, .ods or .csv and send that.")
            % {"file": file, "kind": kind}
        )


def _is_ods(archive: zipfile.ZipFile) -> bool:
    try:
        with archive.open("mimetype") as part:
            return part.read(100).strip() == b"application/vnd.oasis.opendocument.spreadsheet"
    except KeyError:
        return False


class _Walk:
    """What all parts together ask for; raises `UnreadableFile` at the first excess."""

    def __init__(self, file: str, limits: TableLimits) -> None:
        self.file, self.limits = file, limits
        self.inflated = self.elements = self.cells = self.characters = 0
        self.shared = array("L")  # length of each shared string

    def part(self, name: str, part: IO[bytes]) -> None:
        """Inflate one part, and walk it if calamine may read it as XML."""
        is_xml = name.lower().endswith((".xml", ".rels"))
        shape = _Shape(self, is_ods=name.lower() == CONTENT)
        parser = self._parser(shape)
        while chunk := part.read(CHUNK):
            self.inflated += len(chunk)
            if self.inflated > self.limits.inflated_bytes:
                megabytes = self.limits.inflated_bytes // 1_000_000
                raise _refused(self.file, _("it unpacks to more than %(limit)d MB") % {"limit": megabytes})
            if is_xml:
                parser.Parse(chunk, False)
        if is_xml:
            parser.Parse(b"", True)
            shape.done()
            self.count(shape.elements)

    def _parser(self, shape: "_Shape") -> expat.XMLParserType:
        # The encoding is forced: calamine reads UTF-8 whatever a part declares, and both must see the same.
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        parser.StartElementHandler = shape.start
        parser.EndElementHandler = shape.end
        parser.CharacterDataHandler = shape.text
        return parser

    def _refuse_document_type(self, *_arguments: object) -> None:
        raise _refused(self.file, _("one of its parts declares a document type"))

    def count(self, elements: int) -> None:
        """So many more elements or records."""
        self.elements += elements
        if self.elements > self.limits.elements:
            raise _refused(self.file, _("it is built of too many parts or nested too deeply"))

    def sheet(self, rows: int, columns: int) -> None:
        """A sheet reaches so far: its rectangle counts."""
        if rows > self.limits.rows or columns > self.limits.columns or self.cells + rows * columns > self.limits.cells:
            raise too_large(self.file, self.limits)

    def sheet_done(self, rows: int, columns: int) -> None:
        """A sheet ends."""
        self.cells += rows * columns

    def write(self, characters: int) -> None:
        """Cells hold so much more text."""
        self.characters += characters
        if self.characters > self.limits.text_characters:
            raise _refused(self.file, _("its cells hold far more text than a table needs"))


class _Shape:
    """One XML part: how far its cells reach and how much text they take. Knows the elements of both formats."""

    def __init__(self, walk: _Walk, is_ods: bool) -> None:
        self.walk = walk
        self.starts, self.ends = (ODS_STARTS, ODS_ENDS) if is_ods else (XLSX_STARTS, XLSX_ENDS)
        self.depth = self.elements = 0
        self.most = walk.limits.elements - walk.elements
        self.row = self.column = 0  # of the present cell, from 1
        self.rows = self.columns = 0  # how far the filled cells reach
        self.down = self.across = 1  # how often the present row and cell are repeated (.ods)
        self.is_shared = self.in_cell = self.in_table = False
        self.buffer: list[str] | None = None
        self.length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.elements > self.most or self.depth > self.walk.limits.depth:
            raise _refused(self.walk.file, _("it is built of too many parts or nested too deeply"))
        handler = self.starts.get(name.rpartition(":")[2] if ":" in name else name)
        if handler:
            handler(self, attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        handler = self.ends.get(name.rpartition(":")[2] if ":" in name else name)
        if handler:
            handler(self)

    def text(self, data: str) -> None:
        if self.buffer is not None:
            self.buffer.append(data)
        self.length += len(data)
        if self.in_cell and self.across * self.down > 1:
            self.walk.write(len(data) * self.across * self.down)

    # Office Open XML

    def xlsx_row(self, attributes: dict[str, str]) -> None:
        printed = attributes.get("r", "")
        self.row = int(printed) if printed.isascii() and printed.isdigit() and len(printed) < 10 else self.row + 1
        self.column = 0

    def xlsx_cell(self, attributes: dict[str, str]) -> None:
        at = CELL.fullmatch(attributes.get("r", ""))
        self.column += 1
        if at:
            self.column, self.row = _column(at[1]), int(at[2])
        self.is_shared = attributes.get("t") == "s"

    def xlsx_value(self, _attributes: dict[str, str]) -> None:
        self._fill(self.row, self.column)
        self.buffer = [] if self.is_shared else None

    def xlsx_value_end(self) -> None:
        if self.buffer is not None:
            printed = "".join(self.buffer).strip()
            index = int(printed) if printed.isascii() and printed.isdigit() and len(printed) < 10 else -1
            if 0 <= index < len(self.walk.shared):
                self.walk.write(self.walk.shared[index])
        self.buffer = None

    def shared_string(self, _attributes: dict[str, str]) -> None:
        self.length = 0

    def shared_string_end(self) -> None:
        self.walk.shared.append(self.length)

    def relationship(self, attributes: dict[str, str]) -> None:
        """Data must lie in parts whose name says XML, so that none of it goes past the walk."""
        is_data = attributes.get("Type", "").endswith(DATA_PARTS)
        if is_data and not attributes.get("Target", "").lower().endswith(".xml"):
            raise _refused(self.walk.file, _("its sheets lie in parts with unusual names"))

    # OpenDocument

    def ods_table(self, _attributes: dict[str, str]) -> None:
        if self.in_table:
            raise _refused(self.walk.file, _("a table lies within another"))
        self.in_table = True
        self.row, self.down = 0, 1

    def ods_row(self, attributes: dict[str, str]) -> None:
        self.row += self.down
        self.down, self.column, self.across = _repeated(attributes, "number-rows-repeated"), 1, 0

    def ods_cell(self, attributes: dict[str, str]) -> None:
        self.column += self.across
        self.across = _repeated(attributes, "number-columns-repeated")
        self.in_cell = True
        if any(key.rpartition(":")[2] in ("value-type", "formula", "value") for key in attributes):
            self.ods_filled(attributes)

    def ods_filled(self, _attributes: dict[str, str]) -> None:
        if self.in_cell:
            self._fill(self.row + self.down - 1, self.column + self.across - 1)

    def ods_cell_end(self) -> None:
        self.in_cell = False

    def ods_table_end(self) -> None:
        self.in_table = False
        self.done()

    def done(self) -> None:
        """A sheet ends: what it reaches to is added to that of the others."""
        self.walk.sheet_done(self.rows, self.columns)
        self.rows = self.columns = 0

    def _fill(self, row: int, column: int) -> None:
        if row > self.rows or column > self.columns:
            self.rows, self.columns = max(row, self.rows), max(column, self.columns)
            self.walk.sheet(self.rows, self.columns)


XLSX_STARTS: dict[str, Callable[[_Shape, dict[str, str]], None]] = {
    "row": _Shape.xlsx_row,
    "c": _Shape.xlsx_cell,
    "v": _Shape.xlsx_value,
    "is": _Shape.xlsx_value,
    "si": _Shape.shared_string,
    "Relationship": _Shape.relationship,
}
XLSX_ENDS: dict[str, Callable[[_Shape], None]] = {
    "v": _Shape.xlsx_value_end,
    "is": _Shape.xlsx_value_end,
    "si": _Shape.shared_string_end,
}
ODS_STARTS: dict[str, Callable[[_Shape, dict[str, str]], None]] = {
    "table": _Shape.ods_table,
    "table-row": _Shape.ods_row,
    "table-cell": _Shape.ods_cell,
    "covered-table-cell": _Shape.ods_cell,
    "p": _Shape.ods_filled,
}
ODS_ENDS: dict[str, Callable[[_Shape], None]] = {
    "table": _Shape.ods_table_end,
    "table-cell": _Shape.ods_cell_end,
    "covered-table-cell": _Shape.ods_cell_end,
}


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _repeated(attributes: dict[str, str], name: str) -> int:
    printed = next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "1").strip()
    if not (printed.isascii() and printed.isdigit()):
        return 1
    return int(printed) if len(printed) < 10 else 1_000_000_000
