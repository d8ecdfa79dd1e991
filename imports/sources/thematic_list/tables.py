"""A Word table as rows of plain cells, whatever wraps them.

python-docx's own rows miss what stands in content controls and show text that a reviewer has deleted, and repeat merged
cells once for each column they cover; this walks the XML instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

WRAPPERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:customXml", "w:smartTag", "w:ins")))
SKIPPED = frozenset(map(qn, ("w:del", "w:moveFrom", "w:rPr", "w:pPr", "w:tcPr", "w:instrText"))) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # says again what Choice said
}
BREAKS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "\u2011"}
LONGEST_TITLE = 500  # a line longer than this names nothing
WIDEST = 63  # columns of a Word table


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed cell: its text, paragraphs parted by line ends, and the table columns it covers, from 0."""

    text: str
    start: int
    end: int  # exclusive
    continues_above: bool = False  # merged with the cell over it


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row; `number` counts from 1, heading row included, as a reader would count."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each cell that has any."""
        return tuple(cell.text for cell in self.cells if cell.text.strip())

    def text_at(self, column: int) -> str:
        """The text of the cell that covers a column; empty where none does."""
        return next((cell.text for cell in self.cells if cell.start <= column < cell.end), "")


def tables_of(document: Document) -> list[list[Row]]:
    """The rows of each table of the document's body, in order; tables within tables belong to their cell's text."""
    return [list(_rows(table)) for table in _children(document.element.body, qn("w:tbl"))]


def titles_of(document: Document) -> list[str]:
    """The lines that may name the document: page headings, paragraphs outside tables, and its title."""
    headings = [
        paragraph.text
        for section in document.sections[:3]
        for header in (section.first_page_header, section.header, section.even_page_header)
        for paragraph in header.paragraphs
    ]
    body = [_text(paragraph) for paragraph in _children(document.element.body, qn("w:p"))]
    lines = (*headings, *body, document.core_properties.title)
    return [line[:LONGEST_TITLE] for line in lines if line and line.strip()]


def _rows(table: Any) -> Iterator[Row]:
    above: dict[int, str] = {}
    number = 0
    for element in _children(table, qn("w:tr")):
        if element.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None:
            continue  # a row a reviewer has struck out
        number += 1
        cells = tuple(_fill_merged(cell, above) for cell in _cells(element))
        above = {cell.start: cell.text for cell in cells}
        yield Row(number, cells)


def _fill_merged(cell: Cell, above: dict[int, str]) -> Cell:
    return Cell(above.get(cell.start, ""), cell.start, cell.end) if cell.continues_above else cell


def _cells(row: Any) -> Iterator[Cell]:
    start = _count(row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}"), default=0)
    for element in _children(row, qn("w:tc")):
        properties = element.find(qn("w:tcPr"))
        span = 1 if properties is None else max(1, _count(properties.find(qn("w:gridSpan")), default=1))
        merge = None if properties is None else properties.find(qn("w:vMerge"))
        continues = merge is not None and merge.get(qn("w:val"), "continue") == "continue"
        text = "\n".join(_text(paragraph) for paragraph in element.iter(qn("w:p")))
        yield Cell(text, start, start + span, continues)
        start += span


def _count(element: Any, default: int) -> int:
    printed = "" if element is None else str(element.get(qn("w:val"), ""))
    return min(int(printed), WIDEST) if printed.isascii() and printed.isdigit() and len(printed) < 7 else default


def _children(element: Any, tag: str) -> Iterator[Any]:
    """The children with a tag, looking through content controls and marks of insertion."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in WRAPPERS:
            yield from _children(child, tag)


def _text(element: Any) -> str:
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in BREAKS:
            yield BREAKS[child.tag]
        elif child.tag not in SKIPPED and child.tag != qn("w:p"):  # a paragraph within, as of a text box, is its own
            yield from _pieces(child)
