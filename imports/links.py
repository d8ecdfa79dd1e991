"""Making what hangs on a recommendation exactly what a source says; each tells what was there if that changed."""

from collections.abc import Iterable
from typing import Any

from recommendations.models import Recommendation, RecommendationIssue, RecommendingState


def set_mentions(recommendation: Recommendation, wanted: list[tuple[int | None, str]]) -> str:
    """Make the recommending States exactly these (id, printed name), in order; returns those before, as text, or ""."""
    held = list(recommendation.recommenders.values_list("state_id", "printed"))
    if held == wanted:
        return ""
    recommendation.recommenders.all().delete()
    RecommendingState.objects.bulk_create(
        RecommendingState(recommendation=recommendation, state_id=state, printed=printed, order=order)
        for order, (state, printed) in enumerate(wanted, 1)
    )
    return str(held)


def set_issues(recommendation: Recommendation, wanted: list[tuple[int, str, bool]]) -> str:
    """Make the issues exactly these (id, scheme, primary); returns those before, as text, or ""."""
    held = set(recommendation.issue_links.values_list("issue_id", "scheme", "is_primary"))
    if held == set(wanted):
        return ""
    recommendation.issue_links.all().delete()
    RecommendationIssue.objects.bulk_create(
        RecommendationIssue(recommendation=recommendation, issue_id=issue, scheme=scheme, is_primary=primary)
        for issue, scheme, primary in wanted
    )
    return str(sorted(held))


def set_links(manager: Any, wanted: Iterable[int]) -> str:
    """Make a plain many-to-many hold exactly the rows with these ids; returns those before, as text, or ""."""
    ids, held = set(wanted), {row.pk for row in manager.all()}
    if held == ids:
        return ""
    manager.set(ids)
    return str(sorted(held))
