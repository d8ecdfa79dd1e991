"""Tables of answers in a Word document: one row a recommendation, or one column an answer.

A table without either is left to be read as the lines it holds, under the heading above it.
"""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from imports.reading import Label, Place, passage_of, tidy
from imports.recommenders import split_recommenders
from imports.sources.addendum.answers import Answer, answer_alone, one_answer
from imports.sources.addendum.numbers import runs_in
from imports.sources.addendum.parts import lead_of
from imports.sources.thematic_list.tables import Cell, Row

TICK = re.compile(r"(?:x|yes|✓|✔|☑|☒|√|•|\*)+\.?", re.IGNORECASE)
OPENING = re.compile(r"(?P<answer>[^.:;\n–]{3,120}?)\s*(?:[.:;\n–]|\s-\s)\s*(?P<rest>.+)", re.DOTALL)
STATED_TEXT = re.compile(r"^\s*recommendations?(?: text)?\s*$|^\s*text\b", re.IGNORECASE)


class TableAnswer(NamedTuple):
    """What one row says of the numbers in it."""

    labels: tuple[Label, ...]
    answer: Answer
    explanation: str
    place: Place
    passage: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of answers; `printed` are its paragraphs, for those who read the document's lines as well."""

    answers: list[TableAnswer]
    printed: list[str]


def answering_tables(tables: Sequence[Sequence[Row]], paragraphs: Set[int]) -> Iterator[Table]:
    """The tables whose rows, or columns, answer."""
    for number, rows in enumerate(tables, start=1):
        part = _("table %(number)d") % {"number": number}
        columns = _columns(rows)
        found = list(_by_columns(part, rows, columns, paragraphs) if columns else _by_rows(part, rows, paragraphs))
        if found:
            yield Table(found, [tidy(line) for row in rows for cell in row.cells for line in cell.text.splitlines()])


def _columns(rows: Sequence[Row]) -> dict[int, Answer]:
    """The columns whose headings are answers, where there are two at least."""
    for row in rows[:3]:
        found = {cell.start: answer for cell in row.cells if (answer := answer_alone(tidy(cell.text)))}
        if len(found) > 1 and not any(runs_in(cell.text) for cell in row.cells):
            return found
    return {}


def _by_columns(
    part: str, rows: Sequence[Row], columns: dict[int, Answer], paragraphs: Set[int]
) -> Iterator[TableAnswer]:
    for row in rows:
        lead = _lead(row, paragraphs)
        for start, answer in columns.items():
            text = row.text_at(start)
            place = Place(part, row.number)
            listed = tuple(label for run in runs_in(text, paragraphs) for label in run.labels)
            if listed:
                yield TableAnswer(listed, answer, "", place, _passage(row))
            elif lead and TICK.fullmatch(text.strip()):
                others = [cell for cell in row.cells if cell.start not in columns and cell is not lead[1]]
                yield TableAnswer(lead[0], answer, _explanation(others, _heading(rows)), place, _passage(row))


def _by_rows(part: str, rows: Sequence[Row], paragraphs: Set[int]) -> Iterator[TableAnswer]:
    above: Answer | None = None
    for row in rows:
        lead = _lead(row, paragraphs)
        if lead is None:
            above = answer_alone(tidy(row.texts[0])) if len(set(row.texts)) == 1 else above
            continue
        found = next((found for cell in row.cells if cell is not lead[1] and (found := _answer(cell))), None)
        rest = [cell for cell in row.cells if cell is not lead[1] and not (found and cell is found[1])]
        answer = found[0] if found else above
        if answer:
            explanation = "\n".join(filter(None, [found[2] if found else "", _explanation(rest, _heading(rows))]))
            yield TableAnswer(lead[0], answer, explanation, Place(part, row.number), _passage(row))


def _passage(row: Row) -> str:
    return passage_of("\n".join(row.texts))


def _lead(row: Row, paragraphs: Set[int]) -> tuple[tuple[Label, ...], Cell] | None:
    """The numbers that a row's first filled cell begins with, and that cell."""
    cell = next((cell for cell in row.cells if cell.text.strip()), None)
    found = lead_of(tidy(cell.text), paragraphs) if cell else None
    return (tuple(found[0].labels), cell) if found and cell else None


def _answer(cell: Cell) -> tuple[Answer, Cell, str] | None:
    """The answer a cell holds or begins with, and what it says after it."""
    text = cell.text.strip()
    if alone := answer_alone(tidy(text)):
        return alone, cell, ""
    opening = OPENING.fullmatch(text)
    answer = answer_alone(tidy(opening["answer"])) if opening else None
    return (answer, cell, tidy(opening["rest"])) if opening and answer else None


def _heading(rows: Sequence[Row]) -> dict[int, str]:
    return {cell.start: cell.text for cell in rows[0].cells} if rows else {}


def _explanation(cells: Sequence[Cell], heading: dict[int, str]) -> str:
    """The prose of the cells that hold neither the recommendation nor a tick."""
    texts = [
        tidy(cell.text)
        for cell in cells
        if not TICK.fullmatch(cell.text.strip())
        and not STATED_TEXT.match(heading.get(cell.start, ""))
        and not split_recommenders(tidy(cell.text)).states
        and one_answer(heading.get(cell.start, "")) is None
    ]
    return "\n".join(filter(None, texts))
