"""What a recommendation holds, as plain values that can be kept beside a row, compared and put back.

A snapshot has these parts; one that a document does not state is absent from what it says:
`text`, `states` ([State id or null, printed name], in order), `issues` ([issue id, scheme, primary], of OHCHR's
scheme), `groups` and `goals` (ids), `position` (response, claim, paragraph, explanation: of this document), `source`
(document id, place), `ids` ([scheme, value] of other databases). What is held has besides `edited`: the
parts that a person corrected, each with the day (UTC); and `answers`: those of all documents, the one shown first.
Issues of UPR Info's scheme come with mentions and are no part of it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, models

from imports.reading import Reading, ReadMention, ReadPosition, ReadRecommendation
from imports.resolve import Resolver
from recommendations.derived import FOREMOST_FIRST
from recommendations.models import ExternalId
from reviews.models import Document, Review

Snapshot = dict[str, Any]
Term = TypeVar("Term", bound=models.Model)
TERMS = ("issues", "groups", "goals")
UNKNOWN_KEPT = 300  # names of a sort that facts of a batch list; when those are settled, the next come

# The snapshot of recommendation `r`, as jsonb; its parameter is the id of the document whose answer is meant. The one
# place where it is made: a preview keeps it, and commit and undo compare with it inside the database.
SNAPSHOT = f"""
    jsonb_build_object(
        'text', r.text,
        'states', coalesce((
            SELECT jsonb_agg(jsonb_build_array(s.state_id, s.printed) ORDER BY s."order")
            FROM recommendations_recommendingstate s WHERE s.recommendation_id = r.id), '[]'),
        'issues', coalesce((
            SELECT jsonb_agg(jsonb_build_array(i.issue_id, i.scheme, i.is_primary) ORDER BY i.issue_id)
            FROM recommendations_recommendationissue i
            WHERE i.recommendation_id = r.id AND i.scheme = 'uhri_theme'), '[]'),
        'groups', coalesce((
            SELECT jsonb_agg(g.persongroup_id ORDER BY g.persongroup_id)
            FROM recommendations_recommendation_groups g WHERE g.recommendation_id = r.id), '[]'),
        'goals', coalesce((
            SELECT jsonb_agg(g.goal_id ORDER BY g.goal_id)
            FROM recommendations_recommendation_goals g WHERE g.recommendation_id = r.id), '[]'),
        'position', (
            SELECT jsonb_build_object('response', p.response, 'claim', p.claim, 'paragraph', p.paragraph,
                                      'explanation', p.explanation)
            FROM recommendations_position p WHERE p.recommendation_id = r.id AND p.document_id = %s),
        'answers', coalesce((
            SELECT jsonb_agg(jsonb_build_object('document', p.document_id, 'kind', coalesce(d.kind, ''), 'day', p.day,
                    'response', p.response, 'claim', p.claim, 'explanation', p.explanation) ORDER BY {FOREMOST_FIRST})
            FROM recommendations_position p LEFT JOIN reviews_document d ON d.id = p.document_id
            WHERE p.recommendation_id = r.id), '[]'),
        'source', jsonb_build_array(r.source_document_id, r.source_place),
        'ids', coalesce((
            SELECT jsonb_agg(jsonb_build_array(e.scheme, e.value) ORDER BY e.scheme, e.value)
            FROM recommendations_externalid e WHERE e.recommendation_id = r.id), '[]'),
        'edited', CASE WHEN r.edited = '{{}}' THEN '{{}}'::jsonb ELSE (
            SELECT jsonb_object_agg(part, (
                SELECT max((e.recorded_at AT TIME ZONE 'UTC')::date) FROM history_event e
                WHERE e.target_type = 'recommendations.recommendation' AND e.target_id = r.id
                    AND e.action = 'recommendation.corrected' AND e.new -> 'parts' ? part))
            FROM unnest(r.edited) part) END,
        'removed', r.removed_at IS NOT NULL
    )
