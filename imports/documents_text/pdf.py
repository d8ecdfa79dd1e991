"""Printed lines of a PDF that a stranger sent.

pypdf is all Python: a hostile file can waste time and memory but not overrun a buffer. Its own limits are set far below
their defaults (an official report of 26 pages has at most 32 kB of content and 2,100 operations a page), and a clock
stops it between two operations. What a child process with limits of its own adds is a bound on the rest.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from pypdf import PageObject, PdfReader, apply_configuration
from pypdf.errors import LimitReachedError

from imports.documents_text.lines import NUMBER_ALONE, Kind, Line, Unit, is_furniture
from imports.reading import UnreadableFile, tidy


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one PDF may ask of us."""

    pages: int = 500
    characters: int = 2_000_000
    seconds: float = 60.0
    stream_bytes: int = 8_000_000  # one stream, unpacked
    operations: int = 300_000  # parsed from one content stream, operands counted


LIMITS = Limits()
SMALLER = 0.6  # points by which small print is smaller than the body
RAISED_MARK = re.compile(r"[0-9]{1,3}|[*†]{1,3}")


class _OutOfTime(Exception):
    """The clock has run out."""


def pdf_lines(name: str, packed: bytes, limits: Limits = LIMITS) -> list[Line]:
    """The printed lines of every page, in the order they are written.

    Raises `UnreadableFile`: damaged, protected by a password, without text, or beyond the limits.
    """
    clock = _Clock(time.monotonic() + limits.seconds)
    try:
        with apply_configuration(
            maximum_declared_stream_length=limits.stream_bytes * 3,
            array_based_stream_maximum_output_length=limits.stream_bytes,
            lzw_maximum_output_length=limits.stream_bytes,
            run_length_maximum_output_length=limits.stream_bytes,
            zlib_maximum_output_length=limits.stream_bytes,
            zlib_maximum_recovery_input_length=200_000,
            stream_decoding_work_maximum_length=limits.stream_bytes * 3,
            stream_parsing_work_maximum_count=limits.operations,
            page_tree_maximum_entries=limits.pages * 4,
            page_tree_maximum_depth=40,
            xform_maximum_invocations_per_extraction=200,
            jbig2dec_binary=None,
        ):
            pages = list(_read_pages(name, packed, limits, clock))
    except UnreadableFile:
        raise
    except _OutOfTime as error:
        raise _too_much(name, _("it takes longer than %(seconds)d seconds") % {"seconds": limits.seconds}) from error
    except LimitReachedError as error:
        raise _too_much(name, _("it unpacks to far more than a document holds")) from error
    except Exception as error:  # pypdf meets damage with its own errors, KeyError, TypeError, RecursionError and more
        if clock.is_over():
            raise _too_much(
                name, _("it takes longer than %(seconds)d seconds") % {"seconds": limits.seconds}
            ) from error
        raise UnreadableFile(
            _("“%(file)s” is damaged and cannot be read as a PDF (%(error)s). Download it once more and send that.")
            % {"file": name, "error": type(error).__name__}
        ) from error
    _check_words(name, pages)
    return _as_lines(pages)


@dataclass(slots=True)
class _Clock:
    end: float

    def is_over(self) -> bool:
        return time.monotonic() > self.end

    def check(self, *_operation: Any) -> None:
        if self.is_over():
            raise _OutOfTime


# ------------------------------------------------------------------------------------------------------------- reading


def _read_pages(name: str, packed: bytes, limits: Limits, clock: _Clock) -> "Iterator[list[_Printed]]":
    reader = PdfReader(BytesIO(packed), root_object_recovery_limit=2_000, xref_stream_maximum_entries=200_000)
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableFile(
            _("“%(file)s” is protected by a password. Save it without one and send it again.") % {"file": name}
        )
    if len(reader.pages) > limits.pages:
        raise _too_much(name, _("it has more than %(count)d pages") % {"count": limits.pages})
    left = limits.characters
    for page in reader.pages:
        printed = _read_page(page, clock)
        left -= sum(len(line.text) for line in printed)
        if left < 0:
            raise _too_much(name, _("it has more than %(count)d characters") % {"count": limits.characters})
        yield printed


