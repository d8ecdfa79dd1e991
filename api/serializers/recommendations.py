"""Recommendations: what was asked, what the State answered, and what each voice says became of it."""

from typing import Any

from rest_framework import serializers

from api.serializers.common import (
    ChoiceOrNull,
    DayOf,
    DocumentRefSerializer,
    EmptyAsNull,
    GoalRefSerializer,
    GroupSerializer,
    IssueRefSerializer,
    OrganisationRefSerializer,
    PageAddress,
    ReviewKey,
    StateRefSerializer,
)
from api.serializers.index import IndexSerializer
from recommendations.models import (
    Assessment,
    Basis,
    Claim,
    Position,
    Progress,
    Recommendation,
    RecommendingState,
    Response,
    Status,
    TextKind,
)
from recommendations.models.facts import ActionCategory


class MentionSerializer(serializers.Serializer[RecommendingState]):
    """A State that recommends, as the document prints it; code and name are null where it is not yet recognised."""

    iso3 = serializers.CharField(source="state.iso3", allow_null=True, default=None)
    name = serializers.CharField(source="state.name", allow_null=True, default=None)
    printed = serializers.CharField()


class LinkedIssueSerializer(IssueRefSerializer):
    """An issue of a recommendation; one of each scheme may be the primary one."""

    slug = serializers.CharField(source="issue.slug")
    name = serializers.CharField(source="issue.name")
    primary = serializers.BooleanField(source="is_primary")


class PositionSerializer(serializers.Serializer[Position]):
    """What the State answered, and where."""

    response = serializers.ChoiceField(Response.choices)
    claim = ChoiceOrNull(Claim.choices)
    day = serializers.DateField(allow_null=True)
    document = DocumentRefSerializer(allow_null=True)
    paragraph = EmptyAsNull()
    explanation = EmptyAsNull()


class SourceSerializer(serializers.Serializer[Recommendation]):
    """Where the recommendation was read."""

    document = DocumentRefSerializer(source="source_document")
    place = EmptyAsNull(source="source_place")


class LeadAssessmentSerializer(serializers.Serializer[Assessment]):
    """A status with whose it is and since when."""

    status = serializers.ChoiceField(Status.choices)
    progress = ChoiceOrNull(Progress.choices, help_text="Only where the status is in_progress.")
    organisation = OrganisationRefSerializer(source="voice")
    since = serializers.DateField(source="holds_from", help_text="The day from which it holds.")
    day_is_inferred = serializers.BooleanField(help_text="The source states no day.")
    published_on = DayOf(source="published_at", help_text="The day on which this site published it.")


class BasisSerializer(serializers.Serializer[Basis]):
    """What an assessment rests on. Of a confidential source nothing but its kind is told."""

    kind = serializers.ChoiceField(Basis.Kind.choices)
    redacted = serializers.BooleanField()
    document = DocumentRefSerializer(allow_null=True)
    passage = EmptyAsNull()
    url = EmptyAsNull()
    description = EmptyAsNull()

    def to_representation(self, instance: Basis) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if instance.kind == Basis.Kind.CONFIDENTIAL:
            shown |= {"document": None, "passage": None, "url": None, "description": None}
        return shown


class VoiceSerializer(LeadAssessmentSerializer):
    """One organisation's current assessment."""

    is_lead = serializers.BooleanField()
    in_law = serializers.BooleanField(allow_null=True)
    in_practice = serializers.BooleanField(allow_null=True)
    reason = EmptyAsNull(help_text="null where it was redacted.")
    redacted = serializers.SerializerMethodField()
    bases = BasisSerializer(many=True)

    def get_redacted(self, assessment: Assessment) -> bool:
        return assessment.redacted_at is not None


class RecommendationSerializer(serializers.Serializer[Recommendation]):
    """A recommendation as lists show it."""

    public_id = serializers.CharField()
    url = PageAddress("recommendation", "public_id")
    label = serializers.CharField(  # type: ignore[assignment]  # a field named like an option of one
        allow_null=True, help_text="As printed; null where no official number is known."
    )
    text = serializers.CharField()
    text_language = serializers.CharField()
    text_kind = serializers.ChoiceField(TextKind.choices)
    state = StateRefSerializer(source="review.state")
    session = serializers.IntegerField(source="review.session.number")
    review = ReviewKey()
    response = ChoiceOrNull(Response.choices, source="current_position.response", default=None)
    claim = ChoiceOrNull(Claim.choices, source="current_position.claim", default=None)
    position = PositionSerializer(source="current_position", allow_null=True)
    recommending_states = MentionSerializer(source="recommenders", many=True)
    issues = LinkedIssueSerializer(source="issue_links", many=True)
    groups = GroupSerializer(many=True)
    goals = GoalRefSerializer(many=True)
    action_category = ChoiceOrNull(ActionCategory.choices)
    lead_assessment = LeadAssessmentSerializer(
        source="lead", allow_null=True, help_text="null where the lead organisation has published none: Not Assessed."
    )
    source = SourceSerializer(source="*")  # type: ignore[assignment]
    sample = serializers.BooleanField(source="is_sample", help_text="Sample data, written for demonstration.")
    added_on = DayOf(source="added_at")


class RecommendationDetailSerializer(RecommendationSerializer):
    """A recommendation with every position and every voice."""

    positions = PositionSerializer(many=True, help_text="All that was answered, in the order recorded.")
    voices = VoiceSerializer(many=True, help_text="The current assessment of each organisation.")
    index = IndexSerializer(help_text="Of the voices above; see the documentation before comparing any two.")