"""


@dataclass(frozen=True)
class Held:
    """A recommendation that is there, and what it holds; of a sample only that it is there."""

    pk: int
    review_id: int
    label: str
    snapshot: Snapshot


def held_in(review: Review, document: Document) -> dict[str, Held]:
    """Every labelled recommendation of a review that is no sample, removed ones too, by label; 1 query.

    The review or the document may not be saved yet; then nothing is held of it.
    """
    if review.pk is None:
        return {}
    found = held_where("r.review_id = %s AND r.label IS NOT NULL AND NOT r.is_sample", [review.pk], document)
    return {held.label: held for held in found}


def held_where(condition: str, parameters: Sequence[Any], document: Document) -> list[Held]:
    """The recommendations `r` for which this SQL holds, with what they hold; 1 query."""
    query = f"SELECT r.id, r.review_id, coalesce(r.label, ''), {SNAPSHOT}::text FROM recommendations_recommendation r"
    with connection.cursor() as cursor:
        cursor.execute(f"{query} WHERE {condition}", [document.pk, *parameters])
        return [Held(pk, review, label, json.loads(said)) for pk, review, label, said in cursor.fetchall()]


class Reader:
    """Turns what a reader found into snapshots, and remembers the names it could not place."""

    def __init__(self, document_id: int | None) -> None:
        self.document_id = document_id
        self.resolver = Resolver()
        self.unknown_states: set[str] = set()
        self.unknown_terms: set[str] = set()
        self.unknown_kinds: dict[str, str] = {}  # of each unknown term: issue, group or goal

    def wanted(self, row: ReadRecommendation, reading: Reading) -> Snapshot:
        """What a document says of one recommendation. Only a document with themes in it speaks of themes."""
        said: Snapshot = {
            "text": row.text,
            "states": [self.mention(name) for name in row.states],
            "position": {
                "response": str(row.response),
                "claim": str(row.claim or ""),
                "paragraph": row.response_source[:100],
                "explanation": "",
            },
            "source": [self.document_id, str(row.place)[:100]],
        }
        return said | self._terms(row) if any(each.themes for each in reading.recommendations) else said

    def wanted_of_record(self, row: ReadMention) -> Snapshot:
        """What a record of UHRI with a number says of that recommendation."""
        answer = {"response": str(row.response), "claim": str(row.claim or ""), "paragraph": "", "explanation": ""}
        said: Snapshot = {
            "text": row.text,
            "states": [self.mention(name) for name in row.states],
            "position": answer,
            "source": [self.document_id, str(row.place)[:100]],
            "ids": [[ExternalId.Scheme.UHRI, row.key]] if row.key else [],
        }
        return said | self._terms(row) if row.issues or row.groups or row.goals else said

    def _terms(self, row: ReadRecommendation | ReadMention) -> Snapshot:
        themes = row.themes if isinstance(row, ReadRecommendation) else row.issues
        issues = self.known(themes, self.resolver.issue)
        return {
            "issues": sorted([issue.pk, issue.scheme, index == 0] for index, issue in enumerate(issues)),
            "groups": sorted(group.pk for group in self.known(row.groups, self.resolver.group)),
            "goals": sorted(goal.pk for goal in self.known(row.goals, self.resolver.goal)),
        }

    @staticmethod
    def wanted_position(row: ReadPosition) -> Snapshot:
        """What a document says that the State answered, and nothing else."""
        return {
            "position": {
                "response": str(row.response),
                "claim": str(row.claim or ""),
                "paragraph": row.paragraph[:100],
                "explanation": row.explanation,
            }
        }

    def unknown(self, more_states: Iterable[str] = ()) -> dict[str, Any]:
        """The names that it could not place, as facts of a batch: so many of each sort, and how many more there are."""
        states, terms = sorted(self.unknown_states.union(more_states)), sorted(self.unknown_terms)
        return {
            "unknown_states": states[:UNKNOWN_KEPT],
            "unknown_terms": terms[:UNKNOWN_KEPT],
            "unknown_kinds": {label: self.unknown_kinds[label] for label in terms[:UNKNOWN_KEPT]},
            "more_unknown": sum(max(0, len(names) - UNKNOWN_KEPT) for names in (states, terms)),
        }

    def mention(self, printed: str) -> list[Any]:
        """A recommending State as snapshots hold it; the name of an unknown one keeps its place."""
        state = self.resolver.state(printed)
        if state is None:
            self.unknown_states.add(printed)
        return [state.pk if state else None, printed[:150]]

    def known(self, labels: Iterable[str], find: Callable[[str], Term | None]) -> list[Term]:
        """The terms with these labels, each once, in order; unknown labels are remembered and left out."""
        found: dict[int, Term] = {}
        for label in labels:
            term = find(label)
            if term is None:
                self.unknown_terms.add(label)
                self.unknown_kinds[label] = find.__name__
            else:
                found[term.pk] = term
        return list(found.values())
