"""Footnotes that stand among the recommendations, where a report has been turned into text, and their marks.

A PDF tells small print by its size. In text, a note is a line "3 The recommendation as read …" whose number is a mark
elsewhere, as in "with disabilities3 (Hungary)", or comes after the note before it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from imports.documents_text import Kind, Line, Unit

NOTE = re.compile(r"(?P<number>[0-9]{1,2})\s+(?=[A-ZÀ-Þ„“\"])(?P<sure>The (?:recommendation|original wording)\b)?")
MARK = re.compile(r"(?:(?<=[a-z)”’;])|(?<=[a-z)”]\.))(?P<number>[0-9]{1,2})(?=[\s;.,(]|$)")
MARK_OF_BRACKET = re.compile(r"(?<=\))\s?[0-9]{1,2}(?=\s*[;.,](?![0-9])|\s*$)|(?<=\)[;.])\s?[0-9]{1,2}(?=\s*$)")
NUMBERED = re.compile(r"[0-9]{1,3}\s?[.)]")
LONGEST_NOTE = 4  # lines


def without_notes(lines: Sequence[Line]) -> list[Line]:
    """The lines of the body without notes and without their marks."""
    body = [line for line in lines if line.kind is Kind.BODY]
    kept, numbers = _sorted_out(body)
    return [replace(line, text=text) for line in kept if (text := _unmarked(line.text, numbers))]


def _sorted_out(body: Sequence[Line]) -> tuple[list[Line], set[int]]:
    """The lines that are no notes, and the numbers of the notes."""
    marks = {found["number"] for line in body for found in MARK.finditer(line.text)}
    kept: list[Line] = []
    numbers: set[int] = set()
    inside = 0
    for line in body:
        found = NOTE.match(line.text) if line.unit is not Unit.PAGE_LINE else None
        if found and (found["sure"] or found["number"] in marks or int(found["number"]) - 1 in numbers):
            numbers.add(int(found["number"]))
            inside = LONGEST_NOTE if _is_open(line.text) else 0
        elif inside and not NUMBERED.match(line.text):
            inside = 0 if "”" in line.text else inside - 1
        else:
            inside = 0
            kept.append(line)
    return kept, numbers


def _is_open(text: str) -> bool:
    return len(re.findall("[“„]", text)) > text.count("”")


def _unmarked(text: str, numbers: set[int]) -> str:
    text = MARK_OF_BRACKET.sub("", text)
    return MARK.sub(lambda mark: "" if int(mark["number"]) in numbers else mark[0], text) if numbers else text