@dataclass(slots=True)
class _Printed:
    """One printed line being put together from its pieces, each with its size in points."""

    pieces: list[tuple[str, float]] = field(default_factory=list)

    @property
    def size(self) -> float:
        """The size most of its letters have."""
        sizes: Counter[float] = Counter()
        for text, size in self.pieces:
            sizes[size] += len(text.strip())
        return max(sizes, key=lambda size: (sizes[size], size), default=0.0)

    @property
    def text(self) -> str:
        """Its words, without raised marks of notes."""
        usual = self.size - SMALLER
        pieces = self.pieces
        kept = [
            text
            for index, (text, size) in enumerate(pieces)
            if not (index and size < usual and RAISED_MARK.fullmatch(text.strip()) and pieces[index - 1][0].strip())
        ]
        return "".join(kept)


def _read_page(page: PageObject, clock: _Clock) -> list[_Printed]:
    clock.check()
    lines = [_Printed()]

    def take(text: str, _cm: Any, text_matrix: Any, _font: Any, size: float) -> None:
        clock.check()
        scale = abs(text_matrix[3]) or 1.0
        for index, part in enumerate(text.split("\n")):
            if index:
                lines.append(_Printed())
            if part:
                lines[-1].pieces.append((part, round(float(size) * scale, 1)))

    page.extract_text(visitor_operand_before=clock.check, visitor_text=take)
    return lines


# ---------------------------------------------------------------------------------------------------------- its lines


def _as_lines(pages: list[list[_Printed]]) -> list[Line]:
    usual = _usual_size(pages)
    lines: list[Line] = []
    for page, printed in enumerate(pages, start=1):
        texts = [(tidy(line.text), line.size) for line in printed]
        blank, number = True, 0
        for index, (text, size) in enumerate(texts):
            if not text:
                blank = True
                continue
            number += 1
            kind = Kind.BODY
            if is_furniture(text) or (NUMBER_ALONE.fullmatch(text) and _stands_at_edge(index, texts)):
                kind = Kind.FURNITURE
            elif page > 1 and size < usual - SMALLER:
                kind = Kind.NOTE
            lines.append(Line(text, page, number, Unit.PAGE_LINE, kind, blank))
            blank = False
    return lines


def _stands_at_edge(index: int, texts: list[tuple[str, float]]) -> bool:
    """Whether only furniture stands before a line on its page, or after it: then a number alone is the page's."""
    return all(not text or is_furniture(text) for text, _size in texts[:index]) or all(
        not text or is_furniture(text) for text, _size in texts[index + 1 :]
    )


def _usual_size(pages: list[list[_Printed]]) -> float:
    sizes: Counter[float] = Counter()
    for line in (line for page in pages for line in page):
        sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], size), default=0.0)


def _check_words(name: str, pages: list[list[_Printed]]) -> None:
    """Refuse a PDF of pictures, and one whose fonts do not say which letters they draw."""
    text = "".join(line.text for page in pages for line in page)
    letters = sum(map(str.isalpha, text))
    if letters < 20:
        raise UnreadableFile(
            _("“%(file)s” holds no text, only pictures of it. Send the document as the UN publishes it, or as Word.")
            % {"file": name}
        )
    lost = sum(letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff" or letter < " " for letter in text)
    if lost > letters // 4:
        raise UnreadableFile(
            _("The fonts in “%(file)s” do not say which letters they draw. Send the document as Word instead.")
            % {"file": name}
        )


def _too_much(name: str, why: str) -> UnreadableFile:
    return UnreadableFile(
        _("“%(file)s” is refused as too heavy: %(why)s. Send the document as it was published.")
        % {"file": name, "why": why}
    )
