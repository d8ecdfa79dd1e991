"""What is said of recommendations, each by itself: what States answered, and what organisations judged."""

import datetime

from django.db.models import QuerySet
from django.db.models.functions import TruncDate
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.reader import end_of_day
from api import filters as tables
from api import schema
from api.errors import Gone
from api.parameters import READS
from api.resources.base import Resource
from api.rows import recommendations as rows
from api.serializers import recommendations as shapes
from recommendations.models import Assessment, Position, Recommendation


class OfRecommendations(Resource):
    """What belongs to recommendations that the reader sees, as it held on the reader's day."""

    orderings = {"id": ("id",)}
    reads = READS
    lookup_field = "id"
    lookup_value_regex = "[0-9]{1,18}"


@schema.described()
class PositionResource(OfRecommendations):
    """Positions: what a State answered, one for each document that says so."""

    queryset = Position.objects.select_related("recommendation__review__state", "document")
    serializer_class = shapes.PositionRowSerializer
    shape, filters = rows.POSITIONS, tables.POSITIONS

    def get_queryset(self) -> QuerySet[Position]:
        seen = Recommendation.objects.visible_to(self.reader)
        return (
            Position.objects.held(self.reader)
            .filter(recommendation__in=seen)
            .select_related("recommendation__review__state", "document")
        )


@schema.described(gone=True)
class AssessmentResource(OfRecommendations):
    """Assessments that stand: the judgements of all organisations, those that were replaced since included."""

    queryset = Assessment.objects.all()
    serializer_class = shapes.AssessmentRowSerializer
    shape, filters = rows.ASSESSMENTS, tables.ASSESSMENTS

    def get_queryset(self) -> QuerySet[Assessment]:
        seen = Recommendation.objects.visible_to(self.reader)
        found = Assessment.objects.held(self.reader).filter(recommendation__in=seen)
        return found.select_related("recommendation__review__state", "voice").prefetch_related("bases__document")

    def get_object(self) -> Assessment:
        """Raises Gone for one that was withdrawn by the reader's day."""
        try:
            found: Assessment = super().get_object()
        except Http404:
            self.check_withdrawn()
            raise
        return found

    def check_withdrawn(self) -> None:
        """Raises Gone where an assessment, once public, stood at this address."""
        seen = Recommendation.objects.visible_to(self.reader)
        withdrawn = Assessment.objects.filter(pk=self.kwargs["id"], recommendation__in=seen, withdrawn_at__isnull=False)
        if self.reader.known_on is not None:
            withdrawn = withdrawn.filter(withdrawn_at__lt=end_of_day(self.reader.known_on))
        for day in withdrawn.values_list(TruncDate("withdrawn_at", tzinfo=datetime.UTC)):
            raise Gone(_("This assessment was withdrawn on %(day)s.") % {"day": day[0]})
