"""The words of a document, whether PDF, Word or plain text: `lines_of(path)`.

What comes out is as printed, with the place of each line; joining lines to paragraphs is for those who know what they
are looking for. Page furniture and small print are marked, not dropped.
"""

from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext as _

from imports.documents_text.lines import Kind, Line, Unit, is_furniture, symbols_in
from imports.documents_text.pdf import pdf_lines
from imports.documents_text.plain import plain_lines
from imports.documents_text.word import word_lines
from imports.reading import UnreadableFile
from imports.safe_files import bytes_of, kind_of

CHARACTERS = 2_000_000  # the longest report known has 110,000

__all__ = ["Kind", "Line", "Unit", "is_furniture", "lines_of", "symbols_in", "text_lines"]


def lines_of(path: Path) -> list[Line]:
    """The lines of a PDF, a .docx or a text file, told apart by their content and not by the name.

    Raises `UnreadableFile`, with one sentence for its sender, for all that is damaged, too large or none of these.
    """
    packed = bytes_of(path)
    if b"%PDF-" in packed[:1024]:
        return list(_pdf(path.name, packed))
    if packed.startswith(b"PK"):
        return word_lines(path)
    kind = kind_of(packed)
    if kind:
        raise UnreadableFile(
            _("“%(file)s” is %(kind)s. Send a PDF, a Word document (.docx) or plain text.")
            % {"file": path.name, "kind": kind}
        )
    return _checked(path.name, plain_lines(path.name, packed))


@lru_cache(maxsize=2)
def _pdf(name: str, packed: bytes) -> tuple[Line, ...]:
    """Several readers look at one file before one of them reads it, and a PDF takes a second or two each time."""
    return tuple(pdf_lines(name, packed))


def text_lines(text: str) -> list[Line]:
    """The lines of a text that a person has pasted. Raises `UnreadableFile` where it is too long or is no text."""
    name = _("the pasted text")
    return _checked(name, plain_lines(name, text.encode(errors="replace")))


def _checked(name: str, lines: list[Line]) -> list[Line]:
    if sum(len(line.text) for line in lines) > CHARACTERS:
        raise UnreadableFile(
            _("“%(file)s” is longer than %(limit)d characters, the most that is read. Send the one document alone.")
            % {"file": name, "limit": CHARACTERS}
        )
    return lines
