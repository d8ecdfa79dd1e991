"""The resources. Each is read by the public; what it may be asked is checked before anything is looked up."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.reader import Reader
from api import addresses, filters, pagination, schema
from api.errors import Gone
from api.parameters import check_names, reader_of
from api.serializers import recommendations as recommendation_shapes
from api.serializers import reviews as review_shapes
from api.serializers import vocabularies
from api.serializers.common import GroupSerializer
from engagement.models import Area, EngagementEvent
from issues.models import Goal, Issue, PersonGroup
from recommendations.models import Assessment, Recommendation
from recommendations.querysets import RecommendationQuerySet
from recommendations.selection import NOT_ASSESSED
from reviews.models import Document, Lead, Review, Session
from states.models import State


class RootView(APIView):
    """The resources there are."""

    NAMES = ("states", "sessions", "reviews", "recommendations", "issues", "groups", "goals", "events")

    @extend_schema(responses=schema.RootSerializer, tags=["root"])
    def get(self, request: Request) -> Response:
        check_names(request, ())
        lists = {name: addresses.resource(f"{name.removesuffix('s')}-list", request) for name in self.NAMES}
        about = {name: addresses.resource(name, request) for name in ("schema", "docs")}
        return Response(lists | about)


class SchemaView(SpectacularAPIView):
    """The OpenAPI schema, in YAML or JSON as the Accept header asks."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        check_names(request, ())
        return self._get_schema_response(request)  # type: ignore[no-any-return, no-untyped-call]


class Resource(ReadOnlyModelViewSet[Any]):
    """A list and its details. Names that a subclass does not take are refused."""

    keyset: ClassVar[Sequence[str]]  # see api.pagination.CursorPages
    filterset_class: Any = None
    detail_serializer: type[serializers.Serializer[Any]] | None = None
    reads: ClassVar[Sequence[str]] = ()  # parameters of the reader that matter here

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_names(request, self.names())
        self.reader = reader_of(request)

    def names(self) -> Iterable[str]:
        """The parameters that this address takes."""
        if self.action != "list":
            return self.reads
        filter_names = self.filterset_class.base_filters if self.filterset_class else ()
        return (*self.reads, *filter_names, *pagination.OWN)

    def get_serializer_class(self) -> Any:
        return self.detail_serializer if self.action == "retrieve" and self.detail_serializer else self.serializer_class

    def filter_queryset(self, queryset: Any) -> Any:
        # A detail has one address and no filters.
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        self.complete(rows or [])
        return rows

    def get_object(self) -> Any:
        found = super().get_object()
        self.complete([found])
        return found

    def complete(self, rows: Sequence[Any]) -> None:
        """Give the rows of an answer what their serializer reads besides columns."""


@schema.described()
class StateResource(Resource):
    """States under review and States that recommend."""

    queryset = State.objects.all()
    serializer_class = vocabularies.StateSerializer
    detail_serializer = vocabularies.StateDetailSerializer
    filterset_class = filters.StateFilters
    keyset = ("iso3",)
    lookup_field = "iso3"
    lookup_value_regex = "[A-Z]{3}"

    def get_queryset(self) -> QuerySet[State]:
        reviews = Review.objects.with_names().order_by("session__number")
        return (
            super()
            .get_queryset()
            .prefetch_related(*(("aliases", Prefetch("reviews", reviews)) if self.action == "retrieve" else ()))
        )


@schema.described()
class SessionResource(Resource):
    """Sessions of the Working Group."""

    queryset = Session.objects.all()
    serializer_class = vocabularies.SessionSerializer
    detail_serializer = vocabularies.SessionDetailSerializer
    filterset_class = filters.SessionFilters
    keyset = ("number",)
    lookup_field = "number"
    lookup_value_regex = "[0-9]{1,4}"

    def get_queryset(self) -> QuerySet[Session]:
        reviews = Review.objects.with_names().order_by("position", "state__iso3")
        return (
            super()
            .get_queryset()
            .prefetch_related(*((Prefetch("reviews", reviews),) if self.action == "retrieve" else ()))
        )


