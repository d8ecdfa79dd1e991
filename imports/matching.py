"""Finding the recommendation that a mention repeats: by the same words, else one with similar words, to be proposed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from imports.reading import bare_text, text_key
from recommendations.models import Recommendation

ALIKE = 0.75  # of the words in common order; of real mentions that repeat a recommendation in other words most have 0.8
LOOKED_AT = 5  # those with most words in common are compared in order
REVIEWS_KEPT = 40  # whose words are held at once


@dataclass(frozen=True)
class Match:
    """A recommendation, and whether there is no doubt about it."""

    pk: int
    is_sure: bool


@dataclass(frozen=True)
class _Known:
    pk: int
    states: frozenset[int]


class Matching:
    """The recommendations of the reviews asked about: digests of their words, kept; the words, for a few reviews."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.by_words: dict[tuple[int, str], list[_Known]] = {}
        self.filled: set[int] = set()
        self.words: dict[int, list[tuple[int, list[str], set[str]]]] = {}

    def learn(self, reviews: Collection[int]) -> None:
        """Look up the recommendations of reviews not met before; 2 queries."""
        fresh = set(reviews) - self.seen
        self.seen |= fresh
        found = Recommendation.objects.filter(review__in=fresh, removed_at__isnull=True, is_sample=False)
        for row in found.order_by("sort_key", "id").prefetch_related("recommenders").only("review_id", "text"):
            states = frozenset(each.state_id for each in row.recommenders.all() if each.state_id)
            self.by_words.setdefault((row.review_id, text_key(row.text)), []).append(_Known(row.pk, states))
            self.filled.add(row.review_id)

    def find(self, review: int, text: str, states: Iterable[int]) -> Match | None:
        """What a mention in this review, made by these States, repeats; one of similar words is only proposed.

        Of several with the same words those made by one of its States are meant.
        """
        same = self.by_words.get((review, text_key(text)), [])
        by_state = [each for each in same if each.states & set(states)] or same
        if by_state:
            return Match(by_state[0].pk, is_sure=len(by_state) == 1)
        return self._similar(review, text) if review in self.filled else None

    def _similar(self, review: int, text: str) -> Match | None:
        words = _words(text)
        shared = set(words)
        known = sorted(self._words_of(review), key=lambda each: -_in_common(each[2], shared))[:LOOKED_AT]
        if not known:
            return None
        ratio, pk = max((SequenceMatcher(None, each[1], words, autojunk=False).ratio(), each[0]) for each in known)
        return Match(pk, is_sure=False) if ratio >= ALIKE else None

    def _words_of(self, review: int) -> list[tuple[int, list[str], set[str]]]:
        if review not in self.words:
            if len(self.words) >= REVIEWS_KEPT:
                self.words.pop(next(iter(self.words)))
            found = Recommendation.objects.filter(review=review, removed_at__isnull=True, is_sample=False)
            split = [(pk, _words(text)) for pk, text in found.values_list("pk", "text")]
            self.words[review] = [(pk, words, set(words)) for pk, words in split]
        return self.words[review]


def _words(text: str) -> list[str]:
    return [word for word in map(bare_text, text.split()) if word]


def _in_common(one: set[Any], other: set[Any]) -> float:
    """Dice's measure of two sets: 1 where they are the same, 0 where they share nothing."""
    return 2 * len(one & other) / max(1, len(one) + len(other))
