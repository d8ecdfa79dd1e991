"""Dyads: a recommendation and one State that made it.

The filters by who made a recommendation choose among its dyads; all others choose recommendations. Of one made by
Brazil and Chile `recommending_state=BRA` finds Brazil's dyad alone, and `recommending_state__not=BRA` Chile's.
"""

from dataclasses import replace

from django.db.models import F

from accounts.reader import Reader
from recommendations.models import RecommendingState
from recommendations.querysets import RecommendationQuerySet
from recommendations.selection import PLAIN, select
from reviews.selection import Params, Rows, apply, is_in, with_variants

_PATHS = {"recommending_state": "state", "recommending_regional_group": "state__regional_group"}
# What `__all` asks for, several States of one recommendation, no dyad can have: that filter is one of recommendations.
FILTERS = with_variants(
    {name: replace(PLAIN[name], condition=is_in(path), many=False) for name, path in _PATHS.items()}
)


def of_recommendations(params: Params) -> Params:
    """The parameters that choose recommendations."""
    return {name: values for name, values in params.items() if name not in FILTERS}


def narrowed(dyads: Rows, params: Params, reader: Reader) -> Rows:
    """Of dyads, those of the States that the parameters ask for. Raises UnknownChoice."""
    return apply(dyads, params, reader, FILTERS)


def select_dyads(joined: RecommendationQuerySet, params: Params, reader: Reader) -> RecommendationQuerySet:
    """Of recommendations joined with their `recommenders`, a row for each dyad that the parameters ask for.

    Raises UnknownChoice.
    """
    found = select(joined, of_recommendations(params), reader)
    if not FILTERS.keys() & params.keys():
        return found
    chosen = narrowed(RecommendingState.objects.all(), params, reader)
    # By a name of its own: a filter by `recommenders` would join them a second time.
    return found.annotate(dyad=F("recommenders__pk")).filter(dyad__in=chosen.order_by().values("pk"))
