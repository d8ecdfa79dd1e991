"""One item of an addendum: the numbers it begins with, its own answer if it gives one, and its prose."""

import re
from collections.abc import Set
from dataclasses import dataclass, field
from typing import NamedTuple

from imports.documents_text import Unit
from imports.recommenders import looks_like_states
from imports.sources.addendum.answers import Answer, Phrase, answer_alone, answer_of, phrases_in
from imports.sources.addendum.numbers import Run
from imports.sources.addendum.parts import Part
from imports.sources.addendum.statements import IMPERATIVE, Statement, sentences_of, statements_in

THIS_AFTER = re.compile(
    r"\s*(?:of |with |to )?(?:the|this|these|that|both|all(?: of)? these|said)\s+recommendations?\b"
)
THIS_BEFORE = re.compile(
    r"(?:^|\b(?:this|these|the|both)\s+recommendations?)\W*(?:(?:is|are|was|were|has|have|been|be|thus|therefore|hereby"
    r"|fully|also|can|could|will)\s+)*$",
    re.IGNORECASE,
)
OF_STATE = re.compile(r"\s*(?:(?:of|by)\s[^,.;:]{1,60})?[\s.,;:)–—-]*")
BRACKET = re.compile(r"\((?P<inside>[^()]{3,300}(?:\([^()]{0,60}\)[^()]{0,100})*)\)[;.,:]*\s*(?=$|[A-ZÀ-Þ])")
OPENING = re.compile(r"(?P<answer>[^.:;–—]{3,120}?)\s*(?:[.:;–—]|\s-\s)\s*(?P<rest>\S.*)", re.DOTALL)
BRIEF = 5  # words: "The Government does not accept"
JOINTS = " \t\n)]:;.,–—-"


class Said(NamedTuple):
    """What an item says: its own answer or None, the prose, and whether it prints the recommendation itself."""

    answer: Answer | None
    prose: str
    quotes: bool
    others: tuple[Statement, ...] = ()  # "140.1 is accepted, 140.2 is noted": what it answers besides


@dataclass(slots=True)
class Item:
    """An item being read; parts that follow it are added."""

    run: Run
    about: bool  # "Regarding recommendation 140.7": it only speaks of it
    first: Part
    more: list[Part] = field(default_factory=list)

    def said(self, paragraphs: Set[int]) -> Said:
        """What the whole item says, once all of it is there."""
        text = self.first.text
        rest = text[self.run.end :]
        quote_end = _end_of_quote(rest)
        if not quote_end:
            stated = self._stated(text, paragraphs)
            if stated:
                return stated
        following = self._after(quote_end, rest)
        answer, prose = _opening_answer(following)
        quotes = bool(quote_end) or bool(self.more and _end_of_quote(self.more[0].text))
        return Said(answer, _put_together(prose), quotes)

    def _stated(self, text: str, paragraphs: Set[int]) -> Said | None:
        """The answer in the item's first sentence."""
        start, end, _runs = sentences_of(text, [self.run])[0]
        found = list(statements_in(text[start:end], paragraphs, self.first.paragraph))
        own = next((statement for statement in found if statement.run.start == self.run.start), None)
        others = tuple(statement for statement in found if statement is not own and statement.answer)
        after = text[end:].strip(JOINTS)
        if own and own.answer:
            phrase = next(phrase for phrase in phrases_in(text[:end]) if phrase.start >= self.run.end)
            tail = text[phrase.end : end]
            sentence = text[self.run.end : end].strip(JOINTS)
            brief = OF_STATE.fullmatch(tail) or answer_alone(sentence) or others
            told = after if brief else text[self.run.end :].strip(JOINTS)
            return Said(own.answer, _put_together([(told, self.first), *_told(self.more)]), False, others)
        phrase_of_this = _speaks_of_this(text[self.run.end : end])
        if phrase_of_this is None:
            return None
        answer = answer_of(phrase_of_this.response, text[self.run.end : end])
        prose = text[self.run.end :].strip(JOINTS)
        return Said(answer, _put_together([(prose, self.first), *_told(self.more)]), False)

    def _after(self, quote_end: int, rest: str) -> list[tuple[str, Part]]:
        """The pieces of prose behind the numbers, without the recommendation where the item prints it."""
        more = _told(self.more)
        if quote_end:
            return [(rest[quote_end:].strip(), self.first), *more]
        if more and not rest.strip(JOINTS) and (end := _end_of_quote(more[0][0])):
            return [(more[0][0][end:].strip(), more[0][1]), *more[1:]]
        return [(rest.strip().lstrip(JOINTS), self.first), *more]


def _told(parts: list[Part]) -> list[tuple[str, Part]]:
    return [(part.text, part) for part in parts]


def _speaks_of_this(text: str) -> Phrase | None:
    """ "Atlantis accepts this recommendation", "The recommendation is noted": the phrase that answers."""
    phrases = list(phrases_in(text))
    for phrase in phrases:
        of_this = bool(THIS_AFTER.match(text, phrase.end) or THIS_BEFORE.search(text[: phrase.start]))
        of_this = of_this or (len(text.split()) <= BRIEF and not text[phrase.end :].strip(JOINTS))
        if of_this and not IMPERATIVE.fullmatch(text[phrase.start : phrase.end]):
            return phrase
    return None


def _end_of_quote(text: str) -> int:
    """Where the recommendation itself ends, by the last bracket of States that closes a sentence; 0 for none."""
    ends = [found.end() for found in BRACKET.finditer(text) if looks_like_states(found["inside"])]
    return ends[-1] if ends else 0


def _opening_answer(pieces: list[tuple[str, Part]]) -> tuple[Answer | None, list[tuple[str, Part]]]:
    """The answer that stands alone in a piece, or opens one, and the pieces after it."""
    pieces = [piece for piece in pieces if piece[0]]
    for index, (text, part) in enumerate(pieces[:4]):
        alone = answer_alone(text)
        if alone:
            return alone, pieces[index + 1 :]
        opening = OPENING.fullmatch(text)
        if opening and (answer := answer_alone(opening["answer"])):
            return answer, [(opening["rest"], part), *pieces[index + 1 :]]
    if pieces and (found := _speaks_of_this(first := pieces[0][0][: sentences_of(pieces[0][0], ())[0].end])):
        return answer_of(found.response, first), pieces
    return None, pieces


def _put_together(pieces: list[tuple[str, Part]]) -> str:
    """Prose of several parts as one text; a line end where the file shows that a paragraph begins."""
    text = ""
    for words, part in pieces:
        if words:
            joint = "\n" if part.apart and part.unit is not Unit.PAGE_LINE else " "
            text = f"{text}{joint}{words}" if text else words
    return text
