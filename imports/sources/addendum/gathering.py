"""From parts to answers: which heading holds, which sentence lists, which item explains.

A heading, or a sentence that announces a list, gives its answer to the items under it, as long as no list has been
given in a sentence: "accepts the following recommendations: 140.1, 140.2" uses the answer up, and items after it
explain. An item that gives an answer of its own always has it.
"""

import re
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext as _

from imports.reading import Claim, Label, Place, Problem, Severity, passage_of, shorten
from imports.sources.addendum.answers import Answer, answer_alone, one_answer, phrases_in
from imports.sources.addendum.items import Item
from imports.sources.addendum.numbers import Run
from imports.sources.addendum.parts import Part, heading_level, is_heading, lead_of
from imports.sources.addendum.statements import Statement, statements_in
from imports.sources.addendum.tables import Table
from imports.sources.addendum.totals import Stated

ANNOUNCES = re.compile(r"\b(?:following|below|listed|these)\b|:$", re.IGNORECASE)
OF_ALL = re.compile(
    r"\ball (?:of )?(?:the )?(?:remaining |other )?(?:[0-9]{1,3} )?recommendations\b|\bremaining recommendations\b",
    re.IGNORECASE,
)
LISTS = re.compile(r"\W*(?:(?:the )?(?:following )?recommendations?(?: Nos?\.?| numbers?)?|paragraphs?)?\W*", re.I)
STRICT = 160  # characters within which a sentence that ends an explanation gives its answer
ANNOUNCED = 4  # level of an answer that a sentence announces, below all headings


class Found(NamedTuple):
    """One answer to one number. `weak`: only by the heading above prose, which a list elsewhere overrules."""

    answer: Answer
    place: Place
    paragraph: str
    weak: bool = False
    passage: str = ""

    def differs(self, other: "Found") -> bool:
        """Whether the two cannot both hold; a claim beside none, or a claim divided and undivided, can."""
        one, two = self.answer, other.answer
        if one.response is not two.response:
            return True
        claims = {str(answer.claim) for answer in (one, two) if answer.claim}
        return claims == {"implemented", "in_process"}


