"""Which answer a sentence gives to which of the numbers in it.

"Atlantis accepts recommendations 140.1 and 140.2, 140.3 is noted" has two answers: numbers followed at once by a
phrase ("140.3 is noted") go with it, others with the nearest phrase before them in the sentence.
"""

import re
from bisect import bisect_left
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
PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|hereby|therefore)\s+(?:(?:fully|hereby|therefore|thus|duly|also)\s+)*$",
    re.IGNORECASE,
)
APPOSED = re.compile(
    r"\s*,\s*(?:which |that |all )?(?:is|are|was|were|has been|have been)\s(?:\s*(?:fully|also|duly))*\s*"
)
BOTH = re.compile(r"\s*(?:\([^()]{0,60}\))?\s*(?:/|,|and)\s*")
PASSIVE_PHRASE = re.compile(
    r"(?:do|does|did|is|are|was|were|can|could|has|have)n?o?[’']?t? not\b|enjoy|not\b", re.IGNORECASE
)
# "140.5 Accept the inquiry procedure (Chad)" is a recommendation and no answer.
IMPERATIVE = re.compile(r"accept|support|reject|take note of|agree (?:to|with)", re.IGNORECASE)
TITLES_NEXT = re.compile(r"(?: recommendations?)?\s*:\s*(?:recommendations?\s*)?(?:Nos?\.\s*)?[0-9]", re.IGNORECASE)
CONNECTS = re.compile(r"\brecommendations?\b|\bparagraphs?\b|\bfollowing\b|:|\bNos?\.", re.IGNORECASE)
FEW_WORDS = 4
NEAR = 300  # characters
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


class Sentence(NamedTuple):
    """A sentence's place in its text, and the runs that begin in it."""

    start: int
    end: int
    runs: tuple[Run, ...]


def sentences_of(text: str, runs: Sequence[Run]) -> list[Sentence]:
    """The sentences of a text, each with its runs; a full stop within a run ends none."""
    cuts: list[int] = []
    waiting = list(reversed(runs))
    for found in SENTENCE.finditer(text):
        while waiting and waiting[-1].end <= found.start():
            waiting.pop()
        if not (waiting and waiting[-1].start < found.start()):
            cuts.append(found.start())
    starts = [run.start for run in runs]
    return [
        Sentence(start, end, tuple(runs[bisect_left(starts, start) : bisect_left(starts, end)]))
        for start, end in pairwise([0, *cuts, len(text)])
    ]


def statements_in(text: str, paragraphs: Set[int], own: int = 0) -> Iterator[Statement]:
    """Every run of numbers of a paragraph, itself numbered `own`, with what its sentence answers."""
    for sentence in sentences_of(text, runs_in(text, paragraphs, own)):
        reader = _SentenceReader(text, sentence)
        yield from map(reader.statement, range(len(sentence.runs)))


class _SentenceReader:
    """One sentence. What it looks at around each run is bounded, since a hostile sentence may fill a file."""

    def __init__(self, text: str, sentence: Sentence) -> None:
        self.text = text
        self.start, self.end, self.runs = sentence
        found = phrases_in(text[self.start : self.end])
        self.phrases = [Phrase(each.start + self.start, each.end + self.start, each.response) for each in found]
        self.phrase_starts = [phrase.start for phrase in self.phrases]
        self.run_starts = [run.start for run in self.runs]
        self.taken: set[Phrase] = set()  # phrases that answered the numbers before them

    def statement(self, index: int) -> Statement:
        """What the sentence says of one of its runs."""
        run = self.runs[index]
        following = self.run_starts[index + 1] if index + 1 < len(self.runs) else self.end
        place = bisect_left(self.phrase_starts, run.end)
        after = self.phrases[place] if place < len(self.phrases) and self.phrases[place].start < following else None
        before = self._before(run)
        governed = before is not None and self._governs(before, run)
        if after and self._follows(run, after, alone=before is None):
            torn = governed and before not in self.taken and len(run.labels) > 1
            self.taken.add(after)
            if before and torn and before.response is not after.response:
                return Statement(run, None, torn=True)
            return Statement(run, answer_of(after.response, self.text[run.end : min(following, after.end + NEAR)]))
        if before and governed:
            if EXCEPT.search(self.text[before.end : min(run.start, before.end + NEAR)]):
                return Statement(run, None, excepted=True)
            if self._is_double(before):
                return Statement(run, None, torn=True)
            return Statement(run, answer_of(before.response, self._clause(before, run, following)))
        return Statement(run, None, claim=self._claim(run, following))

    def _before(self, run: Run) -> Phrase | None:
        place = bisect_left(self.phrase_starts, run.start) - 1
        return self.phrases[place] if place >= 0 and self.phrases[place].end <= run.start else None

    def _is_double(self, before: Phrase) -> bool:
        """ "Accepted (part one) and noted (part two): 140.13" gives two answers in one breath."""
        place = bisect_left(self.phrase_starts, before.start)
        other = self.phrases[place - 1] if place else None
        return (
            other is not None
            and other.response is not before.response
            and bool(BOTH.fullmatch(self.text[other.end : before.start]))
        )

    def _claim(self, run: Run, following: int) -> Claim | None:
        """What it says, without an answer, is done: "140.2 and 140.3 have been implemented"."""
        copula = COPULA.match(self.text, run.end, min(following, run.end + NEAR))
        starts = {run.end, copula.end() if copula else run.end}
        said = (claimed_at(self.text[at : min(following, at + NEAR)].lstrip()) for at in starts)
        return next(filter(None, said), None)

    def _follows(self, run: Run, after: Phrase, *, alone: bool) -> bool:
        """Whether a phrase after the numbers speaks of them: at once, or as what is done to them."""
        text = self.text
        between = text[run.end : after.start]
        if TITLES_NEXT.match(text, after.end) or len(between) > NEAR:
            return False
        if COPULA.fullmatch(between) or APPOSED.fullmatch(between):
            return not IMPERATIVE.fullmatch(text[after.start : after.end])
        if not alone:
            return False
        passive = PASSIVE.search(text[max(run.end, after.start - 40) : after.start])
        spoken_of = passive or PASSIVE_PHRASE.match(text, after.start)
        return bool(spoken_of) and not REFERS.search(text[max(self.start, run.start - NEAR) : run.start])

    def _governs(self, before: Phrase, run: Run) -> bool:
        """Whether a phrase before the numbers goes on to them."""
        head = self.text[before.end : min(run.start, before.end + NEAR)]
        tail = self.text[max(before.end, run.start - NEAR) : run.start]
        if REFERS.search(tail):
            return False
        return bool(CONNECTS.search(head) or CONNECTS.search(tail)) or (
            len(tail) < NEAR and len(tail.split()) <= FEW_WORDS
        )

    def _clause(self, before: Phrase, run: Run, following: int) -> str:
        """The words a claim may stand in: around this answer and after these numbers, not those of another."""
        place = bisect_left(self.phrase_starts, before.start)
        earlier = self.phrases[place - 1].end if place else self.start
        later = self.phrases[place + 1].start if place + 1 < len(self.phrases) else self.end
        listed = self.run_starts[bisect_left(self.run_starts, before.end)]
        around = self.text[max(earlier, before.start - NEAR) : min(listed, before.end + NEAR)]
        behind = self.text[run.end : min(following, max(later, run.end), run.end + NEAR)]
        return f"{around} {behind}"
