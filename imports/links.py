"""Making what hangs on a recommendation exactly what a source says; each tells whether anything changed."""

from collections.abc import Iterable
from typing import Any

from recommendations.models import Recommendation, RecommendationIssue, RecommendingState


def set_mentions(recommendation: Recommendation, wanted: list[tuple[int | None, str]]) -> bool:
    """Make the recommending States exactly these (id, printed name), in order; returns whether anything changed."""
    if list(recommendation.recommenders.values_list("state_id", "printed")) == wanted:
        return False
    recommendation.recommenders.all().delete()
    RecommendingState.objects.bulk_create(
        RecommendingState(recommendation=recommendation, state_id=state, printed=printed, order=order)
        for order, (state, printed) in enumerate(wanted, 1)
    )
    return True


def set_issues(recommendation: Recommendation, wanted: list[tuple[int, str, bool]]) -> bool:
    """Make the issues exactly these (id, scheme, primary); returns whether anything changed."""
    held = set(recommendation.issue_links.values_list("issue_id", "scheme", "is_primary"))
    if held == set(wanted):
        return False
    recommendation.issue_links.all().delete()
    RecommendationIssue.objects.bulk_create(
        RecommendationIssue(recommendation=recommendation, issue_id=issue, scheme=scheme, is_primary=primary)
        for issue, scheme, primary in wanted
    )
    return True


def set_links(manager: Any, wanted: Iterable[int]) -> bool:
    """Make a plain many-to-many hold exactly the rows with these ids; returns whether anything changed."""
    ids = set(wanted)
    if {row.pk for row in manager.all()} == ids:
        return False
    manager.set(ids)
    return True
