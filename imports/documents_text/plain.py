"""Lines of a text file."""

import codecs
import re

from django.utils.translation import gettext as _

from imports.documents_text.lines import Kind, Line, Unit, is_furniture
from imports.reading import UnreadableFile, tidy

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
LINE_END = re.compile(r"\r\n|[\n\r\v\x85\u2028\u2029]")
# Tabs, line ends and form feeds are in use; what else is below the blank has no business in a text.
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def decoded(name: str, packed: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, or else Windows-1252; `UnreadableFile` for other bytes."""
    for mark, encoding in BOMS:
        if packed.startswith(mark):
            return _decode(name, packed[len(mark) :], encoding)
    try:
        text = packed.decode()
    except UnicodeDecodeError:
        text = _decode(name, packed, "cp1252")
    return _checked(name, text)


def _decode(name: str, packed: bytes, encoding: str) -> str:
    try:
        return _checked(name, packed.decode(encoding))
    except UnicodeDecodeError as error:
        raise _not_text(name) from error


def _checked(name: str, text: str) -> str:
    if NOT_TEXT.search(text):
        raise _not_text(name)
    return text


def _not_text(name: str) -> UnreadableFile:
    return UnreadableFile(
        _("“%(file)s” is not plain text in UTF-8: it holds bytes no text has. Save it as text in UTF-8 and send that.")
        % {"file": name}
    )


def plain_lines(name: str, packed: bytes) -> list[Line]:
    """The lines that are not blank. A form feed begins a page, in a file that has any."""
    text = decoded(name, packed)
    paged = "\f" in text
    lines: list[Line] = []
    page, blank = 1, True
    for number, printed in enumerate(LINE_END.split(text), start=1):
        page += printed.count("\f")
        if words := tidy(printed):
            kind = Kind.FURNITURE if is_furniture(words) else Kind.BODY
            lines.append(Line(words, page if paged else None, number, Unit.TEXT_LINE, kind, blank))
        blank = not words
    return lines
