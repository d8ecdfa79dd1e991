"""Paragraphs of a Word document, those in tables included, with the numbers that Word itself counts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

from imports.documents_text.lines import Kind, Line, Unit, is_furniture
from imports.documents_text.numbering import Numbering
from imports.reading import tidy
from imports.safe_files import open_word_document

PARAGRAPH, TEXT = qn("w:p"), qn("w:t")
AS_PRINTED = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "\u2011"}
# What is not printed where it stands: text deleted under tracked changes, and what repeats what was said before it.
LEFT_OUT = frozenset(map(qn, ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:instrText"))) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
}


def word_lines(path: Path) -> list[Line]:
    """Page headings as furniture, then every paragraph of the body that is not blank, in order.

    Raises `UnreadableFile` for a bad or unsafe file.
    """
    document = open_word_document(path)
    numbering = Numbering(document)
    lines = [Line(words, None, 0, Unit.PARAGRAPH, Kind.FURNITURE) for words in _headings(document)]
    blank = True
    for number, paragraph in enumerate(_paragraphs(document.element.body), start=1):
        printed = tidy("".join(_pieces(paragraph)))
        if printed:
            words = tidy(f"{numbering.of(paragraph)} {printed}")
            kind = Kind.FURNITURE if is_furniture(words) else Kind.BODY
            lines.append(Line(words, None, number, Unit.PARAGRAPH, kind, blank))
        blank = not printed
    return lines


def _headings(document: Document) -> list[str]:
    found = [
        tidy("".join(_pieces(paragraph)))
        for section in document.sections[:3]
        for header in (section.first_page_header, section.header, section.even_page_header)
        for paragraph in _paragraphs(header._element)
    ]
    return [words for words in dict.fromkeys(found) if words]


def _paragraphs(element: Any) -> Iterator[Any]:
    """Paragraphs in the order of the file, wherever they are but in what is left out; a box in one comes after it."""
    for child in element:
        if child.tag in LEFT_OUT:
            continue
        if child.tag == PARAGRAPH:
            yield child
        yield from _paragraphs(child)


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == TEXT:
            yield child.text or ""
        elif child.tag in AS_PRINTED:
            yield AS_PRINTED[child.tag]
        elif child.tag not in LEFT_OUT and child.tag != PARAGRAPH:
            yield from _pieces(child)
