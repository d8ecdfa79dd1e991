"""One line of a document, and the kinds a line can be of."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext as _

from imports.reading import Place


class Kind(Enum):
    """What a line is for. Readers of the words take `BODY`."""

    BODY = "body"
    NOTE = "note"  # small print: a footnote
    FURNITURE = "furniture"  # what every page carries: symbol, page number, number of the printing job


class Unit(Enum):
    """What a line was in the file it comes from."""

    PAGE_LINE = "page line"  # a printed line of a PDF: a paragraph is several
    PARAGRAPH = "paragraph"  # of a Word document: complete
    TEXT_LINE = "text line"  # of a text file: a paragraph, or part of one


@dataclass(frozen=True, slots=True)
class Line:
    """One line as printed, its white space tidied; never empty.

    `number` counts from 1: within the page for a PDF, within the file otherwise. `page` is None where there are none.
    `after_blank` says that white space parts it from the line before.
    """

    text: str
    page: int | None
    number: int
    unit: Unit
    kind: Kind = Kind.BODY
    after_blank: bool = False

    @property
    def place(self) -> Place:
        """Where it stands, in words that go on "see …"."""
        if self.unit is Unit.PAGE_LINE:
            return Place(_("page %(page)d, line %(line)d") % {"page": self.page, "line": self.number})
        if self.unit is Unit.PARAGRAPH:
            return Place(_("paragraph %(number)d of the file") % {"number": self.number})
        return Place(_("line %(number)d of the file") % {"number": self.number})


# A UN document prints these on every page; they stand alone on their line.
SYMBOL = r"A/HRC(?:/(?:[A-Z][A-Za-z]{0,3}\.[0-9]{1,3}|[0-9A-Z]{1,5}(?![A-Za-z.]*[a-z])))+"
JOB = r"GE\.?\s?[0-9]{2}\s?-\s?[0-9]*(?: ?\([EFSRCA]\))?[ 0-9*]*"
PAGE = r"(?:[Pp]age|PAGE|p\.) ?[0-9ivxl]{1,4}"
FURNITURE = re.compile(
    rf"{SYMBOL}\*{{0,3}}(?:\s+(?:{PAGE}|[0-9]{{1,3}}))?|(?:{PAGE}|[0-9]{{1,3}})\s+{SYMBOL}\*{{0,3}}"
    rf"|(?:[0-9]{{1,3}}\s+)?{JOB}(?:\s+[0-9]{{1,3}})?|{PAGE}"
)
NUMBER_ALONE = re.compile(r"[0-9]{1,3}")


def is_furniture(text: str) -> bool:
    """Whether a whole line is a symbol, a job number, a page number that says so, or two of them together."""
    return len(text) <= 60 and bool(FURNITURE.fullmatch(text))


def symbols_in(lines: Iterable[Line]) -> Iterable[str]:
    """Every UN symbol that stands in the lines, in order, without the asterisks of its notes."""
    for line in lines:
        yield from re.findall(rf"(?<![A-Z0-9/]){SYMBOL}", line.text)
