"""Reviews, and the events of those who follow them."""

from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from accounts.reader import Reader
from api import filters as tables
from api import schema
from api.resources.base import Resource
from api.rows import reviews as rows
from api.serializers import reviews as shapes
from engagement.models import Area, EngagementEvent
from recommendations.models import Recommendation
from recommendations.selection import NOT_ASSESSED
from reviews.models import Document, Lead, Review


@schema.described()
class ReviewResource(Resource):
    """Reviews: one State at one session."""

    queryset = Review.objects.all()
    serializer_class = shapes.ReviewSerializer
    detail_serializer = shapes.ReviewDetailSerializer
    shape, filters = rows.REVIEWS, tables.REVIEWS
    orderings = {"session": ("session__number", "state__iso3"), "state": ("state__iso3", "session__number")}
    reads = ("sample",)
    lookup_field = "key"
    lookup_value_regex = "[0-9]{1,4}-[A-Za-z]{3}"
    spell = str.upper

    def get_queryset(self) -> QuerySet[Review]:
        return super().get_queryset().with_names()  # type: ignore[attr-defined, no-any-return]

    def get_object(self) -> Review:
        number, iso3 = self.kwargs["key"].split("-")
        samples = {} if self.reader.samples else {"is_sample": False}
        found = (
            self.get_queryset()
            .filter(session__number=number, state__iso3=iso3)
            .prefetch_related(
                "troika_members__state",
                "totals",
                "issues",
                "groups",
                Prefetch("leads", Lead.objects.filter(**samples).select_related("organisation")),
                Prefetch("areas", Area.objects.filter(**samples).select_related("document")),
                Prefetch("documents", Document.objects.filter(**samples)),
            )
        )
        review = found.first()
        if review is None:
            raise NotFound(_("No review has the key %(key)s.") % {"key": self.kwargs["key"]})
        review.counts = counts_of(review, self.reader)  # type: ignore[attr-defined]
        return review


def counts_of(review: Review, reader: Reader) -> dict[str, Any]:
    """How many recommendations of the review the reader sees, in all, by response and by status."""
    held = Recommendation.objects.filter(review=review).visible_to(reader).with_lead(reader).order_by()
    responses = tally(held, "response")
    statuses = tally(held, "lead_status")
    if None in statuses:
        statuses[NOT_ASSESSED] = statuses.pop(None)
    return {
        "unit": "recommendation",
        "recommendations": sum(responses.values()),
        "by_response": {key: n for key, n in responses.items() if key},
        "by_status": statuses,
    }


def tally(queryset: QuerySet[Any], column: str) -> dict[Any, int]:
    """How many rows have each value of a column."""
    return {row[column]: row["n"] for row in queryset.values(column).annotate(n=Count("pk")).order_by(column)}


@schema.described()
class EventResource(Resource):
    """Events in which people can take part."""

    queryset = EngagementEvent.objects.select_related("review__session", "review__state", "area", "document")
    serializer_class = shapes.EventSerializer
    shape, filters = rows.EVENTS, tables.EVENTS
    orderings = {"day": ("day", "id")}
    reads = ("sample",)
    lookup_field = "id"
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[EngagementEvent]:
        found: QuerySet[EngagementEvent] = super().get_queryset()
        return found if self.reader.samples else found.filter(is_sample=False)


@schema.described()
class DocumentResource(Resource):
    """Documents that facts come from."""

    queryset = Document.objects.select_related("review__session", "review__state")
    serializer_class = shapes.DocumentRowSerializer
    shape, filters = rows.DOCUMENTS, tables.DOCUMENTS
    orderings = {"key": ("key",)}
    reads = ("sample",)
    lookup_field = "key"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,120}"

    def get_queryset(self) -> QuerySet[Document]:
        found: QuerySet[Document] = super().get_queryset()
        return found if self.reader.samples else found.filter(is_sample=False)
