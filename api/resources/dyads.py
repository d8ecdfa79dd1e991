"""Dyads: one row for each recommendation and State that made it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from api import filters as tables
from api import pagination, schema
from api.pagination import Order
from api.parameters import READS
from api.resources.base import Resource
from api.rows import dyads as rows
from api.rows.base import Shape
from api.serializers.dyads import DyadSerializer
from recommendations import dyads, selection
from recommendations.models import Recommendation, RecommendingState
from recommendations.querysets import RecommendationQuerySet
from recommendations.sql import Sql


@schema.described()
class DyadResource(Resource):
    """Who recommended to whom, with the filters of recommendations. Three States that made one are three rows, of
    which filters by recommending State or regional group choose.
    """

    queryset = RecommendingState.objects.all()
    serializer_class = DyadSerializer
    shape, filters = rows.TODAY, tables.RECOMMENDATIONS
    # `mention_order_unique` serves it: a recommendation's rows stand together, in the order printed.
    orderings = {"recommendation": ("recommendation_id", "order")}
    reads = READS

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows of the recommendations that the filters find, by the States that they ask for."""
        made = dyads.narrowed(queryset, self.params, self.reader)
        return made.filter(recommendation__in=self.seen().values("pk"))

    @property
    def params(self) -> Mapping[str, Sequence[str]]:
        """What was asked."""
        return dict(self.request.query_params.lists())

    def seen(self) -> RecommendationQuerySet:
        """The recommendations that the filters find."""
        found = Recommendation.objects.visible_to(self.reader)
        return selection.select(found, dyads.of_recommendations(self.params), self.reader).order_by()

    def ordered(self, narrowed: QuerySet[Any], order: Order) -> QuerySet[Any]:
        """On a later page, without the recommendations before it: PostgreSQL would look at them all to join them."""
        cursor = pagination.opened(self.request)
        if cursor is None:
            return narrowed
        bound = {f"pk__{'lte' if order.descending else 'gte'}": cursor[0]}
        made = dyads.narrowed(RecommendingState.objects.all(), self.params, self.reader)
        return made.filter(recommendation__in=self.seen().filter(**bound).values("pk"))

    def made_of(self, names: Collection[str]) -> tuple[Shape, Mapping[str, Sql]]:
        return rows.made_of(self.reader)
