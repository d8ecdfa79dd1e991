"""Search in the order of relevance, within the newest matches: how well a text matches is computed each time."""

from django.db.models import F, FloatField, Func, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from recommendations.models import Recommendation
from recommendations.querysets import RecommendationQuerySet
from recommendations.selection import is_label

NEWEST = 1000  # matches that are ranked


def is_ranked(search: str) -> bool:
    """Whether a search is one for words, which have a rank; a label has none."""
    return bool(search.strip()) and not is_label(search)


def ranked(found: QuerySet[Recommendation], words: str) -> RecommendationQuerySet:
    """The newest of what was found, with its `rank`: how often and how near the words stand, in millionths."""
    newest = found.order_by("-id").values("pk")[:NEWEST]
    query = Func(Value(words), function="upr_search_query")
    rank = Func(F("search"), query, function="ts_rank", output_field=FloatField())
    return Recommendation.objects.filter(pk__in=newest).annotate(rank=Cast(rank * 1_000_000, IntegerField()))
