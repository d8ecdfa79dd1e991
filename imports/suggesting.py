"""What a printed name that nobody here knows may mean.

Two searches find candidates among every name, former name and spelling: trigrams (PostgreSQL's pg_trgm) one that stands
within a longer one, and difflib one whose letters have changed places ("Lybia"). Both are then ranked by how alike the
whole names are, without the words that half of the world's States share.
"""

import difflib
from collections.abc import Sequence
from typing import Any

from django.db import connection

from states.models import State
from states.names import fold

MOST = 3  # suggestions for one name
CLOSE = 0.35  # how much of its trigrams a candidate shares, from 0 to 1
ALIKE = 0.75  # how alike difflib finds a candidate that trigrams miss, from 0 to 1
COMMON = {
    "the",
    "of",
    "and",
    "republic",
    "state",
    "states",
    "kingdom",
    "democratic",
    "people",
    "s",
    "islamic",
    "federal",
}
# For each name the aliases that are closest: as a whole, or as a part of a longer one ("Turkey (State of)").
CANDIDATES = """
    SELECT asked.place, found.term, found.folded, found.score
    FROM unnest(%(names)s::text[]) WITH ORDINALITY AS asked (name, place)
    CROSS JOIN LATERAL (
        SELECT alias.{term} AS term, alias.folded, greatest(
            similarity(alias.folded, asked.name), 0.8 * word_similarity(asked.name, alias.folded),
            0.6 * word_similarity(alias.folded, asked.name)
        ) AS score
        FROM {table} alias WHERE {condition}
        ORDER BY score DESC, alias.{term} LIMIT 12
    ) found
    WHERE found.score >= %(close)s
"""


def closest(
    names: Sequence[str], *, table: str, term: str, condition: str = "TRUE", scheme: str = ""
) -> list[list[int]]:
    """For each name the ids of up to three terms that have an alias like it, the closest first; 2 queries.

    `table` holds aliases: `folded`, and the column `term` that points to what they name.
    """
    if not names:
        return []
    asked = [_telling(fold(name)) for name in names]
    scores: list[dict[int, float]] = [{} for _name in names]
    query = CANDIDATES.format(table=table, term=term, condition=condition)
    for place, found, folded, score in _rows(query, {"names": asked, "close": CLOSE, "scheme": scheme}):
        _note(scores[place - 1], found, max(score, _alike(asked[place - 1], folded)))
    terms: dict[str, set[int]] = {}
    for found, folded in _rows(f"SELECT {term}, folded FROM {table} alias WHERE {condition}", {"scheme": scheme}):
        terms.setdefault(_telling(folded), set()).add(found)
    for name, held in zip(asked, scores, strict=True):
        for folded in difflib.get_close_matches(name, terms, n=MOST, cutoff=ALIKE):
            for found in terms[folded]:
                _note(held, found, _alike(name, folded))
    return [sorted(held, key=lambda found: (-held[found], found))[:MOST] for held in scores]


def _rows(query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def _note(held: dict[int, float], term: int, score: float) -> None:
    held[term] = max(score, held.get(term, 0.0))


def _telling(folded: str) -> str:
    """A folded name without the words that say nothing of which State it is; as it is where nothing is left."""
    return " ".join(word for word in folded.split() if word not in COMMON) or folded


def _alike(asked: str, folded: str) -> float:
    return difflib.SequenceMatcher(None, asked, _telling(folded)).ratio()


def states_like(name: str) -> list[State]:
    """The States that a printed name may mean, the closest first; 3 queries."""
    [found] = closest([name], table="states_statealias", term="state_id")
    states = State.objects.in_bulk(found)
    return [states[pk] for pk in found]