@schema.described()
class ReviewResource(Resource):
    """Reviews: one State at one session."""

    queryset = Review.objects.all()
    serializer_class = review_shapes.ReviewSerializer
    detail_serializer = review_shapes.ReviewDetailSerializer
    filterset_class = filters.ReviewFilters
    keyset = ("session__number", "state__iso3")
    reads = ("sample",)
    lookup_field = "key"
    lookup_value_regex = "[0-9]{1,4}-[A-Z]{3}"

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


@schema.described(gone=True)
class RecommendationResource(Resource):
    """Recommendations, with the status that the lead organisation gives each on the day asked for."""

    queryset = Recommendation.objects.all()
    serializer_class = recommendation_shapes.RecommendationSerializer
    detail_serializer = recommendation_shapes.RecommendationDetailSerializer
    filterset_class = filters.RecommendationFilters
    # The matrix's own index serves it. Sessions and codes stand in other tables, where no index could.
    keyset = ("review_id", "sort_key", "id")
    reads = ("sample", "as_of")
    lookup_field = "public_id"
    lookup_value_regex = "[0-9a-z]{8}"

    def get_queryset(self) -> RecommendationQuerySet:
        found: RecommendationQuerySet = super().get_queryset()  # type: ignore[assignment]
        # A detail is looked up among all, so that a removed one can say that it was.
        seen = found.visible_to(self.reader) if self.action == "list" else found
        return (
            seen.with_lead(self.reader)
            .for_list()
            .select_related("source_document", "current_position__document")
            .prefetch_related("groups", "goals")
        )

    def get_object(self) -> Recommendation:
        found: Recommendation = super().get_object()
        if found.removed_at is not None:
            raise Gone(_("This recommendation was removed on %(day)s.") % {"day": found.removed_at.date()})
        if found.is_sample and not self.reader.samples:
            raise NotFound(_("This is sample data, which is shown only with sample=true."))
        voices = Assessment.objects.filter(recommendation=found).held(self.reader).current().for_display()
        found.voices = [*voices]  # type: ignore[attr-defined]
        for voice in found.voices:  # type: ignore[attr-defined]
            voice.is_lead = voice.pk == found.lead_id  # type: ignore[attr-defined]
        return found

    def complete(self, rows: Sequence[Any]) -> None:
        if not self.reader.is_clocked:
            for row in rows:
                row.lead = row.lead_assessment
            return
        leads = Assessment.objects.select_related("voice").in_bulk([row.lead_id for row in rows if row.lead_id])
        for row in rows:
            row.lead = leads.get(row.lead_id)


@schema.described()
class IssueResource(Resource):
    """Issues: the themes of each scheme."""

    queryset = Issue.objects.all()
    serializer_class = vocabularies.IssueSerializer
    detail_serializer = vocabularies.IssueDetailSerializer
    filterset_class = filters.IssueFilters
    keyset = ("slug",)
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,120}"

    def get_queryset(self) -> QuerySet[Issue]:
        return super().get_queryset().prefetch_related(*(("aliases",) if self.action == "retrieve" else ()))


@schema.described()
class GroupResource(Resource):
    """Groups of persons."""

    queryset = PersonGroup.objects.all()
    serializer_class = GroupSerializer
    keyset = ("code",)
    lookup_field = "code"
    lookup_value_regex = "[-a-zA-Z0-9_.]{1,80}"


@schema.described()
class GoalResource(Resource):
    """Sustainable Development Goals and their targets."""

    queryset = Goal.objects.select_related("parent")
    serializer_class = vocabularies.GoalSerializer
    keyset = ("order", "id")
    lookup_field = "code"
    lookup_value_regex = "[0-9a-z.]{1,5}"


@schema.described()
class EventResource(Resource):
    """Events in which people can take part."""

    queryset = EngagementEvent.objects.select_related("review__session", "review__state", "area", "document")
    serializer_class = review_shapes.EventSerializer
    filterset_class = filters.EventFilters
    keyset = ("day", "id")
    reads = ("sample",)
    lookup_field = "id"
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[EngagementEvent]:
        found: QuerySet[EngagementEvent] = super().get_queryset()
        return found if self.reader.samples else found.filter(is_sample=False)
