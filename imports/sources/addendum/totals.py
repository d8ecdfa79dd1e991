"""The totals an addendum states: "received 254 recommendations, of which 217 are supported and 37 noted"."""

import re
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from imports.reading import Place, Response
from imports.sources.addendum.answers import claim_in, phrases_in
from imports.sources.addendum.numbers import runs_in
from imports.sources.addendum.parts import Part
from imports.sources.addendum.statements import Sentence, sentences_of

ALL = re.compile(
    r"\b(?:received|receiving|receives|total of|all(?: of)?(?: the)?|of the|made)\s+(?P<number>[0-9]{1,3})\s+"
    r"(?:UPR |such )?recommendations\b",
    re.IGNORECASE,
)
BEFORE = re.compile(
    r"(?<![\w.,/-])(?P<number>[0-9]{1,3})\s+(?:of (?:them|these|the)\s+)?(?:recommendations?\s+)?"
    r"(?:(?:are|is|were|was|have been|has been|that|which|will be|be|being|fully)\s+){0,3}$"
)
AFTER = re.compile(
    r"(?:\s+by [A-Z]\w+)?\s+(?:a total of\s+)?(?P<number>[0-9]{1,3})(?:\s+(?:of (?:the|these|them|all)|out of)\b"
    r"|\s+(?:of these |of the )?recommendations\b|(?=\s*(?:[,;.]\s|\band\b|$)))"
)
ANOTHER_REVIEW = re.compile(
    r"\b(?:previous|last|earlier|first|second|third|past|preceding)(?: UPR| review)? "
    r"(?:cycles?|reviews?|UPR|session)\b",
    re.IGNORECASE,
)
TOTAL = "total"


class Stated(NamedTuple):
    """One figure: of all recommendations ("total") or of a response; `claimed` when said of those with a claim."""

    key: str
    number: int
    claimed: bool
    place: Place


def totals_in(parts: Sequence[Part], paragraphs: Set[int]) -> Iterator[Stated]:
    """Every figure stated, in order; sentences about another review are passed over."""
    for part in parts:
        text = part.text
        runs = runs_in(text, paragraphs)
        if "recommendation" not in text.lower():
            continue
        for sentence in sentences_of(text, runs):
            if not ANOTHER_REVIEW.search(text, sentence.start, sentence.end):
                yield from _in_sentence(_without_numbers(text, sentence), part.place)


def _without_numbers(text: str, sentence: Sentence) -> str:
    """A sentence with the numbers of recommendations blanked, which are no totals."""
    pieces: list[str] = []
    position = sentence.start
    for run in sentence.runs:
        pieces += [text[position : run.start], "_"]
        position = run.end
    return "".join([*pieces, text[position : sentence.end]])


def _in_sentence(sentence: str, place: Place) -> Iterator[Stated]:
    found = ALL.search(sentence)
    if found:
        yield Stated(TOTAL, int(found["number"]), False, place)
    for phrase in phrases_in(sentence):
        if phrase.response is Response.PENDING:
            continue
        number = BEFORE.search(sentence[max(0, phrase.start - 120) : phrase.start]) or AFTER.match(sentence, phrase.end)
        if number:
            claimed = claim_in(sentence[phrase.start : phrase.end + 160]) is not None
            yield Stated(str(phrase.response), int(number["number"]), claimed, place)