@dataclass
class Gathered:
    """What a document says, by number."""

    answers: dict[Label, list[Found]] = field(default_factory=lambda: defaultdict(list))
    explained: dict[Label, list[str]] = field(default_factory=lambda: defaultdict(list))
    explained_under: list[tuple[tuple[Label, ...], Answer, Place]] = field(default_factory=list)
    claims: dict[Label, set[Claim]] = field(default_factory=lambda: defaultdict(set))
    leads: dict[Label, Place] = field(default_factory=dict)
    mentioned: dict[Label, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    totals: list[Stated] = field(default_factory=list)


def gather(parts: Sequence[Part], tables: Sequence[Table], paragraphs: Set[int]) -> Gathered:
    """All that tables and parts say."""
    gatherer = _Gatherer(paragraphs)
    for table in tables:
        for row in table.answers:
            for label in row.labels:
                gatherer.gathered.answers[label].append(Found(row.answer, row.place, "", passage=row.passage))
                gatherer.gathered.explained[label].append(row.explanation)
    for part in parts:
        gatherer.take(part)
    gatherer.close()
    return gatherer.gathered


@dataclass(slots=True)
class _Section:
    answer: Answer | None = None
    level: int = ANNOUNCED
    listed: bool = False


class _Gatherer:
    def __init__(self, paragraphs: Set[int]) -> None:
        self.paragraphs = paragraphs
        self.gathered = Gathered()
        self.section = _Section()
        self.item: Item | None = None
        self.passed: tuple[Part | None, str] = (None, "")  # the part last quoted, and its passage

    def take(self, part: Part) -> None:
        """Use the next part of the document."""
        text = part.text
        lead = lead_of(text, self.paragraphs)
        if lead:
            self.close()
            self.item = Item(lead[0], lead[1], part)
            self._doubt(lead[0], part)
        elif is_heading(text):
            self._take_heading(text, part)
        else:
            self._take_prose(text, part)

    def _take_heading(self, text: str, part: Part) -> None:
        if self.item and self.section.answer is None and answer_alone(text):
            self.item.more.append(part)  # the answer of a row, under its number
            return
        self.close()
        level, answer = heading_level(text), one_answer(text)
        if answer or level <= self.section.level:
            self.section = _Section(answer, level)

    # ------------------------------------------------------------------------------------------------------- sentences

    def _take_prose(self, text: str, part: Part) -> None:
        statements = list(statements_in(text, self.paragraphs, part.paragraph))
        if self.item and not part.numbered and not _is_strict(statements):
            self.item.more.append(part)
            return
        self.close()
        if statements:
            self._take_statements(text, statements, part)
        elif part.numbered or not self.section.listed:
            self._announce(text, part)

    def _take_statements(self, text: str, statements: Sequence[Statement], part: Part) -> None:
        by_heading = self.section.answer if not self.section.listed else None
        for statement in statements:
            self._doubt(statement.run, part)
            if statement.answer:
                self._answer(statement.run.labels, self._with_claim(statement.answer), part)
                self.section.listed = True
            elif statement.torn:
                what = _("This sentence gives these numbers two answers; none was read. Enter them by hand.")
                self._report(part.place, text[statement.run.start :], what, Severity.REJECTED)
            elif statement.claim:
                for label in statement.run.labels:
                    self.gathered.claims[label].add(statement.claim)
                self._mention(statement.run.labels, part.place)
            elif statement.excepted:
                what = _("This says “all except” these numbers; which ones it means was not read. Enter them by hand.")
                self._report(part.place, text[statement.run.start :], what, Severity.REJECTED)
            elif by_heading and LISTS.fullmatch(text[: statement.run.start]):
                self._answer(statement.run.labels, by_heading, part)
                self.section.listed = True
            else:
                self._mention(statement.run.labels, part.place)

    def _announce(self, text: str, part: Part) -> None:
        """A sentence without numbers may announce a list, or answer "all" of them, which nobody can read."""
        answer = one_answer(text)
        if answer is None or "recommendation" not in text.lower():
            return
        if ANNOUNCES.search(text):
            self.section = _Section(self._with_claim(answer), ANNOUNCED)
        elif any(OF_ALL.match(text[phrase.end :].lstrip()) for phrase in phrases_in(text)):
            what = _("This answers recommendations without naming their numbers; nothing was read from it.")
            self._report(part.place, text, what, Severity.WARNING)

    def _with_claim(self, answer: Answer) -> Answer:
        """The answer with the claim of its heading, where that is of the same answer."""
        above = self.section.answer
        if answer.claim is None and above and above.response is answer.response:
            return above
        return answer

    # ----------------------------------------------------------------------------------------------------------- items

    def close(self) -> None:
        """Settle the item that is open: what it answers, or explains."""
        item, self.item = self.item, None
        if item is None:
            return
        labels, said = item.run.labels, item.said(self.paragraphs)
        self._mention_within(item)
        for other in said.others:
            if other.answer:
                self._answer(other.run.labels, other.answer, item.first)
        by_heading = self.section.answer if not (self.section.listed or item.about) else None
        if said.answer:
            self._answer(labels, self._with_claim(said.answer), item.first)
        elif by_heading:
            self._answer(labels, by_heading, item.first, weak=bool(said.prose) and not said.quotes)
        else:
            for label in labels:
                self.gathered.leads.setdefault(label, item.first.place)
        if said.prose:
            for label in labels:
                self.gathered.explained[label].append(said.prose)
            if self.section.answer and not said.answer and not item.about:
                self.gathered.explained_under.append((tuple(labels), self.section.answer, item.first.place))

    def _mention_within(self, item: Item) -> None:
        for index, part in enumerate((item.first, *item.more)):
            statements = list(statements_in(part.text, self.paragraphs, part.paragraph))
            if statements and not index and statements[0].claim and not item.about:
                for label in item.run.labels:
                    self.gathered.claims[label].add(statements[0].claim)
            for statement in statements[0 if index else 1 :]:
                self._mention(statement.run.labels, part.place)

    def _answer(self, labels: Sequence[Label], answer: Answer, part: Part, *, weak: bool = False) -> None:
        paragraph = f"para. {part.paragraph}" if part.paragraph else ""  # kept as it is, whatever the language
        passage = self._passage(part)
        for label in labels:
            self.gathered.answers[label].append(Found(answer, part.place, paragraph, weak, passage))

    def _passage(self, part: Part) -> str:
        """What the part prints, made once: a long part of many statements would else be put together for each."""
        if self.passed[0] is not part:
            self.passed = part, passage_of(part.text)
        return self.passed[1]

    def _mention(self, labels: Sequence[Label], place: Place) -> None:
        for label in labels:
            self.gathered.mentioned.setdefault(label, place)

    def _doubt(self, run: Run, part: Part) -> None:
        for piece in run.doubts:
            what = _("It is not certain which numbers this means; see the document, and enter what is missing by hand.")
            self._report(part.place, piece, what, Severity.REJECTED)

    def _report(self, place: Place, value: str, reason: str, severity: Severity) -> None:
        self.gathered.problems.append(Problem(place, shorten(value), reason, severity))


def _is_strict(statements: Sequence[Statement]) -> bool:
    """Whether a paragraph in the midst of an explanation begins with an answer to numbers, and so ends it."""
    return bool(statements) and statements[0].answer is not None and statements[0].run.start < STRICT
