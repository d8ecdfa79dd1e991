"""Writing rows of a batch to recommendations: new ones go in by the table, held ones part by part."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from imports.links import set_issues, set_links, set_mentions
from imports.models import Row
from imports.reading import split_label
from imports.snapshots import Snapshot
from recommendations.models import Position, Recommendation, RecommendationIssue, RecommendingState
from recommendations.models.facts import sort_key
from reviews.models import Document, Review


def create(review: Review, document: Document, rows: Sequence[Row]) -> list[int]:
    """Make a recommendation for each of these rows; returns their ids, in order, and notes them in the rows."""
    made = Recommendation.objects.bulk_create(_recommendation(review, row) for row in rows)
    pairs: list[tuple[Recommendation, Snapshot]] = []
    for recommendation, row in zip(made, rows, strict=True):
        row.recommendation = recommendation
        pairs.append((recommendation, row.after))
    RecommendingState.objects.bulk_create(
        RecommendingState(recommendation=made, state_id=state, printed=printed, order=order)
        for made, said in pairs
        for order, (state, printed) in enumerate(said["states"], 1)
    )
    RecommendationIssue.objects.bulk_create(
        RecommendationIssue(recommendation=made, issue_id=issue, scheme=scheme, is_primary=primary)
        for made, said in pairs
        for issue, scheme, primary in said.get("issues", [])
    )
    _link(Recommendation.groups.through, "persongroup_id", [(made, said.get("groups", [])) for made, said in pairs])
    _link(Recommendation.goals.through, "goal_id", [(made, said.get("goals", [])) for made, said in pairs])
    Position.objects.bulk_create(
        Position(recommendation=made, document=document, **said["position"]) for made, said in pairs
    )
    return [recommendation.pk for recommendation in made]


def _recommendation(review: Review, row: Row) -> Recommendation:
    label = split_label(row.label)
    assert label is not None  # readers give no other labels
    number, _rest = label
    suffix = number.suffix[:5]  # of “quater” the column holds so much
    document_id, place = row.after["source"]
    return Recommendation(
        review=review,
        label=row.label,
        paragraph=number.paragraph,
        number=number.number,
        suffix=suffix,
        sort_key=sort_key(number.paragraph, number.number, suffix, None),
        text=row.after["text"],
        source_document_id=document_id,
        source_place=place,
    )


def _link(through: Any, column: str, pairs: list[tuple[Recommendation, list[int]]]) -> None:
    through.objects.bulk_create(through(recommendation=made, **{column: pk}) for made, linked in pairs for pk in linked)


def put(recommendation: Recommendation, document: Document, snapshot: Snapshot, parts: Sequence[str]) -> None:
    """Make these parts of a recommendation what the snapshot says."""
    changed: list[str] = []
    if "text" in parts:
        recommendation.text = snapshot["text"]
        changed.append("text")
    if "source" in parts:
        recommendation.source_document_id, recommendation.source_place = snapshot["source"]
        changed += ["source_document", "source_place"]
    if changed:
        recommendation.version += 1
        recommendation.save(update_fields=[*changed, "version"])
    if "states" in parts:
        set_mentions(recommendation, [(state, printed) for state, printed in snapshot["states"]])
    if "issues" in parts:
        set_issues(recommendation, [(issue, scheme, primary) for issue, scheme, primary in snapshot["issues"]])
    if "groups" in parts:
        set_links(recommendation.groups, snapshot["groups"])
    if "goals" in parts:
        set_links(recommendation.goals, snapshot["goals"])
    if "position" in parts:
        _put_position(recommendation, document, snapshot["position"])


def _put_position(recommendation: Recommendation, document: Document, values: dict[str, str] | None) -> None:
    if values is None:
        # The kept pointer must let go first; it is refreshed at the end of the transaction.
        Recommendation.objects.filter(pk=recommendation.pk).update(current_position=None)
        Position.objects.filter(recommendation=recommendation, document=document).delete()
    else:
        Position.objects.update_or_create(recommendation=recommendation, document=document, defaults=values)


def revive(recommendation: Recommendation) -> None:
    """Bring a removed recommendation back to its address."""
    recommendation.removed_at = None
    recommendation.save(update_fields=["removed_at"])


def remove(recommendation: Recommendation) -> None:
    """Take a recommendation out of every list; its address says that it is gone."""
    recommendation.removed_at = timezone.now()
    recommendation.save(update_fields=["removed_at"])
