"""Small workbooks, built on the spot part by part, so that tests can also build what no program would save."""

import datetime as dt
import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.uhri_file import SHEETS, WORKBOOK_PARTS, XML

Cell = str | int | float | bool | dt.date | None
DATE_STYLE = (
    f'{XML}<styleSheet xmlns="{SHEETS}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" xfId="0"/><xf numFmtId="14" applyNumberFormat="1" xfId="0"/></cellXfs>'
    "</styleSheet>"
)
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODS_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
MANIFEST = (
    f'{XML}<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<m:file-entry m:full-path="/" m:media-type="{ODS}"/></m:manifest>'
)


def save_xlsx(path: Path, rows: Iterable[Sequence[Cell]] = (), **parts: str) -> Path:
    """A workbook of one sheet; `sheet`, `strings` and `styles` replace those parts as they are given."""
    sheet = parts.get("sheet") or "".join(f"<row>{''.join(map(_xlsx_cell, row))}</row>" for row in rows)
    contents = {
        **WORKBOOK_PARTS,
        "xl/styles.xml": DATE_STYLE,
        "xl/worksheets/sheet1.xml": f'{XML}<worksheet xmlns="{SHEETS}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    if strings := parts.get("strings"):
        contents["xl/sharedStrings.xml"] = f'{XML}<sst xmlns="{SHEETS}">{strings}</sst>'
    return save_zip(path, contents)


def save_ods(path: Path, table: str) -> Path:
    """An OpenDocument workbook of one sheet named S, whose rows are given as XML."""
    content = (
        f"{XML}<office:document-content {ODS_NAMES}><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return save_zip(path, {"mimetype": ODS, "META-INF/manifest.xml": MANIFEST, "content.xml": content})


def ods_row(*texts: str) -> str:
    """A row of text cells."""
    cells = (
        f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'
        for text in texts
    )
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def save_zip(path: Path, contents: dict[str, str]) -> Path:
    """An archive of these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def save_xls(
    path: Path, rows: Sequence[Sequence[str | float]], at: tuple[int, int] = (0, 0), more: bytes = b""
) -> Path:
    """A workbook of Excel 97 (BIFF8 in a compound file) of one sheet, its first cell at row and column `at`.

    `more` are further records of the sheet, before its cells.
    """
    texts = list(dict.fromkeys(cell for row in rows for cell in row if isinstance(cell, str)))
    cells = b"".join(
        _xls_cell(at[0] + number, at[1] + column, cell, texts)
        for number, row in enumerate(rows)
        for column, cell in enumerate(row)
    )
    shared = struct.pack("<II", len(texts), len(texts)) + b"".join(map(_xls_text, texts))
    name = struct.pack("<BB", 1, 0) + b"S"
    before = xls_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    after = xls_record(0x00FC, shared) + xls_record(0x000A, b"")
    offset = len(before) + 4 + 6 + len(name) + len(after)
    sheet = (
        xls_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + more + cells + xls_record(0x000A, b"")
    )
    stream = before + xls_record(0x0085, struct.pack("<IBB", offset, 0, 0) + name) + after + sheet
    path.write_bytes(compound_file(stream))
    return path


def _xlsx_cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, bool):
        return f'<c t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, dt.date):
        return f'<c s="1"><v>{(cell - dt.date(1899, 12, 30)).days}</v></c>'
    if isinstance(cell, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f"<c><v>{cell}</v></c>"


def xls_record(kind: int, content: bytes) -> bytes:
    """One record of an .xls."""
    return struct.pack("<HH", kind, len(content)) + content


def _xls_text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _xls_cell(row: int, column: int, cell: str | float, texts: list[str]) -> bytes:
    if isinstance(cell, str):
        return xls_record(0x00FD, struct.pack("<HHHI", row, column, 0, texts.index(cell)))
    return xls_record(0x0203, struct.pack("<HHHd", row, column, 0, cell))


def compound_file(stream: bytes) -> bytes:
    """One stream named Workbook in sectors of 512 bytes: the table of sectors first, then the directory, then it."""
    stream = stream.ljust(4096, b"\0")  # shorter ones would have to lie in the "mini stream"
    sectors = -(-len(stream) // 512)
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    assert len(chain) <= 128
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    directory = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    return header + table + directory.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    entry = encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded) + 2, kind, 1)
    entry += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36) + struct.pack("<II4x", start, size)
    return entry
