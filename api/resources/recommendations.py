"""Recommendations, and what became of them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from api import filters, schema
from api.errors import Gone
from api.resources.base import Resource
from api.serializers import recommendations as shapes
from recommendations.index import index_from
from recommendations.models import Assessment, Recommendation
from recommendations.querysets import RecommendationQuerySet


@schema.described(gone=True)
class RecommendationResource(Resource):
    """Recommendations, with the status that the lead organisation gives each on the day asked for."""

    queryset = Recommendation.objects.all()
    serializer_class = shapes.RecommendationSerializer
    detail_serializer = shapes.RecommendationDetailSerializer
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
        found.index = index_from(found.voices)  # type: ignore[attr-defined]
        return found

    def complete(self, rows: Sequence[Any]) -> None:
        if not self.reader.is_clocked:
            for row in rows:
                row.lead = row.lead_assessment
            return
        leads = Assessment.objects.select_related("voice").in_bulk([row.lead_id for row in rows if row.lead_id])
        for row in rows:
            row.lead = leads.get(row.lead_id)
