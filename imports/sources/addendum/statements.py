"""Which answer a sentence gives to which of the numbers in it.

"Atlantis accepts recommendations 140.1 and 140.2, 140.3 is noted" has two answers: numbers followed at once by a
phrase ("140.3 is noted") go with it, others with the nearest phrase before them in the sentence.
"""

import re
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from typing import NamedTuple

from imports.reading import Claim
from imports.sources.addendum.answers import Answer, Phrase, answer_of, claimed_at, phrases_in
from imports.sources.addendum.numbers import Run, runs_in

SENTENCE = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"”’)]))\s+(?=[A-ZÀ-Þ“\"(])")
COPULA = re.compile(
    r"[\s)\]]*(?:\([^()]{0,80}\))?[\s:–—-]*(?:\b(?:recommendations?|which|that|all|both|each|is|are|was|were|has|have"
    r"|been|be|being|thus|also|therefore|hereby|duly|fully|will|by|the|it|they|considered|as)\b[\s:]*)*",
    re.IGNORECASE,
)
PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|hereby|therefore)\s+$", re.IGNORECASE)
PASSIVE_PHRASE = re.compile(
    r"(?:do|does|did|is|are|was|were|can|could|has|have)n?o?[’']?t? not\b|enjoy|not\b", re.IGNORECASE
)
# "140.5 Accept the inquiry procedure (Chad)" is a recommendation and no answer.
IMPERATIVE = re.compile(r"accept|support|reject|take note of|agree (?:to|with)", re.IGNORECASE)
TITLES_NEXT = re.compile(r"(?: recommendations?)?\s*:\s*(?:recommendations?\s*)?(?:Nos?\.\s*)?[0-9]", re.IGNORECASE)
CONNECTS = re.compile(r"\brecommendations?\b|\bparagraphs?\b|\bfollowing\b|:|\bNos?\.", re.IGNORECASE)
FEW_WORDS = 4
EXCEPT = re.compile(
    r"\b(?:except(?:ing)?(?: for)?|with the exceptions? of|other than|excluding|apart from|but not|save for)\b",
    re.IGNORECASE,
)
REFERS = re.compile(
    r"\b(?:see(?: also)?|under|as (?:explained|stated|mentioned|described|indicated)|refers? to|reference to"
    r"|(?:reply|response|answer|comments?|explanation|position) (?:to|on|given))\b[^.;:]{0,40}$",
    re.IGNORECASE,
)


class Statement(NamedTuple):
    """Numbers and the answer a sentence gives them; None where it gives none.

    `excepted`: "all except these". `torn`: the sentence gives the run two answers, and which numbers have which is not
    to be told. `claim`: said to be done, without an answer.
    """

    run: Run
    answer: Answer | None
    excepted: bool = False
    torn: bool = False
    claim: Claim | None = None


def sentences_of(text: str, runs: Sequence[Run]) -> list[tuple[int, int]]:
    """Start and end of each sentence; a full stop within a run ends none."""
    cuts = [
        found.start()
        for found in SENTENCE.finditer(text)
        if not any(run.start < found.start() < run.end for run in runs)
    ]
    edges = [0, *cuts, len(text)]
    return list(pairwise(edges))


def statements_in(text: str, paragraphs: Set[int], own: int = 0) -> Iterator[Statement]:
    """Every run of numbers of a paragraph, itself numbered `own`, with what its sentence answers."""
    runs = runs_in(text, paragraphs, own)
    for start, end in sentences_of(text, runs):
        within = [run for run in runs if start <= run.start < end]
        phrases = list(phrases_in(text[start:end]))
        for index, run in enumerate(within):
            following = within[index + 1].start if index + 1 < len(within) else end
            yield _statement(text, (start, end), run, following, phrases)


def _statement(text: str, sentence: tuple[int, int], run: Run, following: int, phrases: Sequence[Phrase]) -> Statement:
    start, end = sentence
    shifted = [Phrase(phrase.start + start, phrase.end + start, phrase.response) for phrase in phrases]
    after = next((phrase for phrase in shifted if run.end <= phrase.start < following), None)
    before = next((phrase for phrase in reversed(shifted) if phrase.end <= run.start), None)
    governed = before is not None and _governs(text[before.end : run.start])
    if after and _follows(text, run, after, before):
        if governed and before and before.response is not after.response and len(run.labels) > 1:
            return Statement(run, None, torn=True)
        return Statement(run, answer_of(after.response, text[run.end : following]))
    if before and governed:
        between = text[before.end : run.start]
        if EXCEPT.search(between):
            return Statement(run, None, excepted=True)
        clause = _clause(text, start, end, before, run, following, shifted)
        return Statement(run, answer_of(before.response, clause))
    copula = COPULA.match(text, run.end, following)
    starts = {run.end, copula.end() if copula else run.end}
    claim = next((claim for at in starts if (claim := claimed_at(text[at:following].lstrip()))), None)
    return Statement(run, None, claim=claim)


def _follows(text: str, run: Run, after: Phrase, before: Phrase | None) -> bool:
    """Whether a phrase after the numbers speaks of them: at once, or as what is done to them."""
    between = text[run.end : after.start]
    if TITLES_NEXT.match(text, after.end):
        return False
    if COPULA.fullmatch(between):
        return not IMPERATIVE.fullmatch(text[after.start : after.end])
    if before is not None or len(between) > 200:
        return False
    phrase = text[after.start : after.end]
    return bool(PASSIVE.search(text[: after.start]) or PASSIVE_PHRASE.match(phrase)) and not REFERS.search(
        text[: run.start]
    )


def _governs(between: str) -> bool:
    if REFERS.search(between):
        return False
    return bool(CONNECTS.search(between)) or len(between.split()) <= FEW_WORDS


def _clause(
    text: str, start: int, end: int, before: Phrase, run: Run, following: int, phrases: Sequence[Phrase]
) -> str:
    """The words a claim may stand in: those of this answer, not those of the next or the one before."""
    earlier = [phrase.end for phrase in phrases if phrase.end <= before.start]
    later = [phrase.start for phrase in phrases if phrase.start >= run.end]
    return text[earlier[-1] if earlier else start : before.end] + " " + text[before.end : min([end, following, *later])]
