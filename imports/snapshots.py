"""What a recommendation holds, as plain values that can be kept beside a row, compared and put back.

A snapshot has these parts; one that a document does not state is absent from what it says:
`text`, `states` ([State id or null, printed name], in order), `issues` ([issue id, scheme, primary]), `groups` and
`goals` (ids), `position` (response, claim, paragraph, explanation: of this document), `source` (document id, place).
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import models

from imports.reading import Reading, ReadPosition, ReadRecommendation
from imports.resolve import Resolver
from recommendations.models import Position, Recommendation
from reviews.models import Document, Review

Snapshot = dict[str, Any]
Term = TypeVar("Term", bound=models.Model)
TERMS = ("issues", "groups", "goals")


def held_in(review: Review, document: Document) -> dict[str, tuple[Recommendation, Snapshot]]:
    """Every labelled recommendation of a review, removed ones too, with its snapshot; 6 queries.

    The review or the document may not be saved yet; then nothing is held of it.
    """
    if review.pk is None:
        return {}
    positions = Position.objects.filter(document=document) if document.pk else Position.objects.none()
    mine = models.Prefetch("positions", positions, to_attr="mine")
    found = Recommendation.objects.filter(review=review, label__isnull=False, is_sample=False)
    found = found.prefetch_related("recommenders", "issue_links", "groups", "goals", mine)
    return {str(recommendation.label): (recommendation, _snapshot(recommendation)) for recommendation in found}


def _snapshot(held: Recommendation) -> Snapshot:
    positions: list[Position] = held.mine  # type: ignore[attr-defined]
    return {
        "text": held.text,
        "states": [[mention.state_id, mention.printed] for mention in held.recommenders.all()],
        "issues": sorted([link.issue_id, link.scheme, link.is_primary] for link in held.issue_links.all()),
        "groups": sorted(group.pk for group in held.groups.all()),
        "goals": sorted(goal.pk for goal in held.goals.all()),
        "position": _position_values(positions[0]) if positions else None,
        "source": [held.source_document_id, held.source_place],
        "removed": held.removed_at is not None,
    }


def _position_values(position: Position) -> dict[str, str]:
    return {name: getattr(position, name) for name in ("response", "claim", "paragraph", "explanation")}


class Reader:
    """Turns what a reader found into snapshots, and remembers the names it could not place."""

    def __init__(self, document_id: int | None) -> None:
        self.document_id = document_id
        self.resolver = Resolver()
        self.unknown_states: set[str] = set()
        self.unknown_terms: set[str] = set()

    def wanted(self, row: ReadRecommendation, reading: Reading) -> Snapshot:
        """What a document says of one recommendation. Only a document with themes in it speaks of themes."""
        said: Snapshot = {
            "text": row.text,
            "states": [self._mention(name) for name in row.states],
            "position": {
                "response": str(row.response),
                "claim": str(row.claim or ""),
                "paragraph": row.response_source[:100],
                "explanation": "",
            },
            "source": [self.document_id, str(row.place)[:100]],
        }
        if any(each.themes for each in reading.recommendations):
            issues = self._known(row.themes, self.resolver.issue)
            said["issues"] = sorted([issue.pk, issue.scheme, index == 0] for index, issue in enumerate(issues))
            said["groups"] = sorted(group.pk for group in self._known(row.groups, self.resolver.group))
            said["goals"] = sorted(goal.pk for goal in self._known(row.goals, self.resolver.goal))
        return said

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

    def _mention(self, printed: str) -> list[Any]:
        state = self.resolver.state(printed)
        if state is None:
            self.unknown_states.add(printed)
        return [state.pk if state else None, printed[:150]]

    def _known(self, labels: Iterable[str], find: Callable[[str], Term | None]) -> list[Term]:
        found: dict[int, Term] = {}
        for label in labels:
            term = find(label)
            if term is None:
                self.unknown_terms.add(label)
            else:
                found[term.pk] = term
        return list(found.values())
