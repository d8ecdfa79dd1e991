"""Reviews, and the events of those who follow them."""

import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.common import (
    DocumentRefSerializer,
    DocumentSerializer,
    EmptyAsNull,
    GroupSerializer,
    IssueRefSerializer,
    OrganisationRefSerializer,
    PageAddress,
    ReviewKey,
    StateRefSerializer,
)
from engagement.models import EngagementEvent
from reviews.models import Certainty, Lead, Review, Stakeholder, StatedTotal


class SymbolSerializer(serializers.Serializer[Any]):
    """The symbol of the Working Group's report, and whether a source gives it."""

    symbol = serializers.CharField()
    certainty = serializers.ChoiceField(Certainty.choices)


class ReviewSerializer(serializers.Serializer[Review]):
    """The review of a State at a session."""

    key = ReviewKey(source="*")
    url = PageAddress("review", "session.number", "state.iso3")
    state = StateRefSerializer()
    session = serializers.IntegerField(source="session.number")
    cycle = serializers.IntegerField(source="session.cycle")
    order = serializers.IntegerField(source="position", allow_null=True, help_text="Within the session.")
    day = serializers.DateField(allow_null=True)
    day_is = serializers.ChoiceField(Certainty.choices, source="day_basis")
    adopted_on = serializers.DateField(allow_null=True, help_text="By the Human Rights Council.")
    report = serializers.SerializerMethodField()

    @extend_schema_field(SymbolSerializer(allow_null=True))
    def get_report(self, review: Review) -> dict[str, str] | None:
        if not review.report_symbol:
            return None
        return {"symbol": review.report_symbol, "certainty": review.report_symbol_basis}


class TroikaSerializer(serializers.Serializer[Review]):
    """The States that helped the review."""

    states = serializers.SerializerMethodField()
    certainty = serializers.ChoiceField(Certainty.choices, source="troika_basis")
    source = EmptyAsNull(source="troika_source")  # type: ignore[assignment]  # a field named like an option of one

    @extend_schema_field(StateRefSerializer(many=True))
    def get_states(self, review: Review) -> Any:
        return StateRefSerializer([member.state for member in review.troika_members.all()], many=True).data


class TotalSerializer(serializers.Serializer[StatedTotal]):
    """A total as one source states it."""

    what = serializers.ChoiceField(StatedTotal.What.choices)
    number = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]


class AreaSerializer(serializers.Serializer[Any]):
    """An area of engagement."""

    key = serializers.CharField()
    title = serializers.CharField()
    description = EmptyAsNull()
    document = DocumentRefSerializer(allow_null=True)
    sample = serializers.BooleanField(source="is_sample")


class LeadSerializer(serializers.Serializer[Lead]):
    """The organisation whose assessments the lists show."""

    organisation = OrganisationRefSerializer()
    since = serializers.DateField(source="from_day")


class CountsSerializer(serializers.Serializer[Any]):
    """How many recommendations this site holds; a source's own totals are in `totals`."""

    unit = serializers.CharField(help_text="What is counted.")
    recommendations = serializers.IntegerField()
    by_response = serializers.DictField(child=serializers.IntegerField())
    by_status = serializers.DictField(child=serializers.IntegerField())


class ReviewDetailSerializer(ReviewSerializer):
    """A review with everything that is told about it."""

    troika = TroikaSerializer(source="*")
    totals = TotalSerializer(many=True)
    lead = serializers.SerializerMethodField(help_text="The organisation whose assessments the lists show today.")
    sample_lead = serializers.SerializerMethodField(
        help_text="Leads the review's sample recommendations, and no others; null unless sample=true."
    )
    counts = CountsSerializer()
    documents = DocumentSerializer(many=True)
    stakeholders = serializers.ListField(
        child=serializers.ChoiceField(Stakeholder.choices), help_text="Kinds of organisation named as taking part."
    )
    issues = IssueRefSerializer(many=True, help_text="Named in the review's documents.")
    groups = GroupSerializer(many=True)
    areas_of_engagement = AreaSerializer(many=True, source="areas")

    @extend_schema_field(LeadSerializer(allow_null=True))
    def get_lead(self, review: Review) -> Any:
        return self._lead_of_today(review, is_sample=False)

    @extend_schema_field(LeadSerializer(allow_null=True))
    def get_sample_lead(self, review: Review) -> Any:
        # Without sample=true the view loads no lead of the samples.
        return self._lead_of_today(review, is_sample=True)

    def _lead_of_today(self, review: Review, *, is_sample: bool) -> Any:
        today: datetime.date = timezone.now().date()
        leads = [lead for lead in review.leads.all() if lead.is_sample == is_sample and lead.from_day <= today]
        # The latest first, as the model orders them.
        return LeadSerializer(leads[0], context=self.context).data if leads else None


class DocumentRowSerializer(DocumentSerializer):
    """A document, and the review that it belongs to; null for an export that covers many."""

    review = ReviewKey(allow_null=True)
    state = StateRefSerializer(source="review.state", allow_null=True, default=None)
    session = serializers.IntegerField(source="review.session.number", allow_null=True, default=None)


class AreaRefSerializer(serializers.Serializer[Any]):
    """An area of engagement, by name."""

    key = serializers.CharField()
    title = serializers.CharField()


class EventSerializer(serializers.Serializer[EngagementEvent]):
    """An event of a day. A source may name neither hour nor area."""

    id = serializers.IntegerField()
    url = PageAddress("event", "pk")
    title = serializers.CharField()
    description = EmptyAsNull()
    day = serializers.DateField()
    area = AreaRefSerializer(allow_null=True)
    review = ReviewKey()
    session = serializers.IntegerField(source="review.session.number")
    state = StateRefSerializer(source="review.state")
    document = DocumentRefSerializer(allow_null=True)
    sample = serializers.BooleanField(source="is_sample")
