"""Search in the order of relevance, within the newest matches: how well a text matches is computed each time.

The newest matches of a word that a tenth of all texts hold are found by walking back through the rows, those of a rare
word by the index of words. Between the two both are slow: the index gives every match, old ones too. So a search for
words alone goes through blocks of ids, the newest first, and stops when it has enough; the index knows the blocks.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, FloatField, Func, IntegerField, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from recommendations.models import Recommendation
from recommendations.models.facts import BLOCK, LARGE_BLOCK
from recommendations.querysets import RecommendationQuerySet
from recommendations.selection import is_label

NEWEST = 1000  # matches that are ranked


def is_ranked(search: str) -> bool:
    """Whether a search is one for words, which have a rank; a label has none."""
    return bool(search.strip()) and not is_label(search)


def ranked(found: QuerySet[Recommendation], words: str, *, alone: bool) -> RecommendationQuerySet:
    """The newest of what was found, with its `rank`: how often and how near the words stand, in millionths.

    `alone`: the words are the only filter. Another filter has an index of its own, or finds much.
    """
    newest: Any = by_blocks(found) if alone else found.order_by("-id").values("pk")[:NEWEST]
    query = Func(Value(words), function="upr_search_query")
    rank = Func(F("search"), query, function="ts_rank", output_field=FloatField())
    rows: RecommendationQuerySet = Recommendation.objects.filter(pk__in=newest)
    return rows.annotate(rank=Cast(rank * 1_000_000, IntegerField()))


def by_blocks(found: QuerySet[Recommendation]) -> RawSQL:
    """The ids of the newest of these rows: by small blocks first, where a common word is enough soon, then by large."""
    small, params = in_block(found, BLOCK)
    large, more = in_block(found, LARGE_BLOCK)
    newest = "(SELECT max(id) FROM recommendations_recommendation)"
    older = f"({newest} >> {LARGE_BLOCK}) - 2"  # the large blocks that the small ones leave
    last = f"greatest(0, ({older} + 1) << {LARGE_BLOCK - BLOCK})"
    return RawSQL(
        f"SELECT x.pk FROM generate_series({newest} >> {BLOCK}, {last}, -1) b (number), LATERAL ({small}) x (pk)"
        f" UNION ALL SELECT x.pk FROM generate_series({older}, 0, -1) b (number), LATERAL ({large}) x (pk)"
        f" LIMIT {NEWEST}",
        (*params, *more),
    )


def in_block(found: QuerySet[Recommendation], bits: int) -> tuple[str, Sequence[Any]]:
    """The ids of these rows in block `b.number`, the newest first, in SQL."""
    block = RawSQL("b.number", [])
    one = found.annotate(block=F("id").bitrightshift(bits)).filter(block=block).order_by("-id").values("pk")
    return one.query.sql_with_params()
