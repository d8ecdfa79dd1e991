"""Recommendations, and what became of them."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from api import addresses, schema
from api import filters as tables
from api.errors import Gone, bad_value
from api.pagination import RELEVANCE, Order
from api.parameters import READS
from api.resources.base import Resource, answer
from api.rows import recommendations as rows
from api.rows.base import Shape, page_of, told
from api.serializers import recommendations as shapes
from recommendations import ranking
from recommendations.models import Recommendation
from recommendations.querysets import ORDERINGS, RecommendationQuerySet, was_made
from recommendations.sql import Sql

# What a detail tells unless `fields` names some.
DETAIL = (*rows.COLUMNS, "positions", "voices", "index", "corrections")


@schema.described(gone=True, whole=False)
class RecommendationResource(Resource):
    """Recommendations, with the status that the lead organisation gives each on the day asked for."""

    queryset = Recommendation.objects.all()
    serializer_class = shapes.RecommendationSerializer
    detail_serializer = shapes.RecommendationDetailSerializer
    shape, filters = rows.TODAY, tables.RECOMMENDATIONS
    orderings = {**ORDERINGS, RELEVANCE: ("rank", "id")}
    reads = READS
    lookup_field = "public_id"
    lookup_value_regex = "[0-9a-z]{8}"

    def names(self) -> Iterable[str]:
        return super().names() if self.action == "list" else (*self.reads, "fields", "expand")

    def get_queryset(self) -> RecommendationQuerySet:
        found = Recommendation.objects.visible_to(self.reader)
        return found.with_lead(self.reader) if self.reader.is_clocked else found

    def ordering(self) -> Order:
        """The order asked for; in a search for words, the best match first by default."""
        search = self.request.query_params.get("search", "")
        if "ordering" not in self.request.query_params and ranking.is_ranked(search):
            return Order(RELEVANCE, self.orderings[RELEVANCE], descending=True)
        order = super().ordering()
        if order.name == RELEVANCE and not search:
            raise bad_value("ordering", RELEVANCE, _("Only a “search” has an order of relevance."))
        return order

    def ordered(self, narrowed: QuerySet[Any], order: Order) -> QuerySet[Any]:
        if order.name != RELEVANCE:
            return narrowed
        params = self.request.query_params
        found = ranking.ranked(narrowed, params["search"], alone=not self.filters.keys() - {"search"} & params.keys())
        return found.with_lead(self.reader) if self.reader.is_clocked else found

    def remarks(self, order: Order) -> Mapping[str, Any]:
        return {"ranked": ranking.NEWEST} if order.name == RELEVANCE else {}

    def made_of(self, names: Collection[str]) -> tuple[Shape, Mapping[str, Sql]]:
        return rows.shape_for(self.reader), rows.tables_for(names, self.reader)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """One recommendation, with every position, every voice, and the index that the voices make."""
        names = self.asked(DETAIL)
        page = page_of(rows.asked_by_name(self.kwargs["public_id"], self.reader), prepare=True)
        shape, tables = self.made_of(names)
        found = told(shape, page, names, size=1, site=addresses.absolute("", request), tables=tables)
        if not found.rows:
            raise NotFound(_("Nothing is found at this address."))
        text, (removed_at, is_sample, pk) = found.rows[0]
        self.check_shown(removed_at, is_sample)
        if not was_made(pk, self.reader):
            raise NotFound(_("On %(day)s this had not been recommended yet.") % {"day": self.reader.as_of})
        return answer(orjson.Fragment(text))

    def check_shown(self, removed_at: datetime.datetime | None, is_sample: bool) -> None:
        """Raises Gone for what was removed, NotFound for a sample that was not asked for."""
        if removed_at is not None:
            raise Gone(_("This recommendation was removed on %(day)s.") % {"day": removed_at.date()})
        if is_sample and not self.reader.samples:
            raise NotFound(_("This is sample data, which is shown only with sample=true."))
